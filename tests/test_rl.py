"""Reinforcement learning by hand: advantages, ratio and clip, KL, masks, practice."""

import copy
import dataclasses
import math
import signal

import pytest
import torch

from course_lib.generate import SamplingConfig, generate, generate_with_probabilities
from course_lib.model import ModelConfig, Transformer
from course_lib.rl import (
    Attempts,
    Grade,
    PracticeConfig,
    Prompt,
    Rollout,
    attempt,
    clipped_objective,
    group_advantages,
    kl_estimate,
    pass_at_k,
    practise,
    roll_out,
    token_weights,
)
from course_lib.rl.settings import PRACTICE
from course_lib.train import Muon, TrainState, load_run, save_run

SMALL = ModelConfig(vocab_size=12, context=24, n_layers=2, width=32, n_heads=2,
                    n_kv_heads=2, mlp_width=48)  # fmt: skip
END, PAD, WANTED = 11, 10, 7
TRAINING = dataclasses.replace(PRACTICE, steps=4, learning_rate=2e-3, muon_rate=0.01)
CONFIG = PracticeConfig(TRAINING, answers=4, max_new_tokens=6)


def wanted(answer) -> Grade:
    """Reward the share of 7s; an answer that holds a 3 counts as worked out."""
    return Grade(answer.count(WANTED) / max(1, len(answer)), 3 in answer)


PROMPTS = [Prompt((1, k), lambda ids: wanted(list(ids))) for k in (2, 3, 4)]


def logs_of(model, config=CONFIG, **more):
    return list(practise(model, lambda _: PROMPTS, config, [END], PAD, **more))


def without_time(logs):
    return [dataclasses.replace(log, elapsed_s=0, tokens_per_s=0) for log in logs]


# --- Advantages ---


def test_advantages_by_hand():
    rewards = torch.tensor([[1.0, 0, 0, 0], [1, 1, 1, 0]])
    expected = torch.tensor([[0.75, -0.25, -0.25, -0.25], [0.25, 0.25, 0.25, -0.75]])
    torch.testing.assert_close(group_advantages(rewards), expected)
    # The spread of 1 0 0 0 is sqrt((.75² + 3 * .25²) / 4) = sqrt(3) / 4.
    by_spread = group_advantages(rewards, by_spread=True)
    torch.testing.assert_close(by_spread, expected * 4 / math.sqrt(3))


def test_a_group_is_compared_with_itself_not_with_the_batch():
    easy, hard = [1.0, 1, 1, 0], [0.0, 0, 0, 1]
    both = group_advantages(torch.tensor([easy, hard]))
    torch.testing.assert_close(both[:1], group_advantages(torch.tensor([easy])))
    assert both[1, 3] > both[0, 0] > 0


@pytest.mark.parametrize("by_spread", [False, True])
def test_equal_rewards_teach_nothing(by_spread):
    rewards = torch.tensor([[1.0, 1, 1], [0, 0, 0], [0.1, 0.1, 0.1]])
    assert torch.equal(group_advantages(rewards, by_spread), torch.zeros(3, 3))


def test_a_lone_answer_is_refused():
    with pytest.raises(ValueError, match="a lone answer"):
        group_advantages(torch.ones(3, 1))


# --- Ratio, clip, KL ---


@pytest.mark.parametrize(
    ("ratio", "advantage", "objective", "weight"),
    [
        (1.0, 0.5, 0.5, 0.5),
        (1.1, 1.0, 1.1, 1.1),
        (1.5, 1.0, 1.2, 0.0),  # already far more probable: held
        (0.5, 1.0, 0.5, 0.5),  # it became less probable though good: pulled back
        (0.5, -1.0, -0.8, 0.0),  # already far less probable: held
        (1.5, -1.0, -1.5, -1.5),  # it became more probable though bad: pushed down
    ],
)
def test_ratio_and_clip_by_hand(ratio, advantage, objective, weight):
    now, sampled = torch.tensor(ratio).log(), torch.tensor(0.0)
    good = torch.tensor(advantage)
    found = clipped_objective(now, sampled, good, clip=0.2)
    assert float(found) == pytest.approx(objective, abs=1e-6)
    assert float(token_weights(now, sampled, good, 0.2)) == pytest.approx(weight)


