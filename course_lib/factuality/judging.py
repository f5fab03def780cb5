"""Judge an answer against the truth: correct, wrong, or no answer at all.

Templates and lists of words stand in for the LLM that reads and judges answers in real
pipelines (Llama Team 2024, section 4.3.6). They are exact where the world's facts are:
every value is known, and so is every other value that might have been named.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from course_lib.conversations import values_named
from course_lib.world import Question, World

Verdict = Literal["correct", "wrong", "refused"]

# Each must mean "no answer" wherever it stands; `lessons.REFUSALS` are other wordings
# than these parts, so a test holds one against the other.
_REFUSING = re.compile(
    r"\b(?:don't|do not|doesn't|does not|can't|cannot|couldn't|could not)\s+"
    r"(?:really\s+)?(?:know|say|tell|answer|recall|remember|find)\b"
    r"|\bnot (?:sure|certain|aware|something I know)\b"
    r"|\bno idea\b|\bnever (?:heard|read|told)\b"
    r"|\bhave(?:n't| not) (?:heard|read|learned)\b|\bunknown to me\b"
    r"|\brather not guess\b|\bwould only be guessing\b",
    re.IGNORECASE,
)


def refuses(answer: str) -> bool:
    """Say whether an answer declines to answer: "I don't know", in many wordings."""
    return not answer.strip() or _REFUSING.search(answer.replace("’", "'")) is not None


@dataclass(frozen=True)
class Judge:
    """Compare answers with the truth, knowing every value that could be meant.

    Args:
        values: for each attribute, what it may be for somebody.
    """

    values: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, world: World, attributes: Iterable[str] | None = None) -> "Judge":
        """Know the values of a world, by default of all attributes of its people."""
        if attributes is None:
            attributes = {f.attribute for p in world.people for f in p.facts()}
        return cls({attribute: world.values(attribute) for attribute in attributes})

    def said(self, question: Question, answer: str) -> list[str]:
        """List the values of the asked attribute that an answer names.

        Values of other attributes are read, too, so that "crab cakes" is not heard as
        a crab; whom the question is about does not count as a name that was given.
        """
        asked = self.values.get(question.fact.attribute, ())
        everything = {v for values in self.values.values() for v in values}
        everything |= {question.answer, question.fact.subject}
        wanted = {*asked, question.answer} - {question.fact.subject}
        return [v for v in values_named(answer, everything) if v in wanted]

    def verdict(self, question: Question, answer: str) -> Verdict:
        """Judge an answer.

        Correct is who names the true value and no other one: "a duck or a goose" is a
        guess. Whoever says "I am not sure, perhaps a duck" has answered.
        """
        said = self.said(question, answer)
        if said == [question.answer]:
            return "correct"
        return "refused" if not said and refuses(answer) else "wrong"
