"""Exercises of tokenization: bits, pairs, merging, encoding, decoding, measuring."""

from collections import Counter
from collections.abc import Callable

from course_lib.exercises.board import Mistake, exercise, expect, pin
from course_lib.tokenizer import replace_pair

__all__ = ["exercise"]  # so that a chapter needs one import

Ids = list[int]
Pair = tuple[int, int]


def check_read_bits(answer: Callable[[str], int]) -> None:
    cases = {
        "01111100": 124,
        "1": 1,
        "10": 2,
        "1000": 8,
        "00000000": 0,
        "11111111": 255,
    }
    got = {bits: answer(bits) for bits in cases}
    if got["1000"] == 1 and got["10"] == 1:
        if got["11111111"] == 8:
            raise Mistake(
                "you counted the ones. Every place counts twice as much as the place "
                "to its right, so '1000' is 8, not 1."
            )
        raise Mistake(
            "you read from the wrong end. The place on the right counts 1, the one to "
            "its left 2, then 4, then 8: '1000' is 8."
        )
    if got["1000"] == 1000:
        raise Mistake(
            "you read the digits as a decimal number. In bits each place counts two "
            "times, not ten times, the one to its right: '1000' is 8."
        )
    if got["11111111"] in (256, 510):
        raise Mistake("off by one place: the place on the far right counts 1, not 2.")
    for bits, number in cases.items():
        expect(got[bits], number, f"read_bits({bits!r})")


@pin(
    "02.read_bits",
    check_read_bits,
    hints=(
        "Walk through the bits from left to right and keep a number, first 0.",
        "One more place on the right doubles what you had: "
        "<code>number = 2 * number + int(bit)</code>.",
    ),
)
def _read_bits(bits):
    number = 0
    for bit in bits:
        number = 2 * number + int(bit)
    return number


def check_count_pairs(answer: Callable[[Ids], dict[Pair, int]]) -> None:
    got = answer([1, 2, 1, 2, 3])
    if not isinstance(got, dict):
        raise Mistake(
            f"return a dict (or Counter) from pair to count, not {type(got).__name__}."
        )
    if got.get((1, 2)) == 3 or got.get((2, 1)) == 3:
        raise Mistake(
            "you treat (1, 2) and (2, 1) as one pair. Order matters: 'th' is not 'ht'."
        )
    if (1, 1) in got or (1, 3) in got:
        raise Mistake(
            "only neighbours make a pair: in [1, 2, 1] no 1 stands next to 1."
        )
    if got == {(1, 2): 2}:
        raise Mistake(
            "you stepped two places at a time. The pairs overlap: [1, 2, 1] holds "
            "(1, 2) and (2, 1)."
        )
    if got and (set(got.values()) == {1}):
        raise Mistake("(1, 2) stands there twice: count pairs, do not just list them.")
    if got == {(1, 2): 2, (2, 1): 1}:
        raise Mistake("you stopped one pair too early: (2, 3) at the end is missing.")
    expect(got, {(1, 2): 2, (2, 1): 1, (2, 3): 1}, "count_pairs([1, 2, 1, 2, 3])")
    expect(answer([7]), {}, "count_pairs([7])")
    expect(answer([5, 5, 5]), {(5, 5): 2}, "count_pairs([5, 5, 5])")


@pin(
    "02.count_pairs",
    check_count_pairs,
    hints=(
        "The neighbour of <code>ids[k]</code> is <code>ids[k + 1]</code>; "
        "the last id has none.",
        "<code>zip(ids, ids[1:])</code> walks over the list and the list shifted by "
        "one, side by side; <code>Counter(...)</code> counts what it is given.",
    ),
)
def _count_pairs(ids):
    return Counter(zip(ids, ids[1:]))


