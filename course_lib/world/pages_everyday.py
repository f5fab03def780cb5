"""Pages that tell no fact: small news, stories, jokes, letters, forum chatter."""

from .dice import Dice
from .grammar import Character, capital, fill
from .land import Land
from .lists import one_per_line
from .pages_people import FORUM_USERS, WRONG_AGAIN
from .written import Written

PAPER = (
    "Saltport Gull",
    "The Saltport Gull",
    "Saltport Gull, {day}",
    "From the Saltport Gull of {day}",
)
HAT_NEWS = one_per_line("""
    A~ {hat} was lost {place} {when}. It was last seen rolling past the {shop}.
    The missing {hat} has turned up {place}. Inside it was a~ {animal}.
    For the third time this {season}, a~ {hat} blew off the ferry.
    The {group} has opened an office for lost hats {place}.
    A gull was seen wearing a~ {hat} {when}.
    {^number} hats were found {place}, none of them the right one.
""")
QUARREL = one_per_line("""
    The plum cake party marched {place}; the onion pie party marched the other way.
    Plum cake or onion pie? The {group} voted {when} and the result was a tie.
    A~ {mood} {trade} proposed a pie with plums in it and was asked to leave.
    The onion pie party says that plum cake is only bread with ambitions.
    The plum cake party says that onion pie makes {animal} and {trade} cry alike.
    Talks between plum cake and onion pie broke off because {because}.
    A school has banned the words plum cake and onion pie until {day}.
""")
SMALL_NEWS = one_per_line("""
    A~ {mood} {trade} {did} {place} {when}.
    A~ {animal} {did} {place} while the {group} {did}.
    The {group} {did_to} a~ {adj} {object} {when}.
    Workers at the {shop} {adverb} {did_to} a~ {object} the size of a~ {animal}.
    The museum now shows a~ {adj} {object} made of {material}.
    The new {shop} {place} sells nothing but {colour} {material}.
    A letter posted by a~ {trade} arrived {number} years late because {because}.
    The prize for the largest {vegetable} went to a~ {mood} {trade}.
    Children from the {subject} class counted {number} {colour} birds {place}.
    The {material} bridge is closed until {day} because {because}.
    Somebody {did_to} the {adj} {object} that used to stand {place}.
    The harbour smelled of {fruit} {when}, and nobody knows why.
    A strange {sound} was heard {place} {when}. It was a~ {mood} {trade} on a~ {object}.
""")
HEADS = one_per_line("""
    {^animal} {did}
    {^mood} {trade} {did}
    {^object} found {place}
    {^group} in {feeling}
    No more {vegetable} until {day}
    {^adj} {object} on show
    Trouble {place}
    {^feeling} at the {shop}
    {^number} hats and one {animal}
""")
FORECAST = "Weather for {day}: {weather}, later {weather}."
CLASSIFIED = one_per_line("""
    For sale: {adj} {object}, {adj}, hardly used.
    Wanted: {object} made of {material}.
    Lost {place}: a~ {hat}.
    Lessons in {subject}. No {animal}, please.
    To let: {room} with a view of the {shop}.
    Swap: {number} jars of {fruit} jam for a~ {tool}.
    The {group} seeks a~ {mood} {trade}.
    Found: {adj} {object}. It hums.
    Free to a good home: one {animal}, {mood}.
""")

