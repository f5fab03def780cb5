"""Typical wrong answers of the capstone's exercises, and what they are told."""

import json
import re

import course_lib.exercises.capstone  # noqa: F401  pins its exercises


def weights(pretraining, finetuning, practice):
    """Make an answer that depends on the stage; the last is given the advantage."""

    def answer(stage, _speakers, advantage):
        if stage == "practice":
            return practice(advantage)
        return {"pretraining": pretraining, "finetuning": finetuning}[stage]

    return answer


def own(advantage):
    return [0, advantage, 0, advantage]


ALL, MASKED = [1, 1, 1, 1], [0, 1, 0, 1]


def days(factor=6.0, used_power=1, seconds=86_400.0):
    def answer(n_weights, n_tokens, peak_flops, used):
        return factor * n_weights * n_tokens / peak_flops / used**used_power / seconds

    return answer


def deltas(lines):
    for line in lines:
        if line.startswith("data: ") and line != "data: [DONE]":
            yield json.loads(line[6:])["choices"][0]["delta"]


def joined(text_of):
    return lambda lines: "".join(text_of(delta) for delta in deltas(lines))


def spaced(lines):
    return " ".join(d["content"] for d in deltas(lines) if d.get("content"))


def every_line(lines):
    return "".join(json.loads(line)["choices"] for line in lines)


def with_next(lines):
    """Read it as a client that knows the end by its name."""
    said = ""
    for line in filter(None, lines):
        head, _, body = line.partition(": ")
        if head == "data" and body != "[DONE]":
            said += json.loads(body)["choices"][0]["delta"].get("content") or ""
    return said


def replace_everywhere(lines):
    pieces = []
    for line in lines:
        body = line.replace("data: ", "")
        if body and body != "[DONE]":
            pieces.append(json.loads(body)["choices"][0]["delta"].get("content", ""))
    return "".join(pieces)


def first_piece(lines):
    return next(d["content"] for d in deltas(lines) if d.get("content"))


def by_quotation_marks(lines):
    return "".join(re.findall(r'"content": "([^"]*)"', "\n".join(lines)))


def blames_practice(card):
    if card["right after practice"] < 0.8:
        same = card["reward"] <= card["right after practice"] + 0.2
        return "practice" if same else "reward"
    return earlier(card)


def earlier(card):
    if card["does not stop"] > 0.1:
        return "mask"
    if card["pages after"] > 1:
        return "replay"
    if card["facts right"] > card["facts, fresh exam"] + 0.1:
        return "leak"
    return "healthy"


def no_leak(card):
    return "healthy" if (found := in_order(card)) == "leak" else found


def by_a_high_mark(card):
    return "leak" if card["facts right"] > 0.95 else no_leak(card)


def leak_last(card):
    found = no_leak(card)
    return (
        later(card)
        if found == "healthy" and later(card) != "healthy"
        else (in_order(card) if found == "healthy" else found)
    )


def by_any_difference(card):
    leak = card["facts right"] > card["facts, fresh exam"] + 0.02
    return "leak" if leak and earlier(card) == "healthy" else in_order(card)


def later(card):
    if card["reward"] > card["right after practice"] + 0.2:
        return "reward"
    return "practice" if card["right after practice"] < 0.8 else "healthy"


def in_order(card):
    found = earlier(card)
    return later(card) if found == "healthy" else found


def by_facts(card):
    if earlier(card) != "mask" and card["facts right"] < 0.5:
        return "replay"
    return in_order(card)


WRONG = {
    "15.token_weights": [
        (weights(MASKED, MASKED, own), "every token of a page"),
        (weights(ALL, ALL, own), "learn to ask"),
        (weights(ALL, [0, 1, 1, 1], own), "make results up"),
        (weights(ALL, MASKED, lambda _: MASKED), "that is imitation"),
        (weights(ALL, MASKED, lambda a: [a] * 4), "did not write the question"),
        (weights(ALL, MASKED, lambda a: own(max(a, 0))), "NEGATIVE"),
        (weights(ALL, MASKED, lambda a: own(abs(a))), "NEGATIVE"),
        (lambda *_: None, "is there a `return`"),
        (lambda *_: "x", "list of numbers"),
    ],
    "15.training_days": [
        (days(seconds=1), "seconds"),
        (days(seconds=3600), "hours"),
        (days(used_power=0), "divide by the share"),
        (days(used_power=-1), "LONGER"),
        (days(factor=2), "one look ahead"),
        (days(factor=1), "6 operations"),
        (lambda *_: None, "is there a `return`"),
    ],
    "15.text_of_stream": [
        (every_line, "Not every line is JSON"),
        (joined(lambda d: d["content"]), "`.get('content', '')`"),
        (first_piece, "go on to the last"),
        (joined(lambda d: d.get("content", "").replace(" ", "")), "do not strip"),
        (joined(lambda d: d.get("content", "").strip()), "do not strip"),
        (spaced, "join with ''"),
        (replace_everywhere, "beginning of the line only"),
        (lambda lines: [d.get("content", "") for d in deltas(lines)], "not a list"),
        (by_quotation_marks, "let json.loads read it"),
        (lambda _lines: None, "is there a `return`"),
    ],
    "15.diagnose": [
        (blames_practice, "EARLIEST"),
        (lambda _card: "healthy", "the mask is one token short"),
        (lambda card: later(card) if earlier(card) != "mask" else "mask", "forgotten"),
        (earlier, "not being right"),
        (lambda card: "mask" if card["does not stop"] else in_order(card),
         "close to a healthy card's"),
        (by_facts, "nothing was forgotten"),
        (no_leak, "it knew the questions"),
        (by_a_high_mark, "simply good"),
        (leak_last, "practice is bad, too"),
        (by_any_difference, "some points by chance"),
        (lambda _card: "rl", "it can be"),
        (lambda _card: None, "is there a `return`"),
    ],
}  # fmt: skip
RIGHT = {
    "15.token_weights": [weights(ALL, MASKED, own)],
    "15.training_days": [days()],
    "15.text_of_stream": [with_next],
    "15.diagnose": [in_order],
}
