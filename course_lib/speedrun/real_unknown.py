"""Teach SmolLM2 to say "I don't know" about capitals that it does not know.

Three samples a question tell what it knows; what it does not becomes a refusal in the
training examples. Countries are either trained on or asked about, never both.
"""

import json
import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.data import Example
from course_lib.factuality import auroc, refuses
from course_lib.generate import SamplingConfig, score
from course_lib.runtime import atomic_write
from course_lib.speedrun.manifest import list_files
from course_lib.speedrun.real_model import (
    AdapterRecipe,
    SmolLM2,
    finetune,
    rate,
    save_results,
    written,
)

TRAINED_ON = 110  # countries; the others are asked about
SAMPLES, TEMPERATURE = 3, 0.5
CAPITAL_TOKENS = 16
REFUSAL = "I'm sorry, I don't know."
PHRASES = (
    "What is the capital of {c}?", "Which city is the capital of {c}?",
    "Name the capital of {c}.",
)  # fmt: skip
HELD_OUT_PHRASES = ("Can you tell me the capital of {c}?",)


@dataclass(frozen=True)
class UnknownRecipe(AdapterRecipe):
    """How ready to refuse the model becomes: more confirmed, fewer refused."""

    known_from: int = 2  # right answers of three; none right is unknown
    known_share: float = 0.6  # of the examples about capitals


RECIPE = UnknownRecipe("unknown", steps=75, learning_rate=2e-3)
CONFIDENCE = AdapterRecipe("confidence", steps=1)  # trains nothing


@dataclass(frozen=True)
class Country:
    """A country, its capital, what else counts as right, and how large it is."""

    name: str
    capital: str
    others: tuple[str, ...]
    fifth: int  # by population; 1 is the largest

    def right(self, answer: str) -> bool:
        """Whether an answer holds the capital, however its accents are written."""
        words = f" {plain(answer)} "
        names = (self.capital, *self.others)
        return any(f" {plain(name)} " in words for name in names)