def test_kl_estimate_by_hand():
    now = torch.tensor([0.5, 0.5]).log()
    reference = torch.tensor([0.25, 0.5]).log()
    expected = torch.tensor([0.5 - 1 + math.log(2), 0.0])
    torch.testing.assert_close(kl_estimate(now, reference), expected)


def test_kl_estimate_is_right_on_average_and_never_negative():
    p, q = torch.tensor([0.7, 0.2, 0.1]), torch.tensor([0.3, 0.3, 0.4])
    estimates = kl_estimate(p.log(), q.log())
    assert (estimates >= 0).all()
    exact = (p * (p / q).log()).sum()
    torch.testing.assert_close((p * estimates).sum(), exact)


def test_the_weights_give_the_slope_of_the_whole_objective():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(40, 6, generator=generator, requires_grad=True)
    ids = torch.randint(6, (40,), generator=generator)
    sampled, reference = (torch.rand(40, generator=generator).log() for _ in "ab")
    advantages = torch.randn(40, generator=generator)
    now = logits.log_softmax(-1)[torch.arange(40), ids]
    gain = clipped_objective(now, sampled, advantages) - 0.3 * kl_estimate(
        now, reference
    )
    (expected,) = torch.autograd.grad(-gain.sum(), logits, retain_graph=True)
    weights = token_weights(now.detach(), sampled, advantages, 0.2, reference, 0.3)
    (found,) = torch.autograd.grad(-(weights * now).sum(), logits)
    torch.testing.assert_close(found, expected)


# --- Rollouts and their masks ---


def test_the_prompt_is_never_weighted_and_the_end_is():
    rollout = Rollout((1, 2), (7, 8, END), (-0.1, -0.2, -0.3), ended=True)
    assert rollout.weighted(0.5) == ([1, 2, 7, 8, END], [0, 0, 0.5, 0.5, 0.5])
    assert rollout.spoken == (7, 8)


def test_a_cut_off_answer_is_weighted_without_an_end():
    rollout = Rollout((1, 2), (7, 8), (-0.1, -0.2), ended=False)
    assert rollout.weighted(-1.0) == ([1, 2, 7, 8], [0, 0, -1, -1])
    assert rollout.spoken == (7, 8)


def test_rollouts_are_what_generate_says_and_know_their_probabilities():
    model, prompts = Transformer(SMALL), [(1, 2), (3, 4, 5)]
    groups = roll_out(model, prompts, 3, 6, [END], seed=5, batch_size=4)
    rows = [p for p in prompts for _ in range(3)]
    plain = generate(model, rows, SamplingConfig(seed=5), 6, [END], keep_stop=True)
    every = [rollout for group in groups for rollout in group]
    assert [list(rollout.answer) for rollout in every] == plain
    assert len({rollout.answer for rollout in every}) > 3, "siblings differ"
    for rollout in every:
        ids = torch.tensor([[*rollout.prompt, *rollout.answer]])
        with torch.no_grad():
            sure = model(ids).log_softmax(-1)[0, :-1].gather(-1, ids[0, 1:, None])
        found = torch.tensor(rollout.log_probabilities)
        torch.testing.assert_close(found, sure[len(rollout.prompt) - 1 :, 0])
        assert rollout.ended == (rollout.answer[-1] == END)
        assert rollout.ended or len(rollout.answer) == 6


def test_a_prompt_read_once_is_answered_as_if_read_often():
    model = Transformer(SMALL)
    same = generate_with_probabilities(model, [[1, 2, 3]] * 5, SamplingConfig(), 8)
    other = [[1, 2, 3], [1, 2, 4], [1, 2, 3], [1, 2, 4], [1, 2, 3]]
    mixed = generate_with_probabilities(model, other, SamplingConfig(), 8)
    for k in (0, 2, 4):
        assert [i for i, _ in same[k]] == [i for i, _ in mixed[k]]


# --- pass@k ---


@pytest.mark.parametrize(
    ("right", "answers", "k", "chance"),
    [(1, 4, 1, 0.25), (1, 4, 2, 0.5), (1, 4, 4, 1.0), (0, 4, 4, 0.0), (3, 4, 2, 1.0)],
)
def test_pass_at_k_by_hand(right, answers, k, chance):
    assert pass_at_k(right, answers, k) == pytest.approx(chance)


