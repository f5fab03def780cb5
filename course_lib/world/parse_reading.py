"""Recognise reading exercises, and check that each answer stands in the text."""

from .grammar import capital
from .pages_school import LOOK_UP_HEADS, READING_HEADS
from .parse_page import Malformed, Page, told
from .parse_people import ASK, TELL, encyclopedia, fact_box
from .parse_sentences import pool
from .tellings import BOX_LABELS

_READING_HEAD, _LOOK_UP_HEAD = pool(READING_HEADS), pool(LOOK_UP_HEADS)


def _answered(page: Page, ask: str, answer: str, known: dict) -> None:
    """Check that an answer gives what the text says, in a word or in a sentence."""
    asked = Page([ask])
    asked.read = page.read
    match = asked.one(ask, ASK)
    key = match.env["@full"], match.tag[1]
    page.need(key in known, f"the text does not answer: {ask[:50]!r}")
    if answer == capital(known[key]) + ".":
        return
    spoken = Page([answer])
    kept = {k: v for k, v in page.env.items() if k == "pronoun"}
    spoken.env = kept | {"@full": key[0]}
    try:
        said = told([spoken.one(answer, TELL)])
    except Malformed:
        said = []
    right = said == [(key[1], known[key])]
    page.need(right, f"not the answer that the text gives: {answer[:50]!r}")


def _somebody(page: Page, text: str) -> dict:
    """Read sentences about one person, into what they tell."""
    matches = page.sentences(text, TELL)
    page.need("@full" in page.env, "nobody is named")
    page.never_twice(a for a, _ in told(matches))
    return {(page.env["@full"], a): v for a, v in told(matches)}


def reading(page: Page) -> None:
    page.one(page.line(), _READING_HEAD)
    known = _somebody(page, page.line())
    asked = []
    while page.more():
        asked.append(page.line("Question: "))
        _answered(page, asked[-1], page.line("Answer: "), known)
        page.read += 4
    page.need(asked, "nothing is asked")
    page.never_twice(asked)


def look_up(page: Page) -> None:
    """A question, then what was found about one person or two, then the answer."""
    page.one(page.line(), _LOOK_UP_HEAD)
    known, found = {}, []
    if page.peek().startswith("Visitor: "):
        ask = page.line("Visitor: ")
        found = [page.line('Librarian: One card says: "')]
        found.append(page.line('Librarian: Another card says: "'))
        page.need(all(f.endswith('"') for f in found), "a quotation does not end")
        found = [f.removesuffix('"') for f in found]
    else:
        ask = page.line("Question: ")
        if page.peek().startswith("Search: "):
            _search_key(page, ask)
            if page.peek().startswith("Result: "):
                found = [page.line("Result: ")]
            else:
                found = [page.line("Result 1: "), page.line("Result 2: ")]
        else:
            known = _entry(page)
    for text in found:
        one = Page([text])
        one.read = page.read
        known |= _somebody(one, text)
        page.read = one.read
    _answered(page, ask, page.line("Answer: "), known)
    page.end()


def _search_key(page: Page, ask: str) -> None:
    asked = Page([ask]).one(ask, ASK)
    name, attribute = asked.env["@full"], asked.tag[1]
    keys = [f"{name} {label.lower()}" for label in BOX_LABELS[attribute]]
    key = page.line("Search: ")
    page.need(key in (name, *keys), f"nobody asked for {key[:40]!r}")


def _entry(page: Page) -> dict:
    page.blank()
    lines = page.lines[page.at : -2]
    page.at = len(page.lines) - 2
    page.blank()
    entry = Page(lines)
    entry.read = page.read
    facts = (fact_box if "" not in lines else encyclopedia)(entry)
    page.read = entry.read
    return {(entry.env["@full"], a): v for a, v in facts}


READING_KINDS = {"reading": reading, "look-up": look_up}
