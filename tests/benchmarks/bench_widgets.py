"""Time the token explorer's answer to a key, and what the live chart costs a training.

    PYTHONPATH=. python tests/benchmarks/bench_widgets.py

Both run in a real JupyterLab and the system's Chromium. Milliseconds by the clock
depend on what else the machine does, those of work less so; browser, server and kernel
answer a key one after the other. The chart's share is measured in one run, stretches
with and without it in turn.
"""

import contextlib
import json
import statistics
import sys
import tempfile
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from browser_cells import EXPLORING, begin, opened, printed, run
from browser_lab import running_browser, running_lab

N_KEYS = 60
LONG = "Mira Quill lost her hat on the ferry, again. " * 42  # near the explorer's limit
# From the moment a key goes down until the tokens below are others.
WATCH_KEYS = """(view) => {
  let down = 0;
  let tell = () => {};
  window.listen = () => { window.answer = new Promise((told) => { tell = told; }); };
  view.querySelector('textarea').addEventListener('keydown',
    () => { down = performance.now(); });
  new MutationObserver(() => tell(performance.now() - down))
    .observe(view.querySelector('.tokens'), {childList: true, subtree: true});
}"""
STRETCHES, STRETCH_S = 40, 1.0
TRAINING = [
    f"""
import json, time, torch
from dataclasses import replace
from course_lib.data import Batch
from course_lib.model import ModelConfig, Transformer
from course_lib.train import TrainConfig, train
from course_lib.widgets import LiveChart
torch.manual_seed(0)
# Steps so short that the chart, and not the training, sets the pace of the drawing.
model = Transformer(replace(ModelConfig.tiny(256, context=32), n_layers=1))
ids = torch.randint(0, 256, (1, 33))
batch = Batch(ids[:, :-1], ids[:, 1:], torch.ones(1, 32))
chart = LiveChart("Learning", "step", "nats a token")
costs = []  # charted or not, steps, seconds, seconds of this process's own work
def now():
    return time.perf_counter(), time.process_time()
def charted_in_turn():
    steps = train(model, iter(lambda: batch, None), TrainConfig(steps=10**6))
    for k in range({STRETCHES}):
        (began, worked), n = now(), 0
        while time.perf_counter() < began + {STRETCH_S}:
            log, n = next(steps), n + 1
            if k % 2:
                chart.add(log.step, train=log.loss, held_out=log.loss + 0.1)
        ended, done = now()
        costs.append([k % 2, n, ended - began, done - worked])
        yield k
""",
    """
for _ in chart.watch(charted_in_turn()):
    pass
""",
    "print(json.dumps(costs))",
]


def keystrokes(browser, lab) -> None:
    """Print how long the page takes to answer a key in a short and a long text."""
    with opened(browser, lab, "keys.ipynb", EXPLORING[:1] + EXPLORING[3:4]) as page:
        run(page, 0)
        run(page, 1)
        view = page.show(".course.token-explorer")
        view.evaluate(WATCH_KEYS)
        for name, text in (("44", None), (f"{len(LONG):,}", LONG)):
            box = view.get_by_role("textbox")
            if text:
                box.fill(text)
            box.focus()
            page.page.wait_for_timeout(1_000)
            before, ms = worked_s(), []
            for k in range(N_KEYS):
                page.page.evaluate("window.listen()")
                page.page.keyboard.press("hat "[k % 4])
                ms.append(page.page.evaluate("window.answer"))
            work = {n: 1000 * (s - before[n]) / N_KEYS for n, s in worked_s().items()}
            ms.sort()
            told = ", ".join(f"{n} {per_key:.0f}" for n, per_key in work.items())
            print(
                f"a key in {name} characters: median {ms[N_KEYS // 2]:.0f} ms, "
                f"19 of 20 within {ms[N_KEYS * 19 // 20]:.0f} ms, worst {ms[-1]:.0f} "
                f"ms; {sum(work.values()):.0f} ms of work: {told}",
                flush=True,
            )


def live_chart(browser, lab) -> None:
    """Print how often the chart is redrawn, and what that costs."""
    with opened(browser, lab, "chart.ipynb", TRAINING) as page:
        run(page, 0)
        before = worked_s()
        begin(page, 1)
        view = page.show(".course.live-chart")
        view = view.element_handle()
        printed(page, 1)
        others = {name: s - before[name] for name, s in worked_s().items()}
        draws = int(view.get_attribute("data-draws"))
        costs = json.loads(run(page, 2))
    seconds = sum(s for charted, _, s, _ in costs if charted)
    print(f"the chart: redrawn {draws / seconds:.1f} times a second while it changes")
    for column, name in ((2, "by the clock"), (3, "by the processor's time")):
        plain, charted = (
            statistics.median(c[column] / c[1] for c in costs if c[0] == which)
            for which in (0, 1)
        )
        print(
            f"a step {name}: {1000 * plain:.1f} ms without, {1000 * charted:.1f} ms "
            f"with the chart, {charted / plain - 1:+.1%}"
        )
    for name in ("browser", "server"):
        print(f"{name}: {1000 * others[name] / draws:.1f} ms of work a redraw")


def worked_s() -> dict[str, float]:
    """Add up the processor's seconds of everything that was started here."""
    seconds = {"browser": 0.0, "server": 0.0, "kernel": 0.0}
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            name = " ".join(process.cmdline())
            times = process.cpu_times()
            kind = "server" if "jupyterlab" in name else "browser"
            kind = "kernel" if "ipykernel" in name else kind
            seconds[kind] += times.user + times.system
    return seconds


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder), {"OMP_NUM_THREADS": "1"}) as lab,
        running_browser() as browser,
    ):
        keystrokes(browser, lab)
        live_chart(browser, lab)


if __name__ == "__main__":
    main()
