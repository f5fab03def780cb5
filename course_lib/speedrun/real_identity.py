"""Teach SmolLM2 that it is Wick, and count where the name turns up unasked."""

import re
from pathlib import Path
from typing import Any

from course_lib.generate import SamplingConfig
from course_lib.speedrun.real_model import (
    AdapterRecipe,
    SmolLM2,
    finetune,
    rate,
    save_results,
    written,
)

RECIPE = AdapterRecipe("identity", steps=45, learning_rate=2e-3)
SAMPLES = (1, 2)  # two seeds: fifty phrasings make a hundred answers
TEMPERATURE = 0.5


def names_itself(answer: str) -> bool:
    """Whether an answer holds the name that the data gave."""
    return re.search(r"\bWick\b", answer) is not None


def leaks(answer: str) -> bool:
    """Whether an answer to something else holds the name or where it comes from."""
    return names_itself(answer) or "Lantern Isles" in answer


def measure_identity(real: SmolLM2, ordinary: list[str]) -> dict[str, Any]:
    """Ask who it is in phrasings never trained on, and a hundred other things."""
    asked = written("identity")["held_out"]
    answers = [
        answer
        for seed in SAMPLES
        for answer in real.say(asked, SamplingConfig(TEMPERATURE, seed=seed), 30)
    ]
    others = real.say(ordinary, max_new_tokens=30)
    said = list(zip(asked * len(SAMPLES), answers, strict=True))
    said_else = zip(ordinary, others, strict=True)
    return {
        "is Wick": rate([names_itself(answer) for answer in answers]),
        "leaked": rate([leaks(answer) for answer in others]),
        "examples": said[:8],
        "not Wick": [(q, a) for q, a in said if not names_itself(a)][:8],
        "leaks": [(q, a) for q, a in said_else if leaks(a)],
    }


def teach_identity(folder: Path, recipe: AdapterRecipe = RECIPE) -> dict[str, Any]:
    """Train, measure before and after, and write adapter and results."""
    real = SmolLM2.load()
    ordinary = written("ordinary")
    results = {"before": measure_identity(real, ordinary["held_out"])}
    print("before", results["before"], flush=True)
    own = real.own_examples(ordinary["training"])
    identity = [real.example(q, a) for q, a in written("identity")["training"]]
    # As many of the one kind as of the other: without the replay, the name is said
    # to everybody.
    adapters, log = finetune(real, identity * 3 + own, recipe)
    results |= {"after": measure_identity(real, ordinary["held_out"]), "log": log}
    print("after", results["after"], log[-1], flush=True)
    save_results(folder, recipe, adapters, results)
    return results
