"""What the runs of chapter 12 are taught, and what they are asked afterwards.

Every manner answers the same problems. They differ in the order of the answer, in how
much a step does, or in how the text is cut into tokens.
"""

import re
from dataclasses import dataclass

from course_lib.chat import COURSE, Message
from course_lib.data import Example
from course_lib.tasks import FAMILIES, Problem, problems, reward
from course_lib.tokenizer import BPETokenizer
from course_lib.world.dice import Dice

LEVELS = range(2, 9)  # numbers in a chain
FIRST_NUMBER = 1000  # this id, usually a piece of a word, stands for 0; the next for 1
DOTS = " ." * 5  # ten tokens: one more than a step has
SHORT, LONG = 12, 120  # tokens that an answer may take


@dataclass(frozen=True)
class Tested:
    """A problem of the tests, as a manner asks for it."""

    problem: Problem
    question: str


# --- what an assistant says, by manner


def reasons_after(problem: Problem) -> str:
    """Example: "Answer: 4. 7 * 3 = 1, 1 + 3 = 4." """
    steps = problem.worked.removesuffix(f". {problem.direct}")
    return f"{problem.direct}. {steps}."


def in_larger_steps(problem: Problem, operations: int) -> str:
    """Do several operations in one step of a chain, unless fewer are left.

    Example, two: "7 * 3 + 3 = 4, 4 + 4 * 7 = 6. Answer: 6"
    """
    first, *links = re.findall(r"(?:[+*] )?\d", problem.matter)
    results = re.findall(r"= (\d)", problem.worked)
    steps, value = [], first
    for k in range(0, len(links), operations):
        done = min(k + operations, len(links))
        steps.append(f"{value} {' '.join(links[k:done])} = {results[done - 1]}")
        value = results[done - 1]
    return f"{', '.join(steps)}. {problem.direct}"


def with_dots(problem: Problem) -> str:
    """Say as much as with steps, but only dots."""
    steps = problem.worked.count("=")
    return f"{(DOTS * steps).strip()} {problem.direct}"


def ones_first(problem: Problem) -> str:
    """Example: 347 + 285 -> "Answer: 236", the 2 is the ones."""
    return f"Answer: {problem.answer[::-1]}"


def program(problem: Problem) -> str:
    """Write the problem in Python. Example: "v = 7; v = v * 3; v = v + 3; v % 10"."""
    if problem.family == "products":
        return problem.matter
    first, *links = re.findall(r"(?:[+*] )?\d", problem.matter)
    lines = [f"v = {first}", *(f"v = v {link}" for link in links), "v % 10"]
    return "\n".join(lines)


SAYS = {
    "steps first": lambda p: p.worked,
    "answer first": reasons_after,
    "answer only": lambda p: p.direct,
    "2 operations a step": lambda p: in_larger_steps(p, 2),
    "3 operations a step": lambda p: in_larger_steps(p, 3),
    "dots": with_dots,
    "digits": lambda p: p.direct,
    "digits reversed": ones_first,
    "steps": lambda p: p.worked,
    "direct": lambda p: p.direct,
    "spelled": lambda p: p.worked,
    "spelled, with pieces": lambda p: p.worked,
    "letters as tokens": lambda p: p.direct,
}


def says_right(manner: str, problem: Problem, text: str) -> bool:
    """Judge what was said; who gives the answer first is judged by the first sentence.

    Example: "answer first", "Answer: 4. 7 * 3 = 1, 1 + 3 = 4." -> read as "Answer: 4"
    """
    if manner == "answer first":
        text = text.partition(". ")[0].removesuffix(".")
    if manner == "digits reversed":
        return text == ones_first(problem)
    return reward(problem, text) == 1.0


# --- the lessons


def examples_of(
    topic: str, manner: str, seed: int, tokenizer: BPETokenizer
) -> list[Example]:
    """Encode all lessons of one run, the assistant's words to be learned."""
    dealt = _dealt(topic, "train", seed)
    examples = [example_of(manner, p, k, tokenizer) for k, p in enumerate(dealt)]
    if manner == "spelled, with pieces":
        examples += _pieces(tokenizer, 6000, seed)
    return examples


def example_of(
    manner: str, problem: Problem, k: int, tokenizer: BPETokenizer
) -> Example:
    """Encode one lesson; k chooses among the instructions that training knows."""
    if manner == "whole numbers":
        return _numbers_whole(problem, tokenizer)
    instructions = FAMILIES[problem.family].instructions
    text = problem.asked(instructions[k % len(instructions)])
    turns = [Message("user", _asked(manner, text))]
    if manner == "python":
        turns.append(Message("assistant", program(problem), tool="python"))
        turns.append(Message("tool", problem.answer))
        turns.append(Message("assistant", problem.direct))
    else:
        turns.append(Message("assistant", SAYS[manner](problem)))
    return COURSE.encode(turns, tokenizer)


