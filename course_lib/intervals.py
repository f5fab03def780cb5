"""Say how sure a measurement is: 95 % intervals for rates and for ratios.

A number without its interval invites a story about noise. Standard library only.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

Z_95 = 1.959963984540054  # 95 % of a normal distribution lies within +- this


@dataclass(frozen=True)
class Interval:
    """A measured value and a range made so that 95 of 100 such hold the true one."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} (95 %: {self.low:.2f} to {self.high:.2f})"


def wilson(successes: float, trials: int) -> Interval:
    """Give a rate its interval; honest also near 0 and 1, and for few trials.

    A tie may count as half a success.

    Source: Wilson 1927; recommended by Brown, Cai and DasGupta 2001.

    Raises:
        ValueError: if there were no trials, or not 0 <= successes <= trials.
    Example: `wilson(8, 10) -> 0.80 (95 %: 0.49 to 0.94)`
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(
            f"successes must lie between 0 and trials, and trials be at least 1; got "
            f"{successes} of {trials}"
        )
    rate, z2 = successes / trials, Z_95**2
    centre = (rate + z2 / (2 * trials)) / (1 + z2 / trials)
    spread = math.sqrt(rate * (1 - rate) / trials + z2 / (4 * trials**2))
    reach = Z_95 * spread / (1 + z2 / trials)
    # At 0 and 1 an end is the rate itself; rounding must not put it beside.
    low, high = max(0.0, centre - reach), min(1.0, centre + reach)
    return Interval(rate, min(low, rate), max(high, rate))


def bootstrap_ratio(
    above: Sequence[float], below: Sequence[float], draws: int = 400, seed: int = 0
) -> Interval:
    """Give sum(above) / sum(below) its interval, by drawing the pairs anew.

    The pairs (a page's bytes and its tokens, say) are what was sampled, so they are
    what is drawn again, with replacement (Efron 1979; the percentile interval).

    Raises:
        ValueError: if the lists differ in length, are empty, or `below` is not
            positive throughout.
    """
    if len(above) != len(below) or not above or min(below) <= 0:
        raise ValueError(
            f"above and below must be equally long, not empty, and below positive; got "
            f"{len(above)} and {len(below)} numbers"
        )
    dice = random.Random(seed)
    places = range(len(above))
    ratios = []
    for _ in range(draws):
        drawn = dice.choices(places, k=len(above))
        ratios.append(sum(above[k] for k in drawn) / sum(below[k] for k in drawn))
    ratios.sort()
    tail = round(0.025 * draws)
    return Interval(sum(above) / sum(below), ratios[tail], ratios[-1 - tail])
