"""Recognise pages about places, dishes and companies, timetables, tables and code."""

import re
from itertools import pairwise, permutations

from .facts import DISHES, ISLANDS, PORTS, TOWNS
from .grammar import join_and
from .land import BOATS, BOOKS, COMPANIES, LANDMARKS
from .pages_code import CODE_HEADS, SNIPPETS, TABLE_HEADS
from .pages_places import METHODS, REMARKS, SERVE, SIGNS, SLOGANS
from .parse_page import Page, tags, told
from .parse_sentences import FULL_NAME, NUMBER, Phrases, pool
from .tellings_places import QUESTIONS, TOLD

_ALL_TOWNS = [town for towns in TOWNS.values() for town in towns]
_FOODS = sorted({i for needs in DISHES.values() for i in needs.split()})
_ROUTES = [f"{a} and {b}" for a, b in permutations(PORTS.values(), 2)]
_FACTS = {  # attribute: its subjects and its values
    "lies on": (_ALL_TOWNS, ISLANDS),
    "port": (ISLANDS, PORTS.values()),
    "sails between": (BOATS.split("|"), _ROUTES),
    "stands in": (LANDMARKS, _ALL_TOWNS),
    "makes": (COMPANIES, COMPANIES.values()),
    "based in": (COMPANIES, _ALL_TOWNS),
    "founder": (COMPANIES, None),
    "author": (BOOKS, None),
    "topic": (BOOKS, BOOKS.values()),
    "home": (DISHES, ISLANDS),
    "ingredient": (DISHES, _FOODS),
}
_SLOTS = {
    attribute: {
        "s": Phrases(subjects, exact=True),
        "v": Phrases(values, exact=True) if values else FULL_NAME,
    }
    for attribute, (subjects, values) in _FACTS.items()
}
_TELL = {a: pool(TOLD[a], ("told", a), **_SLOTS[a]) for a in TOLD}
_ASK = {a: pool(QUESTIONS[a], ("ask", a), **_SLOTS[a]) for a in TOLD}
_ABOUT = {  # kind: its titles, what is told, and which remarks follow
    "town": ({t: t for t in _ALL_TOWNS}, ("lies on", "stands in"), "town"),
    "island": ({i: i for i in ISLANDS}, ("port", "lies on"), "island"),
    "landmark": ({f"The {m}": m for m in LANDMARKS}, ("stands in",), "landmark"),
    "company": ({c: c for c in COMPANIES}, ("makes", "based in", "founder"), "company"),
    "book review": ({f"The book {b}": b for b in BOOKS}, ("author", "topic"), "book"),
    "ferry": ({f"The {b}": b for b in BOATS.split("|")}, ("sails between",), "ferry"),
}
_REMARK = {kind: pool(lines, "talk") for kind, lines in REMARKS.items()}
_METHOD, _SERVE, _SIGN = pool(METHODS), pool(SERVE), pool(SIGNS)
_SIGN_HEAD = pool(["Sign at the {shop} in {port}"], port=Phrases(PORTS.values()))
_SLOGAN, _CODE_HEAD = pool(SLOGANS), pool(CODE_HEADS)
_COOK = pool(["Cooking time: {n} minutes."], n=NUMBER)
_SLOT = re.compile(r"\{\^?[A-Za-z_]+\d?\}")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def _any(pools: dict, attributes):
    first, *rest = [pools[a] for a in attributes]
    return sum(rest, first)


def _article(kind: str):
    titles, attributes, remarks = _ABOUT[kind]
    choices = _any(_TELL, attributes) + _REMARK[remarks]

    def read(page: Page) -> None:
        heading = page.line()
        title = re.sub("^(About|Guide to the isles): ", "", heading)
        page.need(title in titles, f"no such {kind}: {heading[:40]!r}")
        page.read += 4
        page.blank()
        body = page.sentences(page.line(), choices)
        subject, facts = titles[title], [m for m in body if m.tag != "talk"]
        order = ["told"] * len(facts) + ["talk"] * 2
        page.need(facts and tags(body) == order, "not facts and then two remarks")
        page.never_twice((m.tag, m.env["s"]) for m in facts)
        for m in facts:
            named = (m.env["s"], m.env["v"])
            page.need(subject in named, f"{named} instead of {subject}")
        page.end()

    return read


def quiz(page: Page) -> None:
    page.heading("Quiz night")
    page.need(page.more(), "nothing is asked")
    while page.more():
        page.env, page.keep = {}, frozenset("s")
        asked = page.one(page.line("Question: "), _any(_ASK, _ASK)).tag[1]
        page.one(page.line("Answer: "), _TELL[asked])


