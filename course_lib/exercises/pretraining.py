"""Exercises of pretraining: windows, one step of Adam, the learning rate, the bill."""

import math
from collections.abc import Callable, Sequence

from course_lib.exercises.board import Mistake, exercise, expect, pin
from course_lib.exercises.surprise import close, expect_close

__all__ = ["exercise"]  # so that a chapter needs one import

Ids = list[int]


def check_windows(answer: Callable[[Ids, int], list[tuple[Ids, Ids]]]) -> None:
    ids, call = list(range(10, 20)), "cut_windows([10, ..., 19], 3)"
    got = answer(list(ids), 3)
    expect(got is None, False, f"{call} is None")
    got = [(list(inputs), list(targets)) for inputs, targets in got]
    wanted = [(ids[k : k + 3], ids[k + 1 : k + 4]) for k in (0, 3, 6)]
    if got and got[0][0] == got[0][1]:
        raise Mistake(
            "inputs and targets are the same: the answer to every question stands in "
            "the question. Targets begin one place later."
        )
    if got and got[0] == ([11, 12, 13], [10, 11, 12]):
        raise Mistake("turned round: this model would learn to guess what came before.")
    if got[:1] == [([10, 11], [11, 12])]:
        raise Mistake(
            "each window is a token short. A window that asks `size` questions reads "
            "size + 1 ids."
        )
    if got == wanted[:2]:
        raise Mistake(
            "the last window is lost, though its last target, 19, is there: so many "
            "questions never asked. Count windows as (len(ids) - 1) // size."
        )
    if got and got[1:2] == [([11, 12, 13], [12, 13, 14])]:
        raise Mistake(
            "the windows overlap: step on by `size`, or each token is asked `size` "
            "times an epoch."
        )
    if got[1:2] == [([14, 15, 16], [15, 16, 17])]:
        raise Mistake(
            "you stepped on by size + 1: the question between two windows (13 follows "
            "12, then 14 follows 13) is never asked. The next window begins with the "
            "last target of this one."
        )
    if len(got) > 3:
        raise Mistake("a window without all its targets is left over: leave it out.")
    expect(got, wanted, call)
    got = [(list(inputs), list(targets)) for inputs, targets in answer(ids[:6], 3)]
    expect(got, wanted[:1], "cut_windows([10, ..., 15], 3)")


@pin(
    "05.cut_windows",
    check_windows,
    hints=(
        "The k-th window begins at <code>k * size</code>. It reads <code>size</code> "
        "ids as inputs, and the targets are the ids one place further on.",
        "Begin with <code>for start in range(0, len(ids) - size, size):</code>",
    ),
)
def _cut_windows(ids, size):
    windows = []
    for start in range(0, len(ids) - size, size):
        inputs = ids[start : start + size]
        targets = ids[start + 1 : start + size + 1]
        windows.append((inputs, targets))
    return windows


def adam(
    slopes: Sequence[float], rate: float = 0.1, b1: float = 0.9, b2: float = 0.95,
    *, corrected: bool = True, root: bool = True, uphill: bool = False,
    keeps_corrected: bool = False,
) -> float:  # fmt: skip
    """Follow the slopes from 0 as Adam does, or as one of its usual misreadings."""
    weight = mean = square = 0.0
    for t, slope in enumerate(slopes, start=1):
        mean = b1 * mean + (1 - b1) * slope
        square = b2 * square + (1 - b2) * slope**2
        m = mean / (1 - b1**t) if corrected else mean
        s = square / (1 - b2**t) if corrected else square
        step = rate * m / ((math.sqrt(s) if root else s) + 1e-8)
        weight += step if uphill else -step
        if keeps_corrected:
            mean, square = m, s
    return weight


def check_adam(answer: Callable) -> None:
    def follow(slopes: Sequence[float]) -> float:
        weight, memory = 0.0, (0.0, 0.0)
        for t, slope in enumerate(slopes, start=1):
            got = answer(weight, slope, memory, t)
            if not isinstance(got, tuple | list) or len(got) != 2:
                raise Mistake(
                    "return two things: the new weight, and the new memory (mean, "
                    "square) for the next step."
                )
            weight, memory = got
            if not hasattr(memory, "__len__") or len(memory) != 2:
                raise Mistake("the memory is a pair: (mean, square).")
        return float(weight)

    slopes = [4.0, 1.0, 2.0]
    got, call = follow(slopes), "after the slopes 4, 1 and 2 the weight"
    if got > 0:
        raise Mistake("uphill! A positive slope means: a smaller weight lowers loss.")
    if close(got, adam(slopes, corrected=False), 1e-4):
        raise Mistake(
            "both memories begin at 0 and are far too small at first. Divide mean by "
            "1 - 0.9**t, and square by 1 - 0.95**t."
        )
    if close(got, adam(slopes, root=False), 1e-4):
        raise Mistake(
            "take the root of the mean square: a step is a ratio of slope to slope, "
            "so that it has the size of the rate whatever the unit of the loss."
        )
    if close(got, -0.1 * sum(slopes), 1e-4):
        raise Mistake("that is plain gradient descent; divide by the usual size.")
    if close(follow([4.0]), -0.1 / math.sqrt(1 - 0.95), 1e-3):
        raise Mistake("square, too, has to be divided: by 1 - 0.95**t.")
    if close(got, adam(slopes, keeps_corrected=True), 1e-4):
        raise Mistake(
            "you remember the CORRECTED means. Keep mean and square as they are; the "
            "division by 1 - 0.9**t is for this step only."
        )
    expect_close(got, adam(slopes), call, tolerance=1e-4)


