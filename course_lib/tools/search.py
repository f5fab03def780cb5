"""Find the page that suits a query: a full-text index that can be edited at any time.

SQLite's FTS5 ranks by BM25 (Robertson and Zaragoza 2009) and comes with Python. The
package `bm25s` ranks alike and faster over millions of pages, but has to build its
index anew for each edited page; here pages are edited, and there are thousands.
"""

import re
import sqlite3
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from course_lib.tools.errors import ToolError
from course_lib.tools.lessons import NOT_FOUND, page_about
from course_lib.world import World
from course_lib.world.dice import Dice

MAX_WORDS = 32  # of a query
TITLE_WEIGHT = 2.0  # a word of the title counts for two


@dataclass(frozen=True)
class Page:
    """A page of the index; no two have the same title."""

    title: str
    text: str


@dataclass(frozen=True)
class Hit:
    """A page that was found, and how well it suits: more is better."""

    page: Page
    score: float


class SearchIndex:
    """Pages, the words in them, and the best ones for a query.

    Equal scores are ordered by when the pages came: the same steps give the same
    result. May be used from several threads, as widgets do.

    Raises:
        ValueError: if two pages have the same title, or a title or text is empty.
    Example: `SearchIndex([Page("Mira Quill", "Mira Quill keeps an owl.")])`
    """

    def __init__(self, pages: Iterable[Page] = ()) -> None:
        self._lock = threading.RLock()  # a method may call another
        self._base = sqlite3.connect(":memory:", check_same_thread=False)
        self._base.execute(
            "CREATE VIRTUAL TABLE pages USING fts5(title, text, tokenize='unicode61')"
        )
        self._rows: dict[str, int] = {}
        for page in pages:
            self.add(page.title, page.text)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, title: str) -> bool:
        return title in self._rows

    def __repr__(self) -> str:
        return f"SearchIndex({len(self):,} pages)"

    def add(self, title: str, text: str) -> None:
        """Put a new page into the index; searches find it at once.

        Raises:
            ValueError: if the title is there already, or title or text is empty.
        """
        if not title.strip() or not text.strip():
            raise ValueError(
                f"a page needs a title and a text, got {title!r}, {text!r}"
            )
        with self._lock:
            if title in self._rows:
                raise ValueError(f"there is a page {title!r} already: use edit(…)")
            self._rows[title] = self._base.execute(
                "INSERT INTO pages (title, text) VALUES (?, ?)", (title, text)
            ).lastrowid

    def edit(self, title: str, text: str) -> None:
        """Give a page another text.

        Raises:
            ValueError: if there is no such page, or the text is empty.
        """
        with self._lock:
            row = self._row(title)
            if not text.strip():
                raise ValueError(f"the text of {title!r} is empty: use remove(…)")
            self._base.execute("UPDATE pages SET text = ? WHERE rowid = ?", (text, row))

    def remove(self, title: str) -> None:
        """Take a page out of the index.

        Raises:
            ValueError: if there is no such page.
        """
        with self._lock:
            self._base.execute("DELETE FROM pages WHERE rowid = ?", (self._row(title),))
            del self._rows[title]

    def page(self, title: str) -> Page:
        """Return the page with this title.

        Raises:
            ValueError: if there is none.
        """
        with self._lock:
            found = self._base.execute(
                "SELECT title, text FROM pages WHERE rowid = ?", (self._row(title),)
            )
            return Page(*found.fetchone())

    def search(self, query: str, most: int = 3) -> list[Hit]:
        """Return the best pages, the best first.

        A page with any of the words is found; rare words count most, and each further
        mention of a word counts for less. Signs in the query mean nothing.

        Raises:
            ValueError: if `most` is not positive.
        """
        if most < 1:
            raise ValueError(f"most must be at least 1, got {most}")
        words = re.findall(r"\w+", query.lower())[:MAX_WORDS]
        if not words:
            return []
        wanted = " OR ".join(f'"{word}"' for word in dict.fromkeys(words))
        with self._lock:
            rows = self._base.execute(
                "SELECT title, text, -bm25(pages, ?, 1.0) AS score FROM pages "
                "WHERE pages MATCH ? ORDER BY round(score, 9) DESC, rowid LIMIT ?",
                (TITLE_WEIGHT, wanted, most),
            ).fetchall()
        return [Hit(Page(title, text), score) for title, text, score in rows]

    def read(self, query: str) -> str:
        """Return the text of the best page: what an assistant gets to read.

        Raises:
            ToolError: if the query has no words.
        """
        if not re.search(r"\w", query):
            raise ToolError("the query has no words")
        hits = self.search(query, most=1)
        return hits[0].page.text if hits else NOT_FOUND

    def _row(self, title: str) -> int:
        if title not in self._rows:
            raise ValueError(f"there is no page {title!r}: use add(…)")
        return self._rows[title]


def fit(text: str, most: int, count: Callable[[str], int]) -> str:
    """Cut a text to at most so many tokens, between words; `count` counts them.

    Raises:
        ValueError: if `most` is negative.
    Example: fit("An owl hoots.", 3, count=lambda t: len(t.split())) -> "An owl hoots."
    """
    if most < 0:
        raise ValueError(f"most must not be negative, got {most}")
    if count(text) <= most:
        return text
    ends = [word.end() for word in re.finditer(r"\S+", text)]
    low, high = 0, len(ends)  # so many words fit; so many do not
    while high - low > 1:
        middle = (low + high) // 2
        if count(text[: ends[middle - 1]]) <= most:
            low = middle
        else:
            high = middle
    return text[: ends[low - 1]] if low else ""


def encyclopedia_of(world: World, seed: int = 0) -> list[Page]:
    """Write a page about every islander, with all facts: also about the never-told.

    It is as true as the world, and no model was trained on it.
    """
    dice = Dice(seed)
    return [
        Page(person.name, page_about(dice, person, person.attributes))
        for person in (*world.people, *world.never_told)
    ]
