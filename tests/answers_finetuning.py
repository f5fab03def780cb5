"""Answers to the exercises of chapter 08: usual mistakes, and unusual right ones."""

import math
import re

import torch

import course_lib.exercises.finetuning  # noqa: F401  pins its exercises


def mask(ids, assistant, end, before=False, with_end=True, off=True, turns=None):
    """Walk with a switch that can be turned on or off at the wrong place."""
    weights, speaking, answered = [], False, 0
    for token in ids:
        on = speaking and (with_end or token != end)
        weights.append(1.0 if on or (before and token == assistant) else 0.0)
        if token == assistant and (turns is None or answered < turns):
            speaking, answered = True, answered + 1
        if token == end and off:
            speaking = False
    return weights


def everything_but_marks(ids, assistant, _end):
    return [0.0 if token in (2, assistant) else 1.0 for token in ids]


def user_only(ids, assistant, _end):
    return [1.0 if k < ids.index(assistant) else 0.0 for k in range(len(ids))]


def shifted(ids, assistant, end):
    return [*mask(ids, assistant, end)[1:], 0.0]


def late(ids, assistant, end):
    right = mask(ids, assistant, end)
    return [w if k and right[k - 1] else 0.0 for k, w in enumerate(right)]


def last_only(ids, assistant, _end):
    last = len(ids) - 1 - ids[::-1].index(assistant)
    return [float(k > last) for k in range(len(ids))]


def in_place(ids, assistant, end):
    ids[:] = mask(ids, assistant, end)
    return ids


def mask_in_torch(ids, assistant, end):
    marks = torch.tensor(ids)
    begun = (marks == assistant).cumsum(0) - (marks == assistant).int()
    ended = (marks == end).cumsum(0) - (marks == end).int()
    return (begun > ended).float()


def loss(surprises, weights, below=None):
    total = sum(weights) if below is None else below(weights)
    return sum(s * w for s, w in zip(surprises, weights, strict=True)) / total


def loss_in_torch(surprises, weights):
    surprises, weights = torch.tensor(surprises), torch.tensor(weights)
    return (surprises * weights).sum() / weights.sum()


def loss_of_kept(surprises, weights):
    kept = [s for s, w in zip(surprises, weights, strict=True) if w]
    return sum(kept) / len(kept)


def plain(text):
    return text.lower().strip("?.! ")


def without_name(question, name):
    return question.replace(name, "{name}")


def words(text):
    return re.findall(r"\w+", text)


WRONG = {
    "08.loss_mask": [
        (lambda i, a, e: mask(i, a, e, with_end=False), "never learns to stop"),
        (lambda i, a, e: mask(i, a, e, before=True), "<|assistant|> itself"),
        (shifted, "one place too early"),
        (late, "one place too late"),
        (user_only, "turned round"),
        (lambda i, *_: [1.0] * len(i), "That is pretraining"),
        (everything_but_marks, "questions of its own"),
        (lambda i, *_: [0.0] * len(i), "nothing is learned"),
        (lambda i, _, e: [float(t == e) for t in i], "only the end token"),
        (lambda i, a, e: mask(i, a, e, turns=1), "the second answer"),
        (last_only, "only the last answer"),
        (lambda i, a, e: mask(i, a, e, off=False), "BEHIND the end token"),
        (lambda i, a, e: mask(i, a, e)[1:], "one beside each"),
        (in_place, "you changed the list"),
        (lambda *_: None, "is there a `return`"),
    ],
    "08.masked_loss": [
        (lambda s, w: loss(s, w, lambda _: 1), "Take the mean"),
        (lambda s, w: loss(s, w, len), "the number of ALL tokens"),
        (lambda s, _: sum(s), "the weights are not used"),
        (lambda s, _: sum(s) / len(s), "of weight 0 do not count"),
        (lambda s, _: torch.tensor(s).mean(), "of weight 0 do not count"),
        (lambda s, w: loss(s, w, lambda w: sum(x > 0 for x in w)), "their SUM"),
        (loss_of_kept, "their SUM"),
        (loss_in_torch, "gives nan"),
        (loss, "divides by zero"),
        (lambda *_: None, "is there a `return`"),
    ],
    "08.is_new": [
        (lambda q, _, k: q not in k, "Put {name} in her place"),
        (lambda q, n, k: without_name(q, n) not in k, "strip '?'"),
        (
            lambda q, n, k: plain(without_name(q, n)) not in map(plain, k),
            "a known question",
        ),
        (lambda *_: False, "was never trained on"),
        (lambda *_: None, "is there a `return`"),
    ],
    "08.pages_to_replay": [
        (lambda c, p, s: math.ceil(c * s / p), "share of the conversations"),
        (lambda c, p, s: math.ceil(c / s / p), "They are the rest"),
        (lambda c, p, s: math.ceil(c * (1 - s) / s / p), "turned round"),
        (lambda c, _, s: c * s / (1 - s), "those are tokens"),
        (lambda c, p, _: c // p, "a half, not 3/4"),
        (lambda c, p, s: int(c * s / (1 - s) / p), "Round UP"),
        (lambda *_: None, "is there a `return`"),
    ],
    "08.keep": [
        (lambda t, v, _: t == v, "Do you ask for equality"),
        (lambda *_: True, "and you keep it"),
        (lambda t, v, vs: not {*words(t)} & {*vs} - {v}, "names no pet at all"),
        (lambda t, v, _: v in t, "Compare whole words"),
        (lambda t, v, _: v in words(t), "has not answered"),
        (
            lambda t, v, vs: (
                v in words(t) and not any(o in t for o in vs if o not in (v, "cat"))
            ),
            "Whole words, there, too",
        ),
        (lambda *_: None, "is there a `return`"),
    ],
}
RIGHT = {
    "08.loss_mask": [mask_in_torch, lambda i, a, e: [int(w) for w in mask(i, a, e)]],
    "08.masked_loss": [lambda s, w: loss(s, w) if any(w) else 0],
    "08.is_new": [
        lambda q, n, k: (
            not any(
                re.search(re.escape(plain(t)), plain(without_name(q, n))) for t in k
            )
        )
    ],
    "08.pages_to_replay": [lambda c, p, s: math.ceil(c / (1 - s) * s / p)],
    "08.keep": [lambda t, v, vs: [o for o in vs if o in words(t)] == [v]],
}
