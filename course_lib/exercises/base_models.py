"""Exercises of base models: count, quantise, find what was copied, show by example."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from course_lib.exercises import documents  # noqa: F401  pins its exercise
from course_lib.exercises.board import Mistake, exercise, expect, pin, plain_number
from course_lib.model import ModelConfig

__all__ = ["exercise"]  # so that a chapter needs one import

# Sizes of which no two counts below agree by chance.
SMALL = ModelConfig(vocab_size=101, context=16, n_layers=3, width=24, n_heads=6,
                    n_kv_heads=2, mlp_width=52)  # fmt: skip


# --- Parameters ---


def _counted(config: ModelConfig, **changes: int) -> int:
    """Count a Llama's weights, with one part of the bill changed to a wrong value."""
    kv_heads = changes.get("kv_heads", config.n_kv_heads)
    attention = 2 * config.width**2 + 2 * config.width * kv_heads * config.head_width
    mlp = changes.get("matrices", 3) * config.width * config.mlp_width
    layer = attention + mlp + changes.get("norms", 2) * config.width
    tables = changes.get("tables", 1 if config.tied else 2)
    embedding = tables * config.vocab_size * config.width
    layers = changes.get("layers", config.n_layers)
    return embedding + layers * layer + changes.get("final", 1) * config.width


def check_count_parameters(answer: Callable[[ModelConfig], int]) -> None:
    right = _counted(SMALL)
    named = {
        _counted(SMALL, tables=2): "this model is TIED: the unembedding is the "
        "embedding, the same numbers used twice. Count them once.",
        _counted(SMALL, kv_heads=SMALL.n_heads): "you gave keys and values as many "
        "heads as queries. With grouped queries there are only n_kv_heads of them, "
        "each head_width wide.",
        4 * right: "those are bytes, at four for each number. How many NUMBERS?",
        2 * right: "twice too many: are those bytes, at two for each number? Count "
        "numbers.",
        _counted(SMALL, matrices=2): "SwiGLU has three matrices: up, gate and down.",
        _counted(SMALL, layers=1): "that is one layer; there are n_layers of them.",
        _counted(SMALL, norms=0): "each layer has two norms, of `width` numbers each.",
        _counted(SMALL, norms=1): "each layer has TWO norms: before attention, and "
        "before the MLP.",
        _counted(SMALL, final=0): "one norm is missing: the final one, behind the "
        "last layer.",
        _counted(SMALL, norms=0, final=0): "the norms are missing: two in each layer, "
        "one at the end, of `width` numbers each.",
        _counted(SMALL, tables=0): "the embedding is missing: `width` numbers for "
        "each token of the vocabulary.",
    }  # fmt: skip
    got = answer(SMALL)
    if got in named:
        raise Mistake(named[got])
    call = "for 3 layers, width 24, 6 heads, 2 key-value heads, the count"
    expect(got, right, call)
    untied = replace(SMALL, tied=False)
    got = answer(untied)
    if got == right:
        raise Mistake(
            "with tied=False the unembedding is a table of its own, as large as the "
            "embedding: count both."
        )
    expect(got, _counted(untied), "with tied=False, the count")


@pin(
    "07.count_parameters",
    check_count_parameters,
    hints=(
        "Four matrices in attention: query and out are width × width, key and value "
        "are width × (n_kv_heads · head_width).",
        "Three in the MLP, each width × mlp_width. Two norms of width. All that "
        "n_layers times; then the embedding, one more norm, and the unembedding "
        "<code>if not config.tied</code>.",
    ),
)
def _count_parameters(config):
    attention = 2 * config.width**2
    attention += 2 * config.width * config.n_kv_heads * config.head_width
    mlp = 3 * config.width * config.mlp_width
    layer = attention + mlp + 2 * config.width
    tables = 1 if config.tied else 2
    table = config.vocab_size * config.width
    return tables * table + config.n_layers * layer + config.width


# --- Quantisation ---


