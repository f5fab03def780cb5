"""Facts about GGUF files: bit for bit there and back, and what is refused."""

import subprocess
import sys
from dataclasses import replace

import numpy
import pytest
import torch
from safetensors import SafetensorError

from course_lib import checkpoint, runtime
from course_lib.checkpoint import gguf_file
from course_lib.model import ModelConfig, RopeScaling, Transformer
from course_lib.tokenizer import BPETokenizer, PublishedTokenizer, Vocabulary

gguf = pytest.importorskip("gguf")

TEXT = "It's 2024, the café at 10 o'clock: 東京 the theme of the end"
TOKENIZER = BPETokenizer.train([TEXT] * 2, 270, ["<|endoftext|>"])
LLAMA = ModelConfig(vocab_size=270, context=64, n_layers=2, width=32, n_heads=4,
                    n_kv_heads=2, mlp_width=64)  # fmt: skip
CONFIGS = {
    "tied": LLAMA,
    "untied": replace(LLAMA, tied=False, rope_base=500_000.0, norm_eps=1e-6),
    "scaled": replace(LLAMA, rope_scaling=RopeScaling(8.0, original_context=16)),
}
IDS = torch.randint(270, (2, 40), generator=torch.Generator().manual_seed(3))


def model_of(config: ModelConfig = LLAMA) -> Transformer:
    model, generator = Transformer(config), torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in model.parameters():
            drawn = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(0.2 * drawn + (1 if parameter.dim() == 1 else 0))
    return model.eval()


def files_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_a_model_comes_back_bit_for_bit(tmp_path, config):
    model = model_of(config)
    path = checkpoint.export_gguf(tmp_path / "mine.gguf", model, TOKENIZER)
    assert files_in(tmp_path) == ["mine.gguf"]
    for _ in ("parsed", "kept"):
        loaded, tokenizer = checkpoint.load_gguf(path)
        assert loaded.config == config
        for name, tensor in loaded.state_dict().items():
            assert torch.equal(tensor, model.state_dict()[name]), name
        assert tokenizer.merges == TOKENIZER.merges
        assert tokenizer.special_tokens == TOKENIZER.special_tokens
    assert files_in(tmp_path) == ["mine.float32", "mine.gguf"]


def test_transformers_reads_the_same_model_from_it(tmp_path):
    transformers = pytest.importorskip("transformers", reason="needs transformers")
    pytest.importorskip("accelerate", reason="transformers reads GGUF with it only")
    model = model_of(CONFIGS["untied"])
    checkpoint.export_gguf(tmp_path / "mine.gguf", model, TOKENIZER)
    reference = transformers.AutoModelForCausalLM.from_pretrained(
        tmp_path, gguf_file="mine.gguf", dtype=torch.float32
    )
    with torch.no_grad():
        torch.testing.assert_close(reference.eval()(IDS).logits, model(IDS))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_matrices_are_rounded_once_and_norms_never(tmp_path, dtype):
    model = model_of()
    path = checkpoint.export_gguf(tmp_path / "mine.gguf", model, dtype=dtype)
    loaded, tokenizer = checkpoint.load_gguf(path, cache=False)
    assert tokenizer is None
    for name, tensor in loaded.state_dict().items():
        whole = model.state_dict()[name]
        rounded = whole.to(dtype).float() if whole.dim() == 2 else whole
        assert torch.equal(tensor, rounded), name
    assert files_in(tmp_path) == ["mine.gguf"]


def test_quantised_numbers_are_close(tmp_path, monkeypatch):
    model, quantize = model_of(), gguf.quants.quantize
    eight_bits = gguf.GGMLQuantizationType.Q8_0
    stored = {}

    def in_eight_bits(plain, kind):
        stored[plain.shape] = eight_bits if plain.ndim == 2 else kind
        return quantize(plain, stored[plain.shape])

    add = gguf.GGUFWriter.add_tensor

    def add_quantised(self, name, packed, raw_dtype=None):
        kind = eight_bits if packed.dtype == numpy.uint8 else raw_dtype
        add(self, name, packed, raw_dtype=kind)

    monkeypatch.setattr(gguf.quants, "quantize", in_eight_bits)
    monkeypatch.setattr(gguf.GGUFWriter, "add_tensor", add_quantised)
    path = checkpoint.export_gguf(tmp_path / "mine.gguf", model)
    loaded = checkpoint.load_gguf(path, cache=False)[0]
    for name, tensor in loaded.state_dict().items():
        whole = model.state_dict()[name]
        # A block's largest number is 127 steps of 8 bits; rounding is half a step.
        limit = whole.abs().max() / 127
        assert (tensor - whole).abs().max() <= limit, name


