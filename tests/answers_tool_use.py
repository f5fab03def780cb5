"""Typical wrong answers of the exercises on tool use, and what they are told."""

import course_lib.exercises.tool_use  # noqa: F401  pins its exercises
from course_lib.exercises.tool_use import K1, B, rarity


def scored(query, page, pages, each):
    average = sum(len(p) for p in pages) / len(pages)
    return sum(
        each(rarity(word, pages), page.count(word), len(page) / average)
        for word in query
    )


def bm25_of(each):
    return lambda query, page, pages: scored(query, page, pages, each)


def slow(length):
    return K1 * (1 - B + B * length)


def first_word_only(query, page, pages):
    right = bm25_of(lambda r, f, n: r * f / (f + slow(n)))
    return right(query[:1], page, pages)


def decided(tokens, ran, ready, most=3):
    """Run the last call as soon as `ready` says so."""
    if tokens[-1:] == ["<|end|>"]:
        return "stop", None
    if "<search_start>" in tokens and ready(tokens):
        if ran >= most:
            return "stop", None
        start = max(k for k, t in enumerate(tokens) if t == "<search_start>")
        words = tokens[start + 1 :]
        if "<search_end>" in words:
            words = words[: words.index("<search_end>")]
        return "run", "".join(words)
    return "go on", None


def at_once(tokens, ran):
    return decided(tokens, ran, lambda _tokens: True)


def again_and_again(tokens, ran):
    return decided(tokens, ran, lambda tokens: "<search_end>" in tokens)


def last_closed(tokens):
    return tokens[-1] == "<search_end>"


def without_bound(tokens, ran):
    return decided(tokens, ran, last_closed, most=99)


def deaf_to_the_end(tokens, ran):
    return decided([t for t in tokens if t != "<|end|>"] or [], ran, last_closed)


def first_call_only(tokens, ran):
    what, query = decided(tokens, ran, last_closed)
    if what == "run":
        query = "".join(tokens[tokens.index("<search_start>") + 1 : -1])
    return what, query


def first_query(tokens, ran):
    what, query = decided(tokens, ran, last_closed)
    if what == "run":
        start, end = map(tokens.index, ("<search_start>", "<search_end>"))
        query = "".join(tokens[start + 1 : end])
    return what, query


def never_behind_three(tokens, ran):
    return ("stop", None) if ran >= 3 else decided(tokens, ran, last_closed)


def looking_at_the_last(tokens, ran):
    if tokens[-1] == "<|end|>":
        return "stop", None
    return decided(tokens, ran, last_closed)


def one_thing(tokens, ran):
    what, query = decided(tokens, ran, last_closed)
    return what if query is None else (what, query)


def weigh(*names):
    return lambda parts: [float(n in names) for n, count in parts for _ in range(count)]


def weigh_by_count(parts):
    ours = ("call", "answer", "end")
    return [count * (n in ours) for n, count in parts for _ in range(count)]


def cut_to(room):
    def cut(result, context, used, kept):
        return result[: room(context, used, kept)]

    return cut


def cut_from_the_end(result, context, used, kept):
    room = max(0, context - used - kept)
    return result[-room:] if room else []


def share(some, test):
    return sum(map(test, some)) / len(some)


def groups(sure, right):
    unknown = [s for s, r in zip(sure, right, strict=True) if not r]
    return unknown, [s for s, r in zip(sure, right, strict=True) if r]


def shares(sure, right, test):
    return tuple(share(some, test) for some in groups(sure, right))


WRONG = {
    "10.bm25": [
        (bm25_of(lambda r, f, _n: r * f), "counted the mentions"),
        (bm25_of(lambda r, f, _n: r * f / (f + K1)), "length of the page"),
        (bm25_of(lambda _r, f, n: f / (f + slow(n))), "is missing"),
        (
            bm25_of(lambda r, f, n: r * (f > 0) / ((f > 0) + slow(n))),
            "counted once",
        ),
        (bm25_of(lambda r, f, n: r * (f + slow(n)) / f), "turned over"),
        (bm25_of(lambda r, f, n: r * f / (f + slow(1 / n))), "turned round"),
        (first_word_only, "the sum of what each word gives"),
    ],
    "10.next_call": [
        (at_once, "runs before the closing token"),
        (again_and_again, "runs again and again"),
        (without_bound, "three calls have run already"),
        (deaf_to_the_end, "means that the assistant has finished"),
        (first_call_only, "begins at the LAST"),
        (first_query, "begins at the LAST"),
        (never_behind_three, "stopped before it could answer"),
        (looking_at_the_last, "before its first token nothing is written"),
        (one_thing, "must give two things"),
        (lambda _tokens, _ran: None, "is there a `return`"),
    ],
    "10.learned": [
        (weigh("call", "result", "answer", "end"), "trains on results"),
        (weigh("question", "call", "answer", "end"), "trains on the question"),
        (weigh("answer", "end"), "who should write it"),
        (weigh("call", "answer"), "never stops"),
        (weigh("call", "end"), "behind the result"),
        (lambda parts: [1.0] * len(parts), "one for each token"),
        (weigh_by_count, "a weight is 0 or 1"),
    ],
    "10.cut": [
        (cut_to(lambda context, used, _kept: context - used), "nothing is left"),
        (cut_to(lambda context, used, kept: context - used - kept), "negative slice"),
        (cut_from_the_end, "keep the beginning"),
        (lambda result, *_: result, "yours keeps 60"),
    ],
    "10.looked_up": [
        (lambda s, r, t: shares(s, r, lambda c: c < t)[::-1], "changed places"),
        (lambda s, r, t: shares(s, r, lambda c: c <= t), "exactly AT"),
        (lambda s, r, t: shares(s, r, lambda c: c > t), "ABOVE"),
        (
            lambda s, r, t: tuple(
                sum(c < t for c in some) / len(s) for some in groups(s, r)
            ),
            "of its own group",
        ),
        (
            lambda s, r, t: tuple(sum(c < t for c in some) for some in groups(s, r)),
            "those are counts",
        ),
    ],
}
RIGHT = {
    "10.bm25": [bm25_of(lambda r, f, n: r * f / (f + slow(n)))],
    "10.next_call": [lambda tokens, ran: decided(tokens, ran, last_closed)],
    "10.learned": [weigh("call", "answer", "end")],
    "10.cut": [cut_to(lambda context, used, kept: max(0, context - used - kept))],
    "10.looked_up": [lambda s, r, t: list(shares(s, r, lambda c: c < t))],
}
