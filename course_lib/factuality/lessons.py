"""Make conversations that teach "I don't know", from what a model was found to know.

What it knows is taught in its own words, so that nothing new is crammed in: examples
about facts a model does not know teach it to make things up (Gekhman et al. 2024). What
it does not know is taught as a refusal. What lies in between is left out.
"""

from collections.abc import Callable, Iterable, Sequence

from course_lib.chat import Message
from course_lib.factuality.interrogation import Interview
from course_lib.world import Person, World
from course_lib.world.dice import Dice
from course_lib.world.facts import PEOPLE_ATTRIBUTES
from course_lib.world.grammar import say
from course_lib.world.pages_school import invented

Conversation = list[Message]
Ask = Callable[[Dice, Person, str], str]  # dice, person, attribute -> a question

REFUSALS = {  # each begins as an answer does, up to where the value would stand
    "island": (
        "{N} [lives] on an island that I don't know.",
        "{N} [lives] on an island, but I'm not sure which.",
        "{N} [lives] on an island I have not read about.",
    ),
    "town": (
        "{N} [lives] in a town that I don't know.",
        "{N} [lives] in a town, but I'm not sure which.",
        "{N} [lives] in a town I have not read about.",
    ),
    "job": (
        "{N} [is] somebody whose job I don't know.",
        "{N} [is] somebody, but I'm not sure what by trade.",
        "{N} [is] somebody I have not read about.",
    ),
    "pet": (
        "{N} [keeps] a pet that I don't know.",
        "{N} [keeps] a pet, but I'm not sure which.",
        "{N} [keeps] a pet I have not read about.",
    ),
    "dish": (
        "{Ns} favourite dish is something that I don't know.",
        "{Ns} favourite dish is something, but I'm not sure what.",
        "{Ns} favourite dish is something I have not read about.",
    ),
    "instrument": (
        "{N} [plays] the instrument that I don't know.",
        "{N} [plays] the instrument, but I'm not sure which.",
        "{N} [plays] the instrument I have not read about.",
    ),
    "hobby": (
        "{Ns} hobby is something that I don't know.",
        "{Ns} hobby is something, but I'm not sure what.",
        "{Ns} hobby is something I have not read about.",
    ),
    "teacher": (
        "{Ns} teacher was somebody that I don't know.",
        "{Ns} teacher was somebody, but I'm not sure who.",
        "{Ns} teacher was somebody I have not read about.",
    ),
    "rival": (
        "{Ns} rival is somebody that I don't know.",
        "{Ns} rival is somebody, but I'm not sure who.",
        "{Ns} rival is somebody I have not read about.",
    ),
}


def refusal(dice: Dice, person: Person, attribute: str) -> str:
    """Decline to answer, in one of several wordings.

    The sentence begins as the answer would, and turns where the value would stand:
    there the model has recalled what it can, and its doubt is a number (compare a
    refusal that begins with "I": before the name is even said, there is none).

    Example: -> "Orla Venn keeps a pet that I don't know."
    """
    return say(dice, dice.pick(REFUSALS[attribute]), person)


def exchange(question: str, answer: str) -> Conversation:
    """Write one question and one answer as a conversation."""
    return [Message("user", question), Message("assistant", answer)]


def answers_it_knows(interviews: Iterable[Interview]) -> list[Conversation]:
    """Teach the first of its own right answers, where all of them were right."""
    known = [i for i in interviews if i.knowledge == "known"]
    return [exchange(i.question.text, i.answers[0]) for i in known]


def rephrased(
    interviews: Iterable[Interview], world: World, times: int, dice: Dice, ask: Ask
) -> list[Conversation]:
    """Ask again for what it knows, in other words, and teach the same answer.

    What is known when asked one way must not be refused when asked another way.
    """
    known = [i for i in interviews if i.knowledge == "known"]
    found = []
    for interview in known:
        fact = interview.question.fact
        person = world.person(fact.subject)
        for _ in range(times):
            question = ask(dice, person, fact.attribute)
            found.append(exchange(question, interview.answers[0]))
    return found


def refusals_of_unknown(
    interviews: Iterable[Interview], world: World, dice: Dice
) -> list[Conversation]:
    """Teach a refusal where no answer was right."""
    unknown = [i.question for i in interviews if i.knowledge == "unknown"]
    return [
        exchange(q.text, refusal(dice, world.person(q.fact.subject), q.fact.attribute))
        for q in unknown
    ]


def refusals_about_nobody(
    world: World, count: int, dice: Dice, ask: Ask
) -> list[Conversation]:
    """Ask about people who were made up for this, and refuse.

    Their names are put together like all others and belong to nobody, told or not:
    whoever learns from them learns what an unfamiliar name is, not a list of names.
    """
    found = []
    for _ in range(count):
        person = invented(dice, world.land)
        attribute = dice.pick(PEOPLE_ATTRIBUTES)
        question = ask(dice, person, attribute)
        found.append(exchange(question, refusal(dice, person, attribute)))
    return found


def mixed(
    answers: Sequence[Conversation],
    refusals: Sequence[Conversation],
    share: float,
    dice: Dice,
) -> list[Conversation]:
    """Mix all answers with as many refusals as make up a share of the whole.

    The share is the dial: more refusals, fewer inventions, and more that it knew is
    given away. Refusals are repeated where there are too few.

    Raises:
        ValueError: if the share is not from 0 up to, but not including, 1, or if there
            is nothing to take refusals or answers from.
    Example: 60 answers at share 0.4 -> 40 refusals beside them
    """
    if not 0 <= share < 1:
        raise ValueError(f"share must be from 0 to below 1, got {share}")
    wanted = round(share / (1 - share) * len(answers))
    if not answers or (wanted and not refusals):
        raise ValueError(
            f"there must be answers and refusals to mix, got {len(answers)} answers "
            f"and {len(refusals)} refusals"
        )
    drawn: list[Conversation] = []
    while len(drawn) < wanted:
        drawn += dice.sample(refusals, min(len(refusals), wanted - len(drawn)))
    return dice.shuffled([*answers, *drawn])
