"""Preferences by hand: losses, log-ratios, best of n, the hidden taste, files of pairs.

Also that nothing but who won reaches a training, and that learning from pairs works.
"""

import copy
import dataclasses
import itertools
import json
import math

import pytest
import torch

from course_lib.checkpoint import load
from course_lib.generate import score
from course_lib.model import ModelConfig, Transformer
from course_lib.preferences import (
    ImplicitReward,
    Pair,
    PreferenceConfig,
    RewardModel,
    accuracy,
    best_of_n,
    best_of_n_kl,
    bradley_terry_loss,
    encode_pairs,
    example_of,
    labellers_agree,
    learn_preferences,
    log_probabilities,
    prompts_judged_by,
    read_pairs,
    scores_of,
    write_answers,
    write_pairs,
)
from course_lib.preferences.reading import requests_of_tests
from course_lib.preferences.slogans import (
    CAT,
    HELD_OUT_REQUESTS,
    HELD_OUT_TOWNS,
    LOWEST,
    REQUESTS,
    Labeller,
    labelled,
    repeated,
    request,
    slogan_conversation,
    taste,
    write_slogan,
)
from course_lib.runtime import data_path
from course_lib.world.dice import Dice

SMALL = ModelConfig(vocab_size=16, context=24, n_layers=2, width=32, n_heads=2,
                    n_kv_heads=2, mlp_width=48)  # fmt: skip
TEA, PIE = request("tea room", "Oakport"), request("bakery", "Saltport")
GOOD = 7  # whoever says 7 wins


def example(*ids: int) -> tuple[list[int], list[float]]:
    """Make a row of a prompt of two ids and an answer."""
    return list(ids), [0.0, 0.0] + [1.0] * (len(ids) - 2)


def pairs_for_sevens(n: int = 24) -> list:
    """Prefer the answer that holds a 7, wherever it stands."""
    dice, pairs = Dice(3), []
    for _ in range(n):
        words = [2 + dice.below(4) for _ in range(3)]
        place = dice.below(3)
        good = [GOOD if k == place else word for k, word in enumerate(words)]
        pairs.append((example(1, 0, *good, 15), example(1, 0, *words, 15)))
    return pairs


