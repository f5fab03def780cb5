"""One look for all figures: type that is read from the last row, colours for all."""

import functools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# After Okabe and Ito 2008 and Tol 2021: apart for who cannot tell red from green, too.
COLOURS = ("#0072b2", "#c44e00", "#009e73", "#882255", "#222222")
DASHES = ((), (7, 3), (2, 2), (9, 3, 2, 3), (4, 4))
MARKERS = "os^Dv"
STYLE = {
    "font.size": 14,
    "axes.titlesize": 15,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.alpha": 0.3,
    "lines.linewidth": 2.5,
    "lines.markersize": 7,
    "text.parse_math": False,  # a $ in a name is a dollar, and begins no formula
}
MAX_MARKERS = 12  # of a line; more would hide it

Arguments = ParamSpec("Arguments")


def in_our_style(
    draw: "Callable[Arguments, Figure]",
) -> "Callable[Arguments, Figure]":
    """Draw with `STYLE`, and leave the styles of the notebook as they are."""

    @functools.wraps(draw)
    def styled(*args: Arguments.args, **kwargs: Arguments.kwargs) -> "Figure":
        import matplotlib  # here, as it takes half a second

        with matplotlib.rc_context(STYLE):
            figure = draw(*args, **kwargs)
            _make_ticks(figure)
        return figure

    return styled


def _make_ticks(figure: "Figure") -> None:
    """Make the ticks while `STYLE` holds, not when it is drawn: some are names.

    The powers of ten of a log scale are formulas, which matplotlib writes itself.
    """
    from matplotlib.ticker import LogFormatterMathtext

    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        if isinstance(axis.get_major_formatter(), LogFormatterMathtext):
            for tick in ticks:
                tick.label1.set_parse_math(True)


def empty_figure(
    title: str, x_label: str, y_label: str, width: float = 9.0, height: float = 4.5
) -> "tuple[Figure, Axes]":
    # pyplot would keep every figure of a session, and draws badly from callbacks.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    return figure, axes


def plain_log_scale(axes: "Axes") -> None:
    """Write 2 and 0.5 where matplotlib would write 2 × 10⁰ and 5 × 10⁻¹."""
    from matplotlib.ticker import LogFormatter

    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(1.5, 0.5)))


def colour_of(k: int) -> str:
    return COLOURS[k % len(COLOURS)]


def line_look(k: int, n_points: int) -> dict[str, Any]:
    return {
        "color": colour_of(k),
        "dashes": DASHES[k % len(DASHES)],
        "marker": MARKERS[k % len(MARKERS)],
        "markevery": max(1, math.ceil(n_points / MAX_MARKERS)),
    }


def check_lengths(what: str, found: Sequence, per: str, wanted: Sequence) -> None:
    if len(found) != len(wanted):
        raise ValueError(f"{what}: {len(found)} for {len(wanted)} {per}; give as many")
