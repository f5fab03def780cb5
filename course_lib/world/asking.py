"""Ask for facts: as questions, and as statements broken off before the value."""

from dataclasses import dataclass

from . import tellings, tellings_places
from .dice import Dice
from .facts import Fact, Person
from .grammar import fill, say


@dataclass(frozen=True)
class Question:
    """A question with its true answer; `cloze` is a statement broken off before it."""

    text: str
    cloze: str
    answer: str
    fact: Fact


def ask(dice: Dice, fact: Fact, person: Person | None, held_out: bool) -> Question:
    """Ask for one fact; `person` is its subject, if that is somebody."""
    source = tellings if person else tellings_places
    asks = source.HELD_OUT_QUESTIONS if held_out else source.QUESTIONS
    question = dice.pick(asks[fact.attribute])
    tell = dice.pick(_ending_with_value(fact, person, held_out))
    if person:
        text = say(dice, question, person)
    else:
        text = fill(dice, question, {"s": fact.subject})
    return Question(text, _broken_off(dice, tell, fact, person), fact.value, fact)


def clozes(fact: Fact, person: Person | None, held_out: bool) -> tuple[str, ...]:
    """Break off every telling of a fact that ends with its value."""
    tells = _ending_with_value(fact, person, held_out)
    return tuple(_broken_off(Dice(0), t, fact, person) for t in tells)


def _ending_with_value(fact: Fact, person: Person | None, held_out: bool) -> list[str]:
    source = tellings if person else tellings_places
    tells = (source.HELD_OUT if held_out else source.TOLD)[fact.attribute]
    return [t for t in tells if t.endswith("{v}.")]


def _broken_off(dice: Dice, template: str, fact: Fact, person: Person | None) -> str:
    if person:
        told = say(dice, template, person, v=fact.value)
    else:
        told = fill(dice, template, {"s": fact.subject, "v": fact.value})
    return told.removesuffix(f"{fact.value}.").rstrip()
