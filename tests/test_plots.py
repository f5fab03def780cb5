"""Figures: what they refuse, that their words never change, that names are on them."""

import base64
import io

import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_lib.factuality import Tally, reliability
from course_lib.intervals import Interval, wilson
from course_lib.plots import (
    bars_with_intervals,
    curve,
    outcome_bars,
    recall_curve,
    reliability_plot,
    with_alt,
    wrong_against_correct,
)
from course_lib.plots.figures import bin_name
from course_lib.widgets.chart_picture import chart_png

LINES = {"train": [(0, 7.0), (100, 3.0)], "held out": [(0, 7.1), (100, 3.01)]}
BINS = [(0, 0), (1, 5), (6, 20)]
RATES = [wilson(3, 100), wilson(20, 100), wilson(99, 100)]
FIGURES = {
    "curve": lambda: curve(LINES, "step", "bits", "Loss", log_y=True),
    "bars": lambda: bars_with_intervals(
        {"whole": wilson(9, 10), "chance": 0.1}, "recall", "Parts"
    ),
    "recall": lambda: recall_curve(BINS, RATES, [0.1, 0.5, 0.9]),
    "outcomes": lambda: outcome_bars(
        {"never": Tally(1, 5, 4), "1": Tally(9, 1, 0)}, "times told", "Before"
    ),
    "reliability": lambda: reliability_plot(
        {"ours": reliability([0.2, 0.7, 0.9], [False, True, True])}
    ),
    "trade": lambda: wrong_against_correct(
        {"threshold": [(0, 0), (0.2, 0.5)]}, {"trained": [(0.1, 0.4)]}, "Which?"
    ),
}


def words_on(figure) -> set[str]:
    """All that is written in the axes."""
    figure.canvas.draw()
    axes = figure.axes[0]
    return {
        text.get_text()
        for text in [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]
    }


@pytest.mark.parametrize("name", FIGURES)
def test_what_a_test_compares_and_the_picture_are_the_same_on_every_run(name):
    first, second = (
        with_alt(FIGURES[name](), "What it shows.")._repr_mimebundle_()
        for _ in range(2)
    )
    assert first == second
    data, metadata = first
    assert set(data) == {"text/plain", "image/png"}
    assert data["text/plain"] == metadata["image/png"]["alt"] == "What it shows."
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")


def test_the_words_reach_a_page_made_from_the_notebook():
    data, metadata = with_alt(
        FIGURES["curve"](), "The loss <falls>."
    )._repr_mimebundle_()
    output = new_output("display_data", data=data, metadata=metadata)
    notebook = new_notebook(cells=[new_code_cell("x", outputs=[output])])
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    assert 'alt="The loss &lt;falls&gt;."' in page


def test_lines_carry_their_names_apart_from_each_other():
    figure = curve(LINES, "step", "bits", "Loss")
    heights = {text.get_text(): text.xy[1] for text in figure.axes[0].texts}
    assert set(heights) == {"train", "held out"}
    assert abs(heights["train"] - heights["held out"]) >= 0.07


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bars", {"whole", "chance", "0.9", "0.1"}),
        ("recall", {"never", "1–5", "6–20", "3 %", "99 %"}),
        ("outcomes", {"never", "1", "10 %", "50 %", "40 %", "90 %"}),
    ],
)
def test_values_and_names_are_written_on_it(name, words):
    assert words <= words_on(FIGURES[name]())


def test_type_is_large_enough_for_a_projector():
    for make in FIGURES.values():
        figure = make()
        axes = figure.axes[0]
        labels = [axes.title, axes.xaxis.label, *axes.get_xticklabels(), *axes.texts]
        assert min(label.get_fontsize() for label in labels) >= 12


def test_the_notebooks_own_style_is_left_alone():
    import matplotlib

    before = matplotlib.rcParams["font.size"]
    FIGURES["curve"]()
    assert matplotlib.rcParams["font.size"] == before


PRICE = "$_$ and $^$"  # as a formula it would be a fault
PRICED = {
    "curve": lambda: curve({PRICE: LINES["train"]}, PRICE, PRICE, PRICE, log_y=True),
    "bars": lambda: bars_with_intervals({PRICE: 0.5}, PRICE, PRICE),
    "recall": lambda: recall_curve(BINS, RATES, title=PRICE),
    "outcomes": lambda: outcome_bars({PRICE: Tally(1, 5, 4)}, PRICE, PRICE),
    "reliability": lambda: reliability_plot({PRICE: reliability([0.2], [True])}),
    "trade": lambda: wrong_against_correct(
        {PRICE: [(0, 0), (0.2, 0.5)]}, {PRICE: [(0.1, 0.4)]}, PRICE
    ),
}


@pytest.mark.parametrize("name", PRICED)
def test_a_dollar_in_a_name_is_a_dollar(name):
    figure, file = PRICED[name](), io.BytesIO()
    figure.savefig(file, format="png")
    assert file.getvalue().startswith(b"\x89PNG")


@pytest.mark.parametrize("log_y", [False, True])
def test_a_dollar_in_the_picture_of_a_live_chart_is_a_dollar(log_y):
    points = {PRICE: [(1.0, 10.0), (2.0, 1000.0)]}
    picture = base64.b64decode(chart_png(points, PRICE, PRICE, PRICE, log_y))
    assert picture.startswith(b"\x89PNG")


def test_powers_of_ten_are_still_written_as_powers():
    figure = curve({PRICE: [(1, 2), (1000, 3)]}, "x", "y", "t", log_x=True)
    figure.canvas.draw()
    labels = figure.axes[0].get_xticklabels()
    assert all("10^" in label.get_text() for label in labels)
    assert all(label.get_parse_math() for label in labels)


def test_bins_have_names():
    assert [bin_name(*b) for b in [(0, 0), (1, 1), (2, 5)]] == ["never", "1", "2–5"]
    assert bin_name(100, 2**31) == "100+"


BAND = {"train": [Interval(1, 0, 2)]}


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: curve({}, "", "", ""), "nothing to draw"),
        (lambda: curve(LINES, "", "", "", intervals=BAND), "1 for 2 points"),
        (lambda: bars_with_intervals({}, "", ""), "nothing to draw"),
        (lambda: recall_curve([], []), "nothing to draw"),
        (lambda: outcome_bars({"never": Tally(0, 0, 0)}, "", ""), "leave empty"),
        (lambda: reliability_plot({"ours": []}), "nothing to draw"),
        (lambda: wrong_against_correct({}, {}, ""), "nothing to draw"),
        (lambda: recall_curve(BINS, RATES[:2]), "intervals: 2 for 3 bins"),
        (lambda: recall_curve(BINS, RATES, [0.5]), "expected: 1 for 3 bins"),
        (lambda: with_alt(FIGURES["bars"](), " "), "say in a sentence"),
    ],
)
def test_bad_input_is_named_with_its_remedy(action, message):
    with pytest.raises(ValueError, match=message):
        action()
