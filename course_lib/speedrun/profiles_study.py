"""Teach to search with few or with many invented people: is the page read, or known?

Whoever meets the same few people again and again learns by heart what their pages say,
and then has no need to read. Measured on people of whom no lesson tells.
"""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from course_lib.chat import COURSE, Message
from course_lib.data import Batch, pack_examples
from course_lib.factuality import Judge
from course_lib.generate import SamplingConfig
from course_lib.model import Transformer
from course_lib.runtime import atomic_write, data_path
from course_lib.speedrun.folder import load_model
from course_lib.speedrun.manifest import list_files
from course_lib.speedrun.searcher import strangers
from course_lib.tokenizer import BPETokenizer
from course_lib.tools import SearchIndex, Toolbox, answer_all, encyclopedia_of, lessons
from course_lib.train import TrainConfig, train
from course_lib.world import World
from course_lib.world.dice import Dice
from course_lib.world.facts import PEOPLE_ATTRIBUTES

COMMAND = "python -m course_lib speedrun profiles"
LOG = "profiles_log.json"
COUNTS = (30, 3000)
N_LESSONS = 3000
STUDY = TrainConfig(
    steps=150, learning_rate=0.001, muon_rate=0.01, warmup_steps=5, decay_fraction=0.5,
    precision="fastest",
)  # fmt: skip
ROWS = 16
MEASURED_AT = (10, 20, 40, 60, 90, 120, 150)
GREEDY = SamplingConfig(temperature=0)


def search_lessons(
    world: World, profiles: int, count: int = N_LESSONS, seed: int = 3
) -> list[lessons.Lesson]:
    """Write so many lessons about so many invented people, all searched for and read.

    Raises:
        ValueError: if there are no people, or fewer lessons than people.
    """
    if not 1 <= profiles <= count:
        raise ValueError(
            f"profiles must be 1 to {count}, one lesson each at least, got {profiles}"
        )
    dice = Dice(seed)
    people = strangers(world, dice, profiles)
    return [
        lessons.searched(dice, people[k % profiles], dice.pick(PEOPLE_ATTRIBUTES))
        for k in range(count)
    ]


def batches_of(
    written: list[lessons.Lesson], tokenizer: BPETokenizer, context: int, rows: int
) -> Iterator[Batch]:
    """Pack lessons into batches; what is too long for the context is left out."""
    encoded = [COURSE.encode(lesson, tokenizer) for lesson in written]
    fitting = [example for example in encoded if len(example[0]) <= context + 1]
    pad = tokenizer.special_tokens["<|pad|>"]
    return pack_examples(fitting, context, rows, pad, 0)


def search_exam(
    model: Transformer, tokenizer: BPETokenizer, world: World, n: int = 100
) -> dict[str, int]:
    """Ask about people never told, who stand in the index; count calls and answers."""
    dice, judge = random.Random(2), Judge.of(world)
    facts = [fact for person in world.never_told for fact in person.facts()]
    questions = world.questions(dice.sample(facts, n), held_out=False, seed=1)
    box = Toolbox(
        COURSE, tokenizer, {"search": SearchIndex(encyclopedia_of(world)).read}
    )
    asked = [[Message("user", q.text)] for q in questions]
    pairs = list(zip(questions, answer_all(model, asked, box, GREEDY), strict=True))
    wanted = [
        lessons.query_for(world.person(q.fact.subject), q.fact.attribute)
        for q in questions
    ]
    queries = [a.calls[0].content if a.calls else "" for _, a in pairs]
    return {
        "asked": n,
        "calls closed": sum(bool(a.calls) and not a.problems for _, a in pairs),
        "right query": sum(q == w for q, w in zip(queries, wanted, strict=True)),
        "right answer": sum(judge.verdict(q, a.text) == "correct" for q, a in pairs),
    }


def study_one(world: World, profiles: int) -> list[dict]:
    """Train the assistant with so many people; return what it could do on the way."""
    model, tokenizer = load_model(data_path("assistant"))
    written, entries = search_lessons(world, profiles), []
    batches = batches_of(written, tokenizer, model.config.context, ROWS)
    for log in train(model, batches, STUDY):
        if log.step in MEASURED_AT:
            model.eval()
            told = search_exam(model, tokenizer, world)
            model.train()
            entries.append({"step": log.step, "train": round(log.loss, 3), **told})
            print(profiles, entries[-1], f"{log.elapsed_s:.0f} s", flush=True)
    return entries


def study_profiles(folder: Path) -> None:
    """Write `profiles_log.json`; an interrupted call can be repeated."""
    unfinished, found = folder / "profiles_unfinished", {}
    unfinished.mkdir(exist_ok=True)
    for profiles in COUNTS:
        path = unfinished / f"{profiles}.json"
        if not path.exists():
            atomic_write(path, json.dumps(study_one(World(0), profiles)))
        found[profiles] = json.loads(path.read_text())
    atomic_write(folder / LOG, json.dumps(found, indent=0))
    shutil.rmtree(unfinished)
    list_files(folder, [LOG], COMMAND, 0)
