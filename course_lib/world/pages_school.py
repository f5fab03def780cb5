"""School pages: reading exercises, sums, word problems, clocks, spelling, patterns.

The people of the reading exercises are invented for one page and met nowhere else:
their questions can only be answered by reading (never by remembering).
"""

from .dice import Dice
from .facts import PEOPLE_ATTRIBUTES, TOWNS, Person, draw_traits
from .grammar import capital, fill, plural_verb, say, with_article
from .land import Land
from .lexicon import LEXICON
from .lists import one_per_line, words
from .names import new_name
from .pages_people import sentences
from .pages_places import clock
from .patterns import PATTERNS
from .tellings import QUESTIONS, TOLD
from .written import Written

READING_HEADS = one_per_line("""
    Reading exercise
    Read and answer
    Reading, class {number}
    Read the text. Then answer the questions.
""")
PROBLEMS = (  # a story, a question, and which sum: letters are numbers, D is derived
    (
        "{A} has {a} {thing} and finds {b} more.",
        "How many {thing} does {A} have?",
        "a+b",
    ),
    (
        "There are {c} {thing} in the {room}. {A} takes {b} away.",
        "How many are left?",
        "c-b",
    ),
    ("{A} packs {a} boxes with {b} {thing} each.", "How many {thing} are that?", "a*b"),
    (
        "{A} has {a} {thing}, {B} has {b}, and they share a~ {snack}.",
        "How many {thing} do they have together?",
        "a+b",
    ),
    (
        "The ferry carries {c} people. At the pier {b} get off and {a} get on.",
        "How many people are on the ferry now?",
        "c-b+a",
    ),
    (
        "{A} buys {a} {thing} at {b} pennies each and gives {c} pennies to the band.",
        "How many pennies does {A} spend?",
        "a*b+c",
    ),
    (
        "Each of {a} gulls steals {b} {thing}. The {trade} saves {e} of them.",
        "How many {thing} do the gulls keep?",
        "a*b-e",
    ),
    (
        "{A} loses {b} of {c} hats in the wind, and {B} returns {e} of them.",
        "How many hats does {A} have in the end?",
        "c-b+e",
    ),
    (
        "{A} reads {a} pages on {day} and {b} pages a day on the {e} days after that.",
        "How many pages does {A} read?",
        "b*e+a",
    ),
)
THINGS = words("""
    plums onions buttons marbles kites teapots lanterns lemons biscuits shells carrots
    feathers stamps tickets candles cherries bells buckets spoons turnips walnuts
    ribbons apples socks boots umbrellas postcards potatoes figs doughnuts pebbles corks
    keys
""")
LETTERS_LINES = one_per_line("""
    {dashed} spells {w}.
    Spell {w}: {dashed}.
    The word {w} has {n} letters: {dashed}.
    {^w} begins with {first} and ends with {last}.
    {^w} backwards is {back}.
    How many letters has {w}? {dashed}: {n}.
    {dashed} is {w}, and {backdashed} is {back}.
    In {w} the letter {one} occurs {times}.
""")

CLOCK_LINES = one_per_line("""
    It is {now}. In {m} minutes it will be {then}.
    The ferry leaves at {now} and sails for {m} minutes. It arrives at {then}.
    The cake went into the oven at {now}. After {m} minutes it is {then}.
    From {now} to {then} it is {m} minutes.
""")
_ANIMALS = LEXICON["animal"]
_THINGS = [word for word in LEXICON["object"] if " " not in word]
_VERBS = "sings runs hops flies watches carries goes has is".split()
PATTERN_LISTS = (  # (title, pairs): hand-written ones, and those that a rule makes
    *PATTERNS.items(),
    ("Towns and islands", [(t, i) for i, towns in TOWNS.items() for t in towns]),
    ("In capital letters", [(w, w.upper()) for w in _THINGS]),
    ("First letters", [(w, w[0]) for w in _ANIMALS]),
    ("Twice", [(w, f"{w} {w}") for w in LEXICON["sound"]]),
    ("A or an", [(w, with_article(w)) for w in [*_ANIMALS, *_THINGS]]),
    ("How long is the word", [(w, str(len(w))) for w in _THINGS]),
    ("One more", [(str(n), str(n + 1)) for n in range(1, 200, 7)]),
    ("Doubles", [(str(n), str(2 * n)) for n in range(2, 60)]),
    ("What they do", [(f"it {v}", f"they {plural_verb(v)}") for v in _VERBS]),
)


def _invented(dice: Dice, land: Land) -> Person:
    name, teacher = new_name(dice, land.names), new_name(dice, land.names)
    return Person(name, **draw_traits(dice), teacher=teacher, rival=None, tellings=0)


def reading(dice: Dice, land: Land) -> Written:
    person = _invented(dice, land)
    attributes = dice.sample(PEOPLE_ATTRIBUTES[:-1], dice.between(3, 6))
    lines = [
        fill(dice, dice.pick(READING_HEADS)),
        " ".join(sentences(dice, person, attributes)),
    ]
    short = dice.chance(0.4)
    for attribute in dice.sample(attributes, dice.between(1, 3)):
        value = getattr(person, attribute)
        lines.append(f"Question: {say(dice, dice.pick(QUESTIONS[attribute]), person)}")
        told = say(dice, dice.pick(TOLD[attribute]), person, v=value)
        lines.append(f"Answer: {capital(value) + '.' if short else told}")
    return Written("\n".join(lines))


