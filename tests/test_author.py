"""What `author` stores: what a reader should see, the same bytes every time."""

import copy
from pathlib import Path

import nbformat
import notebook_rules
import pytest
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

from course_lib import __main__ as cli
from course_lib.checkpoint import real
from course_lib.commands import author as verb
from course_lib.commands import notebooks
from course_lib.commands.notebooks import (
    WIDGET_VIEW,
    author,
    find_chapter,
    keep_old_times,
    without_folders,
)
from course_lib.runtime import ROOT
from course_lib.speedrun import list_files

SOURCES = [
    "import sys, warnings, os, ipywidgets\n"
    "from IPython.display import clear_output, display\n"
    "print('a', flush=True); warnings.warn('w'); print('b', flush=True); print('c')",
    "ipywidgets.IntSlider(value=5, description='bits')",
    "print('gone'); clear_output(wait=True); print(os.path.basename(os.getcwd()))",
    "os.environ['COURSE_MODE']",
    "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
]


def messy_notebook() -> nbformat.NotebookNode:
    """Make a notebook as an editor leaves it."""
    cells = [new_markdown_cell("# T", metadata={"editable": True})]
    for source in SOURCES:
        cells.append(new_code_cell(source, metadata={"scrolled": True}))
    cells[5].metadata.tags = ["raises-exception"]
    cells[5].metadata.jupyter = {"source_hidden": True, "outputs_hidden": False}
    return new_notebook(cells=cells, metadata={"widgets": {}, "author": "me"})


@pytest.fixture(scope="module")
def authored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Author the messy notebook once."""
    path = tmp_path_factory.mktemp("chapters") / "02_messy.ipynb"
    nbformat.write(messy_notebook(), path)
    assert author([path], check=True) == 1, "it would change, so the check fails"
    assert author([path]) == 0
    return path


def test_it_stores_what_a_reader_should_see(authored: Path) -> None:
    notebook = nbformat.read(authored, as_version=4)
    code = notebook.cells[1:]
    assert [c.execution_count for c in code] == [1, 2, 3, 4, 5]
    assert [o.text for o in code[0].outputs] == ["a\nb\nc\n"]
    (slider,) = code[1].outputs
    assert slider.data == {"text/plain": "IntSlider(value=5, description='bits')"}
    assert code[2].outputs[0].text == f"{authored.parent.name}\n"
    assert code[3].outputs[0].data == {"text/plain": "'default'"}
    assert "must run without a network" in code[4].outputs[0].evalue


def test_it_strips_metadata_views_and_folders(authored: Path) -> None:
    notebook = nbformat.read(authored, as_version=4)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert [dict(c.metadata) for c in notebook.cells[:5]] == [{}] * 5
    kept = {"tags": ["raises-exception"], "jupyter": {"source_hidden": True}}
    assert notebook.cells[5].metadata == kept
    text = authored.read_text(encoding="utf-8")
    assert WIDGET_VIEW not in text
    assert str(ROOT) not in text


def test_the_same_results_give_the_same_bytes(
    authored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = authored.read_bytes()
    assert author([authored], check=True) == 0
    assert authored.read_bytes() == before
    assert before.endswith(b"}\n")
    assert "02_messy.ipynb: 5 cells" in capsys.readouterr().out
    assert [p.name for p in authored.parent.iterdir()] == [authored.name]


def test_a_measured_time_alone_changes_nothing() -> None:
    def notebook(text: str, value: str) -> nbformat.NotebookNode:
        outputs = [
            new_output("stream", name="stdout", text=text),
            new_output("execute_result", {"text/plain": value}, execution_count=1),
        ]
        cell = new_code_cell("train()", outputs=outputs, execution_count=1)
        return new_notebook(cells=[cell])

    before = [(c.source, c.outputs) for c in notebook("a\n0.34 s\n", "3").cells]
    slower = notebook("a\n12.1 s\n", "3")
    keep_old_times(slower, before)
    assert slower.cells[0].outputs[0].text == "a\n0.34 s\n"
    for other in (notebook("b\n0.34 s\n", "3"), notebook("a\n0.34 s\n", "4")):
        kept = copy.deepcopy(other)
        keep_old_times(kept, before)
        assert kept == other


def test_a_chapter_that_raises_is_left_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "03_raises.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("{}['Mira']")]), path)
    before = path.read_bytes()
    assert author([path]) == 1
    assert path.read_bytes() == before
    assert "KeyError: 'Mira'" in capsys.readouterr().err


def test_what_was_recorded_of_the_real_model_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the manifest holds the sum of the old record."""
    record = tmp_path / "real_model.json"
    record.write_text("{}")
    list_files(tmp_path, [record.name], "long ago", 0)
    monkeypatch.setattr(verb, "DATA", tmp_path)
    monkeypatch.setattr(real, "RECORD", record)
    monkeypatch.setenv(verb.INSIDE, "1")
    monkeypatch.setenv(real.RECORDING, "1")

    def record_anew(*_: object, **__: object) -> int:
        record.write_text('{"07.city": "Paris"}')
        return 0

    monkeypatch.setattr(notebooks, "author", record_anew)
    assert cli.main(["author", "07"]) == 0
    assert notebook_rules.manifest_faults(tmp_path) == []


def test_readme_records_every_chapter_that_asks_the_real_model_itself() -> None:
    asking = [
        path.name[:2]
        for path in sorted((ROOT / "chapters").glob("[!.]*.ipynb"))
        if "load_real()" in path.read_text(encoding="utf-8")
    ]
    command = f"{verb.COMMAND_OF_RECORD} {' '.join(asking)}\n"
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")


def test_an_unknown_chapter_is_named() -> None:
    with pytest.raises(ValueError, match=r"'?99_no'? names 0 chapters"):
        find_chapter("99_no")


def test_folders_of_this_machine_are_shortened() -> None:
    file = ROOT / "course_lib" / "model.py"
    assert without_folders(f"File {file}:3") == f"File {file.relative_to(ROOT)}:3"
