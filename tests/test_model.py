"""Our Transformer equals Hugging Face's GPT-2 and Llama, and its cache equals none."""

import dataclasses
import math

import pytest
import torch

from course_lib.model import KVCache, ModelConfig, RopeScaling, Transformer

transformers = pytest.importorskip("transformers", reason="needs transformers")

LLAMA = ModelConfig(vocab_size=96, context=64, n_layers=2, width=32, n_heads=4,
                    n_kv_heads=2, mlp_width=48, tied=False)  # fmt: skip
GPT2 = ModelConfig(vocab_size=96, context=64, n_layers=2, width=32, n_heads=4,
                   n_kv_heads=4, mlp_width=64, norm="layer", positions="learned",
                   activation="gelu", bias=True)  # fmt: skip
VARIANTS = {
    "grouped, untied": LLAMA,
    "tied": dataclasses.replace(LLAMA, tied=True, n_kv_heads=4),
    "base 500,000": dataclasses.replace(LLAMA, rope_base=500_000.0),
    "one key-value head": dataclasses.replace(LLAMA, n_kv_heads=1),
    "long context": dataclasses.replace(
        LLAMA, context=512, rope_scaling=RopeScaling(8.0, 1.0, 4.0, 64)
    ),
}


def random_model(config: ModelConfig) -> Transformer:
    """Make every number count: norms and biases drawn, too, and larger weights."""
    model = Transformer(config, seed=1)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in model.parameters():
            drawn = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(0.2 * drawn + (1 if parameter.dim() == 1 else 0))
    return model.eval()


def ids(rows: int, length: int, vocab_size: int = 96) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randint(vocab_size, (rows, length), generator=generator)


def reference_llama(model: Transformer):
    """Copy our weights into a Llama of Hugging Face's."""
    c = model.config
    rope = {"rope_type": "default", "rope_theta": c.rope_base}
    if c.rope_scaling:
        s = c.rope_scaling
        rope |= {
            "rope_type": "llama3",
            "factor": s.factor,
            "low_freq_factor": s.low_frequency_factor,
            "high_freq_factor": s.high_frequency_factor,
            "original_max_position_embeddings": s.original_context,
        }
    config = transformers.LlamaConfig(
        vocab_size=c.vocab_size, hidden_size=c.width, intermediate_size=c.mlp_width,
        num_hidden_layers=c.n_layers, num_attention_heads=c.n_heads,
        num_key_value_heads=c.n_kv_heads, max_position_embeddings=c.context,
        rms_norm_eps=c.norm_eps, tie_word_embeddings=c.tied, rope_parameters=rope,
        attn_implementation="eager",
    )  # fmt: skip
    reference = transformers.LlamaForCausalLM(config).eval()
    names = {"embed.weight": "model.embed_tokens.weight",
             "final_norm.weight": "model.norm.weight",
             "unembed.weight": "lm_head.weight"}  # fmt: skip
    parts = {"attention_norm": "input_layernorm",
             "mlp_norm": "post_attention_layernorm",
             "attention.query": "self_attn.q_proj", "attention.key": "self_attn.k_proj",
             "attention.value": "self_attn.v_proj", "attention.out": "self_attn.o_proj",
             "mlp.gate": "mlp.gate_proj", "mlp.up": "mlp.up_proj",
             "mlp.down": "mlp.down_proj"}  # fmt: skip
    for layer in range(c.n_layers):
        for ours, theirs in parts.items():
            names[f"blocks.{layer}.{ours}.weight"] = (
                f"model.layers.{layer}.{theirs}.weight"
            )
    weights = {names[name]: value for name, value in model.state_dict().items()}
    left = reference.load_state_dict(weights, strict=False)
    assert not left.unexpected_keys
    assert set(left.missing_keys) <= ({"lm_head.weight"} if c.tied else set())
    return reference


def lying(weight: torch.Tensor) -> torch.Tensor:
    return weight.T if weight.dim() == 2 else weight


def reference_gpt2(model: Transformer):
    """Copy our weights into Hugging Face's GPT-2, whose matrices lie transposed."""
    c = model.config
    config = transformers.GPT2Config(
        vocab_size=c.vocab_size, n_positions=c.context, n_embd=c.width,
        n_layer=c.n_layers, n_head=c.n_heads, n_inner=c.mlp_width,
        layer_norm_epsilon=c.norm_eps, attn_implementation="eager",
    )  # fmt: skip
    reference = transformers.GPT2LMHeadModel(config).eval()
    ours, body = model.state_dict(), reference.transformer
    with torch.no_grad():
        body.wte.weight.copy_(ours["embed.weight"])
        body.wpe.weight.copy_(ours["positions.weight"])
        for kind in ("weight", "bias"):
            getattr(body.ln_f, kind).copy_(ours[f"final_norm.{kind}"])
            for layer, block in enumerate(body.h):
                at = f"blocks.{layer}."
                qkv = [
                    ours[f"{at}attention.{p}.{kind}"] for p in ("query", "key", "value")
                ]
                getattr(block.attn.c_attn, kind).copy_(lying(torch.cat(qkv)))
                for theirs, part in (
                    (block.attn.c_proj, "attention.out"), (block.mlp.c_fc, "mlp.up"),
                    (block.mlp.c_proj, "mlp.down"), (block.ln_1, "attention_norm"),
                    (block.ln_2, "mlp_norm"),
                ):  # fmt: skip
                    getattr(theirs, kind).copy_(lying(ours[f"{at}{part}.{kind}"]))
    return reference


