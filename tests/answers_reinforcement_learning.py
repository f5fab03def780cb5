"""Answers to the exercises of chapter 13: usual mistakes, and unusual right ones."""

import math
import re
import statistics

import torch

import course_lib.exercises.reinforcement_learning  # noqa: F401  pins its exercises


def by(mean, spread, sign=1):
    """Advantages with another mean or another spread."""
    return lambda groups: [
        [sign * (r - mean(groups, g)) / spread(groups, g) for r in g] for g in groups
    ]


def own(_groups, group):
    return sum(group) / len(group)


def batch(groups, _group):
    every = [r for group in groups for r in group]
    return sum(every) / len(every)


def spread(_groups, group):
    return statistics.pstdev(group)


def of_batch(groups, _group):
    return statistics.pstdev([r for group in groups for r in group])


def one(_groups, _group):
    return 1


def in_place(groups):
    for group in groups:
        group[:] = [0.0] * len(group)
    return groups


def in_torch(groups):
    rewards = torch.tensor(groups)
    better = rewards - rewards.mean(1, keepdim=True)
    return better / rewards.std(1, keepdim=True, correction=0).clamp(min=1e-9)


def with_a_little_more(groups):
    rewards = torch.tensor(groups)
    better = rewards - rewards.mean(1, keepdim=True)
    return better / (rewards.std(1, keepdim=True, correction=0) + 1e-6)


def nan_for_equals(groups):
    return [
        [float("nan")] * len(g) if len(set(g)) == 1 else row
        for g, row in zip(groups, in_torch(groups).tolist(), strict=True)
    ]


def ones_for_equals(groups):
    return [
        [1.0] * len(g) if len(set(g)) == 1 else row
        for g, row in zip(groups, in_torch(groups).tolist(), strict=True)
    ]


def leaving_equals_out(groups):
    rows = zip(groups, in_torch(groups).tolist(), strict=True)
    return [row for group, row in rows if len(set(group)) > 1]


def pass_at_in_torch(right, answers, k):
    drawn = torch.arange(k)
    left = (answers - right - drawn).clamp(min=0)
    return 1 - (left / (answers - drawn)).prod()


def none(*_):
    return None


WRONG = {
    "13.final_reward": [
        (lambda *_: 0.0, "earns nothing"),
        (lambda t, r: float(r in re.findall(r"\d+", t)), "any number in the text"),
        (lambda t, r: float(t.endswith(r)), "not its last letter"),
        (
            lambda t, r: float(re.findall(r"\d+", t)[-1] == r),
            "holds no final answer",
        ),
        (
            lambda t, r: float(
                re.findall(r"Answer: (\d+)", t)[-1:] == [r] and "14" not in t
            ),
            "it is two",
        ),
        (
            lambda t, r: float(t.partition("Answer:")[2].strip() == r),
            "the last one is the final answer",
        ),
        (
            lambda t, r: float(t.split("Answer:")[-1].strip() == r),
            "has no 'Answer:' in it",
        ),
        (
            lambda t, r: float(t.rpartition("Answer: ")[1:] == ("Answer: ", r)),
            "do not count: .strip()",
        ),
        (none, "is there a `return`"),
    ],
    "13.advantages": [
        (by(batch, of_batch), "the mean of the whole batch"),
        (by(batch, one), "the mean of the whole batch, and not divided"),
        (by(own, one), "still to be divided"),
        (by(own, spread, -1), "the sign is turned round"),
        (by(own, lambda _, g: statistics.stdev(g)), "divide by n."),
        (by(own, lambda _, g: statistics.pvariance(g)), "its ROOT"),
        (by(own, spread), "zero spread"),
        (leaving_equals_out, "is left out"),
        (nan_for_equals, "gives nan"),
        (ones_for_equals, "has advantages of 0"),
        (in_place, "you changed the rewards"),
        (none, "is there a `return`"),
    ],
    "13.slope": [
        (lambda p, a, b: p * a + (1 - p) * b, "the mean reward itself"),
        (lambda p, a, b: (1 - p) * (a - b), "you forgot p itself"),
        (lambda p, a, b: p * p * (a - b), "(1 - p) is missing"),
        (lambda p, a, b: p * (1 - p) * (b - a), "the sign is turned round"),
        (lambda _, a, b: a - b, "difference of the rewards"),
        (lambda p, a, _: p * (1 - p) * a, "if both answers earn the same"),
        (none, "is there a `return`"),
    ],
    "13.token_weights_of": [
        (lambda p, a, v: [v] * (len(p) + len(a)), "the prompt is weighted"),
        (lambda p, a, v: [0] * len(p) + [v] * (len(a) - 1) + [0], "ends the answer"),
        (lambda p, a, v: [0] * (len(p) + len(a) - 1) + [v], "only the last token"),
        (lambda p, a, v: [0] * len(p) + [v / len(a)] * len(a), "by the length"),
        (lambda p, a, _: [0] * len(p) + [1] * len(a), "the mask of chapter 08"),
        (lambda p, a, v: [0] * len(p) + [-v] * len(a), "the sign is turned round"),
        (lambda p, a, v: [0] * (len(p) - 1) + [v] * len(a) + [0], "too early"),
        (lambda p, a, v: [0] * len(p) + [max(0, v)] * len(a), "became 0"),
        (lambda _, a, v: [v] * len(a), "beside EVERY token"),
        (none, "is there a `return`"),
    ],
    "13.pull": [
        (lambda _s, w, _b: w, "Compare it with the mean"),
        (lambda _s, w, b: w - b, "compared with the blurted ones only"),
        (lambda _s, w, b: w - (w + b) / 2, "not equally frequent"),
        (lambda s, w, b: s * w + (1 - s) * b, "that is the group's mean"),
        (lambda s, w, b: b - (s * w + (1 - s) * b), "of a blurted answer"),
        (lambda s, w, b: (s * w + (1 - s) * b) - w, "sign is turned round"),
        (lambda s, w, b: s * (1 - s) * (w - b), "all worked ones together"),
        (lambda s, w, b: max((1 - s) * (w - b), 0.0), "rewards may be negative"),
        (none, "is there a `return`"),
    ],
    "13.pass_at": [
        (lambda c, n, k: 1 - (1 - c / n) ** k, "with putting back"),
        (lambda c, n, _: c / n, "that is pass@1"),
        (lambda c, *_: float(c > 0), "only if all answers"),
        (lambda c, n, k: math.comb(n - c, k) / math.comb(n, k), "all k are WRONG"),
        (none, "is there a `return`"),
    ],
}
RIGHT = {
    "13.final_reward": [
        lambda t, r: int(t.split("Answer:")[-1].strip() == r and "Answer:" in t)
    ],
    "13.advantages": [in_torch, with_a_little_more],
    "13.slope": [lambda p, a, b: p * (a - (p * a + (1 - p) * b))],
    "13.token_weights_of": [
        lambda p, a, v: torch.tensor([0.0] * len(p) + [v] * len(a))
    ],
    "13.pull": [lambda s, w, b: (1 - s) * (w - b)],
    "13.pass_at": [
        lambda c, n, k: (
            1.0 if n - c < k else 1 - math.prod((n - c - i) / (n - i) for i in range(k))
        ),
        pass_at_in_torch,
    ],
}
