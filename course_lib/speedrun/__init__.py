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
from course_lib.speedrun.crawl import CrawlRecipe, clean_crawl
from course_lib.speedrun.finetuning_study import study_finetuning
from course_lib.speedrun.honest import HonestRecipe, Split, make_honest
from course_lib.speedrun.identity_study import study_identity
from course_lib.speedrun.manifest import list_files
from course_lib.speedrun.practice import study_practice
from course_lib.speedrun.preference import study_preferences
from course_lib.speedrun.profiles_study import (
    batches_of,
    search_exam,
    search_lessons,
    study_profiles,
)
from course_lib.speedrun.real_identity import teach_identity
from course_lib.speedrun.real_model import results_of
from course_lib.speedrun.real_thinking import study_real_thinking
from course_lib.speedrun.real_tools import teach_tools
from course_lib.speedrun.real_unknown import measure_confidence, teach_unknown
from course_lib.speedrun.searcher import SearchRecipe, islanders_aside, teach_to_search
from course_lib.speedrun.sizes import compare_sizes
from course_lib.speedrun.thinking import study_thinking
from course_lib.speedrun.vocabulary import record_vocabulary

__all__ = [
    "Asked",
    "AssistantRecipe",
    "BaseRecipe",
    "Corpus",
    "CrawlRecipe",
    "HonestRecipe",
    "Score",
    "SearchRecipe",
    "Split",
    "ask",
    "batches_of",
    "clean_crawl",
    "compare_sizes",
    "finetune",
    "islanders_aside",
    "list_files",
    "make_honest",
    "measure_confidence",
    "pretrain",
    "questions_of_tests",
    "read_corpus",
    "record_vocabulary",
    "results_of",
    "score_answers",
    "search_exam",
    "search_lessons",
    "study_finetuning",
    "study_identity",
    "study_practice",
    "study_preferences",
    "study_profiles",
    "study_real_thinking",
    "study_thinking",
    "teach_identity",
    "teach_to_search",
    "teach_tools",
    "teach_unknown",
]
