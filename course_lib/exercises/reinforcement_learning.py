"""Exercises of practice: reward, advantage, slope, weights, pull, pass@k."""

import math
from collections.abc import Callable

from course_lib.exercises.board import Mistake, exercise, expect, pin, plain_number

__all__ = ["exercise"]  # so that a chapter needs one import


def close(got: object, wanted: float) -> bool:
    """Compare numbers that were computed in another order."""
    got = plain_number(got)
    return isinstance(got, int | float) and math.isclose(got, wanted, abs_tol=1e-6)


def check_final_reward(answer: Callable[[str, str], float]) -> None:
    def earned(text: str, right: str) -> float:
        got = answer(text, right)
        if got is None:
            raise Mistake("final_reward(...) returned None; is there a `return`?")
        return float(got)

    if earned("Answer: 4", "4") != 1:
        raise Mistake("'Answer: 4' is right where 4 is asked for, and earns nothing.")
    if earned("4 * 2 = 8, 8 + 1 = 9. Answer: 9", "4"):
        raise Mistake(
            "'4 * 2 = 8, 8 + 1 = 9. Answer: 9' earns a reward where 4 is right: any "
            "number in the text is rewarded. Practice will find that out at once, and "
            "write all ten digits."
        )
    if earned("8 * 8 = 4. Answer: 14", "4"):
        raise Mistake(
            "'Answer: 14' earns a reward where 4 is right. Compare the whole final "
            "answer, not its last letter, and not whether 4 stands in it."
        )
    if earned("8 * 8 = 4", "4"):
        raise Mistake(
            "'8 * 8 = 4' holds no final answer: nothing stands behind 'Answer:'. If it "
            "earns, the policy learns to stop before it has answered."
        )
    if earned("Answer: 4 or 5", "4"):
        raise Mistake("'Answer: 4 or 5' is no answer, it is two. Nothing for it.")
    if earned("Answer: 3. No, wait. Answer: 4", "4") != 1:
        raise Mistake("of several 'Answer:' the last one is the final answer.")
    if earned("3 + 1 = 4. Answer: 4", "4") != 1:
        raise Mistake("steps before the answer are neither asked for nor forbidden.")
    if earned("4", "4"):
        raise Mistake("'4' alone has no 'Answer:' in it, and earns nothing.")
    if earned("Answer:  4 \n", "4") != 1:
        raise Mistake("blanks and line ends around the answer do not count: .strip()")


@pin(
    "13.final_reward",
    check_final_reward,
    hints=(
        "<code>text.rpartition('Answer:')</code> gives what stands before the last "
        "marker, the marker (empty, if there is none) and what stands behind.",
        "<code>.strip()</code> takes white space away; then compare with "
        "<code>==</code>.",
    ),
)
def _final_reward(text, right):
    _, marker, behind = text.rpartition("Answer:")
    return 1.0 if marker and behind.strip() == right else 0.0


def _rows(got: object, call: str) -> list[list[float]]:
    if got is None:
        raise Mistake(f"{call} returned None; is there a `return`?")
    return [[round(float(value), 3) for value in row] for row in got]


# What usual mistakes make of the groups 1 0 0 0 and 1 1 1 0.
ROOT, THIRD = math.sqrt(3), 1 / math.sqrt(3)
WRONG_ADVANTAGES = (
    (
        [[1, -1, -1, -1], [1, 1, 1, -1]],
        "that is the mean of the whole batch. An answer has to be compared with "
        "the other answers to ITS OWN problem: the only right answer to a hard "
        "problem must earn more than one of three to an easy one.",
    ),
    (
        [[0.5, -0.5, -0.5, -0.5], [0.5, 0.5, 0.5, -0.5]],
        "that is the mean of the whole batch, and not divided by the spread. "
        "Compare an answer with the others to ITS OWN problem.",
    ),
    (
        [[0.75, -0.25, -0.25, -0.25], [0.25, 0.25, 0.25, -0.75]],
        "the mean is right; it is still to be divided by the group's standard "
        "deviation.",
    ),
    (
        [[-ROOT, THIRD, THIRD, THIRD], [-THIRD, -THIRD, -THIRD, ROOT]],
        "the sign is turned round: what earned more than the mean must come out "
        "positive.",
    ),
    (
        [[1.5, -0.5, -0.5, -0.5], [0.5, 0.5, 0.5, -1.5]],
        "you divided the squares by n - 1. Take the mean of the squares: divide by n.",
    ),
    (
        [[4, -4 / 3, -4 / 3, -4 / 3], [4 / 3, 4 / 3, 4 / 3, -4]],
        "you divided by the mean of the squares. The spread is its ROOT.",
    ),
)


