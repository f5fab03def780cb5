"""Mask what belongs to somebody: e-mail addresses, phone and card numbers.

Patterns find forms, not meaning: a name, or "the house behind the bakery", is personal
data, too, and stays.
"""

import re
from dataclasses import replace

from course_lib.crawl.page import Page
from course_lib.world.web import passes_luhn

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
CARD = re.compile(r"\d(?<![\d-]\d)(?:[ -]?\d){12,18}(?![\d-])")
# A phone number begins with + or 0, a year does not; a date has no group of three.
PHONE = re.compile(
    r"(?<![\d+-])(?<!\d[ -])(?:\+\d{1,3}[ -]|\(?0)\d{1,3}\)?(?:[ -]\d{3,4}){2}"
    r"(?![ -]?\d)"
)
NUMBER = re.compile(r"\d[\d )-]{8,}\d")  # part of every card and phone number


def masked(page: Page) -> Page:
    """Put [email], [phone] and [card] where personal data stood."""
    text, found = mask(page.text)
    return replace(page, text=text, masked=found) if found else page


def mask(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Mask a text; return it with what was found.

    Example: mask("Ask a@b.example") -> ("Ask [email]", (("email", "a@b.example"),))
    """
    found: list[tuple[str, str]] = []

    def mark(kind: str, value: str) -> str:
        found.append((kind, value))
        return f"[{kind}]"

    def card(match: re.Match) -> str:
        digits = re.sub(r"\D", "", match[0])
        return mark("card", match[0]) if passes_luhn(digits) else match[0]

    # Most texts have neither @ nor a long number, and a search for the forms is slow.
    if "@" in text:
        text = EMAIL.sub(lambda m: mark("email", m[0]), text)
    if NUMBER.search(text):
        text = CARD.sub(card, text)
        text = PHONE.sub(lambda m: mark("phone", m[0]), text)
    return text, tuple(found)
