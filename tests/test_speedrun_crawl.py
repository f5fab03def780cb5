"""The crawl's stage: a log that adds up, texts where they are wanted."""

import gzip
import json

import notebook_rules
import pytest

from course_lib.speedrun import CrawlRecipe, clean_crawl
from course_lib.speedrun.crawl import DOCUMENTS, LOG


def test_the_stage_writes_its_log_and_its_documents(tmp_path):
    log = clean_crawl(CrawlRecipe(200, workers=1, keep_documents=True), tmp_path)
    assert json.loads((tmp_path / LOG).read_text())["funnel"] == log["funnel"]
    kept = log["funnel"][-1]["pages"]
    lines = gzip.decompress((tmp_path / DOCUMENTS).read_bytes()).decode().splitlines()
    assert len(lines) == kept == 200 - sum(n for _, _, n in log["reasons"])
    assert 0 < log["facts_told_after"] < log["facts_told"]
    assert notebook_rules.manifest_faults(tmp_path) == []


def test_a_filter_that_is_off_drops_nothing(tmp_path):
    log = clean_crawl(CrawlRecipe(100, workers=1, off=("language",)), tmp_path)
    assert "language" not in {stage["name"] for stage in log["funnel"]}
    assert not (tmp_path / DOCUMENTS).exists()
    with pytest.raises(ValueError, match=r"off names \['spam'\]"):
        CrawlRecipe(off=("spam",))


def test_the_log_in_data_meets_what_the_course_promises():
    log = json.loads((notebook_rules.ROOT / "data" / LOG).read_text())
    assert log["extraction_f1"] >= 0.95
    private, near = log["scores"]["private data"], log["scores"]["near copies"]
    assert private["recall"] >= 0.99
    assert private["precision"] >= 0.95
    exact = log["scores"]["exact copies"]
    rightly = exact["rightly"] + near["rightly"]
    missed = near["should"] - near["rightly"]
    assert rightly / (rightly + missed) >= 0.99
    assert rightly / (exact["dropped"] + near["dropped"]) >= 0.95
