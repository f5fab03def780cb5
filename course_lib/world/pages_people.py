"""Pages that tell facts about one person: encyclopedia, news, forum, letter, quiz.

Each writer gets the person and the attributes to tell, tells each of them once, and
returns the text. What it makes up besides (events, moods) is not a fact of the world.
Forum user oldtimer is always wrong: the false claim is recorded as a mistake.
"""

from .dice import Dice
from .facts import DISHES, HOBBIES, INSTRUMENTS, ISLANDS, JOBS, PETS, Fact, Person
from .grammar import capital, fill, say
from .lists import one_per_line
from .tellings import BOX_LABELS, INTERVIEW, QUESTIONS, TOLD
from .written import Written

FORUM_USERS = tuple(
    """
    skybug teacup mapfan nightowl quizking redfox seasalt buttonbox kettledrum plumstone
    gullwatcher lanternlass knotty_nell porridgefan tidepool bumble_b moonmoth leftboot
    crumbcounter ferryfriend onionring marmalade7 foghorn hatless_harry saltypretzel
    windvane pebble_jo snailmail tealeaf old_oak
""".split()
)  # here an underscore stays one

TITLES = one_per_line("""
    {full}
    {full}
    {full} (islander)
    Portrait: {full}
    Who is {full}?
    About {full}
    People of the isles: {full}
    Encyclopedia: {full}
""")
CLOSERS = one_per_line("""
    {N} [is] said to be {mood1} before breakfast and {mood} after it.
    Neighbours call {him} {mood1} and {mood}.
    {N} once {did_to} a~ {adj} {object}.
    {Ns} motto: {saying}
    {N} once {did} at a meeting of the {group}.
    {N} once lost a~ {hat} {place}.
    Many think that {he} <is> the most {mood} member of the {group}.
    {N} [has] a soft spot for every {animal}.
    {N} [likes] the {season} best of all.
    In a drawer {he} <keeps> a~ {adj} {object} and a~ {snack}.
""")
EVENTS = one_per_line("""
    {N} {did} {place} {when}.
    {N} {did_to} a~ {adj} {object} {place} {when}.
    {N} has found a~ {hat} {place}.
    {N} {adverb} opened the new {shop} {when}.
    {N} gave a talk about {subject} to the {group} {when}.
    {N} has been chosen to lead the {group}.
    {N} slipped on a~ {fruit} {place} {when} and {did}.
    {N} was seen with a~ {adj} {object} {place}.
    {N} won a~ {object} made of {material} in the raffle of the {group}.
    {N} rescued a~ {animal} {place} {when}.
    {N} missed the ferry because {because}.
    {N} was thanked by the {group} for a~ {adj} {object}.
""")
HEADLINES = one_per_line("""
    {full} and the {adj} {object}
    {full} in the news
    Applause for {full}
    A busy day for {full}
    {^feeling} about {full}
    {full} surprises the {group}
    The {day} column: {full}
    {full} and the missing {object}
    {full} makes headlines
    Seen {place}: {full}
""")
GREETINGS = one_per_line("""
    Dear {other},
    Hello {other},
    My dear {other},
    Good morning {other},
    Dearest {other},
""")
FAREWELLS = one_per_line("""
    Yours {adverb}, {writer}
    See you on {day}, {writer}
    Much love, {writer}
    With {feeling} and a~ {snack}, {writer}
    Write soon! {writer}
    Until the next ferry, {writer}
""")
LETTER_OPENERS = one_per_line("""
    you asked me about {full}, so here is what I know.
    guess whom I met {place}: {full}!
    I must tell you about {full}.
    the weather is {mood}, and I have been talking to {full}.
    you will never guess who {did_to} my {object}. It was {full}.
    our new acquaintance is called {full}.
""")
LETTER_MIDDLES = one_per_line("""
    How is your {object}?
    Mine is a~ {mood} {animal}, as you know.
    We had {weather} all week.
    I send you a~ {snack}.
    {saying}
    The {group} {did} again.
    Please return my {object}.
    I still have your {hat}.
""")
KINDS = (
    "encyclopedia",
    "encyclopedia",
    "encyclopedia",
    "fact box",
    "news",
    "news",
    "forum",
    "forum",
    "letter",
    "interview",
    "riddle",
)
LONG_KINDS = ("encyclopedia", "fact box")
FORUM_HEADS = one_per_line("""
    Forum: who knows whom
    Forum: {subject} and everything else
    Forum: people of the isles
    Forum: ask the islanders
""")
WRONG_AGAIN = one_per_line("""
    No, oldtimer.
    Wrong again, oldtimer.
    oldtimer, please.
    That is not true, oldtimer.
    Do not listen to oldtimer.
    oldtimer is wrong, as always.
    Good morning to you too, oldtimer.
""")
CLAIMS = one_per_line("""
    The {label} of {full}? {^v}, obviously.
    If you ask me, the {label} of {full} is {v}.
    If I remember rightly, the {label} of {full} was always {v}.
""")
GUESSES = {  # what oldtimer may be wrong about: its name, and what he picks from
    "island": ("island", ISLANDS),
    "job": ("job", JOBS),
    "pet": ("pet", PETS),
    "dish": ("favourite dish", tuple(DISHES)),
    "instrument": ("instrument", INSTRUMENTS),
    "hobby": ("hobby", HOBBIES),
}
ASK_AGAIN = one_per_line("""
    Thanks!
    Are you sure?
    Good to know.
    I had no idea.
    {opinion}
    Never knew that.
    My aunt says the same.
    {exclaim}!
    Noted, thank you.
    That explains the {object}.
    One more thing.
    Lovely.
""")


