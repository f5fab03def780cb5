"""Typical wrong answers of the tokenization exercises, and what they are told."""

from collections import Counter
from itertools import pairwise

from course_lib.tokenizer import replace_pair


def merge_overlapping(ids, pair, new_id):
    merged = []
    for k in range(len(ids)):
        if tuple(ids[k : k + 2]) == pair:
            merged.append(new_id)
        elif k == 0 or tuple(ids[k - 1 : k + 1]) != pair:
            merged.append(ids[k])
    return merged


def merge_in_place(ids, pair, new_id):
    for k, _ in enumerate(ids):
        if tuple(ids[k : k + 2]) == pair:
            ids[k : k + 2] = [new_id]
    return ids


def merge_dropping_the_end(ids, pair, new_id):
    merged = replace_pair(ids, pair, new_id)
    return merged[:-1] if ids and ids[-1] == 3 else merged


def merge_first_only(ids, pair, new_id):
    for k, found in enumerate(pairwise(ids)):
        if found == pair:
            return [*ids[:k], new_id, *ids[k + 2 :]]
    return list(ids)


def batched_pairs(ids):
    return zip(ids[::2], ids[1::2], strict=False)


def merge_with_for_and_pop(ids, pair, new_id):
    for k in range(len(ids)):
        if (ids[k], ids[k + 1]) == pair:
            ids[k] = new_id
            ids.pop(k + 1)
    return ids


def merge_without_a_last_neighbour(ids, pair, new_id):
    return [new_id if (ids[k], ids[k + 1]) == pair else ids[k] for k in range(len(ids))]


def merge_comparing_list_and_tuple(ids, pair, new_id):
    merged, k = [], 0
    while k < len(ids):
        found = ids[k : k + 2] == pair
        merged.append(new_id if found else ids[k])
        k += 2 if found else 1
    return merged


def merge_skipping_a_look(ids, pair, new_id):
    merged, k = [], 0
    while k < len(ids):
        if tuple(ids[k : k + 2]) == pair:
            merged += [new_id, *ids[k + 2 : k + 3]]
            k += 3
        else:
            merged.append(ids[k])
            k += 1
    return merged


def merge_as_text(ids, pair, new_id):
    text = " ".join(map(str, ids)).replace(f"{pair[0]} {pair[1]}", str(new_id))
    return [int(word) for word in text.split()]


def best(counts):
    return min(counts, key=lambda pair: (-counts[pair], pair))


def step_across_words(pieces, new_id):
    pair = best(Counter(pairwise([i for ids in pieces for i in ids])))
    return pair, [replace_pair(ids, pair, new_id) for ids in pieces]


def step_gluing_words(pieces, new_id):
    pair = best(Counter(p for ids in pieces for p in pairwise(ids)))
    return pair, replace_pair([i for ids in pieces for i in ids], pair, new_id)


def step_first_of_a_tie(pieces, new_id):
    counts = Counter(p for ids in pieces for p in pairwise(ids))
    pair = max(counts, key=counts.get)
    return pair, [replace_pair(ids, pair, new_id) for ids in pieces]


def step_with(choose):
    """Take a step in which `choose(pieces)` picks the pair; the rest is right."""

    def step(pieces, new_id):
        pair = choose(pieces)
        return pair, [replace_pair(ids, pair, new_id) for ids in pieces]

    return step


def overwriting(pieces):
    counts = {}
    for ids in pieces:
        counts.update(Counter(pairwise(ids)))
    return best(counts)


def counting(pieces):
    return Counter(p for ids in pieces for p in pairwise(ids))


def by(order):
    return step_with(
        lambda pieces: min(c := counting(pieces), key=lambda p: order(c, p))
    )


def encode_longest_first(ids, merges):
    names = dict(enumerate(map(chr, range(256))))
    for k, (left, right) in enumerate(merges):
        names[256 + k] = names[left] + names[right]
    spelled = {name: k for k, name in names.items()}
    text, found = bytes(ids).decode("latin-1"), []
    while text:
        size = max(n for n in range(1, len(text) + 1) if text[:n] in spelled)
        found.append(spelled[text[:size]])
        text = text[size:]
    return found


def encode_in_order_of_the_text(ids, merges):
    ranks = {pair: 256 + k for k, pair in enumerate(merges)}
    while True:
        pair = next((p for p in pairwise(ids) if p in ranks), None)
        if pair is None:
            return list(ids)
        ids = replace_pair(ids, pair, ranks[pair])


def encode_newest_first(ids, merges):
    for k, pair in reversed(list(enumerate(merges))):
        ids = replace_pair(ids, pair, 256 + k)
    return list(ids)


def encode_once(ids, merges):
    return replace_pair(ids, merges[0], 256)


def decode_each(ids, token_bytes):
    return "".join(token_bytes[i].decode("utf-8", errors="replace") for i in ids)


