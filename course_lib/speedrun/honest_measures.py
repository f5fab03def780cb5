"""Measure an assistant before and after it learned to refuse, and sum it all up.

A question's row holds what one model makes of it: its own greedy answer, and how likely
it finds the answer that the assistant gave before. So a threshold on any of these
numbers can be swept afterwards.
"""

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.conversations import LookUp, commonest_values
from course_lib.factuality import (
    Tally,
    TradeOff,
    answer_all,
    answer_log_probabilities,
    auroc,
    correct_at,
    reliability,
    tally_by_bin,
    together,
    trade_off,
)
from course_lib.model import Transformer
from course_lib.speedrun.asking import WELL_KNOWN
from course_lib.world import BINS
from course_lib.world.dice import Dice

if TYPE_CHECKING:
    from course_lib.speedrun.honest import Classroom

Row = dict[str, Any]
MAX_OVER_REFUSAL = 0.15
AIM = 0.14  # over-refusal at which a threshold is chosen, to stay below that elsewhere
LOWEST = -1e9  # below any answer's log-probability, above a refusal's confidence
SEARCHED = 500  # questions that the search is asked: it is slow
POINTS = 120  # of a curve that are kept
WRONGS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)


def bin_of(exposures: int) -> str:
    """Name the bin of `World.bins` for a number of tellings."""
    return next(label for label, (_, most) in BINS.items() if exposures <= most)


def measure(
    model: Transformer,
    room: "Classroom",
    held_out: bool,
    before: Sequence[str] | None = None,
) -> list[Row]:
    """Ask everything about the measured people; one row a question.

    Args:
        before: what the assistant answered before, if this is another model.
    """
    questions = room.questions(held_out)
    texts = [q.text for q in questions]
    answers = answer_all(model, room.tokenizer, texts)
    logs = answer_log_probabilities(model, room.tokenizer, texts, answers)
    of_before = logs
    if before is not None:
        of_before = answer_log_probabilities(model, room.tokenizer, texts, before)
    return [
        {
            "bin": bin_of(room.told[question.fact]),
            "verdict": room.judge.verdict(question, answer),
            "answer": answer,
            "log": round(log, 4),
            "log of before": round(old, 4),
        }
        for question, answer, log, old in zip(
            questions, answers, logs, of_before, strict=True
        )
    ]


def outcomes(rows: Sequence[Row]) -> dict[str, Tally]:
    """Count verdicts by bin, in the order of the bins, the well-known together last."""
    found = tally_by_bin([r["bin"] for r in rows], [r["verdict"] for r in rows])
    found = {label: found[label] for label in BINS if label in found}
    return found | {"25 and more": together(found, WELL_KNOWN)}


def thinned(points: Sequence[TradeOff]) -> list[list[float]]:
    """Keep some points of a curve, evenly, the first and the last among them."""
    last = len(points) - 1
    kept = sorted({round(k * last / (POINTS - 1)) for k in range(POINTS)})
    return [[round(points[k].wrong, 4), round(points[k].correct, 4)] for k in kept]


def sweep(rows: Sequence[Row], confidence: Sequence[float]) -> Row:
    """Sum up what a threshold on a confidence does to given answers."""
    right = [row["verdict"] == "correct" for row in rows]
    points = trade_off(confidence, right)
    return {
        # None where there is nothing to tell apart: a tiny run is never right.
        "auroc": round(auroc(confidence, right), 4) if len({*right}) == 2 else None,
        "correct at wrong": {w: round(correct_at(points, w), 4) for w in WRONGS},
        "points": thinned(points),
        "bargain": bargain(rows, confidence),
        "chosen elsewhere": crossed(rows, confidence),
        "invented at 15 % over-refusal": {
            "of all": invented_at(rows, confidence, lambda _row: True),
            "of right": invented_at(rows, confidence, lambda row: row["right before"]),
        },
    }


def bargain(rows: Sequence[Row], confidence: Sequence[float]) -> list[list[float]]:
    """Sweep the threshold: of the well-known what is refused, of the rest invented.

    Pairs of (refused among the well-known, invented among the never told).
    """
    pairs = list(zip(rows, confidence, strict=True))
    known = [c for r, c in pairs if r["bin"] in WELL_KNOWN]
    never = [c for r, c in pairs if r["bin"] == "never" and r["verdict"] == "wrong"]
    n_never = sum(r["bin"] == "never" for r in rows)
    ordered = sorted(confidence)
    found = []
    for k in range(POINTS):
        threshold = ordered[round(k * (len(ordered) - 1) / (POINTS - 1))]
        given = max(threshold, LOWEST)  # what the model itself refused stays so
        refused = sum(c < given for c in known) / len(known)
        invented = sum(c >= given for c in never) / n_never
        found.append([round(refused, 4), round(invented, 4)])
    return found


def invented_at(
    rows: Sequence[Row], confidence: Sequence[float], counts: Callable[[Row], bool]
) -> float:
    """Set the threshold so that 15 % of the well-known are refused; see the invented.

    `counts` says which of the well-known questions count: all, or those that were
    answered rightly before.
    """
    pairs = list(zip(rows, confidence, strict=True))
    known = sorted(c for r, c in pairs if r["bin"] in WELL_KNOWN and counts(r))
    known = known or [math.inf]  # nothing was known: any threshold refuses none of it
    threshold = known[math.floor(MAX_OVER_REFUSAL * len(known))]
    never = [(r, c) for r, c in pairs if r["bin"] == "never"]
    given = [r for r, c in never if c >= threshold and r["verdict"] == "wrong"]
    return round(len(given) / len(never), 4)


