"""The sloganeer of `data/`, what twenty clicks change, and the bars of the log.

Three seeds, each with labels, a reward model and runs of its own: the stage preference.
"""

import json
import shutil

import pytest

from course_lib.checkpoint import load
from course_lib.intervals import wilson
from course_lib.preferences import (
    PreferenceConfig,
    RewardModel,
    encode_pairs,
    learn_preferences,
    scores_of,
    write_answers,
)
from course_lib.preferences.reading import report, requests_of_tests
from course_lib.preferences.slogans import REQUESTS
from course_lib.runtime import data_path
from course_lib.speedrun.preference import (
    PreferenceRecipe,
    Study,
    by_taste,
    gap,
    label,
    study_preferences,
)
from course_lib.widgets import LabelPairs
from course_lib.world.dice import Dice

LOG = json.loads(data_path("preference_log.json").read_text(encoding="utf-8"))
SEEDS = (0, 1, 2)


@pytest.fixture(scope="module")
def sloganeer():
    return load(data_path("sloganeer"))


def test_it_writes_plain_slogans_for_towns_that_it_was_never_asked_about(sloganeer):
    found = report(*sloganeer, requests_of_tests(), answers=8)
    assert found.repeated < 0.3
    assert found.different > 0.9
    assert 0.4 < found.truth.value < 1.3


# --- Twenty clicks ---

TASTES = {  # what a labeller likes, and the share of texts that show it
    "exclamation marks": (lambda t: t.count("!"), lambda t: "!" in t),
    "the cat": (lambda t: t.count("Captain Bisk"), lambda t: "Captain Bisk" in t),
    "soup": (lambda t: t.count("soup"), lambda t: "soup" in t),
}


@pytest.fixture(scope="module")
def candidates(sloganeer):
    asked = Dice(1).sample(REQUESTS, 120)
    drafts = write_answers(*sloganeer, asked, answers=2, seed=1)
    return [(r, *t) for r, t in zip(asked, drafts.texts, strict=True)]


@pytest.fixture(scope="module")
def pool(sloganeer):
    return write_answers(*sloganeer, requests_of_tests(42), answers=16, seed=2)


@pytest.mark.parametrize("liking", TASTES)
def test_twenty_clicks_change_what_it_prefers_to_write(
    sloganeer, candidates, pool, tmp_path, liking
):
    policy, tokenizer = sloganeer
    likes, shows = TASTES[liking]
    judge = RewardModel(policy)

    def learn(pairs) -> str:
        config = PreferenceConfig(epochs=8, pairs_a_step=10)
        for _ in learn_preferences(judge, encode_pairs(pairs, tokenizer), config):
            pass
        return f"learned from {len(pairs)}"

    desk = LabelPairs(
        [some for some in candidates if some[1] != some[2]],
        tmp_path / "labels.jsonl",
        "Mira",
        learn,
    )
    for _ in candidates:  # a click that is refused must not be waited for for ever
        if len(desk.pairs) == 20:
            break
        left, right = likes(desk.left), likes(desk.right)
        action = "skip" if left == right else "left" if left > right else "right"
        seen = {"request": desk.request, "left": desk.left, "right": desk.right}
        desk._handle_custom_msg({"do": action} | seen, [])
    desk._handle_custom_msg({"do": "learn"}, [])
    assert desk.learned == "learned from 20"

    best = scores_of(judge, tokenizer, pool).argmax(1).tolist()
    chosen = [texts[k] for texts, k in zip(pool.texts, best, strict=True)]
    plain = [text for texts in pool.texts for text in texts]
    before = wilson(sum(map(shows, plain)), len(plain))
    after = wilson(sum(map(shows, chosen)), len(chosen))
    assert after.low > before.high, (before, after)


# --- The bars, from the log ---


