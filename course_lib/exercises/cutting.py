"""Exercises of cutting the tail: top-k and top-p, and how to compare chances."""

from collections.abc import Callable, Sequence

from course_lib.exercises.board import Mistake, pin

Chances = Sequence[float]


def call_with_list(answer: Callable, given: list[float], setting: float) -> object:
    """Call an answer on a copy, and complain if it changed the list it was given."""
    copy = list(given)
    got = answer(copy, setting)
    if copy != given:
        raise Mistake(
            "you changed the list that you were given, which others still need. Make a "
            "new one, or begin with list(...)."
        )
    return got


def compare_chances(
    call: str, got: object, wanted: Chances, wrong: Sequence[tuple[Chances, str]]
) -> None:
    """Raise the Mistake whose wrong result this is, or a plain one, unless right."""
    if got is None:
        raise Mistake(f"{call} returned None; is there a `return`?")
    if not hasattr(got, "__len__") or isinstance(got, dict):
        raise Mistake(f"{call}: return a list, one chance for each token.")
    numbers = [float(value) for value in got]
    if same(numbers, wanted):
        return
    for numbers_of_mistake, message in wrong:
        if same(numbers, numbers_of_mistake):
            raise Mistake(message)
    if len(numbers) != len(wanted):
        raise Mistake(
            f"{call} should have {len(wanted)} chances, one for each token, and yours "
            f"has {len(numbers)}. What is cut off becomes 0 and keeps its place."
        )
    raise Mistake(f"{call} should be {shown(wanted)}, yours gives {shown(numbers)}.")


def same(numbers: Chances, others: Chances) -> bool:
    """Compare two lists of chances; NaN equals nothing."""
    return len(numbers) == len(others) and all(
        abs(one - other) <= 1e-6 for one, other in zip(numbers, others, strict=True)
    )


def shown(chances: Chances) -> list[float]:
    return [round(chance, 3) for chance in chances]


def shares(weights: Chances) -> list[float]:
    """Divide by the sum."""
    total = sum(weights)
    return [weight / total for weight in weights]


def check_top_k(answer: Callable[[list[float], int], Chances]) -> None:
    chances = [0.1, 0.4, 0.2, 0.3]
    wrong = [
        ([0, 0.4, 0, 0.3], "what is left adds up to 0.7 only. Divide by the sum of "
         "what you kept, so that the chances add up to 1 again."),
        (shares([0.1, 0.4, 0, 0]), "you kept the first two of the list. Keep the two "
         "LIKELIEST, wherever they stand."),
        ([0.1, 0.4, 0, 0], "you kept the first two of the list. Keep the two "
         "LIKELIEST, wherever they stand; then divide by their sum."),
        (shares([0.1, 0, 0.2, 0]), "you kept the two UNLIKELIEST: sorted() begins "
         "with the smallest."),
        (shares([0, 0.4, 0.2, 0.3]), "one too many: k = 2 keeps two tokens."),
        ([0, 1, 0, 0], "one too few: k = 2 keeps two tokens."),
        (shares([0.4, 0.3, 0, 0]), "the chances are sorted now, so nobody knows whose "
         "they are. Every token keeps its place in the list."),
        (shares([0.4, 0.3]), "the tokens that were cut off are gone, and with them the "
         "places of the others. Give them a chance of 0 instead."),
        ([0, 1, 0, 1], "kept is not equally likely: each keeps its own chance, divided "
         "by the sum of those kept."),
        (shares([0, 1, 0, 1]), "kept is not equally likely: each keeps its own "
         "chance, divided by the sum of those kept."),
    ]  # fmt: skip
    got = call_with_list(answer, chances, 2)
    call = "top_k([0.1, 0.4, 0.2, 0.3], 2)"
    compare_chances(call, got, shares([0, 0.4, 0, 0.3]), wrong)
    kept = [float(chance) for chance in answer([0.25] * 4, 2)]
    if same(kept, [0.25] * 4):
        raise Mistake(
            "a tie: in top_k([0.25, 0.25, 0.25, 0.25], 2) all four are equally likely, "
            "and you kept them all. Count to k; do not compare chances."
        )
    compare_chances("top_k([0.25] * 4, 2), sorted", sorted(kept), [0, 0, 0.5, 0.5], [])
    try:
        got = answer(chances, 9)
    except (IndexError, RuntimeError, ValueError) as error:
        raise Mistake(
            "k may be larger than the number of tokens: then all are kept."
        ) from error
    compare_chances("top_k([0.1, 0.4, 0.2, 0.3], 9)", got, chances, [])


