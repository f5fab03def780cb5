"""What a committed chapter looks like: one function a rule, each returns complaints.

A rule takes a `Chapter` and returns what is wrong, in words an author can act on;
an empty list is praise. `tests/test_notebooks.py` applies them to every chapter,
and shows for each rule a notebook that breaks it.
"""

import ast
import hashlib
import json
import re
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.checkpoint.whole import CLUTTER

ROOT = Path(__file__).resolve().parents[1]
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# What ends every chapter, in this order ("Exercises to take home" is one of them).
CLOSING_SECTIONS = ("Summary", "Exercises", "References")
NEED_NO_NUMBER = ("Reality check", *CLOSING_SECTIONS)
ALWAYS_THERE = ("Summary", "References")
PROMISES = ("**Time**", "**Hardware**", "**You will be able to**")
TAGS = {
    "nbval-ignore-output",  # runs, is not compared; the next cell asserts its claim
    "raises-exception",  # fails if nothing is raised
    "reality-check",  # compared only where the real model is present
    "exercise",
    "predict",
    "aha",
    "notes",  # for the lecturer
}
NOTEBOOK_METADATA = {
    "kernelspec": {"name", "display_name", "language"},
    "language_info": {"name"},
}
MAX_LINES, MEDIAN_LINES, MAX_COLUMNS = 25, 8, 88
MAX_IGNORED_SHARE = 0.05
# A folder of somebody's machine, but not a part of a URL; and a memory address.
MACHINE = re.compile(
    r"(?<![\w./:-])/(?:root|work|home/\w+|Users/\w+|tmp/\w+)\b"
    r"|\b[A-Za-z]:\\+Users\b|object at 0x[0-9a-fA-F]+"
)


@dataclass(frozen=True)
class Chapter:
    """A notebook and where it stands."""

    path: Path
    notebook: NotebookNode

    @classmethod
    def read(cls, path: Path) -> "Chapter":
        """Read a chapter as it lies on the disk."""
        return cls(path, nbformat.read(path, as_version=4))

    @property
    def number(self) -> int:
        """The chapter's number, from the first two digits of its name."""
        return int(self.path.name[:2])

    def code_cells(self) -> list[NotebookNode]:
        """Return the code cells in order."""
        return [c for c in self.notebook.cells if c.cell_type == "code"]

    def headings(self) -> list[tuple[int, int, str]]:
        """Return (cell, level, text) of every Markdown heading outside of code."""
        found = []
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type == "markdown":
                prose = re.sub(r"(?ms)^```.*?^```", "", cell.source)
                for match in re.finditer(r"(?m)^(#+) +(.*?)\s*$", prose):
                    found.append((index, len(match[1]), match[2]))
        return found


def is_valid(chapter: Chapter) -> list[str]:
    """nbformat accepts it: no duplicate ids, no unknown fields."""
    try:
        nbformat.validate(chapter.notebook)
    except nbformat.ValidationError as error:
        return [f"not a valid notebook: {str(error).splitlines()[0]}"]
    return []


def ran_in_order(chapter: Chapter) -> list[str]:
    """Run counts are 1..N: one fresh kernel ran it from top to bottom."""
    cells = chapter.code_cells()
    empty = [f"code cell {i} is empty" for i, c in enumerate(cells) if not c.source]
    counts = [c.execution_count for c in cells]
    expected = list(range(1, len(cells) + 1))
    wrong = f"run counts are {counts}, not 1..{len(cells)}: author it again"
    return empty + ([wrong] if counts != expected else [])


def has_one_title(chapter: Chapter) -> list[str]:
    """One `#` heading, in the first cell."""
    titles = [(cell, text) for cell, level, text in chapter.headings() if level == 1]
    if [cell for cell, _ in titles] == [0]:
        return []
    return [f"one `# ` title belongs in the first cell; (cell, title) found: {titles}"]


def sections_are_numbered(chapter: Chapter) -> list[str]:
    """`## N.1`, `## N.2`… in order; closing sections may have a name only."""
    complaints, expected = [], 1
    for _, level, text in chapter.headings():
        if level != 2 or text in NEED_NO_NUMBER:
            continue
        if re.match(rf"{chapter.number}\.{expected} \S", text):
            expected += 1
        else:
            complaints.append(
                f"section {text!r} should begin with {chapter.number}.{expected}, "
                f"or be one of {', '.join(NEED_NO_NUMBER)}"
            )
    return complaints


