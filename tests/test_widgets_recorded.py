"""On stage: a live run that would take too long ends in its recording, and says so."""

import json
import re
from types import SimpleNamespace

import pytest

from course_lib.runtime import DATA, ROOT
from course_lib.widgets import LiveChart, recorded
from course_lib.widgets.recorded import (
    RECORD,
    RUNS,
    RecordedRun,
    keep_run,
    recorded_run,
)

CHART = re.compile(r"LiveChart: (.+) \(points: (.+)\)")

STEPS = 10
ENTRIES = [{"step": k, "loss": 9.0 - k, "say": "Th"} for k in range(1, STEPS + 1)]
RUN = RecordedRun(20.0, STEPS, ENTRIES)


@pytest.fixture
def clock(monkeypatch):
    """A clock that only the loop below moves."""
    now = SimpleNamespace(s=0.0)
    fake = SimpleNamespace(monotonic=lambda: now.s, process_time=lambda: now.s)
    monkeypatch.setattr(recorded, "time", fake)
    monkeypatch.setenv("COURSE_MODE", "test")  # what is played takes no time
    return now


@pytest.fixture
def stage(monkeypatch, tmp_path):
    keep_run(tmp_path / RUNS, "Loss", 0, RUN)
    monkeypatch.setattr(recorded, "DATA", tmp_path)
    monkeypatch.setenv("COURSE_STAGE", "1")


def train(clock, seconds_a_step, closed=None):
    """A training loop: each step takes its time."""
    try:
        for step in range(1, STEPS + 1):
            clock.s += seconds_a_step
            yield step
    finally:
        if closed is not None:
            closed.append(step)


def watched(clock, seconds_a_step, title="Loss", closed=None):
    chart = LiveChart(title)
    for step in chart.watch(train(clock, seconds_a_step, closed)):
        chart.add(step, loss=100.0)
    return chart


@pytest.mark.usefixtures("stage")
def test_a_slow_machine_shows_the_recorded_rest_and_says_so(clock, capsys):
    closed = []
    chart = watched(clock, 6.0, closed=closed)
    assert closed == [3], "the training was stopped, not left hanging"
    losses = [loss for _, loss in chart.series["loss"]]
    assert losses == [100.0] * 3 + [9.0 - k for k in range(4, STEPS + 1)]
    note = "recorded from step 3 on: this machine would need 60 s, not 20"
    assert chart.note == note
    assert capsys.readouterr().out.endswith(note + "\n")
    assert chart.running == ""
    assert chart.said[-1] == [float(STEPS), "Th"]


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(
    ("seconds_a_step", "why"),
    [
        (2.0, "as fast as promised"),
        (2.9, "a little slower"),
        (0.1, "faster"),
    ],
)
def test_a_machine_that_keeps_the_promise_is_live_to_the_end(
    clock, seconds_a_step, why
):
    chart = watched(clock, seconds_a_step)
    assert [loss for _, loss in chart.series["loss"]] == [100.0] * STEPS, why
    assert chart.note == ""


def test_a_machine_that_slows_down_later_is_caught_then():
    assert RUN.late_by(5, 10.0) is None
    assert RUN.late_by(8, 30.0) == pytest.approx(37.5)
    assert RUN.late_by(2, 60.0) is None, "too early to tell"
    assert RUN.late_by(9, 40.0) is None, "the end is near"


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(
    ("name", "value"), [("COURSE_STAGE", ""), ("COURSE_MODE", "long")]
)
def test_alone_or_at_full_length_nothing_is_cut_off(clock, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert len(watched(clock, 600.0).series["loss"]) == STEPS


@pytest.mark.usefixtures("stage")
def test_a_chart_that_was_never_recorded_is_live_to_the_end(clock):
    assert len(watched(clock, 600.0, "Mine").series["loss"]) == STEPS


def test_a_run_is_recorded_with_its_length(clock, monkeypatch, tmp_path):
    path = tmp_path / "runs.json"
    monkeypatch.setenv(RECORD, str(path))
    chart = LiveChart("Loss")
    chart.add(0, before=7.0)
    for factor in (1, 2):  # two loops in one chart
        for step in chart.watch(train(clock, 1.5)):
            chart.add(step, **{f"run {factor}": step / 3})
            if step == 1:
                chart.say(f"hat {factor}")
    assert recorded_run("Loss", 0, path).seconds == 15.0
    second = recorded_run("Loss", 1, path)
    assert second.steps == STEPS
    assert second.entries[0] == {"step": 1.0, "run 2": 0.3333, "say": "hat 2"}
    assert recorded_run("Loss", 2, path) is None
    keep_run(path, "Loss", 0, RUN)
    assert len(json.loads(path.read_text())["Loss"]) == 1, (
        "later loops are recorded anew"
    )


def live_charts():
    """Read from the chapters: which charts ran live, and how many points they got."""
    found = {}
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if ".replay(" in "".join(cell["source"]):
                continue
            for output in cell.get("outputs", ()):
                text = "".join(output.get("data", {}).get("text/plain", ""))
                for title, points in CHART.findall(text):
                    found.setdefault((path.name, title), set()).add(points)
    return found


CHARTS = live_charts()


def test_no_two_chapters_call_a_chart_the_same():
    titles = [title for _, title in CHARTS]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(("chapter", "title"), CHARTS)
def test_every_live_run_of_the_chapters_was_recorded(chapter, title):
    """Else `python -m course_lib author --record` for this chapter."""
    counts = {}
    for points in CHARTS[chapter, title]:
        for name, count in (one.rsplit(" ", 1) for one in points.split(", ")):
            counts[name] = max(counts.get(name, 0), int(count))
    runs = json.loads((DATA / RUNS).read_text(encoding="utf-8"))[title]
    entries = [entry for run in runs for entry in run["entries"]]
    for name, count in counts.items():
        recorded_points = sum(name in entry for entry in entries)
        assert count - 1 <= recorded_points <= count, name  # one may precede the loop
    assert all(0 < run["seconds"] < 90 for run in runs), "its length is known"
