"""How people ask: a wide bank of questions for the nine attributes of an islander.

Hand-written, and put together from parts: things ("trade"), descriptions ("the work
that {full} does"), clauses ("what {full} does for a living") and frames around them.
Whoever learns from few phrasings learns those by heart; from many, what they ask.

No question here, whatever its frame, is one of the world's HELD_OUT_QUESTIONS: those
are for tests. `{full}` is the full name, `a~` and the other marks as in world.grammar.
"""

import re
from functools import cache

from course_lib.world import Fact, Person
from course_lib.world.dice import Dice
from course_lib.world.facts import PEOPLE_ATTRIBUTES
from course_lib.world.grammar import capital, fill, say
from course_lib.world.lists import one_per_line
from course_lib.world.tellings import HELD_OUT_QUESTIONS, QUESTIONS
from course_lib.world.tellings_places import QUESTIONS as PLACE_QUESTIONS

from .question_parts import (
    CLAUSES,
    DESCRIPTIONS,
    FRAMES_OF_CLAUSES,
    FRAMES_OF_DESCRIPTIONS,
    FRAMES_OF_PEOPLE,
    FRAMES_OF_THINGS,
    THINGS,
    WHO,
)
from .questions_home import DIRECT_HOME
from .questions_life import DIRECT_LIFE
from .questions_places import DIRECT_PLACES

DIRECT = DIRECT_HOME | DIRECT_LIFE

OPENERS = one_per_line("""
    Hello! {q}
    Hi! {q}
    Good morning! {q}
    Quick question: {q}
    A question: {q}
    One more thing: {q}
    Please help me. {q}
    {q} Thank you!
    {q} I really want to know.
    I am writing about {full}. {q}
    I met {full} today. {q}
    My question is about {full}. {q}
""")
OPENED, CARELESS = 0.15, 0.1  # shares of questions with an opener, and without capitals


def ways_to_ask(attribute: str) -> tuple[str, ...]:
    """Return every plain question for an attribute, as templates with {full}.

    Those of the world's own pages come first.

    Raises:
        ValueError: if people have no such attribute.
    Example: ways_to_ask("job")[0] -> "What is the job of {full}?"
    """
    if attribute not in PEOPLE_ATTRIBUTES:
        raise ValueError(
            f"people have no attribute {attribute!r}: choose one of "
            + ", ".join(PEOPLE_ATTRIBUTES)
        )
    return _ways(attribute)


@cache
def _ways(attribute: str) -> tuple[str, ...]:
    who = attribute in WHO
    kinds = (
        (FRAMES_OF_PEOPLE if who else FRAMES_OF_THINGS, THINGS),
        (FRAMES_OF_DESCRIPTIONS, DESCRIPTIONS),
        (FRAMES_OF_CLAUSES, CLAUSES),
    )
    asks = [*QUESTIONS[attribute], *DIRECT[attribute]]
    for frames, parts in kinds:
        for part in parts[attribute]:
            asks += [capital(frame.replace("{x}", part)) for frame in frames]
    if who:
        asks = [re.sub(r"^What is the person", "Who is the person", a) for a in asks]
    return tuple(dict.fromkeys(a for a in asks if not _is_held_out(a, attribute)))


def bare(question: str) -> str:
    """Strip a question of capitals and signs, to compare what it asks."""
    return " ".join(re.findall(r"[a-z{}']+", question.lower()))


def _is_held_out(question: str, attribute: str) -> bool:
    return any(bare(held) in bare(question) for held in HELD_OUT_QUESTIONS[attribute])


@cache
def some_ways(attribute: str, count: int) -> tuple[str, ...]:
    """Return so many of the ways to ask, mixed: fewer are a part of more."""
    return tuple(Dice(7).shuffled(ways_to_ask(attribute))[:count])


def ask_about(
    dice: Dice, person: Person, attribute: str, ways: int | None = None
) -> str:
    """Ask for one attribute of somebody in a drawn phrasing, now and then carelessly.

    Plain questions of people and those put together from frames are drawn equally
    often, though there are many more of the latter.

    Args:
        ways: know only so many phrasings, and add nothing to them.
    """
    if ways is not None:
        return say(dice, dice.pick(some_ways(attribute, ways)), person)
    plain = [*QUESTIONS[attribute], *DIRECT[attribute]]
    every = ways_to_ask(attribute)
    question = say(dice, dice.pick(plain if dice.chance(0.4) else every), person)
    if dice.chance(OPENED):
        opener = dice.pick(OPENERS).replace("{q}", question)
        question = say(dice, opener, person)
    if dice.chance(CARELESS) and not question.startswith(person.first_name):
        question = question.replace("?", "").rstrip(".")
        question = question[0].lower() + question[1:]
    return question


def ask_about_place(dice: Dice, fact: Fact) -> str:
    """Ask for a fact about a town, a ferry, a company, a book or a dish."""
    asks = (*PLACE_QUESTIONS[fact.attribute], *DIRECT_PLACES[fact.attribute])
    return fill(dice, dice.pick(asks), {"s": fact.subject})
