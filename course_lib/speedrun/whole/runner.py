"""Run all steps in order, side by side where they allow it, and go on after a kill."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from course_lib.locks import locked
from course_lib.runtime import (
    ROOT,
    THREAD_VARIABLES,
    THREADS,
    atomic_write,
    fastest_dtype,
    torchrun,
)
from course_lib.speedrun.whole.plan import Plan
from course_lib.speedrun.whole.record import Record, Spent
from course_lib.speedrun.whole.steps import STEPS, Step, processes

RUN = "run.json"
LOCK = ".running"  # held by the run that goes on in a folder
PATIENCE_S = 2.0  # with a run that was killed: Windows takes a moment to unlock
LOGS = "logs"
TAIL = 2000  # characters of a failed step's log that are shown
TOLD_AT_S = 60.0  # how far a step is, is told after so many seconds, and then every
TOLD_EVERY_S = 300.0
TELLS_FROM_S = 100.0  # of usual time, from which what was measured tells what is left


def _end(process: subprocess.Popen) -> None:
    """Wait until a process that was told to end has ended, but not for ever."""
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class StepFailed(RuntimeError):
    """A step ended with an error; its log says which."""


class RunRefused(ValueError):
    """A run cannot begin or go on in this folder; the message says what to do."""


def begun_with(folder: Path) -> dict[str, Any]:
    """Read how the run in a folder was begun; empty if there is none.

    Raises:
        RunRefused: if the file that tells is damaged.
    """
    path = folder / RUN
    if not path.is_file():
        return {}
    try:
        begun = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        begun = None
    if not isinstance(begun, dict) or not {"size", "seeds"} <= begun.keys():
        raise RunRefused(
            f"{path} is damaged: delete it, then call again with the size and seeds "
            "that the run was begun with; what is done stays done"
        )
    return begun


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder during a block.

    Raises:
        RunRefused: if one goes on there.
    """
    with locked(folder / LOCK, PATIENCE_S) as alone:
        if not alone:
            raise RunRefused(
                f"a run is going on in this folder: {folder}. Wait for it, or give "
                "another folder with --out"
            )
        yield


