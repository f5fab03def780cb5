"""Make the report card of a folder: ask its models, read its logs.

The bars are those of the course: what its chapters claim has to be reached again.
"""

import json
import os
import platform
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from course_lib import checkpoint, runtime
from course_lib.conversations import LookUp, commonest_values
from course_lib.factuality import answer_all
from course_lib.model import Transformer
from course_lib.runtime import ROOT
from course_lib.speedrun.asking import ask, questions_of_tests, score_answers
from course_lib.speedrun.base import LOG as BASE_LOG
from course_lib.speedrun.card import Card, Curve, Figure, Stage, rounded, save_page
from course_lib.speedrun.card.card import JSON_NAME
from course_lib.speedrun.card.page import HTML_NAME
from course_lib.speedrun.manifest import list_files
from course_lib.speedrun.whole.plan import Plan
from course_lib.speedrun.whole.steps import STEPS, Record
from course_lib.tokenizer import BPETokenizer
from course_lib.world import Document, World

COMMAND = "python -m course_lib speedrun card"
QUESTION = "Which island is home to Orla Venn?"  # of whom no page tells
ASKED = ("Hello!", "Which pet does Mira Quill keep?", QUESTION, "Who are you?")
Findings = tuple[list[Figure], list[Curve], dict[str, str]]
FLOPS_A_WEIGHT = 6  # of a token's training: Kaplan et al. 2020, section 2.1


class Run:
    """The folder of a run, and what several stages are asked with."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self.world = World(plan.base.world_seed)

    def model(self, name: str) -> tuple[Transformer, BPETokenizer]:
        """Load a model of the run."""
        model, tokenizer = checkpoint.load(self.folder / name)
        assert tokenizer is not None
        return model.eval(), tokenizer

    def log(self, name: str) -> Any:
        """Read what a stage has logged."""
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    @property
    def pages(self) -> list[Document]:
        """The pages that were trained on."""
        aside = checkpoint.load_notes(self.folder / "base")["held_out_pages"]
        return self.world.documents()[aside:]

    def says(self, name: str, questions: tuple[str, ...] = ASKED) -> dict[str, str]:
        """Let a model answer what every stage is asked."""
        model, tokenizer = self.model(name)
        answers = answer_all(model, tokenizer, list(questions))
        return dict(zip(questions, answers, strict=True))


def _base(run: Run) -> Findings:
    log = run.log(BASE_LOG)
    held_out = [(e["step"], e["held out"]) for e in log if "held out" in e]
    lines = {"train": [(e["step"], e["train"]) for e in log], "held out": held_out}
    curve = Curve(
        "Pretraining", "step", "nats a token",
        {name: rounded(points) for name, points in lines.items()},
    )  # fmt: skip
    loss = Figure("base", "loss on held-out pages", held_out[-1][1], unit="nats")
    texts = [e["say"] for e in log if "say" in e]
    return [loss], [curve], {"A page, from nothing:": texts[-1]}


def _assistant(run: Run) -> Findings:
    """Ask for well-known facts; beside it, who looks up and who names the commonest."""
    (model, tokenizer), n = run.model("assistant"), run.plan.asked
    pages, best = run.pages, run.plan.assistant.best_known
    found = []
    for kind, seen in (("seen", True), ("unseen", False)):
        asked = questions_of_tests(run.world, pages, best, seen, n, seed=5)
        score = score_answers(asked, ask(model, tokenizer, asked), run.world)
        name = f"facts told 25 times and more, {kind} phrasings"
        found.append(
            Figure.of_counts(
                "assistant", name, score.right, score.asked, "at least", 0.8
            )
        )
        commonest = commonest_values(pages)
        guessed = sum(commonest[a.fact.attribute] == a.fact.value for a in asked)
        look_up = LookUp(pages, run.world.people)
        looked_up = sum(look_up.answer(a.text) == a.fact.value for a in asked)
        for who, right in (("the commonest value", guessed), ("a look-up", looked_up)):
            name = f"… {who} instead, {kind} phrasings"
            found.append(Figure.of_counts("assistant", name, right, len(asked)))
    return found, [], run.says("assistant")


def _honest(run: Run) -> Findings:
    log = run.log("honest_log.json")
    (name, *_) = [n for n in log["after"] if n.endswith(f"{log['share']}-seed-0")]
    found = []
    for kind in ("seen", "unseen"):
        before = log["before"][kind]["bins"]["never"]
        found.append(
            Figure.of_counts(
                "honest", f"invented about people never told, before, {kind}",
                before[1], sum(before), "at least", 0.9,
            )
        )  # fmt: skip
        chosen = log["after"][name][kind]["thresholds"]["both"]["chosen elsewhere"]
        for what, key, bar in (
            ("invented about people never told, after", "invented", 0.25),
            ("refused of what was told 25 times and more", "refused", 0.15),
        ):
            hits, n = chosen[key]
            found.append(
                Figure.of_counts("honest", f"{what}, {kind}", hits, n, "at most", bar)
            )
    lines = {
        "trained": log["after"][name]["unseen"]["thresholds"]["both"]["bargain"],
        "threshold alone": log["thresholds"]["unseen"]["before"]["bargain"],
    }
    curve = Curve(
        "What is refused, and what is still invented",
        "refused of the well-known", "invented about the never told", lines,
    )  # fmt: skip
    return found, [curve], run.says("honest")


def _search(run: Run) -> Findings:
    """Read the first seed: calls, answers, and how often it searched."""
    log, found = run.log("searcher_log.json"), []
    lines = (
        ("right about people never told, searching", "always by search, never told",
         "at least", 0.9),
        ("… with an empty index", "always by empty, never told", None, None),
        ("searched for what it does not know", "searched, not known", "at least", 0.9),
        ("searched for what it knows", "searched, known", "at most", 0.4),
        ("well-formed calls", "calls well formed", "at least", 0.99),
    )  # fmt: skip
    for kind in ("seen", "unseen"):
        told = log["seeds"]["0"][kind]["told"]
        for name, key, direction, bar in lines:
            hits, n = told[key]
            if n:
                found.append(
                    Figure.of_counts(
                        "search", f"{name}, {kind}", hits, n, direction, bar
                    )
                )
    return found, [], run.says("searcher")


def _practice(run: Run) -> Findings:
    """Compare the first run's tests before and after, six numbers a chain."""
    done = run.log("practice_log.json")[0]
    before, after = done["before"][0], done["after"][0]
    found = []
    for when, tested, direction, bar in (
        ("before", before, "at most", 0.4),
        ("after", after, "at least", 0.9),
    ):
        value, low, high = tested["pass"]["1"]
        n = tested["problems"] * tested["answers"]
        name = f"pass@1 on chains kept aside, {when} practice"
        found.append(Figure("practice", name, value, low, high, n, direction, bar))
        share = tested["in_steps"]
        name = f"answers in steps, {when}"
        found.append(Figure("practice", name, share, n=n))
    longer = after["length"] / max(before["length"], 1)
    found.append(
        Figure(
            "practice", "answers grow longer", longer, direction="at least", bar=2.5,
            unit="times",
        )
    )  # fmt: skip
    steps = done["log"]
    lines = {
        "right": rounded((e["step"], e["reward"]) for e in steps),
        "in steps": rounded((e["step"], e["in_steps"]) for e in steps),
    }
    return found, [Curve("Practice", "step", "share of answers", lines)], {}


