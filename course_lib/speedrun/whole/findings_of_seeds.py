"""What the later stages' files tell, whose claims are about several seeds.

The bars are those of the course: what its chapters claim has to be reached again.
"""

import math
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence

from course_lib.intervals import wilson
from course_lib.speedrun.card import Curve, Figure, Findings, rounded
from course_lib.speedrun.practice_runs import LONGER
from course_lib.speedrun.whole.run import Run

WHEN = ("before", "after")
T_95 = {2: 12.71, 3: 4.30}  # number of seeds -> quantile of Student's t, 95 %


def _by_seed(name: str, seeds: Sequence[int], seed: int) -> str:
    """Name a figure; where there are several seeds, with its own."""
    return f"{name}, seed {seed}" if len(seeds) > 1 else name


def _mean_of_seeds(stage: str, name: str, values: Sequence[float], unit: str) -> Figure:
    """Give several seeds' mean the interval that their spread leaves (Student's t)."""
    mean, n = statistics.mean(values), len(values)
    reach = T_95[n] * statistics.stdev(values) / math.sqrt(n)
    name = f"{name}, mean of {n} seeds"
    return Figure(stage, name, mean, mean - reach, mean + reach, unit=unit)


def thinking(run: Run) -> Findings:
    """Compare steps first with answer first, for every seed."""
    done = [r for r in run.log("thinking_log.json") if r["topic"] == "order"]
    seeds = sorted({r["seed"] for r in done})
    found, lines, says = [], {}, {}
    for manner, direction, bar in (
        ("steps first", "at least", 0.9),
        ("answer first", "at most", 0.4),
    ):
        for trial in (r for r in done if r["manner"] == manner):
            of_a_clock = [n for n in trial["right"] if n.startswith("clock")]
            chains = [trial["right"][n] for n in of_a_clock]
            hits, n = (sum(column) for column in zip(*chains, strict=True))
            name = _by_seed(f"{manner}: right", seeds, trial["seed"])
            found.append(Figure.of_counts("thinking", name, hits, n, direction, bar))
            lines.setdefault(manner, rounded(
                (k + 2, hits / n) for k, (hits, n) in enumerate(chains)
            ))  # fmt: skip
            if trial["seed"] == seeds[0]:
                said = [pair for group, *pair in trial["said"] if group in of_a_clock]
                says[f"{said[-1][0]} ({manner})"] = said[-1][1]
    curve = Curve("Thinking", "numbers in the chain", "share right", lines)
    return found, [curve], says


def practice(run: Run) -> Findings:
    """Compare tests before and after: the main run of every seed, and longer chains."""
    log = run.log("practice_log.json")
    main = [one for one in log if one["name"] == "main"]
    seeds, found = [one["seed"] for one in main], []
    for one in main:
        before, after = one["before"][0], one["after"][0]
        pairs = [
            ("pass@1, {when}", _passed(before), "at most", 0.4),
            ("pass@1, {when}", _passed(after), "at least", 0.9),
            ("answers in steps, {when}", _in_steps(before), "at most", 0.2),
            ("answers in steps, {when}", _in_steps(after), "at least", 0.9),
        ]
        for k, (name, values, direction, bar) in enumerate(pairs):
            name = _by_seed(name.format(when=WHEN[k % 2]), seeds, one["seed"])
            found.append(_practised(name, values, before, direction, bar))
        growth = after["length"] / max(before["length"], 1)
        name = _by_seed("answers grow longer", seeds, one["seed"])
        found.append(
            Figure("practice", name, growth, direction="at least", bar=2.5,
                   unit="times")
        )  # fmt: skip
    for one in (one for one in log if one["name"] == LONGER[0].name):
        for when, direction, bar in (
            ("before", "at most", 0.4),
            ("after", "at least", 0.8),
        ):
            told = one[when][0]
            name = f"pass@1 on chains longer than any imitated, {when}"
            name = _by_seed(name, seeds, one["seed"])
            found.append(_practised(name, _passed(told), told, direction, bar))
    steps = main[0]["log"]
    lines = {
        "right": rounded((e["step"], e["reward"]) for e in steps),
        "in steps": rounded((e["step"], e["in_steps"]) for e in steps),
    }
    length = {"tokens": rounded((e["step"], e["length"]) for e in steps)}
    curves = [
        Curve("Practice", "step", "share of answers", lines),
        Curve("Practice: answers grow", "step", "tokens an answer", length),
    ]
    return found, curves, _pinned_answers(main[0]["answers_to"])


def _pinned_answers(answers_to: Mapping[str, Mapping[str, list]]) -> dict[str, str]:
    """Choose a problem's first answers before and last: empty where none was kept."""
    for question, history in answers_to.items():
        first, *_, last = history
        return {f"{question} ({when})": history[when][0][0] for when in (first, last)}
    return {}


def _passed(told: dict) -> tuple[float, float, float]:
    value, low, high = told["pass"]["1"]
    return value, low, high


def _in_steps(told: dict) -> tuple[float, float, float]:
    """Give the share of answers in steps its interval, for these very problems."""
    share, n = told["in_steps"], told["problems"] * told["answers"]
    sure = wilson(share * n, n)
    return share, sure.low, sure.high


def _practised(
    name: str,
    measured: tuple[float, float, float],
    told: dict,
    direction: str,
    bar: float,
) -> Figure:
    """Make a figure of a value and its interval."""
    n = told["problems"] * told["answers"]
    return Figure("practice", name, *measured, n, direction, bar)


def preference(run: Run) -> Findings:
    """Follow the true score with and without a leash, for every seed."""
    log = run.log("preference_log.json")
    seeds = sorted(int(part.split()[1]) for part in log if part.startswith("free"))
    found, by_name = [], defaultdict(list)
    for seed in seeds:
        free, leash = log[f"free {seed}"], log[f"leash {seed}"]
        peak = max(free, key=lambda look: look["truth"])
        gain = peak["truth"] - free[0]["truth"]
        lost = (peak["truth"] - free[-1]["truth"]) / gain if gain > 0 else 0.0
        rise = free[-1]["score"] - peak["score"]
        kept = leash[-1]["truth"] / max(look["truth"] for look in leash)
        for name, value, bar, unit in (
            ("without KL: lost of the true score's gain", lost, 0.3, "rate"),
            ("without KL: the reward model's score goes on by", rise, 0.01, "points"),
            ("with KL: the true score, of its peak", kept, 0.9, "rate"),
        ):
            by_name[name, unit].append(value)
            name = _by_seed(name, seeds, seed)
            found.append(
                Figure("preference", name, value, direction="at least", bar=bar,
                       unit=unit)
            )  # fmt: skip
    if len(seeds) > 1:
        found += [
            _mean_of_seeds("preference", name, values, unit)
            for (name, unit), values in by_name.items()
        ]
    free, leash = log[f"free {seeds[0]}"], log[f"leash {seeds[0]}"]
    lines = {
        "true score, without KL": rounded((e["step"], e["truth"]) for e in free),
        "true score, with KL": rounded((e["step"], e["truth"]) for e in leash),
        "reward model, without KL": rounded((e["step"], e["score"]) for e in free),
    }
    says = {"Without KL, in the end:": free[-1]["texts"][0][0],
            "With KL, in the end:": leash[-1]["texts"][0][0]}  # fmt: skip
    return found, [Curve("RLHF", "step", "points", lines)], says