@pytest.mark.parametrize("name", VARIANTS)
def test_logits_equal_those_of_hugging_faces_llama(name):
    model = random_model(VARIANTS[name])
    token_ids = ids(2, min(200, model.config.context))
    with torch.no_grad():
        expected = reference_llama(model)(token_ids).logits
        torch.testing.assert_close(model(token_ids), expected)


def test_logits_equal_those_of_hugging_faces_gpt2():
    model, token_ids = random_model(GPT2), ids(2, 50)
    with torch.no_grad():
        expected = reference_gpt2(model)(token_ids).logits
        torch.testing.assert_close(model(token_ids), expected)


@pytest.mark.parametrize("config", [LLAMA, GPT2], ids=["llama", "gpt2"])
def test_cached_logits_equal_uncached(config):
    model, token_ids = random_model(config), ids(2, 24)
    cache = KVCache(config, batch_size=2, length=24)
    with torch.no_grad():
        pieces = [
            model(token_ids[:, a:b], cache) for a, b in ((0, 10), (10, 11), (11, 24))
        ]
        torch.testing.assert_close(torch.cat(pieces, 1), model(token_ids))


@pytest.mark.parametrize("config", [LLAMA, GPT2], ids=["llama", "gpt2"])
def test_rows_of_different_lengths_do_not_disturb_each_other(config):
    model, token_ids = random_model(config), ids(3, 20)
    lengths = torch.tensor([12, 3, 7])
    cache = KVCache(config, batch_size=3, length=32)
    with torch.no_grad():
        model.body(token_ids[:, :12], cache)
        cache.keep(lengths)
        new = torch.stack([token_ids[row, n : n + 5] for row, n in enumerate(lengths)])
        for part in (new[:, :1], new[:, 1:]):
            got = model(part, cache)
        for row, n in enumerate(lengths):
            alone = model(token_ids[row : row + 1, : n + 5])[0, n + 1 :]
            torch.testing.assert_close(got[row], alone)


def test_a_cache_goes_on_with_chosen_rows_and_a_row_may_be_named_twice():
    model, token_ids = random_model(LLAMA), ids(3, 10)
    cache = KVCache(LLAMA, batch_size=3, length=32)
    with torch.no_grad():
        model.body(token_ids, cache)
        cache.select(torch.tensor([2, 0, 2]))
        got = model(token_ids[[2, 0, 2], :4], cache)
        whole = torch.cat([token_ids, token_ids[:, :4]], 1)[[2, 0, 2]]
        torch.testing.assert_close(got, model(whole)[:, 10:])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_a_cache_made_by_hand_fits_the_model(dtype):
    model, token_ids = random_model(LLAMA).to(dtype), ids(2, 10)
    cache = KVCache(LLAMA, batch_size=2, length=10)
    with torch.no_grad():
        model.body(token_ids[:, :9], cache)
        got = model(token_ids[:, 9:], cache)
        expected = model(token_ids)[:, 9:]
    assert cache.keys.dtype == cache.values.dtype == got.dtype == dtype
    # bf16 rounds in another order with one token than with ten
    loose = {"rtol": 0.05, "atol": 0.1} if dtype == torch.bfloat16 else {}
    torch.testing.assert_close(got, expected, **loose)


@pytest.mark.parametrize("rows", [1, 2])
def test_a_cache_of_another_dtype_is_refused(rows):
    cache = KVCache(LLAMA, rows, 8, dtype=torch.float32)
    with pytest.raises(ValueError, match=r"float32, the model gives torch\.bfloat16"):
        Transformer(LLAMA).to(torch.bfloat16)(ids(rows, 3), cache)


def test_a_cache_for_other_rows_is_refused():
    with pytest.raises(ValueError, match="made for 2 rows, got 1"):
        Transformer(LLAMA)(ids(1, 3), KVCache(LLAMA, 2, 8))


def test_a_cache_keeps_no_less_than_nothing():
    cache = KVCache(LLAMA, 1, 8)
    Transformer(LLAMA)(ids(1, 3), cache)
    with pytest.raises(ValueError, match=r"lengths \[3\], got \[-2\]"):
        cache.keep(torch.tensor([-2]))


