"""Exercises of tokenization: count pairs, merge one, take one step of training."""

from collections import Counter
from collections.abc import Callable

from course_lib.exercises.board import Mistake, expect, pin
from course_lib.tokenizer import replace_pair

Ids = list[int]
Pair = tuple[int, int]
CHANGED_WHILE_LOOPING = (
    "you changed the list that you were given while looping over it: after a removal "
    "everything moves one place to the left, and the loop skips an id or runs off the "
    "end. Build a new list."
)


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
    try:
        got = answer(given, (1, 2), 9)
    except IndexError as error:
        if given != [1, 2, 3, 1, 2]:
            raise Mistake(CHANGED_WHILE_LOOPING) from error
        raise Mistake(
            "the list index ran out of range: the last id has no neighbour, so do not "
            "ask for ids[k + 1] there."
        ) from error
    if given != [1, 2, 3, 1, 2] or got is given:
        raise Mistake(CHANGED_WHILE_LOOPING)
    if got == [1, 2, 3, 1, 2]:
        raise Mistake(
            "nothing was merged. If you compare ids[k : k + 2] with the pair: a list "
            "never equals a tuple; write tuple(ids[k : k + 2]) == pair."
        )
    if got in ([9, 3, 1, 2], [1, 2, 3, 9]):
        raise Mistake("you merged one place only. Replace the pair everywhere.")
    if got in ([9, 2, 3, 9, 2], [1, 9, 3, 1, 9]):
        raise Mistake("one id of the pair is left over: two ids become one new id.")
    expect(got, [9, 3, 9], "merge([1, 2, 3, 1, 2], (1, 2), 9)")
    _check_merge_overlaps(answer)
    _check_merge_cases(answer)


def _check_merge_cases(answer: Callable[[Ids, Pair, int], Ids]) -> None:
    cases = [
        ([1, 2, 3], (1, 2)),
        ([1, 2, 1, 2], (1, 2)),
        ([1, 1, 1, 1], (1, 1)),
        ([11, 2, 1, 21], (1, 2)),
        ([3, 1], (1, 2)),
        ([2, 1], (1, 2)),
        ([], (1, 2)),
        ([7, 1, 2, 1, 2, 8] * 500, (1, 2)),
    ]
    for ids, pair in cases:
        wanted, got = replace_pair(ids, pair, 300), answer(list(ids), pair, 300)
        if ids and got == wanted[:-1]:
            raise Mistake(f"the last id is lost: {ids} becomes {wanted}.")
        if len(ids) < 10:
            expect(got, wanted, f"merge({ids}, {pair}, 300)")
        elif got != wanted:
            raise Mistake(f"a list of {len(ids):,} ids comes out wrong.")


def _check_merge_overlaps(answer: Callable[[Ids, Pair, int], Ids]) -> None:
    got = answer([1, 1, 1], (1, 1), 9)
    if got in ([9, 9], [9, 9, 1]):
        raise Mistake(
            "the middle 1 of [1, 1, 1] was used twice. An id that went into a merge is "
            "gone: the result is [9, 1]."
        )
    if got == [1, 9]:
        raise Mistake("go from left to right: [1, 1, 1] becomes [9, 1], not [1, 9].")
    expect(got, [9, 1], "merge([1, 1, 1], (1, 1), 9)")


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
    pair, merged = _one_step(answer, [[1, 2], [2, 2], [1, 2], [2, 3]])
    if pair == (2, 2):
        raise Mistake(
            "you counted across words: (2, 2) is frequent only where one word ends "
            "and the next begins. Count inside each piece, then add up."
        )
    if pair == (2, 3):
        raise Mistake("that is the rarest pair: take the one with the highest count.")
    expect(pair, (1, 2), "the pair chosen in [[1, 2], [2, 2], [1, 2], [2, 3]]")
    expect(merged, [[9], [2, 2], [9], [2, 3]], "the pieces after merging (1, 2)")
    pieces = [[1, 2], [1, 2], [0, 5]]
    if _one_step(answer, pieces)[0] == (0, 5):
        raise Mistake(
            f"in {pieces}, (1, 2) stands twice and (0, 5) once. Does one count replace "
            "another? A Counter's update adds, a dict's update overwrites. And "
            "equal pieces count each time they occur."
        )
    pieces = [[7, 7, 7, 7], [1, 2], [1, 2]]
    if _one_step(answer, pieces)[0] == (1, 2):
        raise Mistake(
            f"in {pieces}, (7, 7) stands three times, all in one piece: count "
            "occurrences, not pieces that hold the pair."
        )
    for pieces, wanted in _STEPS:
        pair, _ = _one_step(answer, pieces)
        if pair != wanted and len(pieces) == 2:
            raise Mistake(
                f"in {pieces} both pairs stand equally often; take {wanted}: its first "
                "id is smaller (or the first is equal and the second smaller), so that "
                "everybody's tokenizer comes out the same."
            )
        expect(pair, wanted, f"the pair chosen in {pieces}")
    _, merged = _one_step(answer, [[1, 2, 3]], new_id=300)
    expect(merged, [[300, 3]], "the pieces of merge_step([[1, 2, 3]], 300)")


# Pieces and the pair to choose: ties by first id, by second id, and none.
_STEPS = [
    ([[5, 6], [3, 4]], (3, 4)),
    ([[1, 9], [2, 3]], (1, 9)),
    ([[3, 9], [3, 4]], (3, 4)),
    ([[3, 4], [3, 4], [3, 4], [1, 2, 5], [1, 2]], (3, 4)),
]


def _one_step(
    answer: Callable, pieces: list[Ids], new_id: int = 9
) -> tuple[Pair, list[Ids]]:
    """Call the answer on a copy and bring what it returns into one form."""
    got = answer([list(ids) for ids in pieces], new_id)
    if not (isinstance(got, tuple | list) and len(got) == 2):
        raise Mistake("return two things: the pair you chose and the new pieces.")
    pair, merged = got
    if pair and not isinstance(pair[0], int):
        raise Mistake("the pair comes first, then the pieces: return pair, pieces.")
    if merged and isinstance(merged[0], int):
        raise Mistake(
            "the words were glued together. Return a list of pieces, each merged on "
            "its own, or a token will reach from one word into the next."
        )
    return tuple(pair), [list(ids) for ids in merged]


@pin(
    "02.merge_step",
    check_merge_step,
    hints=(
        "Add up the counts of all pieces: begin with <code>counts = Counter()</code> "
        "and call <code>counts.update(count_pairs(ids))</code> for each.",
        "<code>most_frequent(counts)</code> chooses; then <code>[merge(ids, pair, "
        "new_id) for ids in pieces]</code>.",
    ),
)
def _merge_step(pieces, new_id):
    counts = Counter()
    for ids in pieces:
        counts.update(_count_pairs(ids))
    pair = min(counts, key=lambda pair: (-counts[pair], pair))
    return pair, [_merge(ids, pair, new_id) for ids in pieces]
