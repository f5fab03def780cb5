"""Homework with numbers: sums, worked sums, last digits, word problems, clock times.

Nearly always the steps come before the answer, each with one operation. On a few
pages the answer comes at once: so a model meets both manners, and prefers the first.
"""

from .dice import Dice
from .grammar import fill
from .land import Land
from .lists import one_per_line, words
from .pages_places import clock
from .written import Written

AT_ONCE = 0.12  # how many of the pages give bare answers
LONGEST_CHAIN = 6  # numbers in a row; chapter 13 asks for longer ones
PROBLEMS = (  # a story, a question, and its plan: letters are numbers
    (
        "{A} has {a} {thing} and finds {b} more.",
        "How many {thing} does {A} have?",
        "a+b",
    ),
    (
        "There are {c} {thing} in the {room}. {A} takes {b} away.",
        "How many are left?",
        "c-b",
    ),
    ("{A} packs {a} boxes with {b} {thing} each.", "How many {thing} are that?", "a*b"),
    (
        "{A} has {a} {thing}, {B} has {b}, and they share a~ {snack}.",
        "How many {thing} do they have together?",
        "a+b",
    ),
    (
        "The ferry carries {c} people. At the pier {b} get off and {a} get on.",
        "How many people are on the ferry now?",
        "c-b+a",
    ),
    (
        "{A} buys {a} {thing} at {b} pennies each and gives {c} pennies to the band.",
        "How many pennies does {A} spend?",
        "a*b+c",
    ),
    (
        "Each of {a} gulls steals {b} {thing}. The {trade} saves {e} of them.",
        "How many {thing} do the gulls keep?",
        "a*b-e",
    ),
    (
        "{A} loses {b} of {c} hats in the wind, and {B} returns {e} of them.",
        "How many hats does {A} have in the end?",
        "c-b+e",
    ),
    (
        "{A} reads {a} pages on {day} and {b} pages a day on the {e} days after that.",
        "How many pages does {A} read?",
        "b*e+a",
    ),
    (
        "{A} picks {c} {thing}. The goat eats {a} of them, and {B} eats {b}.",
        "How many {thing} are left?",
        "c-a-b",
    ),
    (
        "{A} lights {a} lamps on {day}, {b} on the next day and {e} on the third.",
        "How many lamps does {A} light in all?",
        "a+b+e",
    ),
    (
        "The {shop} has {e} shelves with {a} {thing} on each. {A} buys {b} of them.",
        "How many {thing} stay in the {shop1}?",
        "e*a-b",
    ),
    (
        "{A} bakes {b} trays of {a} buns, and {B} bakes {e} buns more.",
        "How many buns are there?",
        "b*a+e",
    ),
    (
        "A jar holds {c} {thing}. {A} fills {e} jars.",
        "How many {thing} are that?",
        "c*e",
    ),
)
THINGS = words("""
    plums onions buttons marbles kites teapots lanterns lemons biscuits shells carrots
    feathers stamps tickets candles cherries bells buckets spoons turnips walnuts
    ribbons apples socks boots umbrellas postcards potatoes figs doughnuts pebbles corks
    keys
""")
CLOCK_LINES = one_per_line("""
    It is {now}. In {m} minutes it will be {then}.
    The ferry leaves at {now} and sails for {m} minutes. It arrives at {then}.
    The cake went into the oven at {now}. After {m} minutes it is {then}.
    From {now} to {then} it is {m} minutes.
""")
CLOCK_TASKS = one_per_line("""
    It is {now}. What time is it in {m} minutes?
    The ferry leaves at {now} and sails for {m} minutes. When does it arrive?
    The cake goes into the oven at {now} and bakes for {m} minutes. When is it done?
    The bell rings at {now}, and again {m} minutes later. When is that?
""")


def compute(a: int, sign: str, b: int) -> int:
    """Do one operation. Example: compute(4, "*", 3) -> 12"""
    return {"+": a + b, "-": a - b, "*": a * b}[sign]


def sums(dice: Dice, _land: Land) -> Written:
    lines = [dice.pick(("Homework", "Homework: sums", "Mental arithmetic", "Sums"))]
    top = dice.pick((10, 20, 100, 100, 1000))
    for _ in range(dice.between(4, 9)):
        a, b = dice.below(top), dice.below(top)
        sign = dice.pick("++-") if top > 20 else dice.pick("+-*")
        a, b = (max(a, b), min(a, b)) if sign == "-" else (a, b)
        lines.append(f"{a} {sign} {b} = {compute(a, sign, b)}")
    return Written("\n".join(lines))


def worked_sums(dice: Dice, _land: Land) -> Written:
    """Larger sums in small steps: by tens and ones, or number after number."""
    lines = [dice.pick(("Homework: step by step", "Worked sums", "One step at a time"))]
    at_once = dice.chance(AT_ONCE)
    make = dice.pick((_chain_of_sums, _by_tens, _times_ones))
    for _ in range(dice.between(2, 4)):
        task, steps, answer = make(dice)
        lines.append(_task_line(task, [] if at_once else steps, answer))
    return Written("\n".join(lines))


def _task_line(task: str, steps: list[str], answer: int) -> str:
    work = f" {', '.join(steps)}." if steps else ""
    return f"{task}:{work} Answer: {answer}"


