"""The live chart without a browser: what it keeps, shows, and how it stops."""

import base64
import math
import re
import signal
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest

from course_lib.commands.notebooks import execute
from course_lib.interrupts import interrupts_call
from course_lib.plots import look
from course_lib.widgets import LiveChart, chart_picture
from course_lib.widgets.live_chart import MAX_POINTS, thinned

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
FOLDER = Path(chart_picture.__file__).parent


def falling(steps: int = 60) -> LiveChart:
    chart = LiveChart("Loss", "step", "bits")
    for step in range(steps):
        chart.add(step, train=7 * math.exp(-step / 20), counts=4.0)
    return chart


class Handle:
    """What IPython gives for a display: it notes how often it is shown anew."""

    updates = 0

    def update(self, _thing: object) -> None:
        type(self).updates += 1


@pytest.mark.parametrize("shows_itself", [False, True])
def test_a_finished_chart_is_not_shown_twice_where_widgets_show_themselves(
    monkeypatch, shows_itself
):
    """As those of ipywidgets 7 do, in Colab: past the display that could be changed."""
    monkeypatch.setattr(Handle, "updates", 0)
    module = sys.modules[LiveChart.__module__]
    monkeypatch.setattr(module, "display_now", lambda _chart: Handle())
    if shows_itself:
        monkeypatch.setattr(
            LiveChart, "_ipython_display_", lambda _chart: None, raising=False
        )
    for _ in LiveChart("Loss", "step", "bits").watch(range(2)):
        pass
    assert Handle.updates == (0 if shows_itself else 1)


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def interrupt_when_it_is_heard(before: object) -> None:
    """Interrupt from a thread, once another handler than `before` is in place.

    Sooner, the signal would end the test run.
    """
    deadline = time.monotonic() + 60
    while signal.getsignal(signal.SIGINT) is before:
        assert time.monotonic() < deadline, "nobody listens"
        time.sleep(0.001)
    interrupt()


def test_points_are_kept_and_thinned_only_for_the_page():
    chart = falling(3_000)
    chart.flush()
    assert len(chart.series["train"]) == 3_000
    assert [name for name, _ in chart.lines] == ["train", "counts"]
    assert all(len(points) <= MAX_POINTS for _, points in chart.lines)
    assert chart.lines[0][1][-1] == list(chart.series["train"][-1])


def test_thinning_keeps_the_first_and_the_last_and_nothing_infinite():
    points = [(float(k), float(k)) for k in range(1_001)] + [(1_001.0, math.nan)]
    kept = thinned(points)
    assert kept[0] == [0, 0]
    assert kept[-1] == [1_000, 1_000]
    assert thinned([]) == []
    assert thinned([(0, math.inf)]) == []


class NeverWalked(list):
    """A list that nobody goes through from end to end."""

    def __iter__(self):
        raise AssertionError("a message of a long run looks at every point")


def test_thinning_a_long_run_takes_no_longer_than_a_short_one():
    kept = thinned(NeverWalked((float(k), 1.0) for k in range(100_000)))
    assert MAX_POINTS / 2 < len(kept) <= MAX_POINTS
    assert kept[-1] == [99_999, 1]


def test_a_loss_that_is_no_number_is_named():
    chart = LiveChart("Loss")
    chart.add(7, train=math.nan)
    assert chart.note == "train is nan at step 7"


class Clock:
    """A clock of the test's own: it moves when told, and sleeping moves it."""

    def __init__(self, monkeypatch):
        self.now = 1_000.0
        monkeypatch.setattr("course_lib.widgets.live_chart.time", self)

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def test_messages_are_few_however_fast_the_loop(monkeypatch):
    clock = Clock(monkeypatch)
    chart = LiveChart("Loss", messages_per_s=8)
    sent = []
    chart.observe(lambda change: sent.append(change.new), "lines")
    for step in range(6_000):  # two seconds of a loop with 3,000 steps a second
        chart.add(step, loss=step)
        clock.now += 1 / 3_000
    assert 14 <= len(sent) <= 17


def test_the_empty_chart_promises_and_the_full_one_leaves_a_picture():
    empty = LiveChart("Loss <b>")._repr_mimebundle_()[0]
    assert "&lt;b&gt;" in empty["text/html"]
    data, metadata = falling()._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png", WIDGET_VIEW}
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == data["text/plain"]


def test_text_form_is_the_same_whatever_the_values():
    other = LiveChart("Loss", "step", "bits")
    for step in range(60):
        other.add(step, train=step + 0.123, counts=1)
    assert repr(other) == repr(falling())
    assert repr(other) == "LiveChart: Loss (points: train 60, counts 60)"


def test_watch_passes_the_steps_on_and_says_nothing_at_the_end(capsys):
    chart = LiveChart("Loss")
    for step in chart.watch(range(5)):
        assert chart.running == "loop"
        chart.add(step, loss=step)
    assert chart.running == ""
    assert len(chart.lines[0][1]) == 5
    assert "stopped" not in capsys.readouterr().out


def test_an_interrupt_ends_the_loop_after_the_step_and_keeps_what_was_learned(capsys):
    chart, done = LiveChart("Loss"), []
    for step in chart.watch(range(100)):
        if step == 3:
            interrupt()
        done.append(step)
        chart.add(step, loss=step)
    assert done == [0, 1, 2, 3], "step 3 is finished, step 4 not begun"
    assert capsys.readouterr().out.endswith("stopped at step 3\n")
    assert chart.note == "stopped at step 3"


def test_a_stopped_loop_closes_the_training_it_watched():
    closed = []

    def training():
        try:
            yield from range(100)
        finally:
            closed.append(True)

    chart = LiveChart("Loss")
    for step in chart.watch(training()):
        chart.add(step, loss=step)
        interrupt()
    assert closed == [True]


