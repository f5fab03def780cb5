"""The whole run, tiny, as a user starts it: killed, it ends with the same card."""

import os
import signal
import subprocess
import sys
import time

import pytest

from course_lib.commands.speedrun import whole_command
from course_lib.runtime import ROOT
from course_lib.speedrun.card import Card
from course_lib.speedrun.folder import DOCUMENTS
from course_lib.speedrun.whole import STEPS, Record

LIMIT_S = 900
MODELS = {
    "base", "assistant", "honest", "searcher", "thinker", "apprentice", "practised",
    "sloganeer", "preferred",
}  # fmt: skip
HALF_DONE = (  # in the order of the steps
    f".{DOCUMENTS}.tmp",
    "base_unfinished",
    "assistant",
    "honest_unfinished/before.json",
    "searcher_unfinished/seed-0",
    "apprentice",
    "sloganeer",
    "preference_log.json",
)


def start(folder):
    return subprocess.Popen(
        [sys.executable, *whole_command(folder, "tiny", "cpu")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process):
    try:
        output, _ = process.communicate(timeout=LIMIT_S)
    finally:
        process.kill()  # its steps end with it
    assert process.returncode == 0, output
    return output


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the folder of a run that nobody interrupted, and what it printed."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, finish(start(folder))


def test_a_run_makes_every_model_and_a_card(whole):
    folder, output = whole
    for step in STEPS:
        assert Record.load(folder, step.name), step.name
    models = {path.parent.name for path in folder.glob("*/model.safetensors")}
    assert models == MODELS
    card = Card.load(folder)
    assert {stage.name for stage in card.stages} == {step.name for step in STEPS}
    assert len(card.figures) > 10
    assert "bars met" in output
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http" not in page


def test_killed_with_half_done_steps_it_ends_with_the_same_figures(whole, tmp_path):
    """Kill the runner without warning whenever a step has left something half done."""
    folder, _ = whole
    for half_done in HALF_DONE:
        process = start(tmp_path)
        deadline = time.monotonic() + LIMIT_S
        while not (tmp_path / half_done).exists() and process.poll() is None:
            if time.monotonic() > deadline:
                process.kill()
                pytest.fail(f"no {half_done} within {LIMIT_S} s")
            time.sleep(0.02)
        assert process.poll() is None, process.communicate()[0]
        process.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
        process.communicate()
    finish(start(tmp_path))
    assert Card.load(tmp_path).same_figures(Card.load(folder)) == []