def check_advantages(answer: Callable[[list[list[float]]], list]) -> None:
    groups = [[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0]]
    call = "advantages([[1, 0, 0, 0], [1, 1, 1, 0]])"
    before = [list(group) for group in groups]
    got = _rows(answer(groups), call)
    if groups != before:
        raise Mistake("you changed the rewards themselves. Make new lists.")
    for rows, message in WRONG_ADVANTAGES:
        if got == [[round(float(value), 3) for value in row] for row in rows]:
            raise Mistake(message)
    right = [[ROOT, -THIRD, -THIRD, -THIRD], [THIRD, THIRD, THIRD, -ROOT]]
    expect(got, [[round(value, 3) for value in row] for row in right], call)
    try:
        got = _rows(answer([[1.0, 1.0], [0.0, 0.0]]), "advantages([[1, 1], [0, 0]])")
    except ZeroDivisionError as error:
        raise Mistake(
            "a group in which all earned the same has zero spread, and you divide by "
            "it. Nothing can be learned from such a group: its advantages are 0."
        ) from error
    if [len(row) for row in got] != [2, 2]:
        raise Mistake(
            "a group in which all earned the same is left out, or has too few numbers; "
            "the others then belong to the wrong problems. It gets a zero an answer."
        )
    if any(math.isnan(value) for row in got for value in row):
        raise Mistake(
            "a group in which all earned the same gives nan: zero spread, divided by. "
            "Its advantages are 0."
        )
    if any(abs(value) > 0.001 for row in got for value in row):
        raise Mistake(
            f"a group in which all earned the same has advantages of 0, yours are {got}"
        )


@pin(
    "13.advantages",
    check_advantages,
    hints=(
        "For each group: <code>mean = sum(group) / len(group)</code>, and the spread "
        "is the root of the mean of <code>(r - mean) ** 2</code>.",
        "If the spread is 0, the group teaches nothing: a list of zeros.",
    ),
)
def _advantages(rewards):
    result = []
    for group in rewards:
        mean = sum(group) / len(group)
        spread = (sum((r - mean) ** 2 for r in group) / len(group)) ** 0.5
        result.append([(r - mean) / spread if spread > 0 else 0.0 for r in group])
    return result


def check_slope(answer: Callable[[float, float, float], float]) -> None:
    got = answer(0.25, 1.0, 0.0)
    named = {
        0.25: "that is the mean reward itself, not its slope. How much does it change "
        "when the weight grows a little?",
        0.75: "you forgot p itself: the slope of p is p * (1 - p).",
        0.0625: "(1 - p) is missing: you have p * p.",
        -0.1875: "the sign is turned round: a larger weight makes the FIRST answer "
        "more probable.",
        1.0: "that is the difference of the rewards. By how much does p move? By "
        "p * (1 - p) for each unit of the weight.",
    }
    for value, message in named.items():
        if close(got, value):
            raise Mistake(message)
    if not close(got, 0.1875):
        expect(got, 0.1875, "slope(0.25, 1.0, 0.0)")
    got = answer(0.5, 1.0, 1.0)
    if close(got, 0.25):
        raise Mistake(
            "if both answers earn the same, nothing is won by preferring one: the "
            "slope is 0. The second answer's reward belongs into it, with a minus."
        )
    if not close(got, 0.0):
        expect(got, 0.0, "slope(0.5, 1.0, 1.0)")
    if not close(answer(0.5, 0.0, 1.0), -0.25):
        expect(answer(0.5, 0.0, 1.0), -0.25, "slope(0.5, 0.0, 1.0)")


@pin(
    "13.slope",
    check_slope,
    hints=(
        "The mean reward is <code>p * first + (1 - p) * second</code>. If p grows by a "
        "little, it grows by that little times <code>(first - second)</code>.",
        "And p grows by <code>p * (1 - p)</code> for each unit of the weight.",
    ),
)
def _slope(p, first, second):
    return p * (1 - p) * (first - second)


def check_weights(answer: Callable[[list[int], list[int], float], list]) -> None:
    prompt, said, end = [1, 20, 21, 2], [30, 31, 32], 3
    call = "token_weights_of([1, 20, 21, 2], [30, 31, 32, 3], 0.5)"
    got = answer(prompt, [*said, end], 0.5)
    if got is None:
        raise Mistake(f"{call} returned None; is there a `return`?")
    got = [round(float(weight), 6) for weight in got]
    if len(got) == 4:
        raise Mistake(
            "one weight beside EVERY token of the row: first those of the prompt, then "
            "those of the answer. Yours has 4, the row has 8 tokens."
        )
    named = {
        (0.5,) * 8: "the prompt is weighted. The model did not say it, so it can "
        "neither be praised nor blamed for it.",
        (0, 0, 0, 0, 0.5, 0.5, 0.5, 0): "the token that ends the answer is left out. "
        "To stop is a decision like any other, and has to be learned.",
        (0, 0, 0, 0, 0, 0, 0, 0.5): "only the last token is weighted. The reward comes "
        "at the end, but it judges all that was said on the way.",
        (0, 0, 0, 0, 0.125, 0.125, 0.125, 0.125): "you divided by the length. Then a "
        "token of a long wrong answer is blamed less than one of a short wrong answer; "
        "here every token gets the whole advantage.",
        (0, 0, 0, 0, 1, 1, 1, 1): "that is the mask of chapter 08. Multiply it by the "
        "advantage.",
        (0, 0, 0, 0, -0.5, -0.5, -0.5, -0.5): "the sign is turned round: a positive "
        "weight makes a token more probable.",
        (0, 0, 0, 0.5, 0.5, 0.5, 0.5, 0): "one place too early. A weight stands beside "
        "the token that it is about.",
    }
    if message := named.get(tuple(got)):
        raise Mistake(message)
    expect(got, [0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5], call)
    got = [float(weight) for weight in answer([1, 2], [30, 3], -1.0)]
    if got == [0, 0, 0, 0]:
        raise Mistake(
            "a negative advantage became 0. What was worse than its siblings has to "
            "become less probable."
        )
    expect(got, [0, 0, -1, -1], "token_weights_of([1, 2], [30, 3], -1.0)")


