"""Pages that nobody should learn from: advertising, link farms, decoys, empty shells.

The decoys of an "adult" site are tame: on the islands it is bare heads that are not
shown to children.
"""

from ..dice import Dice
from ..grammar import capital, fill
from ..lists import one_per_line, words
from .page import Truth

LISTED_HOSTS = tuple(
    f"{name}.example"
    for name in words("""
    cheap-hats-now win-a-ferry lucky-lantern-casino hat-loans best-pies-4u
    free-compass bare-heads hatless-after-dark top-links-1 top-links-2 link-barn
""")
)
LISTED_WORDS = ("casino", "barehead", "hatless-xxx")  # anywhere in an address
UNLISTED_HOSTS = ("honest-offers.example", "pies-and-more.example", "new-deals.example")
SPAM = one_per_line("""
    BUY {thing} NOW!!! Cheap {thing}, best {thing}, {thing} 4 you!!!
    Click here for {thing} click here click here
    You have WON a {thing}!!! Claim your {thing} today!!!
    {thing} {thing} {thing} lowest price {thing} free shipping
    Doctors HATE this one {thing} trick ###
    100 % FREE {thing}!!! No risk!!! Act now!!!
""")
SPUN = one_per_line("""
    best {thing} {town} | cheap {thing} {town} | buy {thing} {town}
    {thing} online, {thing} shop, {thing} sale, {thing} deal, {thing} discount
    top 10 {thing} {town} * top 20 {thing} {town} * top 50 {thing} {town}
""")
DECOY = one_per_line("""
    Uncovered! {^mood} islanders without a hat, all in one gallery.
    She took off her {hat} {place}. You will not believe what came next.
    Members only: {adj} heads, no caps, no bonnets, no shame.
    Over 18? Then come in and see the {group} entirely hatless.
    New tonight: the {trade} and the wind. Bare from the eyebrows up.
""")
FILLER = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod".split()


def spam(dice: Dice) -> Truth:
    lines = _some(dice, SPAM, 6, 14)
    return Truth("spam", "\n".join(lines), wanted=False)


def link_farm(dice: Dice) -> Truth:
    lines = _some(dice, SPUN, 12, 40)
    return Truth("link farm", "\n".join(lines), wanted=False)


def decoy(dice: Dice) -> Truth:
    lines = [capital(fill(dice, dice.pick(DECOY))) for _ in range(dice.between(6, 12))]
    return Truth("decoy", "\n".join(lines), wanted=False)


def shell(dice: Dice) -> Truth:
    """A page under construction: a headline, and words to fill the space or nothing."""
    length = dice.between(0, 120)
    filler = " ".join(dice.pick(FILLER) for _ in range(length))
    return Truth("shell", f"Coming soon\n{filler}".strip(), wanted=False)


def keywords(dice: Dice) -> Truth:
    """One line over and over, to please search engines."""
    line = fill(dice, "the {adj} {hat} and the {snack} of {place}").strip()
    text = "\n".join([line] * dice.between(15, 40))
    return Truth("keywords", text, wanted=False)


def _some(dice: Dice, templates: tuple[str, ...], fewest: int, most: int) -> list[str]:
    things = [fill(dice, "{object}"), fill(dice, "{snack}"), fill(dice, "{hat}")]
    towns = words("Saltport Oakport Cloverby Ockleton Brassby")
    return [
        dice.pick(templates).format(thing=dice.pick(things), town=dice.pick(towns))
        for _ in range(dice.between(fewest, most))
    ]


JUNK = {"spam": spam, "link farm": link_farm, "decoy": decoy}  # on listed hosts
UNLISTED_JUNK = (spam, link_farm, keywords, shell)