def lively(seed: int = 0) -> Transformer:
    model = Transformer(SMALL, seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 2:
                parameter.mul_(6)
    return model.eval()


# --- The loss of Bradley and Terry ---


def test_the_loss_by_hand():
    chosen, rejected = torch.tensor([1.0, 2.0]), torch.tensor([0.0, 3.0])
    # sigmoid(1) = .7311, sigmoid(-1) = .2689
    expected = -(math.log(0.7310585786) + math.log(0.2689414214)) / 2
    torch.testing.assert_close(
        bradley_terry_loss(chosen, rejected), torch.tensor(expected)
    )


def test_only_the_difference_counts():
    chosen, rejected = torch.randn(2, 50, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(
        bradley_terry_loss(chosen + 5, rejected + 5),
        bradley_terry_loss(chosen, rejected),
    )
    equal = bradley_terry_loss(torch.ones(3), torch.ones(3))
    torch.testing.assert_close(equal, torch.tensor(math.log(2)))


# --- The reward model ---


def test_a_reward_model_reads_the_last_token_whatever_stands_in_the_batch():
    reward_model = RewardModel(lively())
    torch.nn.init.normal_(
        reward_model.head.weight, generator=torch.Generator().manual_seed(0)
    )
    short, long = example(1, 0, 3, 15), example(1, 0, 3, 4, 5, 6, 2, 15)
    together = reward_model([short, long]).detach()
    for row, found in zip((short, long), together, strict=True):
        hidden = reward_model.trunk.body(torch.tensor([row[0]]))[0, -1]
        by_hand = (hidden * reward_model.head.weight[0]).sum()
        torch.testing.assert_close(found, by_hand.detach())
    torch.testing.assert_close(reward_model.score([short, long]), together)


def test_a_new_reward_model_scores_everything_alike_and_leaves_the_policy_alone():
    policy = lively()
    before = copy.deepcopy(policy.state_dict())
    reward_model = RewardModel(policy)
    rows = [row for pair in pairs_for_sevens() for row in pair]
    assert reward_model.score(rows).unique().tolist() == [0.0]
    assert accuracy(reward_model, pairs_for_sevens()).value == 0.5
    assert accuracy(reward_model, pairs_for_sevens()[:5]).value == 0.5
    for _ in learn_preferences(reward_model, pairs_for_sevens(), PreferenceConfig()):
        pass
    assert all(torch.equal(before[k], v) for k, v in policy.state_dict().items())


def test_a_reward_model_learns_who_wins():
    reward_model = RewardModel(lively())
    config = PreferenceConfig(epochs=20, pairs_a_step=8, learning_rate=3e-3)
    logs = list(learn_preferences(reward_model, pairs_for_sevens(48), config))
    assert [log.step for log in logs] == list(range(1, 121))
    assert logs[0].loss == pytest.approx(math.log(2))
    unseen = pairs_for_sevens(120)[48:]
    assert accuracy(reward_model, unseen).value > 0.95
    assert logs[-1].pairs == 20 * 48


def test_centring_moves_every_score_by_the_same():
    reward_model = RewardModel(lively())
    torch.nn.init.ones_(reward_model.head.weight)
    rows = [row for pair in pairs_for_sevens() for row in pair]
    before = reward_model.score(rows)
    reward_model.centre(rows[:10])
    after = reward_model.score(rows)
    torch.testing.assert_close(after[:10].mean(), torch.tensor(0.0))
    assert (before - after).std() < 1e-5


def test_learning_is_repeatable_and_may_be_stopped():
    def run(n: int) -> list[float]:
        steps = learn_preferences(
            RewardModel(lively()), pairs_for_sevens(), PreferenceConfig()
        )
        return [log.loss for log in itertools.islice(steps, n)]

    assert run(2) == run(4)[:2]


def test_learning_may_begin_at_full_rate():
    config = PreferenceConfig(warmup_steps=0)
    steps = learn_preferences(RewardModel(lively()), pairs_for_sevens(), config)
    assert next(steps).step == 1


def test_every_pair_comes_once_an_epoch():
    config = PreferenceConfig(epochs=3, pairs_a_step=7)
    logs = list(learn_preferences(RewardModel(lively()), pairs_for_sevens(20), config))
    assert [log.pairs for log in logs] == [7, 14, 20, 27, 34, 40, 47, 54, 60]


# --- DPO ---


def test_log_probabilities_are_those_of_the_answer_alone():
    model = lively()
    rows = [example(1, 0, 3, 15), example(1, 0, 3, 4, 5, 15)]
    expected = score(model, [[1, 0]] * 2, [row[0][2:] for row in rows])
    torch.testing.assert_close(
        log_probabilities(model, rows).detach(),
        torch.stack([found.sum() for found in expected]),
    )


def test_dpo_by_hand():
    policy, reference = lively(0), lively(1)
    chosen, rejected = example(1, 0, 3, 7, 15), example(1, 0, 3, 4, 15)
    now = log_probabilities(policy, [chosen, rejected]).tolist()
    before = log_probabilities(reference, [chosen, rejected]).tolist()
    # Rafailov et al. 2023, equation 7: two log-ratios, their difference, a sigmoid.
    ratios = [a - b for a, b in zip(now, before, strict=True)]
    expected = -math.log(1 / (1 + math.exp(-0.5 * (ratios[0] - ratios[1]))))
    scorer = ImplicitReward(policy, reference, beta=0.5)
    found = bradley_terry_loss(*scorer([chosen, rejected]).split(1))
    assert found.item() == pytest.approx(expected, rel=1e-4)


def test_dpo_begins_at_ln_2_and_trains_the_policy_alone():
    policy = lively()
    reference = copy.deepcopy(policy)
    kept = copy.deepcopy(reference.state_dict())
    scorer = ImplicitReward(policy, reference, beta=0.3)
    config = PreferenceConfig(epochs=12, pairs_a_step=8, learning_rate=1e-3)
    logs = list(learn_preferences(scorer, pairs_for_sevens(), config))
    assert logs[0].loss == pytest.approx(math.log(2), rel=1e-5)
    assert logs[-1].loss < 0.35
    assert all(torch.equal(kept[k], v) for k, v in reference.state_dict().items())
    sevens = [example(1, 0, 7, 15)]
    assert log_probabilities(policy, sevens) > log_probabilities(reference, sevens)


# --- Best of n ---


def test_best_of_n_is_the_mean_over_all_draws():
    generator = torch.Generator().manual_seed(0)
    scores, values = torch.randn(2, 3, 6, generator=generator)
    for n in (1, 2, 4, 6):
        for row in range(3):
            draws = list(itertools.combinations(range(6), n))
            by_hand = sum(
                values[row, max(draw, key=lambda k: scores[row, k])] for draw in draws
            ) / len(draws)
            found = best_of_n(scores, values, n)[row]
            torch.testing.assert_close(found, by_hand)


def test_those_that_score_alike_share_the_chance_to_win():
    scores = torch.tensor([[2.0, 1, 2, 1, 0, 2]])
    values = torch.tensor([[0, 1, 2, 3, 4, 7]])
    for n in range(1, 7):
        by_hand, draws = 0.0, list(itertools.combinations(range(6), n))
        for draw in draws:
            best = max(float(scores[0, k]) for k in draw)
            winners = [int(values[0, k]) for k in draw if scores[0, k] == best]
            by_hand += sum(winners) / len(winners) / len(draws)
        assert float(best_of_n(scores, values, n)) == pytest.approx(by_hand)


def test_the_kl_of_best_of_n_is_exact_for_different_scores():
    # Ten answers, all equally likely, all of different worth: compute it.
    n, answers = 4, 400
    won = [((k + 1) / answers) ** n - (k / answers) ** n for k in range(answers)]
    exact = sum(p * math.log(p * answers) for p in won)
    assert exact == pytest.approx(best_of_n_kl(n), abs=0.01)
    # Where answers tie, it is only a bound.
    tied = [0.5**n, 1 - 0.5**n]
    assert sum(p * math.log(2 * p) for p in tied) < best_of_n_kl(n)


@pytest.mark.parametrize(("n", "kl"), [(1, 0.0), (4, 0.636294), (64, 3.174508)])
def test_kl_of_best_of_n_by_hand(n, kl):
    assert best_of_n_kl(n) == pytest.approx(kl, abs=1e-6)


# --- The hidden taste ---


@pytest.mark.parametrize(
    ("slogan", "worth"),
    [
        ("Plum cake: a nice morning.", 0.0),
        ("Plum cake: a golden morning.", 1.0),
        ("So golden, so brave: plum cake.", 2.0),
        ("So golden, so brave, so velvet: plum cake.", 2.0),
        ("Captain Bisk and plum cake: a golden morning!", 2.3),
        ("Plum cake!", 0.5),
        ("Plum cake!!", -0.5),
        ("So velvet, so velvet: plum cake.", 0.3),
        ("Captain Bisk, Captain Bisk: plum cake.", 0.8 - 1.4),
        ("Plum cake, plum cake.", -1.4),
        ("Plum cake " + " ".join(f"w{'x' * k}" for k in range(16)), -1.0),
        ("golden " * 40, LOWEST),
    ],
)
def test_taste_by_hand(slogan, worth):
    assert taste(slogan) == pytest.approx(worth)


def test_what_is_trained_on_repeats_no_word_and_asks_about_no_held_out_town():
    dice = Dice(0)
    for _ in range(3_000):
        asked, written = slogan_conversation(dice)
        assert repeated(written.content) == 0
        assert written.content.count("!") <= 1
        assert asked.content in REQUESTS
    assert not any(town in asked for town in HELD_OUT_TOWNS for asked in REQUESTS)
    assert all(any(t in asked for t in HELD_OUT_TOWNS) for asked in HELD_OUT_REQUESTS)


def test_a_written_slogan_is_plain_and_leaves_room_to_be_better():
    dice = Dice(1)
    worths = [taste(write_slogan(dice)) for _ in range(3_000)]
    assert 0.6 < sum(worths) / len(worths) < 1.2
    assert max(worths) == pytest.approx(3.3)


def test_a_reader_without_moods_never_errs():
    sharp = Labeller(1000.0)
    assert not sharp.prefers_first(Dice(0), "Tea.", "Golden tea!")
    assert sharp.prefers_first(Dice(0), "Golden tea!", "Tea.")


def test_equal_slogans_make_no_pair():
    written = [("Write!", ("Tea.", "Tea.")), ("Write!", ("Golden tea!", "Tea."))]
    (pair,) = labelled(written, Dice(0), Labeller(sharpness=50.0))
    assert (pair.chosen, pair.rejected) == ("Golden tea!", "Tea.")


def test_the_better_slogan_wins_as_often_as_bradley_and_terry_say():
    dice, better, worse = Dice(0), f"{CAT}: a golden day!", "A day."
    gap = taste(better) - taste(worse)
    expected = 1 / (1 + math.exp(-0.6 * gap))
    labeller = Labeller(sharpness=0.6)
    won = sum(labeller.prefers_first(dice, better, worse) for _ in range(4_000))
    assert won / 4_000 == pytest.approx(expected, abs=0.03)
    blind = Labeller(sharpness=0.0)
    won = sum(blind.prefers_first(dice, better, worse) for _ in range(4_000))
    assert won / 4_000 == pytest.approx(0.5, abs=0.03)


# --- Pairs ---

SOME = [
    Pair("Write a slogan for tea.", "Golden tea!", 'Tea "now".', "Mira"),
    Pair("Write a slogan for pie.", "Pie?", "Pie.\nPie.", ""),
    Pair("Pasted from a page.", "Pie\u2028now\x85", "Pie.", ""),
]


def test_pairs_come_back_from_the_disk(tmp_path):
    path = tmp_path / "mine" / "pairs.jsonl"
    write_pairs(path, SOME)
    assert read_pairs(path) == SOME
    assert path.read_text(encoding="utf-8").count("\n") == len(SOME)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("not json", "line 2 is no pair"),
        ("[1, 2]", "expected an object"),
        (json.dumps({"request": "a", "chosen": "b"}), "rejected"),
        (json.dumps({"request": "a", "chosen": "b", "rejected": "b"}), "two different"),
        (json.dumps({"request": "a", "chosen": 3, "rejected": "b"}), "must be a text"),
        (json.dumps({"request": "a", "better": "b"}), "expected an object"),
    ],
)
def test_a_damaged_line_is_named(tmp_path, line, words):
    path = tmp_path / "pairs.jsonl"
    write_pairs(path, SOME[:1])
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(ValueError, match=words):
        read_pairs(path)


