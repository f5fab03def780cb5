"""Pretrain the course's own base model: corpus, tokenizer, training, log.

Two processes under `torchrun` take one batch of every step each; a single process takes
both in turn, and walks the same steps.
"""

import json
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy
import torch
import torch.distributed as dist
from jaxtyping import UInt

from course_lib import checkpoint
from course_lib.chat import END_OF_TEXT, SPECIAL_TOKENS
from course_lib.data import encode_documents, windows
from course_lib.generate import SamplingConfig, generate
from course_lib.model import ModelConfig, Transformer
from course_lib.runtime import atomic_write, device
from course_lib.speedrun.folder import Tell, discard, nobody, pages_of
from course_lib.speedrun.manifest import list_files
from course_lib.tokenizer import BPETokenizer
from course_lib.train import (
    StepLog,
    TrainConfig,
    TrainState,
    find_run,
    head_loss,
    load_run,
    save_run,
    train,
)
from course_lib.world import Document

COMMAND = "python -m course_lib speedrun base"
LOG, TOKENIZER = "base_log.json", "tokenizer.json"
READ = {  # what a base was trained on, by whether it was crawled
    True: "trained on what a crawl's filters left",
    False: "trained on the world's pages as they were written, without a crawl",
}


BASE_MODEL = ModelConfig(
    vocab_size=2048, context=256, n_layers=5, width=192, n_heads=4, n_kv_heads=4,
    mlp_width=512,
)  # fmt: skip
BASE_TRAINING = TrainConfig(
    steps=3700, learning_rate=0.003, muon_rate=0.02, warmup_steps=50,
    decay_fraction=0.6, accumulate=2, precision="fastest",
)  # fmt: skip


@dataclass(frozen=True)
class BaseRecipe:
    """All that decides what the base model becomes."""

    world_seed: int = 0
    held_out: int = 50  # the first of so many pages are never trained on
    model: ModelConfig = BASE_MODEL
    training: TrainConfig = BASE_TRAINING
    rows: int = 16  # windows in a batch
    measure_every: int = 100  # steps between two losses on held-out pages
    save_every: int = 250  # steps, to go on from after an interruption
    samples_at: tuple[int, ...] = (1, 30, 100, 300, 1000, 2000, 3000, 3700)
    crawled: bool = False  # read what a crawl left, not the pages as they were written


@dataclass(frozen=True)
class Corpus:
    """Pages to train on, pages kept aside, and the tokenizer made from the former."""

    training: list[Document]
    held_out: list[Document]
    tokenizer: BPETokenizer

    @property
    def end_id(self) -> int:
        """The separator between two pages."""
        return self.tokenizer.special_tokens[END_OF_TEXT]

    @cached_property
    def training_ids(self) -> UInt[numpy.ndarray, " T"]:
        return self._ids(self.training)

    @cached_property
    def held_out_ids(self) -> UInt[numpy.ndarray, " T"]:
        return self._ids(self.held_out)

    def _ids(self, pages: list[Document]) -> UInt[numpy.ndarray, " T"]:
        return encode_documents([p.text for p in pages], self.tokenizer, self.end_id)


def read_corpus(recipe: BaseRecipe, folder: Path | None = None) -> Corpus:
    """Read the pages, keep some aside, and train the tokenizer on the rest.

    A folder in which `make_tokenizer` has been is asked for its tokenizer.
    """
    pages = pages_of(folder if recipe.crawled else None, recipe.world_seed)
    aside = len(pages) // recipe.held_out
    made = folder / TOKENIZER if folder else None
    if made and made.is_file():
        tokenizer = BPETokenizer.load(made)
    else:
        texts = [page.text for page in pages[aside:]]
        tokenizer = BPETokenizer.train(texts, recipe.model.vocab_size, SPECIAL_TOKENS)
    return Corpus(pages[aside:], pages[:aside], tokenizer)


def make_tokenizer(recipe: BaseRecipe, folder: Path) -> None:
    """Write `tokenizer.json`, made from the pages that are not kept aside."""
    read_corpus(recipe, folder).tokenizer.save(folder / TOKENIZER)
    list_files(folder, [TOKENIZER], COMMAND, recipe.world_seed)


@torch.no_grad()
def held_out_loss(
    model: Transformer, ids: UInt[numpy.ndarray, " T"], batches: int = 10
) -> float:
    """Return the mean loss in nats on windows of pages never trained on."""
    total = count = 0.0
    endless = windows(ids, model.config.context, batch_size=16, seed=0)
    place = next(model.parameters()).device
    for _, batch in zip(range(batches), endless, strict=False):
        batch = batch.to(place)
        loss = head_loss(
            model.body(batch.token_ids), model.unembedding(), batch.targets,
            batch.weights,
        )  # fmt: skip
        total += float(loss * batch.weights.sum())
        count += float(batch.weights.sum())
    return total / count


