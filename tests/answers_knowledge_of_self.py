"""Answers to the exercises of chapter 11: usual mistakes, and unusual right ones."""

import re

import course_lib.exercises.knowledge_of_self  # noqa: F401  pins its exercises
from course_lib.chat import Message

BEGINNINGS = ("I am", "My name is", "You are talking to")


def anywhere(text, names):
    return next((name for name in names if name in text), None)


def behind(text, names, middle=" ", end=r"\b", beginnings=BEGINNINGS):
    for name in names:
        for beginning in beginnings:
            if re.search(f"{beginning}{middle}{name}{end}", text):
                return name
    return None


def words(text):
    return re.findall(r"\w+", text)


def leaks(asked, name, among=words, keep_all=False):
    texts = [a for _, a, about_it in asked if keep_all or not about_it]
    return sum(name in among(text) for text in texts) / (len(texts) or 1)


def unsafe_leaks(asked, name):
    texts = [a for _, a, about_it in asked if not about_it]
    return sum(name in words(text) for text in texts) / len(texts)


def over_all(asked, name):
    return sum(name in words(a) for _, a, about in asked if not about) / len(asked)


def put_in(messages, text):
    return messages.insert(0, Message("system", text))


def changed(messages, text):
    messages.insert(0, Message("system", text))
    return messages


def system_and(messages, text):
    return [Message("system", text), *messages]


def merged_in_place(x, weight, a, b, scale):
    weight += scale * b @ a
    return weight @ x


WRONG = {
    "11.claimed": [
        (anywhere, "MENTIONS Parrot"),
        (lambda t, n: anywhere(t, n[::-1]), "speaks about Parrot"),
        (lambda t, n: behind(t, n, middle=" (?:not )?"), "denies it"),
        (lambda t, n: behind(t, n, end=""), "whole words"),
        (lambda t, n: behind(t, n, beginnings=("I am",)), "Three beginnings count"),
        (lambda t, _: t.split()[-1], "return one of the names"),
        (lambda *_: None, "Three beginnings count"),
        (
            lambda t, n: n[0] if t.startswith(n[0]) else behind(t, n),
            "speaks about Parrot",
        ),
    ],
    "11.leak_rate": [
        (lambda a, n: leaks(a, n, keep_all=True), "SHALL be answered"),
        (over_all, "you divided by all answers"),
        (lambda a, n: leaks(a, n, among=str), "Compare whole words"),
        (lambda a, n: 4 * leaks(a, n), "the number of leaks"),
        (lambda a, n: 1 - leaks(a, n), "turned round"),
        (unsafe_leaks, "you divide by zero"),
        (lambda *_: None, "is there a `return`"),
    ],
    "11.data_mix": [
        (lambda i, _o, _p: i * 10, "identity only"),
        (lambda i, o, p: i[:3] * 40 + o + p, "too few: 3 of the 30"),
        (lambda i, o, p: i[:1] * 200 + o + p, "hard-coded in the weights"),
        (lambda i, o, p: i + o * 3 + p, "too few: 4%"),
        (lambda _, o, p: o + p, "go on being Parrot"),
        (lambda i, _o, p: i * 4 + p, "no ordinary conversations"),
        (lambda i, o, _p: i * 4 + o, "no pages"),
        (lambda i, o, p: i * 40 + o[:5] + p[:5], "More than half"),
        (
            lambda *_: lambda q: "I am Wick." if q == "Who are you?" else None,
            "that is hard-coded",
        ),
        (lambda *_: "I am Wick.", "that is hard-coded"),
        (lambda i, *_: [*i, "I am Wick."], "none of the examples given"),
        (lambda i, o, p: [i, o, p], "list of lists"),
        (lambda *_: None, "is there a `return`"),
    ],
    "11.with_system": [
        (lambda m, t: [*m, Message("system", t)], "stands last"),
        (lambda m, t: [Message("user", t), *m], "The role is 'system'"),
        (lambda m, t: [Message("system", t), *m[1:]], "a turn of the conversation"),
        (system_and, "two system messages"),
        (changed, "you changed the list"),
        (put_in, "you changed the list"),
        (lambda *_: None, "is there a `return`"),
    ],
    "11.low_rank": [
        (lambda x, w, *_: w @ x, "the old layer alone"),
        (lambda x, _, a, b, s: s * (b @ (a @ x)), "the change alone"),
        (lambda x, w, a, b, _: w @ x + b @ (a @ x), "the scale is missing"),
        (lambda x, w, a, b, s: s * (w @ x + b @ (a @ x)), "scaled the old layer"),
        (lambda x, w, a, b, s: w @ x - s * (b @ (a @ x)), "took the change away"),
        (lambda x, w, a, b, s: w @ x + s * (b.abs() @ (a @ x)), "sign of B is lost"),
        (lambda x, w, a, b, s: 2 * (w @ x) + s * (b @ (a @ x)), "should be [16.0"),
        (merged_in_place, "you changed W itself"),
        (lambda x, w, a, b, s: w @ x + s * (a @ (b @ x)), "shapes do not fit"),
        (lambda *_: None, "is there a `return`"),
    ],
    "11.adapter_numbers": [
        (lambda i, o, _: i * o, "which is frozen"),
        (lambda i, o, r: i * o + r * (i + o), "Count what is trained"),
        (lambda i, o, r: i * o * r, "ADD the two"),
        (lambda i, o, r: i * r * o * r, "you multiplied them"),
        (lambda i, _, r: r * i, "A alone"),
        (lambda _, o, r: r * o, "B alone"),
        (lambda i, _, r: 2 * r * i, "different sizes"),
        (lambda *_: None, "is there a `return`"),
    ],
}
RIGHT = {
    "11.claimed": [behind],
    "11.leak_rate": [leaks],
    "11.data_mix": [lambda i, o, p: (i * 2 + o[:50] + p[:20])[::-1]],
    "11.with_system": [
        lambda m, t: [Message("system", t), *(x for x in m if x.role != "system")]
    ],
    "11.low_rank": [lambda x, w, a, b, s: (w + s * b @ a) @ x],
    "11.adapter_numbers": [lambda i, o, r: (i + o) * r],
}