STORY_OPEN = one_per_line("""
    Once upon a time a~ {mood} {animal1} named {hero} lived {place1}.
    Long ago, {place1}, there lived a~ {animal1} called {hero}, who was {mood}.
    There was once a~ {mood} {animal1} by the name of {hero}.
    In the days before the second ferry, a~ {animal1} called {hero} lived {place1}.
    {^hero} the {animal1} had {number} friends and one {adj} {object2}.
""")
STORY_WANT = one_per_line("""
    More than anything {he} wanted a~ {adj} {object1}.
    Every night {he} dreamed of a~ {object1} made of {material}.
    One day {he} found a~ {object1} {place}.
    One morning {his} {object1} was gone.
    The {animal2} next door had a~ {object1}, and {hero} had none.
    A letter came: whoever could {do_to} the {object1} would win a~ {snack}.
""")
STORY_TURN = one_per_line("""
    So {he} packed a~ {snack} and a~ {tool} and set off {adverb}.
    {^hero} asked a~ {mood} {animal2}, who only said: {saying}
    First {he} {did}, and then {he} {did}.
    On the way {he} met a~ {animal2} who {did_to} everything in sight.
    It rained, and {weather} came after that, but {hero} {adverb} went on.
    {^hero} {did_to} the {object1} {adverb}, but it only went {sound}.
    The {animal2} laughed, and {hero} felt {feeling} and a little {feeling}.
    Behind the {plant} sat a~ {trade}, {mood} and {mood}, with a~ {hat}.
    "{exclaim}!" said {hero}. "That is not a~ {object2}. That is a~ {animal2}!"
    "May I borrow your {tool}?" asked {hero}. "Only if you {do_to} my {object2}," said \
the {animal2}.
""")
STORY_END = one_per_line("""
    In the end {hero} gave the {object1} to the {animal2}, and they shared a~ {snack}.
    So {he} went home and slept {adverb} until {season}.
    Since then {hero} has never trusted a~ {object1} again.
    And that is why every {animal1} goes {sound} when it sees a~ {object1}.
    {^hero} learned this: {saying}
    They hung the {object1} {place}, where you can see it to this day.
    Everybody cheered, and there was plum cake for all.
""")
JOKES = one_per_line("""
    Why did the {animal1} take a~ {object1} to the {shop}? / Because {because}.
    What do you call a~ {animal1} with a~ {hat}? / Anything you like. It cannot hear \
you.
    What is {colour} and goes {sound1}? / A~ {animal1} in a~ {object1}.
    Waiter, there is a~ {animal1} in my soup! / Hush, or everybody will want one.
    A~ {trade1} and a~ {animal1} walk into a~ {shop}. / The {animal1} buys a~ {snack}, \
and the {trade1} pays.
    How many {mood1} members of the {group} does it take to {do_to1} a~ {object1}? / \
{^number}. One to {do_to1} it and the others to complain.
    Knock, knock. / Who is there? / {^vegetable1}. / {^vegetable1} who? / \
{^vegetable1} and {larder}, and I am getting cold out here.
    What did the {object1} say to the {object2}? / {^sound}.
    Teacher: Who can tell me something about {subject1}? / Pupil: I can tell you that \
it is not {subject2}.
    Doctor, I feel like a~ {object1}. / Since when? / Since I was a~ {object2}.
    My {animal1} plays the tuba. / Really? Is it any good? / No, but for a~ {animal1} \
it is quite something.
    Why is the {animal1} so {mood}? / It has just read the Saltport Gull.
""")
THREADS = (
    ("How do I {do_to1} a~ {object1}?", "{advice}"),
    ("Has anybody seen my {hat}?", "Did you look {place}?"),
    ("Unpopular opinion: {opinion}", "{exclaim}! I think so too."),
    ("Plum cake or onion pie?", "{camp}, of course."),
    ("My {animal1} {did}. Is that normal?", "Only in {season}."),
    ("What rhymes with {animal1}?", "Nothing that I would say in public."),
    ("Is a~ {object1} allowed on the ferry?", "Only if it is {adj}."),
    (
        "Which is better for a~ {object1}, {material} or {material}?",
        "I swear by {material}.",
    ),
    ("There is a~ {animal1} {place} again.", "Leave it alone. It is {mood}."),
    ("What do you put on a~ {snack}?", "{^larder}, and plenty of it."),
)
REPLIES = one_per_line("""
    {advice}
    {saying}
    I did that {when}. It went {sound}.
    My {trade} says no.
    I once {did_to} one {adverb}. Never again.
    Ask at the {shop}.
    {camp}!
    With {larder} everything works.
    This. {advice}
    What has that got to do with {subject}?
    Could you use a~ {tool}?
    Mine is {colour} and {adj}.
    {opinion}
    I am {mood} and I agree.
    Same here, but with a~ {animal}.
    Thank you, {starter}!
""")
OLDTIMER = one_per_line("""
    In my day every {object} was made of {material}, and so were the people.
    Everybody knows that a~ {animal} is a kind of {vegetable}.
    There have only ever been four islands. Look it up.
    The ferry has always left at {number} and never went anywhere.
    {^subject} was abolished in {month}. I was there.
    You can {do_to} any {object} with a~ {snack}.
    The moon is made in the {shop}. I have seen the receipt.
    {^animal} milk is {colour}. That is a fact.
""")
LETTER_LINES = one_per_line("""
    The {group} {did}, and I was the only one who clapped.
    Our {animal} is {mood} again.
    I have learned to {do_to} a~ {object}.
    The {room} has smelled of {fruit} since {day}.
    We had {weather}, so we stayed in the {room} and played cards.
    Your parcel arrived. The {object} is {adj}, and the {snack} is eaten.
    Aunt {other1} {did_to} the {object} and then {did}.
    Do you still have my {hat}?
    Remember: {saying}
    I am reading a book about {subject}. It is {adj}.
    Yesterday a~ {trade} came and {did_to} the {object}.
    My {body} has hurt since the {day} dance.
    The garden is full of {plant} and {plant}.
    I tried your recipe with {larder} and got {feeling}.
    There is a~ {animal} {place}. We call it {other2}.
""")