def keeps_its_promises(chapter: Chapter) -> list[str]:
    """Opens with time, hardware and goals; closes in the order of every chapter."""
    sections = [(cell, text) for cell, level, text in chapter.headings() if level == 2]
    first = sections[0][0] if sections else len(chapter.notebook.cells)
    opening = "\n".join(c.source for c in chapter.notebook.cells[:first])
    complaints = [
        f"{promise} is missing before the first section"
        for promise in PROMISES
        if promise not in opening
    ]
    kinds = [closing_kind(text) for _, text in sections]
    complaints += [f"section {n!r} is missing" for n in ALWAYS_THERE if n not in kinds]
    closing = [kind for kind in kinds if kind]
    if closing != [kind for kind in CLOSING_SECTIONS if kind in closing]:
        complaints.append(f"closing sections {closing} are not in their usual order")
    if closing and kinds[-len(closing) :] != closing:
        complaints.append(f"after {closing[0]!r} only closing sections may follow")
    return complaints


def closing_kind(heading: str) -> str | None:
    """Tell which closing section a heading opens; None if it opens another."""
    name = re.sub(r"^\d+\.\d+ ", "", heading)
    return next((k for k in CLOSING_SECTIONS if re.match(rf"{k}\b", name)), None)


def cells_are_short(chapter: Chapter) -> list[str]:
    """One idea a cell, readable on a wall."""
    complaints, lengths = [], []
    for index, cell in enumerate(chapter.code_cells()):
        lines = cell.source.splitlines()
        lengths.append(len(lines))
        if len(lines) > MAX_LINES:
            complaints.append(f"code cell {index} has {len(lines)} lines > {MAX_LINES}")
        complaints += [
            f"code cell {index}, line {n} has {len(line)} columns > {MAX_COLUMNS}"
            for n, line in enumerate(lines, start=1)
            if len(line) > MAX_COLUMNS
        ]
    if lengths and statistics.median(lengths) > MEDIAN_LINES:
        median = statistics.median(lengths)
        complaints.append(f"the median code cell has {median} lines > {MEDIAN_LINES}")
    return complaints


def metadata_is_plain(chapter: Chapter) -> list[str]:
    """Only what a reader or a test needs; no widget state, twelve times larger."""
    complaints = []
    for key, value in chapter.notebook.metadata.items():
        extra = set(value) - NOTEBOOK_METADATA.get(key, set())
        if key not in NOTEBOOK_METADATA or extra:
            complaints.append(f"notebook metadata {key!r} holds {sorted(extra)}")
    for index, cell in enumerate(chapter.notebook.cells):
        for key, value in cell.metadata.items():
            hidden = key == "jupyter" and set(value) <= {"source_hidden"}
            if key != "tags" and not hidden:
                complaints.append(f"cell {index} has metadata {key!r}: author it again")
    return complaints


def tags_are_known(chapter: Chapter) -> list[str]:
    """A tag with a typing error would switch a test off, or fail to."""
    complaints = []
    for index, cell in enumerate(chapter.notebook.cells):
        unknown = sorted(set(cell.metadata.get("tags", [])) - TAGS)
        if unknown:
            complaints.append(f"cell {index} has tags {unknown}, known: {sorted(TAGS)}")
        if re.search(r"#\s*(NBVAL_|PYTEST_VALIDATE)", cell.source):
            complaints.append(f"cell {index} steers nbval by a comment: use a tag")
    return complaints


def outputs_are_for_readers(chapter: Chapter) -> list[str]:
    """No views of widgets that are gone, no warnings, no errors but intended ones."""
    complaints = []
    for index, cell in enumerate(chapter.code_cells()):
        intended = "raises-exception" in cell.metadata.get("tags", [])
        for output in cell.outputs:
            if WIDGET_VIEW in output.get("data", {}):
                complaints.append(f"code cell {index} stores a widget's view")
            if output.get("name") == "stderr":
                complaints.append(f"code cell {index} stores stderr")
            if output.output_type == "error" and not intended:
                complaints.append(f"code cell {index} stores an error")
    return complaints


