"""On stage a live run takes as long as promised: a slow one ends in its recording.

Each live training of the chapters was recorded when the chapter was made. A lecture
can then promise its length: where a machine is too slow to keep it, the chart stops
the loop, plays the rest of the recording, and says so. Alone with the chapter nobody
waits but you, so elsewhere every run is live to its end.
"""

import json
import os
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from course_lib.runtime import DATA, atomic_write, mode, on_stage

if TYPE_CHECKING:
    from course_lib.widgets.live_chart import LiveChart

Step = TypeVar("Step")

RUNS = "live_runs.json"  # in data/
RECORD = "COURSE_RECORD_RUNS"  # names the file to record into
FIRST_STEPS = 3  # before them, speed says little: the first one allocates
LATE = 1.5  # times the promised length may become
WORTH_S = 5.0  # what is left of a late run must be longer to be cut off
LEAST_S = 3.0  # of the recording, for the eye


@dataclass(frozen=True)
class RecordedRun:
    """A live run as it went when the chapter was made."""

    seconds: float  # of one processor: what a machine with nothing else to do needs
    steps: int
    entries: list[dict[str, Any]]  # as `LiveChart.replay` takes them

    def late_by(self, steps: int, elapsed_s: float) -> float | None:
        """Return how many seconds all steps would need, if that breaks the promise."""
        needed_s = elapsed_s / steps * self.steps
        cut = needed_s > LATE * self.seconds and needed_s - elapsed_s > WORTH_S
        return needed_s if steps >= FIRST_STEPS and cut else None


def recorded_run(
    title: str, number: int, path: Path | None = None
) -> RecordedRun | None:
    """Find the recording of a chart's loop (0 is its first); None if there is none."""
    path = path or DATA / RUNS
    if not path.exists():  # no reason to fail in front of an audience
        return None
    runs = json.loads(path.read_text(encoding="utf-8")).get(title, [])
    return RecordedRun(**runs[number]) if number < len(runs) else None


def keep_run(path: Path, title: str, number: int, run: RecordedRun) -> None:
    """Put a run in the place of what was recorded of that loop, and of later ones."""
    runs = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    runs[title] = [*runs.get(title, [])[:number], asdict(run)]
    lines = (f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(runs.items()))
    atomic_write(path, "{\n" + ",\n".join(lines) + "\n}\n")


def in_time(
    chart: "LiveChart", steps: Generator[Step, None, None], number: int
) -> Iterator[Step]:
    """Go through a chart's steps; on stage for no longer than promised."""
    run = recorded_run(chart.title, number) if on_stage() and mode() != "long" else None
    with closing(steps):
        if run is not None:
            yield from _promised(chart, steps, run)
        elif path := os.environ.get(RECORD):
            yield from _recording(chart, steps, number, Path(path))
        else:
            yield from steps


def _promised(
    chart: "LiveChart", steps: Iterator[Step], run: RecordedRun
) -> Iterator[Step]:
    began = time.monotonic()
    for done, step in enumerate(steps, start=1):
        yield step
        elapsed_s = time.monotonic() - began
        if needed_s := run.late_by(done, elapsed_s):
            chart.fade(run, needed_s, max(LEAST_S, run.seconds - elapsed_s))
            return


def _recording(
    chart: "LiveChart", steps: Iterator[Step], number: int, path: Path
) -> Iterator[Step]:
    seen = {name: len(points) for name, points in chart.series.items()}
    n_said, began, done = len(chart.said), time.process_time(), 0
    for done, step in enumerate(steps, start=1):  # noqa: B007  counted
        yield step
    seconds = round(time.process_time() - began, 1)
    entries: dict[float, dict[str, Any]] = {}
    for name, points in chart.series.items():
        for x, y in points[seen.get(name, 0) :]:
            entries.setdefault(x, {"step": x})[name] = float(f"{y:.4g}")
    for x, text in chart.said[n_said:]:
        entries.setdefault(x, {"step": x})["say"] = text
    ordered = [entries[x] for x in sorted(entries)]
    keep_run(path, chart.title, number, RecordedRun(seconds, done, ordered))