def test_a_published_tokenizer_comes_from_the_same_file(tmp_path):
    own = Vocabulary.of(TOKENIZER)
    tokens = (own.tokens[-1], *own.tokens[:-1])
    published = PublishedTokenizer(
        Vocabulary(tokens, own.merges, {tokens[0]: 0}, "smollm")
    )
    path = checkpoint.export_gguf(tmp_path / "mine.gguf", model_of(), published)
    for _ in ("parsed", "kept"):
        tokenizer = checkpoint.load_gguf(path)[1]
        assert isinstance(tokenizer, PublishedTokenizer)
        assert tokenizer.encode(TEXT) == published.encode(TEXT)


def test_the_tokenizer_can_be_read_alone(tmp_path, monkeypatch):
    path = checkpoint.export_gguf(tmp_path / "mine.gguf", model_of(), TOKENIZER)
    monkeypatch.setattr(gguf_file, "_plain", None)  # no tensor is looked at
    assert checkpoint.load_gguf_tokenizer(path).merges == TOKENIZER.merges
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(ValueError, match="damaged, cut off or no GGUF"):
        checkpoint.load_gguf_tokenizer(path)
    with pytest.raises(ValueError, match="course_lib fetch"):
        checkpoint.load_gguf_tokenizer(tmp_path / "none.gguf")
    assert files_in(tmp_path) == ["mine.gguf"]


def test_what_was_kept_of_another_file_is_not_used(tmp_path):
    path, kept = tmp_path / "mine.gguf", tmp_path / "kept"
    checkpoint.export_gguf(path, model_of())
    checkpoint.load_gguf(path, cache_folder=kept)
    other = model_of(CONFIGS["untied"])
    checkpoint.export_gguf(path, other)
    loaded = checkpoint.load_gguf(path, cache_folder=kept)[0]
    assert torch.equal(loaded(IDS), other(IDS))
    assert files_in(tmp_path) == ["kept", "mine.gguf"]


def test_a_file_in_a_folder_of_somebody_else_is_read_and_nothing_kept(
    tmp_path, monkeypatch
):
    def refused(*_, **__):
        raise PermissionError("not yours")

    path = checkpoint.export_gguf(tmp_path / "mine.gguf", model_of())
    monkeypatch.setattr("course_lib.checkpoint.whole.Path.mkdir", refused)
    loaded = checkpoint.load_gguf(path)[0]
    assert torch.equal(loaded(IDS), model_of()(IDS))
    assert files_in(tmp_path) == ["mine.gguf"]


def test_a_full_disk_does_not_keep_the_model_from_being_loaded(tmp_path, monkeypatch):
    def full(*_, **__):
        raise SafetensorError("no space left")

    path = checkpoint.export_gguf(tmp_path / "mine.gguf", model_of())
    monkeypatch.setattr("course_lib.checkpoint.whole.save_file", full)
    assert torch.equal(checkpoint.load_gguf(path)[0](IDS), model_of()(IDS))
    assert files_in(tmp_path) == ["mine.gguf"]


def test_what_was_kept_and_is_damaged_is_made_again(tmp_path):
    path = checkpoint.export_gguf(tmp_path / "mine.gguf", model_of())
    checkpoint.load_gguf(path)
    (weights,) = tmp_path.glob("*/model.safetensors")
    weights.unlink()
    assert torch.equal(checkpoint.load_gguf(path)[0](IDS), model_of()(IDS))
    assert weights.is_file()


def test_the_second_time_nothing_is_parsed(tmp_path, monkeypatch):
    path = checkpoint.export_gguf(tmp_path / "mine.gguf", model_of())
    checkpoint.load_gguf(path, dtype=torch.bfloat16)
    monkeypatch.setattr(gguf_file, "_parsed", None)
    loaded = checkpoint.load_gguf(path, dtype=torch.bfloat16)[0]
    assert {p.dtype for p in loaded.parameters()} == {torch.bfloat16}


