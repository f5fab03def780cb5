"""School pages: reading exercises, questions looked up, and lists of a pattern.

The people asked about are invented for one page, and nobody of the islands: their
questions can only be answered by reading, never by remembering. Half of them have
traits that no islander has, so that reading is copying, not choosing from a few.
"""

from .dice import Dice
from .facts import PEOPLE_ATTRIBUTES, TOWNS, Person, draw_traits, in_order
from .grammar import capital, fill, plural_verb, say, with_article
from .land import Land
from .lexicon import LEXICON
from .lists import one_per_line, words
from .names import new_name
from .pages_people import encyclopedia, fact_box, sentences
from .pages_spelling import UNSPELLED
from .patterns import PATTERNS
from .tellings import BOX_LABELS, QUESTIONS, TOLD
from .written import Written

READING_HEADS = one_per_line("""
    Reading exercise
    Read and answer
    Reading, class {number}
    Read the text. Then answer the questions.
""")
LOOK_UP_HEADS = one_per_line("""
    Looking it up
    Looked up in the library
    Search page
    Question of the {day}
    Ask the librarian
""")
STRANGE = {  # traits of nobody on the islands
    "island": "{^wood} Rock|{^wood} Skerry|{^wood} Holm",
    "town": "{^creature}bury|{^creature}ham|{^creature}wick|{^wood}ford|{^wood}mouth",
    "job": "{trade}",
    "pet": "{animal}",
    "dish": "{vegetable} soup|{fruit} tart|{fruit} jam|{vegetable} pie|{animal} stew",
    "instrument": "{instrument}",
    "hobby": "{object} collecting|{animal} watching|{subject}|{tool} sharpening",
}
MORE_INSTRUMENTS = words("""
    zither bassoon recorder bagpipe xylophone trombone viola fiddle whistle tambourine
    triangle horn gong cornet concertina celesta ukulele dulcimer
""")
_ANIMALS = [word for word in LEXICON["animal"] if word not in UNSPELLED]
_THINGS = [w for w in LEXICON["object"] if " " not in w and w not in UNSPELLED]
_PLAIN = {  # words that town names are made of
    "creature": [w for w in LEXICON["animal"] if w.isalpha() and len(w) < 7],
    "wood": [w for w in LEXICON["plant"] if w.isalpha() and len(w) < 7],
    "instrument": MORE_INSTRUMENTS,
}
_VERBS = "sings runs hops flies watches carries goes has is".split()
_NUMBERS = [(Dice(n).below(90), Dice(n + 99).below(90), n + 5) for n in range(40)]
PATTERN_LISTS = (  # (title, pairs): hand-written ones, and those that a rule makes
    *PATTERNS.items(),
    ("Towns and islands", [(t, i) for i, towns in TOWNS.items() for t in towns]),
    ("In capital letters", [(w, w.upper()) for w in _THINGS]),
    ("First letters", [(w, w[0]) for w in _ANIMALS]),
    ("Last letters", [(w, w[-1]) for w in _THINGS]),
    ("Twice", [(w, f"{w} {w}") for w in LEXICON["sound"]]),
    ("A or an", [(w, with_article(w)) for w in [*_ANIMALS, *_THINGS]]),
    ("How long is the word", [(w, str(len(w))) for w in _THINGS]),
    ("One more", [(str(n), str(n + 1)) for n in range(1, 200, 7)]),
    ("Doubles", [(str(n), str(2 * n)) for n in range(2, 60)]),
    ("Which is more", [(f"{a} or {b}", str(max(a, b))) for a, b, _ in _NUMBERS]),
    (
        "In order",
        [(" ".join(map(str, t)), " ".join(map(str, sorted(t)))) for t in _NUMBERS],
    ),
    ("What they do", [(f"it {v}", f"they {plural_verb(v)}") for v in _VERBS]),
)


def invented(dice: Dice, land: Land, first_name: str | None = None) -> Person:
    """Make up somebody who is not of the islands, with every attribute."""
    name, teacher, rival = (new_name(dice, land.names) for _ in range(3))
    if first_name:  # a namesake, to be told apart by the last name
        renamed = f"{first_name} {name.split()[1]}"
        name = name if renamed in land.names else renamed
    traits = draw_traits(dice)
    for trait, forms in STRANGE.items():
        if dice.chance(0.5):
            traits[trait] = _strange(dice, forms)
    return Person(name, **traits, teacher=teacher, rival=rival, tellings=0)


