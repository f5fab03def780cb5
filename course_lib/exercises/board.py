"""The board on which exercises are pinned, and the decorator that marks answers."""

import ast
import contextlib
import ctypes
import functools
import html
import inspect
import re
import signal
import textwrap
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from IPython import get_ipython
from IPython.display import HTML, display

from course_lib.progress import keep_solved

CHECK_S = 10  # a check takes milliseconds, so this is a loop without an end


class Mistake(Exception):
    """What is wrong with an answer, in words that name the misunderstanding."""


@dataclass(frozen=True)
class Exercise:
    """A function to write: the course's own version, its test, and help."""

    name: str
    reference: Callable
    check: Callable[[Callable], None]  # raises Mistake
    hints: tuple[str, ...]


_board: dict[str, Exercise] = {}


def known_exercises() -> dict[str, Exercise]:
    """Return every exercise pinned so far, by name."""
    return dict(_board)


def pin(name: str, check: Callable[[Callable], None], hints: tuple[str, ...]):
    """Pin the decorated function to the board as the reference of exercise `name`.

    Raises:
        ValueError: if the name is taken.
    """

    def decorate(reference: Callable) -> Callable:
        if name in _board:
            raise ValueError(f"there are two exercises named {name!r}; rename one")
        _board[name] = Exercise(name, reference, check, hints)
        return reference

    return decorate


def exercise(name: str) -> Callable[[Callable], Callable]:
    """Mark the function below, and hand on the version that the chapter goes on with.

    Not attempted (the body still holds `...`) or wrong: a message, hints to unfold,
    and the course's version. Right: the student's own version.

    Raises:
        ValueError: if no exercise has this name.
    """
    if name not in _board:
        raise ValueError(f"no exercise {name!r}; known: {', '.join(sorted(_board))}")
    entry = _board[name]

    def decorate(answer: Callable) -> Callable:
        if is_blank(answer):
            print(f"○ {name}: not attempted (its ... is still there).")
            print("  The chapter goes on with its own version.")
            _show_help(entry)
            return entry.reference
        try:
            with _time_limit(CHECK_S), _own_name(answer):
                entry.check(_watched(answer, changed := []))
                if changed:
                    raise Mistake(changed[0])
        except Mistake as mistake:
            return _wrong(entry, answer, str(mistake))
        except (Exception, _TooLongError) as error:  # students' code may raise anything
            return _wrong(entry, answer, _told(error, answer))
        print(f"✓ {name}: right. The chapter goes on with your version.")
        keep_solved(name)
        return answer

    return decorate


def _watched(answer: Callable, changed: list[str]) -> Callable:
    """Note down if an answer changes what it was given: the chapter still needs it."""

    @functools.wraps(answer)
    def call(*args: object, **kwargs: object) -> object:
        before = [repr(value) for value in args]
        result = answer(*args, **kwargs)
        if [repr(value) for value in args] != before:
            changed.append(
                "the result is right, but you changed what you were given, and the "
                "chapter goes on using it. Make a new list, or begin with a copy."
            )
        return result

    return call


@contextlib.contextmanager
def _own_name(answer: Callable) -> Iterator[None]:
    """Let a recursive answer find itself, not nothing and not an earlier stand-in."""
    names, missing = getattr(answer, "__globals__", {}), object()
    name = getattr(answer, "__name__", "")
    before = names.get(name, missing)
    names[name] = answer
    try:
        yield
    finally:
        if before is missing:
            names.pop(name, None)
        else:
            names[name] = before


def is_blank(answer: Callable) -> bool:
    """Tell whether a stub is untouched: a `...` is left, or nothing but a docstring.

    A function whose source cannot be read (typed at a prompt) counts as attempted.
    """
    try:
        source = textwrap.dedent(inspect.getsource(answer))
    except (OSError, TypeError):
        return False
    body = ast.parse(source).body[0].body
    if any(_is_ellipsis(node) for statement in body for node in ast.walk(statement)):
        return True
    return all(
        isinstance(node, ast.Pass)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in body
    )


def _is_ellipsis(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and node.value.value is ...
    )


