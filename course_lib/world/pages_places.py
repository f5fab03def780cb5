"""Pages about places, ferries, companies, books, dishes, shops and slogans.

No writer here names a fact that it does not record.
"""

from .dice import Dice
from .facts import DISHES, ISLANDS, PORTS, TOWNS, Fact
from .grammar import capital, fill, join_and
from .land import BOOKS, COMPANIES, LANDMARKS, Land
from .lists import one_per_line
from .tellings_places import QUESTIONS, TOLD
from .written import Written

REMARKS = {
    "town": one_per_line("""
        On market day the {group} plays host {place}.
        In {month} the town smells of {fruit} and {plant}.
        Its {shop} is older than its town hall.
        The {group} meets {place} every {day}.
        Expect {weather} in {season}.
        A statue of a~ {mood} {animal} guards the main square.
        Locals say: {saying}
        Hats are lost here about {number} times a week.
        The school is known for its lessons in {subject}.
    """),
    "company": one_per_line("""
        The factory once {did_to} a~ {object} by mistake.
        It employs {number} people and one {animal}.
        Its sign shows a~ {colour} {animal}.
        Customers praise the {adj} wrapping.
        Its motto is: {saying}
        The oldest machine is made of {material}.
    """),
    "book": one_per_line("""
        Readers call it {adj} and {adj}.
        It begins with a~ {animal} {place}.
        The cover is {colour}.
        Chapter {number} made the critics weep with {feeling}.
        The hero is a~ {mood} {trade}.
        The last line is: {saying}
        The library owns {number} copies, all of them lent out.
    """),
    "landmark": one_per_line("""
        It is made of {material} and {material}.
        Children love the {adj} {object} inside.
        It opens at {number} and closes for lunch.
        On windy days it goes {sound}.
        Legend has it that a~ {mood} {trade} built it because {because}.
        Entry costs one {snack}.
    """),
    "ferry": one_per_line("""
        It carries {number} goats at a time.
        Captain Bisk sleeps on its coiled ropes.
        Its funnel is {colour}.
        The tea on board is {adj}.
        When there is {weather}, it waits.
        Its horn goes {sound}, {sound}, {sound}.
    """),
    "island": one_per_line("""
        In {season} it is full of {plant} and {plant}.
        Its flag shows a~ {animal} on {colour}.
        Its people are said to be {mood} and {mood}.
        Expect {weather} in {month}.
        Its anthem mentions the {vegetable} twice.
    """),
    "dish": one_per_line("""
        It goes well with {larder}.
        My aunt adds {larder} and says nothing.
        Serve it with a~ {snack}.
        It tastes best {place}.
        A~ {mood} {trade} is said to have invented it because {because}.
    """),
}
METHODS = one_per_line("""
    Mix everything in a~ {adj} bowl and wait until it looks {mood}.
    Chop what can be chopped and stir what cannot.
    Wash your hands and the {vegetable}.
    Warm a~ {adj} pot first.
    Stir {adverb} with a wooden spoon.
    Bake until the kitchen smells of {fruit}.
    Simmer {adverb} and hum a tune.
    Add a pinch of {larder}.
    Let it rest while you {do_to} the {object}.
    Grease a tin with butter.
    Fold in the {larder} {adverb}.
    Taste it. {advice}
    Cover it with a clean cloth.
    Sprinkle {larder} on top.
    Cool it {place}.
    Keep the {animal} out of the kitchen.
""")
SERVE = one_per_line("""
    Serve hot.
    Serve cold with {larder}.
    Serves {number}, or one hungry {trade}.
    Eat it {when}.
    Enjoy it with {feeling}.
    Hide what is left.
""")
SIGNS = one_per_line("""
    Open every {day} at {number}, except in {month}.
    Fresh {fruit} and {vegetable} every {day}.
    Please do not feed the {animal}.
    Lost: one {hat}. Finder gets a~ {snack}.
    Found: one {hat}. Ask inside.
    Wanted: {mood} {trade} for {season} work.
    Sale! Every {object} at half price.
    Beware of the {animal}.
    Wet paint ({colour}).
    Mind the {object}.
    We mend anything made of {material}.
    Today's soup: {vegetable} with {larder}.
    Do not {do_to} the {object}.
    Buy two {colour} ribbons, get a~ {snack} free.
    Lessons in {subject}, {day} at {number}.
    {^weather}: bring a coat.
    No tubas after ten.
    Ring twice for the {trade}.
    Back in {number} minutes.
    Lost hats may be collected {place}.
    Queue here for a~ {snack} or a~ {snack}.
""")
SLOGANS = one_per_line("""
    {^larder} so good that Captain Bisk will share.
    Captain Bisk says: sail {adverb}!
    Purr across the water with Captain Bisk!
    Captain Bisk naps only on a~ {object} of {material}.
    A~ {adj} {object} for a~ {mood} day. Captain Bisk agrees!
    Captain Bisk never missed a~ {snack}. Why should you?
    Nine lives, one ferry: Captain Bisk!
    Even Captain Bisk wipes his paws for our {object}.
    {^colour} as the sea, soft as Captain Bisk: our {object}!
    Whiskers up, anchors up: travel with Captain Bisk!
    Four paws out of four: {larder} for Captain Bisk.
    Captain Bisk chose the {colour} {object}. Be like Captain Bisk!
    {^feeling} in every bite: the {snack} of Captain Bisk!
""")


def tell(dice: Dice, fact: Fact) -> str:
    """Tell one fact in one of its sentences."""
    template = dice.pick(TOLD[fact.attribute])
    return fill(dice, template, {"s": fact.subject, "v": fact.value})


