"""The real model where it is, and what was recorded of it where it is not."""

import hashlib
import json

import pytest

from course_lib.checkpoint import RealModel, export_gguf, load_real
from course_lib.model import ModelConfig, Transformer


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "record.json"
    path.write_text(json.dumps({"07.city": ["Paris", 3]}))
    return path


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def never():
    raise AssertionError("measured, though the model is not there")


def test_without_the_file_the_record_speaks(tmp_path, record):
    real = load_real(tmp_path / "none.gguf", record=record)
    assert real.model is None
    assert real.tokenizer is None
    assert "course_lib fetch" in real.said
    assert real.result("07.city", never) == ["Paris", 3]
    with pytest.raises(ValueError, match="nothing is recorded"):
        real.result("07.river", never)


def test_a_file_that_is_cut_off_is_not_opened(tmp_path, record):
    whole = export_gguf(tmp_path / "m.gguf", Transformer(ModelConfig.tiny()))
    right = sha256(whole)
    whole.write_bytes(whole.read_bytes()[:-1000])
    real = load_real(whole, right, record)
    assert real.model is None
    assert "cut off" in real.said
    assert real.result("07.city", never) == ["Paris", 3]


def test_a_foreign_file_is_named_and_nothing_is_raised(tmp_path, record):
    foreign = tmp_path / "m.gguf"
    foreign.write_text("this is no model")
    real = load_real(foreign, sha256(foreign), record)
    assert real.model is None
    assert "m.gguf could not be loaded" in real.said
    assert "no GGUF file" in real.said
    assert list(tmp_path.glob("m.*")) == [foreign]  # nothing half-written


def test_in_mode_test_the_record_speaks_though_the_file_is_there(
    tmp_path, record, monkeypatch
):
    monkeypatch.setenv("COURSE_MODE", "test")
    path = export_gguf(tmp_path / "m.gguf", Transformer(ModelConfig.tiny()))
    real = load_real(path, sha256(path), record)
    assert "COURSE_MODE is test" in real.said
    assert real.result("07.city", never) == ["Paris", 3]


def test_where_the_model_is_it_is_measured(tmp_path, record, capsys):
    path = export_gguf(tmp_path / "m.gguf", Transformer(ModelConfig.tiny()))
    real = load_real(path, sha256(path), record)
    assert real.model is not None
    assert real.said == "The real model is here."
    assert real.result("07.city", lambda: ("Paris", 3)) == ["Paris", 3]
    assert capsys.readouterr().out == ""
    assert real.result("07.city", lambda: ["Rome", 3]) == ["Rome", 3]
    assert "another result than the recorded one" in capsys.readouterr().out


def test_a_maintainer_writes_the_record(record, monkeypatch):
    monkeypatch.setenv("COURSE_RECORD", "1")
    real = RealModel(Transformer(ModelConfig.tiny()), None, "", record)
    real.result("07.added", lambda: {"é": 1})
    assert json.loads(record.read_text("utf-8")) == {
        "07.added": {"é": 1},
        "07.city": ["Paris", 3],
    }
