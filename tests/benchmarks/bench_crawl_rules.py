"""Ask of each rule of quality how often it is right about this world's pages.

    PYTHONPATH=. python tests/benchmarks/bench_crawl_rules.py [PAGES]

The rules come from papers about the web; this world has more homework, lists and short
lines. `speedrun.whole.plan` turns those off that drop more good pages than rubbish.
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

from course_lib.crawl import (
    C4,
    ENGLISH_FROM,
    FINEWEB,
    GOPHER,
    Filter,
    Page,
    clean,
    filters_of_a_crawl,
    filters_of_a_page,
    in_english,
    read_robots,
    read_truth,
    write_crawl,
)
from course_lib.world.web import Truth, crawl_pages

JUDGED = ("language", "Gopher", "C4", "FineWeb")


def survivors(n_pages: int, work: Path) -> list[tuple[Page, Truth]]:
    """Clean a crawl with all other filters; return what is left, and the truth."""
    shards = write_crawl(crawl_pages(n_pages), work / "crawl")
    filters = filters_of_a_page(read_robots(work / "crawl"))
    others = {name: f for name, f in filters.items() if name not in JUDGED}
    verdicts = clean(shards, work / "parts", others, filters_of_a_crawl(), workers=2)
    truths = (truth for shard in shards for truth in read_truth(shard))
    pairs = zip(verdicts, truths, strict=True)
    return [(verdict.page, truth) for verdict, truth in pairs if verdict.kept]


def rules() -> dict[str, Filter]:
    """Name every rule, and two limits for the language."""
    found: dict[str, Filter] = {r.__name__: r for r in (*GOPHER, *C4, *FINEWEB)}
    for least in (ENGLISH_FROM, 0.0):
        found[f"English from {least}"] = partial(in_english, least=least)
    return found


def main(n_pages: int = 9_770) -> None:
    with tempfile.TemporaryDirectory() as work:
        pages = survivors(n_pages, Path(work))
    told = sum(len(truth.facts) for _, truth in pages)
    print(f"{len(pages):,} pages, {sum(not t.wanted for _, t in pages):,} rubbish")
    print(f"{'rule':<20}{'drops':>7}{'rubbish':>9}{'precision':>11}{'tellings':>10}")
    for name, rule in rules().items():
        dropped = [truth for page, truth in pages if isinstance(rule(page), str)]
        right = sum(not truth.wanted for truth in dropped)
        lost = sum(len(truth.facts) for truth in dropped) / told
        rate = f"{right / len(dropped):.2f}" if dropped else ""
        print(f"{name:<20}{len(dropped):>7}{right:>9}{rate:>11}{-lost:>10.1%}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
