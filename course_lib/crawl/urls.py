"""Filters that look at the address and the answer only: cheap, so they come first."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from course_lib.crawl.page import Page
from course_lib.world.web import LISTED_HOSTS, LISTED_WORDS

CRAWLER = "LanternCrawler"


def was_found(page: Page) -> Page | str:
    """Keep what the server found, and only HTML."""
    if page.status != 200:
        return f"status {page.status}"
    kind = page.content_type.partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml", ""):
        return f"not HTML but {kind}"
    return page


@dataclass(frozen=True)
class Blocklist:
    """Drop pages of listed hosts, and addresses with a listed word in them.

    Real pipelines take the hosts from the University of Toulouse's list; RefinedWeb
    added words (Penedo et al. 2023, section 3.1).
    Example: Blocklist(frozenset({"bad.example"}), ("casino",))
    """

    hosts: frozenset[str] = frozenset(LISTED_HOSTS)
    words: tuple[str, ...] = LISTED_WORDS

    def __call__(self, page: Page) -> Page | str:
        host = urlsplit(page.url).hostname or ""
        parts = host.split(".")
        parents = (".".join(parts[k:]) for k in range(len(parts)))
        if listed := next((p for p in parents if p in self.hosts), None):
            return f"host {listed} is listed"
        address = page.url.lower()
        if word := next((w for w in self.words if w in address), None):
            return f"the address has the word {word}"
        return page


@dataclass(frozen=True)
class Robots:
    """Drop pages that their hosts asked crawlers not to fetch (RFC 9309).

    A polite crawler never fetches them; here the request is honoured afterwards, so
    that it can be counted. A host without robots.txt allows all.
    """

    texts: tuple[tuple[str, str], ...]  # (host, robots.txt)

    def __call__(self, page: Page) -> Page | str:
        host = urlsplit(page.url).hostname or ""
        text = _by_host(self.texts).get(host)
        if text is None or _parser(text).can_fetch(CRAWLER, page.url):
            return page
        return f"{host} asks not to fetch it"


@lru_cache(maxsize=8)
def _by_host(texts: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return dict(texts)


@lru_cache(maxsize=4096)
def _parser(text: str) -> RobotFileParser:
    parser = RobotFileParser()
    parser.parse(text.splitlines())
    return parser