def test_a_second_interrupt_breaks_off_at_once():
    chart = LiveChart("Loss")
    before = signal.getsignal(signal.SIGINT)

    def impatient():
        for step in chart.watch(range(100)):
            chart.add(step, loss=step)
            interrupt()
            interrupt()

    with pytest.raises(KeyboardInterrupt):
        impatient()
    assert signal.getsignal(signal.SIGINT) is before


def test_break_and_errors_leave_the_chart_ended():
    chart = LiveChart("Loss")
    before = signal.getsignal(signal.SIGINT)
    for step in chart.watch(range(100)):
        chart.add(step, loss=step)
        break
    assert (chart.running, signal.getsignal(signal.SIGINT)) == ("", before)

    def broken():
        for step in chart.watch(range(3)):
            chart.add(step, loss=1 / step)

    with pytest.raises(ZeroDivisionError):
        broken()
    assert (chart.running, signal.getsignal(signal.SIGINT)) == ("", before)


def test_the_pages_button_stops_a_thread(capsys):
    chart, going = LiveChart("Loss"), threading.Event()

    def training():
        for step in range(100_000):
            yield step
            if step == 3:
                going.set()
            time.sleep(0.001)

    chart.run_in_thread(training(), lambda step: chart.add(step, loss=step))
    assert going.wait(60)
    with pytest.raises(ValueError, match="still running"):
        chart.run_in_thread([], print)
    chart.set_state({"stop_requested": True})  # the very path of a page's message
    chart.wait()
    assert re.search(r"stopped at step \d+\n", capsys.readouterr().out)
    assert 4 <= len(chart.series["loss"]) < 100_000
    assert chart.running == ""


def test_an_interrupt_while_waiting_stops_the_thread():
    chart, before = LiveChart("Loss"), signal.getsignal(signal.SIGINT)

    def training():
        for step in range(100_000):
            yield step
            if step == 3:
                interrupt_when_it_is_heard(before)
            time.sleep(0.001)

    chart.run_in_thread(training(), lambda step: chart.add(step, loss=step))
    chart.wait()
    assert 4 <= len(chart.series["loss"]) < 100_000
    assert signal.getsignal(signal.SIGINT) is before


def test_an_error_in_the_thread_comes_out_of_wait():
    chart = LiveChart("Loss")
    chart.run_in_thread([0], lambda step: 1 / step)
    with pytest.raises(ZeroDivisionError):
        chart.wait()
    assert "wait() raises it" in chart.note
    chart.run_in_thread([1], lambda step: chart.add(step, loss=1 / step))
    chart.wait()
    with pytest.raises(ValueError, match="run_in_thread"):
        LiveChart("Loss").wait()


LOG = [{"step": k, "loss": 5 - k, "say": f"text {k}"} for k in range(5)]


def test_replay_takes_its_seconds_and_none_in_the_test_mode(monkeypatch):
    clock = Clock(monkeypatch)
    for mode, seconds in (("default", 0.4), ("test", 0.0)):
        monkeypatch.setenv("COURSE_MODE", mode)
        chart, began = LiveChart("Loss"), clock.now
        chart.replay(LOG, seconds=0.5)  # the last of five entries is due after 0.4 s
        assert clock.now - began == pytest.approx(seconds)
        assert chart.series == {"loss": [(float(k), 5.0 - k) for k in range(5)]}
        assert chart.said[-1] == [4, "text 4"]


def test_an_interrupt_skips_a_replay_to_its_end(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_MODE", "default")
    chart = LiveChart("Loss")
    chart.observe(lambda change: len(change.new) == 1 and interrupt(), "said")
    chart.replay(LOG, seconds=3_600)  # a test that hangs here has failed
    assert len(chart.series["loss"]) == 5
    assert "stopped" not in capsys.readouterr().out
    assert chart.running == ""


def test_other_threads_keep_their_interrupts():
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def work():
        with interrupts_call(lambda: None):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


def test_page_picture_and_figures_draw_a_series_alike():
    script = (FOLDER / "live_chart.js").read_text(encoding="utf-8")
    dashes = ", ".join(f'"{" ".join(map(str, d))}"' for d in chart_picture.DASHES)
    assert f"const DASHES = [{dashes}];" in script
    for name in ("COLOURS", "DASHES", "MARKERS"):
        assert getattr(chart_picture, name) == getattr(look, name)
    assert len(chart_picture.MARKERS) == len(chart_picture.COLOURS)


NOTEBOOK = """
from course_lib.widgets import LiveChart
chart = LiveChart("Loss")
for step in chart.watch(range(50)):
    chart.add(step, loss=1 / (1 + step))
"""
IN_A_THREAD = """
chart.run_in_thread(range(50), lambda step: chart.add(step, again=step))
"""


def test_a_notebook_stores_the_finished_picture_and_the_same_words(tmp_path):
    cells = map(nbformat.v4.new_code_cell, [NOTEBOOK, IN_A_THREAD, "chart.wait()"])
    path = tmp_path / "chart.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
    watched, begun, waited = (c.outputs for c in execute(path).notebook.cells)
    assert [set(o.data) for o in watched] == [{"text/plain", "image/png"}]
    assert watched[0].data["text/plain"] == "LiveChart: Loss (points: loss 50)"
    assert [set(o.data) for o in waited] == [{"text/plain", "image/png"}]
    assert waited[0].data["text/plain"].endswith("(points: loss 50, again 50)")
    assert len(begun) == 1, "the thread changes nothing that was stored before"
