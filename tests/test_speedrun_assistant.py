"""The stage writes what it says, and the study goes on where it was."""

import json
import shutil

import notebook_rules
import pytest

from course_lib import checkpoint
from course_lib.chat import SPECIAL_TOKENS
from course_lib.conversations import read_conversations
from course_lib.model import ModelConfig, Transformer
from course_lib.runtime import data_path
from course_lib.speedrun import (
    AssistantRecipe,
    Corpus,
    assistant,
    finetune,
    finetuning_study,
    study_finetuning,
)
from course_lib.speedrun.finetuning_study import TRIALS
from course_lib.tokenizer import BPETokenizer
from course_lib.train import TrainConfig
from course_lib.world import World

TINY = ModelConfig(512, 256, 1, 16, 1, 1, 16)
RECIPE = AssistantRecipe(
    best_known=3,
    per_fact=1,
    hand_written_times=1,
    replayed=3,
    training=TrainConfig(2, 1e-3, optimizer="adamw", warmup_steps=1),
    rows=2,
    measured_at=(0, 2),
)


@pytest.fixture(scope="module")
def corpus():
    pages = World(0).documents(max_chars=4_000_000)
    texts = [page.text for page in pages[:200]]
    return Corpus(
        pages[50:], pages[:50], BPETokenizer.train(texts, 512, SPECIAL_TOKENS)
    )


def test_the_stage_writes_checkpoint_log_conversations_and_manifest(
    tmp_path, corpus, monkeypatch
):
    monkeypatch.setattr(assistant, "measure", lambda *_: {"pages": 1.0})
    folder = tmp_path / "conversations"
    folder.mkdir()
    source = data_path("conversations/hand_written.jsonl")
    shutil.copy(source, folder / "hand_written.jsonl")
    finetune(RECIPE, tmp_path, corpus, Transformer(TINY))
    model, tokenizer = checkpoint.load(tmp_path / "assistant")
    assert model.config == TINY
    assert tokenizer.vocab_size == 512
    log = json.loads((tmp_path / "assistant_log.json").read_text())
    assert [e["step"] for e in log] == [0, 2]
    assert all("say" in e for e in log)
    about = read_conversations(folder / "about_people.jsonl")
    by_hand = read_conversations(folder / "hand_written.jsonl")
    notes = checkpoint.load_notes(tmp_path / "assistant")
    assert notes["conversations"] == len(about) + len(by_hand)
    assert len(read_conversations(folder / "model_written.jsonl")) == 300
    (folder / "hand_written.jsonl").unlink()  # not made by the stage
    assert notebook_rules.manifest_faults(tmp_path) == []


def test_the_study_runs_only_what_its_log_lacks(tmp_path, monkeypatch):
    done = []

    def fake(trial, *_):
        done.append(trial)
        return vars(trial) | {"seen": 1.0}

    monkeypatch.setattr(finetuning_study, "run_trial", fake)
    monkeypatch.setattr(finetuning_study, "read_corpus", lambda _: None)
    study_finetuning(tmp_path, at_most=2)
    study_finetuning(tmp_path)
    study_finetuning(tmp_path)
    assert done == list(TRIALS)
    assert len(json.loads((tmp_path / "finetuning_log.json").read_text())) == 13


def test_the_committed_study_is_complete():
    stored = json.loads(data_path("finetuning_log.json").read_text())
    told = [{key: run[key] for key in vars(TRIALS[0])} for run in stored]
    assert told == [vars(trial) for trial in TRIALS]
