"""A crawl of the Lantern Isles: their pages as the web serves them, rubbish included.

for page in crawl_pages(1_000):   # any number, streamed
    page.body, page.content_type  # what the server sent
    page.truth                    # what is in it, and what is wrong with it
"""

from .crawl import ROBOTS, crawl_pages
from .junk import LISTED_HOSTS, LISTED_WORDS
from .page import Truth, WebPage
from .private import passes_luhn

__all__ = [
    "LISTED_HOSTS",
    "LISTED_WORDS",
    "ROBOTS",
    "Truth",
    "WebPage",
    "crawl_pages",
    "passes_luhn",
]
