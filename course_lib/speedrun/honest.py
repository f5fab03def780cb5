"""Teach the assistant to say what it does not know, and record what that costs.

Interrogate it about some people, make lessons of what it knew and what it did not, and
train it a little further. Everything is measured on other people, in phrasings that
were and were not trained on (`honest_measures`).
"""

import json
from collections import Counter
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

import torch

from course_lib import checkpoint
from course_lib.chat import COURSE
from course_lib.conversations import (
    ask_about,
    people_asked_about,
    read_conversations,
)
from course_lib.data import Example, pack_examples
from course_lib.factuality import (
    Interview,
    Judge,
    answers_it_knows,
    interrogate,
    mixed,
    refusals_about_nobody,
    refusals_of_unknown,
    rephrased,
)
from course_lib.model import Transformer
from course_lib.runtime import atomic_write
from course_lib.speedrun.asking import WELL_KNOWN
from course_lib.speedrun.assistant import replay_examples
from course_lib.speedrun.folder import discard, load_model, training_pages
from course_lib.speedrun.honest_measures import measure, summary
from course_lib.speedrun.manifest import list_files
from course_lib.tokenizer import BPETokenizer
from course_lib.train import TrainConfig, train
from course_lib.world import Document, Fact, Person, Question, World, count_exposures
from course_lib.world.dice import Dice

COMMAND = "python -m course_lib speedrun honest"
LOG = "honest_log.json"
HONEST_TRAINING = TrainConfig(
    steps=120, learning_rate=5e-4, optimizer="adamw", warmup_steps=10,
    decay_fraction=0.6, precision="fastest",
)  # fmt: skip


@dataclass(frozen=True)
class HonestRecipe:
    """All that decides what the honest assistant becomes."""

    world_seed: int = 0
    share: float = 0.3  # of refusals among the lessons
    shares: tuple[float, ...] = (0.0, 0.15, 0.3, 0.5)  # tried, for the curve
    nobody: int = 3000  # questions about people made up for this
    phrasings: int = 8  # in which each known fact is taught
    replayed_conversations: int = 2000  # of those it was finetuned on
    replayed_pages: int = 1500
    training: TrainConfig = HONEST_TRAINING
    rows: int = 16
    most: int = 400  # facts measured in each bin of exposures
    seeds: tuple[int, ...] = (0, 1)


@dataclass(frozen=True)
class Split:
    """Who is interrogated and learned from, and on whom everything is measured."""

    interrogated: tuple[Person, ...]
    measured: tuple[Person, ...]

    @classmethod
    def of(cls, world: World) -> "Split":
        """Divide whom no conversation of finetuning was about; the never told, too."""
        taught = {p.name for p in people_asked_about(world)}
        free = [p for p in world.people if p.name not in taught]
        asked, kept = free[0::4], [p for k, p in enumerate(free) if k % 4]
        # Orla Venn, the first of the never told, is measured.
        never = world.never_told
        return cls((*asked, *never[1::2]), (*kept, *never[0::2]))


