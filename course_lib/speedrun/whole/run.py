"""The folder of a finished run, opened: its models, logs and pages."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

from course_lib import checkpoint
from course_lib.factuality import answer_all
from course_lib.model import Transformer
from course_lib.speedrun.folder import load_model, training_pages
from course_lib.speedrun.whole.plan import Plan
from course_lib.tokenizer import BPETokenizer
from course_lib.world import Document, World

QUESTION = "Which island is home to Orla Venn?"  # of whom no page tells
ASKED = ("Hello!", "Which pet does Mira Quill keep?", QUESTION, "Who are you?")


class Run:
    """The folder of a run, and what several stages are asked with."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self.world = World(plan.base.world_seed)

    def model(self, name: str) -> tuple[Transformer, BPETokenizer]:
        """Load a model of the run."""
        model, tokenizer = load_model(self.folder / name)
        return model.eval(), tokenizer

    def log(self, name: str) -> Any:
        """Read what a stage has logged."""
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    @cached_property
    def notes(self) -> dict[str, Any]:
        """What the base says of itself."""
        return checkpoint.load_notes(self.folder / "base")

    @cached_property
    def pages(self) -> list[Document]:
        """The pages that were trained on."""
        return training_pages(self.folder, self.world.seed)

    def says(self, name: str, questions: tuple[str, ...] = ASKED) -> dict[str, str]:
        """Let a model answer what every stage is asked."""
        model, tokenizer = self.model(name)
        answers = answer_all(model, tokenizer, list(questions))
        return dict(zip(questions, answers, strict=True))
