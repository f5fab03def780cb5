"""The chat panel in a real JupyterLab: Enter, Escape, raw tokens, and hostile text."""

import pytest
from browser_cells import begin, look, opened, printed, run, wait_until

EVIL = "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 2'>"
CELLS = [
    f"""
import time
from course_lib.chat import Piece
from course_lib.widgets import ChatPanel
EVIL = {EVIL!r}
class Scripted:
    def __call__(self, messages):
        yield Piece("Let me look that up. ", 0.93)
        yield Piece("", 0.9, "call", "search", b"<search_start>")
        yield Piece("Orla Venn " + EVIL, 0.8, "call", "search", b"Orla Venn")
        yield Piece("", 0.97, "call", "search", b"<search_end>")
        yield Piece("Orla Venn lives on Brine. " + EVIL, None, "result", "search")
        for word, chance in zip("She lives on Brine .".split(), [.95, .6, .3, .1, .01]):
            yield Piece(" " + word, chance, token=(" " + word).encode())
        yield Piece(EVIL, 0.4, token=EVIL.encode())
        yield Piece("", 0.99, token=b"<|end|>")
    def prompt(self, messages):
        words = [Piece(m.content, None, "prompt", token=m.content.encode())
                 for m in messages]
        return [Piece("", None, "prompt", token=b"<|user|>"), *words]
def endless(messages):
    for k in range(100_000):
        time.sleep(0.02)
        yield Piece(f" {{k}}", 0.5)
panel = ChatPanel({{"assistant": Scripted(), "endless " + EVIL: endless}}, system="")
panel
""",
    "print(len(panel.turns), panel.running == '', panel.turns[-1][3], panel.system)",
    # One step of Python's, so that no thread hears anything meanwhile.
    "print('begun', flush=True)\ntime.sleep(1)\nassert sum(range(200_000_000))",
    "panel",
]
HAS_BEGUN = """window.jupyterapp.shell.currentWidget.content.widgets[2]
  .model.outputs.length > 0"""


@pytest.fixture(scope="module")
def chatting(browser, lab):
    with opened(browser, lab, "chatting.ipynb", CELLS) as page:
        assert run(page, 0) == ""
        yield page


def ended(page, view) -> None:
    condition = "view.querySelector('.stop').hidden"
    wait_until(page, view, f"{condition} && view.querySelector('.turn')")


def test_enter_sends_and_calls_and_results_have_boxes_of_their_own(chatting):
    view = chatting.show(".course.chat-panel")
    view.get_by_label("system message").fill("Be brief")
    message = view.get_by_label("Your message")
    message.fill("Where does Orla Venn live? " + EVIL)
    message.press("Enter")
    wait_until(chatting, view, "view.querySelector('.said.result')")
    ended(chatting, view)
    kinds = view.locator(".said").evaluate_all("b => b.map((x) => x.classList[1])")
    assert kinds == ["user", "assistant", "call", "result", "assistant"]
    assert view.locator(".said.call .name").text_content() == "calls search"
    assert message.input_value() == ""
    assert run(chatting, 1) == "1 True  Be brief\n"


def test_tokens_are_shaded_by_their_probability_and_say_the_number(chatting):
    view = chatting.show(".course.chat-panel")
    words = view.locator(".said.assistant").last.locator(".piece")
    levels = words.evaluate_all("w => w.map((x) => x.classList[1])")
    assert levels[:5] == [f"level-{k}" for k in range(5)]
    assert words.nth(2).get_attribute("title") == "·on  30.0 %"
    shades = words.evaluate_all(
        "w => w.map((x) => getComputedStyle(x).backgroundColor)"
    )
    assert len(set(shades[:5])) == 5
    view.locator(".log").focus()
    chatting.page.keyboard.press("Home")
    assert "93.0 %" in view.locator(".info").text_content()


def test_the_switch_shows_the_raw_tokens_borders_too(chatting):
    view = chatting.show(".course.chat-panel")
    assert view.locator(".raw").is_hidden()
    view.get_by_role("checkbox").check()
    borders = view.locator(".raw-tokens .border").all_text_contents()
    assert borders == ["<|user|>", "<search_start>", "<search_end>", "<|end|>"]
    look(chatting, view, "chat_panel_raw")


def test_what_anybody_wrote_stays_text(chatting):
    view = chatting.show(".course.chat-panel")
    assert view.locator("script, img").count() == 0
    assert view.locator(".log").text_content().count("<script>") == 4
    assert chatting.page.evaluate("window.hurt") is None


def test_escape_stops_an_answer_while_it_streams(chatting):
    view = chatting.show(".course.chat-panel")
    view.get_by_role("checkbox").uncheck()
    view.get_by_role("combobox").select_option(index=1)
    message = view.get_by_label("Your message")
    message.fill("Count!")
    message.press("Enter")
    wait_until(chatting, view, "view.querySelector('.log').textContent.includes(' 7')")
    assert view.get_by_role("button", name="Send").is_disabled()
    look(chatting, view, "chat_panel_streaming")
    message.press("Escape")
    ended(chatting, view)
    assert view.locator(".state").text_content() == "stopped"
    assert run(chatting, 1) == "2 True stopped Be brief\n"


def test_the_button_stops_as_well_and_a_new_conversation_is_empty(chatting):
    view = chatting.show(".course.chat-panel")
    view.get_by_label("Your message").fill("Count again!")
    view.get_by_role("button", name="Send").click()
    wait_until(chatting, view, "!view.querySelector('.stop').hidden")
    view.get_by_role("button", name="Stop").click()
    ended(chatting, view)
    assert run(chatting, 1) == "3 True stopped Be brief\n"
    view.get_by_role("button", name="New conversation").click()
    wait_until(chatting, view, "!view.querySelector('.turn')")
    assert view.locator(".log").is_hidden()


def test_a_busy_kernel_loses_no_message(chatting):
    view = chatting.show(".course.chat-panel")
    view.get_by_role("combobox").select_option(index=0)
    message, state = view.get_by_label("Your message"), view.locator(".state")
    begin(chatting, 2)
    chatting.page.wait_for_function(HAS_BEGUN)
    chatting.page.wait_for_timeout(1_500)
    message.fill("First")
    message.press("Enter")
    message.fill("Second")
    message.press("Enter")
    assert message.input_value() == "Second", "it waits, where it can still be changed"
    said = "view.querySelector('.state').textContent"
    wait_until(chatting, view, f"{said}.includes('busy')")
    assert view.get_by_role("button", name="Send").is_disabled()
    assert printed(chatting, 2) == "begun\n"
    ended(chatting, view)
    assert state.text_content() == ""
    message.press("Enter")
    wait_until(chatting, view, "view.querySelectorAll('.turn').length === 2")
    ended(chatting, view)
    assert run(chatting, 1) == "2 True  Be brief\n"


def test_two_views_of_a_panel_take_turns(chatting):
    """Once Python has heard the other, neither waits for what it has said itself."""
    run(chatting, 3)
    before = chatting.show(".course.chat-panel").locator(".turn").count()
    for k in range(4):
        view = chatting.show(".course.chat-panel", k % 2)
        view.get_by_label("Your message").fill("Hello")
        view.get_by_label("Your message").press("Enter")
        turns = f"view.querySelectorAll('.turn').length === {before + k + 1}"
        wait_until(chatting, view, turns)
        ended(chatting, view)
