"""Intervals agree with published values and cover what they promise."""

import random

import pytest

from course_lib.intervals import bootstrap_ratio, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [  # computed by hand from Wilson's formula with z = 1.96
        (0, 10, 0.000, 0.278),
        (8, 10, 0.490, 0.943),
        (10, 10, 0.722, 1.000),
        (500, 1000, 0.469, 0.531),
    ],
)
def test_wilson_equals_known_values(successes, trials, low, high):
    interval = wilson(successes, trials)
    assert interval.low == pytest.approx(low, abs=5e-4)
    assert interval.high == pytest.approx(high, abs=5e-4)
    assert interval.value == successes / trials


def test_wilson_covers_the_truth_about_95_times_in_100():
    dice = random.Random(1)
    for rate in (0.05, 0.5, 0.9):
        hits = 0
        for _ in range(1_000):
            interval = wilson(sum(dice.random() < rate for _ in range(60)), 60)
            hits += interval.low <= rate <= interval.high
        assert 920 <= hits <= 985


def test_bootstrap_covers_the_truth_about_95_times_in_100():
    dice = random.Random(2)
    hits = 0
    for trial in range(200):
        below = [dice.uniform(5, 15) for _ in range(80)]
        above = [2 * b + dice.gauss(0, 3) for b in below]
        interval = bootstrap_ratio(above, below, draws=200, seed=trial)
        hits += interval.low <= 2 <= interval.high
    assert 176 <= hits <= 199


def test_bootstrap_is_the_same_for_the_same_seed():
    one, two = (bootstrap_ratio([1, 2, 4], [1, 1, 2], seed=3) for _ in range(2))
    assert one == two
    assert one.value == 7 / 4


def test_an_interval_prints_two_decimals():
    assert str(wilson(8, 10)) == "0.80 (95 %: 0.49 to 0.94)"


@pytest.mark.parametrize(
    "action",
    [
        lambda: wilson(1, 0),
        lambda: wilson(3, 2),
        lambda: wilson(-1, 2),
        lambda: bootstrap_ratio([], []),
        lambda: bootstrap_ratio([1], [1, 2]),
        lambda: bootstrap_ratio([1, 1], [1, 0]),
    ],
)
def test_bad_input_is_named(action):
    with pytest.raises(ValueError, match="got"):
        action()


def test_wilson_holds_its_rate_between_its_ends():
    for trials in range(1, 300):
        for successes in (0, 1, trials - 1, trials):
            interval = wilson(successes, trials)
            assert 0 <= interval.low <= interval.value <= interval.high <= 1
