"""Make `pytest --nbval` strict, widget-aware, and sure that nobody needs a network.

nbval runs every chapter and compares its outputs with the stored ones. By itself
(0.11.0) it compares nothing in a cell that was never run, is content when a cell
that should raise does not, takes warnings for outputs, ignores whether a picture
is there, and knows no `Output` widgets. A reader would be shown outputs that no
run gives. This plugin replaces nbval's notebook and cell by strict ones.
"""

import difflib
import json
import os
import queue
import subprocess
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from front_end import FrontEnd
from jupyter_client.manager import KernelManager
from nbval.kernel import (
    CURRENT_ENV_KERNEL_NAME,
    NbvalKernelspecManager,
    RunningKernel,
)
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError, coalesce_streams

from course_lib.commands.kernels import kernel_environment, peak_memory_mb
from course_lib.runtime import real_model

ROOT = Path(__file__).resolve().parents[1]

# Megabytes that a chapter's kernel may need: a laptop of 8 GB runs a browser, too.
MEMORY_LIMIT_MB = {
    "default": 1500,
    "02_tokenization": 1000,
    # These load the real model where it is present.
    "04_transformer": 2500,
    "07_base_models": 2500,
    "08_supervised_finetuning": 2500,
    "09_hallucinations": 2500,
    "10_tool_use": 2500,
    "11_knowledge_of_self": 2500,
    "12_tokens_to_think": 2500,
}

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # a random id: no content
# Fields of an output that carry no meaning for a reader, or differ by machine.
NOT_COMPARED = {"metadata", "traceback", "output_type", "name", "execution_count"}
DIFF_LINES = 30


def real_model_present() -> bool:
    """Tell whether `reality-check` cells can give the outputs they have stored."""
    return real_model() is not None


class WatchedKernel(RunningKernel):
    """A kernel of the Python that runs pytest, in the course's environment.

    nbval's own inherits the environment of pytest, loses outputs beyond the 1,000
    that zmq keeps by default (it reads them when the cell has ended; a live chart
    sends more), and waits for a dead kernel until the cell's time is up.
    """

    def __init__(self, cwd: str, startup_timeout: float):
        self.km = KernelManager(
            kernel_name=CURRENT_ENV_KERNEL_NAME,
            kernel_spec_manager=NbvalKernelspecManager(),
        )
        self.km.start_kernel(
            cwd=cwd, env=kernel_environment(), stderr=subprocess.DEVNULL
        )
        self.kc = self.km.client()
        self.kc.context.rcvhwm = 0  # keep every output; set before the sockets exist
        self.kc.start_channels()
        try:
            self.kc.wait_for_ready(timeout=startup_timeout)
        except RuntimeError:
            self.stop()
            raise
        self._ensure_iopub_up()

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Wait for the end of a cell; look every second whether the kernel lives."""
        deadline = time.monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            try:
                return super().await_reply(msg_id, timeout=1)
            except queue.Empty:
                if not self.is_alive():
                    raise RuntimeError("the kernel died (out of memory?)") from None
                if time.monotonic() > deadline:
                    raise

    def peak_mb(self) -> float:
        """Read the kernel's peak memory so far; 0 if it is gone."""
        return peak_memory_mb(self.km.provisioner.pid) if self.is_alive() else 0.0


