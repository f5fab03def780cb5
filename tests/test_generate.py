"""Facts about sampling and generating, beside the slow way that has no cache."""

import math
from collections import Counter
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.generate import (
    SamplingConfig,
    darts_of_rows,
    draw,
    generate,
    next_probabilities,
    score,
    stream,
    stream_with_probabilities,
)
from course_lib.model import ModelConfig, Transformer

LLAMA = ModelConfig(vocab_size=64, context=32, n_layers=2, width=32, n_heads=4,
                    n_kv_heads=2, mlp_width=48)  # fmt: skip
GPT2 = replace(LLAMA, n_kv_heads=4, norm="layer", positions="learned",
               activation="gelu", bias=True, tied=False)  # fmt: skip
GREEDY, FREE = SamplingConfig(temperature=0), SamplingConfig(temperature=0.7)
PROMPTS = [[5], [9, 8, 7, 6, 5, 4, 3, 2], [1, 2, 3], [60, 61], [1, 2, 3]]


def lively_model(config: ModelConfig = LLAMA) -> Transformer:
    """Draw weights so large that the model wanders, instead of repeating itself."""
    model = Transformer(config, seed=1)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            drawn = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(0.3 * drawn + ("norm.weight" in name))
    return model


MODEL = lively_model()


@torch.no_grad()
def generate_without_cache(
    model: Transformer, prompts: list[list[int]], sampling: SamplingConfig, n: int
) -> list[list[int]]:
    """Read everything again for every token, one row at a time."""
    answers = []
    for row, prompt in enumerate(prompts):
        darts = darts_of_rows(sampling.seed, [row], n)
        ids = list(prompt)
        while len(ids) < min(len(prompt) + n, model.config.context):
            logits = model(torch.tensor([ids]))[:, -1]
            dart = darts[:, len(ids) - len(prompt)]
            ids += draw(next_probabilities(logits, sampling), dart).tolist()
        answers.append(ids[len(prompt) :])
    return answers


# --- One token ---


def probabilities(values: list[float], **sampling: float) -> list[float]:
    logits = torch.tensor(values).log()
    return next_probabilities(logits, SamplingConfig(**sampling)).tolist()


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        ({}, [0.2, 0.5, 0.3]),
        ({"temperature": 0}, [0, 1, 0]),
        ({"temperature": 0.5}, [0.04 / 0.38, 0.25 / 0.38, 0.09 / 0.38]),
        ({"top_k": 2}, [0, 0.625, 0.375]),
        ({"top_k": 99}, [0.2, 0.5, 0.3]),
        ({"top_p": 0.6}, [0, 0.625, 0.375]),  # .3 crosses .6 and stays
        ({"top_p": 0.45}, [0, 1, 0]),
        ({"top_p": 0.01}, [0, 1, 0]),  # one token always stays
        ({"top_p": 1.0}, [0.2, 0.5, 0.3]),
        # Of the two that top-k leaves, .625 alone reaches .6.
        ({"top_k": 2, "top_p": 0.6}, [0, 1, 0]),
        # At temperature 1/2 the first alone reaches .6; at 1 it would not.
        ({"temperature": 0.5, "top_p": 0.6}, [0, 1, 0]),
    ],
)
def test_next_probabilities_by_hand(sampling, expected):
    found = probabilities([0.2, 0.5, 0.3], **sampling)
    torch.testing.assert_close(found, [float(p) for p in expected])


def test_among_equals_greedy_takes_the_lowest_id():
    assert probabilities([0.1, 0.4, 0.4, 0.1], temperature=0) == [0, 1, 0, 0]


@pytest.mark.parametrize("temperature", [1e-300, 1e-46, 1e-30, 1e-6])
def test_a_tiny_temperature_is_greedy_and_never_nan(temperature):
    found = probabilities([0.2, 0.5, 0.3], temperature=temperature)
    torch.testing.assert_close(found, [0.0, 1.0, 0.0])


@given(
    st.lists(st.floats(-9, 9, width=32), min_size=1, max_size=30),
    st.floats(0.01, 0.999),
)
@settings(deadline=None)
def test_top_p_keeps_the_fewest_tokens_that_reach_p(logits, top_p):
    full = torch.tensor(logits).softmax(-1)
    kept = next_probabilities(torch.tensor(logits), SamplingConfig(top_p=top_p)) > 0
    rounding = 1e-5
    assert full[kept].sum() >= top_p - rounding
    assert full[kept].sum() - full[kept].min() < top_p + rounding
    assert kept.all() or full[kept].min() >= full[~kept].max()