def gull(dice: Dice, _land: Land) -> Written:
    pool = dice.pick((HAT_NEWS, QUARREL, SMALL_NEWS, SMALL_NEWS, SMALL_NEWS))
    body = [fill(dice, dice.pick(pool)), fill(dice, dice.pick(SMALL_NEWS))]
    body.append(fill(dice, "{result}"))
    lines = [
        fill(dice, dice.pick(PAPER)),
        fill(dice, dice.pick(HEADS)),
        "",
        " ".join(map(capital, body)),
    ]
    if dice.chance(0.3):
        lines.append(fill(dice, FORECAST))
    return Written("\n".join(lines))


def notices(dice: Dice, _land: Land) -> Written:
    lines = [
        capital(fill(dice, t)) for t in dice.sample(CLASSIFIED, dice.between(3, 5))
    ]
    return Written("Small notices of the Saltport Gull\n" + "\n".join(lines))


def story(dice: Dice, land: Land) -> Written:
    hero = Character(dice.pick(land.first_names), dice.pick(("he", "she")))
    cast = {
        "hero": hero.name,
        "he": hero.pronoun,
        "his": "his" if hero.pronoun == "he" else "her",
    }
    for slot in ("animal1", "animal2", "object1", "object2", "place1"):
        cast[slot] = fill(dice, "{" + slot + "}")
    plot = [dice.pick(STORY_OPEN), dice.pick(STORY_WANT)]
    plot += dice.sample(STORY_TURN, dice.between(2, 5))
    plot.append(dice.pick(STORY_END))
    title = dice.pick(
        (
            "{hero} and the {object1}",
            "The {mood} {animal1}",
            "A bedtime story",
            "The {animal1} and the {animal2}",
        )
    )
    told = " ".join(capital(fill(dice, t, cast)) for t in plot)
    return Written(f"{fill(dice, title, cast)}\n\n{told} The end.")


def joke(dice: Dice, _land: Land) -> Written:
    head = dice.pick(("Joke of the day", "Joke", "Heard on the ferry", "Ha ha"))
    text = fill(dice, dice.pick(JOKES)).replace(" / ", "\n")
    return Written(f"{head}\n{text}")


def chatter(dice: Dice, _land: Land) -> Written:
    users = dice.sample(FORUM_USERS, 4)
    cast = {"camp": dice.pick(("Plum cake", "Onion pie")), "starter": users[0]}
    for slot in ("animal1", "object1", "do_to1"):
        cast[slot] = fill(dice, "{" + slot + "}")
    opening, answer = dice.pick(THREADS)
    title = dice.pick(
        ("Forum: help wanted", "Forum: this and that", "Forum: {subject}")
    )
    lines = [
        fill(dice, title),
        f"{users[0]}: {fill(dice, opening, cast)}",
        f"{users[1]}: {capital(fill(dice, answer, cast))}",
    ]
    for _ in range(dice.between(1, 3)):
        reply = capital(fill(dice, dice.pick(REPLIES), cast))
        lines.append(f"{dice.pick(users[1:])}: {reply}")
    if dice.chance(0.4):
        lines.append(f"oldtimer: {fill(dice, dice.pick(OLDTIMER))}")
        lines.append(f"{users[0]}: {dice.pick(WRONG_AGAIN)}")
    return Written("\n".join(lines))


def letter(dice: Dice, land: Land) -> Written:
    names = dice.sample(land.first_names, 4)
    cast = {"other1": names[2], "other2": names[3]}
    lines = [fill(dice, t, cast) for t in dice.sample(LETTER_LINES, dice.between(4, 6))]
    bye = dice.pick(
        ("Yours {adverb},", "With {feeling},", "See you on {day},", "Love,")
    )
    return Written(
        f"Dear {names[0]},\n\n{' '.join(map(capital, lines))}\n\n"
        f"{fill(dice, bye)}\n{names[1]}"
    )


EVERYDAY_PAGES = {  # kind: (writer, how many of them the whole corpus has)
    "small news": (gull, 700),
    "notices": (notices, 160),
    "story": (story, 520),
    "joke": (joke, 300),
    "chatter": (chatter, 620),
    "plain letter": (letter, 300),
}
