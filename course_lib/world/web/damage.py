"""What goes wrong between a server and a reader: encodings, headers, markup."""

import re

from ..dice import Dice

PLAIN = "text/html; charset=utf-8"


def in_bytes(dice: Dice, page: str, encoding: str) -> tuple[bytes, str, str]:
    """Encode a page that claims to be utf-8; return bytes, header and kind of damage.

    What the encoding lacks becomes an HTML entity, as editors write it. The header may
    be right, wrong or silent.
    """
    claim = dice.pick(("right", "right", "silent", "wrong"))
    named = encoding.replace("_", "-")
    if claim == "right":
        header = f"text/html; charset={named}"
        page = page.replace('charset="utf-8"', f'charset="{named}"', 1)
    elif claim == "silent":
        header = "text/html"
        page = page.replace('<meta charset="utf-8">', "", 1)
    else:
        header = PLAIN
    body = page.encode(encoding, "xmlcharrefreplace")
    return body, header, f"{encoding}, header {claim}"


def break_markup(dice: Dice, page: str) -> tuple[str, str]:
    """Damage HTML as careless hands do; a browser shows the same text all the same."""
    kind = dice.pick(tuple(BREAKS))
    return BREAKS[kind](page), kind


def _unclosed(page: str) -> str:
    return re.sub(r"</(p|li|td|tr)>", "", page)


def _cut_off(page: str) -> str:
    """The connection was lost after the article."""
    return page[: page.rfind("<script")]


def _stray(page: str) -> str:
    return page.replace("<p>", "<b><p>").replace("</p>", "</p></i></b>")


def _raw_signs(page: str) -> str:
    return (
        page.replace("&amp;", "&")
        .replace('class="', 'CLASS="')
        .replace("<p>", "<P align=left >")
    )


def _nested(page: str) -> str:
    return page.replace("<li>", "<li><a href=x><span>").replace("<h1>", "<h1><font>")


BREAKS = {
    "unclosed tags": _unclosed,
    "cut off": _cut_off,
    "stray tags": _stray,
    "raw signs": _raw_signs,
    "nested links": _nested,
}
