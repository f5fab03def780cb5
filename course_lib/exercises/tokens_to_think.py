"""Exercises of tokens to think: work it out, read the answer, cut it, hand it over."""

import re
from collections.abc import Callable

from course_lib.exercises.board import Mistake, exercise, expect, pin
from course_lib.tasks import MARKER, problems
from course_lib.tools import ToolError, run_python

__all__ = ["exercise"]  # so that a chapter needs one import


def _text(answer: Callable[[str], str], given: str, call: str) -> str:
    got = answer(given)
    if got is None:
        raise Mistake(f"{call} returned None; is there a `return`?")
    if not isinstance(got, str):
        raise Mistake(f"{call} should be a text, yours gives {got!r}.")
    return got


def check_worked(answer: Callable[[str], str]) -> None:
    matter, wanted = "7 * 3 + 3", "7 * 3 = 1, 1 + 3 = 4. Answer: 4"
    call = f"worked({matter!r})"
    got = _text(answer, matter, call)
    first = got.find(MARKER)
    if first < 0:
        raise Mistake(
            f"{call} gives {got!r}, without a final marker. Nobody who reads it by "
            "machine knows which of the numbers is the answer: end with 'Answer: 4'."
        )
    if "=" not in got:
        raise Mistake(f"{call} gives {got!r}: the bare answer. Where are the steps?")
    if got.find("=") > first:
        raise Mistake(
            f"{call} gives the answer first. Then the steps come too late: when the "
            "model has to write the 4, none of them is there to look at."
        )
    before = got[:first]
    for step in re.findall(r"[^=,.]*=", before):
        if len(re.findall(r"[+*]", step)) > 1:
            raise Mistake(
                f"{call}: {step.strip()!r} does two operations in a step. The result "
                "of the first is written nowhere, so one token has to do both."
            )
    if "21" in before or "24" in before:
        raise Mistake(
            f"{call} gives {got!r}: keep the last digit of every step, so that each "
            "is a fact of the table (7 * 3 = 1), and numbers stay one token long."
        )
    if MARKER in got and not got.partition(MARKER)[2].strip(" .").startswith("4"):
        expect(got, wanted, call)
    if not got.endswith(f"{MARKER} 4"):
        raise Mistake(
            f"{call} gives {got!r}. Behind 'Answer:' only the answer may stand, '4', "
            "without a full stop or another word: the check is exact."
        )
    expect(got, wanted, call)
    for problem in problems("clock", 20, 5):
        got = answer(problem.matter)
        if got != problem.worked and "+" in problem.matter:
            expect(got, problem.worked, f"worked({problem.matter!r}), from the left")
        expect(got, problem.worked, f"worked({problem.matter!r})")


@pin(
    "12.worked",
    check_worked,
    hints=(
        "<code>first, *rest = matter.split()</code>; signs are <code>rest[::2]</code>, "
        "numbers <code>rest[1::2]</code>.",
        "Keep a <code>value</code>. For each sign and number: compute, <code>% 10"
        "</code>, append <code>f'{value} {sign} {number} = {now}'</code>.",
        "<code>', '.join(steps) + f'. Answer: {value}'</code>",
    ),
)
def _worked(matter):
    first, *rest = matter.split()
    value, steps = int(first), []
    for sign, number in zip(rest[::2], rest[1::2]):
        n = int(number)
        now = (value + n if sign == "+" else value * n) % 10
        steps.append(f"{value} {sign} {n} = {now}")
        value = now
    return f"{', '.join(steps)}. {MARKER} {value}"


def check_read_answer(answer: Callable[[str], str | None]) -> None:
    cases = [
        ("7 * 3 = 1. Answer: 4", "4", "what stands behind 'Answer:', without blanks."),
        ("7 * 3 = 1, 1 + 3 = 4.", None, "there is no 'Answer:', so there is no answer. "
         "The last number in the text is a step, or luck."),
        ("Answer: 3. No, wait. Answer: 4", "4", "it changed its mind: the LAST marker "
         "counts."),
        ("Answer: 4 or 5", "4 or 5", "whoever names two answers has given neither. Do "
         "not pick the number that you like: hand back all of it."),
        ("Answer: 14", "14", "the whole of it, not its first or last digit."),
        ("Answer:  4 \n", "4", "blanks and line ends around it do not count."),
        ("Answer:", None, "nothing stands behind the marker, so there is no answer."),
        ("", None, "an empty text has no answer."),
        ("Answer: e-e-b", "e-e-b", "an answer need not be a number."),
    ]  # fmt: skip
    for text, wanted, words in cases:
        got = answer(text)
        if got != wanted:
            raise Mistake(
                f"read_answer({text!r}) should be {wanted!r}, yours gives {got!r}: "
                f"{words}"
            )


@pin(
    "12.read_answer",
    check_read_answer,
    hints=(
        "<code>text.rpartition('Answer:')</code> gives what is before, the marker, and "
        "what is behind the LAST one; the marker is empty where there is none.",
        "<code>behind.strip() or None</code> turns an empty text into None.",
    ),
)
def _read_answer(text):
    _, marker, behind = text.rpartition(MARKER)
    return behind.strip() or None if marker else None


