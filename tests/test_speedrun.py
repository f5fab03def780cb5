"""A stage can be interrupted, and what it made is listed with its true sha256."""

import json
import pkgutil
import re
import runpy
import signal
import sys
from dataclasses import asdict, replace

import notebook_rules
import pytest
import torch

from course_lib import __main__ as cli
from course_lib import checkpoint, speedrun
from course_lib.commands import speedrun as verb
from course_lib.commands.console import CommandError
from course_lib.commands.speedrun import stage_command
from course_lib.model import ModelConfig
from course_lib.runtime import ROOT, THREADS, data_path, real_model
from course_lib.speedrun import (
    BaseRecipe,
    base,
    finetuning_study,
    identity_study,
    list_files,
    practice,
    preference,
    pretrain,
    read_corpus,
    record_vocabulary,
    thinking,
)
from course_lib.train import TrainConfig

TINY = ModelConfig(512, 96, 1, 16, 1, 1, 16)
RECIPE = BaseRecipe(
    model=TINY,
    training=TrainConfig(6, warmup_steps=1, accumulate=2),
    rows=2,
    measure_every=3,
    save_every=2,
    samples_at=(1, 6),
)


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(RECIPE)


@pytest.fixture
def quick(monkeypatch, corpus):
    monkeypatch.setattr(base, "read_corpus", lambda *_: corpus)


def test_no_page_kept_aside_is_trained_on_and_the_share_is_kept(corpus):
    n_pages = len(corpus.training) + len(corpus.held_out)
    assert len(corpus.held_out) == n_pages // RECIPE.held_out
    assert corpus.held_out[0].text != corpus.training[0].text


@pytest.mark.usefixtures("quick")
def test_the_stage_writes_a_checkpoint_its_log_and_the_manifest(tmp_path):
    pretrain(RECIPE, tmp_path)
    model, tokenizer = checkpoint.load(tmp_path / "base")
    assert model.config == TINY
    assert tokenizer.vocab_size == 512
    assert checkpoint.load_notes(tmp_path / "base")["tokens"] == 6 * 2 * 2 * 96
    log = json.loads((tmp_path / "base_log.json").read_text())
    assert [e["step"] for e in log if "say" in e] == [1, 6]
    assert notebook_rules.manifest_faults(tmp_path) == []


@pytest.mark.usefixtures("quick")
def test_an_interrupted_stage_ends_with_the_same_losses(tmp_path, monkeypatch):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    pretrain(RECIPE, whole)

    def stop_at_the_last(log, *rest):
        if log.step == 6:
            raise KeyboardInterrupt
        return entry(log, *rest)

    entry = base.entry
    monkeypatch.setattr(base, "entry", stop_at_the_last)
    with pytest.raises(KeyboardInterrupt):
        pretrain(RECIPE, broken)
    assert not (broken / "base").exists()
    monkeypatch.setattr(base, "entry", entry)
    pretrain(RECIPE, broken)
    logs = [json.loads((f / "base_log.json").read_text()) for f in (whole, broken)]
    assert logs[0] == logs[1]
    assert sorted(p.name for p in broken.iterdir()) == [
        "MANIFEST.json", "base", "base_log.json",
    ]  # fmt: skip


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("pressed_in", ["head_loss", "_follow_slopes"])
def test_ctrl_c_in_a_stage_stores_no_half_trained_model(
    tmp_path, monkeypatch, pressed_in
):
    """A terminal sends it to the stage, too; a notebook's training would just end."""
    place = f"course_lib.train.loop.{pressed_in}"
    real, calls = pkgutil.resolve_name(place), []

    def pressed(*given):
        calls.append(given)
        if len(calls) == 2:
            signal.raise_signal(signal.SIGINT)
        return real(*given)

    monkeypatch.setattr(place, pressed)
    monkeypatch.setattr(speedrun, "BaseRecipe", lambda: RECIPE)
    monkeypatch.setattr(sys, "argv", ["speedrun", "base", str(tmp_path)])
    monkeypatch.setenv(THREADS, str(torch.get_num_threads()))
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(
                str(ROOT / "course_lib/speedrun/__main__.py"), None, "__main__"
            )
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended.value.code == 128 + signal.SIGINT
    assert list(tmp_path.iterdir()) == []


def test_listing_again_replaces_an_entry_and_keeps_the_others(tmp_path):
    (tmp_path / "one.txt").write_text("1")
    (tmp_path / "two.txt").write_text("2")
    list_files(tmp_path, ["one.txt", "two.txt"], "by hand", seed=0)
    (tmp_path / "one.txt").write_text("11")
    list_files(tmp_path, ["one.txt"], "by hand", seed=1, note="changed")
    entries = json.loads((tmp_path / "MANIFEST.json").read_text())
    assert [(e["file"], e["bytes"], e["seed"]) for e in entries] == [
        ("one.txt", 2, 1),
        ("two.txt", 1, 0),
    ]
    assert notebook_rules.manifest_faults(tmp_path) == []


