"""Train the base many times with one thing changed, for chapter 12's comparisons.

Does the answer come first or last? How much is done in one step? How are numbers and
words cut into tokens? Is the work done by the head or by Python? One run for each
answer and seed; within a topic all have the same number of training tokens.
"""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from course_lib import checkpoint
from course_lib.chat import COURSE, Message
from course_lib.data import Example, pack_examples
from course_lib.generate import SamplingConfig, generate
from course_lib.model import Transformer
from course_lib.runtime import atomic_write
from course_lib.speedrun import thinking_lessons as lessons
from course_lib.speedrun.folder import load_model
from course_lib.speedrun.manifest import list_again, list_files
from course_lib.speedrun.thinking_lessons import Tested
from course_lib.tasks import reward
from course_lib.tokenizer import BPETokenizer
from course_lib.tools import Bounds, Toolbox, answer_all, run_python
from course_lib.train import TrainConfig, train

COMMAND = "python -m course_lib speedrun thinking"
LOG = "thinking_log.json"
ROWS, CONTEXT = 8, 128
GREEDY = SamplingConfig(temperature=0)
# These have said their answer after a few tokens; what may follow is not waited for.
BRIEF = ("answer first", "answer only", "digits", "digits reversed", "direct",
         "letters as tokens", "whole numbers")  # fmt: skip
KEPT = {("order", "steps first"): "thinker", ("python", "python"): "coder"}


@dataclass(frozen=True)
class Trial:
    """One run: what is compared, how this one answers, and the seed of it all."""

    topic: str
    manner: str
    seed: int = 0


STEPS = {
    "order": 160, "longer": 800, "grain": 160, "digits": 160, "letters": 700,
    "python": 120,
}  # fmt: skip
MANNERS = {
    "order": ("steps first", "answer first", "answer only"),
    "longer": ("answer only",),
    "grain": ("2 operations a step", "3 operations a step", "dots"),
    "digits": ("digits", "digits reversed", "whole numbers", "steps"),
    "letters": ("direct", "spelled, with pieces", "letters as tokens"),
    "python": ("direct", "steps", "python"),
}
SEEDS = {"order": 3}  # and one for each of the others
TRIALS = tuple(
    Trial(topic, manner, seed)
    for topic, manners in MANNERS.items()
    for manner in manners
    for seed in range(SEEDS.get(topic, 1))
)


@dataclass(frozen=True)
class ThinkingRecipe:
    """Which trials, and how much of each."""

    trials: tuple[Trial, ...] = TRIALS
    steps: int | None = None  # None: as many as the topic needs
    most: int | None = None  # problems of a group that are asked; None: all


STUDY = ThinkingRecipe()


def study_thinking(
    folder: Path, seconds: float | None = None, recipe: ThinkingRecipe = STUDY
) -> None:
    """Run the trials that `thinking_log.json` lacks, and write them there.

    Args:
        seconds: begin no further trial after so long.
    """
    path, began = folder / LOG, time.perf_counter()
    list_again(folder, (LOG, *KEPT.values()), COMMAND, 0)
    done = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    told = [{key: run[key] for key in ("topic", "manner", "seed")} for run in done]
    for trial in (t for t in recipe.trials if asdict(t) not in told):
        if seconds is not None and time.perf_counter() - began > seconds:
            return
        done.append(run_trial(trial, folder, recipe))
        order = [asdict(some) for some in recipe.trials]
        done.sort(key=lambda run: order.index({k: run[k] for k in order[0]}))
        atomic_write(path, json.dumps(done, indent=0, ensure_ascii=False))
        list_files(folder, [LOG], COMMAND, 0)


