"""The miniature internet: a country, the pages about it, and the truth about both.

Pages are planned first (who is told how often, in which order) and written afterwards,
each from a seed of its own. So a prefix of the documents costs only what it writes,
and the facts a page tells are recorded where it is written, not guessed from its text.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from . import tellings, tellings_places
from .dice import Dice
from .facts import Fact, Person
from .grammar import fill, say
from .land import Election, Land, invent_land
from .pages import OTHER_PAGES
from .pages_people import person_page
from .pages_planted import repeated_passages

SEEDS = 2**31


@dataclass(frozen=True)
class Document:
    """One page, the facts it tells, and the false things it claims by mistake."""

    kind: str
    text: str
    facts: tuple[Fact, ...]
    mistakes: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question with its true answer; `cloze` is a statement broken off before it."""

    text: str
    cloze: str
    answer: str
    fact: Fact


class World:
    """The Lantern Isles of one seed: their truth, and every page written about them.

    The same seed gives the same pages, byte by byte, on any machine and any Python
    from 3.11 on. Each fact about a person is told by exactly `person.tellings` pages.
    `never_told` are people like all others, only that no page names them.

    Raises:
        ValueError: if seed is not a whole number from 0 to 2**31 - 1.
    Example: World(0).documents(max_chars=1_000_000)
    """

    def __init__(self, seed: int = 0):
        _check_whole("seed", seed, 0, "World(seed=0)")
        self.seed = seed
        self.land: Land = invent_land(seed)
        self.people: tuple[Person, ...] = self.land.people
        self.never_told: tuple[Person, ...] = self.land.never_told
        self._by_name = {p.name: p for p in self.people + self.never_told}

    def __repr__(self) -> str:
        return f"World(seed={self.seed})"

    @property
    def election(self) -> Election:
        """The vote after the last page: candidates are told, the winner never."""
        return self.land.election

    @property
    def repeated_passages(self) -> dict[str, int]:
        """The texts that the corpus repeats word for word, and how often."""
        return repeated_passages()

    def person(self, name: str) -> Person:
        """Look somebody up, told or not.

        Raises:
            ValueError: if no islander bears the name.
        """
        if name not in self._by_name:
            raise ValueError(
                f"no islander is called {name!r}: choose a name from world.people or "
                "world.never_told, such as 'Mira Quill'"
            )
        return self._by_name[name]

    def facts(self) -> tuple[Fact, ...]:
        """Return all that is true, including what no page tells."""
        about_people = (f for p in self._by_name.values() for f in p.facts())
        return (*about_people, *self.land.facts)

    def documents(self, max_chars: int | None = None) -> list[Document]:
        """Return the pages in a fixed mixed order: all of them, or the first so many.

        A limited list ends with the page that reaches `max_chars`; it is a prefix of
        the full list, written without writing the rest.

        Raises:
            ValueError: if max_chars is not a positive whole number.
        """
        if max_chars is None:
            return list(self._all_documents)
        _check_whole("max_chars", max_chars, 1, "documents(max_chars=1_000_000)")
        kept, total = [], 0
        for document in self.__dict__.get("_all_documents") or self._write():
            kept.append(document)
            total += len(document.text)
            if total >= max_chars:
                break
        return kept

    def exposures(self, fact: Fact, documents: Iterable[Document] | None = None) -> int:
        """Count the pages that tell a fact: of the whole corpus, or of those you kept.

        Direction matters: a page that says who taught Tobin tells a fact about Tobin,
        not one about his teacher. For many facts at once use `count_exposures`.

        Raises:
            ValueError: if the fact is not one of this world's.
        """
        self._check_true(fact)
        if documents is None:
            return self._all_exposures[fact]
        return sum(fact in document.facts for document in documents)

    def questions(
        self,
        facts: Iterable[Fact] | None = None,
        held_out: bool = True,
        seed: int = 0,
    ) -> list[Question]:
        """Ask for each fact once, by default in a phrasing that no page contains.

        `facts` defaults to all those about people, told or not.

        Raises:
            ValueError: if a fact is not one of this world's, or the seed no seed.
        """
        _check_whole("seed", seed, 0, "questions(seed=0)")
        dice = Dice(seed)
        if facts is None:
            facts = [f for p in self._by_name.values() for f in p.facts()]
        return [self._question(dice, fact, held_out) for fact in facts]

    def _question(self, dice: Dice, fact: Fact, held_out: bool) -> Question:
        self._check_true(fact)
        person = self._by_name.get(fact.subject)
        source = tellings if person else tellings_places
        asks = source.HELD_OUT_QUESTIONS if held_out else source.QUESTIONS
        tells = source.HELD_OUT if held_out else source.TOLD
        ask = dice.pick(asks[fact.attribute])
        tell = dice.pick([t for t in tells[fact.attribute] if t.endswith("{v}.")])
        if person:
            text = say(dice, ask, person)
            told = say(dice, tell, person, v=fact.value)
        else:
            text = fill(dice, ask, {"s": fact.subject})
            told = fill(dice, tell, {"s": fact.subject, "v": fact.value})
        cloze = told.removesuffix(f"{fact.value}.").rstrip()
        return Question(text, cloze, fact.value, fact)

    @cached_property
    def _truth(self) -> frozenset[Fact]:
        return frozenset(self.facts())

    @cached_property
    def _all_documents(self) -> tuple[Document, ...]:
        return tuple(self._write())

    @cached_property
    def _all_exposures(self) -> Counter[Fact]:
        return count_exposures(self._all_documents)

    def _check_true(self, fact: Fact) -> None:
        if fact not in self._truth:
            raise ValueError(
                f"{fact!r} is not true in {self!r}: take facts from world.facts() or "
                "world.person(name).fact(attribute)"
            )

    def _plan(self) -> list[tuple]:
        """List the pages to write, in their final order."""
        dice = Dice(self.seed + SEEDS)
        pages = [page for person in self.people for page in _deal(dice, person)]
        for kind, (_, count) in OTHER_PAGES.items():
            pages += [(kind, ())] * count
        return dice.shuffled(pages)

    def _write(self) -> Iterator[Document]:
        for number, (about, attributes) in enumerate(self._plan()):
            dice = Dice((self.seed + 2) * SEEDS + number)
            if isinstance(about, Person):
                names = self.land.first_names
                kind, written = person_page(dice, about, attributes, names)
            else:
                kind, written = about, OTHER_PAGES[about][0](dice, self.land)
            yield Document(kind, *written)


def count_exposures(documents: Iterable[Document]) -> Counter[Fact]:
    """Count for every fact how many of the documents tell it."""
    return Counter(fact for document in documents for fact in set(document.facts))


def _deal(dice: Dice, person: Person) -> Iterator[tuple[Person, tuple[str, ...]]]:
    """Deal a person's attributes to pages so that each is told exactly so often."""
    if person.tellings == 1:
        yield person, tuple(dice.shuffled(person.attributes))
        return
    for _ in range(person.tellings):
        deck = dice.shuffled(person.attributes)
        while deck:
            size = dice.between(3, 5)
            if len(deck) - size < 2:
                size = len(deck)
            yield person, tuple(deck[:size])
            deck = deck[size:]


def _check_whole(name: str, value: int, least: int, example: str) -> None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number or not least <= value < SEEDS:
        raise ValueError(
            f"{name} must be a whole number from {least} to {SEEDS - 1}, "
            f"got {value!r}: pass one, as in {example}"
        )