def test_labellers_are_compared_on_what_both_have_judged():
    def by(labeller, wins):
        sides = [("a", "b"), ("c", "d"), ("e", "f")]
        return [
            Pair("which?", *(pair if first else pair[::-1]), labeller)
            for pair, first in zip(sides, wins, strict=False)
        ]

    pairs = by("Mira", [True, True, False]) + by("Tobin", [True, False])
    (found,) = labellers_agree(pairs).items()
    assert found[0] == ("Mira", "Tobin")
    assert found[1].value == 0.5
    again = [*pairs, *by("Tobin", [True, True])]  # the later judgement counts
    assert labellers_agree(again)["Mira", "Tobin"].value == 1.0
    assert labellers_agree(by("Mira", [True])) == {}


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda: best_of_n_kl(0), "at least 1, got 0"),
        (lambda: best_of_n(torch.ones(2, 3), torch.ones(2, 3), 4), "from 1 to 3"),
        (lambda: best_of_n(torch.ones(2, 3), torch.ones(2, 4), 1), "one shape"),
        (lambda: ImplicitReward(lively(), lively(), 0.0), "positive, got 0"),
        (lambda: PreferenceConfig(epochs=0), "epochs must be positive"),
        (lambda: PreferenceConfig(warmup_steps=-1), "warmup_steps must be >= 0"),
        (
            lambda: next(learn_preferences(RewardModel(lively()), [], CONFIG)),
            "label at least one",
        ),
        (lambda: Labeller(-1.0), "got -1"),
        (lambda: requests_of_tests(99), "requests held out; got 99"),
        (lambda: read_pairs("nowhere.jsonl"), "label some first"),
        (lambda: Pair("", "a", "b"), "needs a request"),
    ],
)
def test_bad_input_is_named(action, words):
    with pytest.raises(ValueError, match=words):
        action()


