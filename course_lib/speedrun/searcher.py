"""Finetune the assistant to search, to calculate and to run Python when it should.

The people whom the assistant was asked about, and some of whom it has hardly read, are
named in lessons; all others are kept aside. The start model is asked what it knows of
the former; that it says at once, the rest it looks up. What the searcher then does is
measured for two seeds (`searcher_measures`).
"""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from course_lib import checkpoint
from course_lib.chat import COURSE, END_OF_TEXT, Message
from course_lib.conversations import ask_about, people_asked_about, read_conversations
from course_lib.data import Example, pack_examples
from course_lib.generate import SamplingConfig, generate
from course_lib.model import Transformer
from course_lib.runtime import DATA, atomic_write, data_path
from course_lib.speedrun.assistant import replay_examples
from course_lib.speedrun.folder import discard, load_model, training_pages
from course_lib.speedrun.manifest import list_files
from course_lib.speedrun.searcher_measures import (
    COLUMNS,
    Exam,
    baselines,
    doubts,
    measure_other_tools,
    measure_searching,
    printed,
    told_at,
)
from course_lib.tokenizer import BPETokenizer
from course_lib.tools import Toolbox, draft_answers, lessons, threshold_for
from course_lib.train import TrainConfig, train
from course_lib.world import Document, Fact, Person, World
from course_lib.world.dice import Dice
from course_lib.world.facts import PEOPLE_ATTRIBUTES
from course_lib.world.pages_school import invented

COMMAND = "python -m course_lib speedrun search"
LOG = "searcher_log.json"
N_CALIBRATED = 500
BEST_KNOWN = 230  # of so many the assistant was asked about every third
SLOW = ("job", "job", "instrument", "hobby")  # are learned late: asked more often

SEARCH_TRAINING = TrainConfig(
    steps=430, learning_rate=0.001, muon_rate=0.01, warmup_steps=10,
    decay_fraction=0.6, precision="fastest",
)  # fmt: skip


@dataclass(frozen=True)
class SearchRecipe:
    """All that decides what the searcher becomes."""

    world_seed: int = 0
    seeds: tuple[int, ...] = (0, 1)  # of lessons and their order; the first is kept
    start: str = "assistant"  # the folder of data/ to start from
    n_invented: int = 6500  # lessons about people who exist in one lesson only
    n_not_found: int = 150
    n_calculated: int = 900
    n_programmed: int = 1100
    hand_written_times: int = 6  # small talk, refusals, style: nothing to look up
    n_replayed: int = 2000  # pages of the corpus, so that nothing is forgotten
    per_known: int = 4  # phrasings of each fact that is answered at once
    per_unknown: int = 2
    needed: int = 3  # of three recalls, to count as known
    training: TrainConfig = SEARCH_TRAINING
    rows: int = 16
    memories: tuple[str, ...] = ("assistant", "honest")  # of data/: who drafts, doubts
    search_share: float = 0.94  # of questions about strangers that shall be searched
    per_bin: int = 120  # facts measured of each number of tellings, and never told:
    n_never: int = 400


def islanders_learned(world: World) -> tuple[Person, ...]:
    """Return the people whom lessons may name: those the assistant was asked about,
    and every third of the less known.
    """
    asked = people_asked_about(world, BEST_KNOWN)
    return (*asked, *world.people[BEST_KNOWN::3])


def islanders_aside(world: World) -> tuple[Person, ...]:
    """Return the people kept aside for measuring."""
    learned = {person.name for person in islanders_learned(world)}
    return tuple(p for p in world.people if p.name not in learned)


def recalls(
    model: Transformer, tokenizer: BPETokenizer, world: World, facts: Sequence[Fact]
) -> list[int]:
    """Count for each fact how often of three times the model completes it rightly."""
    end, dice = tokenizer.special_tokens[END_OF_TEXT], random.Random(0)
    prompts = []
    for fact in facts:
        clozes = list(world.clozes(fact, held_out=False))
        dice.shuffle(clozes)
        for k in range(3):
            # One line break: a crawl leaves no empty lines.
            page = f"{fact.subject}\n{clozes[k % len(clozes)]}"
            prompts.append([end, *tokenizer.encode(page)])
    said = generate(model, prompts, SamplingConfig(temperature=0), 12, [end])
    texts = [tokenizer.decode(ids).lstrip() for ids in said]
    return [
        sum(text.startswith(fact.value) for text in texts[3 * k : 3 * k + 3])
        for k, fact in enumerate(facts)
    ]


