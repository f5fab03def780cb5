"""Finetune SmolLM2 with adapters: what the three experiments on it have in common.

Each experiment mixes its own examples with ordinary requests that the model answers
itself, before training: so it learns one thing and stays what it was for the rest.
"""

import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from course_lib import checkpoint, lora
from course_lib.chat import CHATML, Message
from course_lib.data import Batch, Example, pad_examples
from course_lib.generate import SamplingConfig, generate
from course_lib.intervals import wilson
from course_lib.lora import LoraConfig
from course_lib.model import Transformer
from course_lib.runtime import (
    DATA,
    DOWNLOADS,
    REAL_MODEL,
    atomic_write,
    data_path,
    mode,
    real_model,
)
from course_lib.speedrun.manifest import list_files
from course_lib.tokenizer import PublishedTokenizer
from course_lib.train import StepLog, TrainConfig, train

PAD_ID = 0
GREEDY = SamplingConfig(temperature=0)
RANK_8 = LoraConfig(rank=8, alpha=16.0)
ANSWER_TOKENS = 24  # of an ordinary answer: its beginning is where it would change


@dataclass(frozen=True)
class AdapterRecipe:
    """All that decides what an adapter becomes, besides its examples."""

    name: str  # of the files in data/
    steps: int
    adapter: LoraConfig = RANK_8
    learning_rate: float = 1e-3
    rows: int = 8  # conversations in a batch
    seed: int = 0

    @property
    def training(self) -> TrainConfig:
        """The weights are in bf16, as they were measured; the adapters in fp32."""
        return TrainConfig(
            self.steps, self.learning_rate, optimizer="adamw", warmup_steps=3,
            decay_fraction=0.7,
        )  # fmt: skip

    @property
    def command(self) -> str:
        """What makes it again."""
        return f"python -m course_lib speedrun smollm2-{self.name}"


@dataclass(frozen=True)
class SmolLM2:
    """SmolLM2 with its tokenizer, spoken to in its own template."""

    model: Transformer
    tokenizer: PublishedTokenizer

    @classmethod
    def load(cls, path: str | Path = DOWNLOADS / REAL_MODEL) -> "SmolLM2":
        """Read the file that `python -m course_lib fetch` brings.

        Raises:
            ValueError: if it is not there.
        """
        model, tokenizer = checkpoint.load_gguf(path, dtype=torch.bfloat16)
        assert isinstance(tokenizer, PublishedTokenizer)
        return cls(model.eval(), tokenizer)

    def prompt(self, request: str | Sequence[Message]) -> list[int]:
        """Return the ids after which the model answers."""
        if isinstance(request, str):
            request = [Message("user", request)]
        return CHATML.prompt(request, self.tokenizer)

    def say(
        self,
        requests: Sequence[str | Sequence[Message]],
        sampling: SamplingConfig = GREEDY,
        max_new_tokens: int = ANSWER_TOKENS,
    ) -> list[str]:
        """Answer every request."""
        ids = self.say_ids(requests, sampling, max_new_tokens)
        return [self.tokenizer.decode(row).strip() for row in ids]

    def say_ids(
        self,
        requests: Sequence[str | Sequence[Message]],
        sampling: SamplingConfig = GREEDY,
        max_new_tokens: int = ANSWER_TOKENS,
    ) -> list[list[int]]:
        """Answer every request, in ids."""
        self.model.eval()
        return generate(
            self.model, [self.prompt(request) for request in requests], sampling,
            max_new_tokens, CHATML.stop_ids(self.tokenizer), batch_size=50,
        )  # fmt: skip

    def example(self, question: str, answer: str) -> Example:
        """Write one question and the answer to be learned."""
        talk = [Message("user", question), Message("assistant", answer)]
        return CHATML.encode(talk, self.tokenizer)

    def own_examples(self, questions: Sequence[str]) -> list[Example]:
        """Let the model answer, and make each answer an example: so it stays itself.

        What was cut off at `ANSWER_TOKENS` is learned without an end.
        """
        answers = self.say_ids(questions)
        stop = CHATML.stop_ids(self.tokenizer)
        examples = []
        for question, answer in zip(questions, answers, strict=True):
            before = self.prompt(question)
            end = [] if len(answer) == ANSWER_TOKENS else [max(stop)]
            ids = [*before, *answer, *end]
            worth = [0.0] * len(before) + [1.0] * (len(ids) - len(before))
            examples.append((ids, worth))
        return examples


def written(name: str) -> dict[str, Any]:
    """Read one of the hand-written files of data/real_model."""
    path = data_path(f"real_model/{name}.json")
    return json.loads(path.read_text(encoding="utf-8"))


def results_of(
    name: str, teach: Callable[[Path], object]
) -> tuple[dict[str, Any], Path]:
    """Return what an adapter's run has measured, and the folder that it is in.

    That is `data/`: a run takes minutes. In mode `long`, where the real model is on the
    disk, it is run live, into a folder of its own.
    """
    folder = DATA
    if mode() == "long" and real_model() is not None:
        folder = Path(tempfile.mkdtemp(prefix="course-adapter-"))
        teach(folder)
    path = folder / "real_model" / f"{name}_results.json"
    return json.loads(path.read_text(encoding="utf-8")), folder


def shuffled_batches(
    examples: Sequence[Example], rows: int, seed: int
) -> Iterator[Batch]:
    """Yield batches without end, each conversation in a row of its own.

    What a conversation predicts must not depend on a neighbour that will not be there.
    Long and short stand together: sorted by length, which saves padding, a batch would
    hold examples of one kind only, and pull now this way, now that.
    """
    dice = random.Random(seed)
    pool: list[Example] = []
    while True:
        while len(pool) < rows:
            pool += dice.sample(list(examples), len(examples))
        some, pool = pool[:rows], pool[rows:]
        yield pad_examples(some, PAD_ID)


def finetune(
    real: SmolLM2,
    examples: Sequence[Example],
    recipe: AdapterRecipe,
    watch: Callable[[StepLog], None] = lambda _: None,
) -> tuple[lora.Adapters, list[dict[str, float]]]:
    """Train adapters; return them, and for every step its loss and the time."""
    adapter = replace(recipe.adapter, seed=recipe.seed)
    adapters = lora.attach(real.model, adapter)
    batches = shuffled_batches(examples, recipe.rows, recipe.seed)
    log = []
    for step in train(real.model, batches, recipe.training):
        log.append({"step": step.step, "loss": round(step.loss, 3),
                    "seconds": round(step.elapsed_s, 1)})  # fmt: skip
        watch(step)
    return adapters, log


def rate(hits: Sequence[bool]) -> dict[str, float]:
    """Count, with a 95 % interval: for chapters that run without the real model."""
    interval = wilson(sum(hits), len(hits))
    return {"hits": sum(hits), "of": len(hits), "low": round(interval.low, 3),
            "high": round(interval.high, 3)}  # fmt: skip


def save_results(
    folder: Path,
    recipe: AdapterRecipe,
    adapters: lora.Adapters,
    results: dict[str, Any],
) -> None:
    """Write the adapter and what was measured, and list both in the manifest."""
    files = [f"adapters/smollm2_{recipe.name}.safetensors",
             f"real_model/{recipe.name}_results.json"]  # fmt: skip
    notes = {"made_by": recipe.command, "seed": recipe.seed, "steps": recipe.steps}
    adapters.save(folder / files[0], notes)
    text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    atomic_write(folder / files[1], text)
    list_files(folder, files, recipe.command, recipe.seed)