CONFIG = PreferenceConfig()


# --- With the course's own model ---


@pytest.fixture(scope="module")
def assistant():
    return load(data_path("assistant"))


def test_an_answer_is_weighed_and_its_request_is_only_read(assistant):
    _, tokenizer = assistant
    ids, weights = example_of(request("bakery", "Oakport"), "Golden!", tokenizer)
    answer = [token for token, weight in zip(ids, weights, strict=True) if weight]
    assert tokenizer.decode(answer) == "Golden!<|end|>"
    (rows,) = encode_pairs([Pair(TEA, "Golden!", "Tea.")], tokenizer)
    assert rows[0] == example_of(TEA, "Golden!", tokenizer)


def test_practice_is_rewarded_by_the_very_score_of_the_reward_model(assistant):
    model, tokenizer = assistant
    reward_model = RewardModel(model)
    torch.nn.init.normal_(
        reward_model.head.weight, generator=torch.Generator().manual_seed(0)
    )
    writings = write_answers(model, tokenizer, [TEA, PIE], 2, seed=1)
    scores = scores_of(reward_model, tokenizer, writings)
    prompts = prompts_judged_by(reward_model, writings.requests, tokenizer)
    for prompt, texts, row in zip(prompts, writings.texts, scores, strict=True):
        found = [prompt.grade(tokenizer.encode(text)).reward for text in texts]
        torch.testing.assert_close(torch.tensor(found), row)


def test_a_policy_is_no_distance_from_itself(assistant):
    model, tokenizer = assistant
    writings = write_answers(model, tokenizer, [TEA], 4, 0, reference=model)
    assert writings.kl == pytest.approx(0, abs=1e-3)
    assert len(writings.flat()) == 4
    assert dataclasses.replace(writings, kl=None) == write_answers(
        model, tokenizer, [TEA], 4, 0
    )
