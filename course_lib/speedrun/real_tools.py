"""Teach SmolLM2 to ask a search engine and a calculator, and to leave both alone.

It reads pages of the Lantern Isles, of which it never heard: what it answers about them
can come from the result only.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.chat import CHATML, Message
from course_lib.data import Example
from course_lib.speedrun.real_model import (
    AdapterRecipe,
    SmolLM2,
    finetune,
    rate,
    save_results,
    written,
)
from course_lib.tools import ToolError, calculate
from course_lib.world import World

RECIPE = AdapterRecipe("tools", steps=40)
SEARCHES, SUMS = 160, 60  # examples to train on
PAGE_LETTERS = 200  # of a page that is read: long ones are slow
CALL_TOKENS, SPOKEN_TOKENS = 24, 32
SUM_PHRASES = (
    "What is {sum}?", "Calculate {sum}.", "Compute {sum}, please.", "{sum} = ?",
    "Can you work out {sum}?", "I need the result of {sum}.",
)  # fmt: skip
HELD_OUT_SUM_PHRASES = (
    "How much is {sum}?", "Tell me what {sum} makes.", "Please do this sum: {sum}",
    "What do I get for {sum}?",
)  # fmt: skip


@dataclass(frozen=True)
class Task:
    """A question, the call it needs, what the tool answers, and what is true."""

    question: str
    tool: str
    query: str
    result: str
    truth: str  # must stand in the answer
    answer: str

    def talk(self) -> list[Message]:
        """Write the whole conversation, as it shall be learned."""
        return [
            Message("user", self.question),
            Message("assistant", self.query, tool=self.tool),
            Message("tool", self.result),
            Message("assistant", self.answer),
        ]


def search_tasks(
    world: World, n: int, held_out: bool, seed: int, new_phrases: bool | None = None
) -> list[Task]:
    """Ask about people of the isles, a page of whom answers; a fifth are held out.

    Args:
        new_phrases: whether to ask as no example asks; None: as `held_out`.
    """
    new_phrases = held_out if new_phrases is None else new_phrases
    dice = random.Random(seed)
    aside = {p.name for p in random.Random(0).sample(world.people, 128)}
    tasks: list[Task] = []
    for page in dice.sample(world.documents(), len(world.documents())):
        if page.kind != "encyclopedia" or len(page.text) > PAGE_LETTERS:
            continue
        facts = [f for f in page.facts if (f.subject in aside) == held_out]
        if page.mistakes or not facts:
            continue
        fact = dice.choice(facts)
        (asked,) = world.questions([fact], held_out=new_phrases, seed=len(tasks))
        if fact.subject not in asked.text or not re.search(
            rf"\b{re.escape(fact.value)}\b", page.text.partition("\n\n")[2]
        ):
            continue
        # The answer names first what was asked for: with the bare sentence of the page
        # as answer, a model of this size copies any sentence.
        answer = f"The {fact.attribute} of {fact.subject} is {fact.value}."
        query = f"{fact.subject} {fact.attribute}"
        task = Task(asked.text, "search", query, page.text, fact.value, answer)
        tasks.append(task)
        if len(tasks) == n:
            return tasks
    raise ValueError(f"only {len(tasks)} of {n} pages fit; allow longer ones")


def sum_tasks(n: int, held_out: bool, seed: int) -> list[Task]:
    """Ask for sums that the model cannot do in its head."""
    dice = random.Random(seed)
    phrases = HELD_OUT_SUM_PHRASES if held_out else SUM_PHRASES
    tasks = []
    while len(tasks) < n:
        left, right = dice.randint(11, 999), dice.randint(11, 99)
        if ((left + right) % 5 == 0) != held_out:  # no pair is in both
            continue
        query = f"{left} {dice.choice('+-*')} {right}"
        truth = calculated(query)
        question = dice.choice(phrases).format(sum=query)
        answer = f"{query} = {truth}."
        tasks.append(Task(question, "calc", query, truth, truth, answer))
    return tasks


def calculated(query: str) -> str:
    """Do a sum; an error is a result, too."""
    try:
        return calculate(query)
    except ToolError as error:
        return f"error: {error}"


def measure_tasks(real: SmolLM2, tasks: Sequence[Task]) -> dict[str, Any]:
    """Let it call, give it the true result, and let it answer."""
    calls = [
        CHATML.said(ids, real.tokenizer)[-1]
        for ids in real.say_ids([t.question for t in tasks], max_new_tokens=CALL_TOKENS)
    ]
    formed = [c.tool == t.tool for c, t in zip(calls, tasks, strict=True)]
    exact = [about(c, t) for c, t in zip(calls, tasks, strict=True)]
    talks = []
    for call, task in zip(calls, tasks, strict=True):
        result = calculated(call.content) if call.tool == "calc" else task.result
        if call.tool == "search" and not about(call, task):
            result = "nothing found"
        used = call if call.is_call else Message("assistant", "nothing", tool=task.tool)
        result = result if call.is_call else "nothing found"
        talks.append([Message("user", task.question), used, Message("tool", result)])
    answers = real.say(talks, max_new_tokens=SPOKEN_TOKENS)
    right = [re.search(rf"(?<!\w){re.escape(t.truth)}(?!\w)", a) is not None
             for a, t in zip(answers, tasks, strict=True)]  # fmt: skip
    shown = zip([t.question for t in tasks], calls, answers, strict=True)
    return {
        "right tool": rate(formed),
        "right call": rate(exact),
        "answer right": rate(right),
        "examples": [(q, f"<{c.tool}> {c.content}", a) for q, c, a in shown][:6],
        "wrong": [(t.question, f"<{c.tool}> {c.content}", a, t.truth)
                  for t, c, a, ok in zip(tasks, calls, answers, right, strict=True)
                  if not ok][:6],
    }  # fmt: skip


def about(call: Message, task: Task) -> bool:
    """Whether a call asks the right tool about the right person, or for the sum."""
    wanted = task.query
    if task.tool == "search":
        wanted = wanted.rpartition(" ")[0]
    return call.tool == task.tool and wanted in call.content


def measure_tools(
    real: SmolLM2,
    searches: list[Task],
    known_phrases: list[Task],
    sums: list[Task],
    ordinary: list[str],
) -> dict[str, Any]:
    """Measure both tools, and calls where none is needed."""
    said = real.say_ids(ordinary, max_new_tokens=12)
    calls = [CHATML.said(ids, real.tokenizer)[-1] for ids in said]
    false = [call.is_call for call in calls]
    return {
        "search": measure_tasks(real, searches),
        "search, known phrases": measure_tasks(real, known_phrases),
        "calc": measure_tasks(real, sums),
        "false calls": rate(false),
        "called for": [(q, f"<{c.tool}> {c.content}")
                       for q, c in zip(ordinary, calls, strict=True) if c.is_call][:8],
    }  # fmt: skip


def tool_examples(real: SmolLM2, seed: int) -> list[Example]:
    """Write the conversations to train on: searches, sums, and ordinary answers."""
    world = World(0)
    tasks = search_tasks(world, SEARCHES, False, seed) + sum_tasks(SUMS, False, seed)
    taught = [CHATML.encode(task.talk(), real.tokenizer) for task in tasks]
    people = [f"Who is {name}?" for name in written("capitals")["famous_training"]]
    # Half of all examples, or every seventh ordinary request is answered with a call.
    return taught + 2 * real.own_examples(people + written("ordinary")["training"])


def tool_questions(world: World, n: int) -> tuple[list, ...]:
    """Return what `measure_tools` asks, none of it trained on."""
    return (
        search_tasks(world, n, True, 1000),
        search_tasks(world, n, True, 2000, new_phrases=False),
        sum_tasks(n, True, 1000),
        written("ordinary")["held_out"],
    )


def teach_tools(
    folder: Path, recipe: AdapterRecipe = RECIPE, n: int = 100
) -> dict[str, Any]:
    """Train, measure before and after, and write adapter and results."""
    real, world = SmolLM2.load(), World(0)
    asked = tool_questions(world, n)
    results = {"before": measure_tools(real, *(some[:20] for some in asked))}
    print("before", results["before"], flush=True)
    adapters, log = finetune(real, tool_examples(real, recipe.seed), recipe)
    print("trained", log[-1], flush=True)
    results |= {"after": measure_tools(real, *asked), "log": log}
    print("after", results["after"], flush=True)
    save_results(folder, recipe, adapters, results)
    return results