def summary(room: "Classroom", unfinished: Path) -> Row:
    """Read all that was measured, and sum it up as the chapter and the card want it."""

    def read(name: str) -> dict[str, list[Row]]:
        return json.loads((unfinished / f"{name}.json").read_text())

    found, recipe = read("before"), room.recipe
    tried = sorted(unfinished.glob("share-*.json"))
    models = {path.stem: read(path.stem) for path in tried}
    return {
        "share": recipe.share,
        "people": {
            "interrogated": len(room.split.interrogated),
            "measured": len(room.split.measured),
        },
        "interviews": interview_counts(room),
        "baselines": baselines(room),
        "before": {kind: told(rows, rows) for kind, rows in found.items()},
        "thresholds": {
            kind: {
                "before": sweep(marked(rows, rows), [r["log"] for r in rows]),
                "reliability": [
                    [round(b.confidence, 3), round(b.right.value, 3), b.count]
                    for b in reliability(
                        [math.exp(min(0.0, r["log"])) for r in rows],
                        [r["verdict"] == "correct" for r in rows],
                    )
                ],
            }
            for kind, rows in found.items()
        },
        "after": {
            name: {
                kind: told(found[kind], rows)
                | {"thresholds": curves(found[kind], rows)}
                for kind, rows in by_kind.items()
            }
            for name, by_kind in models.items()
        },
    }


def marked(before: Sequence[Row], rows: Sequence[Row]) -> list[Row]:
    """Add to each row whether the assistant was right before."""
    return [
        row | {"right before": old["verdict"] == "correct"}
        for old, row in zip(before, rows, strict=True)
    ]


def told(before: Sequence[Row], after: Sequence[Row]) -> Row:
    """Count outcomes by bin, and what was given away of the well-known."""
    counts = {k: [t.correct, t.wrong, t.refused] for k, t in outcomes(after).items()}
    away = [
        new["verdict"] == "refused"
        for old, new in zip(before, after, strict=True)
        if old["bin"] in WELL_KNOWN and old["verdict"] == "correct"
    ]
    total = Tally.of(row["verdict"] for row in after)
    return {
        "bins": counts,
        "all": [total.correct, total.wrong, total.refused],
        "given away": [sum(away), len(away)],
    }


def curves(before: Sequence[Row], after: Sequence[Row]) -> Row:
    """Sweep three thresholds: its own answers, and the earlier ones in two ways."""
    own = [-math.inf if r["verdict"] == "refused" else r["log"] for r in after]
    old, new = [r["log"] for r in before], [r["log of before"] for r in after]
    both = [a + b for a, b in zip(old, new, strict=True)]
    first = marked(before, before)
    return {
        "own": sweep(marked(before, after), own),
        "earlier answers": sweep(first, new),
        "both": sweep(first, both),
    }


def crossed(rows: Sequence[Row], confidence: Sequence[float]) -> Row:
    """Choose the threshold on one half of the questions, and count on the other.

    Chosen so that `AIM` of the well-known are refused; both halves are counted, each
    with the threshold of the other, so nothing is measured where it was chosen.
    """
    invented = refused = n_never = n_known = 0
    pairs = list(zip(rows, confidence, strict=True))
    for half in (0, 1):
        chosen_on, counted_on = pairs[half::2], pairs[1 - half :: 2]
        known = sorted(c for r, c in chosen_on if r["bin"] in WELL_KNOWN)
        threshold = max(known[math.floor(AIM * len(known))], LOWEST)
        for row, c in counted_on:
            if row["bin"] in WELL_KNOWN:
                n_known, refused = n_known + 1, refused + (c < threshold)
            elif row["bin"] == "never":
                wrong = row["verdict"] == "wrong"
                n_never, invented = n_never + 1, invented + (wrong and c >= threshold)
    return {"invented": [invented, n_never], "refused": [refused, n_known]}


def interview_counts(room: "Classroom") -> dict[str, dict[str, int]]:
    """Count known, in between and unknown for each bin of exposures."""
    counts = {label: {"known": 0, "in between": 0, "unknown": 0} for label in BINS}
    for interview in room.interviews:
        exposures = room.told[interview.question.fact]
        counts[bin_of(exposures)][interview.knowledge] += 1
    return {label: some for label, some in counts.items() if any(some.values())}


def baselines(room: "Classroom") -> Row:
    """Measure who always names the commonest value, and a search with patterns.

    Both know nothing of people never told; the search says so, and refuses.
    """
    commonest = commonest_values(room.pages)
    search = LookUp(room.pages, room.world.people)
    found: Row = {}
    for kind in ("unseen", "seen"):
        questions = room.questions(held_out=kind == "unseen")
        facts = [q.fact for q in questions]
        never = [f for f in facts if not room.told[f]]
        found[f"commonest value, never told, {kind}"] = [
            sum(commonest[f.attribute] == f.value for f in never), len(never),
        ]  # fmt: skip
        asked = Dice(3).sample(questions, min(SEARCHED, len(questions)))
        asked = [q for q in asked if room.told[q.fact]]
        right = [search.answer(q.text) == q.answer for q in asked]
        found[f"search in the pages, told, {kind}"] = [sum(right), len(right)]
    return found