def check_quantise_row(
    answer: Callable[[list[float], int], tuple[list[int], float]],
) -> None:
    row = [0.5, -1.27, 0.019, 0.0]
    call = "quantise_row([0.5, -1.27, 0.019, 0.0], 8)"
    whole, scale = _pair(answer(list(row), 8), call)
    _check_scale(scale, call)
    if whole == [50, -127, 1, 0]:
        raise Mistake("you cut off what stands behind the point. 1.9 is nearer to 2.")
    if all(abs(w - n) < 0.006 for w, n in zip(whole, row, strict=True)):
        raise Mistake(
            "those are the numbers again. Return the WHOLE numbers, and the scale that "
            "brings the numbers back."
        )
    if any(w != int(w) for w in whole):
        raise Mistake("whole numbers are wanted: round() is missing.")
    expect(whole, [50, -127, 2, 0], f"{call}, whole numbers")
    whole, _ = _pair(answer([3.5, -7.0, 0.9], 4), "quantise_row([3.5, -7.0, 0.9], 4)")
    if max(map(abs, whole)) > 7:
        raise Mistake(
            "4 bits reach up to 7, and you used more: top is 2**(bits-1) - 1."
        )
    expect(whole[1:], [-7, 1], "quantise_row([3.5, -7.0, 0.9], 4), the last two")
    try:
        whole, scale = _pair(answer([0.0, 0.0], 8), "quantise_row([0.0, 0.0], 8)")
    except ZeroDivisionError as error:
        raise Mistake(
            "a row of zeros divides by zero. Its whole numbers are 0, whatever the "
            "scale: let it be 1.0."
        ) from error
    if whole != [0, 0]:
        raise Mistake(
            "a row of zeros divides by zero. Its whole numbers are 0, whatever the "
            "scale: let it be 1.0."
        )


def _check_scale(scale: float, call: str) -> None:
    wrong_scales = {
        0.5 / 127: "the largest WITHOUT its sign counts: -1.27 is further from 0 "
        "than 0.5.",
        127 / 1.27: "that is the scale upside down. Number = whole number × scale, so "
        "the scale is the largest size divided by 127.",
        1.27 / 128: "8 bits with a sign reach from -128 to 127. With 128 as the top, a "
        "positive number at the edge would not fit: use 127.",
        1.27 / 255: "255 steps are for numbers without a sign. Half of them are below "
        "zero: the top is 127.",
        1.27 / 256: "256 are all values of 8 bits, both signs. The top is 127.",
        1.27: "divide by the largest whole number, too: 1.27 / 127.",
    }
    for wrong, message in wrong_scales.items():
        if abs(scale - wrong) < 1e-9:
            raise Mistake(message)
    if abs(scale - 0.01) > 1e-9:
        raise Mistake(f"{call}: the scale should be 1.27 / 127 = 0.01, got {scale}.")


def _pair(got: object, call: str) -> tuple[list[int], float]:
    if got is None:
        raise Mistake(f"{call} returned None; is there a `return`?")
    if (
        not isinstance(got, tuple | list)
        or len(got) != 2
        or not hasattr(got[0], "__len__")
        or hasattr(plain_number(got[1]), "__len__")
    ):
        raise Mistake(f"{call}: return two things, the whole numbers and the scale.")
    return [float(value) for value in got[0]], float(got[1])


@pin(
    "07.quantise_row",
    check_quantise_row,
    hints=(
        "The top is <code>2 ** (bits - 1) - 1</code>: 127 for 8 bits, 7 for 4. The "
        "scale is the largest size of a number in the row, divided by the top.",
        "<code>max(abs(n) for n in numbers)</code>; a row of zeros gets the scale "
        "1.0. Then <code>round(n / scale)</code> for each.",
    ),
)
def _quantise_row(numbers, bits):
    top = 2 ** (bits - 1) - 1
    scale = max(abs(number) for number in numbers) / top or 1.0
    return [round(number / scale) for number in numbers], scale


# --- Memorisation ---


def check_longest_verbatim(answer: Callable[[Sequence, Sequence], int]) -> None:
    said, text = [9, 4, 5, 6, 1, 7, 8], [1, 2, 3, 4, 5, 6, 7, 9]
    call = f"longest_verbatim({said}, {text})"
    got = answer(list(said), list(text))
    if isinstance(got, list | tuple):
        raise Mistake("that is the run itself. How LONG is it?")
    named = {
        0: "you compared place by place, or from the first token on. The copied run "
        "may begin anywhere, in what was said and in the text.",
        1: "you began at the first token of what was said only. The run may begin at "
        "any.",
        2: "you stopped at a short run. Go on looking: a longer one comes, or came.",
        4: "you allowed gaps. Verbatim means without one: 4, 5, 6 stand side by side "
        "in both.",
        6: "you counted the tokens that both have. Verbatim means a run, side by side "
        "and in the same order.",
        7: "you counted all that was said.",
    }
    if got in named:
        raise Mistake(named[got])
    expect(got, 3, call)
    expect(answer([1, 2], [3]), 0, "longest_verbatim([1, 2], [3])")
    expect(answer([], [3]), 0, "longest_verbatim([], [3])")
    call = "longest_verbatim([7, 7, 8], [7, 8, 7, 7, 8])"
    expect(answer([7, 7, 8], [7, 8, 7, 7, 8]), 3, call)
    if answer([1, 2], [12, 5]) or answer([5, 1], [5, 12]) > 1:
        raise Mistake("tokens are numbers, not text: in '12' there is no token 1.")


