"""The report card of a run: every stage's figures, texts, time and memory.

As JSON for programs, as a table for a terminal, and (in `page`) as HTML for everyone.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from course_lib.runtime import atomic_write
from course_lib.speedrun.card.figures import Figure

JSON_NAME = "report.json"
MARKS = {True: "met", False: "MISSED", None: ""}


@dataclass(frozen=True)
class Curve:
    """Lines to draw: name -> (x, y) pairs."""

    title: str
    x_label: str
    y_label: str
    lines: Mapping[str, Sequence[Sequence[float]]]


Findings = tuple[list[Figure], list[Curve], dict[str, str]]  # of a stage; as in it


@dataclass(frozen=True)
class Stage:
    """One stage of the run.

    `seconds`, `peak_mb` and `tokens_per_s` are nan where nobody measured.
    """

    name: str
    title: str
    figures: tuple[Figure, ...] = ()
    curves: tuple[Curve, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)  # asked -> what it says
    seconds: float | None = None
    peak_mb: float | None = None
    tokens_per_s: float | None = None


@dataclass(frozen=True)
class Card:
    """A whole run: its stages, and where and with what it was made."""

    size: str
    stages: tuple[Stage, ...]
    environment: Mapping[str, str]

    @property
    def figures(self) -> list[Figure]:
        """All figures, in the order of the stages."""
        return [figure for stage in self.stages for figure in stage.figures]

    @property
    def missed(self) -> list[Figure]:
        """The figures that stay below, or above, their bar."""
        return [figure for figure in self.figures if figure.met is False]

    @property
    def seconds(self) -> float:
        """What all stages took together; two may have run side by side."""
        return sum(stage.seconds or 0 for stage in self.stages)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield what a table shows of each figure."""
        for figure in self.figures:
            n = "" if figure.n is None else f"{figure.n:,}"
            yield (
                figure.stage, figure.name, figure.shown(), figure.interval, n,
                figure.wanted, MARKS[figure.met],
            )  # fmt: skip

    def save(self, folder: Path) -> Path:
        """Write `report.json`."""
        content = asdict(self) | {"missed": [figure.name for figure in self.missed]}
        return atomic_write(folder / JSON_NAME, json.dumps(content, indent=1) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "Card":
        """Read `report.json`.

        Raises:
            ValueError: if there is none, or it is no report card.
        """
        path = folder / JSON_NAME
        if not path.is_file():
            raise ValueError(f"{path} is missing: a speedrun writes it at its end")
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                content["size"],
                tuple(_stage(stage) for stage in content["stages"]),
                content["environment"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} is no report card: {error!r}") from error

    def same_figures(self, other: "Card") -> list[str]:
        """Name what differs between two cards, time and memory aside; none if equal."""
        mine, others = _without_time(self), _without_time(other)
        names = {*mine, *others}
        return sorted(name for name in names if mine.get(name) != others.get(name))


HEADS = ("stage", "figure", "value", "95 %", "n", "bar", "")


def table(card: Card) -> str:
    """Lay the card out for a terminal."""
    rows = [HEADS, *card.rows()]
    widths = [max(len(row[k]) for row in rows) for k in range(len(HEADS))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "-" * len(lines[0]))
    n_bars = sum(figure.met is not None for figure in card.figures)
    lines.append(f"{n_bars - len(card.missed)} of {n_bars} bars met")
    return "\n".join(lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    left = {0, 1, 5, 6}  # texts; numbers stand to the right
    cells = [
        cell.ljust(width) if k in left else cell.rjust(width)
        for k, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _stage(content: Mapping[str, Any]) -> Stage:
    figures = tuple(Figure(**figure) for figure in content["figures"])
    curves = tuple(Curve(**curve) for curve in content["curves"])
    return Stage(**{**content, "figures": figures, "curves": curves})


def _without_time(card: Card) -> dict[str, object]:
    """List what must be the same when a run is repeated."""
    found: dict[str, object] = {}
    for stage in card.stages:
        found |= {f"{stage.name}: {f.name}": asdict(f) for f in stage.figures}
        found |= {f"{stage.name} says: {asked}": t for asked, t in stage.texts.items()}
    return found


def rounded(points: Iterable[Sequence[float]], digits: int = 4) -> list[list[float]]:
    """Round the points of a curve: a card is read, not computed with."""
    return [[round(float(value), digits) for value in point] for point in points]
