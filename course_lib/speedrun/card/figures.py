"""One measured number of the report card, with its interval and its bar."""

import math
from dataclasses import dataclass

from course_lib.intervals import wilson


@dataclass(frozen=True)
class Figure:
    """What a stage reached, how sure that is, and what was asked for.

    Raises:
        ValueError: if a bar is given without its direction.
    Example: `Figure.of_counts("search", "right", 95, 100, "at least", 0.9)`
    """

    stage: str
    name: str
    value: float
    low: float | None = None  # 95 %
    high: float | None = None
    n: int | None = None  # how many were asked
    direction: str | None = None  # "at least" or "at most" the bar
    bar: float | None = None
    unit: str = "rate"  # rates are shown in per cent, everything else as it is

    def __post_init__(self) -> None:
        if (self.bar is None) != (self.direction is None):
            raise ValueError(
                f"{self.name!r}: a bar needs a direction and the other way round, got "
                f"{self.direction!r} {self.bar!r}"
            )
        if self.direction not in (None, "at least", "at most"):
            raise ValueError(
                f"direction must be 'at least' or 'at most', got {self.direction!r}"
            )

    @classmethod
    def of_counts(
        cls,
        stage: str,
        name: str,
        hits: int,
        n: int,
        direction: str | None = None,
        bar: float | None = None,
    ) -> "Figure":
        """Make a rate out of counts, with Wilson's interval.

        Raises:
            ValueError: if nothing was counted.
        """
        rate = wilson(hits, n)
        return cls(stage, name, rate.value, rate.low, rate.high, n, direction, bar)

    @property
    def met(self) -> bool | None:
        """Whether the bar is reached; None where there is none."""
        if self.bar is None:
            return None
        if math.isnan(self.value):
            return False
        if self.direction == "at least":
            return self.value >= self.bar
        return self.value <= self.bar

    def shown(self, value: float | None = None) -> str:
        """Write the value, or another number in the same unit, for a reader."""
        value = self.value if value is None else value
        if self.unit == "rate":
            return f"{100 * value:.1f} %"
        return f"{value:,.2f} {self.unit}".strip()

    @property
    def interval(self) -> str:
        """Write the interval, or nothing."""
        if self.low is None or self.high is None:
            return ""
        return f"{self.shown(self.low)} to {self.shown(self.high)}"

    @property
    def wanted(self) -> str:
        """Write the bar, or nothing."""
        if self.bar is None:
            return ""
        return f"{self.direction} {self.shown(self.bar)}"