@pin(
    "07.longest_verbatim",
    check_longest_verbatim,
    hints=(
        "Two loops: a start in what was said, a start in the text. From there, count "
        "how long the two agree.",
        "Mind the two ends: <code>i + n</code> has to stay below <code>len(said)"
        "</code>, <code>j + n</code> below <code>len(text)</code>. Keep the largest n.",
    ),
)
def _longest_verbatim(said, text):
    longest = 0
    for i in range(len(said)):
        for j in range(len(text)):
            n = 0
            while (
                i + n < len(said) and j + n < len(text) and said[i + n] == text[j + n]
            ):
                n += 1
            longest = max(longest, n)
    return longest


# --- Few shots ---


def check_few_shot_prompt(answer: Callable[[list, str], str]) -> None:
    shots = [("hot", "cold"), ("big", "small")]
    right = "hot -> cold\nbig -> small\nwet ->"
    named = {
        right + " ": "a space too many at the end. Tokens carry the space in FRONT of "
        "a word (chapter 02): behind a lone space the model has never seen a word.",
        right + "\n": "a line end behind the arrow: the model would have to answer on "
        "the next line, as no example does.",
        "hot -> cold\nbig -> small\nwet": "the arrow behind the question is missing: "
        "the model does not know yet that an answer is due.",
        right.replace("\n", " "): "every example needs a line of its own.",
        right.replace("\n", ""): "every example needs a line of its own.",
        "wet ->\nhot -> cold\nbig -> small": "the question belongs to the end: the "
        "model goes on where the text stops.",
        "hot -> cold\nbig -> small\n": "the question is missing.",
        "cold -> hot\nsmall -> big\nwet ->": "question and answer have changed places.",
        "hot ->\nbig ->\nwet ->": "examples without their answers show nothing.",
    }
    call = 'few_shot_prompt([("hot", "cold"), ("big", "small")], "wet")'
    got = answer(list(shots), "wet")
    if isinstance(got, list | tuple):
        raise Mistake("that is a list of lines; make one text of it: '\\n'.join(...)")
    if got in named:
        raise Mistake(named[got])
    expect(got, right, call)
    got = answer([], "wet")
    if got in ("\nwet ->", "wet"):
        raise Mistake("no shots: the prompt is just 'wet ->'.")
    expect(got, "wet ->", 'few_shot_prompt([], "wet")')
    got = answer(list(shots), "big")
    if got == "hot -> cold\nbig -> small\nbig ->":
        raise Mistake(
            "the question stands among the examples, with its answer: the model need "
            "only copy it. Leave that example out; what is measured must be held out."
        )
    expect(got, "hot -> cold\nbig ->", 'the same shots, and "big" as the question')
    shots = [("big", "small"), ("bigger", "smaller"), ("tiny", "big"), ("tiny", "wee")]
    given = list(shots)
    got = answer(given, "big")
    if given != shots:
        raise Mistake("you changed the list of shots, which others still need.")
    right = "bigger -> smaller\ntiny -> big\ntiny -> wee\nbig ->"
    expect(got, right, f'few_shot_prompt({shots}, "big")')


@pin(
    "07.few_shot_prompt",
    check_few_shot_prompt,
    hints=(
        "One line for each shot: <code>f'{a} -&gt; {b}'</code>. The last line is the "
        "question with the arrow, and nothing behind it.",
        "Leave out a shot with the same question: <code>for a, b in shots if a != "
        "question</code>. Then <code>'\\n'.join(lines)</code>.",
    ),
)
def _few_shot_prompt(shots, question):
    lines = [f"{a} -> {b}" for a, b in shots if a != question]
    return "\n".join([*lines, f"{question} ->"])