GATHERED: Mapping[str, Callable[[Run], Findings]] = {
    "base": _base,
    "assistant": _assistant,
    "honest": _honest,
    "search": _search,
    "practice": _practice,
}


def gather_card(folder: Path, size: str, finished: bool = True) -> Card:
    """Measure a run.

    Args:
        finished: every step must have been done in this folder. What lies in `data/`
            was made stage by stage: it has no records of time and memory.

    Raises:
        ValueError: if a step is missing.
    """
    plan = Plan.of(size)
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
    """Write the card of what lies in `data/`, and list it."""
    card = gather_card(folder, "small", finished=False)
    card.save(folder)
    save_page(card, folder)
    list_files(folder, [JSON_NAME, HTML_NAME], COMMAND, 0)


def environment(run: Run) -> dict[str, str]:
    """Say where and with what a run was made, and how much of the machine it used."""
    fp32 = runtime.matmul_gflops(torch.float32)
    bf16 = runtime.matmul_gflops(torch.bfloat16)
    told = {
        "course": _revision(),
        "Python": platform.python_version(),
        "torch": torch.__version__,
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "products of a core": f"{fp32:,.0f} GFLOP/s in fp32, {bf16:,.0f} in bf16",
    }
    record = Record.load(run.folder, "base")
    if record is not None and record.tokens_per_s is not None:
        model, _ = run.model("base")
        n_weights = sum(p.numel() for p in model.parameters())
        flops = record.tokens_per_s * FLOPS_A_WEIGHT * n_weights
        cores = min(2, os.cpu_count() or 1)
        share = flops / (cores * fp32 * 1e9)
        told["pretraining against the fp32 limit"] = (
            f"{100 * share:.0f} % of {cores} cores, all measuring and saving included"
        )
    if torch.cuda.is_available():
        told["GPU"] = torch.cuda.get_device_name()
    return told


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
