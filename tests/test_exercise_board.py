"""The board: blank, wrong and right answers all let the chapter run on."""

import linecache
import signal
import time

import pytest

from course_lib.exercises.board import Mistake, exercise, is_blank, pin


def check(answer):
    if answer(2) == 2:
        raise Mistake("you returned the number itself")
    assert answer(2) == 4


@pin("test.double", check, hints=("Think of <code>+</code>.",))
def _double(number):
    return number + number


def check_all(answer):
    assert answer([1, 2]) == [2, 4]


@pin("test.all_doubled", check_all, hints=("Make a new list.",))
def _all_doubled(numbers):
    return [2 * number for number in numbers]


def notebook_function(source: str):
    """Define a function as a notebook cell does, with its source at hand."""
    name = f"<cell {hash(source)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    scope = {}
    exec(compile(source, name, "exec"), scope)
    return scope["double"]


BLANKS = [
    "def double(n):\n    '''doc'''\n    ...\n",
    "def double(n):\n    '''doc'''\n",
    "def double(n):\n    pass\n",
    "def double(n):\n    result = 0\n    for _ in range(2):\n        ...\n",
]


@pytest.mark.parametrize("source", BLANKS)
def test_a_blank_is_not_attempted_and_the_reference_goes_on(source, capsys):
    double = exercise("test.double")(notebook_function(source))
    assert double is _double
    assert "○ test.double: not attempted" in capsys.readouterr().out


def test_right_answers_are_used_from_there_on(capsys):
    mine = notebook_function("def double(n):\n    return 2 * n\n")
    assert exercise("test.double")(mine) is mine
    assert "✓ test.double" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def double(n):\n    return n\n", "you returned the number itself"),
        ("def double(n):\n    return n / 0\n", "ZeroDivisionError: division by zero"),
        ("def double(a, b):\n    return a\n", "TypeError"),
    ],
)
def test_wrong_answers_are_named_and_the_reference_goes_on(source, message, capsys):
    mine = notebook_function(source)
    double = exercise("test.double")(mine)
    assert double(21) == 42
    assert double.yours is mine
    out = capsys.readouterr().out
    assert out.startswith("✗ test.double: ")
    assert message in out
    assert "call double.yours(...)" in out


def test_the_line_that_raised_is_shown(capsys):
    source = "def double(n):\n    half = 0\n    return n / half\n"
    exercise("test.double")(notebook_function(source))
    assert "in the line\n      return n / half" in capsys.readouterr().out


@pytest.fixture(params=["by a signal", "by a thread"])
def timer(request, monkeypatch):
    """As it is on this system, and as it is where signals have no timer (Windows)."""
    if request.param == "by a thread":
        monkeypatch.delattr(signal, "setitimer", raising=False)
    elif not hasattr(signal, "setitimer"):
        pytest.skip("needs POSIX timers")


@pytest.mark.usefixtures("timer")
def test_a_loop_without_an_end_is_ended(monkeypatch, capsys):
    monkeypatch.setattr("course_lib.exercises.board.CHECK_S", 0.2)
    source = "def double(n):\n    while True:\n        n = n\n"
    exercise("test.double")(notebook_function(source))
    assert "has not come to an end" in capsys.readouterr().out


@pytest.mark.usefixtures("timer")
def test_what_ends_in_time_is_let_alone(monkeypatch, capsys):
    monkeypatch.setattr("course_lib.exercises.board.CHECK_S", 0.3)
    for _ in range(20):
        exercise("test.double")(notebook_function("def double(n):\n    return 2 * n\n"))
    time.sleep(0.5)
    said = capsys.readouterr().out
    assert said.count("right") == 20
    assert "come to an end" not in said


@pytest.mark.usefixtures("timer")
def test_no_except_keeps_a_loop_going(monkeypatch, capsys):
    monkeypatch.setattr("course_lib.exercises.board.CHECK_S", 0.2)
    source = (
        "def double(n):\n    while True:\n        try:\n            n = n\n"
        "        except Exception:\n            pass\n"
    )
    exercise("test.double")(notebook_function(source))
    assert "has not come to an end" in capsys.readouterr().out


def test_a_recursive_answer_finds_itself(capsys):
    source = "def double(n):\n    return 0 if n == 0 else 2 + double(n - 1)\n"
    answer = notebook_function(source)
    exercise("test.double")(answer)
    assert "right" in capsys.readouterr().out
    assert "double" not in answer.__globals__ or answer.__globals__["double"] is answer


def test_an_answer_that_only_calls_the_stand_in_is_not_right(capsys):
    answer = notebook_function("def double(n):\n    return double(n)\n")
    answer.__globals__["double"] = lambda n: 2 * n
    exercise("test.double")(answer)
    assert "RecursionError" in capsys.readouterr().out


def test_interrupting_a_student_loop_is_not_swallowed():
    def double(_number):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exercise("test.double")(double)


def test_what_was_given_must_not_be_changed(capsys):
    @exercise("test.all_doubled")
    def all_doubled(numbers):
        for k in range(len(numbers)):
            numbers[k] *= 2
        return numbers

    assert "you changed what you were given" in capsys.readouterr().out


def test_a_function_without_source_counts_as_attempted():
    scope = {}
    exec("def double(n):\n    ...\n", scope)
    assert not is_blank(scope["double"])


def test_unknown_and_repeated_names_are_refused():
    with pytest.raises(ValueError, match=r"no exercise '99.x'; known: .*test.double"):
        exercise("99.x")
    with pytest.raises(ValueError, match=r"two exercises named 'test\.double'"):
        pin("test.double", check, ())(_double)


def test_help_folds_hints_and_solution_away(monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.exercises.board.get_ipython", lambda: object())
    monkeypatch.setattr("course_lib.exercises.board.display", shown.append)
    exercise("test.double")(notebook_function(BLANKS[0]))
    page = shown[0].data
    assert page.count("<details>") == 2
    assert "def double(number):\n    return number + number" in page
    assert "@pin" not in page
