"""The miniature internet: a country, the pages about it, and the truth about both.

Pages are planned first (who is told how often, in which order) and written afterwards,
each from a seed of its own. So a prefix of the documents costs only what it writes,
and the facts a page tells are recorded where it is written, not guessed from its text.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from .asking import Question, ask, clozes
from .dice import Dice
from .facts import Fact, Person, in_order
from .land import Election, Land, invent_land
from .pages import OTHER_PAGES
from .pages_people import person_page
from .pages_planted import hoax, repeated_passages

SEEDS = 2**31
BINS = {  # of the recall curve: (fewest, most) exposures
    "never": (0, 0),
    "1": (1, 1),
    "2": (2, 2),
    "3-5": (3, 5),
    "6-11": (6, 11),
    "12-24": (12, 24),
    "25-49": (25, 49),
    "50-99": (50, 99),
    "100+": (100, SEEDS),
}
LIED_ABOUT = 80  # one hoax about everybody who is told so often


@dataclass(frozen=True)
class Document:
    """One page, the facts it tells, and the false things it claims by mistake."""

    kind: str
    text: str
    facts: tuple[Fact, ...]
    mistakes: tuple[Fact, ...] = ()


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

    def bins(
        self, documents: Iterable[Document] | None = None
    ) -> dict[str, tuple[Fact, ...]]:
        """Group the facts about people by how many pages tell them.

        Counted over the whole corpus, or over the documents you kept; the labels are
        "never", "1", "2", "3-5", "6-11", "12-24", "25-49", "50-99" and "100+".
        Example: for label, facts in world.bins().items(): ...
        """
        kept = None if documents is None else count_exposures(documents)
        told = self._all_exposures if kept is None else kept
        facts = [f for p in self._by_name.values() for f in p.facts()]
        return {
            label: tuple(f for f in facts if low <= told[f] <= high)
            for label, (low, high) in BINS.items()
        }

    def values(self, attribute: str) -> tuple[str, ...]:
        """Return every value that an attribute has for somebody or something.

        Raises:
            ValueError: if no fact has the attribute.
        Example: world.values("island")
            -> ("Brine", "Farhorn", "Lampmoor", "Ockle", "Tansy")
        """
        if attribute not in self._values:
            raise ValueError(
                f"no fact has the attribute {attribute!r}: choose one of "
                + ", ".join(self._values)
            )
        return self._values[attribute]

    def clozes(self, fact: Fact, held_out: bool = True) -> tuple[str, ...]:
        """State a fact in all ways that end with its value, broken off before it.

        By default in phrasings that no page contains. Some break off behind "a" or
        "an", which says a little about the value. There are at least two of each.

        Raises:
            ValueError: if the fact is not one of this world's.
        Example: -> ("The island that Mira Quill calls home is", ...)
        """
        self._check_true(fact)
        return clozes(fact, self._by_name.get(fact.subject), held_out)

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
        facts = list(facts)
        for fact in facts:
            self._check_true(fact)
        return [ask(dice, f, self._by_name.get(f.subject), held_out) for f in facts]

    @cached_property
    def _truth(self) -> frozenset[Fact]:
        return frozenset(self.facts())

    @cached_property
    def _all_documents(self) -> tuple[Document, ...]:
        return tuple(self._write())

    @cached_property
    def _all_exposures(self) -> Counter[Fact]:
        return count_exposures(self._all_documents)

    @cached_property
    def _values(self) -> dict[str, tuple[str, ...]]:
        values = {}
        for fact in self.facts():
            values.setdefault(fact.attribute, set()).add(fact.value)
        return {attribute: tuple(sorted(v)) for attribute, v in values.items()}

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
            pages += [(kind, None)] * count
        known = [p for p in self.people if p.tellings >= LIED_ABOUT]
        pages += [("hoax", person) for person in known]
        return dice.shuffled(pages)

    def _write(self) -> Iterator[Document]:
        for number, (about, what) in enumerate(self._plan()):
            dice = Dice((self.seed + 2) * SEEDS + number)
            if isinstance(about, Person):
                names = self.land.first_names
                kind, written = person_page(dice, about, what, names)
            elif about == "hoax":
                kind, written = about, hoax(dice, what)
            else:
                kind, written = about, OTHER_PAGES[about][0](dice, self.land)
            yield Document(kind, *written)


def count_exposures(documents: Iterable[Document]) -> Counter[Fact]:
    """Count for every fact how many of the documents tell it."""
    return Counter(fact for document in documents for fact in set(document.facts))


def _deal(dice: Dice, person: Person) -> Iterator[tuple[Person, tuple[str, ...]]]:
    """Deal a person's attributes to pages so that each is told exactly so often."""
    if person.tellings == 1:
        yield person, person.attributes
        return
    for _ in range(person.tellings):
        deck = dice.shuffled(person.attributes)
        while deck:
            size = dice.between(3, 5)
            if len(deck) - size < 2:
                size = len(deck)
            yield person, in_order(deck[:size])
            deck = deck[size:]


def _check_whole(name: str, value: int, least: int, example: str) -> None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number or not least <= value < SEEDS:
        raise ValueError(
            f"{name} must be a whole number from {least} to {SEEDS - 1}, "
            f"got {value!r}: pass one, as in {example}"
        )
