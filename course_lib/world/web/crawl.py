"""The crawl itself: good pages, copies and rubbish in a fixed mixed order."""

import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from ..dice import Dice
from ..lists import one_per_line
from ..names import FIRST_NAMES, LAST_NAMES
from ..world import SEEDS, _check_whole
from .abroad import ENCODINGS, foreign, in_dialect, rhyme, shopping_list
from .articles import articles
from .damage import PLAIN, break_markup, in_bytes
from .dress import dress
from .junk import JUNK, LISTED_HOSTS, UNLISTED_HOSTS, UNLISTED_JUNK
from .page import Truth, WebPage
from .private import plant, trap

MIX = {  # shares of what lies on a crawled page
    "article": 0.60,
    "exact copy": 0.07,
    "near copy": 0.07,
    "foreign": 0.07,
    "listed junk": 0.08,
    "unlisted junk": 0.04,
    "dialect": 0.015,
    "poem": 0.015,
    "list": 0.01,
    "forbidden": 0.015,
    "missing": 0.015,
}
REMEMBERED = 300  # articles that may still be copied; so memory stays flat
MIRRORS = ("mirror-1.example", "mirror-2.example", "old-copy.example")
ROBOTS = {  # what a host asks crawlers not to read: everything else may be read
    "letters.example": "User-agent: *\nDisallow: /private/\n",
    "forum.example": "User-agent: *\nDisallow: /private/\nDisallow: /members/\n",
    "diaries.example": "User-agent: *\nDisallow: /\n",
    "school.example": "User-agent: *\nAllow: /\n",
}
ACCENTS = one_per_line("""
    Printed at the Café Brûlé, 7 °C outside, entry ½ crown.
    Photograph: Zoë Lefèvre, coloured by hand; © the Gull.
    The soufflé of the señora was praised again, naïvely.
""")
SMALL_EDITS = ("gull", "teapot", "Tuesday", "seven", "quietly", "harbour")
SCUNTHORPE = "barefoot-bareheaded-walks.example"  # innocent, and on no blocklist


def crawl_pages(n_pages: int, seed: int = 0) -> Iterator[WebPage]:
    """Yield a crawl of the Lantern Isles, page after page, with the truth about each.

    The first pages are the same whatever `n_pages`; nothing is kept, so a crawl may be
    of any size. After the last document of one world the next one is told.

    Raises:
        ValueError: if n_pages or seed is not a whole number, or n_pages is below 1.
    Example: next(crawl_pages(1)).url
    """
    _check_whole("n_pages", n_pages, 1, "crawl_pages(1_000)")
    _check_whole("seed", seed, 0, "crawl_pages(1_000, seed=0)")
    return itertools.islice(_pages(seed), n_pages)


def _pages(seed: int) -> Iterator[WebPage]:
    source = articles(seed)
    recent: deque[Truth] = deque(maxlen=REMEMBERED)
    for number in itertools.count():
        dice = Dice((seed + 3) * SEEDS + number)
        role = _throw(dice)
        if role.endswith("copy") and len(recent) < 20:
            role = "article"
        truth = _truth(dice, role, number, source, recent)
        if role == "article":
            recent.append(truth)
        yield _page(dice, role, number, truth)


def _throw(dice: Dice) -> str:
    x = dice.below(10**6) / 10**6
    for role, share in MIX.items():
        x -= share
        if x < 0:
            return role
    return "article"


def _truth(
    dice: Dice, role: str, number: int, source: Iterator[Truth], recent: deque
) -> Truth:
    """Decide what the page says."""
    if role == "exact copy":
        return replace(dice.pick(recent), copy="exact")
    if role == "near copy":
        return _nearly(dice, dice.pick(recent))
    if role == "foreign":
        truth = foreign(dice)
    elif role == "listed junk":
        truth = JUNK[dice.pick(tuple(JUNK))](dice)
    elif role == "unlisted junk":
        truth = dice.pick(UNLISTED_JUNK)(dice)
    elif role == "poem":
        truth = rhyme(dice)
    elif role == "list":
        truth = shopping_list(dice)
    else:
        truth = next(source)
        if role == "dialect":
            truth = replace(truth, kind=role, text=in_dialect(truth.text))
        truth = _with_endings(dice, truth)
    return replace(truth, group=number)