@pytest.mark.parametrize("seed", SEEDS)
def test_without_a_leash_the_truth_peaks_and_falls_while_the_score_rises(seed):
    run = LOG[f"free {seed}"]
    best = max(run, key=lambda look: look["truth"])
    gain, lost = best["truth"] - run[0]["truth"], best["truth"] - run[-1]["truth"]
    assert gain > 0.5
    assert lost >= 0.3 * gain
    assert run[-1]["low"] < run[-1]["truth"] < run[-1]["high"] < best["low"]
    assert run[-1]["score"] > best["score"]
    assert run[-1]["elapsed_s"] <= 180
    assert run[-1]["repeated"] > run[0]["repeated"] + 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_with_a_leash_it_ends_near_its_peak(seed):
    run = LOG[f"leash {seed}"]
    peak = max(look["truth"] for look in run)
    assert run[-1]["truth"] >= 0.9 * peak
    assert run[-1]["truth"] > run[0]["truth"] + 0.5
    assert run[-1]["kl"] < LOG[f"free {seed}"][-1]["kl"]


def test_the_policy_on_the_leash_is_kept(sloganeer):
    """What lies in `data/` is what the log's last look has seen."""
    asked, last = requests_of_tests(), LOG["leash 0"][-1]
    kept = report(*load(data_path("preferred")), asked, answers=6).truth
    began = report(*sloganeer, asked, answers=6).truth
    assert kept.low < last["truth"] < kept.high
    assert kept.low > began.high


def test_more_labels_make_a_better_reward_model_than_the_labels_themselves():
    few, many = (LOG[f"labels {n}"][0] for n in (20, 2000))
    assert many["truth"][1] > few["truth"][0]
    assert many["truth"][0] > many["labels right"]


@pytest.mark.parametrize("seed", SEEDS)
def test_best_of_n_and_dpo_gain(seed):
    chosen = LOG[f"best of n {seed}"]
    truths = [look["truth"] for look in chosen]
    assert truths[0] < truths[2] < truths[4] < truths[-1]
    assert LOG[f"dpo {seed}"][0]["low"] > LOG[f"free {seed}"][0]["high"]


def test_a_part_of_the_log_is_made_once_and_two_studies_lose_nothing(tmp_path):
    shutil.copytree(data_path("sloganeer"), tmp_path / "sloganeer")
    one, other = (Study(tmp_path, PreferenceRecipe()) for _ in range(2))
    one.record("a", lambda: [1])
    other.record("b", lambda: [2])
    one.record("b", lambda: 1 / 0)  # is there already
    assert json.loads((tmp_path / "preference_log.json").read_text()) == {
        "a": [1],
        "b": [2],
    }
    assert "preference_log.json" in (tmp_path / "MANIFEST.json").read_text()


def test_a_policy_that_is_gone_is_made_again(tmp_path, monkeypatch):
    """It comes with a part of the log, which alone would seem to be there already."""
    shutil.copytree(data_path("sloganeer"), tmp_path / "sloganeer")
    log, made = tmp_path / "preference_log.json", []
    log.write_text('{"free 0": [1], "leash 0": [2]}')

    def run(study, kl, seed):
        made.append((kl, seed))
        if kl:
            study.keep(study.policy, seed)
        return [3]

    monkeypatch.setattr(Study, "run", run)
    recipe = PreferenceRecipe(seeds=(0,))
    for _ in range(2):
        study_preferences(tmp_path, ("free", "leash"), recipe)
    assert made == [(recipe.kl, 0)]
    assert json.loads(log.read_text()) == {"free 0": [1], "leash 0": [3]}
    assert (tmp_path / "preferred" / "model.safetensors").is_file()


def test_labels_are_by_taste_and_moods_and_by_taste_puts_them_right(sloganeer):
    pairs = label(*sloganeer, 120, seed=3, held_out=True)
    decided = [pair for pair in pairs if gap(pair)]
    right = sum(gap(pair) > 0 for pair in decided)
    assert 0.65 < right / len(decided) < 0.95
    assert all(gap(by_taste(pair)) >= 0 for pair in pairs)
