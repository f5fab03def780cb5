"""Exercises of surprise: measure it in bits, make chances of scores, find a slope."""

import contextlib
import math
from collections.abc import Callable, Sequence

from course_lib.exercises.board import Mistake, expect, pin, plain_number

Ids = list[int]


def close(got: float, wanted: float, tolerance: float = 1e-6) -> bool:
    """Compare numbers that went through a logarithm; NaN is close to nothing."""
    got = plain_number(got)
    is_number = isinstance(got, int | float)
    return is_number and (got == wanted or abs(got - wanted) <= tolerance)


def expect_close(got: float, wanted: float, call: str, tolerance: float = 1e-6) -> None:
    """Raise a plain Mistake unless the two numbers agree."""
    if not close(got, wanted, tolerance):
        expect(got, round(wanted, 6), call)


def check_loss_bits(answer: Callable[[list[list[float]], Ids], float]) -> None:
    chances, targets = [[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]], [1, 0]
    got, call = answer(chances, targets), "loss_bits(chances, targets)"
    if close(got, 2.5 * math.log(2)):
        raise Mistake(
            "that is the natural logarithm, so you measured in nats. A bit is one "
            "question with two answers: math.log2."
        )
    if close(got, -math.log2((0.25 + 0.125) / 2)):
        raise Mistake(
            "you took the logarithm of the mean probability. First each question's own "
            "surprise, then their mean: otherwise one good guess hides a terrible one."
        )
    if close(got, (1 - math.log2(0.75)) / 2):
        raise Mistake(
            "you used the largest probability of each row. What the model liked best "
            "(the arg-max) does not matter, only what it gave the token that came."
        )
    if close(got, 5.0):
        raise Mistake("that is the sum; divide it by the number of questions.")
    if close(got, -2.5):
        raise Mistake("the logarithm of a probability is negative: turn the sign.")
    every = [-math.log2(chance) for row in chances for chance in row]
    if close(got, sum(every) / len(every)):
        raise Mistake(
            "do not average over all tokens of a row: one token came, and only its "
            "probability counts."
        )
    expect_close(got, 2.5, call)
    expect_close(answer([[0.0, 1.0]], [1]), 0.0, "loss_bits([[0.0, 1.0]], [1])")
    three = [[0.5, 0.5], [0.25, 0.75], [0.125, 0.875]]
    expect_close(answer(three, [0, 0, 0]), 2.0, f"loss_bits({three}, [0, 0, 0])")
    with contextlib.suppress(ValueError, ZeroDivisionError):  # the chapter catches it
        if math.isfinite(answer([[0.0, 1.0], [0.5, 0.5]], [0, 0])):
            raise Mistake(
                "what had the chance 0 came all the same: that surprise is infinite. "
                "Do not leave the question out, and add nothing to the chance."
            )


@pin(
    "03.loss_bits",
    check_loss_bits,
    hints=(
        "Question <code>k</code> had the answer <code>targets[k]</code>, to which the "
        "model gave the probability <code>chances[k][targets[k]]</code>.",
        "One surprise is <code>-math.log2(probability)</code>; return the mean of all.",
    ),
)
def _loss_bits(chances, targets):
    total = 0.0
    for row, target in zip(chances, targets):
        total -= math.log2(row[target])
    return total / len(targets)


