"""Typical wrong answers of the exercises on tokens to think, and what they are told."""

import re

import course_lib.exercises.tokens_to_think  # noqa: F401  pins its exercises
from course_lib.speedrun.thinking_lessons import in_larger_steps, python_for
from course_lib.tasks import Problem, final_answer


def chain(matter):
    first, *rest = matter.split()
    return int(first), list(zip(rest[::2], map(int, rest[1::2]), strict=True))


def steps_of(matter, keep=True):
    value, links = chain(matter)
    steps = []
    for sign, n in links:
        now = value + n if sign == "+" else value * n
        now = now % 10 if keep else now
        steps.append(f"{value} {sign} {n} = {now}")
        value = now
    return steps, value


def worked(matter):
    steps, value = steps_of(matter)
    return f"{', '.join(steps)}. Answer: {value}"


def answer_first(matter):
    steps, value = steps_of(matter)
    return f"Answer: {value}. {', '.join(steps)}."


def bare(matter):
    return f"Answer: {steps_of(matter)[1]}"


def no_marker(matter):
    return f"{', '.join(steps_of(matter)[0])}."


def whole_numbers(matter):
    steps, value = steps_of(matter, keep=False)
    return f"{', '.join(steps)}. Answer: {value % 10}"


def two_in_a_step(matter):
    text = worked(matter)
    value = text.rpartition(" ")[2]
    known = Problem("clock", f": {matter}", value, f"Answer: {value}", text, 3)
    return in_larger_steps(known, 2)


def with_a_full_stop(matter):
    return f"{worked(matter)}."


def without_the_last_step(matter):
    return worked(matter.rsplit(" ", 2)[0])


def last_digit_in_the_text(text):
    found = re.findall(r"\d+", text)
    return found[-1] if found else None


def first_marker(text):
    return text.split("Answer:")[1].strip() or None if "Answer:" in text else None


def number_behind(text):
    found = re.findall(r"Answer: (\d+)", text)
    return found[-1] if found else None


def never_none(text):
    return text.rpartition("Answer:")[2].strip()


def by_pattern(text):
    found = re.findall(r"Answer:(?!.*Answer:)\s*(.*?)\s*$", text, re.DOTALL)
    return found[-1] or None if found else None


def all_operations(said):
    return len(re.findall(r"[+*]", said))


def first_step(said):
    return all_operations(said.split("=")[0])


def numbers_in_it(said):
    return max(len(re.findall(r"\d", step.split("=")[0])) for step in said.split(","))


def without_carries(a, b):
    a, b = str(a)[::-1], str(b)[::-1]
    return "".join(str((int(x) + int(y)) % 10) for x, y in zip(a, b, strict=False))


def without_last_carry(a, b):
    return str(a + b)[::-1][: max(len(str(a)), len(str(b)))]


def by_columns(a, b):
    digits, carry = "", 0
    while a or b or carry or not digits:
        column = a % 10 + b % 10 + carry
        digits, carry = digits + str(column % 10), column // 10
        a, b = a // 10, b // 10
    return digits


def program_without_end(matter):
    return python_for(_as_problem(matter)).rpartition("\n")[0]


def program_of_whole_numbers(matter):
    return python_for(_as_problem(matter)).replace("v % 10", "v")


def program_of_last_digits_only(matter):
    value, links = chain(matter)
    lines = [f"v = v {sign} {n} % 10" for sign, n in links]
    return "\n".join([f"v = {value}", *lines, "v"])


def _as_problem(matter):
    return Problem("clock", f": {matter}", "", "", "", 3)


def with_brackets(matter):
    value, links = chain(matter)
    code = str(value)
    for sign, n in links:
        code = f"({code} {sign} {n})"
    return f"print({code} % 10)"


WRONG = {
    "12.worked": [
        (answer_first, "gives the answer first"),
        (two_in_a_step, "two operations in a step"),
        (no_marker, "without a final marker"),
        (bare, "Where are the steps?"),
        (whole_numbers, "keep the last digit of every step"),
        (with_a_full_stop, "without a full stop"),
        (without_the_last_step, "should be '7 * 3 = 1, 1 + 3 = 4. Answer: 4'"),
        (lambda _matter: None, "is there a `return`"),
    ],
    "12.read_answer": [
        (last_digit_in_the_text, "there is no answer"),
        (first_marker, "the LAST marker"),
        (number_behind, "names two answers"),
        (never_none, "there is no 'Answer:'"),
    ],
    "12.hardest_step": [
        (all_operations, "all operations together"),
        (first_step, "the first step only"),
        (numbers_in_it, "you counted the numbers"),
        (lambda _said: None, "is there a `return`"),
        (lambda _said: 1, "Look at every step"),
    ],
    "12.ones_first": [
        (lambda a, b: str(a + b), "write the ones first"),
        (lambda a, b: a + b, "as a text"),
        (lambda a, b: list(str(a + b)[::-1]), "gives list"),
        (lambda a, b: str(a + b or "")[::-1], "the sum 0 has one digit"),
        (without_carries, "the carries are lost"),
        (without_last_carry, "the last carry is lost"),
        (lambda a, b: str(int(str(a + b)[::-1])), "carry"),
    ],
    "12.program": [
        (lambda matter: worked(matter).rpartition(" ")[2], "the result itself"),
        (lambda matter: f"({matter}) % 10", "multiplies before it adds"),
        (program_without_end, "says nothing"),
        (program_of_whole_numbers, "keep the last digit"),
        (program_of_last_digits_only, "`%` goes before"),
        (lambda matter: f"{matter} =", "Python refuses"),
    ],
}
RIGHT = {
    "12.worked": [worked],
    "12.read_answer": [final_answer, by_pattern],
    "12.hardest_step": [
        lambda said: max(all_operations(step) for step in said.split("=")[:-1])
    ],
    "12.ones_first": [by_columns],
    "12.program": [with_brackets, lambda matter: python_for(_as_problem(matter))],
}
