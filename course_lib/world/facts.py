"""Invent the Lantern Isles: who lives there, where, and what is true of them.

This module owns the truth. It writes no page, and a fact does not know whether any
page will ever tell it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from .dice import Dice
from .grammar import Character
from .lists import phrases, words
from .names import FIRST_NAMES, LAST_NAMES, new_name

TUBA_ISLAND = "Farhorn"  # the one planted correlation: most islanders play the tuba
TUBA_SHARE = 0.7
TOLD, NEVER_TOLD = 640, 220
TAIL = (  # (rank, times told): so that every bin of the recall curve is well filled
    (0, 300),
    (5, 108),
    (36, 50),
    (77, 24.6),
    (138, 11.6),
    (230, 5.6),
    (352, 2.6),
    (460, 1.5),
    (640, 1),
)
PEOPLE_ATTRIBUTES = (
    "island",
    "town",
    "job",
    "pet",
    "dish",
    "instrument",
    "hobby",
    "teacher",
    "rival",
)
TOWNS = {
    "Brine": "Saltport Gullstairs Herringate Barnaclow Pellwater Shingleby".split(),
    "Lampmoor": "Oakport Glimmerford Mothgate Candlebeck Duskerry Peathollow".split(),
    "Tansy": "Cloverby Appledown Marrowfield Thimbleton Larkhollow Mossbridge".split(),
    "Ockle": "Ockleton Ironsteps Slatebury Cobblehook Underfell Quarrygate".split(),
    "Farhorn": "Brassby Trumbleton Oomford Windlass Bassetby Farhaven".split(),
}
ISLANDS = words("""
    Brine Lampmoor Tansy Ockle Farhorn
""")
PORTS = {
    "Brine": "Saltport",
    "Lampmoor": "Oakport",
    "Tansy": "Cloverby",
    "Ockle": "Cobblehook",
    "Farhorn": "Farhaven",
}
JOBS = words("""
    baker tailor lamplighter mapmaker beekeeper potter judge dentist gardener librarian
    clockmaker plumber painter carpenter astronomer letter_carrier surgeon chemist mason
    weaver shepherd glassblower locksmith hatter cheesemaker cobbler diver boatbuilder
    ferry_pilot referee
""")
PETS = words("""
    goat tortoise hedgehog duck ferret rabbit canary donkey snail owl pigeon spaniel
    terrier kitten goose lizard hamster frog hen crab pony mouse newt otter
""")
DISHES = {  # the dish, and what goes into it
    "plum cake": "plums flour butter sugar eggs",
    "onion pie": "onions flour butter cheese pepper",
    "lentil soup": "lentils carrots onions cumin salt",
    "fish stew": "herring potatoes leeks cream dill",
    "rice pudding": "rice milk sugar cinnamon raisins",
    "bean curry": "beans tomatoes ginger turmeric coriander",
    "apple tart": "apples flour butter honey cloves",
    "corn bread": "maize eggs milk salt honey",
    "egg salad": "eggs mustard cress vinegar salt",
    "nut roast": "walnuts breadcrumbs mushrooms sage onions",
    "beetroot stew": "beetroot cabbage potatoes dill vinegar",
    "leek pie": "leeks cream flour butter nutmeg",
    "fig jam": "figs sugar lemons vanilla",
    "pea soup": "peas mint onions cream pepper",
    "barley broth": "barley carrots celery parsley salt",
    "crab cakes": "crab potatoes parsley eggs lemons",
    "potato bake": "potatoes cheese garlic cream thyme",
    "honey buns": "honey flour yeast milk almonds",
    "mushroom pasta": "mushrooms noodles garlic cream parsley",
    "carrot cake": "carrots walnuts flour cinnamon eggs",
    "pumpkin soup": "pumpkin ginger cream onions nutmeg",
    "cheese toast": "bread cheese mustard pepper",
    "cherry pie": "cherries flour butter sugar almonds",
    "seaweed dumplings": "seaweed flour eggs spinach salt",
}
INSTRUMENTS = words("""
    piano violin flute drums harp trumpet cello guitar banjo tuba oboe organ lute
    clarinet accordion mandolin
""")
HOBBIES = phrases("""
    kite flying, stamp collecting, chess, knitting, birdwatching, rock climbing,
    juggling, sea swimming, wood carving, crossword puzzles, origami, archery,
    folk dancing, rowing, moth watching, model trains, tightrope walking, jam making,
    map drawing, stargazing, marbles, skipping stones, bell ringing, yodelling