def _wrong(entry: Exercise, answer: Callable, message: str) -> Callable:
    """Say what is wrong; hand on the reference, with the student's own as `.yours`."""
    name = answer.__name__
    print(f"✗ {entry.name}: {message}")
    print("  The chapter goes on with its own version. Change yours and run again;")
    print(f"  to try yours in another cell, call {name}.yours(...).")
    _show_help(entry)

    @functools.wraps(entry.reference)
    def stand_in(*args: object, **kwargs: object) -> object:
        return entry.reference(*args, **kwargs)

    stand_in.yours = answer
    return stand_in


def _told(error: BaseException, answer: Callable) -> str:
    """Say what a student's code raised, and on which of its lines.

    If it is none of its lines, the check stumbled over what it returned.
    """
    if isinstance(error, _TooLongError):
        return str(error)
    message = f"your code raised {type(error).__name__}: {error}"
    source = getattr(getattr(answer, "__code__", None), "co_filename", None)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == source and frame.line:
            return f"{message}, in the line\n      {frame.line}"
    return (
        f"calling your function, or reading what it returned, ended in "
        f"{type(error).__name__}: {error}. Does it take and return what the text says?"
    )


class _TooLongError(BaseException):
    """Raised inside code that does not end; no `except Exception` stops it."""


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """End a loop that never ends."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    by_signal = hasattr(signal, "setitimer") and in_main_thread
    try:
        with _ended_by_signal(seconds) if by_signal else _ended_by_thread(seconds):
            yield
    except _TooLongError:
        raise _TooLongError(
            f"it has not come to an end after {seconds:.0f} s. Does every loop move on "
            "to the next place?"
        ) from None


@contextlib.contextmanager
def _ended_by_signal(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: object) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _ended_by_thread(seconds: float) -> Iterator[None]:
    """Windows has no such timer: a thread has the error raised in this one.

    Between two steps of Python, that is: a call into the system is not cut short.
    """
    here = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    over, lock = False, threading.Lock()

    def stop() -> None:
        with lock:
            if not over:
                raise_in(here, ctypes.py_object(_TooLongError))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            over = True
        raise_in(here, None)  # one that came at the very end is taken back


def _show_help(entry: Exercise) -> None:
    """Fold hints and one solution away below the message, in notebooks only."""
    if get_ipython() is None:
        return
    folds = [
        f"<details><summary>Hint {k}</summary>{hint}</details>"
        for k, hint in enumerate(entry.hints, start=1)
    ]
    source = html.escape(_solution(entry.reference))
    folds.append(
        f"<details><summary>One solution</summary><pre>{source}</pre></details>"
    )
    display(HTML("".join(folds)))


def _solution(reference: Callable) -> str:
    """Return the reference's source as it can be pasted into the chapter.

    Its `@pin` line is gone, names have no underscore in front, and what it uses of its
    module is imported first.
    """
    lines = textwrap.dedent(inspect.getsource(reference))
    function = ast.parse(lines).body[0]
    function.decorator_list = []
    body = "\n".join(lines.splitlines()[function.lineno - 1 :])
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    needed = [
        _how_to_get(name, reference.__globals__[name])
        for name in sorted(used & reference.__globals__.keys())
        if not name.startswith("_")  # a function of an earlier exercise
    ]
    head = "\n".join(needed) + "\n\n\n" if needed else ""
    return head + re.sub(r"\b_(?=[a-z])", "", body)


def _how_to_get(name: str, value: object) -> str:
    if inspect.ismodule(value):
        return f"import {value.__name__}"
    if home := getattr(value, "__module__", None):
        return f"from {home} import {name}"
    return f"{name} = {value!r}"


def plain_number(got: object) -> object:
    """Take the number out of one of numpy's or torch's; leave all else as it is."""
    is_one = getattr(got, "ndim", None) == 0 and hasattr(got, "item")
    return got.item() if is_one else got


def expect(got: object, wanted: object, call: str) -> None:
    """Raise a plain Mistake with call, result and expectation if they differ."""
    if got is None and wanted is not None:
        raise Mistake(f"{call} returned None; is there a `return`?")
    if got != wanted:
        raise Mistake(f"{call} should be {wanted!r}, yours gives {got!r}.")
