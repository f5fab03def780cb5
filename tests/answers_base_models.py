"""Typical wrong answers of the base-model exercises, and what they are told."""

from itertools import takewhile

import torch

import course_lib.exercises.base_models  # noqa: F401  pins its exercises


def bill(tables=None, kv=None, matrices=3, norms=2, final=1, times=1, layers=None):
    """Make a counter of parameters with one part of the bill wrong."""

    def count(c):
        heads = c.n_heads if kv == "full" else c.n_kv_heads
        attention = 2 * c.width * c.width + 2 * c.width * heads * c.head_width
        layer = attention + matrices * c.width * c.mlp_width + norms * c.width
        n_tables = tables if tables is not None else (1 if c.tied else 2)
        rest = n_tables * c.vocab_size * c.width + final * c.width
        return times * (rest + (layers or c.n_layers) * layer)

    return count


def quantiser(scale_of, rounding=round):
    def quantise(numbers, bits):
        scale = scale_of(numbers, bits)
        return [rounding(n / scale) for n in numbers], scale

    return quantise


def largest(numbers):
    return max(map(abs, numbers))


def top(bits):
    return 2 ** (bits - 1) - 1


def plain_scale(numbers, bits):
    return largest(numbers) / top(bits)


def with_zero(numbers, bits):
    return plain_scale(numbers, bits) or 1.0


def always_8_bits(numbers, _bits):
    scale = largest(numbers) / 127 or 1.0
    return [round(n / scale) for n in numbers], scale


def given_back(numbers, bits):
    scale = with_zero(numbers, bits)
    return [round(n / scale) * scale for n in numbers], scale


def guarded_in_torch(numbers, bits):
    row = torch.tensor(numbers)
    scale = row.abs().max() / (2 ** (bits - 1) - 1)
    scale = scale if scale > 0 else torch.tensor(1.0)
    return (row / scale).round().tolist(), scale


def quantised_in_torch(numbers, bits):
    numbers = torch.tensor(numbers)
    scale = numbers.abs().max() / top(bits)
    return (numbers / scale).round().int().tolist(), scale.item()


def common_start(said, text):
    n = 0
    while n < min(len(said), len(text)) and said[n] == text[n]:
        n += 1
    return n


def from_the_first(said, text):
    runs = [common_start(said, text[k:]) for k in range(len(text))]
    return max(runs, default=0)


def with_gaps(said, text):
    best = [0] * (len(text) + 1)
    for a in said:
        row = [0]
        for j, b in enumerate(text):
            row.append(best[j] + 1 if a == b else max(row[j], best[j + 1]))
        best = row
    return best[-1]


def the_run(said, text):
    runs = [
        said[i:j]
        for i in range(len(said))
        for j in range(i, len(said) + 1)
        if any(text[k : k + j - i] == said[i:j] for k in range(len(text)))
    ]
    return max(runs, key=len, default=[])


def last_run(said, text):
    runs = [from_the_first(said[k:], text) for k in range(len(said))]
    return next((n for n in reversed(runs) if n > 1), 0)


def by_table(said, text):
    best, before = 0, [0] * (len(text) + 1)
    for a in said:
        row = [0] + [before[j] + 1 if a == b else 0 for j, b in enumerate(text)]
        best, before = max(best, *row), row
    return best


def as_text(said, text):
    whole = " ".join(map(str, text))
    runs = [said[i:j] for i in range(len(said)) for j in range(i, len(said) + 1)]
    return max([len(r) for r in runs if " ".join(map(str, r)) in whole], default=0)


def lines(shots, question, end=" ->", arrow=" -> ", between="\n", skip=True):
    kept = [(a, b) for a, b in shots if not skip or a != question]
    return between.join([*(f"{a}{arrow}{b}" for a, b in kept), f"{question}{end}"])


def removing(shots, question):
    shots[:] = [shot for shot in shots if shot[0] != question]
    return lines(shots, question)


