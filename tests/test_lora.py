"""Adapters: zero at first, alone in being trained, exact to merge, small on disk."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save

from course_lib import lora
from course_lib.data import Batch
from course_lib.generate import SamplingConfig, generate
from course_lib.lora import LoraConfig, LoraLinear
from course_lib.model import ModelConfig, Transformer
from course_lib.train import TrainConfig, TrainState, train

LLAMA = ModelConfig(vocab_size=50, context=32, n_layers=2, width=32, n_heads=4,
                    n_kv_heads=2, mlp_width=48)  # fmt: skip
GPT = replace(LLAMA, n_kv_heads=4, norm="layer", positions="learned",
              activation="gelu", bias=True)  # fmt: skip
CONFIG = LoraConfig(rank=4, alpha=8.0)
IDS = torch.randint(50, (3, 17), generator=torch.Generator().manual_seed(1))
BATCH = Batch(IDS[:, :-1], IDS[:, 1:], torch.ones(3, 16))


def trained(model, steps: int = 6, **choices) -> list[float]:
    config = TrainConfig(steps, learning_rate=0.02, warmup_steps=1, **choices)
    return [log.loss for log in train(model, [BATCH] * steps, config)]


def drawn(adapters: lora.Adapters) -> lora.Adapters:
    """Give every adapter something to say, without training."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for layer in adapters.layers.values():
            layer.b.copy_(0.1 * torch.randn(layer.b.shape, generator=generator))
    return adapters


def state(model) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


# --- Attaching and training ---


@pytest.mark.parametrize("config", [LLAMA, GPT], ids=["llama", "gpt"])
def test_before_training_the_model_computes_what_it_did(config):
    model = Transformer(config)
    with torch.no_grad():  # training takes other ways to the same numbers
        before = model(IDS)
        lora.attach(model, CONFIG)
        assert torch.equal(model(IDS), before)


def test_every_linear_layer_has_one_unless_some_are_chosen():
    adapters = lora.attach(Transformer(LLAMA), CONFIG)
    assert len(adapters.layers) == 2 * 7
    some = lora.attach(Transformer(LLAMA), replace(CONFIG, targets=("query", "up")))
    assert [name.rpartition(".")[2] for name in some.layers] == ["query", "up"] * 2
    untied = Transformer(replace(LLAMA, tied=False))
    head = lora.attach(untied, replace(CONFIG, targets=("unembed",)))
    assert list(head.layers) == ["unembed"]


def test_the_change_is_the_product_scaled_by_alpha_over_rank():
    linear = torch.nn.Linear(3, 2)
    layer = LoraLinear(linear, LoraConfig(rank=1, alpha=6.0), torch.Generator())
    with torch.no_grad():
        layer.a.copy_(torch.tensor([[1.0, 0.0, 2.0]]))
        layer.b.copy_(torch.tensor([[1.0], [-1.0]]))
    x = torch.tensor([[1.0, 5.0, 0.5]])  # a x = 1 + 1 = 2, times 6 is 12
    torch.testing.assert_close(layer(x) - linear(x), torch.tensor([[12.0, -12.0]]))
    product = torch.tensor([[6.0, 0.0, 12.0], [-6.0, 0.0, -12.0]])
    torch.testing.assert_close(layer.change(), product)


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_only_adapters_train_and_they_learn(optimizer, precision):
    model = Transformer(LLAMA)
    adapters = lora.attach(model, CONFIG)
    before = state(model)
    losses = trained(model, 12, optimizer=optimizer, precision=precision)
    assert losses[-1] < losses[0] - 0.3
    for name, tensor in model.state_dict().items():
        changed = not torch.equal(tensor, before[name])
        assert changed == name.endswith((".a", ".b")), name
    assert adapters.n_parameters() < model.n_parameters() / 2


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_the_optimizer_holds_nothing_but_adapters(optimizer):
    model = Transformer(LLAMA)
    adapters = lora.attach(model, CONFIG)
    config = TrainConfig(1, optimizer=optimizer)
    held = [
        parameter
        for one in TrainState.fresh(model, config).optimizers
        for group in one.param_groups
        for parameter in group["params"]
    ]
    assert sum(p.numel() for p in held) == adapters.n_parameters()


def test_adapters_in_fp32_learn_beside_a_model_in_bf16():
    model = Transformer(LLAMA).bfloat16()
    adapters = lora.attach(model, CONFIG)
    losses = trained(model, 12)
    assert losses[-1] < losses[0] - 0.3
    assert {layer.b.dtype for layer in adapters.layers.values()} == {torch.float32}
    assert model(IDS).dtype == torch.bfloat16


