"""Typical wrong answers of the crawl's exercises, and what they are told."""

import re

import torch

import course_lib.exercises.the_internet as room


def both(dropped, spam):
    return sum(d and s for d, s in zip(dropped, spam, strict=True))


def both_in_torch(dropped, spam):
    d, s = torch.tensor(dropped), torch.tensor(spam)
    both = (d & s).sum()
    return both / d.sum() if d.any() else 1.0, both / s.sum()


def accuracy(dropped, spam):
    return sum(d == s for d, s in zip(dropped, spam, strict=True)) / len(spam)


def keeping(text, earlier, words=20, common=True, copies="near", numbers="phone"):
    if len(text.split()) < words:
        return None
    if common and not room.has_common_words(text):
        return None
    if copies == "near" and any(room.is_near(text, other) for other in earlier):
        return None
    if copies == "exact" and text in earlier:
        return None
    patterns = {
        "phone": r"\b0\d\d[ -]\d{3}[ -]\d{4}\b",
        "any": r"\d[\d -]{7,}\d",
        "part": r"\b0\d\d[ -]\d{3}\b",
        "example": r"045 123 4567",
    }
    return re.sub(patterns[numbers], "[phone]", text)


def lines(text):
    return text.splitlines()


WRONG = {
    "01.precision_recall": [
        (lambda d, s: (both(d, s) / sum(s), both(d, s) / sum(d)), "in the wrong order"),
        (lambda d, s: (accuracy(d, s), accuracy(d, s)), "accuracy"),
        (
            lambda d, s: (both(d, s) / len(d), both(d, s) / sum(s)),
            "Of what was DROPPED",
        ),
        (lambda d, s: (both(d, s) / sum(d), both(d, s) / len(d)), "Of the SPAM"),
        (lambda d, s: (both(d, s) / sum(d), both(d, s) / sum(d)), "precision again"),
        (lambda d, s: (both(d, s) / sum(d), both(d, s) / sum(s)), "divides by zero"),
        (lambda d, s: both(d, s) / sum(d), "return two numbers"),
        (lambda *_: (1.0, 1.0, 1.0), "return two numbers"),
        (lambda *_: None, "return two numbers"),
    ],
    "01.ended_share": [
        (lambda t: sum(map(t.count, ".!?")) / len(lines(t)), "you counted signs"),
        (
            lambda t: sum(any(c in x for c in ".!?") for x in lines(t)) / len(lines(t)),
            "END of a line",
        ),
        (lambda t: sum(x.endswith(".") for x in lines(t)) / len(lines(t)), "? or !"),
        (
            lambda t: sum(x.endswith((".", "?")) for x in lines(t)) / len(lines(t)),
            "! ends",
        ),
        (
            lambda t: sum(x.endswith((".", "!", "?")) for x in lines(t)),
            "that is a count",
        ),
        (
            lambda t: (
                sum(x.endswith((".", "!", "?")) for x in t.split("\n"))
                / len(t.split("\n"))
            ),
            "an empty line",
        ),
        (lambda _: None, "is there a `return`"),
    ],
    "01.overlap": [
        (lambda a, b: len(set(a) & set(b)) / len(set(a)), "from either side"),
        (lambda a, b: len(set(a) & set(b)) / len(set(b)), "in EITHER"),
        (
            lambda a, b: len(set(a) & set(b)) / (len(set(a)) + len(set(b))),
            "counted twice",
        ),
        (lambda a, b: len(set(a) & set(b)) / (len(a) + len(b)), "Make sets first"),
        (lambda a, b: sum(x in b for x in a) / (len(a) + len(b)), "make sets first"),
        (lambda a, b: len(set(a) & set(b)), "Of how many?"),
        (lambda a, b: len(set(a) ^ set(b)) / len(set(a) | set(b)), "the distance"),
        (
            lambda a, b: round(len(set(a) & set(b)) / len(set(a) | set(b)), 2),
            "do not round",
        ),
        (lambda *_: None, "is there a `return`"),
    ],
    "01.chance_to_meet": [
        (lambda s, _b, r: s**r, "ONE band"),
        (lambda s, b, r: s ** (r * b), "all six numbers"),
        (lambda s, b, r: b * s**r, "do not add up"),
        (lambda s, b, r: (1 - s**r) ** b, "do NOT meet"),
        (lambda s, b, r: 1 - (1 - s**b) ** r, "exchanged"),
        (lambda s, b, _r: 1 - (1 - s) ** b, "both have to agree"),
        (lambda *_: None, "is there a `return`"),
    ],
    "01.keep": [
        (lambda t, _e: t if len(t.split()) >= 20 else None, "the length only"),
        (lambda t, e: keeping(t, e, copies="exact"), "exact duplicates only"),
        (lambda t, e: keeping(t, e, numbers="any"), "years as phone numbers"),
        (lambda t, e: keeping(t, e, words=0), "five words are not enough"),
        (lambda t, e: keeping(t, e, copies="no"), "kept it again"),
        (lambda t, e: keeping(t, e, numbers="part"), "still to be read"),
        (
            lambda t, e: None if re.search(r"\d{4}", t) else keeping(t, e),
            "no reason to drop",
        ),
        (lambda t, e: keeping(t, e) is not None or None, "not True"),
        (lambda t, e: (keeping(t, e) or "").lower() or None, "as it was"),
        (lambda t, e: keeping(t, e, words=21), "20 words are enough"),
        (
            lambda t, e: keeping(t, e, words=0) if len(t) >= 20 else None,
            "19 words are not enough",
        ),
        (lambda t, e: keeping(t, e) or "", "you return ''"),
        (lambda t, e: keeping(t, e[-1:]), "EVERY earlier text"),
        (lambda t, e: keeping(t, e, numbers="example"), "every one of them"),
        (lambda t, e: e.append(t) or keeping(t, e[:-1]), "you changed `earlier`"),
        (lambda *_: None, "nothing is kept"),
    ],
}
RIGHT = {
    "01.precision_recall": [
        lambda d, s: [
            both(d, s) / sum(d) if sum(d) else 1.0,
            both(d, s) / sum(s) if sum(s) else 1.0,
        ],
        both_in_torch,
    ],
    "01.ended_share": [
        lambda t: sum(x[-1:] in tuple(".!?") for x in lines(t)) / len(lines(t))
    ],
    "01.overlap": [
        lambda a, b: sum(x in b for x in set(a)) / len({*a, *b}),
    ],
    "01.chance_to_meet": [lambda s, b, r: 1 - (1 - s**r) ** b],
    "01.keep": [keeping],
}