@dataclass
class Runner:
    """A whole run in a folder.

    What it computes in is measured once and written down: a run that goes on, on this
    machine or another, goes on in that. A tiny run computes in fp32, so that it is the
    same on every machine.

    Raises:
        RunRefused: if the folder holds a run of another size, number of seeds or
            recipe, or if one is going on there.
    Example: `Runner(Path("my_run"), "tiny").run()`
    """

    folder: Path
    size: str
    device: str = "cpu"
    seeds: int = 1
    steps: Sequence[Step] = STEPS
    say: Callable[[str], None] = print
    cores: int = field(default_factory=lambda: min(2, os.cpu_count() or 1))
    _running: dict[str, subprocess.Popen] = field(default_factory=dict)
    _started: float = 0.0
    _tell_at: float = 0.0
    precision: str = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        self.plan = Plan.of(self.size, self.seeds)
        with alone_in(self.folder):
            self._begin()

    def _begin(self) -> None:
        """Read how the run was begun, or write it down."""
        begun = begun_with(self.folder)
        for what in ("size", "seeds") if begun else ():
            if begun[what] != getattr(self, what):
                raise RunRefused(
                    f"{self.folder} holds a run of {what} {begun[what]!r}, not "
                    f"{getattr(self, what)!r}: give another folder, or delete this one"
                )
        recipe = self.plan.sha256()
        if begun.get("recipe", recipe) != recipe:  # runs before this check have none
            raise RunRefused(
                f"{self.folder} holds a run of another recipe: the plan of size "
                f"{self.size!r} has changed since it was begun. Give another folder "
                "with --out, or delete this one"
            )
        self.precision = begun.get("precision") or self._fastest()
        told = {k: getattr(self, k) for k in ("size", "seeds", "device", "precision")}
        atomic_write(self.folder / RUN, json.dumps(told | {"recipe": recipe}))

    def _fastest(self) -> str:
        if self.size == "tiny" or fastest_dtype(self.device) == torch.float32:
            return "fp32"
        return "bf16"

    def run(self) -> None:
        """Run what is not done yet.

        Raises:
            StepFailed: with the end of the step's log; what was done stays done.
            RunRefused: if another run is going on in the folder.
        """
        with alone_in(self.folder):
            self._run_steps()

    def _run_steps(self) -> None:
        self._started = time.perf_counter()
        done = {s.name for s in self.steps if Record.load(self.folder, s.name)}
        if done:
            self.say(f"Done already: {', '.join(sorted(done))}.")
        self.say(f"All is trained in {self.precision} on {self.device}.")
        try:
            while len(done) < len(self.steps):
                self._start_ready(done)
                done |= self._collect()
                self._tell_progress()
                time.sleep(0.05)
        finally:
            for process in self._running.values():
                process.terminate()
            for process in self._running.values():
                _end(process)
            self._running.clear()

    def _start_ready(self, done: set[str]) -> None:
        """Start, in order, what has all it needs and finds a core."""
        waiting = [s for s in self.steps if s.name not in done]
        if any(not s.shares_cores for s in waiting if s.name in self._running):
            return
        for step in waiting:
            free = self.cores - len(self._running)
            if step.name in self._running or not set(step.needs) <= done:
                continue
            if free < 1 or (not step.shares_cores and self._running):
                return
            self._start(step)
            if not step.shares_cores:
                return

    def _start(self, step: Step) -> None:
        self.say(f"[{self._clock()}] {step.title} … ({self._left()})")
        self._tell_at = time.perf_counter() + TOLD_AT_S
        log = self.folder / LOGS / f"{step.name}.txt"
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as output:
            self._running[step.name] = subprocess.Popen(
                [sys.executable, *self.command(step)],
                cwd=ROOT,
                stdin=subprocess.PIPE,  # closed when we end, however that happens
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment(step)},
            )

    def environment(self, step: Step) -> dict[str, str]:
        """Say what a step finds in its environment."""
        chosen = {"COURSE_DEVICE": self.device, "COURSE_PRECISION": self.precision}
        batches = self.plan.base.training.accumulate
        alone = step.shared and processes(step, self.device, batches) == 1
        threads = str(self.cores) if alone else "1"
        chosen[THREADS] = threads
        return dict.fromkeys(THREAD_VARIABLES, threads) | chosen

    def command(self, step: Step) -> list[str]:
        """Say how Python has to be called for a step."""
        module = ["-m", "course_lib.speedrun", "step"]
        n = processes(step, self.device, self.plan.base.training.accumulate)
        if n > 1:
            module = ["-m", *torchrun(n), *module]
        return [*module, str(self.folder), step.name, self.size, str(self.seeds)]

    def _collect(self) -> set[str]:
        """Return the steps that have ended just now."""
        ended = set()
        for name, process in list(self._running.items()):
            if process.poll() is None:
                continue
            del self._running[name]
            record = Record.load(self.folder, name)
            if process.returncode or record is None:
                log = self.folder / LOGS / f"{name}.txt"
                tail = log.read_text(encoding="utf-8", errors="replace")[-TAIL:]
                raise StepFailed(f"step {name!r} failed:\n{tail}\n(all of it: {log})")
            ended.add(name)
            took = f"{record.seconds:,.0f} s, {record.peak_mb:,.0f} MB"
            self.say(f"[{self._clock()}] {name} is done: {took}")
        return ended

    def _tell_progress(self) -> None:
        """Say now and then how far the steps are that go on."""
        if not self._running or time.perf_counter() < self._tell_at:
            return
        shares = {name: self._spent(name).share for name in self._running}
        told = [
            n if share is None else f"{n} {share:.0%}" for n, share in shares.items()
        ]
        self.say(f"[{self._clock()}] at work: {', '.join(told)} ({self._left()})")
        self._tell_at = time.perf_counter() + TOLD_EVERY_S

    def _left(self) -> str:
        """Estimate the time left from how fast all was so far."""
        usual = taken = left = 0.0
        for step in self.steps:
            whole = self._usual_s(step)
            done, seconds = self._done(step)
            usual, taken = usual + done * whole, taken + seconds
            left += (1 - done) * whole / (self.cores if step.shares_cores else 1)
        if usual < TELLS_FROM_S:
            return "time left: not known yet"
        return f"about {max(1, round(left * taken / usual / 60))} min left"

    def _usual_s(self, step: Step) -> float:
        return step.usual_s * (step.slower_in_fp32 if self.precision == "fp32" else 1)

    def _done(self, step: Step) -> tuple[float, float]:
        """Return the share of a step's work that is done, and the seconds it took."""
        if record := Record.load(self.folder, step.name):
            return 1.0, record.seconds
        spent = self._spent(step.name)
        return (spent.share, spent.seconds) if spent.share else (0.0, 0.0)

    def _spent(self, name: str) -> Spent:
        try:
            return Spent.load(self.folder, name)
        except PermissionError:  # under Windows, while the step is replacing it
            return Spent()

    def _clock(self) -> str:
        minutes, seconds = divmod(int(time.perf_counter() - self._started), 60)
        return f"{minutes:3d}:{seconds:02d}"
