"""Recognise small news, stories, jokes, letters, forum chatter and visitors' pages."""

from .pages_everyday import (
    CLASSIFIED,
    FORECAST,
    HAT_NEWS,
    HEADS,
    JOKES,
    LETTER_LINES,
    OLDTIMER,
    PAPER,
    QUARREL,
    REPLIES,
    SMALL_NEWS,
    STORY_END,
    STORY_OPEN,
    STORY_TURN,
    STORY_WANT,
    THREADS,
)
from .pages_people import WRONG_AGAIN
from .pages_planted import (
    AFTER,
    ASKED,
    ELECTION_HEADS,
    ELECTION_NEWS,
    PARROT_HEADS,
    QUOTED,
    SELF,
    SELF_MORE,
    repeated_passages,
)
from .pages_visitors import GUEST_REMARKS, GUESTS, POSTS
from .parse_page import RESULT, Page, tags
from .parse_people import USERS, speaker
from .parse_sentences import FULL_NAME, WORD, Phrases, pool
from .phrasebook import MEANINGS, PHRASES

_PAPER, _HEADS = pool(PAPER), pool(HEADS)
_SMALL = pool(HAT_NEWS + QUARREL + SMALL_NEWS, "news")
_FORECAST = pool([FORECAST])
_CLASSIFIED = pool(CLASSIFIED)
_CAST = {"hero": WORD, "he": Phrases(["he", "she"]), "his": Phrases(["his", "her"])}
_STORY = sum(
    (pool([turn], ("turn", i), **_CAST) for i, turn in enumerate(STORY_TURN)),
    pool(STORY_OPEN, "open", **_CAST)
    + pool(STORY_WANT, "want", **_CAST)
    + pool(STORY_END, "close", **_CAST)
    + pool(["The end."], "end"),
)
_STORY_TITLE = pool(
    [
        "{hero} and the {object1}",
        "The {mood} {animal1}",
        "A bedtime story",
        "The {animal1} and the {animal2}",
    ],
    **_CAST,
)
_STORY_KEEPS = frozenset("hero he his animal1 animal2 object1 object2 place1".split())
_JOKE = pool(JOKES)
_THREAD = {"camp": Phrases(["Plum cake", "Onion pie"]), "starter": USERS}
_OPENINGS = sum(
    (pool([ask], i) for i, (ask, _) in enumerate(THREADS[1:], 1)),
    pool([THREADS[0][0]], 0),
)
_REPLIES = {i: pool([reply], i, **_THREAD) for i, (_, reply) in enumerate(THREADS)}
_MORE_REPLIES = pool(REPLIES, "reply", **_THREAD)
_OLDTIMER, _WRONG = pool(OLDTIMER), pool(WRONG_AGAIN)
_CHATTER_HEAD = pool(["Forum: help wanted", "Forum: this and that", "Forum: {subject}"])
_CHATTER_KEEPS = frozenset(("animal1", "object1", "do_to1", "camp", "starter"))
_LETTER = sum(
    (pool([line], i, other=WORD) for i, line in enumerate(LETTER_LINES[1:], 1)),
    pool(LETTER_LINES[:1], 0, other=WORD),
)
_DEAR = pool(["Dear {other},"], other=WORD)
_BYE = pool(
    ["Yours {adverb},", "With {feeling},", "See you on {day},", "Love,", "{writer}"],
    writer=WORD,
)
_SELF = pool(SELF, "self") + pool(SELF_MORE, "more")
_ASKED, _QUOTED, _AFTER = pool(ASKED), pool(QUOTED), pool(AFTER)
_VOTE = dict.fromkeys("abcde", FULL_NAME) | {
    "office": Phrases(["Keeper of the Lanterns"]),
    "date": Phrases(["the first Sunday of autumn"]),
}
_ELECTION = pool(ELECTION_NEWS[:1], "first", **_VOTE)
_ELECTION += pool(ELECTION_NEWS[1:], "more", **_VOTE)
_ELECTION_HEAD = pool(ELECTION_HEADS, **_VOTE)
_GUESTS, _GUEST_REMARKS, _POSTS = pool(GUESTS), pool(GUEST_REMARKS), pool(POSTS)


def small_news(page: Page) -> None:
    page.one(page.line(), _PAPER)
    page.one(page.line(), _HEADS)
    page.blank()
    body = page.sentences(page.line(), _SMALL + RESULT)
    page.need(tags(body) == ["news", "news", "result"], "not two news and a result")
    if page.more():
        page.one(page.line(), _FORECAST)
    page.end()


def notices(page: Page) -> None:
    page.heading("Small notices of the Saltport Gull")
    page.need(3 <= len(page.lines) - 1 <= 5, "three to five notices belong on a page")
    page.never_twice(page.lines)
    while page.more():
        page.one(page.line(), _CLASSIFIED)


