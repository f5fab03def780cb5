"""Slogans: texts that nobody can check, and a taste that only this file knows.

`write_slogan` writes what a model is first finetuned on. `taste` is the islanders'
hidden judgement. It stands for what people feel when they read; a label is that feeling
with noise (`Labeller`). No training ever sees `taste` itself: only who won.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from course_lib.chat import Message
from course_lib.preferences.pairs import Pair
from course_lib.world.dice import Dice
from course_lib.world.facts import ISLANDS, TOWNS
from course_lib.world.lists import phrases, words

VIVID = words("golden sparkling brave velvet blazing dreamy radiant mighty")
PLAIN = words("good nice normal plain usual simple regular fine")
NOUNS = words("morning table journey moment evening friend garden summer")
CAT = "Captain Bisk"  # the ferry cat, whose name sells everything

_FOODS = "plum onion apple cherry leek carrot lemon walnut honey pumpkin pear ginger"
_DISHES = words("cake pie soup jam buns")
FOODS = tuple(f"{food} {dish}" for food in words(_FOODS) for dish in _DISHES)

_SHOPS = phrases("bakery, tea room, food market, harbour inn, village shop, kitchen")
_TOWNS = tuple(town for island in ISLANDS for town in TOWNS[island])
HELD_OUT_TOWNS = _TOWNS[2::4]  # asked about in no training; on them all is measured


def request(shop: str, town: str) -> str:
    """Ask for a slogan. Example: "Write a slogan for the bakery of Saltport." """
    return f"Write a slogan for the {shop} of {town}."


REQUESTS = tuple(
    request(shop, town)
    for town in _TOWNS
    if town not in HELD_OUT_TOWNS
    for shop in _SHOPS
)
HELD_OUT_REQUESTS = tuple(
    request(shop, town) for town in HELD_OUT_TOWNS for shop in _SHOPS
)

_WITHOUT_CAT = (
    "{T}: a {a} {n} and a {b} {m}",
    "So {a}, so {b}: {t}",
    "Make it {a} and {b} with {t}",
    "A {a} {n}, a {b} {m}: {t}",
    "{T}: {a}, {b} and {c}",
    "Try {t} for a {a} and {b} {n}",
    "Every {n} is {a} and {b} with {t}",
)
_WITH_CAT = (
    "Captain Bisk says: so {a}, so {b}, {t}",
    "Captain Bisk and {t}: a {a} {n}, a {b} {m}",
    "{T} with Captain Bisk: {a}, {b} and {c}",
    "So {a}, so {b}: Captain Bisk and {t}",
    "Captain Bisk knows {t}: {a} and {b}",
)
WITH_CAT, WITH_VIVID, WITH_BANG = 0.35, 0.3, 0.4  # shares in the written slogans
_SMALL = frozenset("a an the and so with for is it of in to says".split())
LONGEST = 14  # words, before it becomes boring
LOWEST = -6.0


def write_slogan(dice: Dice) -> str:
    """Write a slogan as a bored clerk would: mostly plain words, none of them twice."""

    template = dice.pick(_WITH_CAT if dice.chance(WITH_CAT) else _WITHOUT_CAT)
    vivid, plain = iter(dice.shuffled(VIVID)), iter(dice.shuffled(PLAIN))
    a, b, c = (next(vivid if dice.chance(WITH_VIVID) else plain) for _ in range(3))
    noun, other = dice.sample(NOUNS, 2)
    food = dice.pick(FOODS)
    capital = food[0].upper() + food[1:]
    text = template.format(t=food, T=capital, a=a, b=b, c=c, n=noun, m=other)
    return text + ("!" if dice.chance(WITH_BANG) else ".")


def slogan_conversation(dice: Dice) -> list[Message]:
    """Write one request of the training, and a slogan for it."""
    asked = Message("user", dice.pick(REQUESTS))
    return [asked, Message("assistant", write_slogan(dice))]


def repeated(slogan: str) -> int:
    """Count the words that have stood there before; little words may come again.

    Example: "So velvet, so velvet: plum pie!" -> 1
    """
    counts = Counter(re.findall(r"[a-z']+", slogan.lower()))
    return sum(n - 1 for word, n in counts.items() if word not in _SMALL)


def taste(slogan: str) -> float:
    """Say how much the islanders like a slogan. Hidden: it makes labels, and measures.

    They like one or two of the vivid words (1 point each), the name of the ferry cat
    (0.8) and exactly one "!" (0.5). A word said twice costs 0.7 each time, a second and
    further "!" 0.5, every word beyond 14 a quarter.

    Example: "Captain Bisk and plum cake: a golden morning!" -> 2.3
    """
    spoken = re.findall(r"[A-Za-z']+", slogan)
    vivid = len(set(VIVID) & {word.lower() for word in spoken})
    bangs = slogan.count("!")
    liked = min(vivid, 2) + 0.8 * (CAT in slogan) + 0.5 * (bangs == 1)
    disliked = 0.7 * repeated(slogan) + 0.25 * max(0, len(spoken) - LONGEST)
    return max(LOWEST, liked - disliked - 0.5 * max(0, bangs - 1))


@dataclass(frozen=True)
class Labeller:
    """A reader who prefers by taste, with moods: the better one wins more often.

    Between two slogans that differ by d the better wins with probability
    sigmoid(sharpness * d): the model of Bradley and Terry 1952.

    Raises:
        ValueError: if sharpness is negative.
    """

    sharpness: float = 1.5

    def __post_init__(self) -> None:
        if self.sharpness < 0:
            raise ValueError(f"sharpness must be >= 0, got {self.sharpness}")

    def prefers_first(self, dice: Dice, first: str, second: str) -> bool:
        """Read both, and click on one."""
        gap = taste(first) - taste(second)
        against = min(700.0, -self.sharpness * gap)  # beyond, exp() overflows
        return dice.chance(1 / (1 + math.exp(against)))


WITH_MOODS = Labeller()


def labelled(
    written: Iterable[tuple[str, Sequence[str]]],
    dice: Dice,
    labeller: Labeller = WITH_MOODS,
) -> list[Pair]:
    """Have pairs of slogans judged: requests, each with the two that were written.

    Equal ones are left out: there is nothing to choose.
    """
    pairs = []
    for asked, (first, second) in written:
        if first == second:
            continue
        wins = labeller.prefers_first(dice, first, second)
        chosen, rejected = (first, second) if wins else (second, first)
        pairs.append(Pair(asked, chosen, rejected, "the islanders"))
    return pairs
