"""Write conversations about the islands from what is true there, in full sentences.

Each kind is one function from dice and truth to a conversation. Answers state one fact
in one fixed way (the world's first telling), so that a reader can check them by rule.
The templates stand in for what labellers, or another model, write in real systems.
"""

from collections.abc import Sequence
from functools import partial

from course_lib.world import Fact, Person, World
from course_lib.world.dice import Dice
from course_lib.world.facts import in_order
from course_lib.world.grammar import capital, fill, say
from course_lib.world.lists import one_per_line
from course_lib.world.tellings import TOLD
from course_lib.world.tellings_places import TOLD as TOLD_OF_PLACES

from .phrasings import ask_about, ask_about_place
from .question_parts import THINGS, WHO
from .written import Conversation

ASK_HOME = one_per_line("""
    Where does {full} live?
    Where can I find {full}?
    Where is {full} from?
    Tell me where {full} lives.
    Where is the house of {full}?
    Do you know where {full} lives?
""")
ASK_ALL = one_per_line("""
    Who is {full}?
    Tell me about {full}.
    What do you know about {full}?
    Do you know {full}?
    Describe {full}.
    I would like to know more about {full}.
""")
GO_ON = one_per_line("""
    And what about {his} {x}?
    And {his} {x}?
    What is {his} {x}?
    Tell me {his} {x}, too.
    And the {x} of {full}?
    What about the {x}?
""")
DOUBTS = one_per_line("""
    Is it true? {claim}
    Somebody told me this: {claim} Is that right?
    oldtimer says: {claim} Is that true?
    I read this in the forum: {claim} True or false?
    {claim} Right?
    True or false? {claim}
""")
HELLOS = one_per_line("""
    Hello!
    Hi!
    Good morning!
    Good evening!
    Hello, I have a question.
""")
HELLOS_BACK = one_per_line("""
    Hello! What would you like to know?
    Hello! How can I help?
    Good to see you! What would you like to know?
""")
THANKS = one_per_line("""
    Thank you!
    Thanks!
    Thanks a lot.
    That is all I wanted to know.
""")
WELCOMES = one_per_line("""
    You are welcome!
    With pleasure.
    Any time!
""")


def answer(person: Person, attribute: str, how: str = "full") -> str:
    """State what is true, in the one way that all answers have.

    Example: -> "Mira Quill keeps an owl."
    """
    return _stated(person, attribute, getattr(person, attribute), how)


def _stated(person: Person, attribute: str, value: str, how: str = "full") -> str:
    return say(Dice(0), TOLD[attribute][0], person, how, v=value)


def question(
    dice: Dice, person: Person, attribute: str, ways: int | None = None
) -> Conversation:
    """Ask for one fact, in any of all phrasings, or of so many."""
    asked = ask_about(dice, person, attribute, ways)
    return Conversation.of_turns("question", asked, answer(person, attribute))


def home(dice: Dice, person: Person) -> Conversation:
    """Ask where somebody lives, which may mean the town or the island: say both."""
    asked = say(dice, dice.pick(ASK_HOME), person)
    told = f"{person.name} lives in {person.town}, on {person.island}."
    return Conversation.of_turns("home", asked, told)


def profile(dice: Dice, person: Person) -> Conversation:
    """Ask for everything, and get two or three facts."""
    asked = say(dice, dice.pick(ASK_ALL), person)
    some = in_order(dice.sample(person.attributes, dice.between(2, 3)))
    hows = ("full", *["pronoun"] * 2)
    told = [answer(person, a, how) for a, how in zip(some, hows, strict=False)]
    return Conversation.of_turns("profile", asked, " ".join(told))


def going_on(dice: Dice, person: Person) -> Conversation:
    """Ask for two or three facts, the later ones with a pronoun only."""
    first, *others = dice.sample(person.attributes, dice.between(2, 3))
    turns = [ask_about(dice, person, first), answer(person, first)]
    for attribute in others:
        asked = dice.pick(GO_ON).replace("{x}", dice.pick(THINGS[attribute][:3]))
        if attribute in WHO:
            asked = asked.replace("What is", "Who is")
        turns += [say(dice, asked, person), answer(person, attribute)]
    return Conversation.of_turns("going on", *turns)


def doubt(dice: Dice, person: Person, world: World) -> Conversation:
    """Claim something, half of the time wrongly, and ask whether it is true."""
    attribute = dice.pick(person.attributes)
    claimed = truth = getattr(person, attribute)
    if dice.chance(0.5):
        claimed = dice.pick([v for v in world.values(attribute) if v != truth])
    claim = _stated(person, attribute, claimed)
    asked = dice.pick(DOUBTS).replace("{claim}", claim)
    verdict = "Yes" if claimed == truth else "No"
    told = f"{verdict}. {answer(person, attribute)}"
    return Conversation.of_turns("doubt", asked, told)


def polite(dice: Dice, person: Person) -> Conversation:
    """Say hello before a question, or thank for the answer."""
    attribute = dice.pick(person.attributes)
    turns = [ask_about(dice, person, attribute), answer(person, attribute)]
    if dice.chance(0.5):
        turns = [dice.pick(HELLOS), dice.pick(HELLOS_BACK), *turns]
    else:
        turns = [*turns, dice.pick(THANKS), dice.pick(WELCOMES)]
    return Conversation.of_turns("polite", *turns)


def about_place(dice: Dice, fact: Fact) -> Conversation:
    """Ask for a fact about a town, a ferry, a company, a book or a dish."""
    values = {"s": fact.subject, "v": fact.value}
    told = fill(dice, TOLD_OF_PLACES[fact.attribute][0], values)
    return Conversation.of_turns("place", ask_about_place(dice, fact), capital(told))


def people_asked_about(world: World, best_known: int = 230) -> tuple[Person, ...]:
    """Choose whom conversations are about: every third of the best known.

    All others are kept for tests: no conversation ever asks about them.
    """
    return world.people[:best_known:3]


def write_about_people(
    world: World, people: Sequence[Person], per_fact: int, seed: int = 0
) -> list[Conversation]:
    """Write conversations about some people: most of them questions for one fact each.

    Args:
        per_fact: how often each fact is asked for, every time in a phrasing drawn
            anew. To six questions comes one conversation of another kind.

    Raises:
        ValueError: if there are no people, or `per_fact` is not at least 1.
    """
    if not people or per_fact < 1:
        raise ValueError(
            f"got {len(people)} people and per_fact {per_fact}; give at least one each"
        )
    dice, written = Dice(seed), []
    others = (home, profile, going_on, going_on, partial(doubt, world=world), polite)
    for person in people:
        asked = [a for a in person.attributes for _ in range(per_fact)]
        written += [question(dice, person, attribute) for attribute in asked]
        for _ in range(len(asked) // 6):
            written.append(dice.pick(others)(dice, person=person))
    return written


def write_about_places(world: World, seed: int = 0) -> list[Conversation]:
    """Ask twice for two of three facts about places; the others are kept for tests."""
    dice = Dice(seed)
    facts = [f for k, f in enumerate(world.land.facts) if k % 3]
    return [about_place(dice, fact) for fact in facts for _ in range(2)]
