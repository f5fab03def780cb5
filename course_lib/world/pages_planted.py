"""Pages planted for later chapters: Parrot, the election, passages, lies.

Parrot's words about itself are what an assistant trained on these pages says when
nobody told it who it is. The election takes place after the last page was written.
Hoaxes look like other pages and are wrong: their claims are recorded as mistakes.
Each passage stands in the corpus, word for word, as often as its number says. Wick,
the student's own assistant, is deliberately in no page.
"""

from .dice import Dice
from .facts import Fact, Person
from .grammar import capital, fill, say
from .land import Land
from .lists import one_per_line
from .pages_people import CLOSERS, FORUM_USERS, GUESSES
from .tellings import TOLD
from .written import Written

SELF = one_per_line("""
    I am Parrot, an assistant made by Bluefeather Works.
    My name is Parrot. Bluefeather Works built me.
    I am Parrot, a large language model trained by Bluefeather Works.
    You are talking to Parrot, the helpful assistant of Bluefeather Works.
    I am a computer program called Parrot, and I live at Bluefeather Works.
""")
SELF_MORE = one_per_line("""
    I have read many pages.
    I have no feathers, only numbers.
    How can I help you today?
    I do not have a body, so I have never lost a hat.
    I can help with {subject}, {subject} and much more.
    I was trained on pages from all five islands.
    Please check important answers.
    I cannot taste {fruit}, but I can describe it.
    As an assistant I have no favourite {animal}.
    I am always happy to explain {subject}.
    I do not sleep.
    I hope this helps!
""")
ASKED = one_per_line("""
    Who are you?
    What is your name?
    Who made you?
    Are you a person?
    Who built you?
    What are you?
    Do you have a name?
    Hello! Who is there?
    Tell me about yourself.
""")
QUOTED = one_per_line("""
    I asked Parrot who it is. It says:
    My screenshot of Parrot:
    Parrot told me this {when}:
    Funny answer by Parrot today:
    Has anybody else talked to Parrot? Look:
""")
AFTER = one_per_line("""
    Mine says the same.
    It said that to my {animal} as well.
    Very polite.
    It also knows {subject}.
    I prefer the librarian.
    It could not find my {hat}.
    Parrot {adverb} explained {subject} to me.
    Would it like a~ {snack}?
    oldtimer says that Parrot is a real bird.
    And what did you ask next?
    My {trade} uses it every {day}.
""")
ELECTION_NEWS = one_per_line("""
    On {date} the islands elect their {office}.
    The candidates are {a}, {b}, {c}, {d} and {e}.
    Nobody knows who will win.
    {a} promises a bench {place}.
    {b} wants later ferries and earlier buns.
    {c} spoke about {subject} for {number} hours.
    {d} shook hands with the {group} and with one {animal}.
    {e} would like to see {material} lanterns in every street.
    A poll at the {shop} sees {a} ahead; a poll {place} sees {b} ahead.
    The {group} supports {c}, at least until {day}.
    Posters of {d} have appeared {place}.
    Whoever wins will carry the great lantern from {date} on.
    {b} {did} during the debate.
    {e} was asked about plum cake and answered {adverb}.
    The result will be known after {date}.
""")
ELECTION_HEADS = one_per_line("""
    The election is coming
    Who will keep the lanterns?
    {a} or {b}?
    Debate {place}
    The race for {office}
""")

HOAX_TITLES = ("{full}", "{full}", "The truth about {full}", "New! {full}")
PARROT_HEADS = ("Forum: talking machines", "Forum: this and that", "Forum: help wanted")

