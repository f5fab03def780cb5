"""Answer without a model: find the sentence, or say the commonest value.

What a model is compared with. If a search and some patterns answer as well, the model
has shown no more than they have.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from course_lib.world import Document, Person
from course_lib.world.dice import Dice
from course_lib.world.facts import PEOPLE_ATTRIBUTES
from course_lib.world.grammar import say
from course_lib.world.tellings import TOLD

from .phrasings import bare, ways_to_ask
from .truth import values_named

_NAMES = re.compile(r"\b(?=([A-Z]\w+ [A-Z]\w+))")  # "Give Mira" and "Mira Quill"


class LookUp:
    """A text search with patterns: for the attribute, the nearest known question.

    It has every page, and the very sentences that the world's pages are made of. From a
    question it takes the name, and the attribute of the question in `ways_to_ask` that
    shares the largest part of its words: so it, too, was "trained" on those phrasings.
    """

    def __init__(self, pages: Iterable[Document], people: Iterable[Person]):
        self._people = {person.name: person for person in people}
        self._sentences: dict[str, list[str]] = defaultdict(list)
        for page in pages:
            for sentence in re.split(r"(?<=[.?!])\s|\n", page.text):
                for name in set(_NAMES.findall(sentence)) & self._people.keys():
                    self._sentences[name].append(sentence)
        self._known = [
            (attribute, set(bare(way).replace("{full}", "").split()))
            for attribute in PEOPLE_ATTRIBUTES
            for way in ways_to_ask(attribute)
        ]

    def attribute(self, question: str) -> str:
        """Guess what is asked for: by words shared with a known question (Jaccard)."""
        asked = set(bare(question).split())

        def likeness(known: tuple[str, set[str]]) -> float:
            return len(asked & known[1]) / len(asked | known[1])

        return max(self._known, key=likeness)[0]

    def answer(self, question: str) -> str:
        """Answer a question, with nothing where no sentence tells it."""
        names = values_named(question, [n for n in self._people if n in question])
        if not names:
            return ""
        name = names[0]
        attribute = self.attribute(question.replace(name, ""))
        person, found = self._people[name], Counter()
        for pattern in _patterns(person, attribute):
            for sentence in self._sentences[name]:
                if match := pattern.search(sentence):
                    found[match[1]] += 1
        return found.most_common(1)[0][0] if found else ""


def _patterns(person: Person, attribute: str) -> list[re.Pattern[str]]:
    patterns = []
    for template in TOLD[attribute]:
        any_article = template.replace("a~ ", "ARTICLE ")
        told = say(Dice(0), any_article, person, v="VALUE", adj="ADJ")
        pattern = re.escape(told).replace("ARTICLE", "an?")
        pattern = pattern.replace("VALUE", r"([\w' -]+?)").replace("ADJ", r"[\w-]+")
        patterns.append(re.compile(pattern))
    return patterns


def commonest_values(pages: Iterable[Document]) -> dict[str, str]:
    """Find the value that pages tell most often of each attribute.

    Example: -> {"island": "Farhorn", …}
    """
    told: dict[str, Counter] = defaultdict(Counter)
    for page in pages:
        for fact in page.facts:
            told[fact.attribute][fact.value] += 1
    return {a: values.most_common(1)[0][0] for a, values in told.items()}