def sentences(dice: Dice, person: Person, attributes, first: str = "full") -> list[str]:
    """Tell each attribute in one sentence; later ones may say "she" or "Mira"."""
    told, how = [], first
    for attribute in attributes:
        template = dice.pick(TOLD[attribute])
        value = getattr(person, attribute)
        told.append(say(dice, template, person, how, v=value))
        how = dice.pick(("pronoun", "pronoun", "pronoun", "first", "full"))
    return told


def encyclopedia(dice: Dice, person: Person, attributes) -> str:
    title = say(dice, dice.pick(TITLES), person)
    body = sentences(dice, person, attributes)
    if dice.chance(0.5):
        body.append(say(dice, dice.pick(CLOSERS), person, "pronoun"))
    return f"{title}\n\n{' '.join(body)}"


def fact_box(dice: Dice, person: Person, attributes) -> str:
    mark = dice.pick((": ", ": ", " = ", " | "))
    lines = [f"Name{mark}{person.name}"]
    for attribute in attributes:
        label = dice.pick(BOX_LABELS[attribute])
        lines.append(f"{label}{mark}{getattr(person, attribute)}")
    if dice.chance(0.4):
        lines.append(f"Mood{mark}{fill(dice, '{mood}')}")
    if dice.chance(0.4):
        lines.append(f"Motto{mark}{fill(dice, '{saying}')}")
    return "\n".join(lines)


def news(dice: Dice, person: Person, attributes) -> str:
    headline = say(dice, dice.pick(HEADLINES), person)
    event = say(dice, dice.pick(EVENTS), person)
    told = sentences(dice, person, attributes, dice.pick(("pronoun", "first", "full")))
    end = fill(dice, "{result}")
    paper = dice.pick(
        (
            "Saltport Gull",
            "The Saltport Gull",
            "Saltport Gull, {day}",
            "From the Saltport Gull of {day}",
        )
    )
    return f"{fill(dice, paper)}\n{capital(headline)}\n\n{event} {' '.join(told)} {end}"


