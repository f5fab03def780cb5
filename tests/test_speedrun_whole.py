"""A whole run goes on after a kill, and its card says what it reached."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace

import pytest
import torch

from course_lib.commands.speedrun import SIZES as COMMAND_SIZES
from course_lib.commands.speedrun import whole_command
from course_lib.runtime import DATA
from course_lib.speedrun.base import pretrain
from course_lib.speedrun.card import Card, Curve, Figure, Stage, page, save_page, table
from course_lib.speedrun.manifest import list_files
from course_lib.speedrun.whole import (
    SIZES,
    STEPS,
    Plan,
    Record,
    Runner,
    StepFailed,
    findings_of_seeds,
    gather,
)
from course_lib.speedrun.whole import record as record_module
from course_lib.speedrun.whole import runner as runner_module
from course_lib.speedrun.whole import steps as steps_module
from course_lib.speedrun.whole.record import Spent
from course_lib.speedrun.whole.run import Run
from course_lib.speedrun.whole.runner import begun_with
from course_lib.speedrun.whole.steps import Step, processes, run_step, step_named

FIGURE = Figure.of_counts("search", "right", 95, 100, "at least", 0.9)
CURVE = Curve("Loss", "step", "nats", {"train": [[0, 7.0], [10, 1.25]]})
CARD = Card(
    "tiny",
    (
        Stage(
            "base", "Pretraining", (), (CURVE,), {"Hello!": "<b>hats</b>"}, 61.0, 500
        ),
        Stage("search", "Search", (FIGURE, replace(FIGURE, name="more", bar=0.99))),
    ),
    {"torch": "<3>"},
)

# Each step notes when it began and ended, and leaves a record as real ones do. Before
# it ends it waits for those to begin that it is to run side by side with.
SCRIPT = """
import json, sys, time
from pathlib import Path
folder, name = Path(sys.argv[1]), sys.argv[2]
begun = time.time()
(folder / f"{name}.begun").touch()
if (folder / f"break-{name}").exists():
    (folder / f"break-{name}").unlink()
    print("a fault of", name)
    sys.exit(3)
while not all((folder / f"{other}.begun").exists() for other in sys.argv[3:]):
    if time.time() > begun + 60:
        sys.exit("alone for a minute")
    time.sleep(0.01)