def sums(dice: Dice, _land: Land) -> Written:
    lines = [dice.pick(("Homework", "Homework: sums", "Mental arithmetic", "Sums"))]
    top = dice.pick((10, 20, 100, 100, 1000))
    for _ in range(dice.between(4, 9)):
        a, b = dice.below(top), dice.below(top)
        sign = dice.pick("++-") if top > 20 else dice.pick("+-*")
        a, b = (max(a, b), min(a, b)) if sign == "-" else (a, b)
        value = {"+": a + b, "-": a - b, "*": a * b}[sign]
        lines.append(f"{a} {sign} {b} = {value}")
    return Written("\n".join(lines))


def last_digit(dice: Dice, _land: Land) -> Written:
    """The clock of ten hours: add and multiply from the left, keep the last digit."""
    lines = ["Homework: keep the last digit"]
    for _ in range(dice.between(3, 5)):
        value = dice.below(10)
        steps, task = [], str(value)
        for _ in range(dice.between(2, 4)):
            sign, b = dice.pick("+*"), dice.below(10)
            now = (value + b if sign == "+" else value * b) % 10
            steps.append(f"{value} {sign} {b} = {now}")
            task, value = f"{task} {sign} {b}", now
        lines.append(f"{task}: {', '.join(steps)}. Answer: {value}")
    return Written("\n".join(lines))


def word_problem(dice: Dice, land: Land) -> Written:
    lines = [dice.pick(("Homework", "Word problems", "Homework: think first"))]
    for _ in range(dice.between(1, 3)):
        story, ask, plan = dice.pick(PROBLEMS)
        names = dice.sample(land.first_names, 2)
        e = dice.between(2, 3)
        numbers = {
            "a": dice.between(4, 12),
            "b": dice.between(3, 9),
            "c": dice.between(15, 60),
            "e": e,
        }
        words = {k: str(v) for k, v in numbers.items()}
        words |= {"A": names[0], "B": names[1], "thing": dice.pick(THINGS)}
        text = f"{fill(dice, story, words)} {fill(dice, ask, words)}"
        lines.append(f"{text}\n{_worked(plan, numbers)}")
    return Written("\n".join(lines))


def _worked(plan: str, numbers: dict[str, int]) -> str:
    """Work a sum out, one operation a step. Example: a+b -> 4 + 3 = 7. Answer: 7."""
    value, steps = numbers[plan[0]], []
    for sign, letter in zip(plan[1::2], plan[2::2], strict=True):
        b = numbers[letter]
        now = {"+": value + b, "-": value - b, "*": value * b}[sign]
        steps.append(f"{value} {sign} {b} = {now}.")
        value = now
    return f"{' '.join(steps)} Answer: {value}."


def clock_times(dice: Dice, _land: Land) -> Written:
    lines = [dice.pick(("Homework: the clock", "What time is it?", "Clock times"))]
    for _ in range(dice.between(3, 5)):
        now, later = 5 * dice.below(240), 5 * dice.between(2, 24)
        form = dice.pick(CLOCK_LINES)
        words = {"now": clock(now), "then": clock(now + later), "m": str(later)}
        lines.append(fill(dice, form, words))
    return Written("\n".join(lines))


def spelling(dice: Dice, _land: Land) -> Written:
    lines = [dice.pick(("Spelling lesson", "Letters", "Homework: spelling"))]
    for _ in range(dice.between(3, 6)):
        pool = dice.pick(("animal", "object", "fruit", "vegetable", "plant", "tool"))
        word = dice.pick([w for w in LEXICON[pool] if w.isalpha() and len(w) < 10])
        one = dice.pick(word)
        count = word.count(one)
        lines.append(
            fill(
                dice,
                dice.pick(LETTERS_LINES),
                {
                    "w": word,
                    "n": str(len(word)),
                    "dashed": "-".join(word),
                    "first": word[0],
                    "last": word[-1],
                    "back": word[::-1],
                    "backdashed": "-".join(word[::-1]),
                    "one": one,
                    "times": {1: "once", 2: "twice"}.get(count, f"{count} times"),
                },
            )
        )
    return Written("\n".join(lines))


def pattern(dice: Dice, _land: Land) -> Written:
    """A list in which every line follows the first: what few-shot learning feeds on."""
    title, pairs = dice.pick(PATTERN_LISTS)
    arrow = dice.pick((" -> ", ": ", " = ", " => ", " | "))
    chosen = dice.sample(pairs, min(len(pairs), dice.between(4, 9)))
    head = dice.pick((f"{title}\n", f"List: {title.lower()}\n", ""))
    return Written(head + "\n".join(f"{a}{arrow}{b}" for a, b in chosen))


SCHOOL_PAGES = {  # kind: (writer, how many of them the whole corpus has)
    "reading": (reading, 900),
    "sums": (sums, 330),
    "last digit": (last_digit, 150),
    "word problem": (word_problem, 360),
    "clock": (clock_times, 150),
    "spelling": (spelling, 260),
    "pattern": (pattern, 400),
}