def public_names(package: Path = ROOT / "course_lib") -> set[str]:
    """Collect the library's public functions and classes, by reading it only.

    `exercises` are left out: a student's `merge` is called as the reference is.
    So are `commands`, which no chapter imports.
    """
    names = set()
    for path in package.rglob("*.py"):
        if path.relative_to(package).parts[0] in ("exercises", "commands"):
            continue
        names |= set(definitions(ast.parse(path.read_text(encoding="utf-8"))))
    return {name for name in names if not name.startswith("_")}


def definitions(tree: ast.Module) -> Iterator[str]:
    """Yield the functions and classes defined at the top level."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def parsed(cell: NotebookNode) -> ast.Module:
    """Parse a cell without its magics; a cell that is no Python counts as empty."""
    lines = cell.source.splitlines()
    python = [line for line in lines if not line.lstrip().startswith(("%", "!"))]
    try:
        return ast.parse("\n".join(python))
    except SyntaxError:  # may be the point of a raises-exception cell
        return ast.Module([], [])


def names_are_its_own(chapter: Chapter) -> list[str]:
    """A chapter builds `attention_by_hand`; the library's name means the library's."""
    library = public_names()
    return [
        f"code cell {index} defines {name!r}, a public name of course_lib"
        for index, cell in enumerate(chapter.code_cells())
        for name in definitions(parsed(cell))
        if name in library
    ]


def data_is_there(chapter: Chapter, data: Path = ROOT / "data") -> list[str]:
    """Every `data_path("…")` lies in `data/` and is listed in its manifest."""
    listed = {entry["file"] for entry in manifest(data)}
    complaints = []
    for index, cell in enumerate(chapter.code_cells()):
        for name in data_literals(parsed(cell)):
            known = any(f == name or f.startswith(f"{name}/") for f in listed)
            if not (data / name).exists() or not known:
                complaints.append(f"code cell {index} wants {name!r}, not in data/")
    return complaints


def data_literals(tree: ast.Module) -> Iterator[str]:
    """Yield the constant arguments of `data_path` calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("data_path"):
            for argument in node.args:
                if isinstance(argument, ast.Constant):
                    yield str(argument.value)


def manifest(data: Path) -> list[dict]:
    """Read the list of what lies in `data/`; empty where there is none."""
    path = data / "MANIFEST.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def manifest_faults(data: Path) -> list[str]:
    """Compare the manifest with the folder: every file, its size and its sha256."""
    faults, entries = [], manifest(data)
    for entry in entries:
        missing = {"file", "made_by", "seed", "bytes", "sha256"} - entry.keys()
        if missing:
            faults.append(f"{entry.get('file')}: manifest lacks {sorted(missing)}")
            continue
        path = data / entry["file"]
        if not path.is_file():
            faults.append(f"{entry['file']}: listed, but not there")
        elif path.stat().st_size != entry["bytes"]:
            faults.append(f"{entry['file']}: {path.stat().st_size} bytes, other listed")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            faults.append(f"{entry['file']}: another sha256 than listed")
    listed = {entry.get("file") for entry in entries} | {"MANIFEST.json", ".gitkeep"}
    files = [p for p in data.rglob("*") if p.is_file() and p.name not in CLUTTER]
    there = {p.relative_to(data).as_posix() for p in files}
    return faults + [f"{name}: not listed" for name in sorted(there - listed)]


def is_ignored(cell: NotebookNode) -> bool:
    """Tell whether nbval compares nothing in this cell."""
    return "nbval-ignore-output" in cell.metadata.get("tags", [])


def ignored_cells_are_asserted(chapter: Chapter) -> list[str]:
    """What is not compared is claimed by the next cell, which is."""
    complaints = []
    cells = chapter.code_cells()
    for index, cell in enumerate(cells):
        following = cells[index + 1] if index + 1 < len(cells) else None
        if is_ignored(cell) and (
            following is None or is_ignored(following) or not asserts(following)
        ):
            complaints.append(
                f"code cell {index} is ignored: the next code cell, compared, has to "
                "assert what it shows"
            )
    return complaints


