"""Every widget in a real JupyterLab, worked with the keyboard alone.

A test starts at the widget's cell, as one comes there with the arrow keys, and goes on
with Tab. Nothing is clicked.
"""

import pytest
from browser_cells import TRACING, begin, opened, printed, run, run_until, wait_until

CELLS = {
    "imports": """
import time
from course_lib.chat import Piece
from course_lib.intervals import wilson
from course_lib.tokenizer import BPETokenizer
from course_lib.widgets import *
from course_lib.widgets.guess_game import Round
""",
    "predict": "predict('2 + 2?', [3, 4, 5], lambda: 4)",
    "token-explorer": """
explorer = TokenExplorer({"bytes": BPETokenizer([]),
                          "ours": BPETokenizer.train(["a hat"], 259)}, "a hat")
explorer
""",
    "merge-stepper": "MergeStepper(BPETokenizer.train(['hat hat'], 258), 'hat hat')",
    "guess-game": """
rounds = [Round("Her hat blew off the", (" ferry", " pie", " moon"), 0),
          Round("Plum cake or onion", (" hat", " pie", " moon"), 1)]
game = GuessGame(rounds, {"counts": lambda text, words: [1, 3, 1]})
game
""",
    "attention-view": """
view = AttentionView([[[[1, 0, 0], [0.5, 0.5, 0], [0.2, 0.7, 0.1]]] * 2] * 2,
                     ["Mira", "·lost", "·it"])
view
""",
    "query-arrow": "arrow = QueryArrow({'hat': (2, 1), 'pie': (-1, -2)})\narrow",
    "next-token-stepper": """
words = "Mira lost her hat again .".split()
stepper = NextTokenStepper(lambda ids: [k * (k + ids[-1]) % 7 / 2 for k in range(6)],
                           lambda k: words[k], [0])
stepper
""",
    "live-chart": """
chart = LiveChart("Learning", "step", "bits")
def steps():
    for step in range(100_000):
        time.sleep(0.01)
        yield step
for step in chart.watch(steps()):
    chart.add(step, train=1 / (1 + step))
""",
    "curve-guess": """
curve = CurveGuess("How well?", ["never", "often"], lambda: [wilson(1, 10)] * 2)
curve
""",
    "chat-panel": """
def parrot(messages):
    yield Piece("I am ", 0.9)
    yield Piece("Parrot.", 0.4)
def endless(messages):
    while True:
        time.sleep(0.02)
        yield Piece("squawk ", 0.5)
panel = ChatPanel({"parrot": parrot, "endless": endless}, system="")
panel
""",
    "tool-trace": TRACING,
    "threshold-bars": """
bars = ThresholdBars({"never told": [(0.2, False), (0.6, False)]})
bars
""",
    "pick-out": """
odd = PickOut("Which is invented?", ["an owl", "a dragon", "an oboe"],
              [False, True, False])
odd
""",
    "practice-scrubber": """
scrubber = PracticeScrubber({text: {"before": [("4", False)], "after": [("7", True)]}
                             for text in ("3 + 4", "2 + 5")})
scrubber
""",
    "score-scrubber": """
scores = ScoreScrubber({"step 0": [("plum", 0.1, 1.0)], "step 5": [("velvet", 2.0, 0)]},
                       names=("reward model", "truth"))
scores
""",
    "label-pairs": """
desk = LabelPairs([("Praise cake.", f"Cake {k}.", f"Pie {k}.") for k in range(4)],
                  "keyboard_labels.jsonl", learn=lambda pairs: f"{len(pairs)} learned")
desk
""",
    "present": "Present([RunSheet('Slides', 'Say this.')])",
    "state": """
print([explorer.vocabulary, game.tallies()["you"].right, arrow.query, curve.reveal,
       panel.speaker, bars.threshold, odd.picked, scrubber.pinned, scores.best,
       [pair.chosen for pair in desk.pairs], view.head])
""",
}
PLACES = {name: place for place, name in enumerate(CELLS)}
AT_CELL = """(place) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.mode = 'command';
  notebook.activeCellIndex = place;
  notebook.activeCell.node.focus();
}"""
FOCUSED = """([view, selector]) =>
  view.contains(document.activeElement) && document.activeElement.matches(selector)"""
TABS = 40  # more than any widget has places where Tab stops


@pytest.fixture(scope="module")
def keyboard(browser, lab):
    with opened(browser, lab, "keyboard.ipynb", list(CELLS.values())) as page:
        for name, place in PLACES.items():
            if name not in ("live-chart", "state"):
                run(page, place)
        yield page


