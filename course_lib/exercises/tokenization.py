"""Exercises of tokenization: read bits, encode, decode, measure; `merging` has more."""

from collections.abc import Callable

from course_lib.exercises.board import Mistake, exercise, expect, pin
from course_lib.exercises.merging import Ids, Pair, _merge

__all__ = ["exercise"]  # so that a chapter needs one import


EIGHT_ONLY = (
    "you assume exactly eight bits. The place on the far right counts 1, however many "
    "there are: '1' is 1 and '10' is 2."
)


def check_read_bits(answer: Callable[[str], int]) -> None:
    cases = {
        "01111100": 124,
        "1": 1,
        "10": 2,
        "1000": 8,
        "00000000": 0,
        "11111111": 255,
        "100000000": 256,
    }
    got = _read_all(answer, cases)
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


def _read_all(answer: Callable[[str], int], cases: dict[str, int]) -> dict[str, int]:
    try:
        got = {bits: answer(bits) for bits in cases}
    except IndexError as error:
        raise Mistake(EIGHT_ONLY) from error
    if got["1"] == 128:
        raise Mistake(EIGHT_ONLY)
    if got["1"] == 0:
        raise Mistake(
            "every '1' was passed over. A bit here is a letter of the text: compare "
            "with '1', or make a number of it with int(bit)."
        )
    for bits, number in got.items():
        if isinstance(number, float):
            raise Mistake(
                f"read_bits({bits!r}) is {number!r}, a number with a decimal point; "
                "count in whole numbers (2**k, not math.pow)."
            )
    return got


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
    if answer(list(b"abc"), merges[:2]) == [257, 99]:
        raise Mistake(
            "you look for the longest or the newest token. (b, c) was learned before "
            "(a, b), so without a third merge 'abc' is [97, 256]."
        )
    expect(answer(list(b"abc"), merges[:2]), [97, 256], "encode(b'abc', two merges)")
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
    except (ValueError, OverflowError) as error:
        raise Mistake(
            "an id is neither a byte nor a character: look up its bytes, "
            "token_bytes[id], and join them."
        ) from error
    if "\ufffd" in got:
        raise Mistake(
            "you decoded token by token, so each half of the hat became �. Join all "
            "bytes first, then decode once."
        )
    if got == chr(256) + chr(257):
        raise Mistake(
            "an id is neither a byte nor a character: look up its bytes, "
            "token_bytes[id], and join them."
        )
    if got != "🎩" and len(got) == 4:
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
        "<code>tokenize(text)</code> gives a list of ids; its length is the number of "
        "tokens.",
        "Two sums over all texts, then one division.",
    ),
)
def _bytes_per_token(texts, tokenize):
    n_bytes = sum(len(text.encode()) for text in texts)
    return n_bytes / sum(len(tokenize(text)) for text in texts)
