"""Hold every chapter to the rules, and every rule to a notebook that breaks it."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import notebook_rules as rules
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebook_rules import Chapter

HOME = "/" + "home/mira"  # of nobody: what the rule against such paths has to find
ROOTS = "/" + "root"
CHAPTERS = sorted((rules.ROOT / "chapters").glob("*.ipynb"))
OPENING = """# Tokenization
**Time** 50 min · **Hardware** two cores

**You will be able to** count tokens."""
EXERCISE = "**Exercise 02.pairs** *(5 minutes, the heart)*. Count them."
Damage = Callable[[NotebookNode], object]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda r: r.__name__)
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_chapter(path: Path, rule: Callable[[Chapter], list[str]]) -> None:
    found = rule(Chapter.read(path))
    assert not found, "\n" + "\n".join(found)


def test_data_is_what_the_manifest_says() -> None:
    found = rules.manifest_faults(rules.ROOT / "data")
    assert not found, "\n" + "\n".join(found)


def code(
    source: str, *outputs: NotebookNode, count: int, tags: tuple[str, ...] = ()
) -> NotebookNode:
    """Make a code cell as a run leaves it."""
    metadata = {"tags": list(tags)} if tags else {}
    return new_code_cell(
        source, outputs=list(outputs), execution_count=count, metadata=metadata
    )


def stream(text: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=text)


def good_notebook() -> NotebookNode:
    """Make the smallest chapter 02 that breaks no rule."""
    cells = [
        new_markdown_cell(OPENING),
        new_markdown_cell("## 2.1 Bits\n\n```python\n# no title\n```"),
        code("1 / 0", new_output("error", ename="E", evalue="e", traceback=["t"]),
             count=1, tags=("raises-exception",)),
        new_markdown_cell(f"## 2.2 Pairs\n\n### Deeper\n\n{EXERCISE}"),
        code("def pairs_by_hand(ids):\n    return ids", count=2),
        code("%matplotlib inline\nprint(2)", stream("2\n"), count=3),
        code("print(1)\nassert 1 < 2", stream("1\n"), count=4),
        new_markdown_cell("## Reality check"),
        new_markdown_cell("## 2.3 Summary"),
        new_markdown_cell("## 2.4 Exercises to take home"),
        new_markdown_cell("## References\nhttps://example.org/work/x"),
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return new_notebook(cells=cells, metadata=metadata)


def complaints(rule: Callable[[Chapter], list[str]], damage: Damage) -> str:
    """Damage a good notebook and return what the rule says."""
    notebook = good_notebook()
    damage(notebook)
    return "\n".join(rule(Chapter(Path("chapters/02_x.ipynb"), notebook)))


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda r: r.__name__)
def test_a_good_notebook_breaks_no_rule(rule: Callable) -> None:
    assert complaints(rule, lambda _: None) == ""


def put(cell: int, **fields: object) -> Damage:
    """Overwrite fields of a cell."""
    return lambda nb: nb.cells[cell].update(fields)


def tag(cell: int, *tags: str) -> Damage:
    return lambda nb: nb.cells[cell].metadata.update(tags=list(tags))


def show(cell: int, *outputs: NotebookNode) -> Damage:
    return lambda nb: nb.cells[cell].update(outputs=list(outputs))


def widget(**data: str) -> NotebookNode:
    return new_output("display_data", data={rules.WIDGET_VIEW: {}, **data})


LONG = "\n".join(f"x{i} = {i}" for i in range(26))
BROKEN = [
    (rules.is_valid, put(0, id="a b"), "not a valid notebook"),
    (
        rules.lines_are_no_accidental_lists,
        put(3, source="## 2.2 Pairs\n- A. Gage, *BPE*,\n  1994. For files."),
        "'1994. For files.' becomes an item of a list",
    ),
    (rules.ran_in_order, put(4, execution_count=7), "run counts are [1, 7, 3, 4]"),
    (rules.ran_in_order, put(4, execution_count=None), "[1, None, 3, 4]"),
    (rules.ran_in_order, put(4, source=""), "code cell 1 is empty"),
    (rules.has_one_title, put(0, source="no title"), "found: []"),
    (rules.has_one_title, put(3, source="# Again"), "(3, 'Again')"),
    (rules.sections_are_numbered, put(3, source="## 2.3 Pairs"), "begin with 2.2"),
    (rules.sections_are_numbered, put(3, source="## Pairs"), "begin with 2.2"),
    (rules.sections_are_numbered, put(1, source="## 3.1 Bits"), "begin with 2.1"),
    (rules.keeps_its_promises, put(0, source="# T"), "**Time** is missing"),
    (rules.keeps_its_promises, put(8, source=""), "'Summary' is missing"),
    (rules.keeps_its_promises, put(8, source="## References"), "usual order"),
    (rules.keeps_its_promises, put(10, source="## 2.5 More"), "only closing"),
    (rules.cells_are_short, put(4, source=LONG), "26 lines > 25"),
    (rules.cells_are_short, put(4, source="x = 1" + " " * 84), "89 columns > 88"),
    (
        rules.cells_are_short,
        lambda nb: [c.update(source="x\n" * 9) for c in nb.cells],
        "median code cell has 9",
    ),
    (rules.metadata_is_plain, lambda nb: nb.metadata.update(widgets={}), "'widgets'"),
    (
        rules.metadata_is_plain,
        lambda nb: nb.metadata.language_info.update(version="3.11.9"),
        "['version']",
    ),
    (rules.metadata_is_plain, put(4, metadata={"scrolled": True}), "'scrolled'"),
    (
        rules.metadata_is_plain,
        put(4, metadata={"jupyter": {"outputs_hidden": True}}),
        "'jupyter'",
    ),
    (rules.tags_are_known, tag(4, "nbval-skip"), "nbval-skip"),
    (rules.tags_are_known, tag(4, "nbval-ignore-ouput"), "nbval-ignore-ouput"),
    (rules.tags_are_known, put(4, source="# NBVAL_SKIP\nx = 1"), "by a comment"),
    (rules.outputs_are_for_readers, show(4, widget()), "stores a widget's view"),
    (rules.outputs_are_for_readers, show(4, stream("!", "stderr")), "stores stderr"),
    (rules.outputs_are_for_readers, tag(2), "stores an error"),
    (
        rules.names_are_its_own,
        put(4, source="class BPETokenizer: ..."),
        "'BPETokenizer', a public name",
    ),
    (rules.data_is_there, put(4, source="data_path('no.bin')"), "wants 'no.bin'"),
    (
        rules.data_is_there,
        put(4, source="f(runtime.data_path('no.bin'))"),
        "wants 'no.bin'",
    ),
    (rules.ignored_cells_are_asserted, tag(4, "nbval-ignore-output"), "code cell 1"),
    (rules.ignored_cells_are_asserted, tag(6, "nbval-ignore-output"), "code cell 3"),
    (
        rules.ignored_cells_are_asserted,
        lambda nb: [tag(i, "nbval-ignore-output")(nb) for i in (5, 6)],
        "code cell 2",
    ),
    (rules.few_cells_are_ignored, tag(5, "nbval-ignore-output"), "1 of 3 cells"),
    (rules.names_no_machine, show(4, stream(f"in {HOME}/x")), HOME),
    (rules.names_no_machine, put(4, source="open('C:\\\\Users\\\\m')"), "C:\\"),
    (rules.names_no_machine, put(0, source=f"see `{ROOTS}/x`"), ROOTS),
    (
        rules.predictions_are_measured,
        put(4, source="predict('How many?', [1, 2], lambda: 2, because='so')"),
        "code cell 1 knows the answer",
    ),
    (
        rules.predictions_are_measured,
        put(4, source="predict('How many?', [1, 2], answer=2)"),
        "code cell 1 knows the answer",
    ),
    (
        rules.predictions_are_measured,
        put(4, source="predict('How many?', [1, 2], lambda: n)"),
        "never tells the score",
    ),
    (
        rules.has_one_heart,
        put(3, source=EXERCISE.replace(", the heart", "")),
        "0 exercises are called the heart",
    ),
    (rules.has_one_heart, put(0, source=OPENING + EXERCISE), "2 exercises are called"),
    (
        rules.has_one_heart,
        put(0, source=OPENING + "**Exercise 02.b** (2 minutes)."),
        "'nothing', which is not 'N minutes'",
    ),
    (
        rules.has_one_heart,
        put(3, source=EXERCISE.replace("5 minutes", "a while")),
        "'a while, the heart', which is not 'N minutes'",
    ),
    (
        rules.names_no_machine,
        show(4, new_output("display_data", data={"text/plain": "<X object at 0x7f>"})),
        "object at 0x7f",
    ),
]


@pytest.mark.parametrize(
    ("rule", "damage", "says"), BROKEN, ids=[f"{b[0].__name__}: {b[2]}" for b in BROKEN]
)
def test_a_broken_notebook_is_named(rule: Callable, damage: Damage, says: str) -> None:
    assert says in complaints(rule, damage)


def test_every_rule_has_been_seen_to_fail() -> None:
    assert {broken[0] for broken in BROKEN} == set(rules.RULES)


def test_an_ignored_cell_followed_by_an_assertion_is_fine() -> None:
    said = complaints(rules.ignored_cells_are_asserted, tag(5, "nbval-ignore-output"))
    assert said == ""


def test_public_names_leave_out_private_ones_and_exercises(tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    (tmp_path / "model.py").write_text("class A:\n  def f(self): ...\ndef _b(): ...")
    (tmp_path / "exercises" / "tokens.py").write_text("def merge(): ...")
    assert rules.public_names(tmp_path) == {"A"}


def listed_file(data: Path) -> dict[str, object]:
    """Write one file and return its entry for the manifest."""
    (data / "x.bin").write_bytes(b"abc")
    sha = hashlib.sha256(b"abc").hexdigest()
    entry: dict[str, object] = {"file": "x.bin", "made_by": "speedrun", "seed": 0}
    return entry | {"bytes": 3, "sha256": sha}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, ""),
        ({"bytes": 4}, "3 bytes"),
        ({"sha256": "0" * 64}, "sha256"),
        ({"file": "y.bin"}, "y.bin: listed, but not there"),
        ({"file": "y.bin"}, "x.bin: not listed"),
    ],
)
def test_manifest_faults_are_named(tmp_path: Path, change: dict, says: str) -> None:
    entry = listed_file(tmp_path) | change
    (tmp_path / "MANIFEST.json").write_text(json.dumps([entry]))
    faults = rules.manifest_faults(tmp_path)
    assert says in "\n".join(faults)
    assert bool(faults) == bool(says)


def test_a_manifest_entry_tells_what_made_it(tmp_path: Path) -> None:
    entry = listed_file(tmp_path)
    del entry["made_by"], entry["seed"]
    (tmp_path / "MANIFEST.json").write_text(json.dumps([entry]))
    assert "lacks ['made_by', 'seed']" in rules.manifest_faults(tmp_path)[0]


def test_an_unlisted_file_is_named(tmp_path: Path) -> None:
    listed_file(tmp_path)
    assert rules.manifest_faults(tmp_path) == ["x.bin: not listed"]
