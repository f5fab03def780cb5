"""One page on its way from bytes to clean text, and what becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass


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
    def n_words(self) -> int:
        """Words of the text so far; 0 while it is still HTML."""
        return len(self.text.split())


# A filter hands the page on, changed or not, or says why it goes no further.
Filter = Callable[[Page], Page | str]
