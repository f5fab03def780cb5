"""The steps of a whole run: what each makes, what it needs, and how it is recorded.

Each runs in a process of its own, so that its memory can be measured and a kill loses
one step only. The record is written last: a step that has one is done.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch.distributed as dist

from course_lib import runtime
from course_lib.runtime import DATA, atomic_write, measure
from course_lib.speedrun.assistant import finetune
from course_lib.speedrun.base import pretrain
from course_lib.speedrun.honest import make_honest
from course_lib.speedrun.manifest import MANIFEST, list_files
from course_lib.speedrun.practice import practise_once
from course_lib.speedrun.searcher import teach_to_search
from course_lib.speedrun.whole.plan import Plan

RECORDS = "records"
WRITTEN_BY_PEOPLE = ("written for this course", "written by hand", "by hand")


@dataclass(frozen=True)
class Step:
    """One step: what to call, what has to be there first, what a reader calls it."""

    name: str
    title: str
    run: Callable[[Plan, Path], object]
    needs: tuple[str, ...] = ()
    usual_s: float = 60.0  # in size small on two cores; for the time that is left
    shares_cores: bool = True  # False: takes all of them for itself


@dataclass(frozen=True)
class Record:
    """What a step cost, once it is done."""

    seconds: float | None
    peak_mb: float | None
    tokens_per_s: float | None = None

    @classmethod
    def load(cls, folder: Path, name: str) -> "Record | None":
        """Read the record of a step; None if it is not done."""
        path = folder / RECORDS / f"{name}.json"
        return cls(**json.loads(path.read_text())) if path.is_file() else None

    def save(self, folder: Path, name: str) -> None:
        """Say that a step is done."""
        content = json.dumps(asdict(self), indent=1)
        atomic_write(folder / RECORDS / f"{name}.json", content)


def bring_what_people_wrote(_plan: Plan, folder: Path) -> None:
    """Copy the hand-written files of `data/`: the only ones that no program makes."""
    entries = json.loads((DATA / MANIFEST).read_text(encoding="utf-8"))
    for entry in entries:
        if entry["made_by"].startswith(WRITTEN_BY_PEOPLE):
            content = (DATA / entry["file"]).read_bytes()
            atomic_write(folder / entry["file"], content)
            list_files(folder, [entry["file"]], entry["made_by"], entry["seed"])


STEPS = (
    Step("inputs", "What people wrote", bring_what_people_wrote, usual_s=3),
    Step(
        "base",
        "Pretraining: the base model",
        lambda plan, folder: pretrain(plan.base, folder),
        ("inputs",),
        usual_s=2200,
        shares_cores=False,
    ),
    Step(
        "assistant",
        "Supervised finetuning: the assistant",
        lambda plan, folder: finetune(plan.assistant, folder),
        ("base",),
        usual_s=330,
    ),
    Step(
        "honest",
        "Hallucinations: the assistant that says it does not know",
        lambda plan, folder: make_honest(plan.honest, folder),
        ("assistant",),
        usual_s=300,
    ),
    Step(
        "practice",
        "Imitation, then practice: reinforcement learning",
        lambda plan, folder: practise_once(plan.apprentice, plan.practice, folder),
        ("assistant",),
        usual_s=330,
    ),
    Step(
        "search",
        "Tools: the assistant that looks things up",
        lambda plan, folder: teach_to_search(plan.search, folder),
        ("honest",),
        usual_s=520,
    ),
)


def step_named(name: str) -> Step:
    """Find a step.

    Raises:
        ValueError: if there is none of that name.
    """
    for step in STEPS:
        if step.name == name:
            return step
    names = ", ".join(step.name for step in STEPS)
    raise ValueError(f"no step {name!r}: there are {names}")


def end_with_parent() -> None:
    """End this process as soon as whoever started it is gone, killed or not.

    The runner never writes to our standard input, so it ends when the runner does. A
    step that went on alone would write into the folder beside the next call's.
    """

    stdin = sys.stdin.fileno()

    def watch() -> None:
        while os.read(stdin, 1024):  # not through sys.stdin: it locks until the exit
            pass
        os._exit(130)

    threading.Thread(target=watch, daemon=True).start()


def run_step(name: str, folder: Path, size: str) -> None:
    """Run one step in this process, and record what it cost."""
    step, plan = step_named(name), Plan.of(size)
    runtime.keep_freed_memory()
    with measure() as cost:
        step.run(plan, folder)
    if dist.is_initialized() and dist.get_rank() != 0:
        return
    speed = None
    if name == "base":
        recipe = plan.base
        per_step = recipe.training.accumulate * recipe.rows * recipe.model.context
        speed = round(recipe.training.steps * per_step / cost.elapsed_s, 1)
    record = Record(round(cost.elapsed_s, 1), round(cost.peak_memory_mb), speed)
    record.save(folder, name)


def processes(step: Step) -> int:
    """Say how many processes compute a step: one a core, where it may have them all."""
    if step.shares_cores or os.environ.get("COURSE_DEVICE", "cpu") != "cpu":
        return 1
    return 2 if (os.cpu_count() or 1) > 1 else 1
