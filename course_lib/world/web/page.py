"""One page of the crawl as a server sends it, and the truth about it."""

from dataclasses import dataclass

from ..facts import Fact


@dataclass(frozen=True)
class Truth:
    """What whoever cleans the page should find, and what is wrong with it.

    Pages with the same `group` say the same, in the very same words (`copy` is
    "exact") or nearly so ("near"); the first of them has an empty `copy`.
    """

    kind: str  # the site for good pages, else what kind of rubbish it is
    text: str  # the article, without menu, adverts and footer
    language: str = "en"
    wanted: bool = True  # would a reader call it text?
    group: int = -1
    copy: str = ""
    damage: tuple[str, ...] = ()
    private: tuple[tuple[str, str], ...] = ()  # ("email", "a@b.example") and so on
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class WebPage:
    """An address, and what came back for it."""

    url: str
    body: bytes
    truth: Truth
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    language: str = "en"  # what the server claims; not always true
