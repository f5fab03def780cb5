"""Answers to the exercises of chapter 14: usual mistakes, and unusual right ones."""

import math
import statistics

import torch
import torch.nn.functional as F

import course_lib.exercises.rlhf  # noqa: F401  pins its exercises


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def surprise(x):
    return -math.log(sigmoid(x))


def share(chosen, rejected, tie):
    pairs = list(zip(chosen, rejected, strict=True))
    return sum(1 if c > r else tie if c == r else 0 for c, r in pairs) / len(pairs)


def last_below(name, bound):
    return lambda looks: max(k["step"] for k in looks if k[name] <= bound)


def log_ratio_gap(a, b, c, d):
    return (a - b) - (c - d)


WRONG = {
    "14.pair_loss": [
        (lambda c, r: surprise(r - c), "sign: that is the surprise if the OTHER"),
        (lambda c, r: math.log(sigmoid(c - r)), "never negative"),
        (lambda c, r: sigmoid(c - r), "no log"),
        (lambda c, r: 1 - sigmoid(c - r), "no log: 1 minus"),
        (lambda c, _: surprise(c), "scores instead of differences"),
        (lambda c, r: surprise(c) + surprise(r), "scores instead of differences"),
        (lambda c, r: c - r, "a sigmoid and a log are missing"),
        (lambda c, r: surprise(c - r) / math.log(2), "in bits"),
        (lambda c, r: surprise(abs(c - r)), "pair_loss(1.0, 3.0) should be"),
        (lambda *_: None, "is there a `return`"),
        (lambda *_: "high", "should be a number"),
    ],
    "14.share_right": [
        (lambda c, r: share(c, r, 1), "would then be perfect"),
        (lambda c, r: share(c, r, 0), "counts as wrong with you"),
        (lambda c, r: share(c, r, 0.5) * len(c), "a number of pairs"),
        (lambda c, r: share(r, c, 0.5), "turned round"),
        (
            lambda c, r: statistics.mean(a - b for a, b in zip(c, r, strict=True)),
            "the mean difference",
        ),
        (
            lambda c, r: (
                share(c, r, 0.5) if len(c) > 1 else float(c[0] > 0 and c[0] > r[0])
            ),
            "Its sign means nothing",
        ),
        (lambda *_: None, "is there a `return`"),
    ],
    "14.stop_at": [
        (lambda looks: looks[-1]["step"], "rises to the end"),
        (
            lambda looks: max(looks, key=lambda k: k["score"])["step"],
            "rises to the end",
        ),
        (lambda looks: max(looks, key=lambda k: k["truth"])["step"], "at the truth"),
        (lambda looks: looks[2]["step"], "too early"),
        (lambda looks: looks[-2]["step"], "too late"),
        (lambda _: 24, "half the pace"),
        (lambda looks: looks[len(looks) * 2 // 5]["step"], "half the pace"),
        (last_below("score", 2.35), "rises to the end"),
        (last_below("kl", 12), "too late"),
        (lambda looks: looks[3], "a whole look"),
        (lambda _: 25, "the step of no look"),
        (lambda *_: None, "is there a `return`"),
    ],
    "14.penalised": [
        (lambda r, n, b, beta: r + beta * (sum(n) - sum(b)), "you pay it"),
        (lambda r, n, b, beta: r - beta * (sum(n) - sum(b)) / len(n), "the SUM"),
        (lambda r, n, b, _: r - (sum(n) - sum(b)), "beta is missing"),
        (lambda r, n, _, beta: r - beta * sum(n), "now alone"),
        (lambda r, n, b, beta: r - beta * (n[-1] - b[-1]), "only the last token"),
        (lambda r, n, b, beta: r - beta * abs(sum(n) - sum(b)), "gets a bonus"),
        (lambda *_: None, "is there a `return`"),
    ],
    "14.dpo_loss": [
        (lambda a, b, c, d, k: surprise(-k * log_ratio_gap(a, b, c, d)), "sign: with"),
        (lambda a, b, c, d, _: surprise(log_ratio_gap(a, b, c, d)), "beta is missing"),
        (lambda a, _b, c, _d, k: surprise(k * (a - c)), "the reference is missing"),
        (lambda a, b, c, d, k: sigmoid(k * log_ratio_gap(a, b, c, d)), "no log"),
        (
            lambda a, b, c, d, k: -surprise(k * log_ratio_gap(a, b, c, d)),
            "the loss is minus",
        ),
        (
            lambda a, b, c, d, k: k * surprise(log_ratio_gap(a, b, c, d)),
            "INSIDE the sigmoid",
        ),
        (lambda a, b, _c, _d, k: surprise(k * (a - b)), "one log-ratio only"),
        (lambda *_: None, "is there a `return`"),
    ],
}
RIGHT = {
    "14.pair_loss": [
        lambda c, r: math.log1p(math.exp(r - c)),
        lambda c, r: -F.logsigmoid(torch.tensor(c - r)),
    ],
    "14.share_right": [
        lambda c, r: statistics.mean(
            (1 + math.copysign(1, a - b) * (a != b)) / 2
            for a, b in zip(c, r, strict=True)
        )
    ],
    "14.stop_at": [last_below("kl", 7), last_below("repeated", 0.5)],
    "14.penalised": [
        lambda r, n, b, k: r - k * sum(x - y for x, y in zip(n, b, strict=True))
    ],
    "14.dpo_loss": [
        lambda a, b, c, d, k: -F.logsigmoid(torch.tensor(k * (a - b) - k * (c - d)))
    ],
}
