"""The course away from one's own machine: Colab, Binder, a hub; and its address."""

import json
import re
import shutil
import subprocess

import pytest

from course_lib import __main__ as cli
from course_lib.commands import address, copy
from course_lib.commands.console import CommandError
from course_lib.runtime import ROOT
from course_lib.syllabus import CHAPTERS, syllabus

PLACE = "https://github.com/OWNER/NAME"


@pytest.fixture
def root(tmp_path):
    """A copy of the two files that hold the address."""
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


# --- the address -------------------------------------------------------------------


def test_readme_has_the_badges_of_the_address_in_pyproject():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert address.badges(address.read_address()) in readme


def test_an_address_is_written_once_and_can_be_changed(root):
    address.write_address("https://github.com/ada/course.git", root)
    address.write_address("https://github.com/oda/llm-course/", root)
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert address.read_address(root) == "https://github.com/oda/llm-course"
    assert project.count("[project.urls]") == 1
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert "mybinder.org/v2/gh/oda/llm-course/main" in readme
    assert "ada" not in re.findall(r"gh/(\w+)", readme)
    for chapter in syllabus():
        assert f"oda/llm-course/blob/main/chapters/{chapter.file}" in readme


@pytest.mark.parametrize("url", ["github.com/a/b", "https://example.org/a/b", ""])
def test_what_is_no_address_on_github_is_refused(root, url):
    with pytest.raises(CommandError, match="is no address like"):
        address.write_address(url, root)


# --- Colab -------------------------------------------------------------------------


def test_colab_keeps_what_it_has_and_gets_the_rest():
    pattern = re.search(r"grep -vE '(.+?)'", address.COLAB_CELL)[1]
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    left = {one.split(">")[0] for one in lines if re.search(pattern, one)}
    assert left == set(address.COLABS_OWN) | {
        one for one in lines if one.startswith("-e")
    }
    assert any(one.startswith("anywidget") for one in lines)


def test_chapters_for_colab_begin_with_its_cell(tmp_path, monkeypatch):
    monkeypatch.setattr(address, "read_address", lambda *_: PLACE)
    names = copy.copy_for_colab(tmp_path)
    assert len(names) == len(syllabus())
    first, *rest = json.loads((tmp_path / names[3]).read_text(encoding="utf-8"))[
        "cells"
    ]
    assert "".join(first["source"]) == address.colab_cell(PLACE)
    assert not any(cell.get("outputs") for cell in rest)
    with pytest.raises(CommandError, match="holds notebooks already"):
        copy.copy_for_colab(tmp_path)


def test_without_an_address_colab_has_nowhere_to_fetch_from(tmp_path, monkeypatch):
    monkeypatch.setattr(address, "read_address", lambda *_: None)
    with pytest.raises(CommandError, match="no public address"):
        copy.copy_for_colab(tmp_path)


def test_the_page_shows_the_very_cell():
    page = (ROOT / "docs/elsewhere.md").read_text(encoding="utf-8")
    assert f"```python\n{address.colab_cell(PLACE)}\n```" in page


# --- copies for a hub, and its files -----------------------------------------------


def test_copy_can_be_run_again_and_spares_what_was_worked_in(tmp_path, capsys):
    home = tmp_path / "home" / "course"
    assert cli.main(["copy", str(home)]) == 0
    worked_in = home / "03_next_token.ipynb"
    worked_in.write_text(worked_in.read_text(encoding="utf-8") + " ", encoding="utf-8")
    kept = worked_in.read_bytes()
    assert cli.main(["copy", str(home)]) == 0
    assert worked_in.read_bytes() == kept
    assert f"{len(syllabus())} as before" in capsys.readouterr().out


def test_what_the_image_copies_is_there():
    recipe = (ROOT / "hub/Dockerfile").read_text(encoding="utf-8")
    lines = re.findall(r"(?m)^COPY (.+)$", recipe)
    sources = [name for line in lines for name in line.split()[:-1]]
    assert {"requirements.txt", "data", "chapters", "course_lib"} <= set(sources)
    for name in sources:
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize(
    "script", ["hub/singleuser", ".binder/postBuild", ".binder/start"]
)
def test_scripts_can_be_run_and_read(script):
    path = ROOT / script
    shell = path.read_text(encoding="utf-8").splitlines()[0].split("/")[-1].split()[-1]
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    assert path.stat().st_mode & 0o100 or not CHAPTERS.stat().st_mode & 0o100
    subprocess.run([shell, "-n", str(path)], check=True)
