"""Make what lies in `data/` from nothing: each stage one function and one command.

    python -m course_lib speedrun base

A stage writes its files and lists them in `data/MANIFEST.json`. The chapters load them,
so that each runs alone.
"""

from course_lib.speedrun.asking import (
    Asked,
    Score,
    ask,
    questions_of_tests,
    score_answers,
)
from course_lib.speedrun.assistant import AssistantRecipe, finetune
from course_lib.speedrun.base import BaseRecipe, Corpus, pretrain, read_corpus
from course_lib.speedrun.finetuning_study import study_finetuning
from course_lib.speedrun.honest import HonestRecipe, Split, make_honest
from course_lib.speedrun.manifest import list_files
from course_lib.speedrun.sizes import compare_sizes

__all__ = [
    "Asked",
    "AssistantRecipe",
    "BaseRecipe",
    "Corpus",
    "HonestRecipe",
    "Score",
    "Split",
    "ask",
    "compare_sizes",
    "finetune",
    "list_files",
    "make_honest",
    "pretrain",
    "questions_of_tests",
    "read_corpus",
    "score_answers",
    "study_finetuning",
]