def sample_page(model: Transformer, corpus: Corpus, seed: int = 0) -> str:
    """Let the model write the beginning of a page from nothing."""
    sampling = SamplingConfig(temperature=0.7, seed=seed)
    (ids,) = generate(model, [[corpus.end_id]], sampling, 90, [corpus.end_id])
    return corpus.tokenizer.decode(ids)


def entry(
    log: StepLog, recipe: BaseRecipe, model: Transformer, corpus: Corpus
) -> dict[str, float | str]:
    """Describe a step for the log: `LiveChart.replay` reads it."""
    told: dict[str, float | str] = {"step": log.step, "train": round(log.loss, 3)}
    if log.step % recipe.measure_every == 0 or log.step in recipe.samples_at:
        told["held out"] = round(held_out_loss(model, corpus.held_out_ids), 3)
    if log.step in recipe.samples_at:
        told["say"] = sample_page(model, corpus)
    return told


def pretrain(recipe: BaseRecipe, folder: Path, tell: Tell = nobody) -> None:
    """Train, and write `base/` and `base_log.json` into the folder.

    An unfinished run is kept beside them, and gone on with by the next call.

    Args:
        tell: called after every step with the share of all steps that is done.

    Raises:
        ValueError: if the processes cannot share a step's batches evenly, or the folder
            holds an unfinished base of another recipe.
    """
    corpus, model = read_corpus(recipe, folder), Transformer(recipe.model).to(device())
    workers = dist.get_world_size() if dist.is_initialized() else 1
    if recipe.training.accumulate % workers:
        raise ValueError(
            f"{workers} processes cannot share the {recipe.training.accumulate} "
            "batches of a step evenly; start as many, or half as many"
        )
    first = not dist.is_initialized() or dist.get_rank() == 0
    config = recipe.training
    config = replace(config, accumulate=config.accumulate // workers)
    unfinished, entries = folder / "base_unfinished", []
    entries_file = folder / "base_unfinished.json"
    state = TrainState.fresh(model, config)
    if first:
        find_run(unfinished)
    if workers > 1:
        dist.barrier()  # nobody looks before the first has
    if find_run(unfinished):
        entries = _entries_of(entries_file, recipe)
        state = load_run(unfinished, model, config)
        entries = [e for e in entries if e["step"] <= state.step]
    batches = windows(
        corpus.training_ids, recipe.model.context, recipe.rows, seed=0,
        start_step=state.step * recipe.training.accumulate,
    )  # fmt: skip
    for log in train(model, batches, config, state):
        tell(log.step / config.steps)
        if not first:
            continue
        if log.step % 10 == 0 or log.step in recipe.samples_at:
            entries.append(entry(log, recipe, model, corpus))
        if log.step % recipe.measure_every == 0:
            read = f"{log.tokens / 1e6:5.1f} M tokens, {log.tokens_per_s:,.0f} a second"
            print(f"step {log.step:5}: {read}, {entries[-1]}", flush=True)
        if log.step % recipe.save_every == 0:
            # In this order: killed in between, there are entries too many, not too few.
            content = {"recipe": asdict(recipe), "entries": entries}
            atomic_write(entries_file, json.dumps(content))
            save_run(unfinished, model, state)
    if first:
        save_base(folder, model, corpus, recipe, entries, state.precision)
        discard(unfinished)
        entries_file.unlink(missing_ok=True)


def _entries_of(path: Path, recipe: BaseRecipe) -> list[dict]:
    """Read the log of an unfinished run, if it is one of this recipe."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    now = json.loads(json.dumps(asdict(recipe)))  # tuples are lists in a file
    if not isinstance(kept, dict) or kept["recipe"] != now:
        raise ValueError(
            f"{path.parent} holds a base that was begun with another recipe: delete "
            f"{path.name} and {path.stem}/ there, or give another folder"
        )
    return kept["entries"]


def save_base(
    folder: Path, model: Transformer, corpus: Corpus, recipe: BaseRecipe, entries: list,
    precision: str,
) -> None:  # fmt: skip
    """Write the checkpoint and its log, and list them in the manifest."""
    tokens = recipe.training.steps * recipe.training.accumulate * recipe.rows
    notes = {
        "made_by": COMMAND,
        "world_seed": recipe.world_seed,
        "held_out_pages": len(corpus.held_out),
        "tokens": tokens * recipe.model.context,
        "steps": recipe.training.steps,
        "crawled": recipe.crawled,
        "precision": precision,
    }
    checkpoint.save(folder / "base", model, corpus.tokenizer, notes, torch.bfloat16)
    atomic_write(folder / LOG, json.dumps(entries, indent=0))
    note = READ[recipe.crawled]
    list_files(folder, ["base", LOG], COMMAND, recipe.world_seed, note)
