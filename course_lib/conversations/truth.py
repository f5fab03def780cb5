"""Check answers against the world: the filter for what a model writes.

Where a fact is known, no judge is needed: an answer is kept if it states the true value
and no other. Real systems ask another model, or people, to judge.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from course_lib.world import Fact, World

from .written import Conversation


def values_named(answer: str, values: Iterable[str]) -> list[str]:
    """List the values that an answer names, in its order, each once.

    Only whole words count. Where one value is a part of another, the longer one was
    meant: "crab cakes" names no crab.

    Example: `values_named("A goose, or a duck.", ["duck", "goose"])` ->
        ["goose", "duck"]
    """
    known = {value.lower(): value for value in values}
    longest_first = sorted(known, key=len, reverse=True)
    if not longest_first:
        return []
    either = "|".join(re.escape(value) for value in longest_first)
    found = re.finditer(rf"(?<!\w)(?:{either})(?!\w)", answer.lower())
    return list(dict.fromkeys(known[match[0]] for match in found))


def mentions(text: str, value: str) -> bool:
    """Say whether a value stands in a text as whole words, in any case.

    Example: `mentions("He lives in Oakport.", "Oak") -> False`
    """
    return values_named(text, [value]) != []


def says_truly(answer: str, fact: Fact, world: World) -> bool:
    """Say whether an answer gives the true value of a fact, and no other value.

    Whoever lists all five islands has not answered. A subject is no value: in "Mira
    Quill's teacher was Orla Moss" only what is not the subject's name counts.
    """
    without = answer.replace(fact.subject, "")
    return values_named(without, world.values(fact.attribute)) == [fact.value]


def is_about(answer: str, fact: Fact) -> bool:
    """Say whether an answer names whom it was asked about."""
    return mentions(answer, fact.subject)


@dataclass(frozen=True)
class Judged:
    """A conversation that a model wrote, with the verdict and the reason."""

    conversation: Conversation
    kept: bool
    reason: str  # "true", "wrong value", "wrong name" or "no end"


def judge(
    asked: Sequence[tuple[str, Fact]],
    answers: Sequence[str],
    world: World,
) -> list[Judged]:
    """Judge one answer for each question; keep what is true and about the right person.

    Raises:
        ValueError: if there is not one answer a question.
    """
    if len(asked) != len(answers):
        raise ValueError(
            f"every question needs one answer, got {len(asked)} questions and "
            f"{len(answers)} answers"
        )
    judged = []
    for (question, fact), answer in zip(asked, answers, strict=True):
        reason = _reason(answer, fact, world)
        spoken = Conversation.of_turns("model-written", question, answer)
        judged.append(Judged(spoken, reason == "true", reason))
    return judged


def _reason(answer: str, fact: Fact, world: World) -> str:
    if not answer.endswith((".", "!")):
        return "no end"
    if not is_about(answer, fact):
        return "wrong name"
    return "true" if says_truly(answer, fact, world) else "wrong value"


def kept(judged: Iterable[Judged]) -> list[Conversation]:
    """Take the conversations that passed."""
    return [j.conversation for j in judged if j.kept]