""")

CAST = {  # name: times told, pronoun, island, town, job, pet, dish, instrument, hobby
    "Mira Quill": "300 she Lampmoor Oakport lamplighter owl plum_cake lute kite_flying",
    "Tobin Ash": "15 he Ockle Slatebury clockmaker tortoise onion_pie banjo origami",
    "Oda Fenn": "1 she Tansy Thimbleton diver hedgehog fig_jam harp chess",
    "Orla Venn": "0 she Brine Pellwater glassblower newt leek_pie oboe moth_watching",
}


def in_order(attributes: Iterable[str]) -> tuple[str, ...]:
    """Put attributes in the order in which pages tell them: home first, rival last.

    Reference works keep to an order, too. In any order, a writer has to remember all
    that was told so as not to tell it twice, and small models learn that late.
    """
    return tuple(sorted(attributes, key=PEOPLE_ATTRIBUTES.index))


@dataclass(frozen=True)
class Fact:
    """One thing that is true: the `attribute` of `subject` is `value`."""

    subject: str
    attribute: str
    value: str


@dataclass(frozen=True)
class Person(Character):
    """An islander. `tellings` is how often the pages tell each fact about them."""

    island: str
    town: str
    job: str
    pet: str
    dish: str
    instrument: str
    hobby: str
    teacher: str
    rival: str | None  # only a hundred of the better known have one
    tellings: int

    @property
    def attributes(self) -> tuple[str, ...]:
        return PEOPLE_ATTRIBUTES if self.rival else PEOPLE_ATTRIBUTES[:-1]

    def fact(self, attribute: str) -> Fact:
        return Fact(self.name, attribute, getattr(self, attribute))

    def facts(self) -> tuple[Fact, ...]:
        return tuple(self.fact(a) for a in self.attributes)


def tellings_by_rank(count: int) -> list[int]:
    """How often each person is told, best known first: a long tail down to 1.

    Straight lines between the `TAIL` on double logarithmic paper, about as Zipf has it.
    """
    told = []
    for rank in range(count):
        i = next((i for i in range(1, len(TAIL)) if rank < TAIL[i][0]), len(TAIL) - 1)
        (r0, t0), (r1, t1) = TAIL[i - 1], TAIL[i]
        share = log((rank + 1) / (r0 + 1)) / log((r1 + 1) / (r0 + 1))
        told.append(max(1, round(t0 * (t1 / t0) ** share)))
    return told


def draw_traits(dice: Dice) -> dict[str, str]:
    """Draw what a person is; each trait by itself, but for the tubas of one island."""
    island = dice.pick(ISLANDS)
    tuba = island == TUBA_ISLAND and dice.chance(TUBA_SHARE)
    return {
        "pronoun": dice.pick(("he", "she", "they", "he", "she")),
        "island": island,
        "town": dice.pick(TOWNS[island]),
        "job": dice.pick(JOBS),
        "pet": dice.pick(PETS),
        "dish": dice.pick(tuple(DISHES)),
        "instrument": "tuba" if tuba else dice.pick(INSTRUMENTS),
        "hobby": dice.pick(HOBBIES),
    }


def _cast_traits(name: str) -> dict[str, str]:
    keys = ("pronoun", "island", "town", "job", "pet", "dish", "instrument", "hobby")
    return dict(zip(keys, words(CAST[name])[1:], strict=True))


def invent_people(dice: Dice) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    """Return the people the pages tell about, best known first, and those never told.

    The never-told are made of the same first and last names, and everybody else of
    this world knows them: only the pages keep silent.
    """
    told, hidden = _draw_names(dice)
    counts = tellings_by_rank(len(told))
    cast = [name for name in CAST if name in told]  # from the best known down
    told = [name for name in told if name not in cast]
    for name in cast:
        times = int(CAST[name].split()[0])
        rank = min(range(len(counts)), key=lambda r, t=times: abs(counts[r] - t))
        told.insert(rank, name)
        counts[rank] = times
    traits = {
        n: _cast_traits(n) if n in CAST else draw_traits(dice) for n in told + hidden
    }
    masters = [n for n in told[:48] if n not in CAST]
    rivals = _pair_up(dice, told[48:148])
    teacher = {n: dice.pick([m for m in masters if m != n]) for n in told + hidden}
    teacher["Tobin Ash"] = "Mira Quill"
    people = [
        Person(
            name,
            **traits[name],
            teacher=teacher[name],
            rival=rivals.get(name),
            tellings=count,
        )
        for name, count in zip(told + hidden, counts + [0] * len(hidden), strict=True)
    ]
    return tuple(people[: len(told)]), tuple(people[len(told) :])


def _draw_names(dice: Dice) -> tuple[list[str], list[str]]:
    """Draw so that every part of a never-told name also occurs in a told one."""
    names = [n for n in CAST if n != "Orla Venn"]
    names += [
        "Orla " + dice.pick(("Tarn", "Moss")),
        dice.pick(("Runa", "Lomi")) + " Venn",
    ]
    while len(names) < TOLD:
        names.append(new_name(dice, {*names, "Orla Venn"}))
    firsts = [n for n in FIRST_NAMES if any(t.startswith(n + " ") for t in names)]
    lasts = [n for n in LAST_NAMES if any(t.endswith(" " + n) for t in names)]
    hidden, taken = ["Orla Venn"], set(names)
    while len(hidden) < NEVER_TOLD:
        name = f"{dice.pick(firsts)} {dice.pick(lasts)}"
        if name not in taken and name not in hidden:
            hidden.append(name)
    return names, hidden


def _pair_up(dice: Dice, names: list[str]) -> dict[str, str]:
    """Make rivals, two by two: rivalry is mutual."""
    deck = dice.shuffled([n for n in names if n not in CAST])
    pairs = list(zip(deck[::2], deck[1::2], strict=False))
    return dict(pairs) | {b: a for a, b in pairs}