@given(st.lists(st.floats(-9, 9, width=32), min_size=4, max_size=30, unique=True))
@settings(deadline=None)
def test_what_is_kept_sums_to_one_in_the_old_proportions(logits):
    full = torch.tensor(logits).softmax(-1)
    found = next_probabilities(torch.tensor(logits), SamplingConfig(top_k=3))
    assert (found > 0).sum() == 3
    torch.testing.assert_close(found.sum(), torch.tensor(1.0))
    kept = found > 0
    torch.testing.assert_close(found[kept], full[kept] / full[kept].sum())


def test_darts_hit_tokens_by_hand():
    row = torch.tensor([[0.25, 0.5, 0.25]])
    hit = [
        draw(row, torch.tensor([dart])).item() for dart in (0.0, 0.2, 0.25, 0.7, 0.75)
    ]
    assert hit == [0, 0, 1, 1, 2]


def test_evenly_thrown_darts_hit_in_proportion():
    row = torch.tensor([0.1, 0.0, 0.6, 0.3])
    darts = (torch.arange(1000) + 0.5) / 1000
    hits = Counter(draw(row.expand(1000, 4), darts).tolist())
    assert hits == {0: 100, 2: 600, 3: 300}


def test_a_token_without_probability_is_never_hit_not_even_at_the_ends():
    row = torch.tensor([[0.0, 0.3, 0.0, 0.7, 0.0]])
    last = torch.nextafter(torch.tensor(1.0), torch.tensor(0.0))
    for scale in (1, 0.9999999, 1.0000001, 3e-7):  # sums are never exactly 1
        assert draw(row * scale, torch.tensor([0.0])).item() == 1
        assert draw(row * scale, last[None]).item() == 3


def test_darts_are_even_and_differ_between_rows_and_seeds():
    darts = darts_of_rows(0, range(50), 200)
    assert darts.min() >= 0
    assert darts.max() < 1
    torch.testing.assert_close(darts.mean().item(), 0.5, atol=0.01, rtol=0)  # 3.5 sigma
    everything = torch.cat([darts, darts_of_rows(1, range(50), 200)])
    # Practice counts its steps in the lower half of a seed, its runs in the upper one.
    seeds = [step + run * 2**32 for step in range(3) for run in range(3)]
    some = [darts_of_rows(seed, range(4), 2) for seed in seeds]
    assert len({tuple(row) for darts in some for row in darts.tolist()}) == 36
    assert len({tuple(row) for row in everything.tolist()}) == 100


# --- Many tokens ---


@pytest.mark.parametrize("config", [LLAMA, GPT2], ids=["llama", "gpt2"])
@pytest.mark.parametrize(
    "sampling",
    [GREEDY, FREE, SamplingConfig(top_k=5, seed=3), SamplingConfig(top_p=0.8)],
    ids=["greedy", "free", "top-k", "top-p"],
)
def test_cached_batches_equal_one_uncached_row_at_a_time(config, sampling):
    model = lively_model(config)
    expected = generate_without_cache(model, PROMPTS, sampling, 20)
    assert generate(model, PROMPTS, sampling, 20) == expected
    assert len({tuple(answer) for answer in expected}) >= 4
    assert max(len(set(answer)) for answer in expected) > 4


def test_a_row_does_not_depend_on_its_neighbours():
    together = generate(MODEL, PROMPTS, FREE, 12)
    assert generate(MODEL, PROMPTS[:1], FREE, 12) == together[:1]
    assert generate(MODEL, [*PROMPTS[:2], [33] * 9], FREE, 12)[:2] == together[:2]
    for batch_size in (1, 2, 3):
        assert generate(MODEL, PROMPTS, FREE, 12, batch_size=batch_size) == together


def test_the_same_prompt_twice_is_answered_in_two_ways():
    answers = generate(MODEL, [[1, 2, 3]] * 8, FREE, 12)
    assert len({tuple(answer) for answer in answers}) == 8
    assert generate(MODEL, [[1, 2, 3]] * 8, FREE, 12) == answers
    other = generate(MODEL, [[1, 2, 3]] * 8, replace(FREE, seed=1), 12)
    assert not {tuple(a) for a in answers} & {tuple(a) for a in other}


def test_asking_for_more_tokens_only_appends():
    short, long = (generate(MODEL, PROMPTS, FREE, n) for n in (6, 15))
    assert [answer[:6] for answer in long] == short


def test_an_answer_ends_before_a_stop_id():
    free = generate(MODEL, PROMPTS, FREE, 20)
    stops = {free[0][4], free[1][9]}
    expected = []
    for answer in free:
        ends = [k for k, token in enumerate(answer) if token in stops]
        expected.append(answer[: min(ends, default=20)])
    assert generate(MODEL, PROMPTS, FREE, 20, stops) == expected
    assert len({len(answer) for answer in expected}) > 2