def _with_endings(dice: Dice, truth: Truth) -> Truth:
    """Add what an article may end with: contact data, years, a line with accents."""
    lines, private = [], ()
    if dice.chance(0.12):
        name = f"{dice.pick(FIRST_NAMES)} {dice.pick(LAST_NAMES)}"
        line, private = plant(dice, name)
        lines.append(line)
    if dice.chance(0.2):
        lines.append(trap(dice))
    if dice.chance(0.15):
        lines.append(dice.pick(ACCENTS))
    text = "\n".join([truth.text, *lines])
    return replace(truth, text=text, private=private)


def _nearly(dice: Dice, truth: Truth) -> Truth:
    """Copy with a word or two changed, as mirrors that go their own way do.

    Numbers and capitals stay, so what is planted is still there. A fact whose value was
    changed is told no more.
    """
    words = truth.text.split(" ")
    plain = [k for k, word in enumerate(words) if word.isalpha() and word.islower()]
    for k in dice.sample(plain, min(len(plain), 1 + len(words) // 150)):
        words[k] = dice.pick(SMALL_EDITS)
    text = " ".join(words)
    facts = tuple(
        fact for fact in truth.facts
        if text.count(fact.value) == truth.text.count(fact.value)
    )  # fmt: skip
    return replace(truth, text=text, facts=facts, copy="near")


def _page(dice: Dice, role: str, number: int, truth: Truth) -> WebPage:
    url = _address(dice, role, number, truth)
    if role == "missing":
        gone = replace(truth, kind="missing", wanted=False, damage=("status 404",))
        body = dress(dice, "Not found\nThe page you want has sailed.", "utf-8", "404")
        return WebPage(url, body.encode(), gone, status=404)
    if role == "forbidden":
        truth = replace(truth, damage=("forbidden",))
    title = truth.text.partition("\n")[0]
    page, damage = dress(dice, truth.text, "utf-8", title), list(truth.damage)
    if dice.chance(0.15):
        page, kind = break_markup(dice, page)
        damage.append(kind)
    body, header = page.encode(), PLAIN
    encoding = _encoding(dice, truth)
    if encoding:
        body, header, kind = in_bytes(dice, page, encoding)
        damage.append(kind)
    return WebPage(url, body, replace(truth, damage=tuple(damage)), 200, header)


def _encoding(dice: Dice, truth: Truth) -> str | None:
    """Choose how the page is written, if not in utf-8."""
    if truth.language in ENCODINGS:
        return dice.pick(ENCODINGS[truth.language]) if dice.chance(0.5) else None
    if not dice.chance(0.12):
        return None
    return dice.pick(("utf-16", "iso-8859-1", "windows-1252"))


def _address(dice: Dice, role: str, number: int, truth: Truth) -> str:
    if role == "listed junk":
        return f"http://{_listed_host(dice, truth.kind)}/offer/{number}"
    if role == "unlisted junk":
        return f"http://{dice.pick(UNLISTED_HOSTS)}/{number}"
    if role == "forbidden":
        host = dice.pick(("letters.example", "forum.example", "diaries.example"))
        return f"https://{host}/private/{number}"
    if role.endswith("copy"):
        return f"http://{dice.pick(MIRRORS)}/{number}"
    if role == "article" and dice.chance(0.004):
        return f"https://{SCUNTHORPE}/{number}"
    host = {"foreign": "abroad", "dialect": "farhorn-tales", "poem": "verses",
            "list": "attic"}.get(role, truth.kind)  # fmt: skip
    return f"https://{host}.example/{number}"


def _listed_host(dice: Dice, kind: str) -> str:
    if dice.chance(0.15):  # not yet on the list, but with a word that is
        return f"casino-{dice.below(1000)}.example"
    at = {"decoy": (6, 8), "link farm": (8, 11)}.get(kind, (0, 6))
    return dice.pick(LISTED_HOSTS[slice(*at)])
