"""Say whether a text is a well-formed page of the islands, and of which kind.

The templates that write the pages are read backwards, so a page passes when each of
its sentences could have been written by the islands' writers, in an order that they
use, about one and the same person. It was made to judge pages that a model dreams up.

What it sees: form. Headings, speakers, the order of parts, grammar, spelling, sums,
times, crossing times, and whether an answer agrees with the text above it.

What it cannot see: truth. "Mira Quill is a baker" is as well formed as what is so; a
name that nobody bears passes if it looks like one; oldtimer is not contradicted. It
also overlooks a page that stops where it might have ended, names in stories that do
not matter, and what a mixture of known phrases means ("a velvet bakery in the soup").
And it knows only these kinds of pages: a good sentence in new words is a problem.
"""

from dataclasses import dataclass

from .parse_everyday import EVERYDAY_KINDS
from .parse_page import Malformed, Page, tidy
from .parse_people import PEOPLE_KINDS
from .parse_places import PLACE_KINDS
from .parse_reading import READING_KINDS
from .parse_school import SCHOOL_KINDS

KINDS = PEOPLE_KINDS | READING_KINDS | EVERYDAY_KINDS | PLACE_KINDS | SCHOOL_KINDS
_FREE = {"code", "table", "timetable", "greetings", "phrases", "pattern"}
_SMALL_LETTERS = {"emoji", "spelling", "fact box"}


LONGEST = 4000  # characters; no page of the islands has half as many


@dataclass(frozen=True)
class PageCheck:
    """What kind of page a text is or tries to be, and what is wrong with it."""

    kind: str | None
    problems: tuple[str, ...]

    @property
    def well_formed(self) -> bool:
        return not self.problems


def check_page(text: str) -> PageCheck:
    """Find the kind of page that a text is, or the one that it resembles longest.

    `kind` is None when not even a beginning fits; every planted passage is of the
    kind "passage". Of the problems only the first of each sort is reported.

    Example: check_page("Sums\\n1 + 1 = 3").problems -> ("four to nine sums ...",)
    """
    if len(text) > LONGEST:
        return PageCheck(None, (f"{len(text)} characters: too long for a page",))
    best, furthest, problem = None, 0, "begins like no kind of page"
    for kind, read in KINDS.items():
        page = Page(text.split("\n"))
        try:
            read(page)
        except Malformed as found:
            if found.read > furthest:
                best, furthest, problem = kind, found.read, found.problem
            continue
        return PageCheck(kind, _untidy(kind, text))
    problems = (problem, *_untidy(best, text)) if best else (problem,)
    return PageCheck(best, problems)


def _untidy(kind: str, text: str) -> tuple[str, ...]:
    return () if kind in _FREE else tuple(tidy(text, kind in _SMALL_LETTERS))
