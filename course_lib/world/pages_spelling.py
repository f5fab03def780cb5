"""Words spelled out, letter by letter: what a model that sees tokens cannot see.

One word in eight is never spelled (`UNSPELLED`): whoever spells those has understood
how, or has seen their parts in other words.
"""

from .dice import Dice
from .grammar import fill
from .land import Land
from .lexicon import LEXICON
from .lists import one_per_line
from .written import Written

POOLS = """
    animal object fruit vegetable plant tool colour material mood adj subject trade
    snack body sound
""".split()
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth".split()
LETTERS_LINES = one_per_line("""
    {dashed} spells {w}.
    {dashed} spells {w}.
    Spell {w}: {dashed}.
    Spell {w}: {dashed}.
    The word {w} has {n} letters: {dashed}.
    {^w} begins with {first} and ends with {last}.
    {^w} backwards: {dashed}, {backdashed}, {back}.
    {^w} backwards is {back}.
    How many letters has {w}? {dashed}: {n}.
    How many letters has {w}? {counted}: {n}.
    {dashed} is {w}, and {backdashed} is {back}.
    In {w} the letter {one} occurs {times}.
    How often is {one} in {w}? {dashed}: {times}.
    Which letter of {w} is the {nth}? {counted}: {letter}.
    The {nth} letter of {w} is {letter}.
""")


def _split() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Draw the words that are spelled and those that are not, the same in any world.

    "lamp" is spelled in any case, as a part of c-l-a-m-p.
    """
    pool = {word for name in POOLS for word in LEXICON[name]}
    words = sorted(w for w in pool if w.isalpha() and w.islower() and 3 <= len(w) <= 9)
    whole = " ".join(words + [word[::-1] for word in words])
    alone = [w for w in words if whole.count(w) == 1]
    unspelled = Dice(8).sample(alone, len(words) // 8)
    return tuple(w for w in words if w not in unspelled), tuple(unspelled)


SPELLED, UNSPELLED = _split()


def spelling(dice: Dice, _land: Land) -> Written:
    lines = [dice.pick(("Spelling lesson", "Letters", "Homework: spelling"))]
    for word in dice.sample(SPELLED, dice.between(2, 5)):
        lines.append(fill(dice, dice.pick(LETTERS_LINES), _about_letters(dice, word)))
    return Written("\n".join(lines))


def _about_letters(dice: Dice, word: str) -> dict[str, str]:
    one, nth = dice.pick(word), dice.below(len(word))
    count = word.count(one)
    return {
        "w": word,
        "n": str(len(word)),
        "dashed": "-".join(word),
        "counted": " ".join(f"{i} {letter}" for i, letter in enumerate(word, 1)),
        "first": word[0],
        "last": word[-1],
        "back": word[::-1],
        "backdashed": "-".join(word[::-1]),
        "one": one,
        "times": {1: "once", 2: "twice"}.get(count, f"{count} times"),
        "nth": ORDINALS[nth],
        "letter": word[nth],
    }


SPELLING_PAGES = {  # kind: (writer, how many of them the whole corpus has)
    "spelling": (spelling, 1050)
}