def run_trial(trial: Trial, folder: Path, recipe: ThinkingRecipe = STUDY) -> dict:
    """Train once, measure on problems that no training has seen, and tell."""
    began = time.perf_counter()
    model, tokenizer = load_model(folder / "base")
    examples = lessons.examples_of(trial.topic, trial.manner, trial.seed, tokenizer)
    steps = recipe.steps or STEPS[trial.topic]
    curve = learn(model, tokenizer, examples, steps, trial.seed)
    trained_s = time.perf_counter() - began
    told: dict = asdict(trial) | {"examples": len(examples), "curve": curve}
    told["tokens"] = steps * ROWS * CONTEXT
    groups = lessons.tests_of(trial.topic, trial.manner, trial.seed)
    told["right"], told["tokens said"], told["said"] = {}, {}, []
    for name, every in groups.items():
        asked = every[: recipe.most]
        right, length, said = measure(model, tokenizer, trial.manner, asked)
        told["right"][name] = [right, len(asked)]
        told["tokens said"][name] = round(length, 1)
        told["said"] += [[name, *pair] for pair in said[:2]]
    print(trial, told["right"], f"{trained_s:.0f} s and", end=" ")
    print(f"{time.perf_counter() - began - trained_s:.0f} s", curve[-1], flush=True)
    print("   ", told["said"][-1], told["tokens said"], flush=True)
    if trial.seed == 0 and (name := KEPT.get((trial.topic, trial.manner))):
        notes = {"made_by": COMMAND, "seed": 0, "lessons": trial.manner}
        checkpoint.save(folder / name, model, tokenizer, notes, torch.bfloat16)
        list_files(folder, [name], COMMAND, 0)
    return told


def learn(
    model: Transformer,
    tokenizer: BPETokenizer,
    examples: list[Example],
    steps: int,
    seed: int,
) -> list[tuple[int, float]]:
    """Train on the lessons; return every tenth step's loss."""
    config = TrainConfig(
        steps, learning_rate=1e-3, optimizer="adamw", warmup_steps=10,
        decay_fraction=0.6, precision="fastest",
    )  # fmt: skip
    pad = tokenizer.special_tokens["<|pad|>"]
    batches = pack_examples(examples, CONTEXT, ROWS, pad, seed)
    curve = [
        (log.step, round(log.loss, 3))
        for log in train(model, batches, config)
        if log.step % 10 == 0 or log.step == 1
    ]
    model.eval()
    return curve


def measure(
    model: Transformer,
    tokenizer: BPETokenizer,
    manner: str,
    asked: list[Tested],
) -> tuple[int, float, list[tuple[str, str]]]:
    """Return how many are right, how many tokens were said, and what was said."""
    if manner == "python":
        return _measure_with_python(model, tokenizer, asked)
    stops = COURSE.stop_ids(tokenizer)
    whole = manner == "whole numbers"
    prompts = [
        lessons.number_prompt(test.problem, tokenizer)
        if whole
        else COURSE.prompt([Message("user", test.question)], tokenizer)
        for test in asked
    ]
    longest = lessons.SHORT if manner in BRIEF else lessons.LONG
    out = generate(model, prompts, GREEDY, longest, stops)
    texts = [tokenizer.decode(ids).strip() for ids in out]
    if whole:
        wanted = [lessons.number_answer(test.problem, tokenizer) for test in asked]
        right = sum(ids == want for ids, want in zip(out, wanted, strict=True))
    else:
        right = sum(
            lessons.says_right(manner, test.problem, text)
            for test, text in zip(asked, texts, strict=True)
        )
    said = [(test.question, text) for test, text in zip(asked, texts, strict=True)]
    return right, sum(map(len, out)) / len(out), said


def _measure_with_python(
    model: Transformer, tokenizer: BPETokenizer, asked: list[Tested]
) -> tuple[int, float, list[tuple[str, str]]]:
    bounds = Bounds(calls=1, new_tokens=100)
    box = Toolbox(COURSE, tokenizer, {"python": run_python}, bounds)
    talks = [[Message("user", test.question)] for test in asked]
    answers = answer_all(model, talks, box, GREEDY)
    right = sum(
        reward(test.problem, answer.text) == 1.0
        for test, answer in zip(asked, answers, strict=True)
    )
    said, length = [], 0
    for test, answer in zip(asked, answers, strict=True):
        turns = [message.content for message in answer.messages]
        said.append((test.question, " -> ".join(turns)))
        spoken = [m.content for m in answer.messages if m.role == "assistant"]
        length += sum(len(tokenizer.encode(text)) for text in spoken)
    return right, length / len(asked), said
