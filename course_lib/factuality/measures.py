"""Count what answers were worth: correct, wrong or refused, with intervals."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from course_lib.factuality.judging import Verdict
from course_lib.intervals import Interval, wilson


@dataclass(frozen=True)
class Tally:
    """How many answers were correct, wrong, or refused."""

    correct: int
    wrong: int
    refused: int

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "Tally":
        """Count verdicts."""
        found = list(verdicts)
        return cls(*(found.count(v) for v in ("correct", "wrong", "refused")))

    @property
    def total(self) -> int:
        return self.correct + self.wrong + self.refused

    def rate(self, verdict: Verdict) -> Interval:
        """Give one verdict's share of all answers, with its interval.

        Raises:
            ValueError: if nothing was counted.
        """
        return wilson(getattr(self, verdict), self.total)

    def __str__(self) -> str:
        if not self.total:
            return "nothing counted"
        rates = ", ".join(
            f"{name} {self.rate(name).value:.2f}"
            for name in ("correct", "wrong", "refused")
        )
        return f"{rates} (of {self.total})"


def tally_by_bin(
    labels: Sequence[str], verdicts: Sequence[Verdict]
) -> dict[str, Tally]:
    """Count verdicts for each label, in the order in which labels first come.

    Raises:
        ValueError: if there is not one label a verdict.
    Example: `tally_by_bin(["never", "1"], ["wrong", "correct"])["1"].correct` -> 1
    """
    if len(labels) != len(verdicts):
        raise ValueError(
            f"every verdict needs a label, got {len(labels)} labels for "
            f"{len(verdicts)} verdicts"
        )
    found = defaultdict(list)
    for label, verdict in zip(labels, verdicts, strict=True):
        found[label].append(verdict)
    return {label: Tally.of(some) for label, some in found.items()}


def together(tallies: Mapping[str, Tally], labels: Iterable[str]) -> Tally:
    """Add the tallies of some labels; a label that nobody had counts nothing."""
    some = [tallies[label] for label in labels if label in tallies]
    return Tally(
        sum(t.correct for t in some),
        sum(t.wrong for t in some),
        sum(t.refused for t in some),
    )


def over_refused(before: Sequence[Verdict], after: Sequence[Verdict]) -> Interval:
    """Give the share of what was answered rightly before, and is refused now.

    The price of teaching "I don't know": answers that were given away.

    Raises:
        ValueError: if the lists differ in length, or nothing was right before.
    Example: before correct, correct, wrong; after refused, correct, refused -> 1 of 2
    """
    if len(before) != len(after):
        raise ValueError(
            f"before and after must be about the same questions, got {len(before)} "
            f"and {len(after)} verdicts"
        )
    pairs = zip(before, after, strict=True)
    now = [later for earlier, later in pairs if earlier == "correct"]
    if not now:
        raise ValueError("nothing was right before, so nothing could be given away")
    return wilson(now.count("refused"), len(now))
