"""Facts about checkpoints: equal after loading, whole or not there, never a pickle."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from power_cut import names_given_safely
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from course_lib import checkpoint, runtime
from course_lib.checkpoint.whole import reading
from course_lib.model import ModelConfig, RopeScaling, Transformer
from course_lib.tokenizer import BPETokenizer

TOKENIZER = BPETokenizer([(97, 98)], ["<|end|>"])
TINY = ModelConfig(vocab_size=258, context=16, n_layers=2, width=8, n_heads=2,
                   n_kv_heads=1, mlp_width=12)  # fmt: skip
CONFIGS = {
    "llama": TINY,
    "untied": replace(TINY, tied=False),
    "scaled": replace(TINY, rope_scaling=RopeScaling(4.0, original_context=8)),
    "gpt2": replace(TINY, norm="layer", positions="learned", activation="gelu",
                    bias=True),
}  # fmt: skip
IDS = torch.tensor([[1, 5, 97, 98, 257]])


def model_of(config: ModelConfig = TINY, seed: int = 0) -> Transformer:
    return Transformer(config, seed)


def saved(folder: Path) -> Path:
    return checkpoint.save(folder / "base", model_of(), TOKENIZER, {"steps": 3})


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- There and back ---


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_a_loaded_model_computes_the_very_same_logits(tmp_path, config):
    model = model_of(config)
    checkpoint.save(tmp_path / "base", model, TOKENIZER)
    loaded, tokenizer = checkpoint.load(tmp_path / "base")
    assert loaded.config == config
    assert torch.equal(loaded(IDS), model(IDS))
    assert tokenizer.merges == TOKENIZER.merges
    assert tokenizer.special_tokens == TOKENIZER.special_tokens


def test_a_checkpoint_is_four_files_that_anybody_can_open(tmp_path):
    folder = saved(tmp_path)
    assert files_in(folder) == [
        "config.json", "model.safetensors", "notes.json", "tokenizer.json",
    ]  # fmt: skip
    assert files_in(tmp_path) == ["base"]
    assert (
        load_file(folder / "model.safetensors").keys() == model_of().state_dict().keys()
    )
    assert json.loads((folder / "config.json").read_text())["model"]["width"] == 8


def test_tokenizer_and_notes_may_be_left_out(tmp_path):
    folder = checkpoint.save(tmp_path / "bare", model_of())
    assert files_in(folder) == ["config.json", "model.safetensors"]
    assert checkpoint.load(folder)[1] is None
    assert checkpoint.load_notes(folder) == {}
    assert checkpoint.load_notes(saved(tmp_path)) == {"steps": 3}


def test_bf16_halves_the_file_and_rounds_the_numbers(tmp_path):
    model = model_of(replace(TINY, width=64))
    sizes = {}
    for dtype in (torch.float32, torch.bfloat16):
        folder = checkpoint.save(tmp_path / str(dtype), model, dtype=dtype)
        sizes[dtype] = (folder / "model.safetensors").stat().st_size
    assert 0.48 < sizes[torch.bfloat16] / sizes[torch.float32] < 0.56
    loaded, _ = checkpoint.load(folder)
    for name, tensor in loaded.state_dict().items():
        assert tensor.dtype == torch.float32
        rounded = model.state_dict()[name].to(torch.bfloat16).float()
        assert torch.equal(tensor, rounded), name
    assert model.embed.weight.dtype == torch.float32  # the model itself is untouched


def test_weights_may_lie_in_memory_in_any_order(tmp_path):
    model = model_of()
    turned = model.embed.weight.detach().T.contiguous().T  # same numbers, by columns
    model.embed.weight = torch.nn.Parameter(turned)
    loaded, _ = checkpoint.load(checkpoint.save(tmp_path / "base", model))
    torch.testing.assert_close(loaded(IDS), model(IDS))


def test_a_model_can_be_loaded_in_bf16(tmp_path):
    loaded, _ = checkpoint.load(saved(tmp_path), dtype=torch.bfloat16)
    assert {p.dtype for p in loaded.parameters()} == {torch.bfloat16}
    assert loaded(IDS).dtype == torch.bfloat16


def test_a_loaded_model_can_be_trained_and_saved_over_its_own_file(tmp_path):
    folder = saved(tmp_path)
    loaded, tokenizer = checkpoint.load(folder)
    loaded(IDS).logsumexp(-1).sum().backward()
    with torch.no_grad():
        for parameter in loaded.parameters():
            parameter -= 0.1 * parameter.grad
    checkpoint.save(folder, loaded, tokenizer)
    again, _ = checkpoint.load(folder)
    assert torch.equal(again(IDS), loaded(IDS))
    assert not torch.equal(again(IDS), model_of()(IDS))
    assert files_in(tmp_path) == ["base"]
    assert "notes.json" not in files_in(folder)  # the notes were the old model's


def test_whoever_may_read_the_config_may_read_the_weights(tmp_path):
    folder = saved(tmp_path)
    modes = {path.stat().st_mode for path in folder.iterdir()}
    assert len(modes) == 1


def test_what_a_file_browser_leaves_behind_is_no_obstacle(tmp_path):
    folder = saved(tmp_path)
    (folder / ".DS_Store").write_bytes(b"")
    checkpoint.save(folder, model_of(seed=1), TOKENIZER)
    assert ".DS_Store" not in files_in(folder)


# --- Whole or not at all ---


@pytest.mark.parametrize(
    "breaks",
    [
        "course_lib.checkpoint.whole.save_file",
        "course_lib.tokenizer.BPETokenizer.save",
        "course_lib.checkpoint.whole._take_place",
    ],
)
def test_a_save_that_fails_leaves_the_old_checkpoint(tmp_path, monkeypatch, breaks):
    folder = saved(tmp_path)

    def full_disk(*_, **__):
        is_safetensors = breaks.endswith("save_file")
        raise (SafetensorError if is_safetensors else OSError)("full")

    monkeypatch.setattr(breaks, full_disk)
    with pytest.raises(OSError, match="full"):
        checkpoint.save(folder, model_of(seed=1), TOKENIZER)
    monkeypatch.undo()
    assert torch.equal(checkpoint.load(folder)[0](IDS), model_of()(IDS))
    assert files_in(tmp_path) == ["base"]


def test_a_checkpoint_is_on_the_disk_before_it_takes_its_name(tmp_path, monkeypatch):
    """Else a power cut may leave the record of a stage, and empty weights."""
    placed = names_given_safely(monkeypatch, "course_lib.checkpoint.whole.rename")
    saved(tmp_path)
    assert placed == ["base"]


def test_a_rename_that_fails_puts_the_old_checkpoint_back(tmp_path, monkeypatch):
    folder = saved(tmp_path)

    def fails_for_new(old, new):
        if old.name.endswith(".tmp"):
            raise PermissionError("open in another program")
        runtime.rename(old, new)

    monkeypatch.setattr("course_lib.checkpoint.whole.rename", fails_for_new)
    with pytest.raises(PermissionError, match="another program"):
        checkpoint.save(folder, model_of(seed=1))
    assert torch.equal(checkpoint.load(folder)[0](IDS), model_of()(IDS))
    assert files_in(tmp_path) == ["base"]


def test_a_folder_of_other_things_is_never_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(ValueError, match=r"'thesis\.txt', which no checkpoint has"):
        checkpoint.save(tmp_path, model_of())
    assert files_in(tmp_path) == ["thesis.txt"]
    with pytest.raises(ValueError, match="is a file"):
        checkpoint.save(tmp_path / "thesis.txt", model_of())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tokenizer": BPETokenizer([])}, "has 256 tokens, the model 258"),
        ({"notes": {"loss": torch.tensor(1.0)}}, r"notes cannot .* \.tolist\(\)"),
        ({"dtype": torch.int8}, "holds torch.int8, expected floats"),
    ],
)
def test_what_could_not_be_loaded_is_not_saved(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        checkpoint.save(tmp_path / "base", model_of(), **arguments)
    assert files_in(tmp_path) == []


def test_a_wrapped_model_is_not_saved(tmp_path):
    wrapper = torch.nn.DataParallel(model_of())
    wrapper.config = TINY
    with pytest.raises(ValueError, match=r"has 'module\.blocks.*plain Transformer"):
        checkpoint.save(tmp_path / "base", wrapper)


# --- Damaged, foreign, missing ---


def test_weights_cut_off_anywhere_are_refused(tmp_path):
    weights = saved(tmp_path) / "model.safetensors"
    whole = weights.read_bytes()
    for length in [*range(0, len(whole), 97), len(whole) - 1]:
        weights.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="damaged, cut off or no safetensors"):
            checkpoint.load(weights.parent)


def test_a_pickle_is_refused_and_not_run(tmp_path):
    weights = saved(tmp_path) / "model.safetensors"
    torch.save(model_of().state_dict(), weights)
    with pytest.raises(ValueError, match="no safetensors file"):
        checkpoint.load(weights.parent)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.pop("final_norm.weight"), "lacks 'final_norm.weight'"),
        (lambda t: t.update(ears=torch.ones(2)), "has 'ears', for which"),
        (
            lambda t: t.update({"embed.weight": torch.ones(258, 9)}),
            r"embed.weight has shape \[258, 9\], its config asks for \[258, 8\]",
        ),
        (
            lambda t: t.update({"embed.weight": torch.ones(258, 8, dtype=torch.int8)}),
            "embed.weight holds torch.int8",
        ),
        (
            lambda t: [t.pop(name) for name in list(t) if name.startswith("blocks")],
            "lacks 'blocks.0.attention.key.weight', .* and 15 more",
        ),
        (lambda t: t.clear(), "has 0 tensors, its config asks for 2 layers"),
    ],
)
def test_weights_that_do_not_fit_are_named(tmp_path, change, message):
    weights = saved(tmp_path) / "model.safetensors"
    tensors = load_file(weights)
    change(tensors)
    save_file(tensors, weights)
    with pytest.raises(ValueError, match=message):
        checkpoint.load(weights.parent)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(format="gguf"), "format 'gguf', expected 'course-model-1'"),
        (lambda c: c.update(model=None), "expected 'course-model-1' and a model"),
        (lambda c: c["model"].update(moustache=1), "'moustache', unknown.*git pull"),
        (lambda c: c["model"].pop("width"), "lacks 'width'"),
        (lambda c: c["model"].update(width="8"), "width must be int, got '8'; downl"),
        (lambda c: c["model"].update(width=8.0), "width must be int, got 8.0"),
        (lambda c: c["model"].update(n_layers=True), "n_layers must be int, got True"),
        (lambda c: c["model"].update(bias=0), "bias must be bool, got 0"),
        (lambda c: c["model"].update(norm="batch"), "norm must be .*got 'batch'"),
        (
            lambda c: c["model"].update(norm_eps=None),
            "norm_eps must be float, got None",
        ),
        (lambda c: c["model"].update(n_heads=3), r"config.json: n_heads must divide"),
        (lambda c: c["model"].update(rope_scaling=[]), "rope_scaling must be"),
        (lambda c: c["model"].update(rope_scaling={"x": 1}), "rope_scaling has 'x'"),
        (
            lambda c: c["model"].update(rope_scaling={"factor": "8"}),
            "rope_scaling: factor must be float, got '8'",
        ),
    ],
)
def test_a_config_that_does_not_fit_is_named(tmp_path, change, message):
    path = saved(tmp_path) / "config.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=message):
        checkpoint.load(path.parent)


def test_layers_that_no_tensor_is_for_are_refused_before_they_are_built(
    tmp_path, monkeypatch
):
    """10**9 layers would take days to build, and more memory than there is."""
    path = saved(tmp_path) / "config.json"
    content = json.loads(path.read_text())
    content["model"]["n_layers"] = 10**9
    path.write_text(json.dumps(content))
    monkeypatch.setattr("course_lib.checkpoint.whole.Transformer", None)
    with pytest.raises(ValueError, match=r"has 20 tensors, .* asks for 1000000000 lay"):
        checkpoint.load(path.parent)


@pytest.mark.parametrize("size", [10**12, 10**30])
def test_sizes_that_no_tensor_can_have_are_refused(tmp_path, size):
    path = saved(tmp_path) / "config.json"
    content = json.loads(path.read_text())
    content["model"] |= {"width": size, "mlp_width": size}
    path.write_text(json.dumps(content))
    told = rf"no tensor .* as large as .*config\.json asks .* again:\n(.*\n)*.*{size}"
    with pytest.raises(ValueError, match=told):
        checkpoint.load(path.parent)


@pytest.mark.parametrize(
    "full",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to ..."),
    ],
)
def test_too_little_memory_is_not_the_files_fault(full):
    with pytest.raises(RuntimeError) as told, reading("model.gguf"):
        raise full
    assert told.value is full
    with pytest.raises(ValueError, match="damaged"), reading("model.gguf"):
        raise RuntimeError("shape '[3]' is invalid for input of size 4")


@pytest.mark.parametrize("content", ["", "{", "[]", "3", "\ufffe", "[" * 100_000])
def test_a_damaged_config_is_refused(tmp_path, content):
    path = saved(tmp_path) / "config.json"
    path.write_text(content, encoding="utf-16")
    with pytest.raises(ValueError, match=r"config\.json"):
        checkpoint.load(path.parent)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"merges": None}, "is damaged or not as it should be"),
        ({"merges": [[97]]}, "is damaged or not as it should be"),
        ({"merges": [["a", "b"]]}, "is damaged or not as it should be"),
        ({"pattern": ["a"]}, "is damaged or not as it should be"),
        ({"pattern": "mine"}, "unknown pattern 'mine'"),
        ({"special_tokens": 3}, "is damaged or not as it should be"),
        ({"special_tokens": [["a"]]}, "is damaged or not as it should be"),
        ({"format": None}, "has format None"),
    ],
)
def test_a_damaged_tokenizer_is_named(tmp_path, change, message):
    path = saved(tmp_path) / "tokenizer.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ValueError, match=r"tokenizer\.json.*" + message):
        checkpoint.load(path.parent)


def test_a_tokenizer_of_brackets_is_refused(tmp_path):
    path = saved(tmp_path) / "tokenizer.json"
    path.write_text("[" * 100_000)
    with pytest.raises(ValueError, match=r"tokenizer\.json is damaged"):
        checkpoint.load(path.parent)


def test_a_tokenizer_of_another_model_is_refused(tmp_path):
    folder = saved(tmp_path)
    BPETokenizer([]).save(folder / "tokenizer.json")
    with pytest.raises(ValueError, match=r"tokenizer\.json has 256 .* model 258"):
        checkpoint.load(folder)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_missing_file_is_named(tmp_path, name):
    folder = saved(tmp_path)
    (folder / name).unlink()
    with pytest.raises(ValueError, match=name):
        checkpoint.load(folder)


def test_a_missing_folder_says_how_to_make_it(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=r"no checkpoint at .*checkpoint\.save\("):
        checkpoint.load(tmp_path / "base")
    monkeypatch.setattr(runtime, "DATA", tmp_path.resolve())
    with pytest.raises(ValueError, match="git restore data/base"):
        checkpoint.load(tmp_path / "base")
