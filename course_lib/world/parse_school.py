"""Recognise homework, and check it: sums, clocks, word problems, spelling, lists.

A line counts as right when it is what the page's own writer would write for the same
numbers or the same word, or when every step of it holds.
"""

import re

from .grammar import capital, plural_verb, with_article
from .pages_arithmetic import (
    CLOCK_LINES,
    CLOCK_TASKS,
    PROBLEMS,
    THINGS,
    clock_steps,
    compute,
)
from .pages_places import clock
from .pages_school import PATTERN_LISTS
from .pages_spelling import LETTERS_LINES, ORDINALS
from .parse_page import CLOCK, Page
from .parse_sentences import NUMBER, WORD, Phrases, Pool, pool

_STORY_SLOTS = dict.fromkeys("abce", NUMBER)
_STORY_SLOTS |= {"A": WORD, "B": WORD, "thing": Phrases(THINGS)}
_STORIES = Pool(
    pattern
    for plan, (story, ask, _) in enumerate(PROBLEMS)
    for pattern in pool([f"{story} {ask}"], plan, **_STORY_SLOTS).patterns
)
_CLOCK_SLOTS = {"now": CLOCK, "then": CLOCK, "m": NUMBER}
_CLOCK_LINES = pool(CLOCK_LINES, "line", **_CLOCK_SLOTS)
_CLOCK_TASKS = pool(CLOCK_TASKS, "task", **_CLOCK_SLOTS)
_STEP = re.compile(r"(\d{1,9}) ([-+*]) (\d{1,9}) = (\d{1,9})")
_TASK = re.compile(r"(\d{1,9}(?: [-+*] \d{1,9})+):(?: (.*)\.)? Answer: (\d{1,9})")


def sums(page: Page) -> None:
    page.heading("Homework", "Homework: sums", "Mental arithmetic", "Sums")
    page.need(4 <= len(page.lines) - 1 <= 9, "four to nine sums belong on a page")
    while page.more():
        _step(page, page.line())


def _step(page: Page, text: str, modulus: int = 10**9) -> tuple[int, str, int, int]:
    step = _STEP.fullmatch(text)
    page.need(step, f"no sum: {text[:30]!r}")
    a, sign, b, value = int(step[1]), step[2], int(step[3]), int(step[4])
    right = compute(a, sign, b) % modulus == value
    page.need(right and str(value) == step[4], f"wrong sum: {text!r}")
    page.read += 5
    return a, sign, b, value


def _left_to_right(task: str, modulus: int) -> list[tuple[int, str, int, int]]:
    first, *rest = task.split()
    value, steps = int(first), []
    for sign, b in zip(rest[::2], map(int, rest[1::2]), strict=True):
        now = compute(value, sign, b) % modulus
        steps.append((value, sign, b, now))
        value = now
    return steps


def _tasks(page: Page, modulus: int) -> None:
    while page.more():
        line = page.line()
        task = _TASK.fullmatch(line)
        page.need(task, f"not a task and its answer: {line[:40]!r}")
        chain = _left_to_right(task[1], modulus)
        page.need(int(task[3]) == chain[-1][-1], f"wrong answer: {line!r}")
        if task[2]:
            steps = [_step(page, step, modulus) for step in task[2].split(", ")]
            if len(chain) > 1 or modulus == 10:
                page.need(steps == chain, f"other steps than the task: {line!r}")
            page.need(
                steps[-1][-1] == chain[-1][-1], f"steps miss the answer: {line!r}"
            )
        page.read += 8


def worked_sum(page: Page) -> None:
    page.heading("Homework: step by step", "Worked sums", "One step at a time")
    page.need(2 <= len(page.lines) - 1 <= 4, "two to four tasks belong on a page")
    _tasks(page, 10**9)


def last_digit(page: Page) -> None:
    page.heading("Homework: keep the last digit")
    page.need(2 <= len(page.lines) - 1 <= 4, "two to four tasks belong on a page")
    _tasks(page, 10)


def word_problem(page: Page) -> None:
    page.heading("Homework", "Word problems", "Homework: think first")
    page.keep = frozenset()
    page.need(page.more(), "the problem is missing")
    while page.more():
        match = page.one(page.line(), _STORIES)
        plan, work = PROBLEMS[match.tag][2], page.line()
        value, steps = int(match.env[plan[0]]), []
        for sign, letter in zip(plan[1::2], plan[2::2], strict=True):
            b = int(match.env[letter])
            now = compute(value, sign, b)
            steps.append(f"{value} {sign} {b} = {now}. ")
            value = now
        answer = f"Answer: {value}."
        right = work in (answer, "".join(steps) + answer)
        page.need(right, f"wrong sum: {work[:60]!r}")