def test_on_the_meta_device_adapters_can_be_counted():
    with torch.device("meta"):
        model = Transformer(ModelConfig.llama3_8b())
    config = LoraConfig(rank=8, targets=("query", "value"))
    adapters = lora.attach(model, config)
    # rank * (inputs + outputs) a layer: 4096 + 4096 for query, 4096 + 1024 for value
    assert adapters.n_parameters() == 32 * 8 * (8192 + 5120)
    assert {p.device.type for p in model.parameters()} == {"meta"}
    with pytest.raises(ValueError, match="no numbers; load its weights first"):
        adapters.save("nowhere.safetensors")


def test_the_seed_decides_what_adapters_begin_with():
    first, again, other = (
        next(iter(lora.attach(Transformer(LLAMA), LoraConfig(seed=s)).layers.values()))
        for s in (0, 0, 1)
    )
    assert torch.equal(first.a, again.a)
    assert not torch.equal(first.a, other.a)


# --- Merging ---


def test_merged_the_model_computes_the_same_and_generates_the_same():
    model = Transformer(LLAMA)
    adapters = drawn(lora.attach(model, CONFIG))
    apart = model(IDS)
    greedy = SamplingConfig(temperature=0)
    said = generate(model, IDS.tolist(), greedy, 8)
    adapters.merge()
    torch.testing.assert_close(model(IDS), apart)
    assert generate(model, IDS.tolist(), greedy, 8) == said


def test_unmerged_the_weights_are_back():
    model = Transformer(LLAMA)
    adapters = drawn(lora.attach(model, CONFIG))
    before = state(model)
    adapters.merge().merge()  # the second changes nothing
    name = "blocks.1.mlp.down.base.weight"
    assert (model.state_dict()[name] - before[name]).abs().max() > 0.01
    adapters.unmerge().unmerge()
    for name, tensor in model.state_dict().items():
        torch.testing.assert_close(tensor, before[name])


def test_merged_adapters_do_not_train_in_vain():
    model = Transformer(LLAMA)
    adapters = lora.attach(model, CONFIG).merge()
    with pytest.raises(ValueError, match=r"adapters\.unmerge\(\)"):
        trained(model)
    adapters.unmerge()
    assert trained(model)


def test_detached_the_model_is_a_plain_one_again():
    plain, model = Transformer(LLAMA), Transformer(LLAMA)
    adapters = drawn(lora.attach(model, CONFIG))
    learned = model(IDS)
    assert adapters.detach() is model
    assert list(model.state_dict()) == list(plain.state_dict())
    assert torch.equal(model(IDS), plain(IDS))
    assert all(p.requires_grad for p in model.parameters())
    drawn(lora.attach(model, CONFIG)).merge().detach()
    torch.testing.assert_close(model(IDS), learned)


# --- On disk ---


def test_a_saved_adapter_comes_back_with_its_notes(tmp_path):
    model = Transformer(LLAMA)
    adapters = drawn(lora.attach(model, replace(CONFIG, targets=("query", "down"))))
    path = tmp_path / "mine.safetensors"
    adapters.save(path, {"seed": 3}, torch.float32)
    fresh = Transformer(LLAMA)
    loaded = lora.load(path, fresh)
    assert loaded.config == adapters.config
    assert torch.equal(fresh(IDS), model(IDS))
    assert lora.load_notes(path) == {"seed": 3}
    assert [p.name for p in tmp_path.iterdir()] == ["mine.safetensors"]


def test_in_bf16_a_file_is_half_as_large_and_nearly_the_same(tmp_path):
    model = Transformer(LLAMA)
    adapters = drawn(lora.attach(model, CONFIG))
    sizes = [
        adapters.save(tmp_path / f"{dtype}", dtype=dtype).stat().st_size
        for dtype in (torch.float32, torch.bfloat16)
    ]
    assert sizes[1] < 2 * adapters.n_parameters() + 4096  # names and notes
    assert sizes[0] - sizes[1] == pytest.approx(2 * adapters.n_parameters(), abs=64)
    loaded = Transformer(LLAMA)
    lora.load(tmp_path / "torch.bfloat16", loaded)
    # bf16 keeps 8 bits of each number
    torch.testing.assert_close(loaded(IDS), model(IDS), rtol=0.02, atol=0.02)


def test_saved_merged_or_not_it_is_the_same_file(tmp_path):
    adapters = drawn(lora.attach(Transformer(LLAMA), CONFIG))
    apart = adapters.save(tmp_path / "apart").read_bytes()
    assert adapters.merge().save(tmp_path / "merged").read_bytes() == apart


