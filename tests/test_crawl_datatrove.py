"""The same filters, run by datatrove's local executor, keep the same pages."""

import pytest

from course_lib.crawl import clean, filters_of_a_page, write_crawl
from course_lib.world.web import crawl_pages

executor = pytest.importorskip(
    "datatrove.executor.local", reason="datatrove is not installed: pip install it"
)


def test_datatrove_keeps_what_our_own_pipeline_keeps(tmp_path, monkeypatch):
    from course_lib.crawl.datatrove_steps import as_steps

    shards = write_crawl(crawl_pages(120), tmp_path, pages_per_shard=60)
    filters = filters_of_a_page()
    ours = clean(shards, tmp_path / "work", filters, last={})
    kept = {v.page.url: v.page.text for v in ours if v.kept}

    found = {}

    def note(data, rank=0, world_size=1):  # noqa: ARG001  (datatrove passes both)
        for document in data:
            found[document.id] = document.text
            yield document

    # It forks a process, which is unsafe where earlier tests have left threads running.
    spawn = executor.multiprocess.get_context("spawn")
    monkeypatch.setattr(executor.multiprocess, "Manager", spawn.Manager)
    steps = [*as_steps(tmp_path, filters), note]
    logs = str(tmp_path / "logs")
    executor.LocalPipelineExecutor(steps, tasks=2, workers=1, logging_dir=logs).run()
    assert found == kept
    assert len(kept) > 40