WRONG = {
    "07.count_parameters": [
        (bill(tables=2), "TIED"),
        (bill(kv="full"), "only n_kv_heads"),
        (bill(times=4), "those are bytes"),
        (bill(times=2), "are those bytes"),
        (bill(matrices=2), "three matrices"),
        (bill(layers=1), "that is one layer"),
        (bill(norms=0), "two norms"),
        (bill(norms=1), "TWO norms"),
        (bill(final=0), "the final one"),
        (bill(norms=0, final=0), "the norms are missing"),
        (bill(tables=0), "the embedding is missing"),
        (bill(tables=1), "count both"),
        (lambda _: None, "is there a `return`"),
    ],
    "07.quantise_row": [
        (quantiser(lambda n, b: max(n) / top(b)), "WITHOUT its sign"),
        (quantiser(lambda n, b: top(b) / largest(n)), "upside down"),
        (quantiser(lambda n, b: largest(n) / 2 ** (b - 1)), "use 127"),
        (quantiser(lambda n, b: largest(n) / (2**b - 1)), "without a sign"),
        (quantiser(lambda n, b: largest(n) / 2**b), "both signs"),
        (quantiser(lambda n, _: largest(n)), "divide by the largest whole number"),
        (quantiser(with_zero, int), "1.9 is nearer to 2"),
        (quantiser(with_zero, float), "round() is missing"),
        (quantiser(plain_scale), "divides by zero"),
        (quantised_in_torch, "divides by zero"),
        (lambda n, b: (quantiser(with_zero)(n, b)[0], [with_zero(n, b)]),
         "return two things"),
        (always_8_bits, "4 bits reach up to 7"),
        (given_back, "those are the numbers again"),
        (lambda n, b: [round(x / with_zero(n, b)) for x in n], "return two things"),
        (lambda *_: None, "is there a `return`"),
    ],
    "07.longest_verbatim": [
        (common_start, "may begin anywhere"),
        (from_the_first, "began at the first token"),
        (last_run, "Go on looking"),
        (with_gaps, "you allowed gaps"),
        (lambda s, t: len(set(s) & set(t)), "a run, side by side"),
        (lambda s, _: len(s), "all that was said"),
        (the_run, "the run itself"),
        (as_text, "there is no token 1"),
        (lambda *_: None, "is there a `return`"),
    ],
    "07.few_shot_prompt": [
        (lambda s, q: lines(s, q, end=" -> "), "a space too many"),
        (lambda s, q: lines(s, q, end=" ->\n"), "a line end behind the arrow"),
        (lambda s, q: lines(s, q, end=""), "the arrow behind the question"),
        (lambda s, q: lines(s, q, between=" "), "a line of its own"),
        (lambda s, q: f"{q} ->\n" + lines(s[:-1], s[-1][0], " -> " + s[-1][1]),
         "belongs to the end"),
        (lambda s, q: lines([(b, a) for a, b in s], q), "changed places"),
        (lambda s, q: lines(s, q, skip=False), "must be held out"),
        (lambda s, q: "\n".join(f"{a} -> {b}" for a, b in s) + f"\n{q} ->",
         "just 'wet ->'"),
        (lambda s, q: lines(s, q).split("\n"), "make one text of it"),
        (removing, "you changed the list of shots"),
        (lambda s, q: lines([x for x in s if q not in x[0]], q), "('tiny', 'wee')"),
        (lambda s, q: lines([x for x in s if q not in x], q), "('tiny', 'wee')"),
        (lambda s, q: lines(dict(s).items(), q), "('tiny', 'wee')"),
        (lambda s, q: lines(takewhile(lambda x: x[0] != q, s), q), "('tiny', 'wee')"),
        (lambda *_: None, "is there a `return`"),
    ],
    "07.as_forum": [
        (lambda q: q, "nobody is about to speak"),
        (lambda q: f"nightowl: {q}", "nobody is about to speak"),
        (lambda q: f"Forum: help\nnightowl: {q}\nleftboot: ", "right behind the colon"),
        (lambda q: f"nightowl: {q}\n", "right behind the colon"),
        (lambda q: f"nightowl: {q}\nPlease answer.", "obeys nothing"),
        (lambda q: f"{q}\nleftboot:", "nobody asks your question"),
        (lambda q: f"Forum: {q}\nleftboot:", "nobody asks your question"),
        (lambda q: f"nightowl: {q}\nnightowl:", "will not answer"),
        (lambda q: f"nightowl: {q}\noldtimer:", "oldtimer is wrong"),
        (lambda _q: "Forum: help\nnightowl: Does it rain?\nleftboot:", "is missing"),
        (lambda q: [q], "one text"),
        (lambda *_: None, "is there a `return`"),
    ],
}  # fmt: skip
RIGHT = {
    "07.as_forum": [
        lambda q: f"marmalade7: {q}\nonionring:",
        lambda q: f"nightowl: {q} Thank you!\nMira Quill:",
        lambda q: f'night-owl: "{q}"\nleft-boot:',
    ],
    "07.count_parameters": [
        lambda c: sum(
            [c.vocab_size * c.width * (2 - c.tied), c.width]
            + [
                2 * c.width * c.head_width * (c.n_heads + c.n_kv_heads)
                + 3 * c.width * c.mlp_width
                + 2 * c.width
            ]
            * c.n_layers
        )
    ],
    "07.quantise_row": [
        quantiser(with_zero),
        lambda n, b: list(quantiser(with_zero)(n, b)),
        guarded_in_torch,
    ],
    "07.longest_verbatim": [by_table],
    "07.few_shot_prompt": [
        lambda s, q: "".join(f"{a} -> {b}\n" for a, b in s if a != q) + f"{q} ->"
    ],
}