def strangers(world: World, dice: Dice, n: int) -> list[Person]:
    """Invent people, each another, none of them an islander."""
    taken = {p.name for p in world.people + world.never_told}
    found: list[Person] = []
    while len(found) < n:
        person = invented(dice, world.land)
        if person.name not in taken:
            taken.add(person.name)
            found.append(person)
    return found


def write_lessons(
    recipe: SearchRecipe, world: World, known: dict[Fact, int]
) -> list[lessons.Lesson]:
    """Write all conversations of the recipe; `known` says how well a fact is."""
    dice = Dice(1000 + recipe.seeds[0])
    asked = (*PEOPLE_ATTRIBUTES, *SLOW)
    made = [
        lessons.searched(dice, person, dice.pick(asked))
        for person in strangers(world, dice, recipe.n_invented)
    ]
    made += [
        lessons.not_found(dice, person, dice.pick(asked))
        for person in strangers(world, dice, recipe.n_not_found)
    ]
    for fact, times in known.items():
        person = world.person(fact.subject)
        if times >= recipe.needed:
            kind, n = lessons.answered_at_once, recipe.per_known
        elif times <= 1:
            kind, n = lessons.searched, recipe.per_unknown
        else:
            continue
        made += [kind(dice, person, fact.attribute) for _ in range(n)]
    made += [lessons.calculated(dice) for _ in range(recipe.n_calculated)]
    made += [lessons.programmed(dice) for _ in range(recipe.n_programmed)]
    path = data_path("conversations/hand_written.jsonl")
    by_hand = [list(spoken.messages) for spoken in read_conversations(path)]
    return made + by_hand * recipe.hand_written_times


def examples_of(
    recipe: SearchRecipe, model: Transformer, tokenizer: BPETokenizer, world: World,
    pages: list[Document],
) -> list[Example]:  # fmt: skip
    """Interrogate the start model, and put lessons and replayed pages into ids."""
    facts = [f for p in islanders_learned(world) for f in p.facts()]
    known = dict(zip(facts, recalls(model, tokenizer, world, facts), strict=True))
    context = model.config.context
    written = write_lessons(recipe, world, known)
    encoded = [COURSE.encode(lesson, tokenizer) for lesson in written]
    fitting = [example for example in encoded if len(example[0]) <= context + 1]
    return fitting + replay_examples(
        pages, recipe.n_replayed, tokenizer, context, recipe.seeds[0]
    )


def train_searcher(
    recipe: SearchRecipe, seed: int, folder: Path = DATA
) -> tuple[Transformer, BPETokenizer, list[dict]]:
    """Train the start model on the lessons of one seed; return it with its log."""
    recipe = replace(recipe, seeds=(seed,))
    model, tokenizer = load_model(folder / recipe.start)
    world, pages = World(recipe.world_seed), training_pages(folder, recipe.world_seed)
    examples = examples_of(recipe, model, tokenizer, world, pages)
    pad, context = tokenizer.special_tokens["<|pad|>"], model.config.context
    batches = pack_examples(examples, context, recipe.rows, pad, seed)
    log = []
    for step in train(model, batches, recipe.training):
        if step.step % 10 == 0 or step.step == recipe.training.steps:
            log.append({"step": step.step, "train": round(step.loss, 3)})
        if step.step % 50 == 0:
            print(f"step {step.step:4}: {log[-1]}, {step.elapsed_s:.0f} s", flush=True)
    model.eval()
    return model, tokenizer, log


