"""Conversations in which an assistant learns to call its tools, and when not to.

Everybody searched for is invented for one lesson: what the page says cannot be known
beforehand, so the answer must be read. What the results say comes from the tools.
"""

from course_lib.chat import Message
from course_lib.conversations import ask_about
from course_lib.tools.calculator import calculate
from course_lib.world import Person
from course_lib.world.dice import Dice
from course_lib.world.facts import PEOPLE_ATTRIBUTES, in_order
from course_lib.world.grammar import say
from course_lib.world.lexicon import LEXICON
from course_lib.world.lists import one_per_line
from course_lib.world.names import FIRST_NAMES, LAST_NAMES
from course_lib.world.pages_people import encyclopedia, fact_box
from course_lib.world.tellings import TOLD

Lesson = list[Message]

NOT_FOUND = "No page found."
OTHERS = (1, 2, 3, 4, 5, 6, 8)  # facts that a page tells besides the one asked for
SUMS = one_per_line("""
    What is {sum}?
    How much is {sum}?
    Work out {sum}.
    Calculate {sum}, please.
    Please compute {sum}.
    {sum} = ?
    Can you tell me what {sum} is?
    I need to know {sum}.
""")
HELD_OUT_SUMS = ("What do I get for {sum}?", "The result of {sum}, please!")
LETTERS = one_per_line("""
    How many letters has the word "{word}"?
    How many letters are in "{word}"?
    How long is the word "{word}"?
    Count the letters of "{word}".
""")
BACKWARDS = one_per_line("""
    Spell "{word}" backwards.
    Write the word "{word}" backwards.
    What is "{word}" backwards?
    Turn "{word}" around.
""")
OCCURRENCES = one_per_line("""
    How often is the letter "{letter}" in "{word}"?
    How many times does "{letter}" occur in "{word}"?
    Count the letter "{letter}" in the word "{word}".
""")
# Many and odd ones: from few, a model learns the words and not to copy them.
WORDS = tuple(
    dict.fromkeys(
        word.lower()
        for word in sorted(
            {w for words in LEXICON.values() for w in words} | set(FIRST_NAMES)
            | set(LAST_NAMES)
        )
        if word.isascii() and word.isalpha() and 3 < len(word) < 11
    )
)  # fmt: skip
LEARNED_WORDS = tuple(w for k, w in enumerate(WORDS) if k % 5)
HELD_OUT_WORDS = WORDS[::5]


def query_for(person: Person, attribute: str) -> str:
    """Return what to search for. Example: "Orla Venn island"."""
    return f"{person.name} {'favourite dish' if attribute == 'dish' else attribute}"


def tell(person: Person, attribute: str) -> str:
    """State a fact in the plainest of the world's sentences."""
    value = getattr(person, attribute)
    return say(Dice(0), TOLD[attribute][0], person, v=value)


def page_about(dice: Dice, person: Person, attributes: tuple[str, ...]) -> str:
    """Write a page of the encyclopedia, or a fact box, that tells these attributes."""
    writer = dice.pick((encyclopedia, fact_box))
    return writer(dice, person, in_order(attributes))


def answered_at_once(dice: Dice, person: Person, attribute: str) -> Lesson:
    """Answer from memory: right for what the model has often read."""
    question = ask_about(dice, person, attribute)
    return [Message("user", question), Message("assistant", tell(person, attribute))]


def searched(dice: Dice, person: Person, attribute: str) -> Lesson:
    """Search, read a page about the person, answer from it."""
    has = PEOPLE_ATTRIBUTES if person.rival else PEOPLE_ATTRIBUTES[:-1]
    rest = [a for a in has if a != attribute]
    n_others = min(dice.pick(OTHERS), len(rest))
    page = page_about(dice, person, (attribute, *dice.sample(rest, n_others)))
    return [
        Message("user", ask_about(dice, person, attribute)),
        Message("assistant", query_for(person, attribute), tool="search"),
        Message("tool", page),
        Message("assistant", tell(person, attribute)),
    ]


def not_found(dice: Dice, person: Person, attribute: str) -> Lesson:
    """Search, find nothing, and say so."""
    return [
        Message("user", ask_about(dice, person, attribute)),
        Message("assistant", query_for(person, attribute), tool="search"),
        Message("tool", NOT_FOUND),
        Message("assistant", f"I found no page about {person.name}."),
    ]


def calculated(dice: Dice, asks: tuple[str, ...] = SUMS) -> Lesson:
    """Hand a sum to the calculator, in the words of the question."""
    sign = dice.pick(("+", "-", "*"))
    largest = 100 if dice.chance(0.5) else 1000
    total = f"{dice.between(2, largest)} {sign} {dice.between(2, largest)}"
    result = calculate(total)
    return [
        Message("user", dice.pick(asks).replace("{sum}", total)),
        Message("assistant", total, tool="calc"),
        Message("tool", result),
        Message("assistant", f"{total} is {result}."),
    ]


def programmed(dice: Dice, words: tuple[str, ...] = LEARNED_WORDS) -> Lesson:
    """Write a line of Python about the letters of a word, which no token shows."""
    word = dice.pick(words)
    letter = dice.pick(tuple(word))
    asks, code, result, answer = dice.pick(
        (
            (LETTERS, f'len("{word}")', len(word), '"{word}" has {result} letters.'),
            (BACKWARDS, f'"{word}"[::-1]', word[::-1], 'Backwards it is "{result}".'),
            (
                OCCURRENCES, f'"{word}".count("{letter}")', word.count(letter),
                '"{letter}" is in "{word}" {result} times.',
            ),
        )
    )  # fmt: skip
    question = dice.pick(asks).replace("{word}", word).replace("{letter}", letter)
    return [
        Message("user", question),
        Message("assistant", f"print({code})", tool="python"),
        Message("tool", str(result)),
        Message("assistant", answer.format(word=word, letter=letter, result=result)),
    ]