def test_a_kept_stop_id_says_what_ended_the_row():
    free = generate(MODEL, PROMPTS, FREE, 20)
    stops = {free[0][4], free[1][9]}
    cut = generate(MODEL, PROMPTS, FREE, 20, stops)
    kept = generate(MODEL, PROMPTS, FREE, 20, stops, keep_stop=True)
    for before, with_end, whole in zip(cut, kept, free, strict=True):
        assert with_end == whole[: len(before) + 1]
        assert len(before) == 20 or with_end[-1] in stops
    one = list(stream(MODEL, PROMPTS[0], FREE, 20, stops, keep_stop=True))
    assert one == kept[0]


def test_rows_that_are_done_leave_the_computation(monkeypatch):
    prompts = [[k] for k in range(16)]
    free = generate(MODEL, prompts, FREE, 20)
    stops = Counter(token for answer in free for token in answer[:6]).most_common(4)
    rows, body = [], MODEL.body

    def watched(token_ids, cache=None):
        rows.append(len(token_ids))
        return body(token_ids, cache)

    monkeypatch.setattr(MODEL, "body", watched)
    generate(MODEL, prompts, FREE, 20, [token for token, _ in stops])
    assert rows[0] == 16
    assert rows == sorted(rows, reverse=True)
    assert rows[-1] <= 4


def test_the_head_is_computed_for_last_tokens_only_and_without_gradients(monkeypatch):
    shapes, head = [], MODEL.head

    def watched(hidden):
        assert not hidden.requires_grad
        shapes.append(tuple(hidden.shape))
        return head(hidden)

    monkeypatch.setattr(MODEL, "head", watched)
    generate(MODEL, PROMPTS, FREE, 3)
    assert shapes == [(5, 32)] * 3


@pytest.mark.parametrize("lengths", [(31, 2, 30), (28, 5, 6, 7, 8, 9)])
def test_a_row_ends_when_the_context_is_full_and_others_go_on(lengths):
    prompts = [[k + 1] * length for k, length in enumerate(lengths)]
    answers = generate(MODEL, prompts, FREE, 25)
    expected = [min(25, 32 - length) for length in lengths]
    assert [len(answer) for answer in answers] == expected
    assert answers == generate_without_cache(MODEL, prompts, FREE, 25)


@pytest.mark.parametrize("sampling", [GREEDY, FREE])
def test_stream_yields_what_generate_returns(sampling):
    answer = generate(MODEL, [[1, 2, 3]], sampling, 12)[0]
    assert list(stream(MODEL, [1, 2, 3], sampling, 12)) == answer
    stop = answer[7]
    expected = generate(MODEL, [[1, 2, 3]], sampling, 12, [stop])[0]
    assert list(stream(MODEL, [1, 2, 3], sampling, 12, [stop])) == expected


def test_the_probability_is_the_models_own_whatever_the_token_was_drawn_with():
    wild = SamplingConfig(temperature=3.0, top_k=7, seed=4)
    steps = list(stream_with_probabilities(MODEL, [1, 2, 3], wild, 12))
    tokens = [token for token, _ in steps]
    assert tokens == list(stream(MODEL, [1, 2, 3], wild, 12))
    logits = MODEL(torch.tensor([[1, 2, 3, *tokens[:-1]]]))[0, 2:]
    own = logits.softmax(-1)[range(12), tokens]
    torch.testing.assert_close(torch.tensor([p for _, p in steps]), own.detach())
    sure = stream_with_probabilities(MODEL, [1, 2, 3], GREEDY, 1)
    assert 0 < next(sure)[1] < 0.99, "greedy is not certain"


def test_stream_computes_a_token_when_it_is_asked_for(monkeypatch):
    calls, body = [], MODEL.body

    def watched(token_ids, cache=None):
        calls.append(token_ids.shape[1])
        return body(token_ids, cache)

    monkeypatch.setattr(MODEL, "body", watched)
    tokens = stream(MODEL, [1, 2, 3], FREE, 12)
    assert calls == []
    next(tokens)
    assert calls == [3]
    next(tokens)
    assert calls == [3, 1]


def test_one_can_train_between_two_tokens():
    tokens = stream(MODEL, [1, 2, 3], FREE, 12)
    next(tokens)
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()
    MODEL(torch.tensor([[1, 2]])).sum().backward()
    next(tokens)
    MODEL.zero_grad()


def test_generating_leaves_model_and_global_dice_as_they_were():
    before = {name: t.clone() for name, t in MODEL.state_dict().items()}
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    generate(MODEL, PROMPTS, FREE, 5)
    assert torch.equal(torch.rand(1), expected)
    assert all(torch.equal(before[name], t) for name, t in MODEL.state_dict().items())


def test_a_bf16_model_speaks_too():
    model = lively_model().to(torch.bfloat16)
    answers = generate(model, PROMPTS, FREE, 5)
    assert [len(answer) for answer in answers] == [5] * 5
    assert score(model, [[1]], [[2, 3]])[0].dtype == torch.float32


