"""Count what is left after each filter, and how often each was right."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from course_lib.crawl.pipeline import FINGERPRINT, Verdict
from course_lib.world import Fact
from course_lib.world.web import Truth


@dataclass
class Stage:
    """What is left behind a filter."""

    name: str
    pages: int = 0
    characters: int = 0
    words: int = 0  # 0 while pages are HTML


@dataclass(frozen=True)
class Score:
    """How often a filter was right about the pages that reached it."""

    dropped: int
    rightly: int  # of those
    should: int  # pages that it should have dropped

    @property
    def precision(self) -> float:
        """Of what it dropped, how much deserved it; 1 if it dropped nothing."""
        return self.rightly / self.dropped if self.dropped else 1.0

    @property
    def recall(self) -> float:
        """Of what deserved it, how much it dropped; 1 if nothing did."""
        return self.rightly / self.should if self.should else 1.0


def funnel(
    verdicts: Iterable[Verdict], filters: Iterable[str], reasons: Counter | None = None
) -> list[Stage]:
    """Count pages, characters and words on arrival and behind each of the filters.

    `reasons`, if given, counts (filter, reason) of what was dropped.
    """
    names = [name for name in filters if name != FINGERPRINT]
    stages = [Stage("crawled"), *map(Stage, names)]
    for verdict in verdicts:
        n_passed = len(names) if verdict.kept else names.index(verdict.dropped_by)
        sizes = verdict.sizes
        for number, stage in enumerate(stages[: n_passed + 1]):
            characters, words = sizes[min(number, len(sizes) - 1)]
            stage.pages += 1
            stage.characters += characters
            stage.words += words
        if reasons is not None and not verdict.kept:
            reasons[verdict.dropped_by, verdict.reason] += 1
    return stages


@dataclass
class Judge:
    """Compare verdicts with the truth, page after page, and keep the score.

    A copy is one if an earlier page of its group came as far as this filter.
    Example: for verdict, truth in pairs: judge.see(verdict, truth, names)
    """

    dropped: Counter[str] = field(default_factory=Counter)
    rightly: Counter[str] = field(default_factory=Counter)
    should: Counter[str] = field(default_factory=Counter)
    f1_sum: float = 0.0
    n_extracted: int = 0
    _reached: dict[str, set[int]] = field(default_factory=dict)

    def see(self, verdict: Verdict, truth: Truth, filters: Iterable[str]) -> None:
        """Count one page."""
        for name in filters:
            if name == FINGERPRINT:
                continue
            deserved = self._deserves(name, truth)
            dropped = verdict.dropped_by == name
            self.should[name] += deserved
            self.dropped[name] += dropped
            self.rightly[name] += dropped and deserved
            if dropped:
                return
        self._see_text(verdict, truth)

    def _deserves(self, name: str, truth: Truth) -> bool:
        if name in ("exact copies", "near copies"):
            reached = self._reached.setdefault(name, set())
            again = truth.group in reached and truth.group >= 0
            reached.add(truth.group)
            return again and (name == "near copies" or truth.copy == "exact")
        return DESERVES[name](truth) if name in DESERVES else False

    def _see_text(self, verdict: Verdict, truth: Truth) -> None:
        if truth.wanted and not truth.private:
            self.f1_sum += word_f1(verdict.page.text, truth.text)
            self.n_extracted += 1
        planted, found = Counter(truth.private), Counter(verdict.page.masked)
        self.should["private data"] += planted.total()
        self.dropped["private data"] += found.total()
        self.rightly["private data"] += (planted & found).total()

    @property
    def extraction_f1(self) -> float:
        """Mean F1 of the words of kept pages against the known text."""
        return self.f1_sum / max(1, self.n_extracted)

    def scores(self) -> dict[str, Score]:
        """Return the score of every filter that pages reached, by name."""
        return {
            name: Score(self.dropped[name], self.rightly[name], self.should[name])
            for name in self.should
        }


def _is_junk(truth: Truth) -> bool:
    return not truth.wanted and truth.language == "en" and truth.kind != "missing"


DESERVES = {
    "status": lambda truth: truth.kind == "missing",
    "blocklist": lambda truth: truth.kind in ("spam", "link farm", "decoy"),
    "robots": lambda truth: "forbidden" in truth.damage,
    "language": lambda truth: truth.language != "en",
    "Gopher": _is_junk,
    "C4": _is_junk,
    "FineWeb": _is_junk,
}


def word_f1(found: str, known: str) -> float:
    """Compare two texts as bags of words: 2 · shared / (words here + words there).

    Example: word_f1("a b", "a b c d") -> 0.67 (precision 1, recall one half)
    """
    here, there = Counter(found.split()), Counter(known.split())
    total = here.total() + there.total()
    return 2 * (here & there).total() / total if total else 1.0


def surviving(
    pairs: Iterable[tuple[Verdict, Truth]],
) -> Iterator[Truth]:
    """Yield the truth about pages that were kept."""
    return (truth for verdict, truth in pairs if verdict.kept)


def exposures_left(pairs: Iterable[tuple[Verdict, Truth]]) -> Counter[Fact]:
    """Count for every fact how many surviving pages tell it.

    What a model can learn is counted here, behind the filters, not in the crawl.
    """
    return Counter(fact for truth in surviving(pairs) for fact in set(truth.facts))
