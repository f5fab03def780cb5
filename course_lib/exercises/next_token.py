"""Exercises of the next token: count, sample, ask; `surprise` has more."""

from collections.abc import Callable

from course_lib.exercises import surprise  # noqa: F401  pins its exercises
from course_lib.exercises.board import Mistake, exercise, expect, pin

__all__ = ["exercise"]  # so that a chapter needs one import

Ids = list[int]


def check_bigram_counts(answer: Callable[[list[Ids]], dict]) -> None:
    row = [0, 1, 2, 1, 2, 0]
    got = answer([row])
    if not isinstance(got, dict):
        raise Mistake(
            f"return a dict of dicts, counts[first][second], not {type(got).__name__}."
        )
    if any(isinstance(key, tuple) for key in got):
        raise Mistake(
            "the keys are pairs. Here every first token gets a dict of its own: "
            "counts[first][second]."
        )
    if other := [row for row in got.values() if not isinstance(row, dict)]:
        raise Mistake(
            f"under each token stands a dict, follower -> count; not {other[0]!r}."
        )
    counts = {first: dict(row) for first, row in got.items() if row}
    wanted = {0: {1: 1}, 1: {2: 2}, 2: {1: 1, 0: 1}}
    if counts == {1: {0: 1, 2: 1}, 2: {1: 2}, 0: {2: 1}}:
        raise Mistake(
            "backwards: counts[first][second] should hold what comes *after* first."
        )
    if counts == {0: {1: 1}, 2: {1: 1, 0: 1}, 1: {2: 1}}:
        raise Mistake(
            "(1, 2) stands there twice. Does a second meeting add one to the count?"
        )
    if counts == {0: {1: 1}, 2: {1: 1, 0: 1}}:
        raise Mistake("you step two places at a time; pairs overlap: take every place.")
    if counts == {0: {1: 1}, 1: {2: 2}, 2: {1: 1}}:
        raise Mistake("you stopped one pair too early: (2, 0) at the end is missing.")
    expect(counts, wanted, f"bigram_counts([{row}])")
    counts = {first: dict(row) for first, row in answer([[1, 2], [3, 4]]).items()}
    if 3 in counts.get(2, {}):
        raise Mistake(
            "you counted from the end of one page to the beginning of the next: nobody "
            "wrote 3 after 2. Count inside each row."
        )
    if counts == {3: {4: 1}}:
        raise Mistake("only the last row is left: do not begin a new dict for a row.")
    expect(counts, {1: {2: 1}, 3: {4: 1}}, "bigram_counts([[1, 2], [3, 4]])")


@pin(
    "03.bigram_counts",
    check_bigram_counts,
    hints=(
        "For each row, <code>zip(row, row[1:])</code> walks over all neighbours.",
        "If <code>first</code> is new, it needs an empty dict: "
        "<code>counts.setdefault(first, {})</code>; in it, "
        "<code>.get(second, 0) + 1</code>.",
    ),
)
def _bigram_counts(rows):
    counts = {}
    for row in rows:
        for first, second in zip(row, row[1:]):
            after = counts.setdefault(first, {})
            after[second] = after.get(second, 0) + 1
    return counts