def tests_of(topic: str, manner: str, seed: int) -> dict[str, list[Tested]]:
    """Name the groups of test problems, each asked as the manner wants it."""
    groups: dict[str, list[Tested]] = {}
    for problem in _dealt(topic, "test", seed):
        name = f"{problem.family} {problem.level}"
        if topic == "letters":
            name = "letters"
        asked = Tested(problem, _asked(manner, problem.question))
        groups.setdefault(name, []).append(asked)
    if topic == "order":
        groups["unseen phrasing"] = [
            Tested(p, p.asked(phrasing))
            for phrasing in FAMILIES["clock"].held_out
            for p in problems("clock", 50, 6, 200 + seed, "test")
        ]
    return groups


def _asked(manner: str, text: str) -> str:
    """Cut the word into letters, where the manner does that for the model."""
    if manner != "letters as tokens":
        return text
    before, _, word = text.rpartition(" ")
    return f"{before} {'-'.join(word)}"


def _dealt(topic: str, split: str, seed: int) -> list[Problem]:
    """Deal the problems of a topic: the same ones for each of its manners."""
    test = split == "test"
    seed = 100 + seed if test else seed

    def deal(family: str, level: int, n: int) -> list[Problem]:
        return problems(family, n, level, seed, split)

    if topic in ("order", "grain"):
        if test:
            sizes = {2: 36} | dict.fromkeys(range(3, 9), 100)
        else:
            sizes = {2: 80, 3: 800} | dict.fromkeys(range(4, 9), 1800)
        if test and topic == "grain":
            sizes = {7: 200}
        return [p for level, n in sizes.items() for p in deal("clock", level, n)]
    if topic == "python" and test:
        chains = [p for level in (6, 10) for p in deal("clock", level, 100)]
        return chains + [p for level in (4, 5) for p in deal("products", level, 100)]
    if topic == "python":
        sizes = {2: 80, 3: 800} | dict.fromkeys(range(4, 7), 1500)
        chains = [p for level, n in sizes.items() for p in deal("clock", level, n)]
        sizes = {2: 300, 3: 1800, 4: 1800}
        return chains + [
            p for level, n in sizes.items() for p in deal("products", level, n)
        ]
    if topic == "letters":
        return _letter_problems(split, seed)
    return _sums(300 if test else 15000, split, seed)


def _letter_problems(split: str, seed: int) -> list[Problem]:
    """Take all words; two in three letters that are asked for occur in the word."""
    test, dice, found = split == "test", Dice(seed), []
    most = {3: 28, 4: 55} if test else {3: 200, 4: 500}
    for level in range(3, 10):
        n = most.get(level, 60 if test else 780)
        found += problems("letters", n, level, seed, split)
    return dice.shuffled(found)


def _sums(n: int, split: str, seed: int) -> list[Problem]:
    """Sums of two numbers of three digits that stay below a thousand."""
    found: dict[str, Problem] = {}
    for more in range(100):
        dealt = problems(
            "sums", 4000 if n > 1000 else 800, 3, 1000 * seed + more, split
        )
        found |= {p.question: p for p in dealt if len(p.answer) == 3}
        if len(found) >= n:
            break
    return list(found.values())[:n]


def _pieces(tokenizer: BPETokenizer, n: int, seed: int) -> list[Example]:
    """Spell invented words, each made of two or three pieces of the vocabulary."""
    texts = [tokenizer.decode([k]) for k in range(tokenizer.vocab_size)]
    words = [t for t in texts if re.fullmatch(" ?[a-z]{1,8}", t)]
    first = [t.strip() for t in words if t.startswith(" ")]
    inner = [t for t in words if not t.startswith(" ")]
    dice, examples = Dice(7000 + seed), []
    for _ in range(n):
        word = dice.pick(first) + "".join(dice.sample(inner, dice.between(1, 2)))
        letter = dice.pick(word)
        steps, count = [], 0
        for one in word[:14]:
            count += one == letter
            steps.append(f"{one} = {count}")
        said = f"{', '.join(steps)}. Answer: {count}"
        turns = [
            Message("user", f"Count the letter: {letter} in {word[:14]}"),
            Message("assistant", said),
        ]
        examples.append(COURSE.encode(turns, tokenizer))
    return examples


# --- numbers that are one token each


def number_prompt(problem: Problem, tokenizer: BPETokenizer) -> list[int]:
    """Ask for a sum in which each number is one token."""
    a, b = (FIRST_NUMBER + int(n) for n in problem.matter.split(" + "))
    special = tokenizer.special_tokens
    text = [a, *tokenizer.encode(" + "), b]
    return [special["<|user|>"], *text, special["<|assistant|>"]]


def number_answer(problem: Problem, tokenizer: BPETokenizer) -> list[int]:
    """Answer a sum with one token for the number."""
    return [*tokenizer.encode("Answer: "), FIRST_NUMBER + int(problem.answer)]


def _numbers_whole(problem: Problem, tokenizer: BPETokenizer) -> Example:
    prompt = number_prompt(problem, tokenizer)
    end = tokenizer.special_tokens["<|end|>"]
    said = [*number_answer(problem, tokenizer), end]
    return prompt + said, [0.0] * len(prompt) + [1.0] * len(said)
