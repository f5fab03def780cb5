"""Measure the crawl's pipeline: pages a second on two cores, and memory as it grows.

    PYTHONPATH=. python tests/benchmarks/bench_crawl.py  # 12,000 pages; memory
    PYTHONPATH=. python tests/benchmarks/bench_crawl.py 4000

Prints one line a figure. Times are the whole way: WARC in, verdicts out, copies found.
Where other programs run, the processor's own time says more than the clock.
"""

import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

from course_lib.crawl import clean, filters_of_a_crawl, write_crawl
from course_lib.runtime import peak_memory_mb
from course_lib.world.web import crawl_pages

ROUNDS = 3


def main(n_pages: int) -> None:
    """Write a crawl, clean it with one worker and with two, measure memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.perf_counter()
        shards = write_crawl(crawl_pages(n_pages), folder / "crawl")
        seconds = time.perf_counter() - start
        print(f"written {n_pages / seconds:7,.0f} pages/s (one core)")
        for workers in (1, 2):
            speeds = sorted(_speed(shards, folder, workers) for _ in range(ROUNDS))
            print(
                f"cleaned {speeds[ROUNDS // 2]:7,.0f} pages/s, {workers} worker(s), "
                f"median of {ROUNDS} ({speeds[0]:,.0f} to {speeds[-1]:,.0f})"
            )
        start = time.process_time()
        sum(1 for _ in clean(shards, folder / "work"))
        seconds = time.process_time() - start
        print(
            f"cleaned {n_pages / seconds:7,.0f} pages a second of one processor's time"
        )
        few, many = _peak(shards[: max(1, len(shards) // 10)]), _peak(shards)
        print(
            f"memory: at most {few[0]:.0f} MB for {few[1]:,} kept pages, {many[0]:.0f} "
            f"MB for {many[1]:,}; the index of copies: {many[2] / many[1]:,.0f} bytes "
            "a page"
        )


def _speed(shards: list[Path], folder: Path, workers: int) -> float:
    start = time.perf_counter()
    n_pages = sum(1 for _ in clean(shards, folder / "work", workers=workers))
    return n_pages / (time.perf_counter() - start)


def _peak(shards: list[Path]) -> tuple[float, int, int]:
    """Clean in a process of its own; return peak in MB, kept pages, index in bytes."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_clean_and_measure, (shards,))


def _clean_and_measure(shards: list[Path]) -> tuple[float, int, int]:
    last = filters_of_a_crawl()
    with tempfile.TemporaryDirectory() as work:
        kept = sum(verdict.kept for verdict in clean(shards, work, last=last))
    index = 0
    for copies in last.values():
        index += copies.seen.n_bytes
    return peak_memory_mb(), kept, index


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 12_000)
