"""What the chapters draw: curves, bars, recall against exposures."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from course_lib.intervals import Interval
from course_lib.plots.look import (
    COLOURS,
    check_lengths,
    colour_of,
    empty_figure,
    in_our_style,
    line_look,
    plain_log_scale,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_EXPOSURES = 100_000  # a bin that goes on further is meant to be open


@in_our_style
def curve(
    series: Mapping[str, Sequence[tuple[float, float]]],
    x_label: str,
    y_label: str,
    title: str,
    log_x: bool = False,
    log_y: bool = False,
    intervals: Mapping[str, Sequence[Interval]] | None = None,
) -> "Figure":
    """Draw lines over numbers, each with its name at its end.

    `intervals` gives some series a band: one interval a point.

    Raises:
        ValueError: if there is no point, or intervals and points differ in number.
    Example: `curve({"train": [(0, 7.6), (100, 3.1)]}, "step", "bits", "Learning")`
    """
    if not any(series.values()):
        raise ValueError("nothing to draw: give at least one series with a point")
    figure, axes = empty_figure(title, x_label, y_label)
    axes.set_xscale("log" if log_x else "linear")
    if log_y:
        plain_log_scale(axes)
    for k, (name, points) in enumerate(series.items()):
        xs, ys = [x for x, _ in points], [y for _, y in points]
        axes.plot(xs, ys, label=name, **line_look(k, len(points)))
        if found := (intervals or {}).get(name):
            check_lengths(f"intervals of {name}", found, "points", points)
            low, high = [i.low for i in found], [i.high for i in found]
            axes.fill_between(xs, low, high, color=colour_of(k), alpha=0.2, linewidth=0)
    _name_lines(axes, series, log_y)
    return figure


@in_our_style
def bars_with_intervals(
    values: Mapping[str, Interval | float], value_label: str, title: str
) -> "Figure":
    """Draw a bar a name, lying down so that names can be read, with 95 % intervals.

    A plain number is drawn without an interval.

    Raises:
        ValueError: if there is nothing to draw.
    """
    if not values:
        raise ValueError("nothing to draw: give at least one value")
    figure, axes = empty_figure(title, value_label, "", height=1.4 + 0.5 * len(values))
    axes.grid(axis="y", visible=False)
    for k, (name, value) in enumerate(values.items()):
        found = value if isinstance(value, Interval) else Interval(value, value, value)
        axes.barh(name, found.value, color=COLOURS[0], height=0.65)
        if found.high > found.low:
            reach = [[found.value - found.low], [found.high - found.value]]
            axes.errorbar(found.value, k, xerr=reach, color="black", capsize=5, lw=2)
        axes.annotate(
            f"{found.value:.3g}",
            (found.high, k),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
        )
    axes.invert_yaxis()  # the first name on top, as it was given
    axes.margins(x=0.12)
    return figure


@in_our_style
def recall_curve(
    bins: Sequence[tuple[int, int]],
    intervals: Sequence[Interval],
    expected: Sequence[float] | None = None,
    title: str = "What stands on more pages is known better",
) -> "Figure":
    """Draw the share of facts recalled against how many pages told them.

    A bin is (fewest, most) pages, both included; (0, 0) are the facts never told.
    Bins stand evenly, as exposures have a long tail. `expected` is a guess made before.

    Raises:
        ValueError: if bins, intervals and the guess differ in number, or are none.
    Example: `recall_curve([(0, 0), (1, 5)], [wilson(3, 100), wilson(17, 100)])`
    """
    if not bins:
        raise ValueError("nothing to draw: give at least one bin")
    check_lengths("intervals", intervals, "bins", bins)
    figure, axes = empty_figure(title, "pages that told it", "facts recalled")
    places = range(len(bins))
    rates = [i.value for i in intervals]
    reach = [
        [i.value - i.low for i in intervals],
        [i.high - i.value for i in intervals],
    ]
    axes.errorbar(
        places, rates, yerr=reach, capsize=5, elinewidth=2, **line_look(0, len(bins))
    )
    for place, interval in zip(places, intervals, strict=True):
        axes.annotate(
            f"{100 * interval.value:.0f} %",
            (place, interval.high),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
        )
    if expected is not None:
        check_lengths("expected", expected, "bins", bins)
        axes.plot(places, expected, label="your guess", **line_look(1, len(bins)))
        axes.legend(frameon=False, loc="upper left")
    axes.set_xticks(places, [bin_name(low, high) for low, high in bins])
    axes.set_ylim(-0.03, 1.13)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    return figure


def bin_name(low: int, high: int) -> str:
    """Name a bin of exposures.

    Example: (0, 0) -> "never"; (1, 1) -> "1"; (2, 5) -> "2–5"; (6, 10**9) -> "6+"
    """
    if high == 0:
        return "never"
    if high > MOST_EXPOSURES:
        return f"{low}+"
    return f"{low}" if low == high else f"{low}–{high}"


def _name_lines(
    axes: "Axes", series: Mapping[str, Sequence[tuple[float, float]]], log_y: bool
) -> None:
    """Write each line's name at its right end; names that would touch move apart."""
    ends = [
        (points[-1][1], k, name)
        for k, (name, points) in enumerate(series.items())
        if points and math.isfinite(points[-1][1]) and (points[-1][1] > 0 or not log_y)
    ]
    right = max(points[-1][0] for points in series.values() if points)
    axes.autoscale_view()
    to_share = (axes.transScale + axes.transLimits).transform
    lowest = -math.inf
    for y, k, name in sorted(ends):
        share = max(float(to_share((right, y))[1]), lowest + 0.075)
        lowest = share
        axes.annotate(
            name,
            (1.02, share),
            xycoords="axes fraction",
            color=colour_of(k),
            weight="bold",
            va="center",
            annotation_clip=False,
        )
