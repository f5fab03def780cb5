"""Answers to the exercises of chapter 05: usual mistakes, and unusual right ones."""

import math

import torch

from course_lib.exercises.pretraining import adam


def cut(ids, size, step=None, shift=1, end=0, read=None):
    step, read = step or size, read or size
    starts = range(0, len(ids) - size + end, step)
    return [(ids[s : s + read], ids[s + shift : s + shift + read]) for s in starts]


def backwards(ids, size):
    return [(targets, inputs) for inputs, targets in cut(ids, size)]


def emptying(ids, size):
    windows = []
    while len(ids) > size + 1:
        windows.append((ids[:size], ids[1 : size + 1]))
        del ids[:size]
    return windows


def stepping(**how):
    """Answer with what `adam` computes for all slopes so far: the memory is a list."""

    def answer(_weight, slope, memory, _t):
        slopes = [*memory[1], slope] if isinstance(memory[1], list) else [slope]
        return adam(slopes, **how), (0, slopes)

    return answer


def plain_descent(weight, slope, memory, _t):
    return weight - 0.1 * slope, memory


def half_corrected(weight, slope, memory, t):
    mean, square = 0.9 * memory[0] + 0.1 * slope, 0.95 * memory[1] + 0.05 * slope**2
    return weight - 0.1 * mean / (1 - 0.9**t) / math.sqrt(square), (mean, square)


def without_square_corrected(weight, slope, memory, t):
    mean, square = 0.9 * memory[0] + 0.1 * slope, 0.95 * memory[1] + 0.05 * slope**2
    step = 0.1 * mean / math.sqrt(square / (1 - 0.95**t))
    return weight - step, (mean, square)


def with_tensors(weight, slope, memory, t):
    mean, square = (torch.tensor(float(m)).double() for m in memory)
    mean.lerp_(torch.tensor(slope).double(), 0.1)
    square.lerp_(torch.tensor(slope).double() ** 2, 0.05)
    step = (mean / (1 - 0.9**t)) / ((square / (1 - 0.95**t)).sqrt() + 1e-8)
    return float(weight - 0.1 * step), (float(mean), float(square))


def remembering_corrected(weight, slope, memory, t):
    mean = (0.9 * memory[0] + 0.1 * slope) / (1 - 0.9**t)
    square = (0.95 * memory[1] + 0.05 * slope**2) / (1 - 0.95**t)
    return weight - 0.1 * mean / math.sqrt(square), (mean, square)


def in_lists(*given):
    weight, memory = with_tensors(*given)
    return [weight, list(memory)]


def line(step, steps, warmup):
    return min((step + 1) / warmup, (steps - step) / (steps - warmup))


WRONG = {
    "05.cut_windows": [
        (lambda ids, n: cut(ids, n, shift=0), "the answer to every question"),
        (backwards, "turned round"),
        (lambda ids, n: cut(ids, n, read=n - 1), "a token short"),
        (lambda ids, n: cut(ids[:-1], n), "the last window is lost"),
        (emptying, "the last window is lost"),
        (lambda ids, n: cut(ids, n, step=1), "overlap"),
        (lambda ids, n: cut(ids, n, step=n + 1), "stepped on by size + 1"),
        (lambda ids, n: cut(ids, n, end=n), "left over"),
        (lambda *_: None, "None"),
    ],
    "05.adam_step": [
        (stepping(corrected=False), "begin at 0"),
        (stepping(root=False), "take the root"),
        (stepping(uphill=True), "uphill"),
        (plain_descent, "plain gradient descent"),
        (lambda weight, *_: weight, "return two things"),
        (half_corrected, "divided: by 1 - 0.95"),
        (remembering_corrected, "you remember the CORRECTED means"),
        (without_square_corrected, "should be"),
    ],
    "05.rate_share": [
        (lambda s, n, w: s / w if s < w else (n - s) / (n - w), "is wasted"),
        (lambda s, _, w: min(1, (s + 1) / w), "has to fall"),
        (lambda s, n, w: (s + 1) / w if s < w else (n - s) / n, "warm-up ends"),
        (lambda s, _, w: (s + 1) / w, "at most 1"),
        (lambda s, _, w: (s + 1) / w if s < w else 1 - (s - w) / 45, "negative"),
        (lambda s, _, w: (s + 1) / w if s < w else None, "nothing is returned"),
        (
            lambda s, n, w: (s + 1) / (w + 1) if s < w else (n - s) / (n - w),
            "full rate",
        ),
        (
            lambda s, n, w: 0.1 * (s + 1) if s < w else (n - s) / (n - w),
            "rate_share(0, 50, 5)",
        ),
        (
            lambda s, _, w: (s + 1) / w if s < w else (100 - s) / 90,
            "rate_share(41, 50, 5)",
        ),
    ],
    "05.training_work": [
        (lambda n, t: n * t, "one operation"),
        (lambda n, t: 2 * n * t, "way forward only"),
        (lambda n, t: 3 * n * t, "multiplying and adding"),
        (lambda n, t: 4 * n * t, "way back only"),
    ],
}
RIGHT = {
    "05.cut_windows": [
        lambda ids, n: [
            (ids[k * n : k * n + n], ids[k * n + 1 : k * n + n + 1])
            for k in range((len(ids) - 1) // n)
        ],
        lambda ids, n: [
            [ids[k : k + n], ids[k + 1 : k + n + 1]] for k in range(0, len(ids) - n, n)
        ],
    ],
    "05.adam_step": [with_tensors, stepping(), in_lists],
    "05.rate_share": [line],
    "05.training_work": [lambda n, t: 2 * n * t + 4 * n * t],
}