def test_what_is_not_there_cannot_be_listed(tmp_path):
    with pytest.raises(ValueError, match="not there or empty; make it"):
        list_files(tmp_path, ["nothing"], "by hand", seed=0)


def test_the_recorded_vocabulary_is_the_real_models(tmp_path):
    if real_model() is None:
        with pytest.raises(ValueError, match="course_lib fetch"):
            record_vocabulary(tmp_path)
        pytest.skip("the real model is not on this disk")
    record_vocabulary(tmp_path)
    written = tmp_path / "smollm2_tokens.json"
    assert written.read_text() == data_path(written.name).read_text()
    assert notebook_rules.manifest_faults(tmp_path) == []


def test_a_base_that_was_begun_with_another_recipe_is_not_gone_on_with(tmp_path):
    training = replace(RECIPE.training, steps=RECIPE.training.steps + 1)
    kept = {"recipe": asdict(replace(RECIPE, training=training)), "entries": []}
    (tmp_path / "base_unfinished").mkdir()
    (tmp_path / "base_unfinished.json").write_text(json.dumps(kept))
    with pytest.raises(ValueError, match="another recipe: delete base_unfinished"):
        pretrain(RECIPE, tmp_path)


def test_the_base_is_trained_under_torchrun_and_the_sizes_are_not():
    assert "--nproc-per-node=2" in stage_command("base", 2)
    assert stage_command("base", 1) == ["-m", "course_lib.speedrun", "base"]
    assert stage_command("sizes", 2) == ["-m", "course_lib.speedrun", "sizes"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["base", "--size", "tiny"], "--size and --seeds belong to a whole run"),
        (["thinking", "--seeds", "3"], "--size and --seeds belong to a whole run"),
        (["--processes", "1"], "--processes belongs to the stage base"),
        (["sizes", "--processes", "1"], "--processes belongs to the stage base"),
    ],
)
def test_an_option_that_would_change_nothing_is_refused_before_anything(
    tmp_path, monkeypatch, arguments, said
):
    """Else `base --size tiny` would train the full base, into `data/`."""
    begun = "python_for_programs"
    monkeypatch.setattr(verb.bootstrap, begun, lambda _: pytest.fail("begun"))
    options = cli.parse(["speedrun", *arguments, "--out", str(tmp_path / "new")])
    with pytest.raises(CommandError, match=said):
        options.run(options)
    assert not (tmp_path / "new").exists()


def test_a_whole_run_is_small_with_one_seed_unless_told_otherwise(
    tmp_path, monkeypatch
):
    called = []
    monkeypatch.setattr(verb.bootstrap, "python_for_programs", lambda _: "python")
    monkeypatch.setattr(verb, "run_child", lambda command, _: called.append(command))
    for more in ([], ["--size", "tiny", "--seeds", "3"]):
        options = cli.parse(["speedrun", "--out", str(tmp_path), *more])
        options.run(options)
    assert [command[-3:] for command in called] == [
        ["small", "cpu", "1"],
        ["tiny", "cpu", "3"],
    ]


# --- README's recipe for `data/` ---

README = (ROOT / "README.md").read_text(encoding="utf-8")
# What a stage reads of others' in its folder.
READS = {
    "assistant": {"base"},
    "finetuning": {"base"},
    "honest": {"assistant"},
    "search": {"assistant", "honest"},
    "identity": {"assistant"},
    "profiles": {"assistant"},
    "thinking": {"base"},
    "practice": {"assistant", "thinking"},
    "preference": {"assistant"},
}


def test_readme_makes_data_again_with_every_stage_after_those_it_reads():
    recipe = README.split("To make it again")[1].split("It takes hours")[0]
    stages = []
    for in_loop, alone in re.findall(
        r"for stage in ([^;]+);|course_lib speedrun (\w+)", recipe
    ):
        stages += in_loop.replace("\\", " ").split() or [alone]
    assert sorted(stages) == sorted(verb.STAGES)
    for stage, others in READS.items():
        assert others <= set(stages[: stages.index(stage)]), stage
    assert stages[-1] == "card"


def test_readme_removes_what_a_stage_would_take_for_done():
    """Five stages do only what their log lacks, and keep the models they find."""
    logs, models = re.findall(r"data/\{([\w,]+)\}", README)
    stages = (finetuning_study, identity_study, thinking, practice, preference)
    assert [f"{name}_log.json" for name in logs.split(",")] == [s.LOG for s in stages]
    kept = {*thinking.KEPT.values(), practice.APPRENTICE, practice.PRACTISED}
    kept |= {preference.SLOGANEER, preference.PREFERRED}
    assert set(models.split(",")) == kept


def test_the_committed_recipe_asks_for_the_models_full_context():
    recipe = BaseRecipe()
    assert replace(recipe, rows=1).model.context == 256
    assert recipe.samples_at[-1] == recipe.training.steps
