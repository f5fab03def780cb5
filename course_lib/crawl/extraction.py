"""From bytes to HTML, from HTML to text, and which language it is in."""

import codecs
import re
from dataclasses import replace
from functools import cache

import numpy as np
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import detect_encoding

from course_lib.crawl.page import Page

# Codecs of Python's that no page is written in: the first two read \\n as a new line.
NO_CHARSETS = {"unicode-escape", "raw-unicode-escape", "punycode", "idna", "utf-7"}
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WESTERN = "cp1252"  # windows-1252
LATIN = {f"iso8859-{k}" for k in (1, 2, 3, 4, 9, 10, 13, 14, 15, 16)} | {
    f"cp125{k}" for k in (0, 2, 4, 7)
}  # Python's names
_BUTTON = re.compile(r"^\[ (.+) \]$", re.MULTILINE)  # as resiliparse draws it
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
MAX_BROKEN = 0.01  # of the characters; more: it was no text
ENGLISH_FROM = 0.65  # the probability that FineWeb asks for
LOOKED_AT = 500  # characters from which the language is told; more cost time only


def decoded(page: Page) -> Page | str:
    """Turn bytes into HTML, and trust no header before the bytes agree.

    In this order: a byte-order mark; utf-8, if all bytes are valid utf-8, which other
    text hardly ever is; what the header claims; what the page claims; a guess from how
    often each byte occurs; last windows-1252, as browsers do.
    """
    html = decode_bytes(page.body, page.content_type)
    broken = sum(map(html.count, ("\ufffd", "\x00")))
    if not html.strip():
        return "empty"
    if broken > MAX_BROKEN * len(html):
        return "no text: too many broken characters"
    return replace(page, html=html)


def decode_bytes(body: bytes, content_type: str = "") -> str:
    """Decode bytes by `decoded`'s rules.

    Example: decode_bytes("Café".encode("latin-1"), "charset=utf-8") -> "Café"
    """
    for mark, encoding in BOMS.items():
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    claims = (_CHARSET.search(content_type.encode()), _CHARSET.search(body[:2048]))
    for claim in filter(None, claims):
        encoding = claim[1].decode()
        try:
            if codecs.lookup(encoding).name in NO_CHARSETS:
                continue
            return body.decode(encoding)
        except (LookupError, UnicodeError):  # Python has a codec named "undefined"
            continue
    guess = detect_encoding(body) or WESTERN
    if guess in LATIN:  # among these it cannot tell, and ours is an English crawl
        guess = WESTERN
    try:
        return body.decode(guess, "replace")
    except LookupError:
        return body.decode(WESTERN, "replace")


def main_text(page: Page) -> Page | str:
    """Keep the article; leave menus, adverts, banners and footers behind.

    resiliparse goes by the names of elements and by where links crowd (Bevendorff et
    al. 2018). It takes a tenth of trafilatura's time.
    """
    return _with_text(page, main_content=True)


def all_text(page: Page) -> Page | str:
    """Keep every word that a browser would show: what happens without `main_text`."""
    return _with_text(page, main_content=False)


def _with_text(page: Page, main_content: bool) -> Page | str:
    text = extract_plain_text(
        page.html,
        main_content=main_content,
        form_fields=not main_content,
        list_bullets=False,
        alt_texts=False,
    )
    if "[ " in text:
        text = _BUTTON.sub(r"\1", text)
    lines = (" ".join(line.split()) for line in text.splitlines())
    text = "\n".join(line for line in lines if line)
    return replace(page, text=text) if text else "no text on it"


def in_english(page: Page, least: float = ENGLISH_FROM) -> Page | str:
    """Keep what is English with a probability of at least `least` (FineWeb: 0.65).

    py3langid knows 139 languages by their groups of bytes (Lui and Baldwin 2012).
    """
    start = max(0, len(page.text) - LOOKED_AT) // 2  # pages begin with names and badges
    excerpt = page.text[start : start + LOOKED_AT]
    language, probability = _identifier().classify(excerpt)
    if language != "en":
        return f"language {language}"
    if probability < least:
        return "perhaps English, perhaps not"
    return replace(page, language=language)


@cache
def _identifier():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # The same numbers, widened once for all: NumPy multiplies float16 slowly.
    identifier.nb_ptc = identifier.nb_ptc.astype(np.float32)
    return identifier
