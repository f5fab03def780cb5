"""A class without a network installs from a folder, and hears if a file is damaged.

The wheels are made here and hold nothing; pip is real, and asks no index.
"""

import base64
import hashlib
import os
import zipfile

import pytest

from course_lib.commands import bootstrap, fetch, wheelhouse
from course_lib.commands import start as start_verb
from course_lib.commands.console import CommandError, Steps
from course_lib.commands.environment import Environment
from course_lib.runtime import REAL_MODEL


def tiny_wheel(folder, name, version, needs=()):
    """Write a wheel with one empty module."""
    info = f"{name}-{version}.dist-info"
    wants = "".join(f"Requires-Dist: {one}\n" for one in needs)
    files = {
        f"{name}.py": b"",
        f"{info}/METADATA": (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{wants}"
        ).encode(),
        f"{info}/WHEEL": (
            b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
    }
    record = ""
    for path, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
        record += f"{path},sha256={digest.decode()},{len(data)}\n"
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, data in files.items():
            wheel.writestr(path, data)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A checkout that needs two tiny packages, and an index that has them."""
    made, index = tmp_path / "course", tmp_path / "index"
    (made / "tests").mkdir(parents=True)
    index.mkdir()
    (made / "requirements.txt").write_text("hatlib>=1,<2  # for hats\n")
    (made / "tests/constraints.txt").write_text("hatlib==1.1\n")
    (made / "pyproject.toml").write_text('[build-system]\nrequires = ["buildlib>=3"]\n')
    tiny_wheel(index, "hatlib", "1.1", needs=["brimlib"])
    tiny_wheel(index, "hatlib", "1.2", needs=["brimlib"])
    tiny_wheel(index, "brimlib", "0.1")
    tiny_wheel(index, "buildlib", "3.0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return made


@pytest.fixture
def folder(root, tmp_path):
    """A finished wheelhouse."""
    made = tmp_path / "wheelhouse"
    made.mkdir()
    wheelhouse.download(made, root)
    wheelhouse.check_complete(made, root)
    wheelhouse.write_sums(made)
    return made


def test_it_holds_the_tested_versions_and_all_that_they_need(folder):
    assert [path.name.split("-py3")[0] for path in wheelhouse.wheels(folder)] == [
        "brimlib-0.1", "buildlib-3.0", "hatlib-1.1",
    ]  # fmt: skip
    assert wheelhouse.check(folder) == folder.resolve()
    assert not (folder / wheelhouse.LOG).exists()


def test_where_the_tested_versions_do_not_exist_others_are_taken(
    root, tmp_path, capsys
):
    (root / "tests/constraints.txt").write_text("hatlib==1.9\n")
    wheelhouse.download(tmp_path, root)
    assert (tmp_path / "hatlib-1.2-py3-none-any.whl").exists()
    assert "not the ones the tests ran with" in capsys.readouterr().out


def test_what_no_index_has_is_told_in_pips_words(root, tmp_path):
    (root / "requirements.txt").write_text("nohat>=1\n")
    with pytest.raises(CommandError, match="No matching distribution found for nohat"):
        wheelhouse.download(tmp_path, root)


def test_a_missing_package_is_found_before_the_class_finds_it(folder, root):
    next(folder.glob("brimlib*")).unlink()
    with pytest.raises(CommandError, match="brimlib"):
        wheelhouse.check_complete(folder, root)


@pytest.mark.parametrize("damage", ["cut off", "lost"])
def test_a_file_that_did_not_survive_the_way_is_named(folder, damage):
    path = next(folder.glob("brimlib*"))
    path.write_bytes(path.read_bytes()[:-1]) if damage == "cut off" else path.unlink()
    with pytest.raises(CommandError, match=path.name):
        wheelhouse.check(folder)


@pytest.mark.parametrize("left", ["", "abc123", "{}  one.whl\n".format("0" * 64)])
def test_a_list_of_sums_that_was_cut_off_is_noticed(folder, left):
    (folder / wheelhouse.SUMS).write_text(left)
    with pytest.raises(CommandError, match="is damaged, or does not list all"):
        wheelhouse.check(folder)


def test_a_folder_that_is_no_wheelhouse_is_refused(tmp_path):
    with pytest.raises(CommandError, match="no finished wheelhouse"):
        wheelhouse.check(tmp_path)


def test_what_a_mac_leaves_on_a_stick_does_no_harm(folder):
    (folder / "._torch-2.13.0-py3-none-any.whl").write_bytes(b"\0\5\x16\7")
    assert wheelhouse.check(folder)


def test_the_real_model_comes_along_and_is_copied_once(folder, tmp_path):
    (folder / REAL_MODEL).write_bytes(b"weights")
    wheelhouse.write_sums(folder)
    assert REAL_MODEL in (folder / wheelhouse.SUMS).read_text()
    assert wheelhouse.check(folder)
    assert wheelhouse.bring_model(folder, tmp_path / "downloads")
    assert [p.name for p in (tmp_path / "downloads").iterdir()] == [REAL_MODEL]
    assert not wheelhouse.bring_model(folder, tmp_path / "downloads")


def test_an_environment_is_installed_from_it_alone(folder, root, monkeypatch):
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setattr(bootstrap, "environment", lambda: Environment(root))
    env = bootstrap.prepare(Steps(2), sources=wheelhouse.offline(folder))
    (site,) = env.site_packages()
    assert (site / "hatlib-1.1.dist-info").is_dir()
    assert (site / "brimlib.py").exists()


def test_start_checks_the_folder_before_anything_else(tmp_path):
    class Options:
        port, no_browser, no_launch, wheelhouse = None, True, True, tmp_path

    with pytest.raises(CommandError, match="no finished wheelhouse"):
        start_verb.run(Options)


def test_requirements_and_the_build_are_read_from_the_course():
    wanted = wheelhouse.wanted()
    assert any(one.startswith("torch>=") for one in wanted)
    assert any(one.startswith("setuptools") for one in wanted)
    assert not any(one.startswith("-e") for one in wanted)


def test_sums_are_those_of_sha256sum(tmp_path):
    (tmp_path / "a").write_bytes(b"hat")
    assert fetch.sha256_of(tmp_path / "a") == hashlib.sha256(b"hat").hexdigest()
