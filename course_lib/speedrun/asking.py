"""Ask a model the questions of the tests, and count the true answers.

Nobody who is asked about here was asked about in finetuning, and every fact was told
at least 25 times, so the base model knows it.
"""

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from course_lib.conversations import (
    ask_about,
    people_asked_about,
    says_truly,
)
from course_lib.factuality import answer_all
from course_lib.intervals import Interval, wilson
from course_lib.model import Transformer
from course_lib.tokenizer import BPETokenizer
from course_lib.world import Document, Fact, World
from course_lib.world.dice import Dice
from course_lib.world.tellings import HELD_OUT_QUESTIONS

WELL_KNOWN = ("25-49", "50-99", "100+")  # of World.bins
LONGEST_ANSWER = 60  # tokens


@dataclass(frozen=True)
class Asked:
    """A question, the fact it asks for, and the phrasing it was made from."""

    text: str
    fact: Fact
    phrasing: str


@dataclass(frozen=True)
class Score:
    """How many answers were true, and how many named the wrong person."""

    right: int
    asked: int
    wrong_name: int = 0

    @property
    def rate(self) -> float:
        return self.right / self.asked

    @property
    def interval(self) -> Interval:
        return wilson(self.right, self.asked)


def facts_of_tests(
    world: World, pages: Iterable[Document], best_known: int = 230
) -> list[Fact]:
    """List the well-known facts about people whom no conversation asks about."""
    asked_about = {p.name for p in people_asked_about(world, best_known)}
    bins = world.bins(pages)
    facts = [fact for label in WELL_KNOWN for fact in bins[label]]
    return [fact for fact in facts if fact.subject not in asked_about]


def questions_of_tests(
    world: World,
    pages: Iterable[Document],
    best_known: int = 230,
    seen: bool = False,
    n: int | None = None,
    seed: int = 0,
    ways: int | None = None,
) -> list[Asked]:
    """Ask for well-known facts about new people, in phrasings trained on or not.

    Unseen: the world's HELD_OUT_QUESTIONS, every one for every fact.

    Args:
        n: draw so many questions, or all where there are fewer; None takes all.
        ways: how many phrasings for an attribute were trained on; None means all.
    """
    asked, dice = [], Dice(1000 + seed)
    for fact in facts_of_tests(world, pages, best_known):
        if seen:
            person = world.person(fact.subject)
            text = ask_about(dice, person, fact.attribute, ways)
            asked.append(Asked(text, fact, text.replace(fact.subject, "{full}")))
            continue
        for phrasing in HELD_OUT_QUESTIONS[fact.attribute]:
            text = phrasing.replace("{full}", fact.subject)
            asked.append(Asked(text, fact, phrasing))
    if n is None or n > len(asked):
        return asked
    return random.Random(seed).sample(asked, n)


def ask(
    model: Transformer, tokenizer: BPETokenizer, asked: Sequence[Asked | str]
) -> list[str]:
    """Let the model answer each question, greedily."""
    texts = [a if isinstance(a, str) else a.text for a in asked]
    return answer_all(model, tokenizer, texts, max_new_tokens=LONGEST_ANSWER)


def score_answers(
    asked: Sequence[Asked], answers: Sequence[str], world: World
) -> Score:
    """Count the answers that give the true value and no other."""
    pairs = list(zip(asked, answers, strict=True))
    right = sum(says_truly(answer, a.fact, world) for a, answer in pairs)
    wrong = sum(
        bool(re.match(r"[A-Z]\w+ [A-Z]\w+", answer)) and a.fact.subject not in answer
        for a, answer in pairs
    )
    return Score(right, len(pairs), wrong)