def test_a_file_cut_off_anywhere_is_refused_and_nothing_kept(tmp_path):
    path = checkpoint.export_gguf(tmp_path / "mine.gguf", model_of(), TOKENIZER)
    whole = path.read_bytes()
    for length in [*range(0, len(whole), len(whole) // 40), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="damaged, cut off or no GGUF"):
            checkpoint.load_gguf(path)
    assert files_in(tmp_path) == ["mine.gguf"]


def test_another_architecture_is_named(tmp_path):
    writer = gguf.GGUFWriter(tmp_path / "other.gguf", "mamba")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(ValueError, match=r"architecture 'mamba'.*'llama' only"):
        checkpoint.load_gguf(tmp_path / "other.gguf")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"llama.block_count": 10**9}, "has 20 tensors, .* asks for 1000000000 layers"),
        ({"llama.block_count": "two"}, "n_layers must be a positive whole number"),
        ({"llama.attention.layer_norm_rms_epsilon": "x"}, "is damaged or not as it"),
        ({"llama.rope.freq_base": "x"}, "is damaged or not as it should be"),
        ({"llama.attention.head_count": 3}, "n_heads must divide width"),
    ],
)
def test_sizes_that_cannot_be_are_refused_before_anything_is_built(
    tmp_path, monkeypatch, change, message
):
    true = gguf_file.metadata_for(LLAMA)
    monkeypatch.setattr(gguf_file, "metadata_for", lambda _: true | change)
    path = checkpoint.export_gguf(tmp_path / "mine.gguf", model_of())
    monkeypatch.setattr("course_lib.checkpoint.whole.Transformer", None)
    with pytest.raises(ValueError, match=rf"mine\.gguf.*{message}"):
        checkpoint.load_gguf(path)
    assert files_in(tmp_path) == ["mine.gguf"]


@pytest.mark.parametrize("lacks", ["add_token_merges", "add_token_list"])
def test_a_tokenizer_that_lacks_a_part_is_named(tmp_path, monkeypatch, lacks):
    monkeypatch.setattr(gguf.GGUFWriter, lacks, lambda *_: None)
    path = checkpoint.export_gguf(tmp_path / "mine.gguf", model_of(), TOKENIZER)
    for load in (checkpoint.load_gguf, checkpoint.load_gguf_tokenizer):
        with pytest.raises(ValueError, match=r"mine\.gguf is damaged .*KeyError"):
            load(path)


def test_a_scaling_of_other_heads_is_refused(tmp_path, monkeypatch):
    other = replace(CONFIGS["scaled"], n_heads=2, n_kv_heads=1)
    factors = gguf_file.frequency_factors(other)
    monkeypatch.setattr(gguf_file, "frequency_factors", lambda _: factors)
    path = tmp_path / "mine.gguf"
    checkpoint.export_gguf(path, model_of(CONFIGS["scaled"]))
    with pytest.raises(ValueError, match="in another way than Llama 3"):
        checkpoint.load_gguf(path)


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        (LLAMA, {"dtype": torch.int8}, "dtype must be one of"),
        (LLAMA, {"tokenizer": BPETokenizer([])}, "has 256 tokens, the model 270"),
        (replace(LLAMA, bias=True), {}, "plain Llama without biases"),
        (
            replace(LLAMA, rope_scaling=RopeScaling(8.0, 2.0, 4.0, 16)),
            {},
            "is not Llama 3's",
        ),
    ],
)
def test_what_could_not_be_read_back_is_not_written(
    tmp_path, model, arguments, message
):
    with pytest.raises(ValueError, match=message):
        checkpoint.export_gguf(tmp_path / "x.gguf", Transformer(model), **arguments)
    assert files_in(tmp_path) == []


def test_nothing_is_left_of_an_export_that_fails(tmp_path, monkeypatch):
    def full_disk(*_, **__):
        raise OSError("full")

    monkeypatch.setattr(gguf.GGUFWriter, "write_tensors_to_file", full_disk)
    with pytest.raises(OSError, match="full"):
        checkpoint.export_gguf(tmp_path / "mine.gguf", model_of())
    assert files_in(tmp_path) == []


def test_a_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(ValueError, match="course_lib fetch"):
        checkpoint.load_gguf(tmp_path / "none.gguf")


REAL = runtime.DOWNLOADS / runtime.REAL_MODEL
ALONE = """
import sys, torch
from course_lib import checkpoint, runtime
model, tokenizer = checkpoint.load_gguf(sys.argv[1], dtype=torch.bfloat16,
                                        cache_folder=sys.argv[2])
assert "torch._dynamo" not in sys.modules and "sympy" not in sys.modules
assert next(model.parameters()).dtype == torch.bfloat16
print(runtime.peak_memory_mb())
"""


@pytest.mark.skipif(not REAL.exists(), reason="needs `python -m course_lib fetch`")
@pytest.mark.skipif(sys.platform != "linux", reason="other systems count otherwise")
def test_the_real_model_takes_less_than_a_gigabyte(tmp_path):
    """In a process of its own, torch included: parsed first, then from what was kept.

    torch's compiler, which a careless empty tensor imports, would cost 3 s.
    """
    for _ in ("parsed", "kept"):
        run = [sys.executable, "-c", ALONE, str(REAL), str(tmp_path)]
        done = subprocess.run(run, capture_output=True, text=True, check=True)
        assert float(done.stdout) < 1000
