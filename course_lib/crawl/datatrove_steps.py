"""The same filters as steps of datatrove, the library that cleaned FineWeb.

For crawls that need many machines: datatrove hands tasks to processes or to a cluster's
queue, and starts again what failed. Not imported by the rest of this room, as a course
on a laptop does without it: `pip install datatrove`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.filters.base_filter import BaseFilter

from course_lib.crawl.page import Filter
from course_lib.crawl.warc import read_warc


class ReadCrawl(PipelineStep):
    """Read shards; each task takes every so-manieth of them."""

    name = "Read a crawl"
    type = "READER"

    def __init__(self, folder: str | Path) -> None:
        super().__init__()
        self.folder = str(folder)

    def run(
        self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1
    ) -> Iterator[Document]:
        """Yield a document for each page; the page itself travels in its metadata."""
        yield from data or ()
        shards = sorted(Path(self.folder).glob("crawl-*.warc.gz"))
        for shard in shards[rank::world_size]:
            for page in read_warc(shard):
                yield Document(text="", id=page.url, metadata={"page": page})


class FilterStep(BaseFilter):
    """One of our filters, as datatrove calls it."""

    def __init__(self, name: str, apply: Filter) -> None:
        super().__init__()
        self.name, self.apply = name, apply

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        """Keep the document, its page replaced by the filter's, or say why not."""
        result = self.apply(doc.metadata["page"])
        if isinstance(result, str):
            return False, result
        doc.metadata["page"], doc.text = result, result.text
        return True


def as_steps(folder: str | Path, filters: Mapping[str, Filter]) -> list[PipelineStep]:
    """Make a datatrove pipeline of filters: give it to one of its executors.

    Example: LocalPipelineExecutor(as_steps(folder, filters_of_a_page()), tasks=2).run()
    """
    steps = [FilterStep(name, apply) for name, apply in filters.items()]
    return [ReadCrawl(folder), *steps]
