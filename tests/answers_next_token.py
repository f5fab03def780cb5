"""Typical wrong answers of the next-token exercises, and what they are told."""

import math
from collections import Counter, defaultdict
from itertools import accumulate, pairwise

import torch

import course_lib.exercises.next_token  # noqa: F401  pins its exercises
from course_lib.exercises.board import known_exercises

EXERCISES = {n: e for n, e in known_exercises().items() if n.startswith("03.")}


def nested(pairs, add=True):
    counts = {}
    for first, second in pairs:
        after = counts.setdefault(first, {})
        after[second] = after.get(second, 0) + 1 if add else 1
    return counts


def counting(*slices):
    """Count the pairs that are left of each row after slicing."""

    def answer(rows):
        return nested(p for row in rows for p in list(pairwise(row))[slice(*slices)])

    return answer


def last_row_only(rows):
    for row in rows:
        counts = nested(pairwise(row))
    return counts


def followers(rows):
    after = defaultdict(list)
    for row in rows:
        for first, second in pairwise(row):
            after[first].append(second)
    return after


def sample_equal_shares(counts, u):
    return list(counts)[int(u * len(counts))]


def sample_without_total(counts, u):
    for token, count in counts.items():
        u -= count
        if u < 0:
            return token
    return None


def sample_sorted(counts, u):
    return EXERCISES["03.sample"].reference(dict(sorted(counts.items())), u)


def sample_place(counts, u):
    token = EXERCISES["03.sample"].reference(counts, u)
    return list(counts).index(token)


def sample_by_running_total(counts, u):
    total = sum(counts.values())
    for token, reached in zip(counts, accumulate(counts.values()), strict=True):
        if u < reached / total:
            return token
    return token


def sample_chances_only(counts, u):
    for token, count in counts.items():
        u -= count / 100
        if u < 0:
            return token
    return None


def sample_count(counts, u):
    return counts[sample_by_running_total(counts, u)]


def sample_up_to_the_border(counts, u):
    total = sum(counts.values())
    for token, reached in zip(counts, accumulate(counts.values()), strict=True):
        if u * total <= reached:
            return token
    return token


def sample_changing_counts(counts, u):
    total = sum(counts.values())
    for token in counts:
        counts[token] /= total
    return sample_by_running_total(counts, u)


def picked(chances, targets):
    return [row[target] for row, target in zip(chances, targets, strict=True)]


def mean(values):
    return sum(values) / len(values)


def exp_shares(scores):
    positive = [math.exp(score) for score in scores]
    return [value / sum(positive) for value in positive]


def over_the_largest(scores):
    return [math.exp(score - max(scores)) for score in scores]


def shifted_by_positive_only(scores):
    highest = max([0.0, *scores])
    return exp_shares([score - highest for score in scores])


def off_the_smallest(scores):
    return exp_shares([score - min(scores) for score in scores])


def off_the_first(scores):
    return exp_shares([score - scores[0] for score in scores])


def off_the_smallest_in_torch(scores):
    scores = torch.tensor(scores, dtype=torch.float64)
    positive = (scores - scores.min()).exp()
    return positive / positive.sum()


def softmax_in_place(scores):
    scores[:] = exp_shares([score - max(scores) for score in scores])
    return scores


def nudging(nudge=1e-4, divide=1e-4, every=False, sign=1):
    def answer(loss, weights, k):
        nudged = [w + nudge if every or j == k else w for j, w in enumerate(weights)]
        return sign * (loss(nudged) - loss(weights)) / divide

    return answer


def nudging_in_place(loss, weights, k):
    before = loss(weights)
    weights[k] += 1e-4
    return (loss(weights) - before) / 1e-4


def nudging_both_ways(loss, weights, k, apart=2e-4):
    up, down = list(weights), list(weights)
    up[k] += 1e-4
    down[k] -= 1e-4
    return (loss(up) - loss(down)) / apart


def nudging_by_a_factor(loss, weights, k):
    nudged = list(weights)
    nudged[k] *= 1.001
    return (loss(nudged) - loss(weights)) / 0.001


def asked(ids, size):
    return EXERCISES["03.questions"].reference(ids, size)


