"""Pages for the reality check: the documentation that lies on one's own disk.

Every installed Python package brings a description, often a licence, sometimes pages
of documentation. Nobody wrote them for this course, and no two disks hold the same.
"""

import html
import re
from collections.abc import Iterator
from email import message_from_string
from importlib import metadata
from itertools import islice
from pathlib import Path

from course_lib.crawl.page import Page

SUFFIXES = (".html", ".htm", ".rst", ".md", ".txt")
LARGEST = 500_000  # bytes
_NAMED = re.compile(
    r"(licen[sc]e|copying|notice|readme|authors|changes)", re.IGNORECASE
)


def pages_on_disk(limit: int | None = None) -> Iterator[Page]:
    """Yield descriptions, licences and documentation of the installed packages.

    Addresses begin with `disk://` and name package and file. HTML comes as it is, all
    else is wrapped into paragraphs.
    """
    packages = sorted(
        metadata.distributions(), key=lambda d: (d.metadata["Name"] or "").lower()
    )
    found = (page for package in packages for page in _pages_of(package))
    return islice(found, limit)


def _pages_of(package: metadata.Distribution) -> Iterator[Page]:
    name = package.metadata["Name"] or "unnamed"
    about = package.read_text("METADATA") or package.read_text("PKG-INFO") or ""
    description = message_from_string(about).get_payload()
    if isinstance(description, str) and description.strip():
        yield _as_page(f"disk://{name}/description", description.encode())
    for file in package.files or ():
        suffix = file.suffix.lower()
        if suffix not in SUFFIXES and not (not suffix and _NAMED.match(file.name)):
            continue
        path = Path(str(package.locate_file(file)))
        if path.is_file() and 0 < path.stat().st_size <= LARGEST:
            address = f"disk://{name}/{file.as_posix()}"
            yield _as_page(address, path.read_bytes(), suffix.startswith(".htm"))


def _as_page(url: str, body: bytes, is_html: bool = False) -> Page:
    if is_html:
        return Page(url, body)
    text = body.decode("utf-8", "replace")
    blocks = (html.escape(block, quote=False) for block in re.split(r"\n\s*\n", text))
    paragraphs = "".join(f"<p>{block}</p>\n" for block in blocks)
    return Page(url, f"<main>{paragraphs}</main>".encode(), "text/html; charset=utf-8")