time.sleep(0.3)
(folder / f"{name}.out").write_text(name)
(folder / "records").mkdir(exist_ok=True)
record = {"seconds": 0.3, "peak_mb": 10, "tokens_per_s": None}
(folder / f"{name}.time").write_text(json.dumps([begun, time.time()]))
(folder / "records" / f"{name}.json").write_text(json.dumps(record))
"""


@dataclass
class Scripted(Runner):
    """A runner whose steps are small scripts."""

    together: str = ""  # the names of steps that wait for each other
    started: list[subprocess.Popen] = field(default_factory=list)

    def command(self, step):
        others = self.together if step.name in self.together else ""
        return ["-c", SCRIPT, str(self.folder), step.name, *others]

    def _start(self, step):
        super()._start(step)
        self.started.append(self._running[step.name])


def step(name, *needs, **more):
    return Step(name, name.title(), lambda *_: None, needs, **more)


CHAIN = (step("a"), step("b", "a"), step("c", "b"), step("d", "b"), step("e", "c", "d"))


def scripted(folder, steps=CHAIN, said=None, **more):
    said = [] if said is None else said
    return Scripted(folder, "tiny", steps=steps, say=said.append, cores=2, **more)


def times(folder):
    found = {}
    for path in folder.glob("*.time"):
        found[path.stem] = json.loads(path.read_text())
    return found


def test_steps_wait_for_what_they_need_and_run_side_by_side(tmp_path):
    scripted(tmp_path, together="cd").run()
    when = times(tmp_path)
    assert set(when) == set("abcde")
    assert when["a"][1] <= when["b"][0]
    assert when["c"][0] < when["d"][1]
    assert when["d"][0] < when["c"][1]
    assert max(when["c"][1], when["d"][1]) <= when["e"][0]


def test_a_step_that_takes_all_cores_runs_alone(tmp_path):
    steps = (step("a"), step("b", shares_cores=False), step("c"))
    scripted(tmp_path, steps).run()
    when = times(tmp_path)
    for other in "ac":
        apart = when["b"][1] <= when[other][0] or when[other][1] <= when["b"][0]
        assert apart


def test_a_failed_step_tells_the_end_of_its_log_and_a_second_call_goes_on(tmp_path):
    (tmp_path / "break-c").touch()
    with pytest.raises(StepFailed, match="a fault of c"):
        scripted(tmp_path).run()
    before = times(tmp_path)
    assert "e" not in before
    said = []
    scripted(tmp_path, said=said).run()
    assert set(times(tmp_path)) == set("abcde")
    assert times(tmp_path)["a"] == before["a"]  # not done twice
    assert said[0].startswith("Done already: a, b")


def test_killed_in_the_middle_nothing_is_left_running(tmp_path):
    def interrupted(line):
        if " D " in line:  # about to start, and c waits for it
            raise KeyboardInterrupt

    runner = Scripted(
        tmp_path, "tiny", steps=CHAIN, say=interrupted, cores=2, together="cd"
    )
    with pytest.raises(KeyboardInterrupt):
        runner.run()
    told_to_end = -signal.SIGTERM if os.name == "posix" else 1
    ended = [process.poll() for process in runner.started]
    runner.started[-1].kill()
    assert ended == [0, 0, told_to_end]
    assert "c" not in times(tmp_path)
    scripted(tmp_path).run()
    assert set(times(tmp_path)) == set("abcde")


def test_a_step_ends_when_its_runner_is_killed():
    """The step waits for an hour; whoever started it hangs up."""
    script = (
        "import time; from course_lib.speedrun.whole import end_with_parent; "
        "end_with_parent(); print('on', flush=True); time.sleep(3600)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"on\n"
    process.stdin.close()
    assert process.wait(timeout=60) == 130


def test_a_folder_holds_one_size(tmp_path):
    scripted(tmp_path)
    with pytest.raises(ValueError, match="'tiny', not 'small'"):
        Runner(tmp_path, "small")


def test_a_run_goes_on_in_the_precision_it_began_with(tmp_path, monkeypatch):
    """The first machine is fast in bf16, the second is not."""
    chosen = "course_lib.speedrun.whole.runner.fastest_dtype"
    monkeypatch.setattr(chosen, lambda _device: torch.bfloat16)
    first = Runner(tmp_path, "small", say=lambda _: None)
    assert first.environment(STEPS[0])["COURSE_PRECISION"] == "bf16"
    monkeypatch.setattr(chosen, lambda _device: torch.float32)
    again = Runner(tmp_path, "small", say=lambda _: None)
    assert again.precision == "bf16"
    assert begun_with(tmp_path)["precision"] == "bf16"
    assert Runner(tmp_path / "new", "small").precision == "fp32"


def test_a_step_finds_its_device_in_the_environment(tmp_path):
    runner = Runner(tmp_path, "tiny", device="cuda")
    assert runner.environment(STEPS[0])["COURSE_DEVICE"] == "cuda"


@pytest.mark.parametrize("n", [1, 2])
def test_a_step_that_trains_alone_takes_all_cores(tmp_path, monkeypatch, n):
    """Under Windows there is no second process to share the batches with."""
    shared = step_named("base")
    alone = {"base": n}
    monkeypatch.setattr(
        runner_module, "processes", lambda step, *_: alone.get(step.name, 1)
    )
    runner = Runner(tmp_path, "tiny")
    runner.cores = 2
    threads = "2" if n == 1 else "1"
    assert runner.environment(shared)["OMP_NUM_THREADS"] == threads
    assert runner.environment(step_named("assistant"))["OMP_NUM_THREADS"] == "1"


def test_a_folder_holds_one_number_of_seeds(tmp_path):
    Runner(tmp_path, "tiny", seeds=3)
    with pytest.raises(ValueError, match="a run of seeds 3, not 1"):
        Runner(tmp_path, "tiny")
    with pytest.raises(ValueError, match="seeds must be 1 to 3, got 4"):
        Plan.of("tiny", 4)


def test_three_seeds_are_of_the_stages_that_claim_them():
    plan = Plan.of("small", 3)
    for name in ("main", "chains of seven"):
        assert [run.seed for run in plan.practice if run.name == name] == [0, 1, 2]
    assert plan.preference.seeds == (0, 1, 2)
    assert {(t.manner, t.seed) for t in plan.thinking.trials} == {
        (manner, seed)
        for manner in ("steps first", "answer first")
        for seed in range(3)
    }


@pytest.mark.parametrize(
    ("device", "gpus", "batches", "expected"),
    [("cpu", 0, 2, 2), ("cpu", 0, 1, 1), ("cuda", 8, 2, 2), ("cuda", 1, 2, 1),
     ("cuda", 0, 2, 1), ("cuda", 3, 2, 2), ("cuda", 4, 6, 3), ("cuda", 2, 3, 1)],
)  # fmt: skip
def test_only_the_base_is_shared_between_processes(
    monkeypatch, device, gpus, batches, expected
):
    """As many as find the same number of batches in every step."""
    monkeypatch.setattr("torch.cuda.device_count", lambda: gpus)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    for step in STEPS:
        wanted = expected if step.name == "base" else 1
        assert processes(step, device, batches) == wanted


def test_on_windows_torchrun_is_not_asked(monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    assert {processes(step, "cpu", 2) for step in STEPS} == {1}


def test_what_a_killed_call_has_spent_is_counted(tmp_path, monkeypatch):
    """Here 100 seconds before; the file is kept while a step works, and then gone."""
    spent = tmp_path / "records" / "inputs.spent.json"
    spent.parent.mkdir()
    spent.write_text('{"seconds": 100.0, "share": 0.2}')
    seen = []

    def slowly(_plan, folder, tell):
        tell(0.25)
        end = time.monotonic() + 60
        while (now := Spent.load(folder, "inputs")).seconds <= 100 and (
            time.monotonic() < end
        ):
            time.sleep(0.01)
        seen.append(now)

    only = tuple(replace(s, run=slowly) for s in STEPS if s.name == "inputs")
    monkeypatch.setattr(record_module, "SPENT_EVERY_S", 0.02)
    monkeypatch.setattr(steps_module, "STEPS", only)
    run_step("inputs", tmp_path, "tiny")
    assert 100 < seen[0].seconds <= Record.load(tmp_path, "inputs").seconds + 0.1
    assert seen[0].share == 0.25
    assert not spent.exists()


def test_what_an_older_call_has_spent_is_read(tmp_path):
    """It was a bare number once."""
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "base.spent.json").write_text("612.3")
    assert Spent.load(tmp_path, "base") == Spent(612.3)
    assert Spent.load(tmp_path, "assistant") == Spent()


def test_the_time_left_is_told_once_something_has_been_measured(tmp_path):
    steps = tuple(replace(s, usual_s=100) for s in CHAIN)
    said = []
    scripted(tmp_path, steps, said).run()
    assert said[0] == "All is trained in fp32 on cpu."
    assert "time left: not known yet" in said[1]
    assert "about 1 min left" in said[-2]


def test_a_step_that_tells_how_far_it_is_tells_what_is_left(tmp_path, monkeypatch):
    """A quarter of `b` took 10 minutes: half an hour is left of it, and more of `c`."""
    steps = (step("a", usual_s=1), step("b", "a", usual_s=800), step("c", usual_s=400))
    runner = scripted(tmp_path, steps, said := [])
    monkeypatch.setattr(runner_module, "TOLD_AT_S", 0.0)
    Record(1.0, 10).save(tmp_path, "a")
    spent = tmp_path / "records" / "b.spent.json"
    spent.write_text(json.dumps({"seconds": 600, "share": 0.25}))
    runner.cores = 1
    runner.run()
    told = [line for line in said if "at work: b 25%" in line]
    assert told
    assert "about 50 min left" in told[0]  # (3 x 800 / 4 + 400) / 200 x 10 minutes


def test_how_far_a_step_is_is_told_now_and_then_only(tmp_path):
    said = []
    scripted(tmp_path, said=said).run()
    assert not [line for line in said if "at work" in line]


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_without_bf16_a_step_usually_takes_longer(tmp_path, precision):
    runner = scripted(tmp_path, [replace(CHAIN[0], usual_s=100, slower_in_fp32=4)])
    runner.precision = precision
    assert runner._usual_s(runner.steps[0]) == (400 if precision == "fp32" else 100)


def test_a_base_tells_how_far_it_is(tmp_path):
    told = []
    plan = Plan.of("tiny")
    world = replace(plan.base, crawled=False)
    pretrain(world, tmp_path, told.append)
    steps = world.training.steps
    assert told == [(k + 1) / steps for k in range(steps)]


def test_real_steps_need_only_what_comes_before_them():
    names = [s.name for s in STEPS]
    for k, one in enumerate(STEPS):
        assert set(one.needs) <= set(names[:k])
    assert len(set(names)) == len(names)
    with pytest.raises(ValueError, match="no step 'x'"):
        step_named("x")


def test_every_size_has_a_plan_and_the_command_knows_it():
    assert COMMAND_SIZES == SIZES
    for size in SIZES:
        assert Plan.of(size).size == size
    with pytest.raises(ValueError, match="no size 'huge'"):
        Plan.of("huge")
    called = ["there", "tiny", "cpu", "3"]
    assert whole_command("there", "tiny", "cpu", 3)[-4:] == called


def test_the_real_command_of_a_step_is_one_that_python_knows(tmp_path):
    runner = Runner(tmp_path, "tiny", say=lambda _: None)
    one = step_named("assistant")
    called = ["step", str(tmp_path), "assistant", "tiny", "1"]
    assert runner.command(one)[-5:] == called


def test_records_say_that_a_step_is_done(tmp_path):
    assert Record.load(tmp_path, "base") is None
    Record(1.5, 300, 7000).save(tmp_path, "base")
    assert Record.load(tmp_path, "base") == Record(1.5, 300, 7000)


def test_two_stages_may_list_their_files_at_once(tmp_path):
    """The manifest of a folder is read and written as one step."""
    for k in range(6):
        (tmp_path / f"{k}.txt").write_text("x")
    script = (
        "import sys; from pathlib import Path; from course_lib.speedrun.manifest "
        "import list_files; list_files(Path(sys.argv[1]), [sys.argv[2]], 'x', 0)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), f"{k}.txt"])
        for k in range(6)
    ]
    try:
        assert [process.wait(300) for process in running] == [0] * 6
    finally:
        for process in running:
            process.kill()
    listed = json.loads((tmp_path / "MANIFEST.json").read_text())
    assert [entry["file"] for entry in listed] == [f"{k}.txt" for k in range(6)]


def test_a_lock_left_behind_is_taken_over(tmp_path, monkeypatch):
    monkeypatch.setattr("course_lib.speedrun.manifest.STALE_S", 0.2)
    (tmp_path / ".MANIFEST.lock").touch()
    (tmp_path / "a.txt").write_text("x")
    list_files(tmp_path, ["a.txt"], "x", 0)
    assert not (tmp_path / ".MANIFEST.lock").exists()


def test_a_figure_knows_whether_it_is_enough():
    assert FIGURE.met is True
    assert replace(FIGURE, bar=0.96).met is False
    assert replace(FIGURE, direction="at most").met is False
    assert replace(FIGURE, direction=None, bar=None).met is None
    assert replace(FIGURE, value=float("nan")).met is False
    assert FIGURE.low < 0.95 < FIGURE.high


@pytest.mark.parametrize(("direction", "bar"), [("at least", None), (None, 0.5)])
def test_a_bar_without_a_direction_is_refused(direction, bar):
    with pytest.raises(ValueError, match="needs a direction"):
        replace(FIGURE, direction=direction, bar=bar)
    with pytest.raises(ValueError, match="'at least' or 'at most'"):
        replace(FIGURE, direction="about")


def test_the_card_survives_the_disk(tmp_path):
    CARD.save(tmp_path)
    assert Card.load(tmp_path) == CARD
    with pytest.raises(ValueError, match="is missing"):
        Card.load(tmp_path / "nowhere")
    (tmp_path / "report.json").write_text('{"size": "tiny"}')
    with pytest.raises(ValueError, match="no report card"):
        Card.load(tmp_path)


def test_cards_are_compared_without_time_and_memory():
    base, search = CARD.stages
    slower = replace(CARD, stages=(replace(base, seconds=99, peak_mb=1), search))
    assert CARD.same_figures(slower) == []
    worse = replace(search, figures=(replace(FIGURE, value=0.5), search.figures[1]))
    assert CARD.same_figures(replace(CARD, stages=(base, worse))) == ["search: right"]
    other = replace(base, texts={"Hello!": "Hi"})
    changed = CARD.same_figures(replace(CARD, stages=(other, search)))
    assert changed == ["base says: Hello!"]


def test_the_card_of_the_shipped_models_is_shown_too(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(gather, "gather_card", lambda *_, **__: CARD)
    gather.shipped_card(tmp_path)
    assert capsys.readouterr().out == f"{table(CARD)}\n"
    assert Card.load(tmp_path) == CARD


@pytest.mark.parametrize(
    ("device", "gpus", "precision", "told"),
    [
        ("cpu", 0, "fp32", "60 % of 2 cores, all measuring and saving included"),
        ("cpu", 0, "bf16", "15 % of 2 cores, all measuring and saving included"),
        ("cuda", 1, "bf16", "30 % of 1 GPU, all measuring and saving included"),
    ],
)
def test_pretraining_is_compared_with_what_its_device_can_do_in_its_precision(
    tmp_path, monkeypatch, device, gpus, precision, told
):
    """1,000 tokens a second by 2 million weights: 6 x 2e9 = 12 GFLOP/s."""
    gflops = {torch.float32: 10.0, torch.bfloat16: 40.0}
    monkeypatch.setattr(gather.runtime, "device", lambda: torch.device(device))
    monkeypatch.setattr(gather.runtime, "matmul_gflops", lambda kind, _: gflops[kind])
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    monkeypatch.setattr("torch.cuda.device_count", lambda: gpus)
    Record(1.0, 10, 1_000).save(tmp_path, "base")
    run = Run(tmp_path, Plan.of("tiny"))
    run.notes = {"precision": precision, "crawled": True}
    monkeypatch.setattr(run, "model", lambda _: (torch.nn.Linear(2_000, 1_000), None))
    rows = gather.environment(run)
    assert rows[f"pretraining against the limit in {precision}"] == told
    unit = "core" if device == "cpu" else "GPU"
    assert rows[f"products of a {unit}"] == "10 GFLOP/s in fp32, 40 in bf16"


def test_the_stages_of_several_seeds_tell_intervals_and_show_texts():
    """Read from the course's own logs."""
    run = Run(DATA, Plan.of("small"))
    figures, _, texts = findings_of_seeds.practice(run)
    for figure in (f for f in figures if f.unit == "rate"):
        assert figure.low <= figure.value <= figure.high, figure.name
    before, after = texts.values()
    assert ("=" in before, "=" in after) == (False, True)
    _, _, texts = findings_of_seeds.thinking(run)
    assert [said.startswith("Answer:") for said in texts.values()] == [False, True]


