"""What is left of a crawl, filter by filter."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from course_lib.plots.look import COLOURS, empty_figure, in_our_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from course_lib.crawl import Stage


@in_our_style
def funnel_bars(stages: "Sequence[Stage]", title: str) -> "Figure":
    """Draw pages and words left behind each filter, as shares of the most there were.

    Words are counted from where the text has been extracted; before, there are none.

    Raises:
        ValueError: if there is no stage, or no page in the first.
    """
    if not stages or not stages[0].pages:
        raise ValueError("a funnel needs stages, and pages in the first of them")
    figure, axes = empty_figure(title, "still there", "", 9.0, 6.0)
    most_words = max(stage.words for stage in stages) or 1
    for place, stage in enumerate(stages):
        pages, words = stage.pages / stages[0].pages, stage.words / most_words
        axes.barh(place - 0.2, pages, 0.38, color=COLOURS[0])
        axes.barh(place + 0.2, words, 0.38, color=COLOURS[1], hatch="//",
                  edgecolor="white")  # fmt: skip
        axes.text(pages + 0.01, place - 0.2, f"{stage.pages:,}", va="center", size=11)
        if stage.words:
            axes.text(words + 0.01, place + 0.2, f"{stage.words:,} words",
                      va="center", size=11)  # fmt: skip
    axes.set_yticks(range(len(stages)), [stage.name for stage in stages])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlim(0, 1.22)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    axes.barh([0], [0], color=COLOURS[0], label="pages")
    axes.barh([0], [0], color=COLOURS[1], hatch="//", edgecolor="white", label="words")
    axes.legend(frameon=False, loc="lower right")
    return figure
