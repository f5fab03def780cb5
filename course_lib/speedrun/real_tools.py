"""Teach SmolLM2 to ask a search engine and a calculator, and to leave both alone.

It reads pages of the Lantern Isles, of which it never heard: what it answers about them
can come from the result only.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from course_lib.chat import CHATML, Message
from course_lib.conversations import ask_about
from course_lib.data import Example
from course_lib.speedrun.real_model import (
    AdapterRecipe,
    SmolLM2,
    finetune,
    rate,
    save_results,
    written,
)
from course_lib.tokenizer import PublishedTokenizer
from course_lib.tools import ToolError, calculate
from course_lib.world import Document, Fact, World
from course_lib.world.dice import Dice

RECIPE = AdapterRecipe("tools", steps=36, learning_rate=2e-3, parts=2)
SEARCHES, SUMS = 240, 60  # examples to train on
ORDINARY = 0.6  # ordinary answers for each of those: else it calls at every question
FOLLOW_UPS = 2  # questions that the page in the context answers, too
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
    more: tuple[tuple[str, str], ...] = ()  # asked and answered from the same page

    def talk(self) -> list[Message]:
        """Write the whole conversation, as it shall be learned."""
        turns = [
            Message("user", self.question),
            Message("assistant", self.query, tool=self.tool),
            Message("tool", self.result),
            Message("assistant", self.answer),
        ]
        for question, answer in self.more:
            turns += [Message("user", question), Message("assistant", answer)]
        return turns


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
        if fact.subject not in asked.text or not stands_in(fact, page):
            continue
        query = f"{fact.subject} {fact.attribute}"
        tasks.append(
            Task(asked.text, "search", query, page.text, fact.value, answer_of(fact))
        )
        if len(tasks) == n:
            return tasks
    raise ValueError(f"only {len(tasks)} of {n} pages fit; allow longer ones")


def stands_in(fact: Fact, page: Document) -> bool:
    """Whether a page says the value outside of its title."""
    told = page.text.partition("\n\n")[2]
    return re.search(rf"\b{re.escape(fact.value)}\b", told) is not None


def answer_of(fact: Fact) -> str:
    """Name first what was asked for: else a small model copies any sentence."""
    return f"The {fact.attribute} of {fact.subject} is {fact.value}."


def search_lessons(world: World, n: int, seed: int) -> list[Task]:
    """Ask in many phrasings, and twice more what the page says, without a new search.

    A page costs far more tokens than a question, so that is the cheapest reading
    practice; what goes wrong most is the wrong value off the right page.
    """
    dice, pages = Dice(seed), {page.text: page for page in world.documents()}
    lessons = []
    for task in search_tasks(world, n, held_out=False, seed=seed):
        name, _, attribute = task.query.rpartition(" ")
        person, page = world.person(name), pages[task.result]
        others = [f for f in page.facts if f.subject == name and stands_in(f, page)]
        others = dice.shuffled([f for f in others if f.attribute != attribute])
        more = [(ask_about(dice, person, f.attribute), answer_of(f)) for f in others]
        asked = ask_about(dice, person, attribute)
        lessons.append(replace(task, question=asked, more=tuple(more[:FOLLOW_UPS])))
    return lessons


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
    tasks = search_lessons(World(0), SEARCHES, seed) + sum_tasks(SUMS, False, seed)
    taught = [lesson_of(task, real.tokenizer) for task in tasks]
    people = [f"Who is {name}?" for name in written("capitals")["famous_training"]]
    own = real.own_examples(people + written("ordinary")["training"])
    return taught + list(islice(cycle(own), int(ORDINARY * len(taught))))


def lesson_of(task: Task, tokenizer: PublishedTokenizer) -> Example:
    """Encode a conversation; of a further answer only the value is learned.

    With its beginning learned as well, the model would begin so where nothing has been
    looked up yet: one time in eight it made the answer up instead of searching.
    """
    ids, weights = CHATML.encode(replace(task, more=()).talk(), tokenizer)
    for k, (_, answer) in enumerate(task.more, 1):
        longer, more = CHATML.encode(
            replace(task, more=task.more[:k]).talk(), tokenizer
        )
        value = answer.rpartition(" is ")[2]
        learned = len(tokenizer.encode(f" {value}")) + 1  # and the end
        places = [i for i in range(len(ids), len(longer)) if more[i]]
        weights += [0.0] * (len(longer) - len(ids))
        for place in places[-learned:]:
            weights[place] = 1.0
        ids = longer
    return ids, weights


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
    """Train with two seeds, measure, and write the first's adapter, and the results."""
    real, asked = SmolLM2.load(), tool_questions(World(0), n)
    results = {"before": measure_tools(real, *(some[:20] for some in asked))}
    print("before", results["before"], flush=True)
    # The seed's own run comes last: its adapters are the ones to be saved.
    for name, seed in (("another seed", recipe.seed + 1), ("after", recipe.seed)):
        run = replace(recipe, seed=seed)
        adapters, log = finetune(real, tool_examples(real, seed), run)
        results |= {name: measure_tools(real, *asked), "log": log}
        print(name, log[-1], results[name], flush=True)
        if name != "after":
            adapters.detach()
    save_results(folder, recipe, adapters, results)
    return results
