"""Ask SmolLM2 word problems two ways, and a card of small tasks: chapter 12's check.

Nothing is trained. Each task is shown two or three times in the conversation before,
so that the form of the answer is clear and only its content can be wrong.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from course_lib.chat import Message
from course_lib.runtime import atomic_write
from course_lib.speedrun.manifest import list_files
from course_lib.speedrun.real_model import SmolLM2
from course_lib.world.patterns import PATTERNS

COMMAND = "python -m course_lib speedrun smollm2-thinking"
RESULTS = "real_model/thinking_results.json"
NAMES = ("Emily", "Tom", "Ana", "Raj")
WORDS = (
    "strawberry banana elephant computer keyboard language hospital butterfly "
    "umbrella chocolate difference president mountain happiness paradise necessary "
    "committee assembly telephone garden"
).split()
CAPITALS = (
    "France Paris|Italy Rome|Spain Madrid|Japan Tokyo|Egypt Cairo|Kenya Nairobi|"
    "Norway Oslo|Poland Warsaw|Greece Athens|Peru Lima|Cuba Havana|China Beijing|"
    "Russia Moscow|Germany Berlin|Portugal Lisbon|Ireland Dublin|Austria Vienna|"
    "Hungary Budapest|Sweden Stockholm|Thailand Bangkok|Iraq Baghdad|Chile Santiago"
)
SHOTS, ASKED = 2, 20


@dataclass(frozen=True)
class Purchase:
    """Emily buys 3 apples at $2 each and 4 oranges at $3 each."""

    name: str
    apples: int
    price: int
    oranges: int
    other_price: int

    @property
    def question(self) -> str:
        return (
            f"{self.name} buys {self.apples} apples at ${self.price} each and "
            f"{self.oranges} oranges at ${self.other_price} each. How much does "
            f"{self.name} pay in total?"
        )

    @property
    def total(self) -> int:
        return self.apples * self.price + self.oranges * self.other_price

    @property
    def direct(self) -> str:
        return f"The answer is ${self.total}."

    @property
    def worked(self) -> str:
        one, two = self.apples * self.price, self.oranges * self.other_price
        return (
            f"The apples cost {self.apples} * {self.price} = {one}. The oranges cost "
            f"{self.oranges} * {self.other_price} = {two}. The total is {one} + {two} "
            f"= {self.total}. {self.direct}"
        )


def last_number(text: str) -> int | None:
    """Example: "The total is 6 + 12 = 18. The answer is $18." -> 18"""
    found = re.findall(r"\d+", text.replace(",", ""))
    return int(found[-1]) if found else None


def study_real_thinking(folder: Path) -> None:
    """Ask everything, and write `real_model/thinking_results.json`."""
    smol = SmolLM2.load()
    told = {"word problems": word_problems(smol), "card": card(smol)}
    text = json.dumps(told, indent=1, ensure_ascii=False)
    atomic_write(folder / RESULTS, text + "\n")
    list_files(folder, [RESULTS], COMMAND, 0)


def word_problems(smol: SmolLM2, n: int = 50) -> dict:
    """Show three purchases, answered at once or worked out, and ask for n others."""
    shown = [
        Purchase("Emily", 3, 2, 4, 3),
        Purchase("Tom", 5, 3, 2, 4),
        Purchase("Ana", 6, 2, 3, 5),
    ]
    dice, asked = random.Random(1), []
    while len(asked) < n:
        some = Purchase(
            dice.choice(NAMES), dice.randint(2, 9), dice.randint(2, 5),
            dice.randint(2, 9), dice.randint(2, 5),
        )  # fmt: skip
        if some not in asked and some not in shown:
            asked.append(some)
    told = {}
    for manner, tokens in (("direct", 16), ("worked", 90)):
        shots = [(p.question, getattr(p, manner)) for p in shown]
        said = smol.say(
            [_talk(shots, p.question) for p in asked], max_new_tokens=tokens
        )
        right = [last_number(s) == p.total for s, p in zip(said, asked, strict=True)]
        told[manner] = {
            "right": sum(right),
            "of": n,
            "said": [
                [p.question, text, p.total]
                for p, text in zip(asked[:4], said, strict=False)
            ],
        }
        print(manner, told[manner], flush=True)
    return told


def card(smol: SmolLM2) -> dict:
    """Ask tasks that look alike to us: how many of each are right?"""
    told = {}
    for name, pairs in tasks(random.Random(2)).items():
        shots, asked = pairs[:SHOTS], pairs[SHOTS : SHOTS + ASKED]
        said = smol.say([_talk(shots, q) for q, _ in asked], max_new_tokens=32)
        right = [_plain(s) == _plain(a) for s, (_, a) in zip(said, asked, strict=True)]
        answers = Counter(answer for _, answer in asked)
        told[name] = {
            "right": sum(right),
            "of": len(asked),
            "commonest answer": answers.most_common(1)[0][1],
        }
        told[name]["said"] = [
            [question, text, answer]
            for (question, answer), text in list(zip(asked, said, strict=True))[:3]
        ]
        print(name, told[name], flush=True)
    return told


def tasks(dice: random.Random) -> dict[str, list[tuple[str, str]]]:
    """Write question and answer of every task of the card."""
    n = SHOTS + ASKED
    made: dict[str, list[tuple[str, str]]] = {}
    whole = dice.sample(range(1, 60), n)
    made["larger: 9.11 or 9.9"] = [
        _larger(f"{w}.{dice.randint(11, 49)}", f"{w}.{dice.randint(5, 9)}", k)
        for k, w in enumerate(whole)
    ]
    made["larger: 9.11 or 9.90"] = [
        _larger(f"{w}.{dice.randint(11, 49)}", f"{w}.{dice.randint(5, 9)}0", k)
        for k, w in enumerate(whole)
    ]
    made["larger: 911 or 990"] = [
        _larger(f"{w}{dice.randint(11, 49)}", f"{w}{dice.randint(5, 9)}0", k)
        for k, w in enumerate(whole)
    ]
    pairs = [(dice.randint(11, 99), dice.randint(11, 99)) for _ in range(n)]
    small = dice.sample([(a, b) for a in range(2, 10) for b in range(2, 10)], n)
    made["7 + 8"] = [(f"What is {a} + {b}?", str(a + b)) for a, b in small]
    made["47 + 38"] = [(f"What is {a} + {b}?", str(a + b)) for a, b in pairs]
    made["47 * 38"] = [(f"What is {a} * {b}?", str(a * b)) for a, b in pairs]
    words = ["window", "pepper", *WORDS]
    made["spell strawberry"] = [
        (f'Spell the word "{w}" with hyphens.', "-".join(w)) for w in words
    ]
    made["count a letter"] = [
        (f'How many times is "{letter}" in the word "{w}"?', str(w.count(letter)))
        for w in words
        for letter in [dice.choice(w)]
    ]
    made["first letter"] = [
        (f'What is the first letter of "{w}"?', w[0]) for w in words
    ]
    made["last letter"] = [(f'What is the last letter of "{w}"?', w[-1]) for w in words]
    made["capital of a country"] = [
        (f"What is the capital of {country}?", city)
        for country, city in (pair.split() for pair in CAPITALS.split("|"))
    ]
    made["past tense"] = [
        (f'What is the past tense of "{now}"?', then)
        for now, then in PATTERNS["Yesterday"][:n]
    ]
    made["more than one"] = [
        (f'What is the plural of "{one}"?', many)
        for one, many in PATTERNS["More than one"][:n]
    ]
    made["opposite"] = [
        (f'What is the opposite of "{one}"?', other)
        for one, other in PATTERNS["Opposites"][:n]
    ]
    return made


def _larger(a: str, b: str, k: int) -> tuple[str, str]:
    first, second = (a, b) if k % 2 else (b, a)
    answer = max(a, b, key=float)
    return f"Which number is larger, {first} or {second}?", answer


def _talk(shots: Sequence[tuple[str, str]], question: str) -> list[Message]:
    turns = []
    for asked, said in shots:
        turns += [Message("user", asked), Message("assistant", said)]
    return [*turns, Message("user", question)]


def _plain(text: str) -> str:
    return text.strip().rstrip(".").strip().strip('"').lower()