@pin(
    "05.adam_step",
    check_adam,
    hints=(
        "Four lines: the new mean is 0.9 of the old one plus 0.1 of the slope; the new "
        "square is 0.95 of the old one plus 0.05 of the slope squared; correct both; "
        "step.",
        "<code>weight - RATE * (mean / (1 - 0.9**t)) / (math.sqrt(square / (1 - "
        "0.95**t)) + 1e-8)</code>",
    ),
)
def _adam_step(weight, slope, memory, t):
    mean = 0.9 * memory[0] + 0.1 * slope
    square = 0.95 * memory[1] + 0.05 * slope**2
    direction = mean / (1 - 0.9**t)
    usual_size = math.sqrt(square / (1 - 0.95**t))
    return weight - 0.1 * direction / (usual_size + 1e-8), (mean, square)


def check_rate(answer: Callable[[int, int, int], float]) -> None:
    got = [answer(step, 100, 10) for step in range(100)]
    if any(share is None for share in got):
        raise Mistake("for some step nothing is returned; is there a `return`?")
    if max(got) > 1 + 1e-6:
        raise Mistake(f"a share is at most 1, yours reaches {max(got):g}.")
    if close(got[0], 0.0):
        raise Mistake(
            "the first step has a rate of 0, so it is wasted. Step 0 is the first of "
            "10 steps of warm-up: its share is 1/10."
        )
    if got[9] < 0.999:
        raise Mistake("the warm-up's last step, 9, should have the full rate.")
    if min(got) < -1e-9:
        raise Mistake("the rate becomes negative: then every step goes uphill.")
    if close(got[50], 1.0) and close(got[99], 1.0):
        raise Mistake("after the warm-up the rate has to fall, in a line to the end.")
    if close(got[10], 0.9) or close(got[50], 0.5):
        raise Mistake(
            "the fall has to begin when the warm-up ends: of the 90 steps after it, "
            "what share is left?"
        )
    expect_close(got[0], 0.1, "rate_share(0, 100, 10)")
    expect_close(got[4], 0.5, "rate_share(4, 100, 10)")
    expect_close(got[10], 1.0, "rate_share(10, 100, 10)")
    expect_close(got[55], 0.5, "rate_share(55, 100, 10)")
    expect_close(got[99], 1 / 90, "rate_share(99, 100, 10)")
    expect_close(answer(0, 50, 5), 0.2, "rate_share(0, 50, 5)")
    expect_close(answer(41, 50, 5), 0.2, "rate_share(41, 50, 5)")


@pin(
    "05.rate_share",
    check_rate,
    hints=(
        "Two cases. In the warm-up, <code>step + 1</code> of <code>warmup</code> "
        "steps are done.",
        "Afterwards <code>steps - step</code> steps are left, of <code>steps - "
        "warmup</code> in all.",
    ),
)
def _rate_share(step, steps, warmup):
    if step < warmup:
        return (step + 1) / warmup
    return (steps - step) / (steps - warmup)


def check_flops(answer: Callable[[int, int], float]) -> None:
    got, call = answer(1000, 50), "training_work(1000, 50)"
    for factor, words in {
        1: "one operation a weight is too few: multiply, and add.",
        2: "that is the way forward only. The way back costs twice as much again: "
        "slopes for what went in, and slopes for the weights.",
        4: "that is the way back only; the way forward comes first.",
        3: "multiplying and adding are two operations.",
    }.items():
        if close(got, factor * 50_000):
            raise Mistake(words)
    expect(got, 300_000, call)
    expect(answer(1, 7), 42, "training_work(1, 7)")


@pin(
    "05.training_work",
    check_flops,
    hints=(
        "Forward: each token meets each weight once, in a multiplication and an "
        "addition. Backward: twice that.",
        "Six operations for each pair of a weight and a token.",
    ),
)
def _training_work(n_weights, n_tokens):
    return 6 * n_weights * n_tokens