def _chain_of_sums(dice: Dice) -> tuple[str, list[str], int]:
    value = dice.between(1, 9)
    task, steps = str(value), []
    for _ in range(dice.between(2, LONGEST_CHAIN - 1)):
        b = dice.between(1, 9)
        sign = "-" if value > b and dice.chance(0.3) else "+"
        now = compute(value, sign, b)
        steps.append(f"{value} {sign} {b} = {now}")
        task, value = f"{task} {sign} {b}", now
    return task, steps, value


def _by_tens(dice: Dice) -> tuple[str, list[str], int]:
    """Example: 47 + 38: 40 + 30 = 70, 7 + 8 = 15, 70 + 15 = 85. Answer: 85"""
    a, b = dice.between(11, 99), dice.between(11, 99)
    tens, ones = a // 10 * 10 + b // 10 * 10, a % 10 + b % 10
    steps = [
        f"{a // 10 * 10} + {b // 10 * 10} = {tens}",
        f"{a % 10} + {b % 10} = {ones}",
        f"{tens} + {ones} = {a + b}",
    ]
    return f"{a} + {b}", steps, a + b


def _times_ones(dice: Dice) -> tuple[str, list[str], int]:
    """Example: 23 * 7: 20 * 7 = 140, 3 * 7 = 21, 140 + 21 = 161. Answer: 161"""
    a, b = dice.between(11, 99), dice.between(2, 9)
    tens, ones = a // 10 * 10, a % 10
    steps = [
        f"{tens} * {b} = {tens * b}",
        f"{ones} * {b} = {ones * b}",
        f"{tens * b} + {ones * b} = {a * b}",
    ]
    return f"{a} * {b}", steps, a * b


def last_digit(dice: Dice, _land: Land) -> Written:
    """The clock of ten hours: add and multiply from the left, keep the last digit."""
    lines = ["Homework: keep the last digit"]
    at_once = dice.chance(AT_ONCE)
    for _ in range(dice.between(2, 4)):
        value = dice.below(10)
        steps, task = [], str(value)
        for _ in range(dice.pick((2, 3, 4, 5, 5, 5))):
            sign, b = dice.pick("+*"), dice.below(10)
            now = compute(value, sign, b) % 10
            steps.append(f"{value} {sign} {b} = {now}")
            task, value = f"{task} {sign} {b}", now
        lines.append(_task_line(task, [] if at_once else steps, value))
    return Written("\n".join(lines))


def word_problem(dice: Dice, land: Land) -> Written:
    lines = [dice.pick(("Homework", "Word problems", "Homework: think first"))]
    at_once = dice.chance(AT_ONCE)
    for _ in range(dice.between(1, 3)):
        story, ask, plan = dice.pick(PROBLEMS)
        names = dice.sample(land.first_names, 2)
        numbers = {
            "a": dice.between(4, 12),
            "b": dice.between(3, 9),
            "c": dice.between(22, 60),
            "e": dice.between(2, 3),
        }
        words = {k: str(v) for k, v in numbers.items()}
        shop = fill(dice, "{shop}")
        words |= {"A": names[0], "B": names[1], "shop": shop, "shop1": shop}
        words["thing"] = dice.pick(THINGS)
        text = f"{fill(dice, story, words)} {fill(dice, ask, words)}"
        lines.append(f"{text}\n{_worked(plan, numbers, at_once)}")
    return Written("\n".join(lines))


def _worked(plan: str, numbers: dict[str, int], at_once: bool) -> str:
    """Work a sum out, one operation a step. Example: a+b -> 4 + 3 = 7. Answer: 7."""
    value, steps = numbers[plan[0]], []
    for sign, letter in zip(plan[1::2], plan[2::2], strict=True):
        now = compute(value, sign, numbers[letter])
        steps.append(f"{value} {sign} {numbers[letter]} = {now}. ")
        value = now
    return f"{'' if at_once else ''.join(steps)}Answer: {value}."


def clock_times(dice: Dice, _land: Land) -> Written:
    lines = [dice.pick(("Homework: the clock", "What time is it?", "Clock times"))]
    worked = dice.chance(0.5)
    for _ in range(dice.between(2, 4)):
        now, later = 5 * dice.below(240), 5 * dice.between(2, 24)
        form = dice.pick(CLOCK_TASKS if worked else CLOCK_LINES)
        words = {"now": clock(now), "then": clock(now + later), "m": str(later)}
        line = fill(dice, form, words)
        lines.append(f"{line} {clock_steps(now, later)}" if worked else line)
    return Written("\n".join(lines))


def clock_steps(now: int, later: int) -> str:
    """Example: 8:35 and 50 -> 35 + 50 = 85. 85 - 60 = 25, one hour on. Answer: 09:25"""
    minutes = now % 60 + later
    steps = [f"{now % 60} + {later} = {minutes}."]
    while minutes >= 60:
        steps.append(f"{minutes} - 60 = {minutes - 60}, one hour on.")
        minutes -= 60
    return f"{' '.join(steps)} Answer: {clock(now + later)}."


ARITHMETIC_PAGES = {  # kind: (writer, how many of them the whole corpus has)
    "sums": (sums, 420),
    "worked sum": (worked_sums, 500),
    "last digit": (last_digit, 560),
    "word problem": (word_problem, 440),
    "clock": (clock_times, 260),
}
