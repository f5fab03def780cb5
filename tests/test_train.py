"""The one loss, the optimizers, and a loop that can be stopped and taken up again."""

import dataclasses
import itertools
import math
import signal

import pytest
import torch
from power_cut import names_given_safely
from safetensors.torch import load_file, save_file

from course_lib import runtime
from course_lib.data import Batch
from course_lib.model import ModelConfig, Transformer
from course_lib.train import (
    Muon,
    TrainConfig,
    TrainState,
    find_run,
    head_loss,
    load_run,
    orthogonalize,
    save_run,
    train,
    weighted_loss,
)

SMALL = ModelConfig(vocab_size=50, context=32, n_layers=2, width=32, n_heads=2,
                    n_kv_heads=2, mlp_width=48)  # fmt: skip
CONFIG = TrainConfig(steps=12, warmup_steps=2)


def batches(seed: int = 0, rows: int = 4):
    """Rows that count upwards: easy to learn, so that learning shows."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        first = torch.randint(50, (rows, 1), generator=generator)
        ids = (first + torch.arange(17)) % 50
        weights = torch.randint(0, 3, (rows, 16), generator=generator).float()
        yield Batch(ids[:, :-1], ids[:, 1:], weights)


def losses(logs) -> list[float]:
    return [log.loss for log in logs]


def test_loss_by_hand():
    # Two tokens: probability of the right one 1/2 (weight 1) and 1/4 (weight 3).
    logits = torch.tensor([[[0.0, 0.0], [math.log(3), 0.0]]])
    targets, weights = torch.tensor([[0, 1]]), torch.tensor([[1.0, 3.0]])
    expected = (1 * math.log(2) + 3 * math.log(4)) / 4
    assert float(weighted_loss(logits, targets, weights)) == pytest.approx(expected)


def test_a_weight_of_zero_leaves_a_token_out():
    logits = torch.randn(1, 3, 5, requires_grad=True)
    targets, weights = torch.tensor([[1, 2, 3]]), torch.tensor([[1.0, 0.0, 1.0]])
    weighted_loss(logits, targets, weights).backward()
    assert logits.grad[0, 1].abs().max() == 0
    assert logits.grad[0, 0].abs().max() > 0


def test_a_negative_weight_teaches_to_avoid():
    logits = torch.zeros(1, 1, 5, requires_grad=True)
    weighted_loss(logits, torch.tensor([[2]]), torch.tensor([[-1.0]])).backward()
    assert logits.grad[0, 0, 2] > 0, "following the slope downwards lowers this logit"


@pytest.mark.parametrize("chunk", [64, 2**18])
def test_head_loss_equals_weighted_loss_and_so_do_its_slopes(monkeypatch, chunk):
    monkeypatch.setattr("course_lib.train.loss.CHUNK_NUMBERS", chunk)
    monkeypatch.setattr("course_lib.train.loss.CHUNK_ROWS", 1)
    hidden, matrix = torch.randn(3, 7, 8), torch.randn(20, 8)
    targets, weights = torch.randint(20, (3, 7)), torch.randn(3, 7)
    weights[0, :3] = 0
    results = []
    for loss_of in (
        lambda h, m: head_loss(h, m, targets, weights),
        lambda h, m: weighted_loss(h @ m.T, targets, weights),
    ):
        h, m = (t.clone().requires_grad_() for t in (hidden, matrix))
        loss = loss_of(h, m)
        (2 * loss).backward()
        results.append((loss.detach(), h.grad, m.grad))
    for ours, expected in zip(*results, strict=True):
        torch.testing.assert_close(ours, expected)


def test_a_frozen_matrix_changes_neither_the_loss_nor_the_other_slopes():
    hidden, matrix = torch.randn(3, 7, 8), torch.randn(20, 8)
    targets, weights = torch.randint(20, (3, 7)), torch.randn(3, 7)
    results = []
    for frozen in (True, False):
        h, m = hidden.clone().requires_grad_(), matrix.clone()
        loss = head_loss(h, m.requires_grad_(not frozen), targets, weights)
        loss.backward()
        assert (m.grad is None) == frozen
        results.append((loss.detach(), h.grad))
    for ours, expected in zip(*results, strict=True):
        assert torch.equal(ours, expected)


def test_a_model_with_nothing_to_train_is_refused():
    model = Transformer(SMALL).requires_grad_(False)
    with pytest.raises(ValueError, match="all parameters are frozen"):
        next(train(model, batches(), CONFIG))


def test_a_batch_in_which_nothing_counts_costs_nothing():
    hidden, matrix, nothing = torch.randn(1, 2, 4), torch.randn(5, 4), torch.zeros(1, 2)
    loss = head_loss(hidden, matrix, nothing.long(), nothing)
    assert float(loss) == 0


def test_the_loss_runs_on_the_meta_device():
    with torch.device("meta"):
        model = Transformer(SMALL)
        ids = torch.zeros(2, 8, dtype=torch.long)
        loss = weighted_loss(model(ids), ids, torch.ones(2, 8))
    assert loss.device.type == "meta"


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_training_learns_to_count(optimizer, precision):
    config = TrainConfig(steps=300, optimizer=optimizer, precision=precision)
    logs = list(train(Transformer(SMALL), batches(), config))
    assert logs[0].loss == pytest.approx(math.log(50), rel=0.05)
    assert logs[-1].loss < 0.1
    assert [log.step for log in logs] == list(range(1, 301))
    assert logs[-1].tokens == 300 * 4 * 16


def test_the_same_seed_gives_the_same_curve():
    one, two = (losses(train(Transformer(SMALL), batches(), CONFIG)) for _ in range(2))
    assert one == two


def test_accumulating_two_batches_equals_one_of_twice_the_size():
    expected = losses(train(Transformer(SMALL), joined(batches()), CONFIG))
    accumulating = dataclasses.replace(CONFIG, accumulate=2)
    got = losses(train(Transformer(SMALL), batches(), accumulating))
    torch.testing.assert_close(torch.tensor(got), torch.tensor(expected))


def joined(source):
    """Glue every two batches into one."""
    while True:
        one, two = next(source), next(source)
        yield Batch(
            torch.cat([one.token_ids, two.token_ids]),
            torch.cat([one.targets, two.targets]),
            torch.cat([one.weights, two.weights]),
        )


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_a_resumed_run_is_on_the_very_same_curve(tmp_path, optimizer):
    config = dataclasses.replace(CONFIG, optimizer=optimizer, steps=14)
    whole = losses(train(Transformer(SMALL), batches(), config))
    model = Transformer(SMALL)
    state = TrainState.fresh(model, config)
    first = losses(itertools.islice(train(model, batches(), config, state), 6))
    save_run(tmp_path / "run", model, state)
    save_run(tmp_path / "run", model, state)  # over an older one

    again = Transformer(SMALL, seed=9)
    state = load_run(tmp_path / "run", again, config)
    assert (state.step, state.tokens) == (6, 6 * 64)
    rest = itertools.islice(batches(), 6, None)
    assert first + losses(train(again, rest, config, state)) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("fastest", [torch.float32, torch.bfloat16])
def test_the_fastest_precision_is_measured_once(tmp_path, monkeypatch, fastest):
    """A run that goes on elsewhere, where another is fastest, keeps its own."""
    config = dataclasses.replace(CONFIG, precision="fastest")
    monkeypatch.setattr("course_lib.train.loop.fastest_dtype", lambda _device: fastest)
    model = Transformer(SMALL)
    state = TrainState.fresh(model, config)
    assert state.dtype == fastest
    first = losses(itertools.islice(train(model, batches(), config, state), 3))
    plain = dataclasses.replace(CONFIG, precision=state.precision)
    assert losses(train(Transformer(SMALL), batches(), plain))[:3] == first
    save_run(tmp_path / "run", model, state)

    other = torch.float32 if fastest == torch.bfloat16 else torch.bfloat16
    monkeypatch.setattr("course_lib.train.loop.fastest_dtype", lambda _device: other)
    assert load_run(tmp_path / "run", model, config).dtype == fastest
    assert load_run(tmp_path / "run", model, plain).dtype == fastest
    wrong = {torch.float32: "fp32", torch.bfloat16: "bf16"}[other]
    with pytest.raises(ValueError, match=f"began in {state.precision}, and was to go"):
        load_run(tmp_path / "run", model, dataclasses.replace(config, precision=wrong))


def test_a_damaged_or_foreign_run_is_refused(tmp_path):
    model = Transformer(SMALL)
    with pytest.raises(ValueError, match="no run to go on with"):
        load_run(tmp_path / "nothing", model, CONFIG)
    save_run(tmp_path / "run", model, TrainState.fresh(model, CONFIG))
    other = Transformer(dataclasses.replace(SMALL, width=16))
    with pytest.raises(ValueError, match=r"another model: embed\.weight is \[50, 32\]"):
        load_run(tmp_path / "run", other, CONFIG)
    tensors = load_file(tmp_path / "run" / "run.safetensors")
    del tensors["model.embed.weight"]
    save_file(tensors, tmp_path / "run" / "run.safetensors")
    with pytest.raises(ValueError, match=r"embed\.weight is missing"):
        load_run(tmp_path / "run", model, CONFIG)
    with open(tmp_path / "run" / "run.safetensors", "r+b") as file:
        file.truncate(100)
    with pytest.raises(ValueError, match="no run to go on with"):
        load_run(tmp_path / "run", model, CONFIG)


def test_a_run_of_another_optimizer_or_with_frozen_parts_is_refused(tmp_path):
    adamw = dataclasses.replace(CONFIG, optimizer="adamw")
    for config, other in ((CONFIG, adamw), (adamw, CONFIG)):
        model = Transformer(SMALL)
        state = TrainState.fresh(model, config)
        next(train(model, batches(), config, state))
        save_run(tmp_path / "run", model, state)
        fresh = Transformer(SMALL, seed=5)
        before = fresh.embed.weight.clone()
        with pytest.raises(ValueError, match="began with another optimizer"):
            load_run(tmp_path / "run", fresh, other)
        assert torch.equal(fresh.embed.weight, before), "it is left as it was"
    fresh.requires_grad_(requires_grad=False)
    with pytest.raises(ValueError, match="all parameters are frozen"):
        load_run(tmp_path / "run", fresh, CONFIG)


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_a_run_goes_on_with_the_same_parts_frozen(tmp_path, optimizer):
    config = dataclasses.replace(CONFIG, optimizer=optimizer)
    model, other = Transformer(SMALL), Transformer(SMALL, seed=5)
    model.blocks[0].requires_grad_(requires_grad=False)
    state = TrainState.fresh(model, config)
    next(train(model, batches(), config, state))
    save_run(tmp_path / "run", model, state)
    before = other.embed.weight.clone()
    with pytest.raises(ValueError, match=r"frozen \(blocks\.0\..*freeze them again"):
        load_run(tmp_path / "run", other, config)
    assert torch.equal(other.embed.weight, before), "it is left as it was"
    other.blocks[0].requires_grad_(requires_grad=False)
    assert load_run(tmp_path / "run", other, config).step == 1


@pytest.mark.parametrize("content", ["[]", "null", "3", '{"precision": []}', "{"])
def test_a_run_file_that_tells_nothing_is_refused(tmp_path, content):
    model = Transformer(SMALL)
    save_run(tmp_path / "run", model, TrainState.fresh(model, CONFIG))
    (tmp_path / "run" / "run.json").write_text(content)
    with pytest.raises(ValueError, match="no run to go on with"):
        load_run(tmp_path / "run", model, CONFIG)


def test_a_run_is_on_the_disk_before_it_takes_its_name(tmp_path, monkeypatch):
    placed = names_given_safely(monkeypatch, "course_lib.train.resume.rename")
    model = Transformer(SMALL)
    save_run(tmp_path / "run", model, TrainState.fresh(model, CONFIG))
    assert placed == ["run"]


def test_a_deeper_run_is_another_model(tmp_path):
    deep = Transformer(dataclasses.replace(SMALL, n_layers=4))
    save_run(tmp_path / "run", deep, TrainState.fresh(deep, CONFIG))
    model = Transformer(SMALL, seed=5)
    with pytest.raises(ValueError, match=r"blocks\.[23].* and here missing"):
        load_run(tmp_path / "run", model, CONFIG)
    assert torch.equal(model.embed.weight, Transformer(SMALL, seed=5).embed.weight)


@pytest.mark.parametrize("saved", [False, True])
def test_a_run_that_is_lengthened_goes_on_at_the_rate_that_it_logs(tmp_path, saved):
    model = Transformer(SMALL)
    state = TrainState.fresh(model, CONFIG)
    list(train(model, batches(), CONFIG, state))
    longer = dataclasses.replace(CONFIG, steps=40, learning_rate=1e-3)
    if saved:
        save_run(tmp_path / "run", model, state)
        state = load_run(tmp_path / "run", model, longer)
    log = next(train(model, batches(), longer, state))
    share = longer.rate_at(12)
    assert log.learning_rate == pytest.approx(1e-3 * share)
    rates = [group["lr"] for o in state.optimizers for group in o.param_groups]
    full = [1e-3, 1e-3, longer.muon_rate]
    assert rates == pytest.approx([rate * share for rate in full])


@pytest.mark.parametrize("frozen", [False, True])
def test_slopes_of_somebody_else_are_forgotten(frozen):
    """Those of a part that is frozen now, too: they would shorten every step."""
    model, fresh = Transformer(SMALL), Transformer(SMALL)
    model(torch.tensor([[1, 2, 3]])).square().sum().backward()
    for one in (model, fresh):
        one.blocks[0].requires_grad_(not frozen)
    told = [
        [(log.loss, log.gradient_norm) for log in train(one, batches(), CONFIG)]
        for one in (model, fresh)
    ]
    assert told[0] == told[1]


def test_no_step_is_left_half_done_by_the_stop_button(monkeypatch):
    whole = losses(train(Transformer(SMALL), batches(), CONFIG))
    model = Transformer(SMALL)
    state = TrainState.fresh(model, CONFIG)
    real, calls = Muon.step, itertools.count(1)

    def step(self):
        if next(calls) == 4:
            signal.raise_signal(signal.SIGINT)
        return real(self)

    monkeypatch.setattr(Muon, "step", step)
    assert losses(train(model, batches(), CONFIG, state)) == whole[:3]
    assert (state.step, state.stopped) == (4, True), "the fourth is whole, and counted"
    rest = itertools.islice(batches(), 4, None)
    assert losses(train(model, rest, CONFIG, state)) == whole[4:]


def test_a_second_stop_does_not_wait_for_the_end_of_the_step(monkeypatch):
    model = Transformer(SMALL)
    state = TrainState.fresh(model, CONFIG)

    def step(_self):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("the step went on")

    monkeypatch.setattr(Muon, "step", step)
    assert losses(train(model, batches(), CONFIG, state)) == []
    assert (state.step, state.stopped) == (0, True), "half taken, and not counted"
    assert not torch.equal(model.embed.weight, Transformer(SMALL).embed.weight)


def test_the_stop_button_keeps_what_was_learned(monkeypatch):
    model = Transformer(SMALL)
    state = TrainState.fresh(model, CONFIG)

    def interrupted():
        for k, batch in enumerate(batches()):
            if k == 5:
                monkeypatch.setattr(
                    "course_lib.train.loop.head_loss", raise_keyboard_interrupt
                )
            yield batch

    logs = list(train(model, interrupted(), CONFIG, state))
    assert len(logs) == 5
    assert state.stopped
    assert not torch.equal(model.embed.weight, Transformer(SMALL).embed.weight)


@pytest.mark.parametrize("stopped_at", [0, 1, 9])
def test_after_the_stop_button_it_goes_on_as_if_nothing_had_happened(
    monkeypatch, stopped_at
):
    config = dataclasses.replace(CONFIG, accumulate=2, warmup_steps=3)
    whole = losses(train(Transformer(SMALL), batches(), config))
    model = Transformer(SMALL)
    state = TrainState.fresh(model, config)
    calls, real = itertools.count(1), head_loss

    def pressed_in_the_second_half_of_a_step(*given):
        if next(calls) == 2 * stopped_at + 2:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(
        "course_lib.train.loop.head_loss", pressed_in_the_second_half_of_a_step
    )
    first = losses(train(model, batches(), config, state))
    assert len(first) == stopped_at
    assert state.stopped
    rest = itertools.islice(batches(), 2 * stopped_at, None)
    assert first + losses(train(model, rest, config, state)) == whole
    assert not state.stopped


def test_a_run_caught_while_it_was_replaced_is_found(tmp_path, monkeypatch):
    model = Transformer(SMALL)
    state = TrainState.fresh(model, CONFIG)
    assert not find_run(tmp_path / "run")
    save_run(tmp_path / "run", model, state)

    def killed_between(old, new):
        if str(old).endswith(".tmp"):
            raise InterruptedError
        runtime.rename(old, new)

    monkeypatch.setattr("course_lib.train.resume.rename", killed_between)
    with pytest.raises(InterruptedError):
        save_run(tmp_path / "run", model, state)
    monkeypatch.undo()
    assert not (tmp_path / "run").exists()
    assert find_run(tmp_path / "run")
    assert load_run(tmp_path / "run", model, CONFIG).step == 0


def raise_keyboard_interrupt(*_args):
    raise KeyboardInterrupt


def test_one_may_stop_asking():
    model = Transformer(SMALL)
    for log in train(model, batches(), CONFIG):
        if log.step == 3:
            break
    assert not torch.equal(model.embed.weight, Transformer(SMALL).embed.weight)


def test_the_rate_rises_stays_and_falls():
    config = TrainConfig(steps=100, warmup_steps=9, decay_fraction=0.5, final_rate=0.1)
    rates = [config.rate_at(step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9:50] == [1.0] * 41
    assert rates[75] == pytest.approx(0.5)
    assert rates[99] == pytest.approx(0.1)


def test_orthogonalize_evens_out_the_singular_values():
    generator = torch.Generator().manual_seed(0)
    matrices = torch.randn(3, 12, 40, generator=generator)
    for stacked in (matrices, matrices.mT):
        values = torch.linalg.svdvals(orthogonalize(stacked))
        assert values.min() > 0.6
        assert values.max() < 1.3


def test_muon_treats_a_tall_matrix_as_its_transpose():
    wide = torch.nn.Parameter(torch.zeros(4, 16))
    tall = torch.nn.Parameter(torch.zeros(16, 4))
    gradient = torch.randn(4, 16)
    wide.grad, tall.grad = gradient, gradient.T.contiguous()
    Muon([wide, tall]).step()
    # The tall one's step is longer, by the root of rows / columns.
    torch.testing.assert_close(2 * wide.data, tall.data.T, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: TrainConfig(steps=0), "steps must be at least 1, got 0"),
        (
            lambda: TrainConfig(steps=1, learning_rate=0),
            "learning_rate must be positive",
        ),
        (lambda: TrainConfig(steps=1, warmup_steps=-1), "warmup_steps must be >= 0"),
        (lambda: TrainConfig(steps=1, weight_decay=-5), "weight_decay must be >= 0"),
        (lambda: TrainConfig(steps=1, final_rate=3), "final_rate must lie between"),
        (lambda: TrainConfig(steps=1, optimizer="sgd"), "adamw or muon, got 'sgd'"),
        (
            lambda: TrainConfig(steps=1, precision="fp8"),
            "or fastest, got 'fp8'",
        ),
        (lambda: TrainConfig(steps=1, decay_fraction=2), "between 0 and 1, got 2"),
        (lambda: Muon([torch.nn.Parameter(torch.zeros(3))]), r"matrices, got .*\[3\]"),
        (
            lambda: list(train(Transformer(SMALL), [next(batches())], CONFIG)),
            "ran out at step 1 of 12",
        ),
    ],
)
def test_bad_input_is_named_with_its_remedy(action, message):
    with pytest.raises(ValueError, match=message):
        action()
