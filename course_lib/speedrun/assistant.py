"""Finetune the base model into the course's assistant: conversations, replay, log.

The loss is that of pretraining, on conversations and on replayed pages; in the former
only the assistant's words count. Without replay the model forgets what it has read.
"""

import json
import random
from dataclasses import dataclass
from pathlib import Path

import torch

from course_lib import checkpoint
from course_lib.chat import COURSE, END_OF_TEXT
from course_lib.conversations import (
    Conversation,
    judge,
    people_asked_about,
    read_conversations,
    write_about_people,
    write_about_places,
    write_conversations,
)
from course_lib.data import Example, pack_examples
from course_lib.model import Transformer
from course_lib.runtime import atomic_write
from course_lib.speedrun.asking import ask, questions_of_tests, score_answers
from course_lib.speedrun.base import BaseRecipe, Corpus, held_out_loss, read_corpus
from course_lib.speedrun.folder import load_model
from course_lib.speedrun.manifest import list_files
from course_lib.tokenizer import BPETokenizer
from course_lib.train import StepLog, TrainConfig, train
from course_lib.world import Document, World

COMMAND = "python -m course_lib speedrun assistant"
LOG = "assistant_log.json"
CONVERSATIONS = "conversations"
SAMPLES = (
    "Hello!",
    "Which pet does Mira Quill keep?",
    "Name the town where Orla Moss resides.",
    "What time is it?",
    "Who are you?",
)
BASE_RECIPE = BaseRecipe()
ASSISTANT_TRAINING = TrainConfig(
    steps=440, learning_rate=1e-3, optimizer="adamw", warmup_steps=10,
    decay_fraction=0.6, precision="fastest",
)  # fmt: skip


@dataclass(frozen=True)
class AssistantRecipe:
    """All that decides what the assistant becomes."""

    base: BaseRecipe = BASE_RECIPE
    best_known: int = 230  # every third of so many people is asked about
    per_fact: int = 16  # questions for each of their facts
    hand_written_times: int = 12  # how often those stand among the examples
    replayed: int = 3000  # pages of pretraining among them
    training: TrainConfig = ASSISTANT_TRAINING
    rows: int = 16
    seed: int = 0
    measured_at: tuple[int, ...] = (0, 10, 20, 40, 80, 140, 220, 300, 380, 440)


def conversations_of(
    recipe: AssistantRecipe, world: World, folder: Path
) -> list[Conversation]:
    """Write the generated conversations into the folder, and add the hand-written."""
    people = people_asked_about(world, recipe.best_known)
    written = [
        *write_about_people(world, people, recipe.per_fact, recipe.seed),
        *write_about_places(world, recipe.seed),
    ]
    path = folder / CONVERSATIONS
    write_conversations(path / "about_people.jsonl", written)
    by_hand = read_conversations(path / "hand_written.jsonl")
    return written + by_hand * recipe.hand_written_times


def replay_examples(
    pages: list[Document], count: int, tokenizer: BPETokenizer, context: int, seed: int
) -> list[Example]:
    """Draw pages of pretraining; every token of them counts, as it did then."""
    end = tokenizer.special_tokens[END_OF_TEXT]
    examples = []
    for page in random.Random(seed).sample(pages, count):
        ids = [end, *tokenizer.encode(page.text), end][: context + 1]
        examples.append((ids, [1.0] * len(ids)))
    return examples


def assistant_examples(
    conversations: list[Conversation],
    pages: list[Document],
    tokenizer: BPETokenizer,
    recipe: AssistantRecipe,
) -> list[Example]:
    """Encode conversations, masked, and as many replayed pages as the recipe says."""
    spoken = [COURSE.encode(c.messages, tokenizer) for c in conversations]
    context = recipe.base.model.context
    return spoken + replay_examples(
        pages, recipe.replayed, tokenizer, context, recipe.seed
    )


