"""Pages that bring other scripts: greetings from visitors, and emoji.

The islands get visitors from everywhere, and each teaches the quay a few phrases.
"""

from .dice import Dice
from .grammar import capital, fill
from .land import Land
from .lists import one_per_line
from .pages_people import FORUM_USERS
from .phrasebook import MEANINGS, PHRASES
from .written import Written

GUESTS = one_per_line("""
    Guests from far away
    Visitors' corner
    Greetings column of the Saltport Gull
    Heard at the harbour
    Phrase book for the quay
""")
GUEST_REMARKS = one_per_line("""
    The visitors stayed {number} days and lost {number} hats.
    They paid with a~ {snack} and a smile.
    A~ {mood} {trade} wrote it all down.
    The {group} now practises it every {day}.
    It sounds {adj} when sung {place}.
    Captain Bisk answered every greeting with a yawn.
    {saying}
""")
POSTS = one_per_line("""
    lost my hat again 🎩💨 {face}
    {people} made plum cake {thing}{thing} {face}{face}
    {creature} sat on my {object} {face}
    {hand}{hand} to the {group}!
    today: {sky} tomorrow: {sky} always: {thing}
    {flag} visitors on the quay {hand}
    the {trade} next door {people} plays 🎺 until ten {face}{face}{face}
    plum cake 🍰 or onion pie 🥧? {face}
    {creature} + {creature} = {thing}
    who left a~ {object} {place}? {face}
    my {animal} is {mood} {creature}{face}
    ferry is late because {because} ⛴️{face}
    {thing}{thing}{thing} for sale, ask {people}
    guess the story: {people} {thing} {creature} {sky} {face}
    {flag}{flag}{flag} all in one boat ⛴️ {hand}
    good night 🌙 {creature}
    naïve question: is a café without a~ {snack} still a café? {face}
    ½ {fruit}, ¼ {vegetable}, 100 % {feeling} {hand}
    so. much. {vegetable}… {face}
""")


def greetings(dice: Dice, _land: Land) -> Written:
    lines = [dice.pick(GUESTS)]
    which = dice.sample(range(len(MEANINGS)), dice.between(1, 3))
    for language in dice.sample(tuple(PHRASES), dice.between(2, 5)):
        phrases = PHRASES[language]
        for i in which:
            lines.append(f"{language}: {phrases[i]} ({MEANINGS[i]})")
    lines.append(capital(fill(dice, dice.pick(GUEST_REMARKS))))
    return Written("\n".join(lines))


def phrase_page(dice: Dice, _land: Land) -> Written:
    """One language in full, as a guest would teach it."""
    language = dice.pick(tuple(PHRASES))
    phrases = zip(MEANINGS, PHRASES[language], strict=True)
    body = "\n".join(f"{meaning} {phrase}" for meaning, phrase in phrases)
    return Written(f"A little {language} for the ferry\n{body}")


def emoji_thread(dice: Dice, _land: Land) -> Written:
    users = dice.sample(FORUM_USERS, 4)
    lines = ["Forum: pictures only" if dice.chance(0.3) else "Forum: small talk"]
    for _ in range(dice.between(3, 6)):
        lines.append(f"{dice.pick(users)}: {fill(dice, dice.pick(POSTS))}")
    return Written("\n".join(lines))


VISITOR_PAGES = {  # kind: (writer, how many of them the whole corpus has)
    "greetings": (greetings, 240),
    "phrases": (phrase_page, 120),
    "emoji": (emoji_thread, 260),
}