def test_attempts_are_counted():
    worked, blurted = (Rollout((1,), (2,) * n, (0.0,) * n, True) for n in (9, 3))
    attempts = Attempts(
        [[worked, blurted], [blurted, blurted]],
        [[Grade(1, True), Grade(0)], [Grade(0), Grade(1)]],
    )
    assert attempts.pass_at(1).value == 0.5
    assert attempts.pass_at(2).value == 1.0
    assert attempts.pass_at(2).low < 1, "two problems say little about others"
    assert attempts.share_in_steps == 0.25
    assert attempts.mean_length == 4.5
    assert attempts.right_if(in_steps=True) == 1.0
    assert attempts.right_if(in_steps=False) == pytest.approx(1 / 3)


# --- Practice ---


def test_what_is_rewarded_becomes_more_frequent():
    bold = dataclasses.replace(TRAINING, steps=25, muon_rate=0.03, learning_rate=0.01)
    config = dataclasses.replace(CONFIG, training=bold, answers=8)
    model = Transformer(SMALL)
    logs = logs_of(model, config)
    assert logs[0].reward < 0.3
    assert logs[-1].reward > 0.8
    assert logs[-1].entropy < logs[0].entropy
    assert [log.step for log in logs] == list(range(1, 26))
    assert logs[-1].tokens == round(sum(log.length * 24 for log in logs))


def first_step(config, model=None, **more):
    """Take one step; return the log and by how much each parameter moved."""
    model = model or Transformer(SMALL)
    before = copy.deepcopy(model)
    log = next(practise(model, lambda _: PROMPTS, config, [END], PAD, **more))
    moved = [
        float((a - b).detach().abs().max())
        for a, b in zip(model.parameters(), before.parameters(), strict=True)
    ]
    return log, max(moved)


@pytest.mark.parametrize("by_length", [False, True])
def test_a_step_has_the_slope_of_the_paper(by_length):
    model = Transformer(SMALL)
    groups = roll_out(model, [p.ids for p in PROMPTS], 4, 6, [END], CONFIG.seed)
    rewards = torch.tensor([[wanted(list(r.spoken)).reward for r in g] for g in groups])
    advantages = group_advantages(rewards, by_spread=True)
    loss = torch.zeros(())
    for group, values in zip(groups, advantages, strict=True):
        for rollout, advantage in zip(group, values, strict=True):
            ids = torch.tensor([[*rollout.prompt, *rollout.answer]])
            sure = model(ids).log_softmax(-1)[0, :-1].gather(-1, ids[0, 1:, None])
            sure = sure[len(rollout.prompt) - 1 :]
            mean = sure.mean() if by_length else sure.sum() / 6
            loss = loss - advantage * mean / 12
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    log, _ = first_step(dataclasses.replace(CONFIG, rows=5, by_length=by_length))
    assert log.gradient_norm == pytest.approx(float(norm), rel=1e-4)
    assert log.clipped == 0.0, "nothing has moved yet"


def test_answers_that_all_earn_the_same_move_nothing():
    flat = [Prompt(p.ids, lambda _: Grade(1.0)) for p in PROMPTS]
    model = Transformer(SMALL)
    before = copy.deepcopy(model.state_dict())
    log = next(practise(model, lambda _: flat, CONFIG, [END], PAD))
    assert (log.useful, log.gradient_norm, log.reward) == (0, 0, 1)
    assert all(torch.equal(before[n], v) for n, v in model.state_dict().items())


def test_several_updates_meet_the_clip():
    bold = dataclasses.replace(TRAINING, muon_rate=0.05, learning_rate=0.02)
    once, _ = first_step(dataclasses.replace(CONFIG, training=bold))
    often, _ = first_step(dataclasses.replace(CONFIG, training=bold, updates=4))
    assert once.clipped == 0
    assert 0 < often.clipped < 1