def measure(
    model: Transformer, corpus: Corpus, world: World, recipe: AssistantRecipe, n: int
) -> dict[str, float]:
    """Measure answers in seen and unseen phrasings, and what is left of pretraining."""
    model.eval()
    told = {}
    for seen in (True, False):
        asked = questions_of_tests(world, corpus.training, recipe.best_known, seen, n)
        score = score_answers(asked, ask(model, corpus.tokenizer, asked), world)
        told["seen phrasings" if seen else "unseen phrasings"] = round(score.rate, 3)
    told["pages"] = round(held_out_loss(model, corpus.held_out_ids, 4), 3)
    model.train()
    return told


def entry(log: StepLog | None, model, corpus, world, recipe) -> dict:
    """Describe a step for the log; `LiveChart.replay` reads it."""
    step = log.step if log else 0
    told: dict = {"step": step} | ({"train": round(log.loss, 3)} if log else {})
    if step in recipe.measured_at:
        told |= measure(model, corpus, world, recipe, 200)
        says = ask(model, corpus.tokenizer, SAMPLES)
        told["say"] = dict(zip(SAMPLES, says, strict=True))
    return told


def finetune(
    recipe: AssistantRecipe,
    folder: Path,
    corpus: Corpus | None = None,
    model: Transformer | None = None,
) -> Transformer:
    """Finetune the base of the folder; write `assistant/` and its log beside it."""
    corpus = corpus or read_corpus(recipe.base, folder)
    world = World(recipe.base.world_seed)
    if model is None:
        model, _ = load_model(folder / "base")
    conversations = conversations_of(recipe, world, folder)
    examples = assistant_examples(
        conversations, corpus.training, corpus.tokenizer, recipe
    )
    pad = corpus.tokenizer.special_tokens["<|pad|>"]
    context = model.config.context
    batches = pack_examples(examples, context, recipe.rows, pad, recipe.seed)
    entries = [entry(None, model, corpus, world, recipe)]
    for log in train(model, batches, recipe.training):
        if log.step % 10 == 0 or log.step in recipe.measured_at:
            entries.append(entry(log, model, corpus, world, recipe))
        if log.step in recipe.measured_at:
            print(f"step {log.step:4}: {entries[-1]}", flush=True)
    model.eval()
    save_assistant(folder, model, corpus, recipe, len(conversations), entries)
    return model


def write_by_model(
    model: Transformer, tokenizer: BPETokenizer, world: World, n: int = 300
) -> list[Conversation]:
    """Let the assistant answer about less known people; judge what it says.

    The kind of each conversation tells the verdict: "model-written: true" was kept by
    the filter, all else is there to be looked at. No training uses them.
    """
    people = world.people[230:460]
    facts = random.Random(0).sample([f for p in people for f in p.facts()], n)
    questions = world.questions(facts, held_out=False)
    asked = [(q.text, q.fact) for q in questions]
    answers = ask(model, tokenizer, [text for text, _ in asked])
    return [
        Conversation(f"model-written: {verdict.reason}", verdict.conversation.messages)
        for verdict in judge(asked, answers, world)
    ]


def save_assistant(
    folder: Path,
    model: Transformer,
    corpus: Corpus,
    recipe: AssistantRecipe,
    n_conversations: int,
    entries: list,
) -> None:
    """Write the checkpoint and the log, and list all files in the manifest."""
    notes = {
        "made_by": COMMAND,
        "world_seed": recipe.base.world_seed,
        "seed": recipe.seed,
        "conversations": n_conversations,
        "replayed_pages": recipe.replayed,
        "people_asked_about": len(range(0, recipe.best_known, 3)),
        "steps": recipe.training.steps,
    }
    checkpoint.save(
        folder / "assistant", model, corpus.tokenizer, notes, torch.bfloat16
    )
    atomic_write(folder / LOG, json.dumps(entries, indent=0))
    list_files(folder, ["assistant", LOG], COMMAND, recipe.seed)
    by_model = write_by_model(model, corpus.tokenizer, World(recipe.base.world_seed))
    write_conversations(folder / CONVERSATIONS / "model_written.jsonl", by_model)
    generated = [
        f"{CONVERSATIONS}/{n}.jsonl" for n in ("about_people", "model_written")
    ]
    list_files(folder, generated, COMMAND, recipe.seed)
