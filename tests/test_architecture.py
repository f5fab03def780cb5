"""Hold course_lib to its ranks, and each rule to a fake package that breaks it."""

import warnings
from collections.abc import Callable
from pathlib import Path

import architecture_rules as rules
import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda r: r.__name__)
def test_course_lib(rule: Callable) -> None:
    found = rule(rules.read_package(ROOT / "course_lib"))
    assert not found, "\n" + "\n".join(found)


def test_lengths_that_are_getting_out_of_hand_are_mentioned() -> None:
    modules = rules.read_package(ROOT / "course_lib")
    soft = rules.FILE_LINES, rules.FUNCTION_LINES
    for complaint in rules.nothing_is_too_long(modules, *soft):
        warnings.warn(complaint, stacklevel=1)


def complaints(folder: Path, rule: Callable, files: dict[str, str]) -> str:
    """Write a fake package and return what the rule says."""
    for name, source in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(source)
    return "\n".join(rule(rules.read_package(folder)))


DOC = '"""What it owns."""\n'
LONG_DOCSTRING = 'def f():\n    """Say it.\n' + "    Again.\n" * 60 + '    """\n'
GOOD = {
    "__init__.py": DOC,
    "__main__.py": DOC + "from course_lib.commands import start\n",
    "tokenizer/bpe.py": DOC + "from .merges import a\nimport course_lib.tokenizer.x",
    "train.py": DOC + "def f():\n    from course_lib.model import Transformer\n",
    "widgets/chart.py": DOC + "from course_lib.widgets.base import x\n"
    "from course_lib import generate",
    "commands/start.py": DOC + "from course_lib import plots, exercises, train, doctor",
    "speedrun.py": DOC + "from course_lib.plots import curve",
    "lora.py": DOC + LONG_DOCSTRING,
}


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda r: r.__name__)
def test_a_good_package_breaks_no_rule(tmp_path: Path, rule: Callable) -> None:
    assert complaints(tmp_path, rule, GOOD) == ""


LONG_FUNCTION = "def f():\n" + "    x = 1\n" * 60
DOWN, NEVER = rules.imports_go_down, rules.boundaries_hold
BROKEN = [
    (rules.every_room_has_a_rank, "magic.py", "", "magic: give it a rank"),
    (rules.every_room_has_a_rank, "magic/trick.py", "", "magic: give it a rank"),
    (DOWN, "model.py", "from course_lib.train import train", "rank 3 is not below"),
    (DOWN, "rl.py", "from course_lib import factuality", "rank 4 is not below rank 4"),
    (DOWN, "rl.py", "def f():\n    import course_lib.serve", "rank 6 is not below"),
    (DOWN, "model.py", "from . import lora", "rank 2 is not below rank 1"),
    (DOWN, "world/pages.py", "from ..chat import x", "rank 1 is not below rank 0"),
    (DOWN, "world/pages.py", "from .. import chat", "rank 1 is not below rank 0"),
    (DOWN, "train.py", "from course_lib.plots import p", "only notebooks import it"),
    (DOWN, "train.py", "from course_lib.commands import p", "only notebooks import it"),
    (DOWN, "widgets/a.py", "import course_lib.exercises", "only notebooks import it"),
    (DOWN, "__main__.py", "import course_lib.runtime", "only ['commands'] allowed"),
    (DOWN, "__init__.py", "from .runtime import ROOT", "only [] allowed"),
    (NEVER, "world/pages.py", "import torch.nn", "never torch"),
    (NEVER, "tokenizer/bpe.py", "from torch import Tensor", "never torch"),
    (NEVER, "model.py", "from course_lib import tokenizer", "never course_lib.tok"),
    (NEVER, "widgets/a.py", "from course_lib.train import x", "never course_lib.train"),
    (rules.modules_say_what_they_own, "rl.py", "x = 1", "rl.py: no docstring"),
    (rules.names_say_what, "world/utils.py", "", "'utils' says nothing"),
    (rules.names_say_what, "rl_v2.py", "", "git keeps versions"),
    (rules.nothing_unsafe, "rl.py", "try: x\nexcept: x", "rl.py:2: bare except"),
    (rules.nothing_unsafe, "rl.py", "from pickle import load", "pickle.load, use"),
    (rules.nothing_is_too_long, "rl.py", "x = 1\n" * 351, "351 lines > 350"),
    (rules.nothing_is_too_long, "rl.py", LONG_FUNCTION, "f has 61 lines > 60"),
]


@pytest.mark.parametrize(("rule", "file", "source", "says"), BROKEN)
def test_a_broken_package_is_named(
    tmp_path: Path, rule: Callable, file: str, source: str, says: str
) -> None:
    assert says in complaints(tmp_path, rule, {file: source})


def test_every_rule_has_been_seen_to_fail() -> None:
    assert {broken[0] for broken in BROKEN} == set(rules.RULES)
