"""Exercises of the capstone: one loss for all, what a run costs, what went wrong."""

import json
import math
from collections.abc import Callable, Mapping, Sequence

from course_lib.exercises.board import Mistake, exercise, pin

__all__ = ["exercise"]  # so that a chapter needs one import

SPEAKERS = ("user", "assistant", "tool", "assistant")
WEIGHTS_NAMED = {
    "pretraining": (
        (1, 1, 1, 1),
        "in pretraining every token of a page is a question, whoever speaks in it.",
    ),
    "finetuning": (
        (0, 1, 0, 1),
        "only what the assistant says is learned. With the user's words it would learn "
        "to ask, with the tool's to make results up.",
    ),
}


def check_weights(
    answer: Callable[[str, Sequence[str], float], Sequence[float]],
) -> None:
    for stage, (wanted, words) in WEIGHTS_NAMED.items():
        got = _listed(answer(stage, SPEAKERS, 0.5), f"weights_of({stage!r}, …)")
        if got != list(wanted):
            raise Mistake(
                f"weights_of({stage!r}, {list(SPEAKERS)}, 0.5) should be "
                f"{list(wanted)}, yours gives {got}: {words}"
            )
    for advantage in (0.5, -0.5):
        got = _listed(answer("practice", SPEAKERS, advantage), "… in practice")
        wanted_list = [0, advantage, 0, advantage]
        if got == wanted_list:
            continue
        call = f"weights_of('practice', {list(SPEAKERS)}, {advantage})"
        if got == [0, 1, 0, 1]:
            reason = "that is imitation: every answer would be learned, right or wrong."
        elif got == [advantage] * 4:
            reason = "the model did not write the question: weigh its own tokens only."
        elif advantage < 0 and got in ([0, 0, 0, 0], [0, 0.5, 0, 0.5]):
            reason = (
                "an answer worse than its siblings has a NEGATIVE weight: the model "
                "is pushed away from it."
            )
        else:
            reason = "each token of its own answer weighs the advantage of the answer."
        raise Mistake(f"{call} should be {wanted_list}, yours gives {got}: {reason}")


def _listed(got: Sequence[float] | None, call: str) -> list[float]:
    if got is None:
        raise Mistake(f"{call} returned None; is there a `return`?")
    try:
        return [float(weight) for weight in got]
    except (TypeError, ValueError):
        raise Mistake(f"{call} must give a list of numbers, got {got!r}.") from None


@pin(
    "15.token_weights",
    check_weights,
    hints=(
        "Three cases. The advantage matters in one of them only.",
        "<code>[1 if who == 'assistant' else 0 for who in speakers]</code> is one.",
    ),
)
def _weights_of(stage, speakers, advantage):
    if stage == "pretraining":
        return [1 for _ in speakers]
    own = 1 if stage == "finetuning" else advantage
    return [own if who == "assistant" else 0 for who in speakers]


def check_days(answer: Callable[[float, float, float, float], float]) -> None:
    weights, tokens, peak, used = 124e6, 300e9, 1e14, 0.4
    wanted = 6 * weights * tokens / (peak * used) / 86_400
    got = answer(weights, tokens, peak, used)
    call = "training_days(124e6, 300e9, 1e14, 0.4)"
    if got is None:
        raise Mistake(f"{call} returned None; is there a `return`?")
    named = (
        (wanted * 86_400, "those are seconds: a day has 86,400."),
        (wanted * 24, "those are hours: a day has 24."),
        (wanted * used, "no machine reaches its limit: divide by the share it reaches, "
         "too."),
        (wanted * used * used, "the share that is reached makes it LONGER: divide."),
        (wanted / 3, "2 operations a weight and token are one look ahead. The way back "
         "costs twice that: 6 in all."),
        (wanted / 6, "each weight takes part in 6 operations for each token: 2 on the "
         "way forward, 4 on the way back."),
    )  # fmt: skip
    for value, words in named:
        if math.isclose(got, value, rel_tol=1e-3):
            raise Mistake(f"{call} gives {got:.4g}: {words}")
    if not math.isclose(got, wanted, rel_tol=1e-3):
        raise Mistake(
            f"{call} should be {wanted:.1f} days, yours gives {got:.4g}: 6 operations "
            "a weight and token, over what the machine really computes in a second."
        )


