"""One page on its way from bytes to clean text, and what becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Page:
    """What is known of a page; each filter fills in a little more.

    `text` is empty until the text was extracted, `bands` until its fingerprint was
    taken.
    """

    url: str
    body: bytes = b""
    content_type: str = "text/html"
    status: int = 200
    html: str = ""
    text: str = ""
    language: str = ""
    masked: tuple[tuple[str, str], ...] = ()  # ("email", "a@b.example"), as found
    exact: int = 0  # a hash of the words
    bands: tuple[int, ...] = ()  # of the MinHash signature

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the text so far; none while it is still HTML."""
        return _words(self.text)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text so far."""
        return _lines(self.text)

    @property
    def n_words(self) -> int:
        """Words of the text so far; 0 while it is still HTML."""
        return len(self.words)


# A dozen rules in turn ask for the words and lines of one text: it is cut once.
@lru_cache(maxsize=2)
def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@lru_cache(maxsize=2)
def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.splitlines())


# A filter hands the page on, changed or not, or says why it goes no further.
Filter = Callable[[Page], Page | str]
