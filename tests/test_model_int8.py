"""Facts about models in 8 bits: what rounding costs, and that nothing else changes."""

import dataclasses
import os
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from course_lib import lora
from course_lib.generate import SamplingConfig, generate, score, stream
from course_lib.model import KVCache, ModelConfig, Transformer, int8, quantise
from course_lib.train import TrainConfig, train

LLAMA = ModelConfig(vocab_size=96, context=48, n_layers=3, width=64, n_heads=4,
                    n_kv_heads=2, mlp_width=96)  # fmt: skip
GPT2 = dataclasses.replace(LLAMA, n_kv_heads=4, norm="layer", positions="learned",
                           activation="gelu", bias=True, tied=False)  # fmt: skip
CONFIGS = pytest.mark.parametrize("config", [LLAMA, GPT2], ids=["llama", "gpt2"])
GREEDY = SamplingConfig(temperature=0)


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def lively(config: ModelConfig = LLAMA) -> Transformer:
    """Draw weights large enough that logits differ, biases and norms included."""
    model = Transformer(config)
    with torch.no_grad():
        for k, (name, parameter) in enumerate(model.named_parameters()):
            norm = name.endswith("norm.weight")
            parameter.copy_(0.15 * drawn(*parameter.shape, seed=k) + norm)
    return model


def ids(rows: int, length: int) -> torch.Tensor:
    return torch.randint(96, (rows, length), generator=torch.Generator().manual_seed(1))


@pytest.fixture(params=["kernel", "plain"])
def either_way(request, monkeypatch):
    """Run with torch's 8-bit product, and as on a machine that has none."""
    if request.param == "plain":
        monkeypatch.setattr(int8, "largest_input", lambda: None)
    elif int8.largest_input() is None:
        pytest.skip("this torch has no 8-bit product for this processor")
    return request.param


# --- Rounding ---


def test_rows_are_rounded_as_by_hand():
    matrix = torch.tensor([[1.0, -0.5, 0.26], [0.0, 254.0, -3.0], [0.0, 0.0, 0.0]])
    rows, steps = int8.rounded_rows(matrix)
    assert rows.tolist() == [[127, -64, 33], [0, 127, -2], [0, 0, 0]]  # ties to even
    torch.testing.assert_close(steps[:2], torch.tensor([1 / 127, 2.0]))


@given(st.integers(0, 10_000), st.sampled_from([1e-6, 0.02, 1.0, 1e4]))
@settings(max_examples=25, deadline=None)
def test_no_weight_moves_by_more_than_half_a_step(seed, size):
    matrix = drawn(7, 33, seed=seed) * size
    rows, steps = int8.rounded_rows(matrix)
    moved = (rows * steps[:, None] - matrix).abs()
    assert (moved <= steps[:, None] * 0.5001).all()


@pytest.mark.parametrize("n_rows", [1, 5])
@pytest.mark.parametrize("bias", [False, True])
def test_a_product_keeps_its_bound(either_way, n_rows, bias):
    linear = nn.Linear(300, 40, bias=bias)
    x = drawn(n_rows, 300) * torch.logspace(-3, 3, n_rows)[:, None]
    x[:, 7] *= 30  # a loud number, as the residual stream of real models has
    with torch.no_grad():
        expected, got = linear(x), int8.Int8Linear(linear)(x)
    _, steps = int8.rounded_rows(linear.weight)
    largest = (int8.largest_input() or 127) if either_way == "kernel" else 127
    for_x = x.abs().amax(-1, keepdim=True) / (4 * largest**2)
    bound = x.abs().sum(-1, keepdim=True) * steps / 2
    bound = bound + for_x * (linear.weight.abs().sum(-1) + 300 * steps / 2)
    assert ((got - expected).abs() <= bound * 1.0001 + 1e-5).all()
    assert ((got - expected).abs() > 0.02 * bound).any()
    assert not torch.equal(got, expected)


def test_a_coarse_product_keeps_a_wider_bound(either_way):
    linear, x = nn.Linear(300, 40), drawn(1, 300)
    with torch.no_grad():
        expected, got = linear(x), int8.Int8Linear(linear, coarse=True)(x)
    _, steps = int8.rounded_rows(linear.weight)
    largest = (int8.largest_input() or 127) if either_way == "kernel" else 127
    x_step = (x.max() - x.min()) / (2 * largest)
    bound = x.abs().sum() * steps / 2 + x_step / 2 * linear.weight.abs().sum(-1)
    assert ((got - expected).abs() <= bound * 1.01).all()
    assert not torch.equal(got, expected)


@CONFIGS
def test_coarse_is_for_a_token_that_comes_alone(config):
    if int8.largest_input() is None:
        pytest.skip("this torch has no 8-bit product for this processor")
    fine, coarse = quantise(lively(config)), quantise(lively(config), coarse=True)
    with torch.no_grad():
        assert torch.equal(fine(ids(3, 8)), coarse(ids(3, 8)))
        assert torch.equal(fine(ids(3, 1)), coarse(ids(3, 1)))
        assert not torch.equal(fine(ids(1, 1)), coarse(ids(1, 1)))