PLACES = [128, 64, 32, 16, 8, 4, 2, 1]
WRONG = {
    "02.read_bits": [
        (lambda bits: bits.count("1"), "counted the ones"),
        (lambda bits: int(bits[::-1], 2), "wrong end"),
        (lambda bits: int(bits), "decimal number"),
        (lambda bits: 2 * int(bits, 2), "off by one place"),
        (lambda _: None, "is there a `return`"),
        (
            lambda bits: sum(2.0**k for k, b in enumerate(bits[::-1]) if b == "1"),
            "whole",
        ),
        (lambda bits: sum(PLACES[k] for k, b in enumerate(bits) if b == "1"), "eight"),
        (lambda bits: int(bits[:8], 2), "read_bits('100000000')"),
        (
            lambda bits: sum(2**k for k, b in enumerate(bits) if b == 1),
            "a letter of the",
        ),
    ],
    "02.count_pairs": [
        (lambda ids: Counter(batched_pairs(ids)), "two places at a time"),
        (lambda ids: Counter(tuple(sorted(p)) for p in pairwise(ids)), "Order matters"),
        (lambda ids: list(pairwise(ids)), "not list"),
        (lambda ids: dict.fromkeys(pairwise(ids), 1), "count pairs"),
        (lambda ids: Counter(pairwise(ids[:-1])), "one pair too early"),
        (lambda ids: Counter((a, b) for a in ids for b in ids), "only neighbours"),
    ],
    "02.merge": [
        (merge_overlapping, "was used twice"),
        (merge_in_place, "changed the list"),
        (merge_first_only, "one place only"),
        (merge_with_for_and_pop, "changed the list"),
        (merge_without_a_last_neighbour, "has no neighbour"),
        (merge_comparing_list_and_tuple, "a list never equals a tuple"),
        (merge_skipping_a_look, "should be [300, 300]"),
        (merge_as_text, "merge([11, 2, 1, 21]"),
        (merge_dropping_the_end, "the last id is lost"),
        (
            lambda ids, pair, n: replace_pair(ids[::-1], pair[::-1], n)[::-1],
            "not [1, 9]",
        ),
    ],
    "02.merge_step": [
        (step_across_words, "counted across words"),
        (step_gluing_words, "glued together"),
        (step_first_of_a_tie, "both pairs stand equally often"),
        (lambda pieces, _: pieces, "return two things"),
        (lambda pieces, _: (pieces, (1, 2)), "the pair comes first"),
        (step_with(overwriting), "a dict's update overwrites"),
        (step_with(lambda ps: best(counting({*map(tuple, ps)}))), "Does one count"),
        (
            step_with(lambda ps: best(Counter(q for p in ps for q in {*pairwise(p)}))),
            "not pieces that hold the pair",
        ),
        (by(lambda c, p: (-c[p], sum(p))), "both pairs stand equally often"),
        (by(lambda c, p: (-c[p], p[0], -p[1])), "both pairs stand equally often"),
        (lambda ps, _: step_with(lambda ps: best(counting(ps)))(ps, 9), "300"),
    ],
    "02.encode": [
        (encode_in_order_of_the_text, "in the order in which"),
        (encode_longest_first, "the longest or the newest token"),
        (encode_newest_first, "in the order in which"),
        (encode_once, "stopped too early"),
        (lambda ids, _: list(ids), "nothing was merged"),
    ],
    "02.decode": [
        (decode_each, "token by token"),
        (lambda ids, tb: "".join(tb[i].decode() for i in ids), "token by token"),
        (lambda ids, _: "".join(chr(i) for i in ids), "neither a byte nor a character"),
        (lambda ids, _: bytes(ids).decode(), "neither a byte nor a character"),
        (lambda ids, tb: b"".join(tb[i] for i in ids).decode("latin-1"), "of its own"),
        (lambda ids, tb: b"".join(tb[i] for i in ids), "that is bytes"),
        (
            lambda ids, tb: b"".join(tb[i] for i in ids).decode(),
            "middle of a character",
        ),
    ],
    "02.bytes_per_token": [
        (lambda ts, e: sum(map(len, ts)) / sum(len(e(t)) for t in ts), "characters"),
        (
            lambda ts, e: sum(len(e(t)) for t in ts) / sum(len(t.encode()) for t in ts),
            "upside down",
        ),
        (
            lambda ts, e: sum(len(t.encode()) / len(e(t)) for t in ts) / len(ts),
            "mean of each text's ratio",
        ),
    ],
}
RIGHT = {
    "02.read_bits": [lambda bits: int(bits, 2)],
    "02.count_pairs": [lambda ids: dict(Counter(pairwise(ids)))],
    "02.merge_step": [
        lambda ps, n: [
            list(pair := best(counting(ps))),
            tuple(tuple(replace_pair(ids, pair, n)) for ids in ps),
        ]
    ],
}