class Classroom:
    """The assistant, the world, and what was found when it was interrogated."""

    def __init__(self, folder: Path, recipe: HonestRecipe) -> None:
        self.folder, self.recipe = folder, recipe
        self.world = World(recipe.world_seed)
        self.split = Split.of(self.world)
        self.judge = Judge.of(self.world)
        self.model, self.tokenizer = self.assistant()

    def assistant(self) -> tuple[Transformer, BPETokenizer]:
        """Load the assistant afresh, as finetuning left it."""
        return load_model(self.folder / "assistant")

    @cached_property
    def pages(self) -> list[Document]:
        """The pages that were trained on."""
        return training_pages(self.folder, self.recipe.world_seed)

    @cached_property
    def told(self) -> Counter[Fact]:
        """How many of those pages tell a fact."""
        return count_exposures(self.pages)

    @cached_property
    def interviews(self) -> list[Interview]:
        """Ask three times for every fact about the interrogated."""
        dice = Dice(1)
        facts = [fact for p in self.split.interrogated for fact in p.facts()]
        questions = [
            replace(q, text=ask_about(dice, self.world.person(f.subject), f.attribute))
            for f, q in zip(facts, self.world.questions(facts), strict=True)
        ]
        return interrogate(self.model, self.tokenizer, questions, self.judge)

    def lessons(self, share: float, seed: int) -> list[Example]:
        """Make what the assistant is trained on, replayed examples included."""
        recipe, dice = self.recipe, Dice(100 + seed)
        known = answers_it_knows(self.interviews)
        known += rephrased(
            self.interviews, self.world, recipe.phrasings - 1, dice, ask_about
        )
        if not known:  # a model that has learned next to nothing: nothing to protect
            known = self.finetuned_on(recipe.replayed_conversations, dice)
        refusals = refusals_of_unknown(self.interviews, self.world, dice)
        refusals += refusals_about_nobody(self.world, recipe.nobody, dice, ask_about)
        spoken = mixed(known, refusals, share, dice)
        spoken += self.finetuned_on(recipe.replayed_conversations, dice)
        examples = [COURSE.encode(lesson, self.tokenizer) for lesson in spoken]
        context = self.model.config.context
        return examples + replay_examples(
            self.pages, recipe.replayed_pages, self.tokenizer, context, seed
        )

    def finetuned_on(self, count: int, dice: Dice) -> list[list]:
        """Draw from the conversations of finetuning; the hand-written all come."""
        files = self.folder / "conversations"
        by_hand = read_conversations(files / "hand_written.jsonl")
        written = read_conversations(files / "about_people.jsonl")
        drawn = dice.sample(written, min(count, len(written)))
        return [list(c.messages) for c in (*by_hand, *drawn)]

    def questions(self, held_out: bool) -> list[Question]:
        """Ask about the measured people, in phrasings never trained on or trained on.

        At most so many of each bin of exposures; what was told 25 times and more is
        asked for twice, as there is little of it.
        """
        names = {p.name for p in self.split.measured}
        facts, twice = [], []
        for label, some in self.world.bins(self.pages).items():
            some = [fact for fact in some if fact.subject in names]
            facts += Dice(7).sample(some, min(len(some), self.recipe.most))
            twice += some if label in WELL_KNOWN else []
        found: list[Question] = []
        for seed, some in enumerate((facts, twice)):
            dice = Dice(200 + seed)
            asked = self.world.questions(some, held_out=True, seed=200 + seed)
            if not held_out:
                people = [self.world.person(f.subject) for f in some]
                texts = [
                    ask_about(dice, p, f.attribute)
                    for p, f in zip(people, some, strict=True)
                ]
                asked = [replace(q, text=t) for q, t in zip(asked, texts, strict=True)]
            found += asked
        return list(dict.fromkeys(found))


def train_honest(room: Classroom, share: float, seed: int) -> Transformer:
    """Train a fresh copy of the assistant on lessons with a share of refusals."""
    model, tokenizer = room.assistant()
    recipe, pad = room.recipe, tokenizer.special_tokens["<|pad|>"]
    examples = room.lessons(share, seed)
    batches = pack_examples(examples, model.config.context, recipe.rows, pad, seed)
    for log in train(model, batches, recipe.training):
        if log.step % 40 == 0:
            print(f"share {share}, seed {seed}, step {log.step}: {log.loss:.2f}")
    model.eval()
    return model


def try_share(room: Classroom, unfinished: Path, share: float, seed: int) -> None:
    """Train and measure one share of refusals, unless that was done before."""
    name = f"share-{share}-seed-{seed}"
    if (unfinished / f"{name}.json").exists():
        return
    model = train_honest(room, share, seed)
    checkpoint.save(unfinished / name, model, room.tokenizer)
    earlier = json.loads((unfinished / "before.json").read_text())
    found = {
        kind: measure(model, room, kind == "unseen", [r["answer"] for r in rows])
        for kind, rows in earlier.items()
    }
    atomic_write(unfinished / f"{name}.json", json.dumps(found))


def before(room: Classroom, unfinished: Path) -> None:
    """Measure the assistant as it is, unless that was done before."""
    if not (unfinished / "before.json").exists():
        found = {
            kind: measure(room.model, room, kind == "unseen")
            for kind in ("unseen", "seen")
        }
        atomic_write(unfinished / "before.json", json.dumps(found))


def make_honest(recipe: HonestRecipe, folder: Path) -> None:
    """Write `honest/` and `honest_log.json`; an interrupted call can be repeated."""
    room, unfinished = Classroom(folder, recipe), folder / "honest_unfinished"
    unfinished.mkdir(exist_ok=True)
    before(room, unfinished)
    for seed in recipe.seeds:
        for share in recipe.shares if seed == recipe.seeds[0] else (recipe.share,):
            try_share(room, unfinished, share, seed)
    log = summary(room, unfinished)
    chosen = f"share-{recipe.share}-seed-{recipe.seeds[0]}"
    model, _ = load_model(unfinished / chosen)
    notes = {"made_by": COMMAND, "recipe": asdict(recipe)}
    checkpoint.save(folder / "honest", model, room.tokenizer, notes, torch.bfloat16)
    atomic_write(folder / LOG, json.dumps(log, indent=0))
    list_files(folder, ["honest", LOG], COMMAND, recipe.seeds[0])
    discard(unfinished)