def check_hardest_step(answer: Callable[[str], int]) -> None:
    cases = [
        ("7 * 3 = 1, 1 + 3 = 4, 4 + 4 = 8. Answer: 8", 1, {3: "that is all operations "
         "together. Each step has its own token for the result: look for the worst "
         "step.", 2: "you counted the numbers. Count what is done with them: the signs "
         "+ and *."}),
        ("7 * 3 + 3 = 4, 4 + 4 = 8. Answer: 8", 2, {1: "the first step does two: * and "
         "+. Look at every step.", 3: "that is the sum over the steps."}),
        ("7 * 3 = 1, 1 + 3 + 4 * 7 = 6. Answer: 6", 3, {1: "you looked at the first "
         "step only.", 4: "that is the sum over the steps."}),
        ("7 * 3 + 3 + 4 * 7 = 6. Answer: 6", 4, {1: "one step, but count what it does: "
         "every + and * on its left."}),
    ]  # fmt: skip
    for said, wanted, named in cases:
        got = answer(said)
        call = f"hardest_step({said!r})"
        if got is None:
            raise Mistake(f"{call} returned None; is there a `return`?")
        if got != wanted:
            words = named.get(got, "count the signs + and * to the left of each =.")
            raise Mistake(f"{call} should be {wanted}, yours gives {got!r}: {words}")


@pin(
    "12.hardest_step",
    check_hardest_step,
    hints=(
        "Cut the text at the commas. What stands before the <code>=</code> is the work "
        "of that step.",
        "<code>max(step.split('=')[0].count('+') + step.split('=')[0].count('*') for "
        "step in said.split(','))</code>",
    ),
)
def _hardest_step(said):
    lefts = [step.split("=")[0] for step in said.split(",")]
    return max(left.count("+") + left.count("*") for left in lefts)


def check_ones_first(answer: Callable[[int, int], str]) -> None:
    cases = [
        (347, 285, "236", {
            "632": "that is the sum as it is usually written. Its first digit can only "
            "be known when every carry is: write the ones first.",
            "225": "the carries are lost: 7 + 5 = 12 leaves a 2 and carries 1.",
            "226": "a carry is lost.",
        }),
        (900, 200, "0011", {"001": "the last carry is lost: 9 + 2 = 11.",
                            "1100": "ones first, please: turn it round."}),
        (99, 1, "001", {"100": "ones first, please: turn it round.",
                        "00": "the last carry is lost."}),
        (120, 30, "051", {"51": "the 0 of the ones is a digit, too."}),
        (4, 5, "9", {}),
        (0, 0, "0", {"": "the sum 0 has one digit, 0."}),
    ]  # fmt: skip
    for a, b, wanted, named in cases:
        call = f"ones_first({a}, {b})"
        got = answer(a, b)
        if got is None:
            raise Mistake(f"{call} returned None; is there a `return`?")
        if not isinstance(got, str):
            raise Mistake(
                f"{call} gives {type(got).__name__}; give the digits as a text: "
                f"{wanted!r}."
            )
        if got != wanted:
            words = named.get(
                got, "add the columns from the right, carry what is over."
            )
            raise Mistake(f"{call} should be {wanted!r}, yours gives {got!r}: {words}")


@pin(
    "12.ones_first",
    check_ones_first,
    hints=(
        "The shortest way: let Python add, make a text of it, and turn it round.",
        "<code>str(a + b)[::-1]</code>",
    ),
)
def _ones_first(a, b):
    return str(a + b)[::-1]


def check_program(answer: Callable[[str], str]) -> None:
    for matter, wanted in (
        ("7 * 3", "1"), ("7 + 3 * 4", "0"), ("9 + 8 + 7 * 2 + 6", "4"),
        *((p.matter, p.answer) for p in problems("clock", 10, 8)),
    ):  # fmt: skip
        call = f"program({matter!r})"
        code = _text(answer, matter, call)
        if any(f"v = v {sign} " in code for sign in "+*") and code.strip() == wanted:
            raise Mistake(f"{call}: write the program, not its result.")
        if code.strip().isdigit():
            raise Mistake(
                f"{call} gives {code!r}, the result itself. The point is that Python "
                "does the work: hand over the problem, not the answer."
            )
        try:
            got = run_python(code)
        except ToolError as error:
            raise Mistake(
                f"{call} gives a program that Python refuses: {error}"
            ) from None
        if got == "":
            raise Mistake(
                f"{call} runs and says nothing. The last line must be the value itself "
                "(`v % 10`), or print it."
            )
        if got == str(eval(matter) % 10) != wanted:
            raise Mistake(
                f"{call} gives {got}: Python multiplies before it adds. We go from "
                "left to right: one line for each step, or brackets."
            )
        if got != wanted and got.isdigit() and got[-1] == wanted:
            raise Mistake(
                f"{call} gives {got}: keep the last digit, `% 10`. (`%` goes before "
                "`+`: write `(v + 3) % 10`.)"
            )
        expect(got, wanted, f"the result of {call}")


@pin(
    "12.program",
    check_program,
    hints=(
        "Begin with <code>v = 7</code>; for each sign and number write a line <code>v "
        "= v * 3</code>; end with <code>v % 10</code>.",
        r"<code>'\n'.join(lines)</code>",
    ),
)
def _program(matter):
    first, *rest = matter.split()
    lines = [f"v = {first}"]
    lines += [f"v = v {sign} {n}" for sign, n in zip(rest[::2], rest[1::2])]
    return "\n".join([*lines, "v % 10"])