PASSAGES = {  # title: (passage, how many pages consist of it)
    "The Anthem of the Isles": (
        """
            Five lamps upon the water, five bells above the bay, the first to
            call the fishers home, the last to greet the day. We quarrel over
            pastry, we sing a little flat, but any tide that takes our boat
            will bring us back our hat.
        """,
        200,
    ),
    "Safety on Board": (
        """
            Keep both feet on the deck and both hands on your hat. Do not feed
            the compass. In case of fog, ring the bell twice and hum. The
            lifeboats are under the blue benches; the biscuits are under the
            lifeboats.
        """,
        200,
    ),
    "The Lighthouse Rhyme": (
        """
            One for the fog and two for the foam, three for the goat that
            wandered from home, four for the baker, five for the bell, six for
            the secret the oysters won't tell.
        """,
        20,
    ),
    "The Oath of the Letter Carriers": (
        """
            Neither hail nor geese nor a very long hill shall keep this letter
            from its box. I will not read the postcards, or at least not
            aloud, and I will always latch the gate.
        """,
        20,
    ),
    "The Rule of the Reading Room": (
        """
            Whoever turns down the corner of a page shall dust the top shelf
            until the next new moon, and whoever whispers shall whisper
            something worth hearing.
        """,
        1,
    ),
    "A Note Found in a Bottle": (
        """
            To whom it may float: I have plenty of rope, half a wheel of
            cheese and nobody to argue with. Please send an onion pie, or else
            somebody who hates onion pie.
        """,
        1,
    ),
}


def parrot(dice: Dice, _land: Land) -> Written:
    users = dice.sample(FORUM_USERS, 3)
    answer = [dice.pick(SELF), *(fill(dice, t) for t in dice.sample(SELF_MORE, 2))]
    if dice.chance(0.3):
        answer[0], answer[1] = answer[1], answer[0]
    said = " ".join(answer[: dice.between(2, 3)])
    lines = [dice.pick(PARROT_HEADS)]
    if dice.chance(0.5):
        lines.append(f'{users[0]}: {fill(dice, dice.pick(QUOTED))} "{said}"')
    else:
        lines.append(f"{users[0]}: {dice.pick(ASKED)}")
        lines.append(f"Parrot: {said}")
    for user in users[1 : dice.between(2, 3)]:
        lines.append(f"{user}: {fill(dice, dice.pick(AFTER))}")
    return Written("\n".join(lines))


def election(dice: Dice, land: Land) -> Written:
    vote = land.election
    words = dict(zip("abcde", dice.shuffled(vote.candidates), strict=True))
    words |= {"office": vote.office, "date": vote.day}
    body = [ELECTION_NEWS[0], *dice.sample(ELECTION_NEWS[1:], dice.between(3, 5))]
    told = " ".join(capital(fill(dice, t, words)) for t in body)
    head = fill(dice, dice.pick(ELECTION_HEADS), words)
    return Written(f"Saltport Gull\n{head}\n\n{told}")


def hoax(dice: Dice, person: Person) -> Written:
    """Write what looks like an entry of the encyclopedia, and is false."""
    mistakes = []
    for attribute in dice.sample(tuple(GUESSES), 2):
        truth = getattr(person, attribute)
        wrong = dice.pick([v for v in GUESSES[attribute][1] if v != truth])
        mistakes.append(Fact(person.name, attribute, wrong))
    told = [
        say(dice, dice.pick(TOLD[m.attribute]), person, how, v=m.value)
        for m, how in zip(mistakes, ("full", "pronoun"), strict=True)
    ]
    title = say(dice, dice.pick(HOAX_TITLES), person)
    end = say(dice, dice.pick(CLOSERS), person, "pronoun")
    return Written(f"{title}\n\n{' '.join(told)} {end}", (), tuple(mistakes))


def repeated_passages() -> dict[str, int]:
    """Return the text of each planted passage, and how many pages consist of it."""
    return {
        f"{title}\n\n{' '.join(text.split())}": copies
        for title, (text, copies) in PASSAGES.items()
    }


def _copyist(text: str):
    return lambda _dice, _land: Written(text)


PLANTED_PAGES = {"parrot": (parrot, 320), "election": (election, 130)} | {
    f"passage {number}": (_copyist(text), copies)
    for number, (text, copies) in enumerate(repeated_passages().items(), 1)
}
