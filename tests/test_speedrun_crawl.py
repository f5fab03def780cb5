"""The crawl's stage: a log that adds up, texts where they are wanted."""

import gzip
import json
from dataclasses import replace

import notebook_rules
import pytest

from course_lib.speedrun import CrawlRecipe, clean_crawl
from course_lib.speedrun.crawl import LOG
from course_lib.speedrun.folder import DOCUMENTS, pages_of
from course_lib.speedrun.whole.plan import CRAWL
from course_lib.world import World, count_exposures


def test_the_stage_writes_its_log_and_its_documents(tmp_path):
    log = clean_crawl(CrawlRecipe(200, workers=1, keep_documents=True), tmp_path)
    assert json.loads((tmp_path / LOG).read_text())["funnel"] == log["funnel"]
    kept = log["funnel"][-1]["pages"]
    lines = gzip.decompress((tmp_path / DOCUMENTS).read_bytes()).decode().splitlines()
    assert len(lines) == kept == 200 - sum(n for _, _, n in log["reasons"])
    assert 0 < log["facts_told_after"] < log["facts_told"]
    pages = pages_of(tmp_path, world_seed=0)
    assert [page.text for page in pages] == [json.loads(line)["text"] for line in lines]
    told = count_exposures(pages)
    assert len(told) == log["facts_told_after"]
    assert told.total() == log["tellings_after"]
    assert set(told) <= set(World(0).facts())
    assert notebook_rules.manifest_faults(tmp_path) == []


def test_a_filter_that_is_off_drops_nothing(tmp_path):
    log = clean_crawl(CrawlRecipe(100, workers=1, off=("language",)), tmp_path)
    assert "language" not in {stage["name"] for stage in log["funnel"]}
    assert not (tmp_path / DOCUMENTS).exists()
    with pytest.raises(ValueError, match=r"off names \['spam'\]"):
        CrawlRecipe(off=("spam",))


def test_a_rule_that_is_off_drops_nothing_and_the_others_still_do(tmp_path):
    log = clean_crawl(CrawlRecipe(300, workers=1, off=("has_stop_words",)), tmp_path)
    reasons = {reason for name, reason, _ in log["reasons"] if name == "Gopher"}
    assert reasons
    assert "no common English words" not in reasons


def test_whoever_asks_for_less_certainty_keeps_more_english(tmp_path):
    dropped = []
    for least in (0.65, 0.0):
        log = clean_crawl(CrawlRecipe(150, workers=1, english_from=least), tmp_path)
        dropped.append(log["scores"]["language"]["dropped"])
    assert dropped[0] > dropped[1] > 0


def test_a_whole_run_loses_few_of_its_pages(tmp_path):
    """Its filters are chosen by how often they are right; the papers' are not."""
    by_plan = clean_crawl(replace(CRAWL, n_pages=600, workers=1), tmp_path)
    by_papers = clean_crawl(CrawlRecipe(600, workers=1), tmp_path)
    kept = [log["tellings_after"] / log["tellings"] for log in (by_plan, by_papers)]
    assert kept[0] > kept[1] + 0.05


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