def calibrate(
    memories: Sequence[Transformer], tokenizer: BPETokenizer, world: World, share: float
) -> float:
    """Find from how sure on a draft may be said: asked of people nobody can know.

    No islander is needed for it, so all those kept aside are left for measuring.
    """
    dice = Dice(31337)
    asked = [
        [Message("user", ask_about(dice, person, dice.pick(PEOPLE_ATTRIBUTES)))]
        for person in strangers(world, dice, N_CALIBRATED)
    ]
    box = Toolbox(COURSE, tokenizer, {})
    return threshold_for(draft_answers(memories, asked, box), share)


def exam_of(recipe: SearchRecipe, folder: Path = DATA) -> Exam:
    """Ask about everybody whom no lesson names."""
    world = World(recipe.world_seed)
    aside = {p.name for p in (*islanders_aside(world), *world.never_told)}
    pages = training_pages(folder, recipe.world_seed)
    return Exam(world, pages, frozenset(aside), recipe.per_bin, recipe.n_never)


def measured(
    made: Path, memories: Sequence[Transformer], exam: Exam, sure_from: float
) -> dict:
    """Measure one searcher in both kinds of phrasings, unless that was done before."""
    model, tokenizer = load_model(made)
    found: dict = {"tools": measure_other_tools(model, tokenizer, exam.n_never)}
    for kind in ("unseen", "seen"):
        path = made / f"{kind}.json"
        if not path.exists():
            asked = measure_searching(
                model, memories, tokenizer, exam, kind == "unseen"
            )
            atomic_write(path, json.dumps(asked))
        rows = json.loads(path.read_text())
        told = told_at(rows, sure_from)
        print(f"{kind} phrasings:\n{printed(told)}", flush=True)
        kept = [list(row.values()) for row in rows]
        found[kind] = {"told": told, "doubts": doubts(rows), "rows": kept}
    return found


def train_searchers(recipe: SearchRecipe, folder: Path) -> Path:
    """Train one searcher a seed, unless that was done; return where they lie.

    Nothing is measured yet: that needs the honest assistant, this does not.
    """
    unfinished = folder / "searcher_unfinished"
    for seed in recipe.seeds:
        made = unfinished / f"seed-{seed}"
        if not made.exists():
            model, tokenizer, log = train_searcher(recipe, seed, folder)
            notes = {"training": log}
            checkpoint.save(made, model, tokenizer, notes, torch.bfloat16)
    return unfinished


def teach_to_search(recipe: SearchRecipe, folder: Path) -> None:
    """Write `searcher/` and its log; an interrupted call can be repeated."""
    unfinished = train_searchers(recipe, folder)
    memories = [load_model(folder / name)[0] for name in recipe.memories]
    exam = exam_of(recipe, folder)
    _, tokenizer = load_model(folder / recipe.start)
    sure_from = calibrate(memories, tokenizer, exam.world, recipe.search_share)
    seeds = {}
    for seed in recipe.seeds:
        made = unfinished / f"seed-{seed}"
        seeds[seed] = measured(made, memories, exam, sure_from)
        if seed != recipe.seeds[0]:  # rows of one seed are enough to draw with
            for kind in ("unseen", "seen"):
                del seeds[seed][kind]["rows"]
    log = {
        "sure_from": round(sure_from, 4),
        "columns": list(COLUMNS),
        "baselines": {k: baselines(exam, k == "unseen") for k in ("unseen", "seen")},
        "seeds": seeds,
    }
    save_searcher(folder, recipe, unfinished / f"seed-{recipe.seeds[0]}", log)
    discard(unfinished)


def save_searcher(folder: Path, recipe: SearchRecipe, made: Path, log: dict) -> None:
    """Write the checkpoint and its log, and list them in the manifest."""
    model, tokenizer = load_model(made)
    log["training"] = checkpoint.load_notes(made)["training"]
    told = {k: v for k, v in asdict(recipe).items() if k != "training"}
    steps = {"steps": recipe.training.steps, "sure_from": log["sure_from"]}
    notes = {"made_by": COMMAND, **told, **steps}
    checkpoint.save(folder / "searcher", model, tokenizer, notes, torch.bfloat16)
    atomic_write(folder / LOG, json.dumps(log, separators=(",", ":")))
    list_files(folder, ["searcher", LOG], COMMAND, recipe.seeds[0])