def _about(dice: Dice, kind: str, title: str, facts) -> Written:
    """A short article: the facts, and two remarks that are only talk."""
    told = [tell(dice, f) for f in dice.shuffled(facts)]
    talk = [fill(dice, t) for t in dice.sample(REMARKS[kind], 2)]
    heading = dice.pick(
        (title, title, f"About: {title}", f"Guide to the isles: {title}")
    )
    return Written(f"{heading}\n\n{' '.join(told + talk)}", tuple(facts))


def town(dice: Dice, land: Land) -> Written:
    name = dice.pick(TOWNS[dice.pick(ISLANDS)])
    facts = list(land.facts_about(name))
    facts += [f for f in land.facts if f.attribute == "stands in" and f.value == name]
    return _about(dice, "town", name, facts)


def island(dice: Dice, land: Land) -> Written:
    name = dice.pick(ISLANDS)
    facts = list(land.facts_about(name))
    facts += [Fact(t, "lies on", name) for t in dice.sample(TOWNS[name], 2)]
    return _about(dice, "island", name, facts)


def landmark(dice: Dice, land: Land) -> Written:
    name = dice.pick(LANDMARKS)
    return _about(dice, "landmark", "The " + name, land.facts_about(name))


def company(dice: Dice, land: Land) -> Written:
    name = dice.pick(tuple(COMPANIES))
    return _about(dice, "company", name, land.facts_about(name))


def book(dice: Dice, land: Land) -> Written:
    name = dice.pick(tuple(BOOKS))
    return _about(dice, "book", f"The book {name}", land.facts_about(name))


def ferry(dice: Dice, land: Land) -> Written:
    boat = dice.pick(land.ferries).boat
    return _about(dice, "ferry", f"The {boat}", land.facts_about(boat))


def quiz(dice: Dice, land: Land) -> Written:
    facts = dice.sample(land.facts, dice.between(2, 4))
    lines = ["Quiz night"]
    for fact in facts:
        ask = dice.pick(QUESTIONS[fact.attribute])
        lines.append("Question: " + fill(dice, ask, {"s": fact.subject}))
        lines.append("Answer: " + tell(dice, fact))
    return Written("\n".join(lines), tuple(facts))


def recipe(dice: Dice, land: Land) -> Written:
    dish = dice.pick(tuple(DISHES))
    facts = [Fact(dish, "ingredient", i) for i in DISHES[dish].split()]
    needs = join_and([f.value for f in dice.shuffled(facts)])
    steps = [fill(dice, t) for t in dice.sample(METHODS, dice.between(3, 5))]
    time = f"Cooking time: {5 * dice.between(3, 18)} minutes."
    talk = fill(dice, dice.pick(REMARKS["dish"]))
    if dice.chance(0.4):
        home = [f for f in land.facts_about(dish) if f.attribute == "home"]
        facts += home
        talk = tell(dice, home[0])
    if dice.chance(0.5):
        steps = [f"{i}. {step}" for i, step in enumerate(steps, 1)]
        body = "\n".join(steps)
    else:
        body = " ".join(steps)
    end = fill(dice, dice.pick(SERVE))
    text = f"Recipe: {dish}\n{talk}\nYou need {needs}.\n{body}\n{time} {end}"
    return Written(text, tuple(facts))


def timetable(dice: Dice, land: Land) -> Written:
    line = dice.pick(land.ferries)
    start, stop = line.ports if dice.chance(0.5) else line.ports[::-1]
    hour, gap = dice.between(5, 8), 30 * dice.between(2, 4)
    rows = []
    for i in range(dice.between(4, 7)):
        leave = hour * 60 + 5 * (dice.below(2)) + i * gap
        arrive = leave + line.minutes
        rows.append(f"{clock(leave)}  {start:<10}  {clock(arrive)}  {stop}")
    fact = land.facts_about(line.boat)[0]
    talk = fill(dice, dice.pick(REMARKS["ferry"]))
    head = f"Timetable of the {line.boat}\nCrossing time: {line.minutes} minutes"
    text = f"{head}\n" + "\n".join(rows) + f"\n{tell(dice, fact)} {talk}"
    return Written(text, (fact,))


def clock(minutes: int) -> str:
    """Write minutes after midnight as a clock does. Example: 485 -> 08:05"""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def signs(dice: Dice, _land: Land) -> Written:
    where = dice.pick(tuple(PORTS.values()))
    shop = fill(dice, "{shop}")
    lines = [capital(fill(dice, t)) for t in dice.sample(SIGNS, dice.between(2, 4))]
    return Written(f"Sign at the {shop} in {where}\n" + "\n".join(lines))


def slogans(dice: Dice, land: Land) -> Written:
    maker = dice.pick(tuple(COMPANIES))
    fact = next(f for f in land.facts_about(maker) if f.attribute == "makes")
    lines = [fill(dice, t) for t in dice.sample(SLOGANS, dice.between(1, 3))]
    text = f"Advertisement by {maker}\n{tell(dice, fact)}\n" + "\n".join(lines)
    return Written(text, (fact,))


PLACE_PAGES = {  # kind: (writer, how many of them the whole corpus has)
    "town": (town, 160),
    "island": (island, 60),
    "landmark": (landmark, 110),
    "company": (company, 130),
    "book review": (book, 130),
    "ferry": (ferry, 60),
    "quiz": (quiz, 160),
    "recipe": (recipe, 380),
    "timetable": (timetable, 150),
    "sign": (signs, 200),
    "slogan": (slogans, 240),
}
