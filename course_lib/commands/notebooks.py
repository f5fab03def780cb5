"""Write the outputs that a chapter is committed with (for maintainers).

    python -m course_lib author 02 [--check]

runs a chapter from a fresh kernel, in the environment its test has, and stores what
a reader should see: no warnings, no views of widgets that will be gone, no metadata
of anybody's editor. The same results give the same bytes, so that a diff shows what
changed in the chapter and nothing else.
"""

import configparser
import functools
import os
import re
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.commands.kernels import kernel_environment, peak_memory_mb
from course_lib.runtime import ROOT, rename

if TYPE_CHECKING:
    from nbformat import NotebookNode

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
NOTEBOOK_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
CELL_TIMEOUT_S = 300


@dataclass(frozen=True)
class Run:
    """A chapter as one run left it, and what the run took."""

    notebook: "NotebookNode"
    cells: int
    seconds: float
    peak_mb: float


def author(paths: Iterable[Path | str], check: bool = False) -> int:
    """Run chapters and store their outputs; the exit status, 0 if all went well.

    A path may be a file or the beginning of a chapter's name ("02"). With `check`
    nothing is written, and a chapter whose file would change counts as a failure.
    A chapter that raises is left as it was.

    Raises:
        ValueError: if there is no such chapter.
    """
    from nbclient.exceptions import (
        CellExecutionError,
        CellTimeoutError,
        DeadKernelError,
    )
    from nbformat.validator import NotebookValidationError

    faults = (
        CellExecutionError, CellTimeoutError, DeadKernelError, NotebookValidationError,
    )  # fmt: skip
    failures = 0
    for path in [find_chapter(p) for p in paths]:
        try:
            run = execute(path)
        except faults as error:
            said = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # colours
            print(f"{path.name}: not written.\n{said}", file=sys.stderr)
            failures += 1
            continue
        changed = store(path, run.notebook, check)
        failures += changed and check
        said = {
            (False, False): "unchanged",
            (False, True): "unchanged",
            (True, False): "written",
            (True, True): "would change: author it again",
        }[changed, check]
        print(
            f"{path.name}: {run.cells} cells, {run.seconds:.1f} s, "
            f"{run.peak_mb:.0f} MB, {said}"
        )
    return 1 if failures else 0


def find_chapter(name: Path | str) -> Path:
    """Find a notebook by its path or by the beginning of its name.

    Raises:
        ValueError: if there is none, or more than one.
    """
    if Path(name).suffix == ".ipynb" and Path(name).is_file():
        return Path(name).resolve()
    found = sorted((ROOT / "chapters").glob(f"{name}*.ipynb"))
    if len(found) != 1:
        known = ", ".join(
            p.stem for p in sorted((ROOT / "chapters").glob("[!.]*.ipynb"))
        )
        raise ValueError(
            f"{name!s} names {len(found)} chapters, not one. There are: {known or '-'}"
        )
    return found[0]


def execute(path: Path) -> Run:
    """Run a notebook from top to bottom in a fresh kernel and tidy what it stores."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    peaks = [0.0]

    def weigh(**_: object) -> None:
        peaks.append(peak_memory_mb(client.km.provisioner.pid))

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_executed=weigh,
    )
    before = [(cell.source, cell.get("outputs", [])) for cell in notebook.cells]
    began = time.perf_counter()
    client.execute(env=kernel_environment(), stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    tidy(notebook)
    keep_old_times(notebook, before)
    nbformat.validate(notebook)
    cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    return Run(notebook, cells, seconds, max(peaks))


def tidy(notebook: "NotebookNode") -> None:
    """Strip what no reader sees, in place."""
    import nbformat

    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    for cell in notebook.cells:
        cell.metadata = tidy_metadata(cell.metadata)
        if cell.cell_type == "code":
            kept = [o for o in cell.outputs if o.get("name") != "stderr"]
            cell.outputs = coalesced(tidy_output(output) for output in kept)


def keep_old_times(
    notebook: "NotebookNode", before: list[tuple[str, list["NotebookNode"]]]
) -> None:
    """Put back the outputs of cells in which nothing but a measured time differs.

    Otherwise every run would change the file, and a diff would show noise.
    """
    for cell, (source, outputs) in zip(notebook.cells, before, strict=True):
        if cell.cell_type == "code" and cell.source == source:
            old, new = ([without_times(o) for o in group]
                        for group in (outputs, cell.outputs))  # fmt: skip
            if old == new:
                cell.outputs = outputs
                for output in outputs:  # a cell above may have come or gone
                    if "execution_count" in output:
                        output.execution_count = cell.execution_count


def without_times(output: "NotebookNode") -> list:
    """Return what the test compares of an output: its texts, times taken out."""
    texts = output.get("data") or {output.output_type: output.get("text", "")}
    compared = []
    for kind, text in sorted(texts.items()):
        if isinstance(text, str) and kind != "image/png":
            for pattern, replacement in time_patterns():
                text = pattern.sub(replacement, text)
        compared.append((kind, text))
    return compared


@functools.cache
def time_patterns() -> list[tuple[re.Pattern, str]]:
    """Read what counts as a time: the same list that the test reads."""
    rules = configparser.RawConfigParser()
    rules.read(ROOT / "tests" / "sanitize.cfg", encoding="utf-8")
    names = rules.sections()
    return [(re.compile(rules[n]["regex"]), rules[n]["replace"]) for n in names]


def tidy_metadata(metadata: "NotebookNode") -> "NotebookNode":
    """Keep the tags, and that the source is hidden; the rest is an editor's."""
    kept = type(metadata)()
    if metadata.get("tags"):
        kept.tags = metadata.tags
    if metadata.get("jupyter", {}).get("source_hidden"):
        kept.jupyter = type(metadata)(source_hidden=True)
    return kept


def tidy_output(output: "NotebookNode") -> "NotebookNode":
    """Strip the view of a widget, and this machine's folders from a traceback.

    JupyterLab prefers a view to the HTML beside it, and a stored view has no model:
    a reader would see "model not found" instead of the fallback.
    """
    data = output.get("data", {})
    if WIDGET_VIEW in data and len(data) > 1:
        del data[WIDGET_VIEW]
    if output.output_type == "error":
        output.traceback = [without_folders(line) for line in output.traceback]
    return output


def without_folders(text: str) -> str:
    """Shorten paths below this checkout, its packages and its Python."""
    home = str(Path.home())
    for name in (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), ROOT):
        folder = str(name)
        text = text.replace(f"{folder}{os.sep}", "")
        if folder.startswith(home):  # IPython writes it so
            text = text.replace(f"~{folder.removeprefix(home)}{os.sep}", "")
    return re.sub(r"object at 0x[0-9a-fA-F]+", "object", text)


def coalesced(outputs: Iterable["NotebookNode"]) -> list["NotebookNode"]:
    """Join text that continues the stream before it.

    Where the kernel happened to flush is no difference, and dropping stderr can put
    two pieces of stdout next to each other.
    """
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream":
            last.text += output.text
        else:
            joined.append(output)
    return joined


def store(path: Path, notebook: "NotebookNode", check: bool) -> bool:
    """Write the notebook if it changed, and tell whether it did (or would).

    A temporary file is renamed, so that a crash never leaves half a chapter.
    """
    import nbformat

    text = nbformat.writes(notebook) + "\n"
    # newline="" keeps the line ends as they are: LF on every system
    with path.open(encoding="utf-8", newline="") as file:
        changed = file.read() != text
    if changed and not check:
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.write_text(text, encoding="utf-8", newline="\n")
        rename(temporary, path)
    return changed