@pytest.mark.parametrize("samples", [100, 1024], ids=["some", "all"])
def test_a_model_has_one_fingerprint_in_fp32_and_bf16_and_training_changes_it(
    monkeypatch, samples
):
    monkeypatch.setattr(lora, "SAMPLES", samples)
    model = Transformer(LLAMA)
    mark = lora.weights_fingerprint(model)
    assert lora.weights_fingerprint(Transformer(LLAMA).bfloat16()) == mark
    assert lora.weights_fingerprint(Transformer(LLAMA, seed=1)) != mark
    trained(model, 1)
    assert lora.weights_fingerprint(model) != mark


def test_an_adapter_of_another_model_is_refused(tmp_path):
    path = lora.attach(Transformer(LLAMA), CONFIG).save(tmp_path / "mine")
    other = Transformer(LLAMA, seed=1)
    before = state(other)
    with pytest.raises(ValueError, match=r"trained for the model .* means nothing"):
        lora.load(path, other)
    assert list(other.state_dict()) == list(before), "nothing was attached"
    merged = drawn(lora.attach(Transformer(LLAMA), CONFIG)).merge().detach()
    with pytest.raises(ValueError, match="without merged adapters"):
        lora.load(path, merged)


def test_a_file_cut_off_anywhere_is_refused(tmp_path):
    path = lora.attach(Transformer(LLAMA), CONFIG).save(tmp_path / "mine")
    whole = path.read_bytes()
    for length in [*range(0, len(whole), len(whole) // 20), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="damaged, cut off or no safetensors"):
            lora.load(path, Transformer(LLAMA))


def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    adapters = lora.attach(Transformer(LLAMA), CONFIG)
    path = adapters.save(tmp_path / "mine")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="notes cannot be written as JSON"):
        adapters.save(path, {"loss": torch.ones(2)})

    def full_disk(*_):
        raise OSError("full")

    monkeypatch.setattr("course_lib.runtime.os.replace", full_disk)
    with pytest.raises(OSError, match="full"):
        drawn(adapters).save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def rewritten(path, **changes):
    """Change what the file says of itself, and nothing else."""
    with safe_open(path, "pt") as file:
        told = json.loads(file.metadata()["course"]) | changes
        tensors = {name: file.get_tensor(name) for name in list(file.keys())}
    path.write_bytes(save(tensors, {"course": json.dumps(told)}))
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": None}, "has format None, expected 'course-lora-1'"),
        ({"config": {"rank": 4}}, "cannot read"),
        ({"config": {"rank": 4, "targets": ["up"], "new": 1}}, "cannot read"),
        ({"config": {"rank": 2, "targets": ["up"]}}, "does not hold what"),
        ({"base_fingerprint": None}, "trained for the model None"),
    ],
)
def test_a_file_that_says_something_else_is_refused(tmp_path, changes, message):
    path = lora.attach(Transformer(LLAMA), CONFIG).save(tmp_path / "mine")
    model = Transformer(LLAMA)
    with pytest.raises(ValueError, match=message):
        lora.load(rewritten(path, **changes), model)
    assert list(model.state_dict()) == list(Transformer(LLAMA).state_dict())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"no adapters at .*none"):
        lora.load(tmp_path / "none", Transformer(LLAMA))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rank": 0}, r"rank must be at least 1 .* got 0"),
        ({"alpha": 0.0}, "alpha positive, got 16 and 0.0"),
        ({"targets": ()}, "targets must be names"),
        ({"targets": "query"}, "targets must be names"),
    ],
)
def test_a_configuration_that_means_nothing_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        LoraConfig(**values)


def test_layers_that_are_not_there_and_adapters_on_adapters_are_refused():
    model = Transformer(LLAMA)
    with pytest.raises(ValueError, match=r"no linear layers \['quary'\]; it has"):
        lora.attach(model, LoraConfig(targets=("quary", "up")))
    lora.attach(model, CONFIG)
    with pytest.raises(ValueError, match="take them off first"):
        lora.attach(model, CONFIG)


def test_a_file_loaded_twice_is_told_what_is_in_the_way(tmp_path):
    model = Transformer(LLAMA)
    path = lora.attach(model, CONFIG).save(tmp_path / "mine")
    with pytest.raises(ValueError, match="take them off first"):
        lora.load(path, model)


def test_what_was_taken_off_is_not_saved_as_nothing(tmp_path):
    adapters = lora.attach(Transformer(LLAMA), CONFIG)
    adapters.detach()
    with pytest.raises(ValueError, match="save first"):
        adapters.save(tmp_path / "mine")
    assert list(tmp_path.iterdir()) == []


def test_a_configuration_is_told_as_json(tmp_path):
    path = lora.attach(Transformer(LLAMA), CONFIG).save(tmp_path / "mine")
    with safe_open(path, "pt") as file:
        told = json.loads(file.metadata()["course"])["config"]
    assert told["rank"] == 4
    assert told["targets"] == list(CONFIG.targets)