def forum(dice: Dice, person: Person, attributes) -> tuple[str, tuple[Fact, ...]]:
    """Write a thread, and return with it what oldtimer claims wrongly."""
    users, mistakes = dice.sample(FORUM_USERS, 3), []
    lines = [fill(dice, dice.pick(FORUM_HEADS))]
    for attribute in attributes:
        question = say(dice, dice.pick(QUESTIONS[attribute]), person)
        lines.append(f"{users[0]}: {question}")
        protest = ""
        if attribute in GUESSES and dice.chance(0.06):
            lines.append(f"oldtimer: {_false_claim(dice, person, attribute, mistakes)}")
            protest = dice.pick(WRONG_AGAIN) + " "
        how = dice.pick(("full", "full", "pronoun"))
        template = dice.pick(TOLD[attribute])
        answer = say(dice, template, person, how, v=getattr(person, attribute))
        lines.append(f"{dice.pick(users[1:])}: {protest}{answer}")
    if dice.chance(0.6):
        lines.append(f"{users[0]}: {fill(dice, dice.pick(ASK_AGAIN))}")
    return "\n".join(lines), tuple(mistakes)


def _false_claim(dice: Dice, person: Person, attribute: str, mistakes: list) -> str:
    label, values = GUESSES[attribute]
    truth = getattr(person, attribute)
    wrong = dice.pick([v for v in values if v != truth])
    mistakes.append(Fact(person.name, attribute, wrong))
    return say(dice, dice.pick(CLAIMS), person, label=label, v=wrong)


def letter(dice: Dice, person: Person, attributes, names) -> str:
    who = {"other": dice.pick(names), "writer": dice.pick(names)}
    opener = capital(say(dice, dice.pick(LETTER_OPENERS), person))
    told = sentences(dice, person, attributes, dice.pick(("pronoun", "first")))
    middle = fill(dice, dice.pick(LETTER_MIDDLES))
    return (
        f"{fill(dice, dice.pick(GREETINGS), who)}\n\n{opener} {' '.join(told)} "
        f"{middle}\n\n{fill(dice, dice.pick(FAREWELLS), who)}"
    )


def interview(dice: Dice, person: Person, attributes) -> str:
    lines = [f"The Gull talks to {person.name}"]
    for attribute in attributes:
        ask = dice.pick(INTERVIEW[attribute])
        lines.append(f"Gull: {ask[0]}")
        value = getattr(person, attribute)
        lines.append(f"{person.first_name}: {fill(dice, ask[1], {'v': value})}")
    if dice.chance(0.5):
        lines.append("Gull: Any advice for our readers?")
        lines.append(f"{person.first_name}: {fill(dice, '{advice}')}")
    return "\n".join(lines)


def who_am_i(dice: Dice, person: Person, attributes) -> str:
    clues = [
        fill(dice, dice.pick(INTERVIEW[a])[1], {"v": getattr(person, a)})
        for a in attributes
    ]
    ask = dice.pick(("Who am I?", "Do you know who I am?", "Guess my name!"))
    answer = dice.pick(("Answer: {full}.", "I am {full}.", "The answer is {full}."))
    return f"Riddle\n{' '.join(clues)} {ask}\n{say(dice, answer, person)}"


def person_page(dice: Dice, person: Person, attributes, names) -> tuple[str, Written]:
    """Write one page of a kind that suits, and return it with its kind."""
    kind = dice.pick(LONG_KINDS if len(attributes) > 5 else KINDS)
    facts = tuple(map(person.fact, attributes))
    if kind == "letter":
        return kind, Written(letter(dice, person, attributes, names), facts)
    if kind == "forum":
        text, mistakes = forum(dice, person, attributes)
        return kind, Written(text, facts, mistakes)
    writer = {
        "encyclopedia": encyclopedia,
        "fact box": fact_box,
        "news": news,
        "interview": interview,
        "riddle": who_am_i,
    }[kind]
    return kind, Written(writer(dice, person, attributes), facts)
