"""Every exercise: its reference passes, and typical mistakes are named.

The answers stand in `answers_*.py`, one file for each room of `course_lib.exercises`:
WRONG maps an exercise to (answer, words it must be told), RIGHT to unusual answers.
"""

import ast
import builtins
import json
import linecache
from pathlib import Path

import answers_base_models
import answers_capstone
import answers_finetuning
import answers_first_steps
import answers_hallucinations
import answers_inference
import answers_knowledge_of_self
import answers_next_token
import answers_pretraining
import answers_reinforcement_learning
import answers_rlhf
import answers_the_internet
import answers_tokenization
import answers_tokens_to_think
import answers_tool_use
import answers_transformer
import pytest

import course_lib.exercises.base_models
import course_lib.exercises.capstone
import course_lib.exercises.finetuning
import course_lib.exercises.first_steps
import course_lib.exercises.hallucinations
import course_lib.exercises.inference
import course_lib.exercises.knowledge_of_self
import course_lib.exercises.next_token
import course_lib.exercises.pretraining
import course_lib.exercises.reinforcement_learning
import course_lib.exercises.rlhf
import course_lib.exercises.the_internet
import course_lib.exercises.tokenization
import course_lib.exercises.tokens_to_think
import course_lib.exercises.tool_use
import course_lib.exercises.transformer  # noqa: F401  importing a room pins it
from course_lib.exercises.board import (
    Mistake,
    _solution,
    exercise,
    known_exercises,
)

ROOMS = (
    answers_first_steps,
    answers_the_internet,
    answers_tokenization,
    answers_next_token,
    answers_transformer,
    answers_pretraining,
    answers_inference,
    answers_finetuning,
    answers_hallucinations,
    answers_tool_use,
    answers_base_models,
    answers_capstone,
    answers_knowledge_of_self,
    answers_tokens_to_think,
    answers_reinforcement_learning,
    answers_rlhf,
)
CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
EXERCISES = {n: e for n, e in known_exercises().items() if n[:2].isdigit()}
WRONG = {name: cases for room in ROOMS for name, cases in room.WRONG.items()}
RIGHT = {name: answers for room in ROOMS for name, answers in room.RIGHT.items()}
CASES = [(name, *case) for name, cases in WRONG.items() for case in cases]


def test_every_exercise_names_three_different_mistakes_besides_a_missing_return():
    named = {
        name: {words for _, words in WRONG[name] if "is there a `return`" not in words}
        for name in WRONG
    }
    assert {name for name in EXERCISES if len(named.get(name, ())) < 3} == set()
    assert set(WRONG) | set(RIGHT) == set(EXERCISES)


@pytest.mark.parametrize(
    ("chapter", "at_least"),
    [
        ("00", 1),
        ("01", 5),
        ("02", 5),
        ("03", 4),
        ("04", 4),
        ("05", 4),
        ("06", 4),
        ("07", 4),
        ("08", 5),
        ("09", 5),
        ("15", 4),
        ("11", 5),
        ("10", 5),
        ("12", 5),
        ("13", 6),
        ("14", 5),
    ],
)
def test_a_chapter_has_enough_exercises(chapter, at_least):
    assert sum(name.startswith(chapter) for name in EXERCISES) >= at_least


def stubs() -> dict[str, str]:
    """Read what students find: the undone function of each exercise, by its name."""
    found = {}
    for chapter in sorted(CHAPTERS.glob("*.ipynb")):
        for cell in json.loads(chapter.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] != "code" or "@exercise(" not in source:
                continue
            for node in ast.parse(source).body:
                for decorator in getattr(node, "decorator_list", ()):
                    name = ast.literal_eval(decorator.args[0])
                    assert name not in found, f"{name} is asked twice"
                    found[name] = ast.unparse(node) + "\n"
    return found


STUBS = stubs()


def names_known(exercise: str) -> set[str]:
    """Collect what a chapter's cells have named down to an exercise's own."""
    (chapter,) = CHAPTERS.glob(f"{exercise[:2]}_*.ipynb")
    known = set(dir(builtins))
    for cell in json.loads(chapter.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code":
            continue
        known |= names_made(source)
        if f'"{exercise}"' in source and "@exercise(" in source:
            break
    return known


def names_made(source: str) -> set[str]:
    """Collect the names that a piece of code imports, defines or assigns."""
    made = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.alias):
            made.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.add(node.id)
    return made


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_shown_can_be_pasted_into_the_chapter(name):
    solution = _solution(EXERCISES[name].reference)
    (*_, function) = ast.parse(solution).body
    assert function.name == ast.parse(STUBS[name]).body[0].name
    made = {arg.arg for arg in ast.walk(function) if isinstance(arg, ast.arg)}
    made |= names_made(solution) | names_known(name)
    names = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
    assert names <= made


def test_every_exercise_is_asked_in_a_chapter_and_every_question_is_checked():
    assert set(STUBS) == set(EXERCISES)


@pytest.mark.parametrize("name", STUBS)
def test_a_blank_is_not_attempted_and_the_chapter_goes_on(name, capsys, monkeypatch):
    file, lines = f"<stub of {name}>", STUBS[name].splitlines(keepends=True)
    monkeypatch.setitem(linecache.cache, file, (len(STUBS[name]), None, lines, file))
    scope = {"exercise": exercise}
    exec(compile(STUBS[name], file, "exec"), scope)
    function = ast.parse(STUBS[name]).body[0].name
    assert scope[function] is EXERCISES[name].reference
    assert f"○ {name}: not attempted" in capsys.readouterr().out


@pytest.mark.parametrize("name", EXERCISES)
def test_the_reference_passes(name):
    EXERCISES[name].check(EXERCISES[name].reference)


@pytest.mark.parametrize(("name", "answer", "words"), CASES)
def test_a_typical_mistake_is_named(name, answer, words):
    with pytest.raises(Mistake) as raised:
        EXERCISES[name].check(answer)
    assert words in str(raised.value)


@pytest.mark.parametrize("name", RIGHT)
def test_an_unusual_right_answer_passes(name):
    for answer in RIGHT[name]:
        EXERCISES[name].check(answer)


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_has_hints(name):
    assert len(EXERCISES[name].hints) >= 2