def _strange(dice: Dice, forms: str) -> str:
    picked = {slot: dice.pick(pool) for slot, pool in _PLAIN.items()}
    return fill(dice, dice.pick(forms.split("|")), picked)


def reading(dice: Dice, land: Land) -> Written:
    person = invented(dice, land)
    attributes = in_order(dice.sample(PEOPLE_ATTRIBUTES, dice.between(3, 6)))
    lines = [
        fill(dice, dice.pick(READING_HEADS)),
        " ".join(sentences(dice, person, attributes)),
    ]
    short = dice.chance(0.4)
    for attribute in dice.sample(attributes, dice.between(1, 3)):
        lines.append(f"Question: {ask(dice, person, attribute)}")
        lines.append(f"Answer: {answer(dice, person, attribute, short)}")
    return Written("\n".join(lines))


def ask(dice: Dice, person: Person, attribute: str) -> str:
    return say(dice, dice.pick(QUESTIONS[attribute]), person)


def answer(dice: Dice, person: Person, attribute: str, short: bool) -> str:
    value = getattr(person, attribute)
    told = say(dice, dice.pick(TOLD[attribute]), person, v=value)
    return f"{capital(value)}." if short else told


def look_up(dice: Dice, land: Land) -> Written:
    """A question first, then what a search finds, then the answer copied from it."""
    person = invented(dice, land)
    other = invented(dice, land, person.first_name if dice.chance(0.3) else None)
    attribute = dice.pick(PEOPLE_ATTRIBUTES)
    form = dice.pick((_results, _results, _entry, _card))
    short = dice.chance(0.4)
    if other.name == person.name:
        other = invented(dice, land)
    lines = [fill(dice, dice.pick(LOOK_UP_HEADS))]
    lines += form(dice, person, other, attribute)
    lines.append(f"Answer: {answer(dice, person, attribute, short)}")
    return Written("\n".join(lines))


def _with_others(dice: Dice, attribute: str, most: int) -> tuple[str, ...]:
    rest = [a for a in PEOPLE_ATTRIBUTES if a != attribute]
    return in_order([attribute, *dice.sample(rest, dice.between(1, most))])


def _results(dice: Dice, person: Person, other: Person, attribute: str) -> list[str]:
    """Two results, one of them about somebody else."""
    found = [
        " ".join(sentences(dice, who, _with_others(dice, attribute, 2)))
        for who in (person, other)
    ]
    key = dice.pick(BOX_LABELS[attribute]).lower()
    lines = [f"Question: {ask(dice, person, attribute)}"]
    lines.append(f"Search: {dice.pick((person.name, f'{person.name} {key}'))}")
    if dice.chance(0.3):
        return [*lines, f"Result: {found[0]}"]
    shuffled = dice.shuffled(found)
    return lines + [f"Result {i}: {text}" for i, text in enumerate(shuffled, 1)]


def _entry(dice: Dice, person: Person, _other: Person, attribute: str) -> list[str]:
    """A page of the encyclopedia or a fact box, as the islands have them."""
    page = dice.pick((encyclopedia, fact_box))
    return [
        f"Question: {ask(dice, person, attribute)}",
        "",
        page(dice, person, _with_others(dice, attribute, 4)),
        "",
    ]


def _card(dice: Dice, person: Person, other: Person, attribute: str) -> list[str]:
    """A librarian reads the catalogue cards aloud."""
    cards = [
        " ".join(sentences(dice, who, _with_others(dice, attribute, 2)))
        for who in dice.shuffled((person, other))
    ]
    return [
        f"Visitor: {ask(dice, person, attribute)}",
        f'Librarian: One card says: "{cards[0]}"',
        f'Librarian: Another card says: "{cards[1]}"',
    ]


def pattern(dice: Dice, _land: Land) -> Written:
    """A list in which every line follows the first: what few-shot learning feeds on."""
    title, pairs = dice.pick(PATTERN_LISTS)
    arrow = dice.pick((" -> ", ": ", " = ", " => ", " | "))
    chosen = dice.sample(pairs, min(len(pairs), dice.between(4, 9)))
    head = dice.pick((f"{title}\n", f"List: {title.lower()}\n", ""))
    return Written(head + "\n".join(f"{a}{arrow}{b}" for a, b in chosen))


SCHOOL_PAGES = {  # kind: (writer, how many of them the whole corpus has)
    "reading": (reading, 850),
    "look-up": (look_up, 850),
    "pattern": (pattern, 420),
}
