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


def first_above_zero(texts, score, n):
    best, found = 0, None
    for text in texts[:n]:
        if score(text) > best:
            best, found = score(text), text
    return found


def log_ratio_gap(a, b, c, d):
    return (a - b) - (c - d)


def score_all(texts, score, n):
    return max(texts[:n], key=dict(zip(texts, map(score, texts), strict=True)).get)


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
    "14.best_of": [
        (lambda t, s, _: max(t, key=s), "the best of ALL"),
        (lambda t, s, n: min(t[:n], key=s), "the worst of the three"),
        (lambda t, _, n: t[n - 1], "the last of the three"),
        (lambda t, s, n: max(s(x) for x in t[:n]), "you returned a score"),
        (score_all, "never written"),
        (first_above_zero, "Do you begin with 0"),
        (lambda t, s, n: sorted(t, key=s)[:n], "Return ONE text"),
        (lambda t, s, n: max(t[: n - 1], key=s), "you stopped before it"),
        (lambda t, _, n: max(t[:n], key=len), "scores 1, 2 and 3"),
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
    "14.best_of": [lambda t, s, n: sorted(t[:n], key=s)[-1]],
    "14.penalised": [
        lambda r, n, b, k: r - k * sum(x - y for x, y in zip(n, b, strict=True))
    ],
    "14.dpo_loss": [
        lambda a, b, c, d, k: -F.logsigmoid(torch.tensor(k * (a - b) - k * (c - d)))
    ],
}
