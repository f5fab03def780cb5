"""The steps of a whole run: what each makes, what it needs, and how it is recorded.

Each runs in a process of its own, so that its memory can be measured and a kill loses
one step only. The record is written last: a step that has one is done.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as dist

from course_lib import runtime
from course_lib.runtime import DATA, atomic_write, measure
from course_lib.speedrun.assistant import finetune
from course_lib.speedrun.base import make_tokenizer, pretrain
from course_lib.speedrun.crawl import clean_crawl
from course_lib.speedrun.folder import Tell, nobody
from course_lib.speedrun.honest import make_honest
from course_lib.speedrun.manifest import MANIFEST, list_files
from course_lib.speedrun.practice import study_practice
from course_lib.speedrun.preference import study_preferences
from course_lib.speedrun.searcher import teach_to_search, train_searchers
from course_lib.speedrun.thinking import study_thinking
from course_lib.speedrun.whole.plan import Plan
from course_lib.speedrun.whole.record import Record, SpentClock

WRITTEN_BY_PEOPLE = ("written for this course", "written by hand", "by hand")


@dataclass(frozen=True)
class Step:
    """One step: what to call, what has to be there first, what a reader calls it."""

    name: str
    title: str
    run: Callable[[Plan, Path, Tell], object]
    needs: tuple[str, ...] = ()
    usual_s: float = 60.0  # in size small on two cores; for the time that is left
    slower_in_fp32: float = 3.0  # times, without AVX512-BF16
    shares_cores: bool = True  # False: takes all of them for itself
    shared: bool = False  # True: torchrun's processes share its batches


def bring_what_people_wrote(_plan: Plan, folder: Path, _tell: Tell) -> None:
    """Copy the hand-written files of `data/`: the only ones that no program makes."""
    entries = json.loads((DATA / MANIFEST).read_text(encoding="utf-8"))
    for entry in entries:
        if entry["made_by"].startswith(WRITTEN_BY_PEOPLE):
            content = (DATA / entry["file"]).read_bytes()
            atomic_write(folder / entry["file"], content)
            list_files(folder, [entry["file"]], entry["made_by"], entry["seed"])


STEPS = (
    Step(
        "inputs",
        "What people wrote",
        bring_what_people_wrote,
        usual_s=3,
        slower_in_fp32=1,
    ),
    Step(
        "crawl",
        "The internet: raw pages, cleaned",
        lambda plan, folder, _tell: clean_crawl(plan.crawl, folder),
        usual_s=45,
        slower_in_fp32=1,
        shares_cores=False,
    ),
    Step(
        "tokenizer",
        "The tokenizer, made from what is left of them",
        lambda plan, folder, _tell: make_tokenizer(plan.base, folder),
        ("crawl",),
        usual_s=15,
        slower_in_fp32=1,
    ),
    Step(
        "base",
        "Pretraining: the base model",
        lambda plan, folder, tell: pretrain(plan.base, folder, tell),
        ("tokenizer",),
        usual_s=1600,
        slower_in_fp32=5.5,
        shares_cores=False,
        shared=True,
    ),
    Step(
        "assistant",
        "Supervised finetuning: the assistant",
        lambda plan, folder, _tell: finetune(plan.assistant, folder),
        ("inputs", "base"),
        usual_s=330,
    ),
    Step(
        "honest",
        "Hallucinations: the assistant that says it does not know",
        lambda plan, folder, _tell: make_honest(plan.honest, folder),
        ("assistant",),
        usual_s=300,
    ),
    Step(
        "lessons",
        "Tools: lessons in looking things up",
        lambda plan, folder, _tell: train_searchers(plan.search, folder),
        ("assistant",),
        usual_s=280,
    ),
    Step(
        "search",
        "Tools: the assistant that looks things up",
        lambda plan, folder, _tell: teach_to_search(plan.search, folder),
        ("honest", "lessons"),
        usual_s=240,
    ),
    Step(
        "thinking",
        "Tokens to think: the answer first, or the steps",
        lambda plan, folder, _tell: study_thinking(folder, recipe=plan.thinking),
        ("base",),
        usual_s=100,
    ),
    Step(
        "practice",
        "Imitation, then practice: reinforcement learning",
        lambda plan, folder, _tell: study_practice(
            folder, runs=plan.practice, recipe=plan.apprentice
        ),
        ("assistant",),
        usual_s=330,
    ),
    Step(
        "preference",
        "Preferences: slogans, a reward model, and RLHF",
        lambda plan, folder, _tell: study_preferences(
            folder, ("free", "leash"), plan.preference
        ),
        ("assistant",),
        usual_s=220,
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

    Children of ours get an empty input in its place: under Windows a process that looks
    at a pipe which another is reading from waits, and a worker would never begin.
    """
    stdin = os.dup(sys.stdin.fileno())
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, sys.stdin.fileno())
    os.close(empty)

    def watch() -> None:
        while os.read(stdin, 1024):  # not through sys.stdin: it locks until the exit
            pass
        os._exit(130)

    threading.Thread(target=watch, daemon=True).start()


def run_step(name: str, folder: Path, size: str, seeds: int = 1) -> None:
    """Run one step in this process, and record what it cost."""
    step, plan = step_named(name), Plan.of(size, seeds)
    runtime.keep_freed_memory()
    first = not dist.is_initialized() or dist.get_rank() == 0
    clock = SpentClock(folder, name) if first else None
    with measure() as cost:
        step.run(plan, folder, clock.tell if clock else nobody)
    if clock is None:
        return
    seconds = clock.before_s + cost.elapsed_s
    speed = None
    if name == "base":
        recipe = plan.base
        per_step = recipe.training.accumulate * recipe.rows * recipe.model.context
        speed = round(recipe.training.steps * per_step / seconds, 1)
    record = Record(round(seconds, 1), round(cost.peak_memory_mb), speed)
    record.save(folder, name)
    clock.forget()


def processes(step: Step, device: str, batches: int) -> int:
    """Say how many processes train a step together: one a core, or one a GPU.

    Args:
        batches: of an optimizer step; each process takes as many as the others.
    """
    if not step.shared or sys.platform == "win32":  # torch for Windows lacks libuv
        return 1  # which then takes all cores by itself: see the runner
    on_gpus = device.startswith("cuda")
    places = torch.cuda.device_count() if on_gpus else min(2, os.cpu_count() or 1)
    return max(n for n in range(1, max(1, places) + 1) if batches % n == 0)
