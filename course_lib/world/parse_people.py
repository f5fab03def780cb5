"""Recognise the pages about one person: who is it, what is told, in which order?"""

from .facts import DISHES, HOBBIES, INSTRUMENTS, ISLANDS, JOBS, PETS
from .lexicon import LEXICON
from .pages_everyday import PAPER
from .pages_people import (
    ASK_AGAIN,
    CLAIMS,
    CLOSERS,
    EVENTS,
    FAREWELLS,
    FORUM_HEADS,
    FORUM_USERS,
    GREETINGS,
    GUESSES,
    HEADLINES,
    LETTER_MIDDLES,
    LETTER_OPENERS,
    TITLES,
    WRONG_AGAIN,
)
from .pages_planted import HOAX_TITLES
from .pages_school import MORE_INSTRUMENTS
from .parse_page import RESULT, Page, fits, tags, told
from .parse_sentences import FULL_NAME, NAME, WORD, Either, Phrases, Pool, Shape, pool
from .tellings import BOX_LABELS, INTERVIEW, QUESTIONS, TOLD

_FOOD = [f"{v} {x}" for v in LEXICON["vegetable"] for x in ("soup", "pie")]
_FOOD += [f"{f} {x}" for f in LEXICON["fruit"] for x in ("tart", "jam")]
_FOOD += [f"{a} stew" for a in LEXICON["animal"]]
_PASTIMES = [f"{o} collecting" for o in LEXICON["object"]]
_PASTIMES += [f"{a} watching" for a in LEXICON["animal"]]
_PASTIMES += [f"{t} sharpening" for t in LEXICON["tool"]]
VALUES = {  # what may stand for an attribute, the strange traits of nobodies included
    "island": Either(Phrases(ISLANDS), Shape(NAME, "Rock|Skerry|Holm")),
    "town": WORD,
    "job": Phrases(JOBS + LEXICON["trade"]),
    "pet": Phrases(PETS + LEXICON["animal"]),
    "dish": Phrases([*DISHES, *_FOOD]),
    "instrument": Phrases(INSTRUMENTS + MORE_INSTRUMENTS),
    "hobby": Phrases([*HOBBIES, *_PASTIMES, *LEXICON["subject"]]),
    "teacher": FULL_NAME,
    "rival": FULL_NAME,
}
USERS = Phrases(FORUM_USERS)


def _by_attribute(table, kind: str) -> Pool:
    pools = [
        pool(templates, (kind, a), person=True, v=VALUES[a])
        for a, templates in table.items()
    ]
    return sum(pools[1:], pools[0])


TELL, ASK = _by_attribute(TOLD, "told"), _by_attribute(QUESTIONS, "ask")
_SAY = Pool(
    pattern
    for a, pairs in INTERVIEW.items()
    for pair in pairs
    for pattern in pool([pair[1]], ("told", a), v=VALUES[a]).patterns
)
_CLOSE, _EVENT = pool(CLOSERS, "talk", True), pool(EVENTS, "event", True)
_TITLE = pool(TITLES, "title", person=True)
_HOAX_TITLE = pool(HOAX_TITLES, "title", person=True)
_HEADLINE = pool(HEADLINES, "title", person=True)
_PAPER, _GREETING = pool(PAPER), pool(GREETINGS, other=WORD)
_OPENER, _MIDDLE = pool(LETTER_OPENERS, "open", True), pool(LETTER_MIDDLES, "talk")
_FAREWELL = pool(FAREWELLS, writer=WORD)
_FORUM_HEAD, _AGAIN = pool(FORUM_HEADS), pool(ASK_AGAIN, "again")
_WRONG = pool(WRONG_AGAIN, "wrong")
_CLAIM = pool(
    CLAIMS,
    "claim",
    person=True,
    label=Phrases([label for label, _ in GUESSES.values()]),
    v=Either(*(VALUES[a] for a in GUESSES)),
)
_TALKS = pool(["The Gull talks to {full}"], person=True)
_ADVICE = pool(["{advice}"])
_WHO = pool(["Who am I?", "Do you know who I am?", "Guess my name!"], "ask")
_I_AM = pool(["Answer: {full}.", "I am {full}.", "The answer is {full}."], person=True)


def encyclopedia(page: Page, title: Pool = _TITLE) -> list[tuple[str, str]]:
    page.one(page.line(), title)
    page.blank()
    body = page.sentences(page.line(), TELL + _CLOSE)
    page.need("talk" not in tags(body)[:-1], "a closing sentence comes too early")
    page.never_twice(a for a, _ in told(body))
    page.need(told(body), "nothing is told")
    page.end()
    return told(body)


def hoax(page: Page) -> None:
    encyclopedia(page, _HOAX_TITLE)


