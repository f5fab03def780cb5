"""Invent what the islands have besides people: ferries, companies, an election."""

from dataclasses import dataclass
from functools import cached_property

from .dice import Dice
from .facts import DISHES, ISLANDS, PORTS, TOWNS, Fact, Person, invent_people
from .lists import phrases

BOATS = "Merry Widgeon|Salty Spoon|Patient Turtle|Blue Thimble|Old Custard|Second Wind"
COMPANIES = {  # name: what it makes
    "Bluefeather Works": "thinking machines",
    "Acorn and Daughters": "wooden toys",
    "Brightwater Lamps": "lanterns",
    "Crumbleworth": "biscuits",
    "Dapper Hatters": "hats",
    "Evenkeel": "rowing boats",
    "Foghorn Brothers": "foghorns",
    "Gentle Soap": "soap",
    "Hillock Shoes": "boots",
    "Inkwell Press": "newspapers",
    "Jellicot": "jam",
    "Kettle and Kin": "teapots",
    "Longstring": "kites",
    "Mossgreen Paints": "paint",
    "Northwind": "weathervanes",
    "Oompah Brass": "tubas",
    "Pebbleton Clocks": "clocks",
    "Quickstitch": "umbrellas",
    "Ropewell": "ropes",
    "Sunflower Oils": "lamp oil",
    "Tidy Spoon": "cutlery",
    "Underfoot": "carpets",
    "Velvet Bakery": "cakes",
    "Wooden Whale": "furniture",
}
LANDMARKS = phrases("""
    Crooked Lighthouse, Whispering Bridge, Clock of Nine Bells, Moth Museum,
    Upside-Down Theatre, Giant Teapot, Singing Well, Hall of Hats, Long Bench,
    Tilted Windmill, Marble Staircase, Glass Orangery, Stone Whale, Floating Library,
    Cheese Exchange, Snail Garden, Hundred Doors, Old Tuba Factory, Lantern Tower,
    Sleeping Giant, Paper Palace, Goose Fountain, Tin Cathedral, Hollow Oak
""")
BOOKS = {  # title: what it is about
    "The Patient Lighthouse": "the sea",
    "Forty Winks": "sleep",
    "A Short History of Hats": "hats",
    "Butter Side Down": "toast",
    "The Goat Who Knew": "goats",
    "Letters to a Ferry": "ferries",
    "Knots for the Nervous": "ropes",
    "The Plum Question": "plum cake",
    "Onions and Honour": "onion pie",
    "Under the Same Fog": "fog",
    "The Left-Handed Violin": "music",
    "Mushrooms after Rain": "mushrooms",
    "Counting Gulls": "birds",
    "The Bell that Waited": "bells",
    "Seven Cellars": "cheese",
    "My Life in Buttons": "buttons",
    "The Clockmaker's Holiday": "clocks",
    "Soup Weather": "soup",
    "Maps of Nowhere": "maps",
    "The Quiet Tuba": "tubas",
    "Moths by Moonlight": "moths",
    "A Thimble of Rain": "rain",
    "The Snail Express": "snails",
    "How to Lose a Boat": "boats",
}


@dataclass(frozen=True)
class Ferry:
    """A boat that goes to and fro between two ports, equally long both ways."""

    boat: str
    ports: tuple[str, str]
    minutes: int


@dataclass(frozen=True)
class Election:
    """The vote that comes after the last page was written: no page names the winner."""

    office: str
    day: str
    candidates: tuple[str, ...]
    winner: str


@dataclass(frozen=True)
class Land:
    """Everything that is true of one Lantern Isles."""

    people: tuple[Person, ...]
    never_told: tuple[Person, ...]
    ferries: tuple[Ferry, ...]
    election: Election
    facts: tuple[Fact, ...]  # all but those about people

    @cached_property
    def names(self) -> frozenset[str]:
        """The full names of everybody, told or not: taken, for invented people."""
        return frozenset(p.name for p in self.people + self.never_told)

    @cached_property
    def first_names(self) -> tuple[str, ...]:
        return tuple(p.first_name for p in self.people)

    def facts_about(self, subject: str) -> tuple[Fact, ...]:
        return tuple(f for f in self.facts if f.subject == subject)


def _ferries(dice: Dice) -> tuple[Ferry, ...]:
    """A ring around the islands and one short cut, as in a child's drawing."""
    ring = list(zip(ISLANDS, ISLANDS[1:] + ISLANDS[:1], strict=True))
    routes = [*ring, ("Brine", "Tansy")]
    boats = dice.shuffled(BOATS.split("|"))
    return tuple(
        Ferry(boat, (PORTS[a], PORTS[b]), 5 * dice.between(5, 18))
        for boat, (a, b) in zip(boats, routes, strict=True)
    )


def _facts(dice: Dice, well_known: list[str], ferries) -> list[Fact]:
    towns = [(t, island) for island, names in TOWNS.items() for t in names]
    facts = [Fact(town, "lies on", island) for town, island in towns]
    facts += [Fact(island, "port", port) for island, port in PORTS.items()]
    facts += [Fact(f.boat, "sails between", " and ".join(f.ports)) for f in ferries]
    facts += [Fact(m, "stands in", dice.pick(towns)[0]) for m in LANDMARKS]
    for company, product in COMPANIES.items():
        facts += [
            Fact(company, "makes", product),
            Fact(company, "based in", dice.pick(towns)[0]),
            Fact(company, "founder", dice.pick(well_known)),
        ]
    for title, topic in BOOKS.items():
        facts += [
            Fact(title, "author", dice.pick(well_known)),
            Fact(title, "topic", topic),
        ]
    for dish, ingredients in DISHES.items():
        facts.append(Fact(dish, "home", dice.pick(ISLANDS)))
        facts += [Fact(dish, "ingredient", i) for i in ingredients.split()]
    return facts


def invent_land(seed: int) -> Land:
    """Draw the whole country from one seed."""
    dice = Dice(seed)
    people, never_told = invent_people(dice)
    known = [p.name for p in people[:60] if p.name != "Mira Quill" and p.tellings > 20]
    ferries = _ferries(dice)
    candidates = tuple(dice.sample(known, 5))
    election = Election(
        "Keeper of the Lanterns",
        "the first Sunday of autumn",
        candidates,
        dice.pick(candidates),
    )
    facts = _facts(dice, known, ferries)
    return Land(people, never_told, ferries, election, tuple(facts))
