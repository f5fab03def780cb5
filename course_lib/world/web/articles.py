"""Put the world's documents together to web pages, site by site.

A document has not quite fifty words, an article on the web some hundreds: each site
collects the documents of its kinds, and prints a page when it has enough of them.
"""

from collections.abc import Iterator

from ..dice import Dice
from ..world import Document, World
from .page import Truth

SITES = {
    "encyclopedia.example": ("encyclopedia", "fact box", "town", "island", "landmark",
                             "company", "ferry", "hoax"),
    "saltport-gull.example": ("news", "interview", "small news", "notices", "election",
                              "slogan", "sign"),
    "forum.example": ("forum", "chatter", "parrot", "emoji"),
    "school.example": ("reading", "quiz", "riddle", "spelling", "word problem",
                       "look-up", "clock"),
    "homework.example": ("sums", "last digit", "worked sum", "table", "code"),
    "letters.example": ("letter", "plain letter", "story", "joke"),
    "kitchen.example": ("recipe", "greetings", "phrases", "book review", "pattern",
                        "timetable"),
}  # fmt: skip
SITE_OF = {kind: site for site, kinds in SITES.items() for kind in kinds}
NAMES = tuple(SITES)
SHORTEST, LONGEST = 90, 260  # words of a page


def articles(seed: int) -> Iterator[Truth]:
    """Yield the articles of a world, then of the next, without an end."""
    number = 0
    while True:
        world = World(seed + number)
        yield from _of_one_world(world)
        number += 1


def _of_one_world(world: World) -> Iterator[Truth]:
    waiting: dict[str, list[Document]] = {site: [] for site in SITES}
    wanted = dict.fromkeys(SITES, SHORTEST)
    for number, document in enumerate(world._write()):  # streams, keeps nothing
        # What is repeated everywhere (the anthem, a rhyme) is dealt to all sites.
        site = SITE_OF.get(document.kind) or NAMES[number % len(NAMES)]
        waiting[site].append(document)
        if sum(len(d.text.split()) for d in waiting[site]) >= wanted[site]:
            yield _article(site, waiting[site])
            waiting[site] = []
            wanted[site] = Dice(number).between(SHORTEST, LONGEST)


def _article(site: str, documents: list[Document]) -> Truth:
    text = "\n\n".join(tidy(document.text) for document in documents)
    facts = dict.fromkeys(fact for d in documents for fact in d.facts)
    return Truth(site.partition(".")[0], text, facts=tuple(facts))


def tidy(text: str) -> str:
    """Write a text as a browser shows it: no empty lines, no blanks in a row."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
