"""What must also be true on a GPU. Skipped where there is none, with the reason."""

import dataclasses

import pytest
import torch

from course_lib.data import windows
from course_lib.generate import SamplingConfig, generate
from course_lib.model import ModelConfig, Transformer, quantise
from course_lib.speedrun.whole import run_whole
from course_lib.speedrun.whole.runner import begun_with
from course_lib.train import TrainConfig, TrainState, load_run, save_run, train

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs an NVIDIA GPU (torch.cuda)"
)
CONFIG = dataclasses.replace(ModelConfig.tiny(vocab_size=300, context=64), n_kv_heads=2)
STEPS = TrainConfig(steps=6, warmup_steps=1)


def ids() -> torch.Tensor:
    return torch.randint(300, (2, 40), generator=torch.Generator().manual_seed(0))


def batches():
    row = torch.arange(4_000).remainder(300).to(torch.uint16).numpy()
    return windows(row, context=64, batch_size=8, seed=0)


def test_logits_on_the_gpu_equal_those_on_the_cpu():
    model, token_ids = Transformer(CONFIG), ids()
    with torch.no_grad():
        expected = model(token_ids)
        got = model.cuda()(token_ids.cuda()).cpu()
    # fp32 sums in another order; TF32 is off by default
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("compiled", [False, True])
def test_training_on_the_gpu_follows_the_cpu(precision, compiled):
    config = dataclasses.replace(STEPS, precision=precision, compile=compiled)
    expected = [log.loss for log in train(Transformer(CONFIG), batches(), STEPS)]
    got = [log.loss for log in train(Transformer(CONFIG).cuda(), batches(), config)]
    tolerance = 0.05 if precision == "bf16" else 2e-3
    torch.testing.assert_close(
        torch.tensor(got), torch.tensor(expected), rtol=tolerance, atol=tolerance
    )


def test_a_run_is_resumed_on_the_gpu(tmp_path):
    model = Transformer(CONFIG).cuda()
    state = TrainState.fresh(model, STEPS)
    for log in train(model, batches(), STEPS, state):
        if log.step == 3:
            break
    save_run(tmp_path / "run", model, state)
    again = Transformer(CONFIG, seed=5).cuda()
    state = load_run(tmp_path / "run", again, STEPS)
    rest = windows(
        torch.arange(4_000).remainder(300).to(torch.uint16).numpy(),
        context=64, batch_size=8, seed=0, start_step=3,
    )  # fmt: skip
    resumed = [log.loss for log in train(again, rest, STEPS, state)]
    whole = [log.loss for log in train(Transformer(CONFIG).cuda(), batches(), STEPS)]
    torch.testing.assert_close(torch.tensor(resumed), torch.tensor(whole[3:]))


def test_a_whole_tiny_run_on_the_gpu(tmp_path):
    card = run_whole(tmp_path, "tiny", "cuda")
    assert begun_with(tmp_path)["device"] == "cuda"
    assert len(card.figures) > 10


def test_generation_on_the_gpu_draws_what_the_cpu_draws():
    model, prompts = Transformer(CONFIG), [[1, 2, 3], [4, 5]]
    sampling = SamplingConfig(temperature=0.8, seed=1)
    expected = generate(model, prompts, sampling, max_new_tokens=8)
    assert generate(model.cuda(), prompts, sampling, max_new_tokens=8) == expected


def test_a_model_in_8_bits_computes_on_the_gpu_with_the_rounded_weights():
    model, token_ids = Transformer(CONFIG), ids()
    with torch.no_grad():
        expected = quantise(model)(token_ids)
        got = quantise(model.cuda())(token_ids.cuda()).cpu()
    # The CPU rounds inputs as well, to 16 bits
    torch.testing.assert_close(got, expected, rtol=1e-3, atol=1e-3)