def check_merge(answer: Callable[[Ids, Pair, int], Ids]) -> None:
    given = [1, 2, 3, 1, 2]
    got = answer(given, (1, 2), 9)
    if got is given or given != [1, 2, 3, 1, 2]:
        raise Mistake(
            "you changed the list while looping over it: after a removal everything "
            "moves one place to the left and the loop skips an id. Build a new list."
        )
    if got in ([9, 3, 1, 2], [1, 2, 3, 9]):
        raise Mistake("you merged one place only. Replace the pair everywhere.")
    if got in ([9, 2, 3, 9, 2], [1, 9, 3, 1, 9]):
        raise Mistake("one id of the pair is left over: two ids become one new id.")
    expect(got, [9, 3, 9], "merge([1, 2, 3, 1, 2], (1, 2), 9)")
    got = answer([1, 1, 1], (1, 1), 9)
    if got in ([9, 9], [9, 9, 1]):
        raise Mistake(
            "the middle 1 of [1, 1, 1] was used twice. An id that went into a merge is "
            "gone: the result is [9, 1]."
        )
    if got == [1, 9]:
        raise Mistake("go from left to right: [1, 1, 1] becomes [9, 1], not [1, 9].")
    expect(got, [9, 1], "merge([1, 1, 1], (1, 1), 9)")
    if answer([1, 2, 3], (1, 2), 9) == [9]:
        raise Mistake("the last id is lost: [1, 2, 3] becomes [9, 3].")
    for ids, pair in (
        ([3, 1], (1, 2)),
        ([2, 1], (1, 2)),
        ([], (1, 2)),
        ([1, 2], (1, 2)),
    ):
        expect(
            answer(list(ids), pair, 9), replace_pair(ids, pair, 9), f"merge({ids}, …)"
        )


@pin(
    "02.merge",
    check_merge,
    hints=(
        "Keep a place <code>k</code> and a new, empty list. At each place: does the "
        "pair stand at <code>k</code> and <code>k + 1</code>?",
        "If it does, append the new id and go on <b>two</b> places; if not, append "
        "<code>ids[k]</code> and go on one.",
    ),
)
def _merge(ids, pair, new_id):
    merged, k = [], 0
    while k < len(ids):
        if tuple(ids[k : k + 2]) == tuple(pair):
            merged.append(new_id)
            k += 2
        else:
            merged.append(ids[k])
            k += 1
    return merged


def check_merge_step(
    answer: Callable[[list[Ids], int], tuple[Pair, list[Ids]]],
) -> None:
    pieces = [[1, 2], [2, 2], [1, 2], [2, 3]]
    got = answer([list(ids) for ids in pieces], 9)
    if not (isinstance(got, tuple | list) and len(got) == 2):
        raise Mistake("return two things: the pair you chose and the new pieces.")
    pair, merged = tuple(got[0]), got[1]
    if pair == (2, 2):
        raise Mistake(
            "you counted across words: (2, 2) is frequent only where one word ends "
            "and the next begins. Count inside each piece, then add up."
        )
    if merged and not isinstance(merged[0], list):
        raise Mistake(
            "the words were glued together. Return a list of pieces, each merged on "
            "its own, or a token will reach from one word into the next."
        )
    if pair == (2, 3):
        raise Mistake("that is the rarest pair: take the one with the highest count.")
    expect(pair, (1, 2), "the pair chosen in [[1, 2], [2, 2], [1, 2], [2, 3]]")
    expect(merged, [[9], [2, 2], [9], [2, 3]], "the pieces after merging (1, 2)")
    tie = answer([[5, 6], [3, 4]], 9)
    if tuple(tie[0]) == (5, 6):
        raise Mistake(
            "(5, 6) and (3, 4) stand there equally often; take the pair with the "
            "smaller ids, so that everybody's tokenizer comes out the same."
        )
    expect(tuple(tie[0]), (3, 4), "the pair chosen in [[5, 6], [3, 4]]")


@pin(
    "02.merge_step",
    check_merge_step,
    hints=(
        "Add up the counts of all pieces: <code>counts.update(count_pairs(ids))"
        "</code> for each.",
        "The highest count, and among equals the smallest pair: <code>min(counts, "
        "key=lambda pair: (-counts[pair], pair))</code>.",
    ),
)
def _merge_step(pieces, new_id):
    counts = Counter()
    for ids in pieces:
        counts.update(_count_pairs(ids))
    pair = min(counts, key=lambda pair: (-counts[pair], pair))
    return pair, [_merge(ids, pair, new_id) for ids in pieces]


def check_encode(answer: Callable[[Ids, list[Pair]], Ids]) -> None:
    # 256 = "bc", 257 = "ab", 258 = "abc" made of a + bc.
    merges = [(98, 99), (97, 98), (97, 256)]
    given = list(b"abc")
    got = answer(given, merges)
    if got == [257, 99]:
        raise Mistake(
            "(a, b) went before (b, c). Merges are replayed in the order in which they "
            "were learned, whatever comes first in the text or was learned last: "
            "'abc' is [258]."
        )
    if got == [97, 256]:
        raise Mistake(
            "you stopped too early: after b and c have become 256, the merge "
            "(97, 256) applies to what stands there now."
        )
    if got == [97, 98, 99]:
        raise Mistake("nothing was merged: merge number k makes the id 256 + k.")
    expect(got, [258], "encode(b'abc', [(98, 99), (97, 98), (97, 256)])")
    if given != list(b"abc"):
        raise Mistake("you changed the list that you were given; build a new one.")
    expect(answer(list(b"abab"), merges), [257, 257], "encode(b'abab', …)")
    expect(answer(list(b"xyz"), merges), list(b"xyz"), "encode(b'xyz', …)")
    expect(answer([], merges), [], "encode(b'', …)")


