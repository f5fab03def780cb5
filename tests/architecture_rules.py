"""The shape of `course_lib`: who may import whom, and how long anything may get.

Read from the source (AST), nothing is imported. Each rule takes the modules of a
package and returns complaints; `tests/test_architecture.py` applies them, and shows
each failing on a small fake package.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "course_lib"
# A module imports from lower ranks only: so the course can be read from below.
RANKS = {
    "runtime": 0,
    "intervals": 0,
    "interrupts": 0,
    "locks": 0,
    "syllabus": 1,
    "progress": 2,
    "world": 0,
    "tokenizer": 0,
    "crawl": 1,
    "chat": 1,
    "data": 1,
    "model": 1,
    "checkpoint": 2,
    "generate": 2,
    "conversations": 2,
    "lora": 2,
    "train": 3,
    "tools": 3,
    "tasks": 3,
    "factuality": 4,
    "rl": 4,
    "preferences": 5,
    "speedrun": 6,
    "serve": 6,
}
# What notebooks show and check: may import every rank, is imported by none.
LEAVES = {"widgets", "exercises", "plots", "commands"}
ENTRY = {"__init__": set(), "__main__": {"commands"}}  # and what each may import
# The report card shows the plots that the chapters show.
EXCEPTIONS = {("speedrun", "plots")}
# The boundaries to keep sharpest: room -> what it may never import.
FORBIDDEN = {
    "world": {"torch"},
    "tokenizer": {"torch"},
    "model": {f"{PACKAGE}.tokenizer", f"{PACKAGE}.chat"},
    "widgets": {f"{PACKAGE}.train"},
}
# A pickle runs code when it is read; a student should be able to open any file.
NEVER_IMPORTED = {"pickle", "cPickle", "dill", "cloudpickle"}
FILE_LINES, FILE_LINES_HARD = 300, 350
FUNCTION_LINES, FUNCTION_LINES_HARD = 40, 60

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file of the package."""

    path: Path  # below the package
    source: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The top-level module it belongs to: `tokenizer` for tokenizer/bpe.py."""
        return self.path.parts[0].removesuffix(".py")

    def imports(self) -> Iterator[str]:
        """Yield the full names of all it imports, also inside functions."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                yield from (f"{base}.{alias.name}" for alias in node.names)

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        folder = (PACKAGE, *self.path.parts[:-1])
        parts = folder[: len(folder) - node.level + 1]
        return ".".join([*parts, node.module] if node.module else parts)

    def rooms_imported(self) -> set[str]:
        """Return the other rooms of the package that it imports."""
        split = [name.split(".") for name in self.imports()]
        rooms = {names[1] for names in split if names[0] == PACKAGE and names[1:]}
        return rooms - {self.room} - {"__version__"}

    def functions(self) -> Iterator[tuple[str, int]]:
        """Yield every function with its length, the docstring not counted."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                length = (node.end_lineno or 0) - node.lineno + 1
                if ast.get_docstring(node):
                    text = node.body[0]
                    length -= (text.end_lineno or 0) - text.lineno + 1
                yield node.name, length


def read_package(folder: Path) -> list[Module]:
    """Read every module below a folder."""
    modules = []
    for path in sorted(folder.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        modules.append(Module(path.relative_to(folder), source, ast.parse(source)))
    return modules


def every_room_has_a_rank(modules: list[Module]) -> list[str]:
    """A new room has to say where it stands."""
    known = RANKS.keys() | LEAVES | ENTRY.keys()
    rooms = {m.room for m in modules} - known
    here = Path(__file__).name
    return [f"{room}: give it a rank in {here}" for room in sorted(rooms)]


def imports_go_down(modules: list[Module]) -> list[str]:
    """Ranked rooms import lower ranks; leaves import ranks; nobody imports leaves."""
    return [
        f"{module.path} imports {room}: {reason}"
        for module in modules
        for room in sorted(module.rooms_imported())
        if (reason := why_not(module.room, room))
    ]


def why_not(importer: str, imported: str) -> str | None:
    """Say why a room may not import another; None if it may."""
    if importer in ENTRY:
        allowed = ENTRY[importer]
        return None if imported in allowed else f"only {sorted(allowed)} allowed"
    if importer == "commands" or (importer, imported) in EXCEPTIONS:
        return None
    if imported not in RANKS:
        return "only notebooks import it"
    if importer in LEAVES or importer not in RANKS:
        return None
    if RANKS[imported] < RANKS[importer]:
        return None
    return f"rank {RANKS[imported]} is not below rank {RANKS[importer]}"


def boundaries_hold(modules: list[Module]) -> list[str]:
    """`world`, `tokenizer` know no tensors, `model` no strings; widgets never train."""
    complaints = []
    for module in modules:
        for name in module.imports():
            for forbidden in FORBIDDEN.get(module.room, ()):
                if f"{name}.".startswith(f"{forbidden}."):
                    complaints.append(f"{module.path}: {name}, but never {forbidden}")
    return complaints


def modules_say_what_they_own(modules: list[Module]) -> list[str]:
    """Every module opens with a docstring."""
    return [f"{m.path}: no docstring" for m in modules if not ast.get_docstring(m.tree)]


def names_say_what(modules: list[Module]) -> list[str]:
    """No `utils`, no `_v2`: a name tells what is inside."""
    complaints = []
    for module in modules:
        for part in module.path.with_suffix("").parts:
            if part in ("util", "utils", "helpers", "misc", "common"):
                complaints.append(f"{module.path}: {part!r} says nothing")
            if part.rpartition("_")[2].removeprefix("v").isdigit() and "_v" in part:
                complaints.append(f"{module.path}: git keeps versions, names do not")
    return complaints


def nothing_unsafe(modules: list[Module]) -> list[str]:
    """No bare `except`, no pickle."""
    complaints = []
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ExceptHandler) and node.type is None:
                complaints.append(f"{module.path}:{node.lineno}: bare except")
        for name in module.imports():
            if name.split(".")[0] in NEVER_IMPORTED:
                complaints.append(f"{module.path}: {name}, use safetensors or json")
    return complaints


def nothing_is_too_long(
    modules: list[Module],
    file_lines: int = FILE_LINES_HARD,
    function_lines: int = FUNCTION_LINES_HARD,
) -> list[str]:
    """A file is read in ten minutes, a function fits on the wall."""
    complaints = []
    for module in modules:
        lines = len(module.source.splitlines())
        if lines > file_lines:
            complaints.append(f"{module.path} has {lines} lines > {file_lines}")
        complaints += [
            f"{module.path}: {name} has {length} lines > {function_lines}"
            for name, length in module.functions()
            if length > function_lines
        ]
    return complaints


RULES: tuple[Callable[[list[Module]], list[str]], ...] = (
    every_room_has_a_rank,
    imports_go_down,
    boundaries_hold,
    modules_say_what_they_own,
    names_say_what,
    nothing_unsafe,
    nothing_is_too_long,
)