@pin(
    "06.top_k",
    check_top_k,
    hints=(
        "Sort the PLACES, likeliest first: <code>order = sorted(range(len(chances)), "
        "key=lambda place: -chances[place])</code>. Keep <code>order[:k]</code>.",
        "Begin with a list of zeros and fill in the chances that stay; then divide by "
        "their sum.",
    ),
)
def _top_k(chances, k):
    order = sorted(range(len(chances)), key=lambda place: -chances[place])
    kept = [0.0] * len(chances)
    for place in order[:k]:
        kept[place] = chances[place]
    total = sum(kept)
    return [chance / total for chance in kept]


def check_top_p(answer: Callable[[list[float], float], Chances]) -> None:
    chances = [0.1, 0.5, 0.15, 0.25]
    crossing = (
        "you dropped the token that crosses the line. 0.5 is less than 0.7, so the "
        "next one is needed, and it stays: what is kept must REACH p."
    )
    unsorted = "you took the list as it stands. Sort first: from the LIKELIEST down."
    wrong = [
        ([0, 1, 0, 0], crossing),
        ([0, 0.5, 0, 0.25], "what is left adds up to 0.75 only. Divide by the sum of "
         "what you kept."),
        (shares([0.1, 0.5, 0.15, 0]), unsorted),
        (shares([0.1, 0.5, 0, 0]), unsorted),
        (chances, "nothing was cut. Do you begin with the unlikeliest? Go from the "
         "likeliest down, and stop when the sum reaches p."),
        (shares([0.1, 0, 0.15, 0.25]), "you kept the unlikely ones: go from the "
         "likeliest down."),
        (shares([0, 0.5, 0.15, 0.25]), "one too many: 0.5 + 0.25 has reached 0.7 "
         "already. Stop there."),
        (shares([0.5, 0.25, 0, 0]), "the chances are sorted now, so nobody knows whose "
         "they are. Every token keeps its place in the list."),
        (shares([0.5, 0.25]), "the tokens that were cut off are gone, and with them "
         "the places of the others. Give them a chance of 0 instead."),
    ]  # fmt: skip
    call = "top_p([0.1, 0.5, 0.15, 0.25], 0.7)"
    got = call_with_list(answer, chances, 0.7)
    compare_chances(call, got, shares([0, 0.5, 0, 0.25]), wrong)
    call = "top_p([0.1, 0.9], 0.5)"
    try:
        got = answer([0.1, 0.9], 0.5)
    except ZeroDivisionError as error:
        raise Mistake(
            "top_p([0.1, 0.9], 0.5) keeps nobody, and divides by zero. The first token "
            "crosses the line at once, and the token that crosses stays."
        ) from error
    compare_chances(call, got, [0, 1], [])
    exactly = [(shares([0.5, 0.3, 0]), "0.5 has reached p = 0.5: nobody else stays.")]
    got = answer([0.5, 0.3, 0.2], 0.5)
    compare_chances("top_p([0.5, 0.3, 0.2], 0.5)", got, [1, 0, 0], exactly)
    compare_chances("top_p([0.1] * 10, 1.0)", answer([0.1] * 10, 1.0), [0.1] * 10, [])


@pin(
    "06.top_p",
    check_top_p,
    hints=(
        "Sort the places as for top-k, and add up the chances on the way. Put the "
        "token in FIRST, and ask whether p is reached afterwards.",
        "In the loop: <code>kept[place] = chances[place]</code>, then "
        "<code>if sum(kept) &gt;= p: break</code>. Divide by the sum at the end.",
    ),
)
def _top_p(chances, p):
    order = sorted(range(len(chances)), key=lambda place: -chances[place])
    kept, total = [0.0] * len(chances), 0.0
    for place in order:
        kept[place] = chances[place]
        total += chances[place]
        if total >= p:
            break
    return [chance / total for chance in kept]