@pin(
    "02.encode",
    check_encode,
    hints=(
        "There is nothing left to count: the merges are known. Which one comes first?",
        "Loop over <code>enumerate(merges)</code> and call <code>merge(ids, pair, "
        "256 + k)</code> for each, in that order.",
    ),
)
def _encode(ids, merges):
    ids = list(ids)
    for k, pair in enumerate(merges):
        ids = _merge(ids, pair, 256 + k)
    return ids


def check_decode(answer: Callable[[Ids, list[bytes]], str]) -> None:
    token_bytes = [bytes([value]) for value in range(256)] + [b"\xf0\x9f", b"\x8e\xa9"]
    got = answer([104, 105], token_bytes)
    if isinstance(got, bytes):
        raise Mistake(
            "that is bytes; a reader wants text: .decode('utf-8') at the end."
        )
    expect(got, "hi", "decode([104, 105], token_bytes)")
    try:
        got = answer([256, 257], token_bytes)
    except UnicodeDecodeError as error:
        raise Mistake(
            "you decoded token by token. The hat's four bytes are spread over two "
            "tokens, and half a character is no text: join all bytes first."
        ) from error
    except ValueError as error:
        raise Mistake(
            "chr() knows characters, not tokens: look up the bytes of every id in "
            "token_bytes."
        ) from error
    if "\ufffd" in got:
        raise Mistake(
            "you decoded token by token, so each half of the hat became �. Join all "
            "bytes first, then decode once."
        )
    if got != "🎩" and len(got) in (2, 4):
        raise Mistake(
            "every byte became a character of its own. UTF-8 uses up to four bytes for "
            "one character: .decode('utf-8')."
        )
    expect(got, "🎩", "decode([256, 257], token_bytes)")
    try:
        got = answer([104, 256], token_bytes)
    except UnicodeDecodeError as error:
        raise Mistake(
            "a model may stop in the middle of a character, and your function then "
            "fails: .decode('utf-8', errors='replace') shows � instead."
        ) from error
    expect(got, "h\ufffd", "decode([104, 256], token_bytes)")


@pin(
    "02.decode",
    check_decode,
    hints=(
        "<code>b''.join(...)</code> glues bytes together.",
        "Decode once, at the very end, with <code>errors='replace'</code>.",
    ),
)
def _decode(ids, token_bytes):
    return b"".join(token_bytes[i] for i in ids).decode("utf-8", errors="replace")


def check_bytes_per_token(answer: Callable[[list[str], Callable], float]) -> None:
    def halves(text):  # a pretend tokenizer: two bytes a token
        return list(range(len(text.encode()) // 2))

    def spaced(text):  # another one: one token a word
        return text.split()

    got = answer(["abcd", "éé"], halves)
    if got == 1.5:
        raise Mistake(
            "you counted characters. The text has to travel as bytes, and 'é' takes "
            "two: len(text.encode())."
        )
    if got == 0.5:
        raise Mistake("upside down: bytes divided by tokens, so that more is better.")
    expect(got, 2.0, "bytes_per_token(['abcd', 'éé'], two_bytes_a_token)")
    got = answer(["aa", "b b b b b b"], spaced)
    if abs(got - (2 + 11 / 6) / 2) < 1e-9:
        raise Mistake(
            "you took the mean of each text's ratio, so that a two-letter text counts "
            "as much as a page. Add up all bytes, add up all tokens, divide once."
        )
    if abs(got - 13 / 7) > 1e-9:
        expect(got, 13 / 7, "bytes_per_token(['aa', 'b b b b b b'], one_token_a_word)")


@pin(
    "02.bytes_per_token",
    check_bytes_per_token,
    hints=(
        "<code>encode(text)</code> gives a list of ids; its length is the number of "
        "tokens.",
        "Two sums over all texts, then one division.",
    ),
)
def _bytes_per_token(texts, encode):
    n_bytes = sum(len(text.encode()) for text in texts)
    return n_bytes / sum(len(encode(text)) for text in texts)