class Hands:
    """Two hands on the keyboard, at the cell of one widget."""

    def __init__(self, page, name: str) -> None:
        self.page = page
        self.view = page.show(f".course.{name}")
        page.page.evaluate(AT_CELL, PLACES[name])

    def tab_to(self, selector: str, key: str = "Tab") -> None:
        arguments = [self.view.element_handle(), selector]
        for _ in range(TABS):
            self.press(key)
            if self.page.page.evaluate(FOCUSED, arguments):
                return
        raise AssertionError(f"{key} never comes to {selector}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.page.keyboard.type(text)

    def wait(self, words: str, selector: str = ":scope") -> None:
        find = "view" if selector == ":scope" else f"view.querySelector('{selector}')"
        wait_until(self.page, self.view, f"{find}.textContent.includes('{words}')")


def heard(page, number: int, value) -> bool:
    """Tell whether the last cell comes to print this value at this place."""
    told = run_until(page, PLACES["state"], lambda told: told[number] == value)
    return told[number] == value


def test_a_prediction_is_made(keyboard):
    hands = Hands(keyboard, "predict")
    hands.tab_to(".options button")
    hands.press("Tab", "Enter")
    hands.wait("Right.")


def test_a_text_is_written_and_its_tokens_are_walked(keyboard):
    hands = Hands(keyboard, "token-explorer")
    hands.tab_to("select")
    hands.press("ArrowDown")
    hands.tab_to("textarea")
    hands.press("Control+a")
    hands.write("dab hat")
    hands.wait("7 characters")
    hands.tab_to(".tokens")
    hands.press("End", "ArrowLeft")
    hands.wait("id ", ".info")
    assert hands.view.locator(".token[aria-selected=true]").count() == 1
    assert heard(keyboard, 0, "ours")


def test_merges_are_stepped(keyboard):
    hands = Hands(keyboard, "merge-stepper")
    hands.tab_to("input")
    hands.press("ArrowRight")
    hands.wait("bytes")
    hands.tab_to(".next")
    hands.press("Enter", " ")
    hands.wait("text of 3 boxes", ".note")
    hands.press("ArrowLeft")  # the button went grey, and the slider took over
    wait_until(keyboard, hands.view, "!view.querySelector('.next').disabled")


def test_the_game_is_played_to_its_end(keyboard):
    hands = Hands(keyboard, "guess-game")
    hands.tab_to("[type=radio]")
    hands.press("ArrowRight")
    hands.tab_to(".options button")
    hands.press("Enter")
    hands.wait("It was “ferry”.")
    hands.press("Enter")  # the next word is under the hand
    hands.wait("word 2 of 2")
    hands.press("Tab", "Enter")
    hands.wait("It was “pie”.")
    assert heard(keyboard, 1, 2)


def test_attention_is_read_token_by_token(keyboard):
    hands = Hands(keyboard, "attention-view")
    hands.tab_to(".head")
    hands.press("ArrowDown")
    hands.tab_to(".arcs")
    hands.press("Home", "ArrowRight")
    hands.wait("“·lost” attends most to “Mira”: 50 %")
    assert heard(keyboard, 10, 1)


def test_the_query_is_moved(keyboard):
    hands = Hands(keyboard, "query-arrow")
    before = hands.view.locator(".info").text_content()
    hands.tab_to(".plane")
    hands.press("ArrowUp", "Shift+ArrowUp", "ArrowLeft")
    wait_until(keyboard, hands.view, "view.querySelector('.info').textContent !== "
               f"'{before}'")  # fmt: skip
    hands.tab_to(".scaled")
    hands.press(" ")
    hands.wait("÷ 1", "th.score")


def test_a_story_is_grown_and_forks(keyboard):
    hands = Hands(keyboard, "next-token-stepper")
    hands.tab_to(".temperature")
    hands.press("ArrowLeft")
    hands.wait("0.9", "output")
    hands.tab_to(".bar")
    hands.press("Tab", "Enter")
    wait_until(keyboard, hands.view, "view.querySelectorAll('.told').length === 1")
    hands.press("Backspace", "3")
    wait_until(keyboard, hands.view, "view.querySelectorAll('.branch').length === 3")
    hands.tab_to(".tree")
    word = hands.view.locator(".told").text_content()
    hands.press("ArrowUp")
    wait_until(keyboard, hands.view, "view.querySelector('.told').textContent !== "
               f"'{word}'")  # fmt: skip


def test_a_training_run_is_stopped(keyboard):
    begin(keyboard, PLACES["live-chart"])
    hands = Hands(keyboard, "live-chart")
    wait_until(keyboard, hands.view, "view.querySelector('.curve')")
    hands.tab_to(".stop")
    hands.press("Enter")
    assert printed(keyboard, PLACES["live-chart"]).startswith("stopped at step")
    hands = Hands(keyboard, "live-chart")
    hands.tab_to(".chart")
    hands.press("Home")
    hands.wait("step 0: train 1", ".info")


def test_a_curve_is_drawn_and_compared(keyboard):
    hands = Hands(keyboard, "curve-guess")
    hands.tab_to(".handle")
    hands.press("ArrowUp", "ArrowRight", "ArrowDown")
    hands.tab_to(".show")
    hands.press("Enter")
    hands.wait("measured 10 %", ".verdict")
    assert heard(keyboard, 3, True)


def test_a_conversation_is_held_and_broken_off(keyboard):
    hands = Hands(keyboard, "chat-panel")
    hands.tab_to(".message")
    hands.write("Who are you?")
    hands.press("Enter")
    hands.wait("I am Parrot.", ".log")
    hands.tab_to(".log", "Shift+Tab")
    hands.press("End")
    hands.wait("40.0 %", ".info")
    hands.tab_to(".speaker", "Shift+Tab")
    hands.press("ArrowDown")
    hands.tab_to(".message")
    hands.write("And you?")
    hands.press("Enter")
    hands.wait("squawk squawk", ".log")
    hands.press("Escape")
    hands.wait("stopped", ".state")
    assert heard(keyboard, 4, "endless")


def test_a_tool_call_is_followed(keyboard):
    hands = Hands(keyboard, "tool-trace")
    hands.tab_to(".next")
    hands.press("Enter", "Enter")
    hands.wait("The assistant calls search and waits", ".info")
    hands.press("ArrowRight")
    hands.wait("search answers", ".info")
    hands.press("End")
    hands.wait("step 4 of 4", ".count")
    hands.press("Home")
    hands.wait("step 0 of 4", ".count")


def test_a_threshold_is_moved(keyboard):
    hands = Hands(keyboard, "threshold-bars")
    hands.tab_to("input")
    hands.press("End", "ArrowLeft")
    hands.wait("0.99", "output")
    assert heard(keyboard, 5, 0.99)


def test_the_odd_one_is_ticked(keyboard):
    hands = Hands(keyboard, "pick-out")
    hands.tab_to("[type=checkbox]")
    hands.press("Tab", " ")
    wait_until(keyboard, hands.view, "!view.querySelector('.show').disabled")
    hands.tab_to(".show")
    hands.press("Enter")
    hands.wait("You found", ".verdict")
    assert heard(keyboard, 6, [1])


def test_practice_is_scrubbed_through(keyboard):
    hands = Hands(keyboard, "practice-scrubber")
    hands.tab_to("select")
    hands.press("ArrowDown")
    hands.tab_to("input")
    hands.press("ArrowRight")
    hands.wait("1 of 1 right", ".info")
    assert heard(keyboard, 7, 1)


def test_a_stage_is_chosen_and_the_truth_shown(keyboard):
    hands = Hands(keyboard, "score-scrubber")
    hands.tab_to("input")
    hands.press("ArrowRight")
    hands.wait("velvet", ".texts")
    hands.tab_to(".here")
    hands.press("Enter")
    wait_until(keyboard, hands.view, "!view.querySelector('.show').disabled")
    hands.tab_to(".show")
    hands.press("Enter")
    hands.wait("highest at step 0", ".verdict")
    assert heard(keyboard, 8, 1)


def test_pairs_are_labelled(keyboard):
    hands = Hands(keyboard, "label-pairs")
    hands.tab_to(".side.left")
    hands.press("Enter")
    hands.wait("1 label", ".progress")
    hands.press("2")
    hands.wait("2 labels", ".progress")
    hands.press("u", "s")
    hands.wait("1 label", ".progress")
    hands.tab_to(".learn")
    hands.press("Enter")
    hands.wait("1 learned", ".learned")
    assert heard(keyboard, 9, ["Cake 0."])


def test_a_chapter_is_presented(keyboard):
    hands = Hands(keyboard, "present")
    hands.tab_to(".start")
    hands.press("Enter")
    keyboard.page.locator(".course-hud").wait_for()
    hands.press("PageDown", "PageUp", "Escape")
    keyboard.page.locator(".course-hud").wait_for(state="detached")
