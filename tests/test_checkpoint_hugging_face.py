"""Facts about Hugging Face folders: equal logits both ways, and what is refused."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from course_lib import checkpoint
from course_lib.model import ModelConfig, RopeScaling, Transformer
from course_lib.tokenizer import BPETokenizer, PublishedTokenizer, Vocabulary

transformers = pytest.importorskip("transformers", reason="needs transformers")

TEXT = "It's 2024, the café at 10 o'clock: 東京 the theme of the end"
TOKENIZER = BPETokenizer.train([TEXT] * 2, 270, ["<|endoftext|>"])
LLAMA = ModelConfig(vocab_size=270, context=64, n_layers=2, width=32, n_heads=4,
                    n_kv_heads=2, mlp_width=48)  # fmt: skip
CONFIGS = {
    "tied": LLAMA,
    "untied": replace(LLAMA, tied=False, rope_base=500_000.0),
    "scaled": replace(LLAMA, rope_scaling=RopeScaling(8.0, 1.0, 4.0, 16)),
    "biased": replace(LLAMA, bias=True),
    "gpt2": replace(LLAMA, n_kv_heads=4, norm="layer", positions="learned",
                    activation="gelu", bias=True),
}  # fmt: skip
IDS = torch.randint(270, (2, 40), generator=torch.Generator().manual_seed(3))


def model_of(config: ModelConfig) -> Transformer:
    """Make every number count: norms and biases drawn, too."""
    model, generator = Transformer(config), torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in model.parameters():
            drawn = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(0.2 * drawn + (1 if parameter.dim() == 1 else 0))
    return model.eval()


def theirs(folder) -> torch.nn.Module:
    loaded = transformers.AutoModelForCausalLM.from_pretrained(
        folder, attn_implementation="eager", dtype=torch.float32
    )
    return loaded.eval()


def files_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_transformers_loads_our_export_and_gives_our_logits(tmp_path, config):
    model = model_of(config)
    folder = checkpoint.export_hf(tmp_path / "mine", model, TOKENIZER)
    with torch.no_grad():
        torch.testing.assert_close(theirs(folder)(IDS).logits, model(IDS))
    assert files_in(tmp_path) == ["mine"]


@pytest.mark.parametrize("shard", ["1GB", "20KB"])
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_what_transformers_saves_is_loaded_with_equal_logits(tmp_path, config, shard):
    reference = theirs(checkpoint.export_hf(tmp_path / "mine", model_of(config)))
    reference.save_pretrained(tmp_path / "hub", max_shard_size=shard)
    assert (tmp_path / "hub/model.safetensors").exists() is (shard == "1GB")
    model, tokenizer = checkpoint.load_hf(tmp_path / "hub")
    assert model.config == config
    assert tokenizer is None
    with torch.no_grad():
        torch.testing.assert_close(model(IDS), reference(IDS).logits)


@pytest.mark.parametrize("pattern", ["gpt-2", "smollm", "llama-bpe"])
def test_the_exported_tokenizer_gives_our_ids_and_comes_back(tmp_path, pattern):
    own = BPETokenizer(TOKENIZER.merges, ["<|endoftext|>"], pattern)
    folder = checkpoint.export_hf(tmp_path / "mine", model_of(LLAMA), own)
    reference = transformers.AutoTokenizer.from_pretrained(folder)
    text = TEXT + "\n\n  I'LL be 12345 <|endoftext|> ² end"
    expected = own.encode(text, allowed_special="all")
    assert reference(text)["input_ids"] == expected
    assert reference.decode(expected) == text
    back = checkpoint.load_hf(folder)[1]
    assert isinstance(back, BPETokenizer)
    assert (back.merges, back.pattern) == (own.merges, pattern)


def test_a_published_tokenizer_survives_too(tmp_path):
    own = Vocabulary.of(TOKENIZER)
    tokens = (own.tokens[-1], *own.tokens[:-1])  # the special token first
    published = PublishedTokenizer(Vocabulary(tokens, own.merges, {tokens[0]: 0}))
    folder = checkpoint.export_hf(tmp_path / "mine", model_of(LLAMA), published)
    back = checkpoint.load_hf(folder)[1]
    assert back.encode(TEXT) == published.encode(TEXT)


def test_first_gpt2_files_have_no_prefix_and_carry_masks(tmp_path):
    model = model_of(CONFIGS["gpt2"])
    folder = checkpoint.export_hf(tmp_path / "mine", model)
    tensors = load_file(folder / "model.safetensors")
    old = {name.removeprefix("transformer."): t for name, t in tensors.items()}
    old["h.0.attn.bias"] = torch.ones(1, 1, 64, 64)
    save_file(old, folder / "model.safetensors")
    assert torch.equal(checkpoint.load_hf(folder)[0](IDS), model(IDS))


def test_a_tied_model_may_bring_its_embedding_twice_and_no_other(tmp_path):
    model = model_of(LLAMA)
    weights = checkpoint.export_hf(tmp_path / "mine", model) / "model.safetensors"
    tensors = load_file(weights)
    head = tensors["model.embed_tokens.weight"].clone()
    save_file(tensors | {"lm_head.weight": head}, weights)
    assert torch.equal(checkpoint.load_hf(weights.parent)[0](IDS), model(IDS))
    save_file(tensors | {"lm_head.weight": head + 1}, weights)
    with pytest.raises(ValueError, match="not its embedding"):
        checkpoint.load_hf(weights.parent)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_type": "qwen2"}, "architecture 'qwen2'.*llama or gpt2"),
        ({"model_type": None}, "architecture None"),
        ({"hidden_act": "gelu"}, "hidden_act='gelu'"),
        ({"head_dim": 16}, "head_dim=16"),
        ({"rope_parameters": {"rope_type": "yarn"}}, "by 'yarn'"),
        ({"mlp_bias": True}, "mlp_bias=True"),
        ({"vocab_size": 200}, "has 270 tokens, the model only 200"),
        ({"intermediate_size": 40}, r"has shape \[48, 32\]"),
        ({"num_hidden_layers": "2"}, "n_layers must be a positive whole number"),
        ({"num_hidden_layers": 1}, "has 'model.layers.1"),
        ({"num_hidden_layers": True}, "n_layers must be a positive whole number"),
        ({"intermediate_size": True}, "mlp_width must be a positive whole number"),
        ({"num_attention_heads": 0}, r"config\.json is damaged .*ZeroDivisionError"),
        ({"num_attention_heads": []}, r"config\.json is damaged .*TypeError"),
        ({"rope_parameters": 5}, r"config\.json is damaged .*AttributeError"),
        ({"rope_parameters": {"rope_theta": "x"}}, r"config\.json is damaged"),
        ({"rope_parameters": {"rope_type": "llama3"}}, "KeyError: 'factor'"),
        ({"rms_norm_eps": "small"}, r"config\.json: norm_eps must be float"),
        ({"tie_word_embeddings": 1}, r"config\.json: tied must be bool, got 1"),
    ],
)
def test_a_model_that_we_cannot_be_is_named(tmp_path, change, message):
    folder = checkpoint.export_hf(tmp_path / "mine", model_of(LLAMA), TOKENIZER)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | change))
    with pytest.raises(ValueError, match=message):
        checkpoint.load_hf(folder)


@pytest.mark.parametrize("kind", ["tied", "gpt2"])
def test_layers_that_no_tensor_is_for_are_refused_before_they_are_named(
    tmp_path, monkeypatch, kind
):
    """10**9 names would fill the memory."""
    folder = checkpoint.export_hf(tmp_path / "mine", model_of(CONFIGS[kind]))
    config = json.loads((folder / "config.json").read_text())
    name = "num_hidden_layers" if kind == "tied" else "n_layer"
    (folder / "config.json").write_text(json.dumps(config | {name: 10**9}))
    monkeypatch.setattr("course_lib.checkpoint.hf_names.names_of", None)
    with pytest.raises(ValueError, match=r"has \d+ tensors, .* for 1000000000 layers"):
        checkpoint.load_hf(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
@pytest.mark.parametrize("content", ["", "{", "\0", "[" * 100_000])
def test_a_description_that_is_cut_off_is_named(tmp_path, name, content):
    folder = checkpoint.export_hf(tmp_path / "mine", model_of(LLAMA), TOKENIZER)
    (folder / name).write_text(content)
    with pytest.raises(ValueError, match=f"{name} cannot be read as JSON"):
        checkpoint.load_hf(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"added_tokens": [{}]},
        {"added_tokens": 5},
        {"added_tokens": [{"content": "a", "id": "b"}]},
        {"pre_tokenizer": 5},
        {"pre_tokenizer": {"pretokenizers": 5}},
        {"added_tokens": [], "model": {"vocab": {"a": 0}, "merges": None}},
        {"added_tokens": [], "model": {"vocab": {"a": 0}, "merges": ["a"]}},
        {"model": {"vocab": {"a": 0, "b": "1"}, "merges": []}},
    ],
)
def test_a_damaged_tokenizer_is_named(tmp_path, change):
    folder = checkpoint.export_hf(tmp_path / "mine", model_of(LLAMA), TOKENIZER)
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ValueError, match=r"tokenizer\.json is damaged or not as it"):
        checkpoint.load_hf(folder)


@pytest.mark.parametrize(
    ("kind", "name", "tensor"),
    [
        ("gpt2", "transformer.h.0.attn.c_attn.weight", torch.tensor(1.0)),
        ("gpt2", "transformer.h.0.attn.c_attn.bias", torch.ones(4)),
        ("tied", "lm_head.weight", torch.ones(270, 32, dtype=torch.float16)),
    ],
)
def test_tensors_that_cannot_be_taken_apart_are_refused(tmp_path, kind, name, tensor):
    folder = checkpoint.export_hf(tmp_path / "mine", model_of(CONFIGS[kind]))
    weights = folder / "model.safetensors"
    save_file(load_file(weights) | {name: tensor}, weights)
    with pytest.raises(
        ValueError, match=r"mine is damaged or not as|not its embedding"
    ):
        checkpoint.load_hf(folder)


def test_a_pickle_is_refused_and_not_opened(tmp_path):
    folder = checkpoint.export_hf(tmp_path / "mine", model_of(LLAMA))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match=r"pytorch_model\.bin, a pickle.*safetensors"):
        checkpoint.load_hf(folder)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(ValueError, match="no folder"):
        checkpoint.load_hf(tmp_path / "nothing")
    folder = checkpoint.export_hf(tmp_path / "mine", model_of(LLAMA))
    (folder / "model.safetensors").unlink()
    with pytest.raises(ValueError, match=r"has no model\.safetensors"):
        checkpoint.load_hf(folder)
    (folder / "config.json").unlink()
    with pytest.raises(ValueError, match=r"config\.json"):
        checkpoint.load_hf(folder)


@pytest.mark.parametrize("places", [None, 5, {}, ["a"], {"x": ["a"]}, {"x": None}])
def test_an_index_that_names_no_files_is_refused(tmp_path, places):
    folder = checkpoint.export_hf(tmp_path / "mine", model_of(LLAMA))
    (folder / "model.safetensors").unlink()
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": places}))
    with pytest.raises(ValueError, match="has no weight_map that names files"):
        checkpoint.load_hf(folder)


def test_an_index_cannot_point_outside_its_folder(tmp_path):
    folder = checkpoint.export_hf(tmp_path / "mine", model_of(LLAMA))
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {"model.norm.weight": "../else.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ValueError, match="points outside"):
        checkpoint.load_hf(folder)


def test_another_kind_of_tokenizer_is_none(tmp_path):
    folder = checkpoint.export_hf(tmp_path / "mine", model_of(LLAMA), TOKENIZER)
    content = json.loads((folder / "tokenizer.json").read_text())
    for change in ({"normalizer": {"type": "NFC"}}, {"pre_tokenizer": None},
                   {"model": {"type": "Unigram"}}):  # fmt: skip
        (folder / "tokenizer.json").write_text(json.dumps(content | change))
        assert checkpoint.load_hf(folder)[1] is None


def test_nothing_is_left_of_an_export_that_fails(tmp_path, monkeypatch):
    def full_disk(*_, **__):
        raise SafetensorError("full")

    monkeypatch.setattr("course_lib.checkpoint.whole.save_file", full_disk)
    with pytest.raises(OSError, match="full"):
        checkpoint.export_hf(tmp_path / "mine", model_of(LLAMA))
    assert files_in(tmp_path) == []


def test_a_mixture_of_families_is_not_exported(tmp_path):
    mixed = Transformer(replace(LLAMA, norm="layer"))
    with pytest.raises(ValueError, match="neither a Llama nor a GPT-2"):
        checkpoint.export_hf(tmp_path / "mine", mixed)
