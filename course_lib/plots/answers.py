"""What answers were worth: outcomes by exposure, calibration, wrong against correct."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from course_lib.plots.look import (
    COLOURS,
    MARKERS,
    colour_of,
    empty_figure,
    in_our_style,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from course_lib.factuality import ReliabilityBin, Tally

OUTCOMES = {  # how each is drawn: by colour and by hatching
    "correct": {"color": COLOURS[0]},
    "wrong": {"color": COLOURS[1], "hatch": "//", "edgecolor": "white"},
    "refused": {"color": "white", "hatch": "..", "edgecolor": "#767676"},
}
PERCENT = ([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])


@in_our_style
def outcome_bars(tallies: "Mapping[str, Tally]", x_label: str, title: str) -> "Figure":
    """Draw a column for each group, cut into correct, wrong and refused.

    Raises:
        ValueError: if there is no group, or one in which nothing was counted.
    Example: `outcome_bars({"never": Tally(1, 9, 0)}, "times told", "Before")`
    """
    if not tallies or not all(tally.total for tally in tallies.values()):
        raise ValueError("every group needs an answer: leave empty groups out")
    figure, axes = empty_figure(title, x_label, "of all answers")
    axes.grid(axis="x", visible=False)
    floor = [0.0] * len(tallies)
    for name, look in OUTCOMES.items():
        shares = [getattr(t, name) / t.total for t in tallies.values()]
        places = range(len(shares))
        axes.bar(places, shares, bottom=floor, width=0.72, label=name, **look)
        for x, (share, low) in enumerate(zip(shares, floor, strict=True)):
            if share >= 0.07:
                box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
                words = f"{share:.0%}".replace("%", " %")
                axes.text(
                    x, low + share / 2, words, ha="center", va="center", size=12,
                    bbox=box,
                )  # fmt: skip
        floor = [low + share for low, share in zip(floor, shares, strict=True)]
    axes.set_xticks(range(len(tallies)), list(tallies))
    axes.set_ylim(0, 1)
    axes.set_yticks(*PERCENT)
    axes.legend(frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, -0.34))
    return figure


@in_our_style
def reliability_plot(
    series: "Mapping[str, Sequence[ReliabilityBin]]", title: str = "Promised and kept"
) -> "Figure":
    """Draw how often answers are right against how sure they were, with intervals.

    On the diagonal a model keeps what it promises; below it, it is too sure.

    Raises:
        ValueError: if there is no point.
    """
    if not any(series.values()):
        raise ValueError("nothing to draw: give at least one series with a bin")
    figure, axes = empty_figure(title, "its own probability", "of them right", 6.5, 5.5)
    axes.plot([0, 1], [0, 1], color="#767676", linestyle=":", label="kept exactly")
    for k, (name, bins) in enumerate(series.items()):
        reach = [
            [b.right.value - b.right.low for b in bins],
            [b.right.high - b.right.value for b in bins],
        ]
        axes.errorbar(
            [b.confidence for b in bins], [b.right.value for b in bins], yerr=reach,
            color=colour_of(k), marker=MARKERS[k % len(MARKERS)], capsize=4, label=name,
        )  # fmt: skip
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(*PERCENT)
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    axes.legend(frameon=False, loc="upper left")
    return figure


@in_our_style
def wrong_against_correct(
    lines: Mapping[str, Sequence[tuple[float, float]]],
    points: Mapping[str, Sequence[tuple[float, float]]],
    title: str,
) -> "Figure":
    """Draw what can be had: correct answers against the wrong ones that come along.

    Pairs are (wrong, correct), shares of all questions. A line is a threshold that was
    swept, points are models trained one way or another. Up and to the left is better.

    Raises:
        ValueError: if there is neither a line nor a point.
    """
    if not any(lines.values()) and not any(points.values()):
        raise ValueError("nothing to draw: give at least one line or point")
    figure, axes = empty_figure(title, "wrong, of all questions", "correct", 9.0, 5.5)
    dashes = ("-", "--", ":", "-.")
    for k, (name, line) in enumerate(lines.items()):
        xs, ys = [w for w, _ in line], [c for _, c in line]
        axes.plot(xs, ys, dashes[k % len(dashes)], color=colour_of(k), label=name)
    for k, (name, some) in enumerate(points.items(), start=len(lines)):
        xs, ys = [w for w, _ in some], [c for _, c in some]
        look = {"color": colour_of(k), "marker": MARKERS[k % len(MARKERS)]}
        axes.plot(xs, ys, linestyle="", label=name, markersize=10, **look)
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}".replace("%", " %"))
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}".replace("%", " %"))
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, loc="lower right")
    return figure