@pytest.mark.usefixtures("either_way")
def test_the_packed_matrix_is_the_rounded_one():
    linear = nn.Linear(48, 20, bias=False)
    rows, steps = int8.rounded_rows(linear.weight)
    got = int8.Int8Linear(linear).weights()
    torch.testing.assert_close(got, rows * steps[:, None])


# Measured .01 to .02 on these random weights; a matrix of wrong rows gives 1.
@CONFIGS
@pytest.mark.usefixtures("either_way")
def test_logits_stay_near_the_originals(config):
    model, token_ids = lively(config), ids(3, 40)
    with torch.no_grad():
        expected, got = model(token_ids), quantise(model)(token_ids)
    off = (got - expected).square().mean().sqrt() / expected.std()
    assert 0 < off < 0.04
    assert (got.argmax(-1) == expected.argmax(-1)).float().mean() > 0.9


# --- Used like the original ---


@CONFIGS
@pytest.mark.usefixtures("either_way")
def test_cached_logits_equal_uncached(config):
    model, token_ids = quantise(lively(config)), ids(2, 20)
    cache = KVCache(config, batch_size=2, length=20)
    with torch.no_grad():
        steps = [model(token_ids[:, k : k + 1], cache) for k in range(20)]
        whole = model(token_ids)
    # An input near the middle between two 254ths may go to either
    torch.testing.assert_close(torch.cat(steps, 1), whole, rtol=1e-3, atol=2e-3)


@CONFIGS
@pytest.mark.usefixtures("either_way")
def test_generate_stream_and_score_take_it(config):
    model = quantise(lively(config))
    said = generate(model, [[5, 6, 7]], GREEDY, 12)[0]
    assert list(stream(model, [5, 6, 7], GREEDY, 12)) == said
    assert len(said) == 12
    scores = score(model, [[5, 6, 7]], [said])[0]
    assert scores.shape == (12,)
    assert model.n_parameters() == lively(config).n_parameters()
    assert len(model.attention_weights(ids(1, 9))) == config.n_layers


@pytest.mark.parametrize("loudness", [0, 1e-20, 1, 1e6])
def test_a_loud_row_does_not_drown_its_neighbour(loudness):
    model = quantise(lively())
    linear, quiet = model.blocks[0].mlp.down, drawn(1, 96)
    beside = linear(torch.cat([quiet, quiet.roll(1) * loudness]))[:1]
    assert torch.equal(linear(quiet), beside)


def test_it_does_not_follow_the_model_it_was_made_of():
    model = lively()
    small = quantise(model)
    with torch.no_grad():
        before = small(ids(1, 9))
        for parameter in model.parameters():
            parameter.zero_()
        assert torch.equal(small(ids(1, 9)), before)


def test_from_bf16_as_from_the_same_numbers_in_fp32():
    rounded = lively().to(torch.bfloat16)
    with torch.no_grad():
        from_bf16 = quantise(rounded)(ids(2, 9))
        from_fp32 = quantise(rounded.float())(ids(2, 9))
    assert from_bf16.dtype == torch.float32
    assert torch.equal(from_bf16, from_fp32)


# --- What it refuses ---


def test_it_cannot_be_trained():
    small = quantise(lively())
    batches = iter(())
    with pytest.raises(ValueError, match="8-bit weights cannot be trained"):
        next(iter(train(small, batches, TrainConfig(steps=1))))
    with pytest.raises(ValueError, match="quantise it again"):
        small.train()
    assert not small.eval().training


def test_what_cannot_be_rounded_is_named():
    model = lively()
    with pytest.raises(ValueError, match="8 bits already"):
        quantise(quantise(model))
    with torch.no_grad():
        model.blocks[1].mlp.up.weight[0, 0] = torch.nan
    with pytest.raises(ValueError, match=r"blocks.1.mlp.up.weight holds nan"):
        quantise(model)
    with_adapters = lively()
    lora.attach(with_adapters)
    with pytest.raises(ValueError, match="merge"):
        quantise(with_adapters)


# --- Other machines ---


def test_packing_leaves_torchs_setting_and_says_nothing(recwarn):
    before = torch.backends.quantized.engine
    quantise(lively())
    assert torch.backends.quantized.engine == before
    assert not recwarn.list


@pytest.mark.skipif(
    "fbgemm" not in torch.backends.quantized.supported_engines, reason="x86 only"
)
def test_an_older_x86_processor_gets_inputs_of_7_bits():
    """Without VNNI, sums of two products are held in 16 bits and would overflow."""
    code = "from course_lib.model import int8; print(int8.largest_input())"
    older = os.environ | {"FBGEMM_ENABLE_INSTRUCTIONS": "AVX2"}
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, env=older, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["63"]


def test_inputs_of_7_bits_are_hardly_worse(monkeypatch):
    if int8.largest_input() is None:
        pytest.skip("this torch has no 8-bit product for this processor")
    if int8.largest_input() == 63:
        pytest.skip("on this processor inputs always have 7 bits")
    model, token_ids = lively(), ids(3, 40)
    with torch.no_grad():
        full = quantise(model)(token_ids)
        monkeypatch.setattr(int8, "largest_input", lambda: 63)
        fewer = quantise(model)(token_ids)
    assert 0 < (fewer - full).abs().max() < 0.01 * full.std()