def asserts(cell: NotebookNode) -> bool:
    """Tell whether a cell can fail on purpose: `assert …` or `assert_close(…)`."""
    for node in ast.walk(parsed(cell)):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and ".assert_" in f".{ast.unparse(node.func)}":
            return True
    return False


def few_cells_are_ignored(chapter: Chapter) -> list[str]:
    """At most one in twenty of the cells that show text."""
    with_text = [c for c in chapter.code_cells() if list(texts(c))]
    ignored = sum(map(is_ignored, with_text))
    if ignored > MAX_IGNORED_SHARE * len(with_text):
        return [f"{ignored} of {len(with_text)} cells with text are ignored (> 5 %)"]
    return []


def texts(cell: NotebookNode) -> Iterator[str]:
    """Yield what a code cell's outputs say in text, as a reader sees it."""
    for output in cell.get("outputs", []):
        yield from (output[key] for key in ("text", "evalue") if key in output)
        yield from output.get("traceback", [])
        for mime, value in output.get("data", {}).items():
            if mime.startswith("text/"):
                yield value


def names_no_machine(chapter: Chapter) -> list[str]:
    """No folder of the author's machine, no memory address."""
    complaints = []
    for index, cell in enumerate(chapter.notebook.cells):
        for text in [cell.source, *texts(cell)]:
            if found := MACHINE.search(text):
                complaints.append(f"cell {index} shows {found[0]!r}")
    return complaints


def lines_are_no_accidental_lists(chapter: Chapter) -> list[str]:
    """Refuse a wrapped line that begins with a year and a full stop.

    Markdown reads "2023. Section 2" at the start of a line as item 2023 of a list.
    """
    return [
        f"cell {number}: the line {line.strip()!r} becomes an item of a list; wrap it "
        "elsewhere"
        for number, cell in enumerate(chapter.notebook.cells)
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if re.match(r"\s*\d{3,}\. ", line)
    ]


def predictions_are_measured(chapter: Chapter) -> list[str]:
    """The answer of `predict` is a function, not a written result; it is scored."""
    calls = [
        (index, node)
        for index, cell in enumerate(chapter.code_cells())
        for node in ast.walk(parsed(cell))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    complaints = []
    asked = [(k, node) for k, node in calls if node.func.id == "predict"]
    for index, node in asked:
        named = [word.value for word in node.keywords if word.arg == "answer"]
        given = [*node.args[2:3], *named]
        bodies = [a.body if isinstance(a, ast.Lambda) else a for a in given]
        if any(isinstance(answer, ast.Constant) for answer in bodies):
            complaints.append(f"code cell {index} knows the answer before the run")
    if asked and not any(node.func.id == "prediction_score" for _, node in calls):
        complaints.append("the chapter asks for predictions and never tells the score")
    return complaints


def has_one_heart(chapter: Chapter) -> list[str]:
    """Every exercise states its minutes; whoever has time for one knows for which."""
    prose = "\n".join(
        c.source for c in chapter.notebook.cells if c.cell_type == "markdown"
    )
    named = re.findall(r"\*\*Exercise [\w.]+\*\*(?: \*\(([^)]*)\)\*)?", prose)
    stated = [minutes or "nothing" for minutes in named]
    complaints = [
        f"an exercise takes {one!r}, which is not 'N minutes'"
        for one in stated
        if not re.fullmatch(r"\d+ minutes?(, the heart)?", one)
    ]
    hearts = sum("the heart" in one for one in stated)
    if hearts != min(chapter.number, 1):  # chapter 00 only welcomes
        complaints.append(f"{hearts} exercises are called the heart of the chapter")
    return complaints


RULES: tuple[Callable[[Chapter], list[str]], ...] = (
    lines_are_no_accidental_lists,
    is_valid,
    ran_in_order,
    has_one_title,
    sections_are_numbered,
    keeps_its_promises,
    cells_are_short,
    metadata_is_plain,
    tags_are_known,
    outputs_are_for_readers,
    names_are_its_own,
    data_is_there,
    ignored_cells_are_asserted,
    few_cells_are_ignored,
    names_no_machine,
    predictions_are_measured,
    has_one_heart,
)
