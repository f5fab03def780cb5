"""Read and write WARC, the format in which crawls are kept (ISO 28500).

A WARC file is a row of records, each with a header of its own and, for a page, the
server's whole answer. Read and written one record at a time: a shard may be larger than
the memory.
"""

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from course_lib.crawl.page import Page
from course_lib.crawl.urls import Robots
from course_lib.world.web import ROBOTS, Truth, WebPage

CRAWLED = "2024-10-01T00:00:00Z"  # one date for all: the same bytes from every run
ROBOTS_FILE = "robots.warc.gz"
NO_WARC = (
    "{} holds no WARC record here: each begins with the line WARC/1.0 or WARC/1.1; a "
    "file that was cut off has to be fetched again"
)


def write_crawl(
    pages: Iterable[WebPage], folder: str | Path, pages_per_shard: int = 1_000
) -> list[Path]:
    """Write a crawl into shards of so many pages; return their paths in order.

    Beside each shard lies its truth, a line of JSON for each page; the robots.txt of
    all hosts are in a file of their own, as in Common Crawl.

    Raises:
        ValueError: if pages_per_shard is below 1, or there is no page.
    """
    if pages_per_shard < 1:
        raise ValueError(f"pages_per_shard must be at least 1, got {pages_per_shard}")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    answers = [
        WebPage(f"https://{host}/robots.txt", text.encode(), Truth("robots", text))
        for host, text in ROBOTS.items()
    ]
    write_warc(answers, folder / ROBOTS_FILE)
    paths: list[Path] = []
    for shard in _cut(pages, pages_per_shard):
        paths.append(folder / f"crawl-{len(paths):05}.warc.gz")
        truths = _noting_truths(shard, truth_path(paths[-1]))
        write_warc(truths, paths[-1])
    if not paths:
        raise ValueError("there is no page to write; was the iterator used up?")
    return paths


def write_warc(pages: Iterable[WebPage], path: str | Path) -> Path:
    """Write pages as response records into one gzipped WARC file.

    The record's number follows from the address, so that the same pages give the same
    file.
    """
    path = Path(path)
    with path.open("wb") as file, GzipWriter(file) as stream:
        for page in pages:
            _record(page).write(stream)
    return path


def _record(page: WebPage) -> WarcRecord:
    record = WarcRecord()
    urn = uuid.uuid5(uuid.NAMESPACE_URL, page.url).urn.removeprefix("urn:").encode()
    record.init_headers(record_type=WarcRecordType.response, record_urn=urn)
    record.headers["WARC-Target-URI"] = page.url
    record.headers["WARC-Date"] = CRAWLED
    record.headers["Content-Type"] = "application/http; msgtype=response"
    answer = "OK" if page.status == 200 else "Not Found"
    head = (
        f"HTTP/1.1 {page.status} {answer}\r\nContent-Type: {page.content_type}\r\n"
        f"Content-Length: {len(page.body)}\r\n\r\n"
    )
    record.set_bytes_content(head.encode() + page.body)
    return record


def read_warc(path: str | Path) -> Iterator[Page]:
    """Yield the pages of a WARC file, gzipped or not, in their order.

    Bodies that went over the wire packed or in chunks come whole and unpacked.

    Raises:
        ValueError: if the file is missing or holds no WARC record.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"there is no file {path}: write one with write_crawl()")
    found = False
    with path.open("rb") as file:
        for record in _records(
            ArchiveIterator(file, parse_http=True, auto_decode="all"), path
        ):
            found = True
            if record.record_type != WarcRecordType.response:
                continue
            http = record.http_headers
            yield Page(
                url=record.headers.get("WARC-Target-URI", "").strip("<>"),  # wget's
                body=record.reader.read(),
                content_type=http.get("Content-Type", "") if http else "",
                status=(http.status_code or 0) if http else 0,
            )
    if not found:
        raise ValueError(NO_WARC.format(path))


def _records(archive: ArchiveIterator, path: Path) -> Iterator[WarcRecord]:
    try:
        yield from archive
    except OSError as error:
        raise ValueError(NO_WARC.format(path) + f" ({error})") from error


def read_robots(folder: str | Path) -> Robots:
    """Read what the hosts of a crawl ask crawlers not to fetch.

    Raises:
        ValueError: if the crawl has no such file.
    """
    texts = {}
    for page in read_warc(Path(folder) / ROBOTS_FILE):
        texts[page.url.split("/")[2]] = page.body.decode("utf-8", "replace")
    return Robots(tuple(sorted(texts.items())))


def truth_path(shard: str | Path) -> Path:
    """Say where the truth about a shard lies."""
    return Path(str(shard).removesuffix(".warc.gz") + ".truth.jsonl")


def read_truth(shard: str | Path) -> Iterator[Truth]:
    """Yield the truth about each page of a shard, in its order.

    Raises:
        ValueError: if none lies beside it; then nobody knows.
    """
    from course_lib.world import Fact

    path = truth_path(shard)
    if not path.is_file():
        raise ValueError(f"nobody knows the truth about {shard}: {path} is missing")
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            fields = json.loads(line)
            facts = tuple(Fact(*values) for values in fields.pop("facts"))
            private = tuple(tuple(pair) for pair in fields.pop("private"))
            damage = tuple(fields.pop("damage"))
            yield Truth(**fields, damage=damage, private=private, facts=facts)


def _cut(pages: Iterable[WebPage], size: int) -> Iterator[Iterator[WebPage]]:
    """Cut a stream into pieces without holding any of them."""
    rest = iter(pages)
    for first in rest:

        def piece(first: WebPage = first) -> Iterator[WebPage]:
            yield first
            for _ in range(size - 1):
                page = next(rest, None)
                if page is None:
                    return
                yield page

        yield piece()


def _noting_truths(pages: Iterable[WebPage], path: Path) -> Iterator[WebPage]:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for page in pages:
            fields = asdict(page.truth)
            fields["facts"] = [tuple(f.values()) for f in fields["facts"]]
            file.write(json.dumps(fields, ensure_ascii=False) + "\n")
            yield page
