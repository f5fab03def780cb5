"""Finetune the assistant to search, to calculate and to run Python when it should.

The people whom the assistant was asked about, and some of whom it has hardly read, are
named in lessons; all others are kept aside. The start model is asked what it knows of
the former; that it says at once, the rest it looks up.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from course_lib import checkpoint
from course_lib.chat import COURSE, END_OF_TEXT, Message
from course_lib.conversations import ask_about, people_asked_about, read_conversations
from course_lib.data import Example, pack_examples
from course_lib.generate import SamplingConfig, generate
from course_lib.model import Transformer
from course_lib.runtime import atomic_write, data_path
from course_lib.speedrun.assistant import replay_examples
from course_lib.speedrun.manifest import list_files
from course_lib.tokenizer import BPETokenizer
from course_lib.tools import Toolbox, draft_answers, lessons, threshold_for
from course_lib.train import TrainConfig, train
from course_lib.world import Fact, Person, World
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
    decay_fraction=0.6, precision="bf16",
)  # fmt: skip


@dataclass(frozen=True)
class SearchRecipe:
    """All that decides what the searcher becomes."""

    world_seed: int = 0
    seed: int = 0  # of the lessons and of their order
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
    search_share: float = 0.95  # of questions about strangers that shall be searched


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
            page = f"{fact.subject}\n\n{clozes[k % len(clozes)]}"
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
    dice = Dice(1000 + recipe.seed)
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
    aside: int,
) -> list[Example]:  # fmt: skip
    """Interrogate the start model, and put lessons and replayed pages into ids."""
    facts = [f for p in islanders_learned(world) for f in p.facts()]
    known = dict(zip(facts, recalls(model, tokenizer, world, facts), strict=True))
    context = model.config.context
    written = write_lessons(recipe, world, known)
    encoded = [COURSE.encode(lesson, tokenizer) for lesson in written]
    fitting = [example for example in encoded if len(example[0]) <= context + 1]
    return fitting + replay_examples(
        world.documents()[aside:], recipe.n_replayed, tokenizer, context, recipe.seed
    )


def calibrate(
    model: Transformer, tokenizer: BPETokenizer, world: World, share: float
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
    return threshold_for(draft_answers(model, asked, box), share)


def teach_to_search(recipe: SearchRecipe, folder: Path) -> None:
    """Train, and write `searcher/` and `searcher_log.json` into the folder."""
    start = data_path(recipe.start)
    model, tokenizer = checkpoint.load(start)
    world, notes = World(recipe.world_seed), checkpoint.load_notes(data_path("base"))
    aside = notes["held_out_pages"]
    examples = examples_of(recipe, model, tokenizer, world, aside)
    pad = tokenizer.special_tokens["<|pad|>"]
    context = model.config.context
    batches = pack_examples(examples, context, recipe.rows, pad, recipe.seed)
    log = []
    for step in train(model, batches, recipe.training):
        if step.step % 10 == 0 or step.step == recipe.training.steps:
            log.append({"step": step.step, "train": round(step.loss, 3)})
        if step.step % 50 == 0:
            print(f"step {step.step:4}: {log[-1]}, {step.elapsed_s:.0f} s", flush=True)
    model.eval()
    sure_from = calibrate(model, tokenizer, world, recipe.search_share)
    print(f"a draft is said from {sure_from:.3f} on", flush=True)
    made = {"examples": len(examples), "sure_from": round(sure_from, 4)}
    save_searcher(folder, model, tokenizer, recipe, made, log)


def save_searcher(
    folder: Path, model: Transformer, tokenizer: BPETokenizer, recipe: SearchRecipe,
    made: dict[str, float], log: list[dict],
) -> None:  # fmt: skip
    """Write the checkpoint and its log, and list them in the manifest."""
    told = {k: v for k, v in asdict(recipe).items() if k != "training"}
    notes = {
        "made_by": COMMAND,
        **told,
        "steps": recipe.training.steps,
        **made,
    }
    checkpoint.save(folder / "searcher", model, tokenizer, notes, torch.bfloat16)
    atomic_write(folder / LOG, json.dumps(log, indent=0))
    list_files(folder, ["searcher", LOG], COMMAND, recipe.seed)
