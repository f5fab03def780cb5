"""Imitation, then practice: the apprentice, the practised model, and chapter 13's runs.

    python -m course_lib speedrun practice

Finished runs stay in `practice_log.json`, so an interrupted call can be repeated.
"""

import copy
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch

from course_lib import checkpoint
from course_lib.chat import COURSE
from course_lib.data import pack_examples
from course_lib.model import Transformer
from course_lib.rl import (
    Attempts,
    PracticeConfig,
    PracticeLog,
    Prompt,
    attempt,
    practise,
    prompts_for,
)
from course_lib.rl.settings import PRACTICE
from course_lib.runtime import atomic_write
from course_lib.speedrun.assistant import replay_examples
from course_lib.speedrun.folder import discard, load_model, training_pages
from course_lib.speedrun.manifest import list_again, list_files
from course_lib.speedrun.practice_lessons import (
    FAMILY,
    chains,
    in_other_words,
    lessons,
)
from course_lib.speedrun.practice_runs import (
    APPRENTICE,
    APPRENTICES,
    PINNED,
    PRACTISED,
    REWARDS,
    RUNS,
    WEAK,
    ApprenticeRecipe,
    Run,
    problems_of_step,
)
from course_lib.tasks import Problem
from course_lib.tokenizer import BPETokenizer
from course_lib.train import train

COMMAND = "python -m course_lib speedrun practice"
LOG = "practice_log.json"


def imitate(recipe: ApprenticeRecipe, folder: Path) -> tuple[Transformer, BPETokenizer]:
    """Finetune the assistant on what the two labellers wrote."""
    model, tokenizer = load_model(folder / "assistant")
    pages = training_pages(folder, world_seed=0)
    context, pad = model.config.context, tokenizer.special_tokens["<|pad|>"]
    examples = lessons(
        recipe.n_plain, recipe.n_in_steps, recipe.worked, recipe.levels, tokenizer,
        recipe.seed, recipe.wrong,
    )  # fmt: skip
    examples += replay_examples(pages, recipe.pages, tokenizer, context, recipe.seed)
    batches = pack_examples(examples, context, recipe.rows, pad, recipe.seed)
    for log in train(model, batches, recipe.training):
        if log.step % 40 == 0:
            print(f"imitation, step {log.step}: {log.loss:.2f}", flush=True)
    return model.eval(), tokenizer


def measure(
    model: Transformer,
    tokenizer: BPETokenizer,
    level: int,
    n: int = 100,
    answers: int = 8,
    words: str = "usual",
    longest: int | None = None,
    family: str = FAMILY.name,
) -> dict:
    """Let a model try problems of the tests, and tell what the log keeps of it.

    Args:
        words: "usual", "held out" (wordings of no training) or "step by step".
    """
    asked = chains(n, (level,), 99, "test", family)
    if words == "held out":
        asked = in_other_words(asked, 99, held_out=True)
    elif words == "step by step":
        asked = [replace(p, question=p.step_by_step) for p in asked]
    prompts = prompts_for(asked, tokenizer)
    longest = longest or 10 * level + 20
    stops = COURSE.stop_ids(tokenizer)
    return told(attempt(model, prompts, answers, longest, stops, seed=99), level, words)


def told(found: Attempts, level: int, words: str) -> dict:
    """Turn attempts into numbers for the log."""
    group = len(found.grades[0])
    passes = {k: found.pass_at(k) for k in (1, 2, 4, 8, 16, 32) if k <= group}
    return {
        "level": level,
        "words": words,
        "problems": len(found.grades),
        "answers": group,
        "pass": {
            k: [round(v, 4) for v in (i.value, i.low, i.high)]
            for k, i in passes.items()
        },
        "in_steps": round(found.share_in_steps, 4),
        "length": round(found.mean_length, 2),
        "right_in_steps": _rounded(found.right_if(in_steps=True)),
        "right_blurted": _rounded(found.right_if(in_steps=False)),
    }


def study_practice(
    folder: Path,
    seconds: float | None = None,
    runs: Sequence[Run] = RUNS,
    recipe: ApprenticeRecipe | None = None,
) -> None:
    """Make the apprentice, and do the runs that `practice_log.json` lacks.

    Args:
        seconds: begin no further run after so long.
        runs: the model that has practised in the first is kept.
        recipe: of the apprentice; None: the course's.
    """
    path, began = folder / LOG, time.perf_counter()
    list_again(folder, (LOG, APPRENTICE, PRACTISED), COMMAND, 0)
    done = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    for run in runs:
        if [run.name, run.seed] in [[old["name"], old["seed"]] for old in done]:
            continue
        if seconds is not None and time.perf_counter() - began > seconds:
            return
        model, tokenizer = apprentice(run.start, folder, recipe)
        like = [old for old in done if _same_start(old, run)]
        before = like[0]["before"] if like else None
        done.append(run_once(run, model, tokenizer, before))
        order = [(some.name, some.seed) for some in runs]
        done.sort(key=lambda old: order.index((old["name"], old["seed"])))
        if run == runs[0]:
            save_practised(folder, model, tokenizer, run)
        atomic_write(path, json.dumps(done, indent=0, ensure_ascii=False))
        list_files(folder, [LOG], COMMAND, 0)
    discard(folder / f"{WEAK}_unfinished")


