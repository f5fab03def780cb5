"""The first stage: a crawl of the isles, cleaned, and what each filter did to it.

The base in `data/` read the world's documents as they were written; that of a whole run
reads what this stage keeps. Then a page is an article of about four documents, without
empty lines, with people's addresses and numbers masked; about one telling of a fact in
twenty is lost with its page. How often a fact is told is counted over what is left.
"""

import gzip
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from course_lib.crawl import (
    C4,
    ENGLISH_FROM,
    FINEWEB,
    GOPHER,
    Filter,
    Judge,
    Robots,
    Verdict,
    clean,
    filters_of_a_crawl,
    filters_of_a_page,
    funnel,
    in_english,
    in_turn,
    read_robots,
    read_truth,
    write_crawl,
)
from course_lib.runtime import atomic_write, rename
from course_lib.speedrun.folder import DOCUMENTS
from course_lib.speedrun.manifest import list_files
from course_lib.world import count_exposures
from course_lib.world.web import Truth, crawl_pages

COMMAND = "python -m course_lib speedrun crawl"
LOG = "crawl_log.json"
RULES = {"Gopher": GOPHER, "C4": C4, "FineWeb": FINEWEB}


@dataclass(frozen=True)
class CrawlRecipe:
    """How large a crawl, from which seed, with which filters or rules turned off.

    `keep_documents` writes the clean texts, too; they are too many for the repository.

    Raises:
        ValueError: if a filter or rule to turn off does not exist.
    """

    n_pages: int = 10_000  # as many as tell nearly all documents of one world
    seed: int = 0
    workers: int = 2
    off: tuple[str, ...] = ()
    english_from: float = ENGLISH_FROM  # the probability of a page's being English
    keep_documents: bool = False

    def __post_init__(self) -> None:
        known = {*filters_of_a_page(), "robots", *filters_of_a_crawl()}
        known |= {rule.__name__ for rules in RULES.values() for rule in rules}
        if unknown := set(self.off) - known:
            raise ValueError(f"off names {sorted(unknown)}; filters: {sorted(known)}")


def clean_crawl(recipe: CrawlRecipe, folder: Path) -> dict:
    """Write, clean and judge a crawl; leave `crawl_log.json` and its entry in the list.

    The log holds the funnel, the scores, and how many of the facts about people that
    the crawl told at all are told by no surviving page.
    """
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        pages = crawl_pages(recipe.n_pages, recipe.seed)
        shards = write_crawl(pages, work / "crawl")
        per_page, at_last = filters_of(recipe, read_robots(work / "crawl"))
        verdicts = clean(shards, work / "parts", per_page, at_last, recipe.workers)
        truths = (truth for shard in shards for truth in read_truth(shard))
        pairs = zip(verdicts, truths, strict=True)
        seen = list(_written(pairs, folder) if recipe.keep_documents else pairs)
    names = [*per_page, *at_last]
    log = asdict(recipe) | _figures(seen, names)
    atomic_write(folder / LOG, json.dumps(log, indent=1) + "\n")
    files = [LOG, DOCUMENTS] if recipe.keep_documents else [LOG]
    list_files(folder, files, COMMAND, recipe.seed)
    return log


def filters_of(
    recipe: CrawlRecipe, robots: Robots
) -> tuple[dict[str, Filter], dict[str, Filter]]:
    """Return the filters of a page and those of the crawl, without what is off."""
    per_page = filters_of_a_page(robots)
    per_page["language"] = partial(in_english, least=recipe.english_from)
    for name, rules in RULES.items():
        on = tuple(rule for rule in rules if rule.__name__ not in recipe.off)
        per_page[name] = partial(in_turn, rules=on)
    kept = [
        {name: apply for name, apply in filters.items() if name not in recipe.off}
        for filters in (per_page, filters_of_a_crawl())
    ]
    return kept[0], kept[1]


def _written(
    pairs: Iterable[tuple[Verdict, Truth]], folder: Path
) -> Iterator[tuple[Verdict, Truth]]:
    """Pass pages on; write those that were kept, with the facts that they tell."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{DOCUMENTS}.tmp"
    with (
        unfinished.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file,  # no name, no date
    ):
        for verdict, truth in pairs:
            if verdict.kept:
                row = {"url": verdict.page.url, "kind": truth.kind}
                row["text"] = verdict.page.text
                row["facts"] = [tuple(asdict(fact).values()) for fact in truth.facts]
                file.write((json.dumps(row, ensure_ascii=False) + "\n").encode())
            yield verdict, truth
    rename(unfinished, folder / DOCUMENTS)


def _figures(seen: list[tuple[Verdict, Truth]], names: list[str]) -> dict:
    judge, reasons = Judge(), Counter()
    stages = funnel((verdict for verdict, _ in seen), names, reasons)
    for verdict, truth in seen:
        judge.see(verdict, truth, names)
    before = count_exposures(truth for _, truth in seen)
    after = count_exposures(truth for verdict, truth in seen if verdict.kept)
    return {
        "funnel": [asdict(stage) for stage in stages],
        "extraction_f1": round(judge.extraction_f1, 4),
        "scores": {
            name: asdict(score)
            | {"precision": round(score.precision, 4), "recall": round(score.recall, 4)}
            for name, score in judge.scores().items()
        },
        "reasons": [[*key, n] for key, n in sorted(reasons.items())],
        "facts_told": len(before),
        "facts_told_after": len(after),
        "tellings": before.total(),
        "tellings_after": after.total(),
    }