def clock_times(page: Page) -> None:
    page.heading("Homework: the clock", "What time is it?", "Clock times")
    page.need(2 <= len(page.lines) - 1 <= 4, "two to four lines belong on a page")
    while page.more():
        line = page.line()
        task, stop, steps = line.partition("? ")
        match = page.one(task + stop.strip(), _CLOCK_LINES + _CLOCK_TASKS)
        now, minutes = _minutes(match.env["now"]), int(match.env["m"])
        if stop:
            right = match.tag == "task" and steps == clock_steps(now, minutes)
        else:
            then = match.env.get("then", "").replace(" ", "")
            right = match.tag == "line" and then == clock(now + minutes)
        page.need(right, f"the clock goes wrong: {line[:80]!r}")


def _minutes(clock_time: str) -> int:
    hours, minutes = clock_time.split(" : ")
    return 60 * int(hours) + int(minutes)


def _spelling_lines(word: str) -> set[str]:
    """Everything a spelling page may say of a word."""
    dashed, back = "-".join(word), word[::-1]
    counted = " ".join(f"{i} {letter}" for i, letter in enumerate(word, 1))
    same = {
        "{^w}": capital(word),
        "{w}": word,
        "{n}": str(len(word)),
        "{dashed}": dashed,
        "{counted}": counted,
        "{first}": word[0],
        "{last}": word[-1],
        "{back}": back,
        "{backdashed}": "-".join(back),
    }
    lines = set()
    for template in LETTERS_LINES:
        for slot, text in same.items():
            template = template.replace(slot, text)
        for i, letter in enumerate(word[: len(ORDINALS)]):
            times = word.count(letter)
            line = template.replace("{one}", letter).replace("{letter}", letter)
            line = line.replace("{nth}", ORDINALS[i])
            often = {1: "once", 2: "twice"}.get(times, f"{times} times")
            lines.add(line.replace("{times}", often))
    return lines


def spelling(page: Page) -> None:
    page.heading("Spelling lesson", "Letters", "Homework: spelling")
    page.need(2 <= len(page.lines) - 1 <= 5, "two to five words belong on a page")
    page.never_twice(page.lines)
    while page.more():
        line = page.line()
        candidates = {w.lower() for w in re.findall(r"[A-Za-z]{2,}", line)}
        candidates |= {
            w.replace("-", "") for w in re.findall(r"[a-z](?:-[a-z])+", line)
        }
        right = any(line in _spelling_lines(word) for word in candidates)
        page.need(right, f"spelled wrongly: {line[:60]!r}")
        page.read += 8


_RULES = {  # lists that a rule makes: they may have lines that we never wrote
    "In capital letters": str.upper,
    "First letters": lambda w: w[0],
    "Last letters": lambda w: w[-1],
    "Twice": lambda w: f"{w} {w}",
    "A or an": with_article,
    "How long is the word": lambda w: str(len(w)),
    "One more": lambda n: str(int(n) + 1),
    "Doubles": lambda n: str(2 * int(n)),
    "Which is more": lambda ab: str(max(map(int, ab.split(" or ")))),
    "In order": lambda abc: " ".join(sorted(abc.split(), key=int)),
    "What they do": lambda it: f"they {plural_verb(it.removeprefix('it '))}",
}
_LISTS = {title: set(pairs) for title, pairs in PATTERN_LISTS}
_ARROWS = (" -> ", ": ", " = ", " => ", " | ")


def _follows(title: str, pair: tuple[str, str]) -> bool:
    if pair in _LISTS[title]:
        return True
    try:
        return bool(pair[0]) and _RULES[title](pair[0]) == pair[1]
    except (KeyError, ValueError):  # no rule, or not a number where one should be
        return False


def pattern(page: Page) -> None:
    titles = {t: [t] for t in _LISTS} | {f"List: {t.lower()}": [t] for t in _LISTS}
    if page.peek() in titles:
        options = titles[page.line()]
        page.read += 4
    else:
        options = list(_LISTS)
    arrows = [a for a in _ARROWS if a in page.peek()]
    page.need(arrows, f"no list of pairs: {page.peek()[:30]!r}")
    rows = page.lines[page.at :]
    page.need(4 <= len(rows) <= 9, f"{len(rows)} lines in a list")
    page.never_twice(rows)
    for row in rows:
        left, _, right = row.partition(arrows[0])
        options = [t for t in options if _follows(t, (left, right))]
        page.need(options, f"does not follow the rule of the list: {row[:40]!r}")
        page.read += 2


SCHOOL_KINDS = {
    "sums": sums,
    "worked sum": worked_sum,
    "last digit": last_digit,
    "word problem": word_problem,
    "clock": clock_times,
    "spelling": spelling,
    "pattern": pattern,
}
