"""Find pages that say what another page has said: in the same words, or nearly so.

A page is compared with all before it without looking at them again: by a hash of its
words, and by fourteen hashes of its MinHash signature (Broder 1997). The index keeps
these numbers and nothing else of a page.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from course_lib.crawl.number_set import NumberSet
from course_lib.crawl.page import Page

if TYPE_CHECKING:
    from datasketch import MinHash

SHINGLE = 5  # words in a row
BANDS, ROWS = 14, 8  # FineWeb's: two pages meet if one band of 8 hashes agrees
_WORDS = re.compile(r"\w+")
# Odd numbers to multiply by, others for each band.
_MIXERS = 1 + 2 * np.random.default_rng(1).integers(
    2**63, size=(BANDS, ROWS), dtype="u8"
)


def shingles(text: str, size: int = SHINGLE) -> set[str]:
    """Cut a text into its overlapping rows of words; a short text is one of them.

    Example: shingles("a b c", size=2) -> {"a b", "b c"}
    """
    words = _words(text)
    rows = zip(*(words[k:] for k in range(size)), strict=False)
    return set(map(" ".join, rows)) or {" ".join(words)}


@lru_cache(maxsize=1)  # a fingerprint asks twice
def _words(text: str) -> list[str]:
    return _WORDS.findall(text.lower())


def jaccard(a: set, b: set) -> float:
    """Measure what two sets share: of all that is in either, the part in both."""
    return len(a & b) / len(a | b) if a or b else 1.0


def signature(text: str) -> "MinHash":
    """Take the MinHash signature: 112 numbers that agree as often as shingles do."""
    sketch = _empty_sketch().copy()
    sketch.update_batch(map(str.encode, shingles(text)))
    return sketch


@cache
def _empty_sketch() -> "MinHash":
    """Draw the hash functions once; a checksum mixes well enough before them."""
    from datasketch import MinHash  # here, as it takes half a second

    n_hashes = BANDS * ROWS
    return MinHash(n_hashes, seed=1, hashfunc=zlib.crc32, scheme="affine32")


def meeting_chance(similarity: float, bands: int = BANDS, rows: int = ROWS) -> float:
    """Say how probably two pages of that Jaccard similarity share a band: the S-curve.

    Source: Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4.
    """
    return 1 - (1 - similarity**rows) ** bands


def with_fingerprint(page: Page) -> Page:
    """Compute all that the index needs; the costly part, and done in parallel."""
    rows = signature(page.text).hashvalues.reshape(BANDS, ROWS)
    bands = (rows * _MIXERS).sum(axis=1)  # modulo 2 to the 64th: multilinear hashing
    words = " ".join(_words(page.text)).encode()
    return replace(page, exact=_number(words), bands=tuple(bands.tolist()))


def _number(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")


@dataclass
class ExactCopies:
    """A filter with a memory: drops pages whose very words came before."""

    seen: NumberSet = field(default_factory=NumberSet)

    def __call__(self, page: Page) -> Page | str:
        _check_fingerprint(page)
        if page.exact in self.seen:
            return "the same words as an earlier page"
        self.seen.update([page.exact])
        return page


@dataclass
class NearCopies:
    """A filter with a memory: drops pages that share a band with an earlier one.

    Of a group the first page of the crawl stays. Dropped ones are not remembered.
    """

    seen: NumberSet = field(default_factory=NumberSet)

    def __call__(self, page: Page) -> Page | str:
        _check_fingerprint(page)
        if any(band in self.seen for band in page.bands):
            return "nearly the words of an earlier page"
        self.seen.update(page.bands)
        return page


def _check_fingerprint(page: Page) -> None:
    if not page.bands:
        raise ValueError(
            f"{page.url} has no fingerprint: apply `with_fingerprint` before"
        )