@pin(
    "15.training_days",
    check_days,
    hints=(
        "Operations in all: 6 for each weight and each token.",
        "A machine computes <code>peak_flops * used</code> of them in a second, and a "
        "day has 86,400 seconds.",
    ),
)
def _training_days(n_weights, n_tokens, peak_flops, used):
    operations = 6 * n_weights * n_tokens
    return operations / (peak_flops * used) / 86_400


def _event(delta: Mapping[str, str], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return "data: " + json.dumps({"choices": [choice]})


STREAM = (
    _event({"role": "assistant", "content": ""}),
    "",
    _event({"content": "It is"}),
    "",
    _event({"content": " data: 42"}),
    "",
    _event({"content": "."}),
    "",
    _event({}, "stop"),
    "",
    "data: [DONE]",
    "",
)
SAID = "It is data: 42."


def check_stream(answer: Callable[[Sequence[str]], str]) -> None:
    call = "text_of_stream(lines)"
    try:
        got = answer(STREAM)
    except json.JSONDecodeError as error:
        raise Mistake(
            f"{call}: {error}. Not every line is JSON: empty lines stand between, each "
            "event begins with `data: `, and the last one is `[DONE]`."
        ) from error
    except KeyError as error:
        raise Mistake(
            f"{call}: no {error} there. The last chunk's delta is empty: use "
            "`.get('content', '')`."
        ) from error
    if got is None:
        raise Mistake(f"{call} returned None; is there a `return`?")
    if not isinstance(got, str):
        kind = type(got).__name__
        raise Mistake(f"{call}: return one text, not a {kind}: ''.join(...)")
    named = {
        "It is": "the text comes in many pieces: go on to the last.",
        "Itisdata:42.": "spaces belong to the pieces: do not strip them.",
        "It isdata: 42.": "spaces belong to the pieces: do not strip them.",
        "It is 42.": "`data: ` may stand in the text, too: take it away at the "
        "beginning of the line only.",
        "It is\n data: 42\n.": "the pieces follow each other directly.",
        "It is  data: 42 .": "the pieces follow each other directly: join with ''.",
    }
    if got in named:
        raise Mistake(f"{call} gives {got!r}: {named[got]}")
    if got != SAID:
        raise Mistake(f"{call} should be {SAID!r}, yours gives {got!r}.")
    said = 'Say "hat"\n'
    got = answer((_event({"content": said}), "", "data: [DONE]", ""))
    if got != said:
        raise Mistake(
            f"{call} should be {said!r}, yours gives {got!r}. JSON writes a quotation "
            "mark and a line end with a backslash: let json.loads read it."
        )


@pin(
    "15.text_of_stream",
    check_stream,
    hints=(
        "Go on past lines that do not begin with <code>data: </code>, and stop at "
        "<code>[DONE]</code>.",
        "<code>json.loads(line.removeprefix('data: '))['choices'][0]['delta']</code>",
    ),
)
def _text_of_stream(lines):
    pieces = []
    for line in lines:
        if not line.startswith("data: ") or line == "data: [DONE]":
            continue
        delta = json.loads(line.removeprefix("data: "))["choices"][0]["delta"]
        pieces.append(delta.get("content", ""))
    return "".join(pieces)


GOOD = {
    "pages before": 0.69,  # loss of the base on held-out pages
    "pages after": 0.74,  # the same, after finetuning
    "facts right": 0.89,
    "facts, fresh exam": 0.88,  # questions that nobody can have trained on
    "does not stop": 0.0,  # share of answers
    "reward": 0.98,
    "right after practice": 0.97,
}
CASES: tuple[tuple[Mapping[str, float], str, str], ...] = (
    (GOOD, "healthy", "nothing here is out of place."),
    (
        GOOD | {"does not stop": 0.4, "facts right": 0.7, "facts, fresh exam": 0.7},
        "mask",
        "answers that never end were never shown an end: the mask is one token short.",
    ),
    (
        GOOD
        | {
            "does not stop": 0.5,
            "facts right": 0.6,
            "facts, fresh exam": 0.6,
            "reward": 0.4,
            "right after practice": 0.4,
        },
        "mask",
        "practice is bad, too, but it only inherits a model that never ends an answer. "
        "Blame the EARLIEST stage that is broken.",
    ),
    (
        GOOD | {"pages after": 1.9, "facts right": 0.2, "facts, fresh exam": 0.2},
        "replay",
        "after finetuning the pages surprise it as if it had hardly read any: it has "
        "forgotten them.",
    ),
    (
        GOOD | {"facts right": 0.99, "facts, fresh exam": 0.62},
        "leak",
        "it looks BETTER than a healthy card. But on a fresh exam it is worse: it knew "
        "the questions.",
    ),
    (
        GOOD | {"facts right": 0.98, "facts, fresh exam": 0.97},
        "healthy",
        "both exams are high: it is simply good.",
    ),
    (
        GOOD | {"facts right": 0.8, "facts, fresh exam": 0.5},
        "leak",
        "the old exam looks ordinary, and the fresh one is far worse: it knew the "
        "questions.",
    ),
    (
        GOOD
        | {
            "facts right": 0.99,
            "facts, fresh exam": 0.62,
            "reward": 0.4,
            "right after practice": 0.4,
        },
        "leak",
        "practice is bad, too. Blame the EARLIEST stage that is broken.",
    ),
    (
        GOOD | {"facts right": 0.9, "facts, fresh exam": 0.86},
        "healthy",
        "two exams of a hundred questions differ by some points by chance.",
    ),
    (
        GOOD | {"right after practice": 0.3},
        "reward",
        "the reward is high and the answers are wrong: it found something that is "
        "rewarded and is not being right.",
    ),
    (
        GOOD | {"reward": 0.35, "right after practice": 0.34},
        "practice",
        "reward and rightness agree, and both are low: the reward is fine, practice "
        "did not work.",
    ),
    (
        {name: round(value * 0.98 + 0.01, 3) for name, value in GOOD.items()},
        "healthy",
        "all seven lie close to a healthy card's; no run repeats it to the last digit.",
    ),
    (
        GOOD
        | {
            "facts right": 0.3,
            "facts, fresh exam": 0.3,
            "reward": 0.35,
            "right after practice": 0.34,
        },
        "practice",
        "the pages surprise it hardly more than before, so nothing was forgotten.",
    ),
)  # fmt: skip


def check_diagnose(answer: Callable[[Mapping[str, float]], str]) -> None:
    kinds = ("healthy", "mask", "replay", "leak", "reward", "practice")
    for card, wanted, words in CASES:
        got = answer(dict(card))
        if got is None:
            raise Mistake("diagnose(card) returned None; is there a `return`?")
        if got not in kinds:
            raise Mistake(f"diagnose gave {got!r}; it can be {', '.join(kinds)}.")
        if got != wanted:
            odd = {k: v for k, v in card.items() if GOOD[k] != v} or "a healthy card"
            raise Mistake(f"with {odd} yours says {got!r}: {words}")


@pin(
    "15.diagnose",
    check_diagnose,
    hints=(
        "Go through the stages in the order in which they ran, and return at the first "
        "one that is broken.",
        "A reward far above the share of right answers is a reward that is being "
        "cheated.",
    ),
)
def _diagnose(card):
    if card["does not stop"] > 0.1:
        return "mask"
    if card["pages after"] > card["pages before"] + 0.3:
        return "replay"
    if card["facts right"] > card["facts, fresh exam"] + 0.1:
        return "leak"
    if card["reward"] > card["right after practice"] + 0.2:
        return "reward"
    if card["right after practice"] < 0.8:
        return "practice"
    return "healthy"