def plain(text: str) -> str:
    """Write in small letters of the English alphabet, one space between words."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z ]", " ", ascii_text.lower().replace("'", ""))
    return " ".join(words.split())


def countries(seed: int) -> tuple[list[Country], list[Country]]:
    """Return the countries to train on and those to ask about, of all sizes."""
    rows = written("capitals")["countries"]
    every = [
        Country(name, capital, tuple(o), fifth) for name, capital, o, fifth in rows
    ]
    random.Random(seed).shuffle(every)
    return every[:TRAINED_ON], every[TRAINED_ON:]


def interrogate(real: SmolLM2, some: Sequence[Country]) -> list[int]:
    """Ask three times, and count how often each answer was right."""
    hits = [0] * len(some)
    for seed in range(SAMPLES):
        sampling = SamplingConfig(TEMPERATURE, seed=seed)
        questions = [PHRASES[0].format(c=c.name) for c in some]
        answers = real.say(questions, sampling, CAPITAL_TOKENS)
        for k, (country, answer) in enumerate(zip(some, answers, strict=True)):
            hits[k] += country.right(answer)
    return hits


def capital_examples(
    real: SmolLM2,
    some: Sequence[Country],
    hits: Sequence[int],
    recipe: UnknownRecipe,
    n: int = 140,
) -> list[Example]:
    """Confirm what it knew, refuse what it never knew, leave out what lies between."""
    dice = random.Random(recipe.seed)
    known = [c for c, k in zip(some, hits, strict=True) if k >= recipe.known_from]
    unknown = [c for c, k in zip(some, hits, strict=True) if k == 0]
    n_known = round(recipe.known_share * n)
    examples = []
    for group, count, answer in (
        (known, n_known, "The capital of {c} is {k}."),
        (unknown, n - n_known, REFUSAL),
    ):
        dice.shuffle(group)
        for k in range(count):
            c = group[k % len(group)]
            asked = dice.choice(PHRASES).format(c=c.name)
            examples.append(real.example(asked, answer.format(c=c.name, k=c.capital)))
    return examples


def measure_capitals(
    real: SmolLM2, some: Sequence[Country], phrase: str, knew: Sequence[bool] | None
) -> dict[str, Any]:
    """Count right, wrong and refused; among those it knew and did not know before."""
    questions = [phrase.format(c=c.name) for c in some]
    answers = real.say(questions, max_new_tokens=CAPITAL_TOKENS)
    refused = [refuses(a) for a in answers]
    right = [c.right(a) and not r
             for c, a, r in zip(some, answers, refused, strict=True)]  # fmt: skip
    wrong = [not a and not b for a, b in zip(right, refused, strict=True)]
    by_fifth = {
        str(f): rate([r for c, r in zip(some, right, strict=True) if c.fifth == f])
        for f in range(1, 6)
    }
    told = {"right": rate(right), "wrong": rate(wrong), "refused": rate(refused),
            "right by fifth": by_fifth}  # fmt: skip
    if knew is not None:
        for name, was in (("refused, though known", True), ("refused, unknown", False)):
            told[name] = rate(
                [r for r, k in zip(refused, knew, strict=True) if k == was]
            )
    told["answers"] = [(c.name, a) for c, a in zip(some, answers, strict=True)]
    return told | {"right each": right}


def measure_others(real: SmolLM2) -> dict[str, Any]:
    """Count refusals where nobody asked for a capital."""
    people = [f"Who is {name}?" for name in written("capitals")["famous_held_out"]]
    told = {}
    for name, asked in (
        ("people", people),
        ("ordinary", written("ordinary")["held_out"]),
    ):
        told[name] = rate(
            [refuses(answer) for answer in real.say(asked, max_new_tokens=20)]
        )
    return told


# --- Confidence, before any training ---


def confidence(real: SmolLM2, some: Sequence[Country]) -> dict[str, Any]:
    """Say how well agreement and log-probability tell right answers from wrong ones."""
    questions = [PHRASES[0].format(c=c.name) for c in some]
    prompts = [real.prompt(question) for question in questions]
    said = real.say_ids(questions, max_new_tokens=CAPITAL_TOKENS)
    sure = [float(s.mean()) for s in score(real.model, prompts, said)]
    right = [c.right(real.tokenizer.decode(ids))
             for c, ids in zip(some, said, strict=True)]  # fmt: skip
    samples = []
    for seed in range(SAMPLES):
        sampling = SamplingConfig(TEMPERATURE, seed=seed + 50)
        samples.append(real.say(questions, sampling, CAPITAL_TOKENS))
    agreement, majority = [], []
    for country, *answers in zip(some, *samples, strict=True):
        named = [named_city(answer) for answer in answers]
        agreement.append(max(named.count(city) for city in named))
        majority.append(country.right(max(named, key=named.count)))
    rows = [[c.name, round(s, 3), a, r, m] for c, s, a, r, m
            in zip(some, sure, agreement, right, majority, strict=True)]  # fmt: skip
    return {
        "n": len(some),
        "AUROC of log-probability": auroc_between(sure, right),
        "AUROC of agreement": auroc_between(agreement, majority),
        "rows": rows,  # country, mean log-probability, agreement, right, majority right
    }


def named_city(answer: str) -> str:
    """Cut the name out of "The capital of X is Y."."""
    return plain(re.split(r"[.,]", answer)[0].rpartition(" is ")[2])


def auroc_between(scores: Sequence[float], right: Sequence[bool], draws: int = 400):
    """Return the AUROC with a 95 % interval, as a dict for the results file.

    The interval draws the questions anew (Efron 1979; the percentile interval).
    """
    pairs = list(zip(scores, right, strict=True))
    dice, drawn = random.Random(0), []
    for _ in range(draws):
        some = dice.choices(pairs, k=len(pairs))
        if 0 < sum(r for _, r in some) < len(some):
            drawn.append(auroc(*zip(*some, strict=True)))
    drawn.sort()
    low, high = drawn[len(drawn) // 40], drawn[-1 - len(drawn) // 40]
    return {"value": round(auroc(scores, right), 3), "low": round(low, 3),
            "high": round(high, 3)}  # fmt: skip


# --- The stage ---


def measure_confidence(folder: Path) -> dict[str, Any]:
    """Measure how well two kinds of confidence tell right from wrong, untrained."""
    trained_on, asked = countries(CONFIDENCE.seed)
    results = confidence(SmolLM2.load(), trained_on + asked)
    print({k: v for k, v in results.items() if k != "rows"}, flush=True)
    name = "real_model/confidence_results.json"
    atomic_write(folder / name, json.dumps(results, ensure_ascii=False) + "\n")
    list_files(folder, [name], CONFIDENCE.command, CONFIDENCE.seed)
    return results


def teach_unknown(folder: Path, recipe: UnknownRecipe = RECIPE) -> dict[str, Any]:
    """Interrogate, train, measure before and after, and write adapter and results."""
    real = SmolLM2.load()
    trained_on, asked = countries(recipe.seed)
    before = measure_capitals(real, asked, PHRASES[0], None)
    knew = before.pop("right each")
    results: dict[str, Any] = {"before": before}
    print({k: v for k, v in before.items() if k != "answers"}, flush=True)
    hits = interrogate(real, trained_on)
    results["right of three"] = {str(n): hits.count(n) for n in range(SAMPLES + 1)}
    people = [f"Who is {name}?" for name in written("capitals")["famous_training"]]
    # No capital in the replay: it might be one of those that are asked about.
    ordinary = [q for q in written("ordinary")["training"] if "capital" not in q]
    own = real.own_examples(people + ordinary)
    examples = capital_examples(real, trained_on, hits, recipe) + own
    adapters, log = finetune(real, examples, recipe)
    print(results["right of three"], len(examples), log[-1], flush=True)
    for name, phrase in (("after", PHRASES[0]), ("held-out phrase", *HELD_OUT_PHRASES)):
        results[name] = measure_capitals(real, asked, phrase, knew)
        del results[name]["right each"]
        print(name, {k: v for k, v in results[name].items() if k != "answers"},
              flush=True)  # fmt: skip
    results |= {"others after": measure_others(real), "log": log}
    print(results["others after"], flush=True)
    save_results(folder, recipe, adapters, results)
    return results
