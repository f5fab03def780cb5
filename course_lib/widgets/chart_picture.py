"""The picture that a live chart leaves behind where no kernel runs."""

import base64
import io
import math
from collections.abc import Mapping, Sequence

# The colours of plots.look, told apart by colour-blind readers; dashes and markers tell
# the series apart in print, too. The page draws with the same.
COLOURS = ("#0072b2", "#c44e00", "#009e73", "#882255", "#222222")
DASHES = ((), (7, 3), (2, 2), (9, 3, 2, 3), (4, 4))
MARKERS = "os^Dv"
MAX_MARKERS = 8


def chart_png(
    series: Mapping[str, Sequence[tuple[float, float]]],
    title: str,
    x_label: str,
    y_label: str,
    log_y: bool,
) -> str:
    """Draw the series and return the PNG in base64, as a notebook stores it."""
    from matplotlib.figure import Figure  # takes half a second, and only here

    figure = Figure(figsize=(7.2, 3.2), layout="constrained")
    axes = figure.subplots()
    for k, (name, points) in enumerate(series.items()):
        finite = [point for point in points if math.isfinite(point[1])]
        look = k % len(COLOURS)
        axes.plot(
            [x for x, _ in finite],
            [y for _, y in finite],
            label=name,
            color=COLOURS[look],
            dashes=DASHES[look],
            marker=MARKERS[look],
            markevery=max(1, len(finite) // MAX_MARKERS),
        )
    axes.set_title(title, parse_math=False)  # a $ is a dollar, and begins no formula
    axes.set_xlabel(x_label, parse_math=False)
    axes.set_ylabel(y_label, parse_math=False)
    axes.set_yscale("log" if log_y else "linear")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.3)
    for name in axes.legend(frameon=False).get_texts():
        name.set_parse_math(False)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100, facecolor="white")
    return base64.b64encode(file.getvalue()).decode()