class StrictNotebook(IPyNbFile):
    """One chapter, in one kernel, seen through one front end."""

    kernel: WatchedKernel
    front_end: FrontEnd
    current: "StrictCell"
    start_s = 0.0  # what starting the kernel took; the first cell carries it
    peak_mb = 0.0

    def setup(self) -> None:
        """Start the kernel; nbval's own would inherit this process's environment."""
        began = time.perf_counter()
        timeout = self.config.option.nbval_kernel_startup_timeout
        self.kernel = WatchedKernel(str(self.path.parent), timeout)
        self.front_end = FrontEnd(self.kernel.kc)
        self.setup_sanitize_files()
        self.start_s = time.perf_counter() - began

    def get_sanitize_files(self) -> list[str]:
        """Find the sanitizer from any working directory, not from the root only."""
        return [str(self.config.rootpath / f) for f in super().get_sanitize_files()]

    def collect(self) -> Iterator["StrictCell"]:
        """Yield the chapter's code cells, each a test."""
        for cell in super().collect():
            yield StrictCell.from_parent(
                self,
                name=cell.name,
                cell_num=cell.cell_num,
                cell=cell.cell,
                options=cell.options,
            )

    def get_kernel_message(
        self, timeout: float | None = None, stream: str = "iopub"
    ) -> dict[str, Any]:
        """Give nbval's loop what the front end leaves to it: errors and the end."""
        while True:
            message = super().get_kernel_message(timeout=timeout, stream=stream)
            if not self.front_end.receive(message, self.current.test_outputs):
                return message

    def weigh(self) -> float:
        """Update the peak memory; return by how many MB it newly breaks the limit."""
        limit = MEMORY_LIMIT_MB.get(self.path.stem, MEMORY_LIMIT_MB["default"])
        before, self.peak_mb = self.peak_mb, max(self.peak_mb, self.kernel.peak_mb())
        return self.peak_mb - limit if before <= limit < self.peak_mb else 0.0


class StrictCell(IPyNbCell):
    """One code cell: run, weighed, compared, and explained when it fails."""

    parent: StrictNotebook

    def runtest(self) -> None:
        """Run the cell as nbval does, then hold it to what nbval lets pass."""
        stored_fault = self._stored_fault()
        compared = self.options["check"] and self._comparable()
        # nbval only runs the cell; skipped ones too, since later cells may need them.
        self.options["check"] = self.options["skip"] = False
        self.parent.current, self.parent.front_end.reaches_back = self, False
        began = time.perf_counter()
        try:
            super().runtest()
        finally:
            over_mb = self.parent.weigh()
            self._record(time.perf_counter() - began)
        fault = stored_fault or self._run_fault() or self._weight_fault(over_mb)
        if fault:
            self.raise_cell_error(fault)
        difference = compared and self._difference()
        if difference:
            self.raise_cell_error("Outputs differ", "\n".join(difference))

    def _comparable(self) -> bool:
        """Tell whether this machine can give the outputs that are stored."""
        tags = self.cell.metadata.get("tags", [])
        return "reality-check" not in tags or real_model_present()

    def _stored_fault(self) -> str | None:
        """Name what is wrong with the cell as it was committed."""
        if self.options["skip"]:
            return "skipped: every cell of a chapter has to run"
        if self.cell.execution_count is None and self.cell.source.strip():
            return "never run: nothing is stored that could be compared"
        errors = [o for o in self.cell.outputs if o.output_type == "error"]
        if errors and not self.options["check_exception"]:
            return f"stored error ({errors[0].ename}) without the tag raises-exception"
        return None

    def _run_fault(self) -> str | None:
        """Name what went wrong although the cell ran to its end."""
        raised = any(o.output_type == "error" for o in self.test_outputs)
        if self.options["check_exception"] and not raised:
            return "tagged raises-exception, but it did not raise"
        if self.parent.front_end.reaches_back:
            return (
                "changes what an earlier cell displayed: that cell's stored output "
                "cannot be the one it gives when it runs. Display it anew here"
            )
        return None

    def _weight_fault(self, over_mb: float) -> str | None:
        if not over_mb:
            return None
        peak = self.parent.peak_mb
        return (
            f"memory: this cell took the kernel to {peak:,.0f} MB, "
            f"{over_mb:,.0f} MB over the limit of the chapter"
        )

    def _record(self, seconds: float) -> None:
        """Note time and memory where they survive the way between xdist's processes."""
        seconds += self.parent.start_s
        self.parent.start_s = 0.0
        name = self.parent.path.stem
        self.user_properties.append(("chapter", [name, seconds, self.parent.peak_mb]))

    def _difference(self) -> list[str]:
        """Compare kind by kind; one short diff for each kind that differs."""
        got, stored = self._by_kind(self.test_outputs), self._by_kind(self.cell.outputs)
        lines = []
        for kind in sorted(got.keys() | stored.keys()):
            if got.get(kind) != stored.get(kind):
                lines.append(f"{kind} differs:")
                lines.extend(short_diff(stored.get(kind, []), got.get(kind, [])))
        return lines

    def _by_kind(self, outputs: list) -> dict[str, list[str]]:
        """Group outputs by stream and by mime type, sanitized.

        Only the order within a kind counts, as in nbval: streams are merged, so
        their place among the displays is not known any more.
        """
        kinds: dict[str, list[str]] = {}
        for output in coalesce_streams(outputs):
            fields = {k: v for k, v in output.items() if k not in NOT_COMPARED}
            fields |= fields.pop("data", {})
            if output.output_type == "stream":
                fields = {output.name: fields["text"]}
            for kind, value in fields.items():
                if kind in ("stderr", WIDGET_VIEW):
                    continue
                if kind.startswith("image/") and kind != "image/svg+xml":
                    value = "(a picture)"  # pixels differ between machines
                if not isinstance(value, str):
                    value = json.dumps(value, sort_keys=True)
                kinds.setdefault(kind, []).append(self.sanitize(value))
        return kinds

    def repr_failure(self, excinfo: pytest.ExceptionInfo) -> str:
        """Say which chapter, which cell, what it begins with, and what is wrong."""
        error = excinfo.value
        if not isinstance(error, NbCellError):
            return f"{self._where()}\n{type(error).__name__}: {error}"
        details = error.inner_traceback or ""
        return f"{self._where()}\n{error}\n{details}".rstrip()

    def _where(self) -> str:
        first_line = next(iter(self.cell.source.strip().splitlines()), "(empty)")
        chapter = self.parent.path.name
        return f"{chapter}, code cell {self.cell_num} (0 is the first): {first_line}"