def test_no_prompts_no_answers():
    assert generate(MODEL, [], FREE, 5) == []
    assert score(MODEL, [], []) == []


# --- Scores ---


def test_scores_equal_the_log_probabilities_of_one_row_at_a_time():
    answers = [[3, 4], [5], [6, 7, 8, 9], [1] * 9, [2]]
    for prompt, answer, found in zip(
        PROMPTS, answers, score(MODEL, PROMPTS, answers, batch_size=2), strict=True
    ):
        with torch.no_grad():
            logits = MODEL(torch.tensor([prompt + answer]))[0].log_softmax(-1)
        places = range(len(prompt) - 1, len(prompt) + len(answer) - 1)
        expected = [logits[p, t] for p, t in zip(places, answer, strict=True)]
        torch.testing.assert_close(found, torch.stack(expected))


def test_scores_of_all_possible_next_tokens_are_probabilities():
    scores = score(MODEL, [[4, 2]] * 64, [[token] for token in range(64)])
    torch.testing.assert_close(torch.cat(scores).exp().sum(), torch.tensor(1.0))


def test_a_model_that_knows_nothing_finds_all_tokens_equally_likely():
    model = Transformer(LLAMA)
    torch.nn.init.zeros_(model.embed.weight)
    found = score(model, [[1]], [[2, 3]])
    torch.testing.assert_close(found, [torch.full((2,), -math.log(64))])


def test_the_last_token_of_a_continuation_needs_no_place_in_the_context():
    assert len(score(MODEL, [[1]], [[2] * 32])[0]) == 32
    with pytest.raises(ValueError, match=r"continuation 0 have 1 \+ 33.*is 32"):
        score(MODEL, [[1]], [[2] * 33])


def test_a_score_may_become_a_part_of_a_loss():
    old = score(MODEL, [[1]], [[2, 3]])[0]
    weight = torch.ones(2, requires_grad=True)
    (weight * old).sum().backward()
    torch.testing.assert_close(weight.grad, old)


# --- Errors ---


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: SamplingConfig(temperature=-1), "temperature must be >= 0, got -1"),
        (lambda: SamplingConfig(temperature=math.nan), "got nan"),
        (lambda: SamplingConfig(temperature=math.inf), "got inf"),
        (lambda: SamplingConfig(top_k=0), "top_k must be at least 1.*got 0"),
        (lambda: SamplingConfig(top_p=0), "top_p must be above 0.*got 0"),
        (lambda: SamplingConfig(top_p=1.1), "at most 1.*got 1.1"),
        (lambda: SamplingConfig(seed=-1), "seed must not be negative, got -1"),
        (lambda: generate(MODEL, [[1], []], FREE, 5), "prompt 1 is empty"),
        (lambda: generate(MODEL, [1, 2], FREE, 5), "prompt 0 must be a list.*got 1"),
        (lambda: generate(MODEL, ["Hi"], FREE, 5), "got 'Hi'; encode text"),
        (lambda: generate(MODEL, [[1.5]], FREE, 5), "must be a list of token ids"),
        (lambda: generate(MODEL, [[1, 64]], FREE, 5), "id 64.*0 to 63.*tokenizer"),
        (lambda: generate(MODEL, [[-1]], FREE, 5), "id -1"),
        (lambda: generate(MODEL, [[1] * 32], FREE, 5), "32 tokens.*no room.*of 32"),
        (lambda: generate(MODEL, [[1]], FREE, 0), "from 1 to 32.*got 0"),
        (lambda: generate(MODEL, [[1]], FREE, 33), "from 1 to 32.*got 33"),
        (lambda: generate(MODEL, [[1]], FREE, 5, stop_ids=7), r"got 7; pass \[7\]"),
        (lambda: generate(MODEL, [[1]], FREE, 5, batch_size=0), "batch_size.*got 0"),
        (lambda: stream(MODEL, [], FREE, 5), "prompt 0 is empty"),  # at once
        (lambda: score(MODEL, [[1]], []), "1 prompts and 0 continuations"),
        (lambda: score(MODEL, [[1]], [[]]), "continuation 0 is empty"),
        (lambda: score(MODEL, [[1]], [[99]]), "continuation 0 holds the id 99"),
    ],
)
def test_bad_input_is_named_with_its_remedy(action, message):
    with pytest.raises(ValueError, match=message):
        action()


def test_a_model_whose_training_diverged_says_so():
    model = lively_model()
    with torch.no_grad():
        model.final_norm.weight[3] = math.nan
    with pytest.raises(ValueError, match=r"nan or inf.*diverged.*learning rate"):
        generate(model, [[1]], FREE, 5)
