"""Make what lies in `data/` from nothing: each stage one function and one command.

    python -m course_lib speedrun base

A stage writes its files and lists them in `data/MANIFEST.json`. The chapters load them,
so that each runs alone.
"""

from course_lib.speedrun.base import BaseRecipe, Corpus, pretrain, read_corpus
from course_lib.speedrun.manifest import list_files
from course_lib.speedrun.sizes import compare_sizes
from course_lib.speedrun.vocabulary import record_vocabulary

__all__ = [
    "BaseRecipe",
    "Corpus",
    "compare_sizes",
    "list_files",
    "pretrain",
    "read_corpus",
    "record_vocabulary",
]