def save_practised(
    folder: Path, model: Transformer, tokenizer: BPETokenizer, run: Run
) -> None:
    """Write the model that has practised, and list it."""
    notes = {"made_by": COMMAND, "seed": run.seed, "practice": asdict(run)}
    checkpoint.save(folder / PRACTISED, model, tokenizer, notes, torch.bfloat16)
    list_files(folder, [PRACTISED], COMMAND, run.seed)


def _same_start(old: dict, run: Run) -> bool:
    """Say whether a run in the log began with the same policy, measured alike."""
    return (old["start"], old["pinned"], tuple(old["tested"])) == (
        run.start, run.pinned, run.tested,
    )  # fmt: skip


def apprentice(
    name: str, folder: Path, recipe: ApprenticeRecipe | None = None
) -> tuple[Transformer, BPETokenizer]:
    """Load an apprentice as imitation left it; make it first, if need be.

    The weak one is needed for the log only, and thrown away when that is whole.
    """
    place = folder / (f"{name}_unfinished" if name == WEAK else name)
    if not place.exists():
        recipe = recipe or APPRENTICES[name]
        model, tokenizer = imitate(recipe, folder)
        notes = {"made_by": COMMAND, "recipe": asdict(recipe)}
        checkpoint.save(place, model, tokenizer, notes, torch.bfloat16)
        if name == APPRENTICE:
            list_files(folder, [place.name], COMMAND, recipe.seed)
    return load_model(place)


def run_once(
    run: Run, model: Transformer, tokenizer: BPETokenizer, before: list | None = None
) -> dict:
    """Practise, measure before and after, and keep the answers to pinned problems.

    Args:
        before: what was measured before, if another run began with this very policy.
    """
    problems_at, kind = problems_of_step(run), REWARDS[run.reward]
    config = PracticeConfig(
        replace(PRACTICE, steps=run.steps, precision="fastest"),
        run.answers, run.max_new_tokens, kl=run.kl, seed=run.seed,
    )  # fmt: skip
    pinned = chains(PINNED, (6,), 98, "test") if run.pinned else []
    history: dict = {problem.question: {} for problem in pinned}
    steps: list[dict] = []
    before = before or measure_all(model, tokenizer, run)
    say(model, tokenizer, pinned, history, "before")
    pad, stops = tokenizer.special_tokens["<|pad|>"], COURSE.stop_ids(tokenizer)
    reference = copy.deepcopy(model) if run.kl or run.pinned else None

    def prompts_at(step: int) -> list[Prompt]:
        return prompts_for(problems_at(step), tokenizer, kind)

    for log in practise(model, prompts_at, config, stops, pad, reference):
        steps.append(entry(log))
        if log.step % 4 == 0:
            say(model, tokenizer, pinned, history, f"step {log.step}")
            print(run.name, run.seed, steps[-1], flush=True)
    after = measure_all(model, tokenizer, run)
    print(run.name, run.seed, before, after, flush=True)
    return {**asdict(run), "before": before, "after": after, "log": steps,
            "answers_to": history}  # fmt: skip


def measure_all(model: Transformer, tokenizer: BPETokenizer, run: Run) -> list[dict]:
    """Measure at each level that the run asks for; the first, in several wordings."""
    found = [
        measure(
            model,
            tokenizer,
            level,
            *((75, 8) if level == 6 else (50, 4)),
            family=run.family,
        )
        for level in run.tested
    ]
    if run.pinned:
        found += [
            measure(model, tokenizer, 6, 40, 4, words)
            for words in ("held out", "step by step")
        ]
    return found


def say(
    model: Transformer,
    tokenizer: BPETokenizer,
    pinned: Sequence[Problem],
    history: dict,
    when: str,
) -> None:
    """Write down six answers to each pinned problem, and whether they are right."""
    if not pinned:
        return
    stops = COURSE.stop_ids(tokenizer)
    found = attempt(model, prompts_for(pinned, tokenizer), 6, 110, stops, seed=5)
    pairs = zip(pinned, found.rollouts, found.grades, strict=True)
    for problem, rollouts, grades in pairs:
        history[problem.question][when] = [
            [tokenizer.decode(list(r.spoken)), int(g.reward)]
            for r, g in zip(rollouts, grades, strict=True)
        ]


def entry(log: PracticeLog) -> dict:
    """Round a step's log; `LiveChart.replay` reads it."""
    return {key: _rounded(value) for key, value in asdict(log).items()}


def _rounded(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value
