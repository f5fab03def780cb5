"""Filters that look at the address and the answer only: cheap, so they come first."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

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
    """Drop pages that their hosts asked crawlers not to fetch.

    Of the rules that fit an address the longest counts, and of equals the one that
    allows; * is anything, $ the end (RFC 9309, section 2.2). A polite crawler never
    fetches the others; here the request is honoured afterwards, so that it can be
    counted. A host without robots.txt allows all.
    """

    texts: tuple[tuple[str, str], ...]  # (host, and port if there is one; robots.txt)

    def __call__(self, page: Page) -> Page | str:
        address = urlsplit(page.url)
        host, texts = address.netloc.lower(), _by_host(self.texts)
        text = texts.get(host, texts.get(address.hostname or ""))
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        if text is None or may_fetch(text, path):
            return page
        return f"{host} asks not to fetch it"


def may_fetch(text: str, path: str, crawler: str = CRAWLER) -> bool:
    """Say whether a robots.txt lets a crawler fetch a path.

    Example: may_fetch("User-agent: *\\nDisallow: /*.pdf$", "/a.pdf") -> False
    """
    rules, path = _rules(text, crawler.lower()), _decoded(path)
    fitting = [(rule.length, rule.allows) for rule in rules if rule.fits(path)]
    return max(fitting, default=(0, True))[1]


@dataclass(frozen=True)
class _Rule:
    """One line of a robots.txt, in the pieces between its stars."""

    pieces: tuple[str, ...]
    to_the_end: bool  # $
    length: int
    allows: bool

    @classmethod
    def of(cls, path: str, allows: bool) -> "_Rule":
        # Decoded when it is split: %2A is the letter, and no star.
        pieces = tuple(map(_decoded, path.removesuffix("$").split("*")))
        return cls(pieces, path.endswith("$"), len(path), allows)

    def fits(self, path: str) -> bool:
        """Find each piece where it first occurs: no later place leaves more room.

        A regular expression would try them all, and with thirty stars never end.
        """
        first, *others = self.pieces
        if self.to_the_end and not others:
            return path == first
        if not path.startswith(first):
            return False
        last = others.pop() if self.to_the_end else ""
        place = len(first)
        for piece in others:
            found = path.find(piece, place)
            if found < 0:
                return False
            place = found + len(piece)
        return path.endswith(last) and place + len(last) <= len(path)


def _decoded(path: str) -> str:
    """Read %7E as ~, but not %2F as /, which would be another path, nor %25 as %."""
    kept = re.sub("%(2f|25)", lambda code: "%25" + code[1].upper(), path, flags=re.I)
    return unquote(kept)


@lru_cache(maxsize=8)
def _by_host(texts: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return dict(texts)


@lru_cache(maxsize=4096)
def _rules(text: str, crawler: str) -> list[_Rule]:
    """Read the rules for a crawler, or else those for all."""
    groups: dict[str, list[tuple[str, bool]]] = {}
    agents: list[str] = []
    named = False  # whether the line before named an agent, too
    for line in text.splitlines():
        name, _, value = line.partition("#")[0].partition(":")
        field, value = name.strip().lower(), value.strip()
        if field == "user-agent":
            agent = value.partition("/")[0].lower()  # without its version
            agents = [*agents, agent] if named else [agent]
            groups.setdefault(agent, [])
            named = True
        elif field in ("allow", "disallow"):
            named = False
            for agent in agents if value else ():
                groups[agent].append((value, field == "allow"))
    rules = groups.get(crawler, groups.get("*", []))
    return [_Rule.of(path, allows) for path, allows in rules]