def check_softmax(answer: Callable[[list[float]], Sequence[float]]) -> None:
    ln = math.log
    got = _numbers(answer([ln(1), ln(2), ln(5)]), "softmax([ln 1, ln 2, ln 5])")
    if len(got) != 3:
        raise Mistake(
            f"softmax of 3 scores must give 3 probabilities, yours gives {len(got)}. "
            "(Is the `return` inside the loop?)"
        )
    raw = [0.0, ln(2) / ln(10), ln(5) / ln(10)]
    if all(map(close, got, raw)):
        raise Mistake(
            "you divided the scores themselves. Scores may be negative; first make "
            "each positive with math.exp, then divide by the sum."
        )
    if all(map(close, got, [1, 2, 5])):
        raise Mistake("math.exp is done; now divide by the sum, so that they add to 1.")
    if all(map(close, got, [0.2, 0.4, 1.0])):
        raise Mistake(
            "divide by the sum of all, not by the largest: they must add to 1."
        )
    for place, wanted in enumerate([0.125, 0.25, 0.625]):
        expect_close(got[place], wanted, f"softmax([ln 1, ln 2, ln 5])[{place}]")
    try:
        got = _numbers(answer([1000.0, 1000.0]), "softmax([1000.0, 1000.0])")
    except OverflowError as error:
        raise Mistake(
            "math.exp(1000) is too large for a computer. Only differences matter, so "
            "take the largest score off all of them first."
        ) from error
    if not all(map(close, got, [0.5, 0.5])):
        raise Mistake("large scores overflow: first take the largest score off all.")
    try:
        got = _numbers(answer([-1000.0, -1000.0]), "softmax([-1000.0, -1000.0])")
    except ZeroDivisionError as error:
        raise Mistake(
            "every math.exp(-1000) is rounded to 0. Take off the *largest* score (not "
            "the largest and nothing if it is negative): then one of them is exp(0)."
        ) from error
    expect_close(got[0], 0.5, "softmax([-1000.0, -1000.0])[0]")
    for scores in ([2000.0, 0.0], [0.0, 2000.0]):
        call = f"softmax({scores})"
        try:
            got = _numbers(answer(list(scores)), call)
        except OverflowError as error:
            raise Mistake(
                f"{call} still overflows: take off the LARGEST score, not the first, "
                "the smallest or the mean. Then no exponent is above 0."
            ) from error
        expect_close(max(got), 1.0, f"the largest of {call}")
    given = [1.0, 2.0]
    answer(given)
    if given != [1.0, 2.0]:
        raise Mistake("you changed the scores that you were given. Make a new list.")


def _numbers(got: object, call: str) -> list[float]:
    """Take lists, tuples, arrays and tensors; a generator would be used up."""
    if got is None:
        raise Mistake(f"{call} returned None; is there a `return`?")
    if not hasattr(got, "__len__"):
        raise Mistake(f"{call}: return a list, one probability for each score.")
    return [float(value) for value in got]


@pin(
    "03.softmax",
    check_softmax,
    hints=(
        "Three steps: take <code>max(scores)</code> off each score, apply "
        "<code>math.exp</code> to each, divide each by the sum.",
        "<code>[math.exp(score - highest) for score in scores]</code>",
    ),
)
def _softmax(scores):
    highest = max(scores)
    positive = [math.exp(score - highest) for score in scores]
    total = sum(positive)
    return [value / total for value in positive]


def check_slope(answer: Callable[[Callable, list[float], int], float]) -> None:
    def valley(weights):
        return weights[0] ** 2 + 3 * weights[1]

    given = [2.0, 5.0]
    got, call = answer(valley, given, 0), "the slope of w[0]² + 3·w[1] in w[0] at 2"
    if given != [2.0, 5.0]:
        raise Mistake(
            "the weights are not what they were. Nudge a copy, list(weights), or put "
            "the weight back: the next slope is measured at the same place."
        )
    if got is None:
        expect(got, 4.0, call)
    if got == 0:
        raise Mistake(
            "exactly nothing: a nudge too small to be seen beside the weight (a float "
            "has 16 digits; take 0.0001), or no weight was nudged."
        )
    if close(got, 0, 0.05):
        raise Mistake(
            "almost nothing: that is how much the loss changed. Divide by the nudge, "
            "to know how much it would change per unit."
        )
    if close(got, 7.0, 0.1):
        raise Mistake("you nudged all weights at once; nudge weights[k] alone.")
    if close(got, -4.0, 0.1):
        raise Mistake(
            "the sign is turned round: loss after the nudge *minus* loss before it."
        )
    if close(got, 2.0, 0.1) or close(got, 8.0, 0.1):
        raise Mistake(
            "a factor of two: nudging up and down, the two weights are *two* nudges "
            "apart; nudging up only, they are one apart. (ADD the nudge to the weight: "
            "multiplied, it grows with the weight.)"
        )
    if close(got, 5.0, 1e-3):
        raise Mistake("a nudge of 1 is a leap, and a valley bends: take 0.0001.")
    expect_close(got, 4.0, call, tolerance=0.02)
    got = answer(valley, [2.0, 5.0], 1)
    expect_close(got, 3.0, "the slope of w[0]² + 3·w[1] in w[1]", tolerance=0.02)


@pin(
    "03.slope",
    check_slope,
    hints=(
        "Make a copy of the weights and add a small number, say 0.0001, to weight "
        "<code>k</code> of the copy.",
        "How much did the loss change, <code>loss(nudged) - loss(weights)</code>? "
        "Divide that by the nudge.",
    ),
)
def _slope(loss, weights, k):
    nudged = list(weights)
    nudged[k] += 0.0001
    return (loss(nudged) - loss(weights)) / 0.0001