WRONG = {
    "03.bigram_counts": [
        (lambda rows: Counter(p for r in rows for p in pairwise(r)), "keys are pairs"),
        (
            lambda rows: nested(pairwise([i for r in rows for i in r])),
            "from the end of one page",
        ),
        (
            lambda rows: nested((b, a) for r in rows for a, b in pairwise(r)),
            "backwards",
        ),
        (
            lambda rows: nested((p for r in rows for p in pairwise(r)), add=False),
            "stands there twice",
        ),
        (counting(None, None, 2), "two places at a time"),
        (counting(None, -1), "one pair too early"),
        (last_row_only, "only the last row is left"),
        (followers, "under each token stands a dict"),
        (lambda rows: [p for r in rows for p in pairwise(r)], "not list"),
    ],
    "03.sample": [
        (lambda counts, _: max(counts, key=counts.get), "arg-max"),
        (sample_equal_shares, "equal share of the line"),
        (sample_without_total, "always the first token"),
        (sample_chances_only, "nothing came back for u = 0.3"),
        (sample_sorted, "keep the order"),
        (sample_place, "not its count or its place"),
        (sample_count, "not its count or its place"),
        (sample_up_to_the_border, "just BELOW 0.25"),
        (sample_changing_counts, "you changed the counts"),
    ],
    "03.loss_bits": [
        (lambda c, t: -mean([math.log(p) for p in picked(c, t)]), "natural logarithm"),
        (lambda c, t: -math.log2(mean(picked(c, t))), "logarithm of the mean"),
        (lambda c, _: -mean([math.log2(max(r)) for r in c]), "arg-max"),
        (lambda c, t: -sum(math.log2(p) for p in picked(c, t)), "that is the sum"),
        (lambda c, t: mean([math.log2(p) for p in picked(c, t)]), "turn the sign"),
        (
            lambda c, _: -mean([math.log2(p) for row in c for p in row]),
            "one token came",
        ),
        (lambda c, t: -sum(math.log2(p) for p in picked(c, t)) / 2, "[0.125, 0.875]"),
        (lambda c, t: -mean([math.log2(p) for p in picked(c, t) if p]), "is infinite"),
        (lambda c, t: -mean([math.log2(p + 1e-9) for p in picked(c, t)]), "infinite"),
        (lambda *_: None, "is there a `return`"),
    ],
    "03.softmax": [
        (lambda s: [x / 2.302585092994046 for x in s], "divided the scores themselves"),
        (lambda s: [math.exp(x) for x in s], "now divide by the sum"),
        (lambda _: [], "must give 3 probabilities"),
        (over_the_largest, "not by the largest"),
        (exp_shares, "too large for a computer"),
        (shifted_by_positive_only, "rounded to 0"),
        (off_the_smallest, "take off the LARGEST"),
        (off_the_first, "not the first"),
        (off_the_smallest_in_torch, "softmax([2000.0, 0.0]) should be"),
        (softmax_in_place, "you changed the scores"),
        (lambda s: (x for x in exp_shares(s)), "return a list"),
        (lambda *_: None, "is there a `return`"),
    ],
    "03.slope": [
        (nudging(divide=1), "Divide by the nudge"),
        (nudging(every=True), "nudged all weights at once"),
        (nudging(sign=-1), "sign is turned round"),
        (nudging_in_place, "not what they were"),
        (lambda f, w, k: nudging_both_ways(f, w, k, apart=1e-4), "a factor of two"),
        (nudging(nudge=1, divide=1), "is a leap"),
        (nudging(1e-16, 1e-16), "exactly nothing"),
        (nudging_by_a_factor, "ADD the nudge"),
        (lambda *_: None, "is there a `return`"),
    ],
    "03.questions": [
        (
            lambda ids, n: [(ids[k - n : k], ids[k - 1]) for k in range(n, len(ids))],
            "the answer is in the question",
        ),
        (lambda ids, n: [(c[::-1], t) for c, t in asked(ids, n)], "reversed"),
        (lambda ids, n: asked(ids, n)[:-1], "the last question is lost"),
        (lambda ids, n: asked(ids, n)[::n], "by one token"),
        (
            lambda ids, n: [(ids[:k][-n:], ids[k]) for k in range(1, len(ids))],
            "should have two tokens",
        ),
    ],
}
RIGHT = {
    "03.bigram_counts": [
        lambda rows: {
            first: Counter(b for r in rows for a, b in pairwise(r) if a == first)
            for first in {a for r in rows for a in r[:-1]}
        },
        lambda rows: _with_default_dicts(rows),
    ],
    "03.sample": [sample_by_running_total],
    "03.loss_bits": [
        lambda c, t: mean([math.log2(1 / p) for p in picked(c, t)]),
        lambda c, t: float(-torch.tensor(picked(c, t)).double().log2().mean()),
    ],
    "03.softmax": [
        lambda s: torch.tensor(s, dtype=torch.float64).softmax(dim=0),
        lambda s: tuple(exp_shares([x - max(s) for x in s])),
    ],
    "03.slope": [nudging_both_ways, nudging(1e-6, 1e-6), nudging(-1e-4, -1e-4)],
    "03.questions": [
        lambda ids, n: [[ids[k : k + n], ids[k + n]] for k in range(len(ids) - n)]
    ],
}


def _with_default_dicts(rows):
    counts = defaultdict(Counter)
    for row in rows:
        for first, second in pairwise(row):
            counts[first][second] += 1
    return counts