def short_diff(stored: list[str], got: list[str]) -> list[str]:
    """Show where two lists of outputs part: - stored, + got, ? where in the line."""
    old = [line for text in stored for line in text.splitlines()]
    new = [line for text in got for line in text.splitlines()]
    if old == new:
        return [f"  the same lines in {len(stored)} outputs stored, {len(got)} got"]
    lines = [x.rstrip() for x in difflib.ndiff(old, new) if not x.startswith("  ")]
    if len(lines) > DIFF_LINES:
        lines = [*lines[:DIFF_LINES], f"… and {len(lines) - DIFF_LINES} lines more"]
    return [f"  {line}" for line in lines]


class ChapterTable:
    """Seconds and megabytes of every chapter, gathered from the cells' reports."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a cell to its chapter's row."""
        found = dict(report.user_properties).get("chapter")
        if report.when != "call" or not found:
            return
        name, seconds, peak_mb = found
        row = self.rows.setdefault(
            name, {"chapter": name, "cells": 0, "seconds": 0.0, "peak_mb": 0.0}
        )
        row["cells"] += 1
        row["seconds"] += seconds
        row["peak_mb"] = max(row["peak_mb"], peak_mb)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the table; write it where COURSE_CHAPTER_TABLE says."""
        if not self.rows:
            return
        rows = [self.rows[name] for name in sorted(self.rows)]
        terminalreporter.section("chapters")
        terminalreporter.line(f"{'chapter':<28}{'cells':>6}{'seconds':>9}{'MB':>7}")
        total = {
            "chapter": "sum (MB: largest)",
            "cells": sum(row["cells"] for row in rows),
            "seconds": sum(row["seconds"] for row in rows),
            "peak_mb": max(row["peak_mb"] for row in rows),
        }
        for row in [*rows, total]:
            terminalreporter.line(
                f"{row['chapter']:<28}{row['cells']:>6}"
                f"{row['seconds']:>9.1f}{row['peak_mb']:>7.0f}"
            )
        if target := os.environ.get("COURSE_CHAPTER_TABLE"):
            Path(target).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list, list]:
    """Put the strict notebook in the place of nbval's."""
    collected = yield
    return [
        StrictNotebook.from_parent(parent, path=file_path)
        if isinstance(item, IPyNbFile)
        else item
        for item in collected
    ]


def pytest_configure(config: pytest.Config) -> None:
    """Gather the table in the process that prints it."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(ChapterTable(), "chapter-table")