def check_sample(answer: Callable[[dict[int, float], float], int]) -> None:
    counts = {7: 6, 3: 1, 5: 3}
    got = [answer(counts, u) for u in (0.0, 0.3, 0.59, 0.65, 0.75, 0.999)]
    if got == [7] * 6 and answer({4: 1, 9: 1, 2: 2}, 0.9) == 4:
        raise Mistake(
            "always the first token: u lies between 0 and 1, but the line is as long "
            "as the sum of the counts. Stretch u: u * sum(counts.values())."
        )
    if got == [7] * 6:
        raise Mistake(
            "always token 7, the most frequent one. That is arg-max: a text made so "
            "goes round in circles. Let u decide."
        )
    if got == [7, 7, 3, 3, 5, 5] or got == [7, 7, 3, 5, 5, 5]:
        raise Mistake(
            "every token gets an equal share of the line. Token 7 was seen six times "
            "in ten, so it owns the line from 0 to 0.6."
        )
    if got[:3] == [6, 6, 6] or got[0] == 0:
        raise Mistake("return the token (the key), not its count or its place.")
    if got[0] == 3 or got[-1] == 3:
        raise Mistake("keep the order of the dict: first 7, then 3, then 5.")
    if None in got:
        u = (0.0, 0.3, 0.59, 0.65, 0.75, 0.999)[got.index(None)]
        raise Mistake(
            f"nothing came back for u = {u}: every u below 1 has to land on a token."
        )
    expect(got, [7, 7, 7, 3, 5, 5], "sample({7: 6, 3: 1, 5: 3}, u) for six values of u")
    got = [answer({4: 1, 9: 1, 2: 2}, u) for u in (0.0, 0.25, 0.49, 0.5, 0.9)]
    if got == [4, 4, 9, 9, 2]:
        raise Mistake(
            "token 4 owns the line from 0 to just BELOW 0.25: at u = 0.25 the arrow is "
            "on token 9. Ask for `<`, not `<=`."
        )
    expect(got, [4, 9, 9, 2, 2], "sample({4: 1, 9: 1, 2: 2}, u) for five values of u")
    given = {4: 1, 9: 1}
    answer(given, 0.7)
    if given != {4: 1, 9: 1}:
        raise Mistake("you changed the counts, which the chapter asks again and again.")
    expect(answer({4: 0.5, 9: 0.5}, 0.7), 9, "sample({4: 0.5, 9: 0.5}, 0.7)")


@pin(
    "03.sample",
    check_sample,
    hints=(
        "Lay the counts end to end: a line as long as their sum. The arrow lands at "
        "<code>u * sum(counts.values())</code>.",
        "Walk along the line: take each count off the place; when it falls below zero, "
        "you stand on the token.",
    ),
)
def _sample(counts, u):
    place = u * sum(counts.values())
    for token, count in counts.items():
        place -= count
        if place < 0:
            return token
    return token  # rounding left the arrow a hair beyond the end


def check_questions(answer: Callable[[Ids, int], list]) -> None:
    ids = [10, 11, 12, 13, 14]
    got = answer(list(ids), 2)
    if got is None:
        expect(got, [], "questions([10, 11, 12, 13, 14], 2)")
    pairs = [(tuple(context), target) for context, target in got]
    wanted = [((10, 11), 12), ((11, 12), 13), ((12, 13), 14)]
    if pairs and all(context and target == context[-1] for context, target in pairs):
        raise Mistake(
            "the target is the last token of its own context: the answer is in the "
            "question. Shift by one: the target is the token *after* the context."
        )
    if pairs == [(context[::-1], target) for context, target in wanted]:
        raise Mistake("the context is reversed; keep the order of the text.")
    if pairs == wanted[:-1]:
        raise Mistake("the last question is lost: 14 is a target, too.")
    if pairs == wanted[::2]:
        raise Mistake(
            "move on by one token, not by a whole context: questions overlap."
        )
    if any(len(context) != 2 for context, _ in pairs):
        raise Mistake(
            "every context should have two tokens here; begin where two are there, and "
            "end before the text does."
        )
    expect(pairs, wanted, "questions([10, 11, 12, 13, 14], 2)")
    got = [(tuple(context), target) for context, target in answer(list(ids), 4)]
    expect(got, [((10, 11, 12, 13), 14)], "questions([10, 11, 12, 13, 14], 4)")
    expect(list(answer([1], 2)), [], "questions([1], 2)")


@pin(
    "03.questions",
    check_questions,
    hints=(
        "The first target is <code>ids[size]</code>, the last is <code>ids[-1]</code>: "
        "let <code>k</code> run over <code>range(size, len(ids))</code>.",
        "The context of <code>ids[k]</code> is <code>ids[k - size : k]</code>.",
    ),
)
def _questions(ids, size):
    return [(tuple(ids[k - size : k]), ids[k]) for k in range(size, len(ids))]