def recipe(page: Page) -> None:
    dish = page.line("Recipe: ")
    page.need(dish in DISHES, f"no such dish: {dish[:30]!r}")
    page.read += 4
    page.env, page.keep = {"s": dish}, frozenset("s")
    page.one(page.line(), _REMARK["dish"] + _TELL["home"])
    needs = page.line("You need ").removesuffix(".").replace(" and ", ", ").split(", ")
    page.need(set(needs) <= set(_FOODS), f"not to be eaten: {needs}")
    page.need(page.lines[2] == f"You need {join_and(needs)}.", "not how lists go")
    page.never_twice(needs)
    page.read += 4
    steps = []
    if page.peek().startswith("1. "):
        while not page.peek().startswith("Cooking time"):
            steps.append(page.line(f"{len(steps) + 1}. "))
            page.one(steps[-1], _METHOD)
    else:
        steps = page.sentences(page.line(), _METHOD)
    page.need(3 <= len(steps) <= 5, f"{len(steps)} steps")
    time, dot, serve = page.line().partition(". ")
    page.one(time + dot.strip(), _COOK)
    page.one(serve, _SERVE)
    page.end()


def timetable(page: Page) -> None:
    boat = page.line("Timetable of the ")
    page.need(boat in BOATS.split("|"), f"no such ferry: {boat[:30]!r}")
    crossing = re.fullmatch(r"Crossing time: (\d+) minutes", page.line())
    page.need(crossing, "no crossing time")
    page.read += 8
    rows = []
    while row := re.fullmatch(
        r"(\d\d):(\d\d)  (\w+) +(\d\d):(\d\d)  (\w+)", page.peek()
    ):
        rows.append((row[3], row[6]))
        minutes = [60 * int(row[i]) + int(row[i + 1]) for i in (1, 4)]
        takes = (minutes[1] - minutes[0]) % (24 * 60)
        right = takes == int(crossing[1])
        page.need(right, f"{page.line()!r} takes {takes} minutes")
        page.read += 8
    page.need(len(rows) >= 4, "too few departures")
    page.need(len(set(rows)) == 1, "the route changes")
    page.need(set(rows[0]) <= set(PORTS.values()), f"no such ports: {rows[0]}")
    body = page.sentences(page.line(), _TELL["sails between"] + _REMARK["ferry"])
    page.need(tags(body) == ["told", "talk"], "not the route and a remark")
    told_of = body[0].env["s"], *sorted(told(body)[0][1].split(" and "))
    page.need(told_of == (boat, *sorted(rows[0])), "another ferry or route is told")
    page.end()


def sign(page: Page) -> None:
    page.one(page.line(), _SIGN_HEAD)
    page.need(2 <= len(page.lines) - 1 <= 4, "two to four lines belong on a sign")
    page.never_twice(page.lines)
    while page.more():
        page.one(page.line(), _SIGN)


def slogan(page: Page) -> None:
    maker = page.line("Advertisement by ")
    page.need(maker in COMPANIES, f"no such company: {maker[:30]!r}")
    page.env, page.keep = {"s": maker}, frozenset("s")
    page.one(page.line(), _TELL["makes"])
    page.need(1 <= len(page.lines) - 2 <= 3, "one to three slogans belong on a page")
    page.never_twice(page.lines)
    while page.more():
        page.one(page.line(), _SLOGAN)


def _snippet(template: str) -> re.Pattern:
    """Any words for a slot; the braces that belong to the code stay."""
    slots = "adj n m town town1 town_id fruit fruit1 vegetable animal mood_id exclaim"
    slots += " sound snack object_id saying trade adj1"
    text, at = "", 0
    for found in _SLOT.finditer(template):
        if found[0].strip("{^}") in slots.split():
            text += re.escape(template[at : found.start()]) + r"[\w' .,;-]+?"
            at = found.end()
    return re.compile(text + re.escape(template[at:]))


_CODE = [_snippet(template) for template in SNIPPETS]


def code(page: Page) -> None:
    page.one(page.line(), _CODE_HEAD)
    page.blank()
    body = "\n".join(page.lines[2:])
    page.need(any(p.fullmatch(body) for p in _CODE), f"no such program: {body[:40]!r}")


def table(page: Page) -> None:
    page.heading(*TABLE_HEADS)
    page.blank()
    rows = page.lines[2:]
    page.need(len(rows) >= 4, "too few rows")
    if rows[0].startswith("| "):
        page.need(set(rows.pop(1)) <= set("| -"), "no line below the heads")
        wrapped = all(r.startswith("| ") and r.endswith(" |") for r in rows)
        page.need(wrapped, "a row is not closed")
        cells = [row[2:-2].split(" | ") for row in rows]
    elif "," in rows[0]:
        cells = [row.split(",") for row in rows]
    else:
        page.need(all(len(row) == 40 for row in rows), "the columns are not in line")
        cells = [row.split() for row in rows]
    head, *body = cells
    page.need(head[0] == "Month" and set(head[1:]) <= set(ISLANDS), "no such heads")
    page.need(len(set(head)) == 4, "not three islands")
    page.need(all(len(row) == 4 for row in body), "a row is too long or too short")
    months = [row[0] for row in body]
    in_turn = all(pair in set(pairwise(_MONTHS)) for pair in pairwise(months))
    page.need(months[0] in _MONTHS and in_turn, f"not how months go: {months}")
    page.need(all(c.isdigit() for row in body for c in row[1:]), "not a number")


PLACE_KINDS = {kind: _article(kind) for kind in _ABOUT} | {
    "quiz": quiz,
    "recipe": recipe,
    "timetable": timetable,
    "sign": sign,
    "slogan": slogan,
    "code": code,
    "table": table,
}
