"""Stages find pages and models in the folder of their run, on the run's device."""

import os

import pytest
import torch

from course_lib import checkpoint, runtime
from course_lib.model import ModelConfig, Transformer
from course_lib.preferences import RewardModel
from course_lib.runtime import ROOT
from course_lib.speedrun.folder import discard, load_model, pages_of, training_pages
from course_lib.tokenizer import BPETokenizer
from course_lib.world import World


@pytest.fixture
def folder(tmp_path):
    tokenizer = BPETokenizer.train(["the ferry, the gull, the pie"], 262)
    config = ModelConfig.tiny(vocab_size=tokenizer.vocab_size, context=32)
    notes = {"held_out_pages": 534}
    checkpoint.save(tmp_path / "base", Transformer(config), tokenizer, notes)
    return tmp_path


def test_a_model_is_loaded_onto_the_device_of_the_run(folder, monkeypatch):
    """`meta` stands in for a GPU: what is put there is there and nowhere else."""
    assert {p.device.type for p in load_model(folder / "base")[0].parameters()} == {
        runtime.device().type
    }
    monkeypatch.setattr(runtime, "device", lambda: torch.device("meta"))
    model, _ = load_model(folder / "base")
    assert {p.device.type for p in model.parameters()} == {"meta"}
    reward_model = RewardModel(model)
    assert {p.device.type for p in reward_model.parameters()} == {"meta"}
    assert reward_model.zero.device.type == "meta"


def test_no_stage_loads_a_model_past_the_device_of_the_run():
    """The real model's stages train on the CPU, and say so; `folder` is the way."""
    stages = ROOT / "course_lib" / "speedrun"
    others = {"folder.py"} | {path.name for path in stages.glob("real_*.py")}
    for path in stages.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert path.name in others or "checkpoint.load(" not in text, path
        new = text.count("Transformer(") - text.count("class Transformer(")
        assert new == text.count(").to(device())"), path


def test_the_pages_are_the_worlds_where_no_crawl_was_read(folder):
    pages = training_pages(folder, world_seed=0)
    assert pages == World(0).documents()[534:]
    with pytest.raises(ValueError, match=r"crawl_documents\.jsonl\.gz is missing"):
        pages_of(folder, world_seed=0)


def test_what_is_half_discarded_is_not_there(folder, monkeypatch):
    """Killed while files go away: the folder's name is free already."""
    real = os.replace

    def killed(source, target):
        real(source, target)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            discard(folder / "base")
    assert not (folder / "base").exists()
    (folder / "base").mkdir()
    discard(folder / "base")
    discard(folder / "base")  # nothing to do
    assert list(folder.iterdir()) == []