def test_several_updates_are_all_taken_before_the_stop_button(monkeypatch):
    model, config = Transformer(SMALL), dataclasses.replace(CONFIG, updates=2)
    expected = Transformer(SMALL)
    next(practise(expected, lambda _: PROMPTS, config, [END], PAD))
    state = TrainState.fresh(model, config.training)
    press_in(monkeypatch, Muon)
    logs = list(practise(model, lambda _: PROMPTS, config, [END], PAD, state=state))
    assert (logs, state.step, state.stopped) == ([], 1, True)
    for a, b in zip(expected.parameters(), model.parameters(), strict=True):
        assert torch.equal(a, b)


def press_in(monkeypatch, optimizer) -> None:
    """Press the stop button once, in the middle of a step of this optimizer's."""
    real = optimizer.step

    def step(self):
        monkeypatch.setattr(optimizer, "step", real)
        signal.raise_signal(signal.SIGINT)
        return real(self)

    monkeypatch.setattr(optimizer, "step", step)


@pytest.mark.parametrize("frozen", [False, True])
def test_slopes_of_somebody_else_are_forgotten(frozen):
    model, fresh = Transformer(SMALL), Transformer(SMALL)
    model(torch.tensor([[1, 2, 3]])).square().sum().backward()
    for one in (model, fresh):
        one.blocks[0].requires_grad_(not frozen)
    log = next(practise(model, lambda _: PROMPTS, CONFIG, [END], PAD))
    assert log.gradient_norm == logs_of(fresh)[0].gradient_norm


def test_kl_is_measured_and_its_price_keeps_the_policy_near():
    far = {}
    for price in (0.0, 3.0):
        model = Transformer(SMALL)
        training = dataclasses.replace(TRAINING, steps=20)
        config = dataclasses.replace(CONFIG, training=training, kl=price)
        logs = logs_of(model, config, reference=copy.deepcopy(model))
        assert logs[0].kl == pytest.approx(0, abs=1e-6)
        far[price] = logs[-1].kl
    assert far[0.0] > 4 * far[3.0] > 0
    assert logs_of(Transformer(SMALL))[0].kl is None
    with pytest.raises(ValueError, match="needs a reference"):
        logs_of(Transformer(SMALL), dataclasses.replace(CONFIG, kl=0.1))


def test_a_run_goes_on_as_if_it_had_never_stopped(tmp_path):
    def prompts_at(step):
        return PROMPTS[step % 2 :]

    whole = Transformer(SMALL)
    expected = list(practise(whole, prompts_at, CONFIG, [END], PAD))
    first = Transformer(SMALL)
    state = TrainState.fresh(first, CONFIG.training)
    logs = practise(first, prompts_at, CONFIG, [END], PAD, state=state)
    begun = [next(logs), next(logs)]
    save_run(tmp_path / "run", first, state)
    second = Transformer(SMALL, seed=9)
    state = load_run(tmp_path / "run", second, CONFIG.training)
    ended = list(practise(second, prompts_at, CONFIG, [END], PAD, state=state))
    assert without_time(begun + ended) == without_time(expected)
    for a, b in zip(whole.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_stop_in_the_middle_of_a_step_keeps_what_was_learned():
    model = Transformer(SMALL)

    def prompts_at(step):
        if step == 2:
            raise KeyboardInterrupt
        return PROMPTS

    state = TrainState.fresh(model, CONFIG.training)
    logs = list(practise(model, prompts_at, CONFIG, [END], PAD, state=state))
    assert (len(logs), state.step, state.stopped) == (2, 2, True)
    assert not model.training
    list(practise(model, lambda _: PROMPTS, CONFIG, [END], PAD, state=state))
    assert (state.step, state.stopped) == (CONFIG.training.steps, False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"answers": 1}, "answers must be at least 2, got 1"),
        ({"clip": 1.5}, "clip must lie between 0 and 1"),
        ({"kl": -0.1}, "kl must be at least 0"),
        ({"updates": 0}, "updates must be at least 1"),
    ],
)
def test_settings_out_of_range_are_named(change, words):
    with pytest.raises(ValueError, match=words):
        dataclasses.replace(CONFIG, **change)


def test_nothing_to_practise_on_is_named():
    with pytest.raises(ValueError, match=r"problems_at\(0\) gave no prompts"):
        next(practise(Transformer(SMALL), lambda _: [], CONFIG, [END], PAD))
    with pytest.raises(ValueError, match="give at least one prompt"):
        attempt(Transformer(SMALL), [], 4, 6, [END])