def test_a_cache_that_holds_something_keeps_its_dtype():
    cache = KVCache(LLAMA, 1, 8)
    Transformer(LLAMA)(ids(1, 3), cache)
    with pytest.raises(ValueError, match="leave dtype out"):
        Transformer(LLAMA).to(torch.bfloat16)(ids(1, 1), cache)


def test_no_token_sees_the_future():
    model, token_ids = random_model(LLAMA), ids(1, 16)
    changed = token_ids.clone()
    changed[0, 10:] = (changed[0, 10:] + 1) % 96
    with torch.no_grad():
        torch.testing.assert_close(model(token_ids)[:, :10], model(changed)[:, :10])
        assert not torch.allclose(model(token_ids)[:, 10:], model(changed)[:, 10:])


def test_attention_weights_are_those_that_the_model_uses():
    model, token_ids = random_model(LLAMA), ids(2, 9)
    for layer in model.attention_weights(token_ids):
        assert layer.shape == (2, 4, 9, 9)
        torch.testing.assert_close(layer.sum(-1), torch.ones(2, 4, 9))
        assert layer.triu(1).abs().max() == 0
    # Gathering values by these weights must give what the first layer gives.
    block = model.blocks[0]
    with torch.no_grad():
        x, by, _ = model._start(token_ids, None)
        normed = block.attention_norm(x)
        _, _, value = block.attention.project(normed, by)
        weights = block.attention.weights(normed, by)
        gathered = weights @ value.repeat_interleave(2, dim=1)
        expected = block.attention.out(gathered.transpose(1, 2).flatten(2))
        torch.testing.assert_close(block.attention(normed, by), expected)


@pytest.mark.parametrize(
    ("config", "published"),
    [
        (ModelConfig.gpt2(), 124_439_808),
        (ModelConfig.llama3_8b(), 8_030_261_248),
        (ModelConfig.smollm2_135m(), 134_515_008),
    ],
)
def test_parameter_counts_are_the_published_ones(config, published):
    with torch.device("meta"):
        model = Transformer(config)
        assert model.n_parameters() == published
        # Every tensor of the forward pass must be made where the ids are.
        token_ids = torch.zeros(1, 8, dtype=torch.long)
    assert model(token_ids).device.type == "meta"


def test_flops_are_about_six_times_the_parameters():
    # PaLM's rule of thumb for short rows: 6 N per token in training.
    with torch.device("meta"):
        model = Transformer(ModelConfig.llama3_8b())
    looked_up = model.embed.weight.numel()
    rough = 6 * (model.n_parameters() - looked_up)
    assert model.flops_per_token(length=1) == pytest.approx(rough, rel=0.001)
    assert model.flops_per_token(training=False, length=1) * 3 == (
        model.flops_per_token(length=1)
    )


def test_the_same_seed_gives_the_same_weights():
    one, two, other = (Transformer(LLAMA, seed).embed.weight for seed in (5, 5, 6))
    torch.testing.assert_close(one, two)
    assert not torch.equal(one, other)


def test_an_untrained_model_is_about_as_unsure_as_can_be():
    config = ModelConfig.tiny(vocab_size=512)
    logits = Transformer(config)(ids(4, 64, 512))
    surprise = -float(logits.detach().log_softmax(-1).mean())
    assert surprise == pytest.approx(math.log(512), rel=0.02)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: dataclasses.replace(LLAMA, width=30), "n_heads must divide width"),
        (lambda: dataclasses.replace(LLAMA, n_kv_heads=3), "n_kv_heads must divide"),
        (lambda: dataclasses.replace(LLAMA, n_layers=0), "n_layers must be a positive"),
        (
            lambda: dataclasses.replace(LLAMA, width=36, n_heads=4),
            "must be even, got 9",
        ),
        (lambda: dataclasses.replace(LLAMA, norm="batch"), "norm must be one of layer"),
        (lambda: Transformer(LLAMA)(ids(1, 65)), "context is 64 tokens, got 65"),
        (lambda: Transformer(LLAMA)(ids(1, 5)[0]), r"rows of ids, \[B, T\]"),
        (lambda: KVCache(LLAMA, 1, 65), "1 to 64 tokens"),
        (lambda: full_cache(), "holds 8 tokens a row; 8 \\+ 1 do not fit"),
        (
            lambda: KVCache(LLAMA, 1, 8).keep(torch.tensor([1])),
            r"can only shorten rows of lengths \[0\], got \[1\]",
        ),
    ],
)
def test_bad_input_is_named_with_its_remedy(action, message):
    with pytest.raises(ValueError, match=message):
        action()


def full_cache() -> None:
    cache, model = KVCache(LLAMA, 1, 8), Transformer(LLAMA)
    model(ids(1, 8), cache)
    model(ids(1, 1), cache)
