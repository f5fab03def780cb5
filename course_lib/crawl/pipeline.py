"""The filters in a row: pages stream through, one process or several.

Filters that look at one page run in parallel, a shard each. Those with a memory (the
copies) run behind them, in the order of the crawl: so the result is the same whatever
the number of workers.
"""

import json
import multiprocessing
import os
import threading
from array import array
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from course_lib.crawl.duplicates import ExactCopies, NearCopies, with_fingerprint
from course_lib.crawl.extraction import decoded, in_english, main_text
from course_lib.crawl.page import Filter, Page
from course_lib.crawl.private import masked
from course_lib.crawl.quality import c4, fineweb, gopher
from course_lib.crawl.urls import Blocklist, Robots, was_found
from course_lib.crawl.warc import ROBOTS_FILE, read_robots, read_warc

BLOCK = 64  # pages that go from filter to filter together


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a page: which filter dropped it, and why; both empty if none.

    `sizes` holds (characters, words) on arrival and after each filter it passed.
    """

    page: Page
    dropped_by: str = ""
    reason: str = ""
    sizes: tuple[tuple[int, int], ...] = ()

    @property
    def kept(self) -> bool:
        """Whether it passed all filters."""
        return not self.dropped_by


def filters_of_a_page(robots: Robots | None = None) -> dict[str, Filter]:
    """Return the filters that look at one page, by name, in their order.

    A dict, so that one can be left out: `del filters["language"]`, or exchanged.
    """
    filters: dict[str, Filter] = {"status": was_found, "blocklist": Blocklist()}
    if robots is not None:
        filters["robots"] = robots
    return filters | {
        "decoding": decoded,
        "extraction": main_text,
        "language": in_english,
        "Gopher": gopher,
        "C4": c4,
        "FineWeb": fineweb,
        "private data": masked,
    }


def filters_of_a_crawl() -> dict[str, Filter]:
    """Return the filters that compare pages with earlier ones; new ones know none."""
    return {"exact copies": ExactCopies(), "near copies": NearCopies()}


def sift(pages: Iterable[Page], filters: Mapping[str, Filter]) -> Iterator[Verdict]:
    """Send pages through filters; yield a verdict on every one, in their order.

    A filter looks at a few dozen pages before the next one begins: so its tables stay
    in the processor's cache, which saves a fourth of the time.

    Raises:
        ValueError: if a filter returns neither a page nor a reason.
    """
    pages = iter(pages)
    while block := list(islice(pages, BLOCK)):
        verdicts = [Verdict(page, sizes=(_size(page),)) for page in block]
        for name, apply in filters.items():
            verdicts = [_pass(verdict, name, apply) for verdict in verdicts]
        yield from verdicts


def judge(verdict: Verdict, filters: Mapping[str, Filter]) -> Verdict:
    """Send one page through more filters, unless it has been dropped."""
    for name, apply in filters.items():
        verdict = _pass(verdict, name, apply)
    return verdict


def _pass(verdict: Verdict, name: str, apply: Filter) -> Verdict:
    if not verdict.kept:
        return verdict
    page, sizes = verdict.page, verdict.sizes
    result = apply(page)
    if isinstance(result, str):
        return Verdict(page, name, result, sizes)
    if not isinstance(result, Page):
        raise ValueError(
            f"filter {name!r} returned {result!r} for {page.url}: it has to return "
            "the page, or a string that says why not"
        )
    is_same = (result.html, result.text) == (page.html, page.text)
    return Verdict(result, sizes=(*sizes, sizes[-1] if is_same else _size(result)))


def _size(page: Page) -> tuple[int, int]:
    if page.text:
        return len(page.text), page.n_words
    return len(page.html or page.body), 0


def clean(
    shards: Iterable[str | Path],
    work: str | Path,
    filters: Mapping[str, Filter] | None = None,
    last: Mapping[str, Filter] | None = None,
    workers: int = 1,
) -> Iterator[Verdict]:
    """Clean a crawl; yield a verdict on every page, in the order of the crawl.

    `work` is a folder for what workers hand over, a file for each shard. With several
    workers the filters have to be importable: functions of a module, not of a notebook.
    Verdicts no longer carry bytes and HTML; the text, if the page was kept so far. What
    robots.txt asks is followed if it lies beside the shards, as `write_crawl` puts it.

    Raises:
        ValueError: if there is no shard, or workers is below 1.
    """
    shards, work = [Path(shard) for shard in shards], Path(work)
    if not shards:
        raise ValueError("there is no shard to clean: write some with write_crawl()")
    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}")
    if filters is None:
        folder = shards[0].parent
        known = (folder / ROBOTS_FILE).is_file()
        filters = filters_of_a_page(read_robots(folder) if known else None)
    last = filters_of_a_crawl() if last is None else last
    if any(isinstance(f, ExactCopies | NearCopies) for f in last.values()):
        filters = {**filters, FINGERPRINT: with_fingerprint}
    work.mkdir(parents=True, exist_ok=True)
    tasks = [
        (shard, work / f"{k:05}-{shard.name}.jsonl", dict(filters))
        for k, shard in enumerate(shards)
    ]
    for part in _done(tasks, workers):
        for verdict in _read(part):
            yield judge(verdict, last)
        part.unlink()


FINGERPRINT = "fingerprint"  # drops nothing


def _done(tasks: list[tuple], workers: int) -> Iterator[Path]:
    """Yield the files of finished shards, in order."""
    if workers == 1:
        yield from map(_sift_shard, tasks)
        return
    # spawn on every system: what works here works on Windows and macOS. An executor,
    # not a Pool: where a worker is killed, a Pool would wait for its shard for ever.
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, spawn, initializer=_end_with_parent)
    try:
        yield from pool.map(_sift_shard, tasks)
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """End this worker when whoever started it is gone: it would wait for ever."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _sift_shard(task: tuple[Path, Path, dict[str, Filter]]) -> Path:
    shard, part, filters = task
    with part.open("w", encoding="utf-8", newline="\n") as file:
        for verdict in sift(read_warc(shard), filters):
            page = verdict.page
            text = page.text if verdict.kept else ""
            numbers = array("Q", (page.exact, *page.bands)).tobytes().hex()
            row = (page.url, text, page.language, page.masked, numbers,
                   verdict.dropped_by, verdict.reason, verdict.sizes)  # fmt: skip
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return part


def _read(part: Path) -> Iterator[Verdict]:
    with part.open(encoding="utf-8") as lines:
        for line in lines:
            url, text, language, found, numbers, name, reason, sizes = json.loads(line)
            exact, *bands = array("Q", bytes.fromhex(numbers))
            page = Page(
                url, text=text, language=language, exact=exact, bands=tuple(bands),
                masked=tuple((kind, value) for kind, value in found),
            )  # fmt: skip
            yield Verdict(page, name, reason, tuple((c, w) for c, w in sizes))