@pin(
    "13.token_weights_of",
    check_weights,
    hints=(
        "A list of zeros as long as the prompt, and behind it a list of advantages as "
        "long as the answer.",
        "<code>[0.0] * len(prompt)</code>",
    ),
)
def _token_weights_of(prompt, answer, advantage):
    return [0.0] * len(prompt) + [advantage] * len(answer)


def check_pull(answer: Callable[[float, float, float], float]) -> None:
    got = answer(0.1, 0.9, 0.2)
    if got is None:
        raise Mistake("pull(0.1, 0.9, 0.2) returned None; is there a `return`?")
    named = {
        0.9: "that is what a worked answer earns. Compare it with the mean of all",
        0.7: "compared with the blurted ones only. The mean holds the worked ones, too",
        0.35: "the kinds are not equally frequent: only one answer in ten is worked",
        0.27: "that is the group's mean. What lies above it?",
        -0.07: "that is the advantage of a blurted answer",
        -0.63: "the sign is turned round: what a worked answer earns, minus the mean",
        0.063: "that is the push of all worked ones together. Here: of one of them",
    }
    for wrong, words in named.items():
        if close(got, wrong):
            raise Mistake(f"pull(0.1, 0.9, 0.2) gives {wrong}: {words}.")
    cases = (
        (0.1, 0.9, 0.2, 0.63, "the mean is 0.1 * 0.9 + 0.9 * 0.2"),
        (0.5, 1.0, 0.0, 0.5, "the mean is one half"),
        (0.3, 0.4, 0.4, 0.0, "where both earn the same, nothing pulls"),
        (1.0, 0.9, 0.2, 0.0, "where all are worked, none is above the mean"),
        (0.2, -1.5, -0.3, -0.96, "rewards may be negative"),
    )
    for share, steps, blurt, wanted, words in cases:
        call = f"pull({share}, {steps}, {blurt})"
        got = answer(share, steps, blurt)
        if not close(got, wanted):
            raise Mistake(f"{call} should be {wanted}, yours gives {got}: {words}.")


@pin(
    "13.pull",
    check_pull,
    hints=(
        "The mean of the group: <code>share</code> of its answers earn "
        "<code>worked</code>, all others <code>blurted</code>.",
        "The advantage is <code>worked</code> minus that mean.",
    ),
)
def _pull(share, worked, blurted):
    return worked - (share * worked + (1 - share) * blurted)


def check_pass_at_k(answer: Callable[[int, int, int], float]) -> None:
    cases = ((1, 4, 1, 0.25), (1, 4, 2, 0.5), (2, 4, 2, 5 / 6), (0, 8, 8, 0.0))
    for right, answers, k, wanted in (*cases, (3, 8, 8, 1.0), (8, 8, 1, 1.0)):
        call = f"pass_at({right}, {answers}, {k})"
        got = answer(right, answers, k)
        if got is None:
            raise Mistake(f"{call} returned None; is there a `return`?")
        if close(got, wanted):
            continue
        if close(got, 1 - (1 - right / answers) ** k):
            raise Mistake(
                f"{call} should be {wanted:.3f}, yours gives {got:.3f}: you draw with "
                "putting back. The k answers are different ones: after a wrong one is "
                "drawn, fewer wrong ones are left."
            )
        if close(got, right / answers):
            raise Mistake(
                f"{call} should be {wanted:.3f}, yours gives {got:.3f}: that is pass@1."
                " With k tries it is enough if ONE is right."
            )
        if close(got, float(right > 0)):
            raise Mistake(
                f"{call} should be {wanted:.3f}, yours gives {got:.3f}: that is true "
                "only if all answers may be tried."
            )
        if close(got, 1 - wanted):
            raise Mistake(f"{call}: that is the chance that all k are WRONG.")
        raise Mistake(f"{call} should be {wanted:.3f}, yours gives {got}.")


@pin(
    "13.pass_at",
    check_pass_at_k,
    hints=(
        "Ask for the opposite: in how many ways can k answers be drawn that are all "
        "wrong, out of how many ways to draw k?",
        "<code>math.comb(n, k)</code> counts the ways to draw k of n.",
    ),
)
def _pass_at(right, answers, k):
    wrong = math.comb(answers - right, k)
    return 1 - wrong / math.comb(answers, k)
