"""From a crawl to clean pages: WARC in, text out, and every decision explained.

    shards = write_crawl(crawl_pages(3_000), folder)   # or any WARC files
    for verdict in clean(shards, folder / "work", workers=2):
        verdict.kept, verdict.dropped_by, verdict.reason, verdict.page.text

A filter is a function from a page to a page, or to the reason why it goes no further.
"""

from course_lib.crawl.disk import pages_on_disk
from course_lib.crawl.duplicates import (
    ExactCopies,
    NearCopies,
    jaccard,
    meeting_chance,
    shingles,
    signature,
    with_fingerprint,
)
from course_lib.crawl.extraction import (
    ENGLISH_FROM,
    all_text,
    decode_bytes,
    decoded,
    in_english,
    main_text,
)
from course_lib.crawl.funnel import (
    Judge,
    Score,
    Stage,
    exposures_left,
    funnel,
    word_f1,
)
from course_lib.crawl.page import Filter, Page
from course_lib.crawl.pipeline import (
    Verdict,
    clean,
    filters_of_a_crawl,
    filters_of_a_page,
    judge,
    sift,
)
from course_lib.crawl.private import mask, masked
from course_lib.crawl.quality import C4, FINEWEB, GOPHER, c4, fineweb, gopher, in_turn
from course_lib.crawl.urls import Blocklist, Robots, was_found
from course_lib.crawl.warc import (
    read_robots,
    read_truth,
    read_warc,
    write_crawl,
    write_warc,
)

__all__ = [
    "C4",
    "ENGLISH_FROM",
    "FINEWEB",
    "GOPHER",
    "Blocklist",
    "ExactCopies",
    "Filter",
    "Judge",
    "NearCopies",
    "Page",
    "Robots",
    "Score",
    "Stage",
    "Verdict",
    "all_text",
    "c4",
    "clean",
    "decode_bytes",
    "decoded",
    "exposures_left",
    "filters_of_a_crawl",
    "filters_of_a_page",
    "fineweb",
    "funnel",
    "gopher",
    "in_english",
    "in_turn",
    "jaccard",
    "judge",
    "main_text",
    "mask",
    "masked",
    "meeting_chance",
    "pages_on_disk",
    "read_robots",
    "read_truth",
    "read_warc",
    "shingles",
    "sift",
    "signature",
    "was_found",
    "with_fingerprint",
    "word_f1",
    "write_crawl",
    "write_warc",
]
