"""The chart, the stepper and the views of attention in a real JupyterLab.

They are driven in small notebooks of their own, so that what they show is known.
"""

import math
import re

import pytest
from browser_cells import (
    CHART,
    INTERRUPT,
    LOOKING,
    MIMES,
    begin,
    look,
    opened,
    printed,
    run,
    run_until,
    wait_until,
)
from browser_lab import FULL_MODE, awaited


@pytest.fixture(scope="module")
def charts(browser, lab):
    with opened(browser, lab, "charts.ipynb", CHART) as page:
        page.execute(FULL_MODE)  # a replay takes its time
        run(page, 0)
        yield page


@pytest.fixture(scope="module")
def looking(browser, lab):
    with opened(browser, lab, "looking.ipynb", LOOKING) as page:
        for place in range(3):
            run(page, place)
        yield page


def draws(view) -> int:
    return int(view.get_attribute("data-draws"))


def test_the_chart_is_drawn_again_and_again_while_a_loop_runs(charts):
    begin(charts, 1)
    view = charts.show(".course.live-chart")
    wait_until(charts, view, "view.querySelectorAll('.curve').length >= 6")
    drawn = draws(view)
    wait_until(charts, view, f"Number(view.dataset.draws) >= {drawn + 10}")
    assert view.locator(".stop").is_visible(), "the loop still runs"
    assert "train" in view.locator(".legend").text_content()


def test_what_the_model_says_is_text_beside_the_curve(charts):
    said = charts.show(".course.live-chart").locator(".said")
    assert "<b>200</b> has lost her hat" in said.text_content()
    assert said.locator("b").first.text_content().startswith("step")


def test_hovering_and_arrow_keys_read_the_chart(charts):
    view = charts.show(".course.live-chart")
    view.locator(".chart").hover(position={"x": 300, "y": 100})
    wait_until(charts, view, "/^step \\d+: train \\d/.test("
               "view.querySelector('.info').textContent)")  # fmt: skip
    charts.screenshot("live_chart_running")
    charts.page.mouse.move(5, 5)
    view.locator(".chart").focus()
    charts.page.keyboard.press("Home")
    wait_until(charts, view, "view.querySelector('.info').textContent"
               ".startsWith('step 0:')")  # fmt: skip
    charts.page.keyboard.press("ArrowRight")
    wait_until(charts, view, "!view.querySelector('.info').textContent"
               ".startsWith('step 0:')")  # fmt: skip


def test_the_notebooks_stop_ends_the_loop_and_the_cell_goes_on(charts):
    awaited(charts.page, INTERRUPT)
    assert re.fullmatch(r"stopped at step \d+\nwent on True\n", printed(charts, 1))
    view = charts.show(".course.live-chart")
    wait_until(charts, view, "view.textContent.includes('stopped at step')")
    assert view.locator(".stop").is_hidden()
    kinds = charts.page.evaluate(MIMES, 1)[0]
    assert "image/png" in kinds, "the finished picture is what the notebook stores"
    assert "text/html" not in kinds
    charts.screenshot("live_chart_stopped")


def test_the_log_scale_can_be_chosen(charts):
    view = charts.show(".course.live-chart")
    curve = view.locator(".chart .curve").first
    before = curve.get_attribute("d")
    view.get_by_role("checkbox").check()
    wait_until(charts, view, "view.querySelector('.chart').textContent"
               ".includes('(log)')")  # fmt: skip
    assert curve.get_attribute("d") != before


def test_the_charts_own_button_stops_a_loop_as_well(charts):
    begin(charts, 1)
    charts.page.wait_for_function(
        "document.querySelector('.course.live-chart .stop')?.hidden === false"
    )
    view = charts.show(".course.live-chart")
    wait_until(charts, view, "!view.querySelector('.stop').hidden"
               " && view.querySelectorAll('.curve').length >= 6")  # fmt: skip
    view.locator(".stop").click()
    assert re.fullmatch(r"stopped at step \d+\nwent on True\n", printed(charts, 1))


def test_the_button_stops_a_thread(charts):
    run(charts, 2)
    view = charts.show(".course.live-chart", 1)
    wait_until(charts, view, "view.querySelectorAll('.curve').length >= 6")
    view.locator(".stop").click()
    wait_until(charts, view, "view.textContent.includes('stopped at step')")
    told = re.fullmatch(r"stopped at step (\d+)\nTrue (\d+)\n", run(charts, 3))
    assert int(told[1]) + 1 == int(told[2]) < 2_000
    assert ["image/png", "text/plain"] in charts.page.evaluate(MIMES, 3)


def test_a_replay_can_be_skipped_to_its_end(charts):
    begin(charts, 4)
    view = charts.show(".course.live-chart", 2)
    button = view.get_by_role("button", name="Skip to the end")
    wait_until(charts, view, "view.querySelectorAll('.curve').length >= 2")
    button.click()
    assert printed(charts, 4) == "80\n"


def bar_labels(view) -> list[str]:
    return view.locator(".bar .label").all_text_contents()


def test_clicking_the_third_bar_forks_the_story(looking):
    view = looking.show(".course.next-token-stepper")
    first, third = (bar_labels(view)[k] for k in (0, 2))
    view.get_by_role("button", name="Greedy").click()
    wait_until(looking, view, "view.querySelectorAll('.told').length === 1")
    assert view.locator(".told").text_content() == first
    view.get_by_role("button", name="Back").click()
    wait_until(looking, view, "view.querySelectorAll('.told').length === 0")
    view.locator(".bar").nth(2).click()
    wait_until(looking, view, "view.querySelectorAll('.told').length === 1")
    assert view.locator(".told").text_content() == third
    assert view.locator(".branch").count() == 3, "the prompt, and two branches of it"
    assert run(looking, 3).endswith("] 2\n")


