"""A folder belongs to one run at a time; what a power cut has damaged stops none."""

import json
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from course_lib.commands.speedrun import whole_command
from course_lib.locks import locked
from course_lib.runtime import ROOT
from course_lib.speedrun.whole import Plan, Record, Runner, RunRefused
from course_lib.speedrun.whole import record as record_module
from course_lib.speedrun.whole import runner as runner_module
from course_lib.speedrun.whole.record import Spent, SpentClock
from course_lib.speedrun.whole.runner import LOCK, begun_with
from course_lib.speedrun.whole.steps import Step

DAMAGE = ["", "\0", "[]", "{", "null", '"x"', "\ufeff{}"]
# A step that says it is done.
SCRIPT = """
import sys
from pathlib import Path
records = Path(sys.argv[1]) / "records"
records.mkdir(exist_ok=True)
(records / f"{sys.argv[2]}.json").write_text('{"seconds": 0.1, "peak_mb": 10}')
"""


class Scripted(Runner):
    """A runner whose steps do nothing but leave their records."""

    def command(self, step):
        return ["-c", SCRIPT, str(self.folder), step.name]


def runner(folder, said=None):
    steps = [Step(name, name, lambda *_: None) for name in ("one", "two")]
    say = print if said is None else said.append
    return Scripted(folder, "tiny", steps=steps, say=say)


# --- One run at a time ---


def test_a_second_run_in_a_folder_is_refused_and_starts_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(runner_module, "PATIENCE_S", 0.0)
    begun_before, said = runner(tmp_path / "begun"), []
    begun_before.say = said.append
    for folder in (tmp_path / "begun", tmp_path / "new"):
        with locked(folder / LOCK) as alone:
            assert alone
            with pytest.raises(ValueError, match="a run is going on in this folder"):
                runner(folder)
    with (
        locked(tmp_path / "begun" / LOCK),
        pytest.raises(RunRefused, match="give another folder"),
    ):
        begun_before.run()
    assert said == []
    assert not (tmp_path / "begun" / "logs").exists()
    assert not (tmp_path / "new" / "run.json").exists()


def test_a_run_holds_its_folder_to_its_end_and_no_longer(tmp_path):
    held = []

    def look(_line):
        with locked(tmp_path / LOCK) as free:
            held.append(not free)

    one = runner(tmp_path)
    one.say = look
    one.run()
    assert held
    assert all(held)
    with locked(tmp_path / LOCK) as free:
        assert free


def test_a_run_of_another_recipe_is_refused_and_one_that_tells_none_goes_on(
    tmp_path, monkeypatch
):
    """Else "Done already" would pass an old plan's results off as the new one's."""
    runner(tmp_path)
    run = json.loads((tmp_path / "run.json").read_text())
    runner(tmp_path)  # nothing has changed
    changed = replace(Plan.of("tiny"), asked=41)
    monkeypatch.setattr(runner_module.Plan, "of", lambda *_: changed)
    with pytest.raises(RunRefused, match=r"another recipe.* with --out, or delete"):
        runner(tmp_path)
    del run["recipe"]  # as they were written once
    (tmp_path / "run.json").write_text(json.dumps(run))
    runner(tmp_path)
    assert begun_with(tmp_path)["recipe"] == changed.sha256()


def test_the_command_says_so_without_a_traceback(tmp_path):
    """Another process holds the folder, as another window would."""
    command = [sys.executable, *whole_command(tmp_path, "tiny", "cpu")]
    with locked(tmp_path / LOCK):
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert f"a run is going on in this folder: {tmp_path}" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]


# --- What cannot be run is refused without a traceback ---


def refused(*arguments):
    """Run a stage that ends at once, and return what it says on its way out."""
    done = subprocess.run(
        [sys.executable, "-m", "course_lib.speedrun", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_device_that_is_not_here_is_refused_before_the_run_begins(tmp_path):
    """As `--device cuda` is with a PyTorch that was built for the CPU."""
    said = refused("whole", tmp_path, "tiny", "cuda:99", "1")
    assert "--device cuda:99 cannot be had" in said
    assert "torch finds cpu" in said
    assert list(tmp_path.iterdir()) == []


def test_a_stage_that_finds_nothing_in_its_folder_names_what_it_lacks(tmp_path):
    said = refused("profiles", tmp_path / "not there")
    assert "not there" in said


# --- After a power cut ---


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_records_count_as_none_and_the_run_goes_on(tmp_path, damage):
    records = tmp_path / "records"
    records.mkdir()
    for name in ("one.json", "one.spent.json", "two.spent.json"):
        (records / name).write_text(damage, encoding="utf-8")
    assert Record.load(tmp_path, "one") is None
    assert Spent.load(tmp_path, "one") == Spent()
    runner(tmp_path, said := []).run()
    assert Record.load(tmp_path, "one") == Record(0.1, 10)
    assert not [line for line in said if line.startswith("Done already")]


@pytest.mark.parametrize(
    "damage", ['{"seconds": null}', '{"share": 0.5}', '{"seconds": 3, "share": []}']
)
def test_a_step_that_does_not_say_what_it_has_spent_has_spent_nothing(tmp_path, damage):
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "base.spent.json").write_text(damage)
    assert Spent.load(tmp_path, "base") == Spent()


@pytest.mark.parametrize("damage", [*DAMAGE, "{}", '{"size": "tiny"}'])
def test_a_damaged_description_of_the_run_is_named_with_the_remedy(tmp_path, damage):
    path = tmp_path / "run.json"
    path.write_text(damage, encoding="utf-8")
    for read in (begun_with, runner):
        with pytest.raises(
            ValueError, match=r"run\.json is damaged: delete it"
        ) as told:
            read(tmp_path)
        assert str(path) in str(told.value)
    path.unlink()
    assert json.loads((runner(tmp_path).folder / "run.json").read_text())


def test_what_is_kept_every_few_seconds_does_not_wait_for_the_disk(
    tmp_path, monkeypatch
):
    real, kept = record_module.atomic_write, []

    def write(path, content, **how):
        kept.append((path.name, how))
        return real(path, content, **how)

    monkeypatch.setattr(record_module, "atomic_write", write)
    monkeypatch.setattr(record_module, "SPENT_EVERY_S", 0.01)
    clock = SpentClock(tmp_path, "base")
    deadline = time.monotonic() + 60
    while not kept and time.monotonic() < deadline:
        time.sleep(0.01)
    clock.forget()
    Record(1.0, 10).save(tmp_path, "base")
    assert kept[0] == ("base.spent.json", {"lasting": False})
    assert kept[-1] == ("base.json", {})
