"""Typical wrong answers of the inference exercises, and what they are told."""

import math

import numpy as np
import torch

import course_lib.exercises.inference  # noqa: F401  pins its exercises


def shares(weights):
    total = sum(weights)
    return [weight / total for weight in weights]


def softmax(scores):
    return shares([math.exp(score - max(scores)) for score in scores])


def divided_without_shift(scores, temperature):
    if temperature == 0:
        return one_hot(scores, scores.index(max(scores)))
    return shares([math.exp(score / temperature) for score in scores])


def one_hot(scores, place):
    return [1.0 if k == place else 0.0 for k in range(len(scores))]


def softmax_of_divided(scores, temperature):
    return softmax([score / temperature for score in scores])


def sharing_ties(scores, temperature):
    if temperature == 0:
        return shares([score == max(scores) for score in scores])
    return softmax_of_divided(scores, temperature)


def last_of_ties(scores, temperature):
    if temperature == 0:
        return one_hot(scores, len(scores) - 1 - scores[::-1].index(max(scores)))
    return softmax_of_divided(scores, temperature)


def in_place(scores, temperature):
    for k in range(len(scores)):
        scores[k] /= temperature
    return softmax(scores)


def with_temperature_in_torch(scores, temperature):
    scores = torch.tensor(scores, dtype=torch.float64)
    if temperature == 0:
        return torch.nn.functional.one_hot(scores.argmax(), len(scores))
    return (scores / temperature).softmax(-1)


def likeliest_first(chances):
    return sorted(range(len(chances)), key=lambda place: -chances[place])


def keeping(chances, places, divide=True):
    kept = [chances[k] if k in places else 0.0 for k in range(len(chances))]
    return shares(kept) if divide else kept


def top_k_by_threshold(chances, k):
    least = sorted(chances)[-min(k, len(chances))]
    return shares([chance if chance >= least else 0 for chance in chances])


def top_k_in_place(chances, k):
    for place in likeliest_first(chances)[k:]:
        chances[place] = 0.0
    return shares(chances)


def top_k_one_by_one(chances, k):
    order = likeliest_first(chances)
    return keeping(chances, [order[n] for n in range(k)])


def top_k_in_torch(chances, k):
    chances = torch.tensor(chances)
    kept, places = chances.topk(k)
    return torch.zeros_like(chances).scatter(0, places, kept / kept.sum())


def top_p_places(chances, p, order=None, drop=False, strict=False):
    kept, total = [], 0.0
    for place in order or likeliest_first(chances):
        if drop and total + chances[place] > p:
            break
        kept.append(place)
        total += chances[place]
        if (total > p) if strict else (total >= p):
            break
    return kept


def top_p_dropping(chances, p):
    return keeping(chances, top_p_places(chances, p, drop=True))


def top_p_unsorted(chances, p):
    return keeping(chances, top_p_places(chances, p, order=range(len(chances))))


def top_p_unlikeliest_first(chances, p):
    return keeping(chances, top_p_places(chances, p, likeliest_first(chances)[::-1]))


def top_p_strict(chances, p):
    return keeping(chances, top_p_places(chances, p, strict=True))


def top_p_sorted(chances, p):
    n_kept = len(top_p_places(chances, p))
    return keeping(sorted(chances, reverse=True), range(n_kept))


def top_p_by_what_came_before(chances, p):
    order = torch.tensor(likeliest_first(chances))
    sorted_chances = torch.tensor(chances, dtype=torch.float64)[order]
    before = sorted_chances.cumsum(0) - sorted_chances
    sorted_chances[before >= p] = 0
    kept = torch.zeros(len(chances), dtype=torch.float64)
    kept[order] = sorted_chances / sorted_chances.sum()
    return kept


WRONG = {
    "06.with_temperature": [
        (lambda s, t: softmax([x * t for x in s]), "you multiplied by the temperature"),
        (lambda s, t: [c / t for c in softmax(s)], "you divided the chances"),
        (lambda s, t: shares([c / t for c in softmax(s)]), "undoes itself"),
        (lambda s, t: [x / t for x in s], "After the division comes softmax"),
        (lambda s, t: [math.exp(x / t) for x in s], "divide by the sum"),
        (softmax_of_divided, "It is a case of its own"),
        (sharing_ties, "the FIRST of them takes it all"),
        (last_of_ties, "not the last"),
        (divided_without_shift, "too large for a computer"),
        (in_place, "you changed the list"),
        (lambda *_: None, "is there a `return`"),
    ],
    "06.top_k": [
        (lambda c, k: keeping(c, likeliest_first(c)[:k], divide=False), "adds up to"),
        (lambda c, k: keeping(c, range(k)), "the first two of the list"),
        (lambda c, k: keeping(c, likeliest_first(c)[-k:]), "UNLIKELIEST"),
        (lambda c, k: keeping(c, likeliest_first(c)[: k + 1]), "one too many"),
        (lambda c, k: shares(sorted(c, reverse=True)[:k]), "the places of the others"),
        (
            lambda c, k: keeping(sorted(c, reverse=True), range(k)),
            "the chances are sorted now",
        ),
        (
            lambda c, k: shares([n in likeliest_first(c)[:k] for n in range(len(c))]),
            "kept is not equally likely",
        ),
        (top_k_by_threshold, "Count to k"),
        (top_k_in_place, "you changed the list"),
        (top_k_one_by_one, "larger than the number of tokens"),
        (top_k_in_torch, "larger than the number of tokens"),
        (
            lambda c, k: keeping(c, np.argpartition(c, -k)[-k:]),
            "larger than the number of tokens",
        ),
        (lambda *_: None, "is there a `return`"),
    ],
    "06.top_p": [
        (top_p_dropping, "you dropped the token that crosses the line"),
        (
            lambda c, p: keeping(c, top_p_places(c, p), divide=False),
            "Divide by the sum",
        ),
        (top_p_unsorted, "Sort first"),
        (top_p_unlikeliest_first, "nothing was cut"),
        (top_p_strict, "nobody else stays"),
        (top_p_sorted, "the chances are sorted now"),
        (
            lambda c, p: [c[k] / 0.75 for k in top_p_places(c, p)],
            "the places of the others",
        ),
        (lambda *_: None, "is there a `return`"),
    ],
    "06.cache_bytes": [
        (lambda n, k, d, t, b: n * k * d * t * b, "the keys only"),
        (lambda n, k, d, t, b: 2 * n * k * d * t * b * 8, "those are bits"),
        (lambda n, k, d, t, _: 2 * n * k * d * t, "How many bytes"),
        (lambda n, k, d, t, _: 2 * n * k * d * t * 2, "should be"),
        (lambda _, k, d, t, b: 2 * k * d * t * b, "that is one layer"),
        (lambda n, _, d, t, b: 2 * n * d * t * b, "that is one head"),
        (lambda n, k, d, t, b: 2 * n * k * d * t * t * b, "in there twice"),
        (lambda n, k, d, t, b: 3 * n * k * d * t * b, "only the newest token asks"),
        (lambda *_: None, "is there a `return`"),
    ],
}
RIGHT = {
    "06.with_temperature": [with_temperature_in_torch],
    "06.top_k": [
        lambda c, k: tuple(keeping(c, likeliest_first(c)[:k])),
        lambda c, k: torch.tensor(keeping(c, likeliest_first(c)[:k])),
    ],
    "06.top_p": [top_p_by_what_came_before],
    "06.cache_bytes": [
        lambda n, k, d, t, b: sum(
            b * d * k for _ in ("key", "value") for _ in range(n * t)
        )
    ],
}
