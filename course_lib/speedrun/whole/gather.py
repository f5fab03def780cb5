"""Make the report card of a folder: ask its models, read its logs."""

import os
import platform
import subprocess
from pathlib import Path

import torch

from course_lib import runtime
from course_lib.runtime import ROOT
from course_lib.speedrun.base import READ
from course_lib.speedrun.card import Card, Findings, Stage, save_page, table
from course_lib.speedrun.card.card import JSON_NAME
from course_lib.speedrun.card.page import HTML_NAME
from course_lib.speedrun.manifest import list_files
from course_lib.speedrun.whole.findings import GATHERED
from course_lib.speedrun.whole.plan import Plan
from course_lib.speedrun.whole.record import Record
from course_lib.speedrun.whole.run import Run
from course_lib.speedrun.whole.steps import STEPS, processes, step_named

COMMAND = "python -m course_lib speedrun card"
FLOPS_A_WEIGHT = 6  # of a token's training: Kaplan et al. 2020, section 2.1


def gather_card(folder: Path, size: str, seeds: int = 1, finished: bool = True) -> Card:
    """Measure a run.

    Args:
        finished: every step must have been done in this folder. What lies in `data/`
            was made stage by stage: it has no records of time and memory.

    Raises:
        ValueError: if a step is missing.
    """
    plan = Plan.of(size, seeds)
    missing = [s.name for s in STEPS if Record.load(folder, s.name) is None]
    if missing and finished:
        raise ValueError(
            f"not done yet: {', '.join(missing)}. Run the speedrun again, it goes on"
        )
    run, stages = Run(folder, plan), []
    for step in STEPS:
        record = Record.load(folder, step.name) or Record(None, None)
        found: Findings = ([], [], {})
        if step.name in GATHERED:
            found = GATHERED[step.name](run)
        figures, curves, texts = found
        stages.append(
            Stage(
                step.name, step.title, tuple(figures), tuple(curves), texts,
                record.seconds, record.peak_mb, record.tokens_per_s,
            )
        )  # fmt: skip
    return Card(size, tuple(stages), environment(run))


def shipped_card(folder: Path) -> None:
    """Write the card of what lies in `data/`, list it and print it."""
    card = gather_card(folder, "small", finished=False)
    card.save(folder)
    save_page(card, folder)
    list_files(folder, [JSON_NAME, HTML_NAME], COMMAND, 0)
    print(table(card))


def environment(run: Run) -> dict[str, str]:
    """Say where and with what a run was made, and how much of the machine it used."""
    place = runtime.device()
    fp32 = runtime.matmul_gflops(torch.float32, place)
    bf16 = runtime.matmul_gflops(torch.bfloat16, place)
    unit = "core" if place.type == "cpu" else "GPU"
    # The base in data/ was made before notes said this.
    precision = run.notes.get("precision", "bf16")
    told = {
        "course": _revision(),
        "Python": platform.python_version(),
        "torch": torch.__version__,
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        f"products of a {unit}": f"{fp32:,.0f} GFLOP/s in fp32, {bf16:,.0f} in bf16",
        "pretrained in": precision,
        "the base": READ[run.notes.get("crawled", False)],
    }
    record = Record.load(run.folder, "base")
    if record is not None and record.tokens_per_s is not None:
        model, _ = run.model("base")
        n_weights = sum(p.numel() for p in model.parameters())
        flops = record.tokens_per_s * FLOPS_A_WEIGHT * n_weights
        n = _places(run, place)
        share = flops / (n * (bf16 if precision == "bf16" else fp32) * 1e9)
        told[f"pretraining against the limit in {precision}"] = (
            f"{100 * share:.0f} % of {n} {unit}{'s' if n > 1 else ''}, all measuring "
            "and saving included"
        )
    if torch.cuda.is_available():
        told["GPU"] = torch.cuda.get_device_name()
    return told


def _places(run: Run, place: torch.device) -> int:
    """Count the cores, or the GPUs, that a run's base is trained on together."""
    if place.type == "cpu":
        return min(2, os.cpu_count() or 1)
    batches = run.plan.base.training.accumulate
    return processes(step_named("base"), str(place), batches)


def _revision() -> str:
    """Read the git revision; `unknown` where there is no git, marked where changed."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=10"],
            cwd=ROOT, capture_output=True, text=True, check=True, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return found.stdout.strip()