def test_sliders_change_the_bars_at_once(looking):
    view = looking.show(".course.next-token-stepper")
    values = view.locator(".bar .value")
    before = values.all_text_contents()
    view.get_by_label("temperature").focus()
    for _ in range(5):
        looking.page.keyboard.press("ArrowRight")
    wait_until(looking, view, "view.querySelector('output').textContent === '1.5'")
    wait_until(looking, view, f"view.querySelector('.value').textContent !== "
               f"'{before[0]}'")  # fmt: skip
    view.get_by_label("top-k").focus()
    looking.page.keyboard.press("Home")
    for _ in range(3):
        looking.page.keyboard.press("ArrowRight")
    wait_until(looking, view, "view.querySelectorAll('.bar.cut').length === 4")
    assert values.all_text_contents()[4:] == ["cut"] * 4
    looking.screenshot("stepper_light")


def test_keys_take_tokens_and_walk_the_branches(looking):
    view = looking.show(".course.next-token-stepper")
    view.locator(".bar").first.focus()
    taken = bar_labels(view)[1]
    looking.page.keyboard.press("2")
    wait_until(looking, view, "view.querySelectorAll('.told').length === 2")
    assert view.locator(".told").nth(1).text_content() == taken
    looking.page.keyboard.press("Backspace")
    wait_until(looking, view, "view.querySelectorAll('.told').length === 1")
    other = view.locator(".told").text_content()
    view.locator(".tree").focus()
    looking.page.keyboard.press("ArrowDown")
    wait_until(looking, view, f"view.querySelector('.told').textContent !== '{other}'")
    looking.page.keyboard.press("ArrowUp")
    wait_until(looking, view, f"view.querySelector('.told').textContent === '{other}'")
    looking.page.keyboard.press("ArrowRight")
    wait_until(looking, view, "view.querySelectorAll('.told').length === 2")
    view.get_by_role("button", name="Sample 10").click()
    wait_until(looking, view, "view.querySelectorAll('.told').length === 12")
    looking.screenshot("stepper_branches")


def test_hovering_over_a_token_shows_what_it_attends_to(looking):
    view = looking.show(".course.attention-view")
    words = view.locator(".word")
    words.nth(4).hover()
    wait_until(looking, view, "view.querySelector('.word.query')?.id.endsWith('-4')")
    assert view.locator(".info").text_content().startswith("“·lost” attends most to")
    view.locator(".arcs").focus()
    looking.page.keyboard.press("End")
    wait_until(looking, view, "view.querySelector('.word.query')?.id.endsWith('-11')")
    looking.page.keyboard.press("ArrowLeft")
    wait_until(looking, view, "view.querySelector('.word.query')?.id.endsWith('-10')")
    shares = view.locator(".share").all_text_contents()
    assert 98 <= sum(int(share.removesuffix(" %")) for share in shares if share) <= 102
    looking.screenshot("attention_light")


def test_heads_differ_and_the_matrix_can_be_pointed_at(looking):
    view = looking.show(".course.attention-view")
    before = view.locator(".share").all_text_contents()
    view.get_by_label("head").select_option("2")
    view.get_by_label("layer").select_option("1")
    wait_until(looking, view, "view.querySelector('.share').textContent !== "
               f"'{before[0]}'")  # fmt: skip
    view.locator(".cell").nth(5 * 12 + 2).hover()
    wait_until(looking, view, "view.querySelector('.info').textContent"
               ".startsWith('“·blew” attends to “·that”')")  # fmt: skip
    assert run(looking, 4) == "1 2 5\n"


def test_dragging_the_query_changes_the_weights_here_and_in_python(looking):
    view = looking.show(".course.query-arrow")
    rows = view.locator("tbody tr")

    def on_page():
        found = [float(row.get_attribute("data-weight")) for row in rows.all()]
        return pytest.approx(found, abs=1e-9)

    before = on_page().expected
    looking.screenshot("query_arrow_light")
    handle, plane = (
        view.locator(name).bounding_box() for name in (".handle", ".plane")
    )
    mouse = looking.page.mouse
    mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    mouse.down()
    mouse.move(plane["x"] + 100, plane["y"] + 60, steps=8)
    mouse.up()
    mouse.move(plane["x"] + 300, plane["y"] + 300)
    wait_until(looking, view, "Number(view.querySelectorAll('tbody tr')[1]"
               ".dataset.weight) > 0.8")  # fmt: skip
    view.locator(".plane").focus()
    looking.page.keyboard.press("ArrowUp")
    query, weights, output = run_until(looking, 5, lambda told: told[1] == on_page())
    assert query[0] < 0 < query[1]
    assert weights == on_page()
    assert weights[1] > before[1]
    shown = re.search(r"\((\S+), (\S+)\)", view.locator(".output").text_content())
    assert [float(v) for v in shown.groups()] == pytest.approx(output, abs=0.006)
    assert math.isclose(sum(weights), 1)


def test_without_division_the_weights_are_sharper(looking):
    view = looking.show(".course.query-arrow")
    bar = "Number(view.querySelectorAll('tbody tr')[1].dataset.weight)"
    wait_until(looking, view, f"{bar} < 0.995")
    view.get_by_role("checkbox").uncheck()
    wait_until(looking, view, f"{bar} > 0.95")
    assert view.locator("th.score").text_content() == "÷ 1"


def test_views_are_readable_in_either_theme(looking):
    for name in ("next-token-stepper", "attention-view", "query-arrow"):
        look(looking, looking.show(f".course.{name}"), name.replace("-", "_"))


def test_the_chart_is_readable_in_either_theme(charts):
    look(charts, charts.show(".course.live-chart"), "live_chart")
