"""The figures of the chapters: one look, made to be read from the last row.

Every function takes numbers and returns a matplotlib `Figure`; none of them computes
what it shows. Colours are told apart by colour-blind readers, and markers, dashes and
names beside the lines say the same again. `with_alt` adds the words for who sees none.
"""

from course_lib.plots.answers import (
    outcome_bars,
    reliability_plot,
    wrong_against_correct,
)
from course_lib.plots.crawl import funnel_bars
from course_lib.plots.figures import (
    bars_with_intervals,
    curve,
    recall_curve,
)
from course_lib.plots.spoken import with_alt

__all__ = [
    "bars_with_intervals",
    "curve",
    "funnel_bars",
    "outcome_bars",
    "recall_curve",
    "reliability_plot",
    "with_alt",
    "wrong_against_correct",
]