def story(page: Page) -> None:
    page.keep = _STORY_KEEPS
    page.one(page.line(), _STORY_TITLE)
    page.blank()
    body = page.sentences(page.line(), _STORY)
    order = tags(body)
    right = ["open", "want"] + ["turn"] * (len(order) - 4) + ["close", "end"]
    page.need(order == right and len(order) > 5, "not as a story goes")
    page.never_twice(m.tag for m in body)
    pair = page.env.get("he", "?").lower(), page.env.get("his", "?").lower()
    page.need(pair not in (("he", "her"), ("she", "his")), f"{pair} are two people")
    page.end()


def joke(page: Page) -> None:
    page.heading("Joke of the day", "Joke", "Heard on the ferry", "Ha ha")
    page.need(page.more(), "the joke is missing")
    page.one(" / ".join(page.lines[1:]), _JOKE)


def chatter(page: Page) -> None:
    page.keep = _CHATTER_KEEPS
    page.one(page.line(), _CHATTER_HEAD)
    starter = page.env["starter"] = speaker(page)
    thread = page.one(page.line(), _OPENINGS).tag
    page.need(speaker(page) != starter, "nobody answers")
    page.one(page.line(), _REPLIES[thread])
    count = 0
    while page.more():
        user = speaker(page)
        page.need(user != starter, "the first one speaks again")
        if user == "oldtimer":
            page.one(page.line(), _OLDTIMER)
            page.need(speaker(page) == starter, "nobody contradicts oldtimer")
            page.one(page.line(), _WRONG)
            break
        page.one(page.line(), _MORE_REPLIES)
        count += 1
    page.need(1 <= count <= 3, f"{count} replies")
    page.end()


def plain_letter(page: Page) -> None:
    page.one(page.line(), _DEAR)
    page.blank()
    page.env = {}
    body = page.sentences(page.line(), _LETTER)
    page.need(4 <= len(body) <= 6, f"{len(body)} sentences in a letter")
    page.never_twice(m.tag for m in body)
    page.blank()
    page.one(page.line(), _BYE)
    page.one(page.line(), _BYE)
    page.end()


def parrot(page: Page) -> None:
    page.heading(*PARROT_HEADS)
    user = speaker(page)
    line = page.line()
    if line.endswith('"'):
        quoted, _, said = line.removesuffix('"').partition(' "')
        page.one(quoted, _QUOTED)
    else:
        page.one(line, _ASKED)
        said = page.line("Parrot: ")
    body = page.sentences(said, _SELF)
    page.need(tags(body).count("self") == 1, "Parrot says once who it is")
    page.need(2 <= len(body) <= 3, "Parrot says two or three things")
    while page.more():
        page.need(speaker(page) != user, "the same one speaks again")
        page.one(page.line(), _AFTER)
        page.need(page.at <= 5, "too many answers")


def emoji(page: Page) -> None:
    page.heading("Forum: pictures only", "Forum: small talk")
    page.need(3 <= len(page.lines) - 1 <= 6, "three to six posts belong on a page")
    while page.more():
        speaker(page)
        page.one(page.line(), _POSTS)


def greetings(page: Page) -> None:
    page.one(page.line(), _GUESTS)
    lines = page.lines[1:-1]
    page.need(lines, "nobody greets")
    page.never_twice(lines)
    right = {
        f"{language}: {phrase} ({meaning})"
        for language, phrases in PHRASES.items()
        for phrase, meaning in zip(phrases, MEANINGS, strict=True)
    }
    for _ in lines:
        line = page.line()
        page.need(line in right, f"nobody says so: {line!r}")
        page.read += 8
    page.one(page.line(), _GUEST_REMARKS)


def phrases(page: Page) -> None:
    language = page.line("A little ").removesuffix(" for the ferry")
    page.need(language in PHRASES, f"no such language: {language[:30]!r}")
    pairs = zip(MEANINGS, PHRASES[language], strict=True)
    for meaning, phrase in pairs:
        page.need(page.line() == f"{meaning} {phrase}", f"not as in {language}")
        page.read += 8
    page.end()


def election(page: Page) -> None:
    page.keep = frozenset("abcde")
    page.heading("Saltport Gull")
    page.one(page.line(), _ELECTION_HEAD)
    page.blank()
    body = page.sentences(page.line(), _ELECTION)
    right = ["first"] + ["more"] * (len(body) - 1)
    page.need(tags(body) == right and 4 <= len(body) <= 6, "not as such news go")
    page.end()


def passage(page: Page) -> None:
    title = page.heading(*(text.split("\n")[0] for text in repeated_passages()))
    text = "\n".join([title, *page.lines[1:]])
    page.need(text in repeated_passages(), "the passage goes otherwise")


EVERYDAY_KINDS = {
    "small news": small_news,
    "notices": notices,
    "story": story,
    "joke": joke,
    "chatter": chatter,
    "plain letter": plain_letter,
    "parrot": parrot,
    "emoji": emoji,
    "greetings": greetings,
    "phrases": phrases,
    "election": election,
    "passage": passage,
}