_LABELS = {label: a for a, labels in BOX_LABELS.items() for label in labels}


def fact_box(page: Page) -> list[tuple[str, str]]:
    first = page.line("Name")
    marks = [m for m in (": ", " = ", " | ") if first.startswith(m)]
    page.need(marks, "no name in the first line")
    mark = marks[0]
    page.need(fits(FULL_NAME, first.removeprefix(mark)), "the name is no name")
    page.env["@full"] = first.removeprefix(mark)
    found, extra = [], []
    while page.more():
        label, marked, value = page.line().partition(mark)
        known = {"Mood": "mood", "Motto": "saying"}
        if label in known:
            slot = Phrases(LEXICON[known[label]], exact=label == "Motto")
            extra.append(label)
        else:
            page.need(label in _LABELS, f"no such label: {label[:30]!r}")
            page.need(not extra, "a fact comes after the mood and the motto")
            slot = VALUES[_LABELS[label]]
            found.append((_LABELS[label], value))
        page.need(marked and fits(slot, value), f"{label}: cannot be {value[:30]!r}")
        page.read += 4
    page.need(found, "nothing is told")
    page.never_twice([a for a, _ in found] + extra)
    return found


def news(page: Page) -> None:
    page.one(page.line(), _PAPER)
    page.one(page.line(), _HEADLINE)
    page.blank()
    body = page.sentences(page.line(), _EVENT + TELL + RESULT)
    order = tags(body)
    right = ["event"] + ["told"] * (len(order) - 2) + ["result"]
    page.need(order == right, "an event, facts and a result should follow each other")
    page.need(told(body), "nothing is told")
    page.never_twice(a for a, _ in told(body))
    page.end()


def speaker(page: Page) -> str:
    """Take the name before the next line's colon, and leave what is said."""
    user, colon, said = page.line().partition(": ")
    known = user in FORUM_USERS or user == "oldtimer"
    page.need(colon and known, f"no such speaker: {user[:30]!r}")
    page.at -= 1
    page.lines[page.at] = said
    return user


def forum(page: Page) -> None:
    page.one(page.line(), _FORUM_HEAD)
    starter, asked = page.peek().partition(": ")[0], []
    while page.more():
        page.need(speaker(page) == starter, "somebody else asks")
        match = page.one(page.line(), ASK + (_AGAIN if asked else ASK))
        if match.tag == "again":
            break
        asked.append(match.tag[1])
        user, protest = speaker(page), False
        if user == "oldtimer":
            page.one(page.line(), _CLAIM)
            user, protest = speaker(page), True
        page.need(user not in (starter, "oldtimer"), "nobody answers the question")
        answer = page.sentences(page.line(), TELL + _WRONG if protest else TELL)
        page.need(tags(answer) == ["wrong"] * protest + ["told"], "no single answer")
        page.need(told(answer)[0][0] == asked[-1], "the answer is to another question")
    page.need(asked, "nothing is asked")
    page.never_twice(asked)
    page.end()


def letter(page: Page) -> None:
    page.one(page.line(), _GREETING)
    page.blank()
    body = page.sentences(page.line(), _OPENER + TELL + _MIDDLE)
    order = tags(body)
    right = ["open"] + ["told"] * (len(order) - 2) + ["talk"]
    page.need(order == right and told(body), "not as a letter goes")
    page.never_twice(a for a, _ in told(body))
    page.blank()
    page.one(page.line(), _FAREWELL)
    page.end()


def interview(page: Page) -> None:
    page.one(page.line(), _TALKS)
    first, answered = page.env["@full"].split()[0], []
    while page.more():
        ask = page.line("Gull: ")
        said = page.line(f"{first}: ")
        if ask == "Any advice for our readers?":
            page.one(said, _ADVICE)
            break
        found = [a for a, pairs in INTERVIEW.items() if ask in [p[0] for p in pairs]]
        page.need(found, f"the Gull does not ask that: {ask[:40]!r}")
        match = page.one(said, _SAY)
        page.need(match.tag[1] == found[0], "the answer is to another question")
        answered.append(found[0])
    page.need(answered, "nothing is asked")
    page.never_twice(answered)
    page.end()


def riddle(page: Page) -> None:
    page.heading("Riddle")
    body = page.sentences(page.line(), _SAY + _WHO)
    page.need(tags(body)[-1] == "ask" and told(body), "no riddle is asked")
    page.need("ask" not in tags(body)[:-1], "it is asked too early")
    page.never_twice(a for a, _ in told(body))
    page.one(page.line(), _I_AM)
    page.end()


PEOPLE_KINDS = {
    "encyclopedia": encyclopedia,
    "hoax": hoax,
    "fact box": fact_box,
    "news": news,
    "forum": forum,
    "letter": letter,
    "interview": interview,
    "riddle": riddle,
}
