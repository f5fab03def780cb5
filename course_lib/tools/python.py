"""Run a few lines of Python that nobody has read: they come from a model.

The lines are not run by this Python. Monty (the package pydantic-monty) is another
interpreter of the language, written in Rust, which has no files, no network and no
processes to give away; it runs in a process of its own that is ended at the limits.
Only text comes back from there: a small value may be endless once it is written down.
"""

import ast
import re
import warnings
from dataclasses import dataclass
from datetime import datetime

from course_lib.tools.errors import ToolError

MAX_CODE = 4_000  # characters; parsing, too, takes memory
MEBIBYTE = 2**20
MOST_PRINTED = MEBIBYTE  # bytes of what is printed; beyond, the code is ended
# Variables inside the sandbox, and what is run there before the code (which may call
# something else `print`) and once it has ended:
KEPT, CODE, PRINT = "value_of_the_last_line", "all_the_code", "print_as_it_was"
BEFORE = f"{PRINT} = print\nNone"
SHOW = f"if {KEPT} is not None:\n    {PRINT}({KEPT})\nNone"
CODE_NAME = "code_of_a_model"  # of what nobody wants to be warned of


@dataclass(frozen=True)
class PythonLimits:
    """How much a piece of code may take.

    Raises:
        ValueError: if a limit is not positive.
    """

    seconds: float = 1.0  # for the code, and once more for writing its value
    memory_mib: int = 48
    output_chars: int = 2_000
    depth: int = 200  # of calls inside calls

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value <= 0:
                raise ValueError(f"{name} must be positive, got {value}")


DEFAULT_LIMITS = PythonLimits()


def run_python(code: str, limits: PythonLimits = DEFAULT_LIMITS) -> str:
    """Return what the code prints, or the value of its last line if it prints nothing.

    Every call starts from nothing: no variable stays. Clock and dice stand still, so
    the same code gives the same text. It works alike on Linux, macOS and Windows;
    where the package has no build for a machine, the error says so, and nothing runs.

    What it does NOT protect from: a hole in Monty itself, whose process runs with your
    rights (the system is not asked to fence it in); a wrong result that you believe;
    code that you copy from here and run yourself. It uses one core for up to twice
    `seconds`, as often as it is called. A service for strangers would put a container
    or a virtual machine around it.

    Raises:
        ToolError: if the code is wrong, asks for what is not there, or passes a limit;
            the message is Python's own last line, such as "TimeoutError: …".
    Example: 'print(len("lantern"))' -> "7"
    """
    monty = _interpreter()
    if len(code) > MAX_CODE:
        raise ToolError(f"too long: {len(code)} characters, at most {MAX_CODE}")
    printed = monty.CollectString(max_bytes=MOST_PRINTED + 4 * limits.output_chars)
    try:
        _run(monty, code, limits, printed)
    except (monty.MontyRuntimeError, monty.MontySyntaxError) as error:
        raise ToolError(_in_a_line(error.display("type-msg"), limits)) from error
    except (monty.MontyError, OSError, TimeoutError) as error:
        # It crashed, or was killed from outside when it did not heed its limits.
        raise ToolError(_in_a_line(f"the sandbox ended: {error}", limits)) from error
    text = printed.output.rstrip("\n")
    if len(text) > limits.output_chars:
        raise ToolError(
            f"too much output: {len(text)} characters, at most {limits.output_chars}"
        )
    return text


def _interpreter():
    try:
        import pydantic_monty
    except ImportError as error:
        raise ToolError(
            "Python cannot be run here: the package pydantic-monty is missing. "
            "`pip install pydantic-monty` brings it, where it has a build for the "
            "machine; unfenced, the code is not run"
        ) from error
    return pydantic_monty


def _run(monty, code: str, limits: PythonLimits, printed) -> None:
    """Start an interpreter, give it the code, and end it (10 ms in all).

    Each time, the last line given is `None`: a feed hands over the value of that line,
    and to copy `a = [a, a]`, forty times over, into this Python would take for ever.
    """
    fences = {
        "max_feed_duration_secs": limits.seconds,
        "max_memory": limits.memory_mib * MEBIBYTE,
        "max_recursion_depth": limits.depth,
        "max_suspensions": 20,
        "max_total_sleep_secs": 0.1,
    }
    policy = {
        "datetime": datetime(2026, 1, 1),
        "timezone": "utc",
        "sleep": "zero",
        "random_start": {"seed": 0},
    }
    with (
        monty.Monty(
            max_processes=1,
            request_timeout=limits.seconds + 2,
            checkout_timeout=10,
            feed_duration_limit_grace=0.5,
        ) as pool,
        pool.checkout(limits=fences, os_policy=policy) as session,
    ):
        session.feed_run(BEFORE)
        known = {KEPT: None, CODE: code}
        session.feed_run(_without_value(code), inputs=known, print_callback=printed)
        if not printed.output:
            session.feed_run(SHOW, print_callback=printed)


def _without_value(code: str) -> str:
    """Let the last line put its value into a variable, and end with `None`.

    What this Python cannot read is given to Monty's `exec`, which has no value: Monty
    says what is wrong, or runs what a newer Python may write.

    Example: "x = 6; x * 7" -> "x = 6; value_of_the_last_line = (x * 7)" and "None"
    """
    try:
        # Of "\\d", say. Not with catch_warnings: it is for all threads, and may stay.
        warnings.filterwarnings("ignore", module=CODE_NAME)
        last = ast.parse(code, CODE_NAME).body[-1:]
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return f"exec({CODE})\nNone"
    data = code.encode()  # columns are counted in bytes
    if last and isinstance(last[0], ast.Expr):
        start = _place(data, last[0].lineno, last[0].col_offset)
        end = _place(data, last[0].end_lineno, last[0].end_col_offset)
        kept = f"{KEPT} = (".encode() + data[start:end] + b")"
        data = data[:start] + kept + data[end:]
    return f"{data.decode()}\nNone"


def _place(data: bytes, line: int, column: int) -> int:
    return sum(map(len, data.splitlines(keepends=True)[: line - 1])) + column


def _in_a_line(message: str, limits: PythonLimits) -> str:
    message = re.sub(r" \(<string>, line \d+\)$", "", message)  # what `exec` adds
    return " ".join(message.split())[: limits.output_chars]