def test_several_seeds_get_a_mean_with_the_interval_of_their_spread():
    """By hand: Student's t of three, 4.30, by 1 / sqrt(3)."""
    mean = findings_of_seeds._mean_of_seeds("x", "gain", [1.0, 2.0, 3.0], "points")
    assert mean.name == "gain, mean of 3 seeds"
    assert mean.interval == "-0.48 points to 4.48 points"
    figures, _, _ = findings_of_seeds.preference(Run(DATA, Plan.of("small")))
    assert sum("mean of 3 seeds" in figure.name for figure in figures) == 3


def test_a_page_without_times_says_why():
    said = "Made stage by stage: times were not kept."
    assert said not in page(CARD)
    untimed = [replace(stage, seconds=None) for stage in CARD.stages]
    assert said in page(replace(CARD, stages=tuple(untimed)))


def test_the_table_says_which_bars_are_missed():
    text = table(CARD)
    assert "95.0 %" in text
    assert "at least 99.0 %  MISSED" in text
    assert text.endswith("1 of 2 bars met")


def test_the_page_is_one_file_and_escapes_what_models_say(tmp_path):
    text = page(CARD)
    assert "&lt;b&gt;hats&lt;/b&gt;" in text
    assert "<b>hats" not in text
    assert "&lt;3&gt;" in text
    assert "http" not in text.replace("http-equiv", "")
    assert 'src="data:image/png;base64,' in text
    assert 'alt="Loss: train ends at 1.25"' in text
    assert "Nothing" not in page(replace(CARD, stages=(Stage("none", "Nothing"),)))
    assert save_page(CARD, tmp_path).read_text(encoding="utf-8") == text
