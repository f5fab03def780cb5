"""Watch numbers fall while a loop runs, and end the loop without losing its work.

The chart never trains: it is handed the steps of a loop, and shows what they give.
Where no kernel runs (GitHub, print) a picture of the finished curves stands in. It
is a PNG, as tests compare a chapter's words and never its pixels; its text form says
how many points were drawn, not what they were. So a chapter keeps its stored output
on any machine although the last digits of a loss differ between machines.
"""

import html
import math
import threading
import time
from collections.abc import (
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from typing import Any, TypeVar

import traitlets

from course_lib.interrupts import interrupts_call
from course_lib.runtime import by_mode
from course_lib.widgets.base import CourseWidget, script
from course_lib.widgets.chart_picture import chart_png
from course_lib.widgets.recorded import RecordedRun, in_time

Step = TypeVar("Step")

MAX_POINTS = 400  # of a series in a message: more are not seen, and slow the page down
MAX_SAYINGS = 20
REPLAYED_APART = ("step", "say")  # what a log's entry holds besides named values


class LiveChart(CourseWidget):
    """Named series over steps, drawn while they are added.

    `add` costs next to nothing: what is new goes to the page at most
    `messages_per_s` times a second. Every point stays in `.series`.

    Example:
        chart = LiveChart("Learning to read", "step", "bits a token")
        for log in chart.watch(train(model, batches, config)):
            chart.add(log.step, train=log.loss)
    """

    _esm = script("live_chart.js")
    title = traitlets.Unicode().tag(sync=True)
    x_label = traitlets.Unicode().tag(sync=True)
    y_label = traitlets.Unicode().tag(sync=True)
    log_y = traitlets.Bool(False).tag(sync=True)  # the page may change it
    lines = traitlets.List().tag(sync=True)  # [name, [[x, y], ...]] each, thinned
    said = traitlets.List().tag(sync=True)  # [step, text] each, the newest last
    note = traitlets.Unicode().tag(sync=True)
    running = traitlets.Unicode().tag(sync=True)  # "", "loop", "replay" or "thread"
    stop_requested = traitlets.Bool(False).tag(sync=True)  # set by the page's button

    def __init__(
        self,
        title: str,
        x_label: str = "step",
        y_label: str = "",
        *,
        log_y: bool = False,
        messages_per_s: float = 7,  # a browser draws on the cores that train
    ) -> None:
        self.series: dict[str, list[tuple[float, float]]] = {}
        self._pause_s, self._sent_at = 1 / messages_per_s, -math.inf
        self._last_step: float = 0
        self._loops = 0  # watched so far
        self._interrupted = False
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        super().__init__(title=title, x_label=x_label, y_label=y_label, log_y=log_y)

    def add(self, step: float, **values: float) -> None:
        """Append a point to each named series; steps need not be the same for all."""
        self._last_step = float(step)
        for name, value in values.items():
            self.series.setdefault(name, []).append((float(step), float(value)))
            if not math.isfinite(value):
                self.note = f"{name} is {float(value)} at step {step:g}"
        if time.monotonic() - self._sent_at >= self._pause_s:
            self.flush()

    def say(self, text: str) -> None:
        """Show a text beside the curves, such as a sample of what the model writes."""
        self.said = [*self.said, [self._last_step, text]][-MAX_SAYINGS:]

    def flush(self) -> None:
        """Send what was added since the last message."""
        self.lines = [[name, thinned(points)] for name, points in self.series.items()]
        self._sent_at = time.monotonic()

    def watch(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Show the chart and go through `steps`, until they end or someone stops them.

        The Stop button and the notebook's ■ both wait for the present step: the loop
        then ends as if `steps` had, and the cell goes on, so nothing learned is lost.
        Press ■ twice to break off at once. On stage, a loop much slower than when it
        was recorded ends in its recording (see `widgets.recorded`).
        """
        number, self._loops = self._loops, self._loops + 1
        with self._shown("loop"), interrupts_call(self._interrupt):
            yield from in_time(self, self._until_stopped(steps), number)

    def fade(self, run: RecordedRun, needed_s: float, seconds: float) -> None:
        """Play the rest of a recorded run in place of the live one, and say so."""
        note = (
            f"recorded from step {self._last_step:g} on: this machine would need "
            f"{needed_s:.0f} s, not {run.seconds:.0f}"
        )
        self._begin("replay")
        self.note = note
        self._play([e for e in run.entries if e["step"] > self._last_step], seconds)
        self.note = note  # also where it was skipped to the end
        print(note)

    def run_in_thread(
        self, steps: Iterable[Step], each: Callable[[Step], object]
    ) -> None:
        """Show the chart and go through `steps` beside the notebook, which stays free.

        `each` is called with every step, and usually calls `add`. Later cells that
        need the result begin with `wait()`.

        Raises:
            ValueError: if an earlier run of this chart has not ended.
        """
        if self._thread is not None and self._thread.is_alive():
            raise ValueError(
                f"{self.title!r} is still running: press its Stop button, or call "
                "wait(), before you start it again"
            )
        self._begin("thread")
        display_now(self)
        self._thread = threading.Thread(
            target=self._work, args=(steps, each), daemon=True
        )
        self._thread.start()

    def wait(self) -> None:
        """Wait until the thread has ended; show the finished curves; raise its error.

        Raises:
            ValueError: if there was no `run_in_thread`.
        """
        if self._thread is None:
            raise ValueError("nothing to wait for: call run_in_thread() first")
        thread = self._thread
        if thread.is_alive():
            self.running = "loop"  # the notebook is busy now: the button has to be ■
        with interrupts_call(self._interrupt):
            while thread.is_alive():
                thread.join(0.1)
        self.running = ""
        if self._error is not None:
            raise self._error
        self._tell_stop()
        display_now(ChartPicture(self))

    def replay(self, log: Iterable[Mapping[str, Any]], seconds: float) -> None:
        """Play a stored run into the chart, evenly over `seconds`.

        An entry holds "step", any named values, and perhaps "say". Stop and ■ skip to
        the end, so later cells find the whole run. With COURSE_MODE=test it takes no
        time.

        Example: `chart.replay([{"step": 0, "loss": 7.6, "say": "Th"}], seconds=10)`
        """
        with self._shown("replay"), interrupts_call(self._interrupt):
            self._play(list(log), seconds)

    def static_html(self) -> str:
        """Say in words what is to come, as long as there is nothing to draw."""
        return f"<p><i>{html.escape(repr(self))}</i></p>"

    def __repr__(self) -> str:
        if not self.series:
            return f"LiveChart: {self.title} (drawn while the cell runs)"
        counts = ", ".join(f"{n} {len(points)}" for n, points in self.series.items())
        return f"LiveChart: {self.title} (points: {counts})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        if self.series:
            del data["text/html"]  # which front ends would prefer to the picture
            picture, alternative = ChartPicture(self)._repr_mimebundle_()
            data, metadata = {**data, **picture}, {**(metadata or {}), **alternative}
        return data, metadata

    def _play(self, entries: Sequence[Mapping[str, Any]], seconds: float) -> None:
        seconds = by_mode(test=0.0, default=seconds, long=seconds)
        began = time.monotonic()
        for k, entry in enumerate(entries):
            due = began + seconds * k / len(entries)
            while not self._stopping and time.monotonic() < due:
                time.sleep(max(0.0, min(0.05, due - time.monotonic())))
            named = {n: v for n, v in entry.items() if n not in REPLAYED_APART}
            self.add(entry["step"], **named)
            if entry.get("say"):
                self.say(entry["say"])
        self._begin("replay")  # skipped to the end, but not cut short

    def _begin(self, kind: str) -> None:
        self._interrupted, self._error = False, None
        self.stop_requested, self.note, self.running = False, "", kind

    def _interrupt(self) -> None:
        self._interrupted = True  # no trait: ■ may come while a message is being sent

    @property
    def _stopping(self) -> bool:
        return self._interrupted or self.stop_requested

    def _until_stopped(self, steps: Iterable[Step]) -> Generator[Step, None, None]:
        iterator = iter(steps)
        try:
            for step in iterator:
                yield step
                if self._stopping:
                    return
        finally:
            if hasattr(iterator, "close"):
                iterator.close()  # a training loop may have files to close

    def _work(self, steps: Iterable[Step], each: Callable[[Step], object]) -> None:
        try:
            for step in self._until_stopped(steps):
                each(step)
        except Exception as error:  # kept for wait(): here nobody would see it
            self._error = error
            self.note = f"ended by {type(error).__name__}: wait() raises it"
        finally:
            self._end()

    @contextmanager
    def _shown(self, kind: str) -> Iterator[None]:
        """Show the empty chart now, and put the finished one in its place."""
        self._begin(kind)
        handle = display_now(self)
        try:
            yield
        finally:
            self._end()
            # Colab's ipywidgets show themselves, past the handle: it would be a second.
            if handle is not None and not hasattr(self, "_ipython_display_"):
                handle.update(self)
        self._tell_stop()

    def _end(self) -> None:
        self.flush()
        if self._stopping:
            self.note = f"stopped at step {self._last_step:g}"
        self.running = ""

    def _tell_stop(self) -> None:
        if self._stopping:
            print(f"stopped at step {self._last_step:g}")


def display_now(thing: object) -> Any:
    """Display `thing`; the handle changes it within this cell. None outside IPython."""
    from IPython.display import display

    return display(thing, display_id=True)


class ChartPicture:
    """The curves as they are now, without buttons: for paper, and after a thread."""

    def __init__(self, chart: LiveChart) -> None:
        self._png = chart_png(
            chart.series, chart.title, chart.x_label, chart.y_label, chart.log_y
        )
        self._words = repr(chart)

    def _repr_mimebundle_(self, **_kwargs: Any) -> tuple[dict, dict]:
        return (
            {"text/plain": self._words, "image/png": self._png},
            {"image/png": {"alt": self._words}},
        )

    def __repr__(self) -> str:
        return self._words


def thinned(points: list[tuple[float, float]]) -> list[list[float]]:
    """Keep every k-th point and the last, at most `MAX_POINTS`; no NaN, no infinity.

    Those left out are not looked at: a message costs a long run what it costs a short.
    """
    every = 1
    while len(points) / every > MAX_POINTS - 1:
        every *= 2  # so that the points kept stay the same for a while
    kept = [[x, y] for x, y in points[::every] if math.isfinite(y)]
    last = next(([x, y] for x, y in reversed(points) if math.isfinite(y)), None)
    return kept if last is None or kept[-1:] == [last] else [*kept, last]
