"""The chat panel without a browser: what it asks, keeps, shows, and how it stops.

The models are scripts, but for the last: a real one with random weights.
"""

import json
import re
import signal
import threading
from pathlib import Path

import pytest

from course_lib.chat import (
    CHATML,
    COURSE,
    SPECIAL_TOKENS,
    Message,
    Piece,
    messages_of,
)
from course_lib.generate import SamplingConfig, generate
from course_lib.model import ModelConfig, Transformer
from course_lib.tokenizer import BPETokenizer
from course_lib.tools import Bounds, Speaker, Step, Toolbox, loop, speaker
from course_lib.widgets import ChatPanel, chat_panel
from course_lib.widgets.chat_picture import SHADES, shade

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"
WITH_CALL = [
    Piece("Let me look.", 0.9),
    Piece("", 0.8, "call", "search", b"<search_start>"),
    Piece("Orla", 0.7, "call", "search"),
    Piece("", 0.9, "call", "search", b"<search_end>"),
    Piece("Orla Venn lives on Brine.", None, "result", "search"),
    Piece("On", 0.4),
    Piece(" Brine.", 0.03),
    Piece("", 0.99, token=b"<|end|>"),
]


class Says:
    """Answers what it is told to, and remembers what it was asked."""

    def __init__(self, *pieces: Piece) -> None:
        self.pieces, self.asked, self.closed = pieces, [], 0

    def __call__(self, messages):
        self.asked.append(list(messages))
        try:
            yield from self.pieces
        finally:
            self.closed += 1


def panel_of(*pieces: Piece, **options) -> tuple[ChatPanel, Says]:
    speak = Says(*pieces)
    return ChatPanel({"assistant": speak}, **options), speak


def from_page(panel: ChatPanel, name: str, argument: str = "") -> None:
    serial = len(panel.command) and int(panel.command[0]) + 1
    panel.set_state({"command": [str(serial), name, argument]})


# --- The conversation ---


def test_the_next_answer_has_read_the_whole_conversation():
    panel, speak = panel_of(Piece("By", 0.5), Piece(" ferry.", 0.25), system="Be brief")
    assert panel.say(" How? ") == "By ferry."
    panel.say("And then?")
    assert speak.asked[1] == [
        Message("system", "Be brief"),
        Message("user", "How?"),
        Message("assistant", "By ferry."),
        Message("user", "And then?"),
    ]
    assert panel.messages == [*speak.asked[1], Message("assistant", "By ferry.")]


def test_calls_and_results_are_messages_of_their_own():
    panel, _ = panel_of(*WITH_CALL)
    assert panel.say("Where does Orla Venn live?") == "On Brine."
    assert panel.messages == [
        Message("user", "Where does Orla Venn live?"),
        Message("assistant", "Let me look."),
        Message("assistant", "Orla", tool="search"),
        Message("tool", "Orla Venn lives on Brine."),
        Message("assistant", "On Brine."),
    ]


def test_a_call_that_nobody_answered_is_left_out_of_the_messages():
    broken = [*WITH_CALL[:3], Piece("left a call open", kind="problem")]
    assert messages_of(broken) == [Message("assistant", "Let me look.")]
    assert messages_of(WITH_CALL[:5])[-1] == Message("assistant", "")
    around = [*WITH_CALL[:3], Piece(" Well.", 0.5)]
    assert messages_of(around) == [Message("assistant", "Let me look. Well.")]
    border = Piece("", 0.9, token=b"<|im_end|>")
    assert messages_of([*WITH_CALL[1:4], border, *WITH_CALL[4:]])[1].role == "tool"
    assert messages_of([]) == [Message("assistant", "")]


def test_a_new_conversation_has_forgotten_the_old_one():
    panel, speak = panel_of(Piece("Yes.", 0.5))
    panel.say("Is it?")
    from_page(panel, "new")
    assert (panel.messages, panel.turns, panel.prompt) == ([], [], [])
    panel.say("Sure?")
    assert speak.asked[-1] == [Message("user", "Sure?")]


def test_the_chosen_model_answers_and_reads_what_the_other_said():
    one, other = Says(Piece("One.", 0.5)), Says(Piece("Other.", 0.5))
    panel = ChatPanel({"one": one, "other": other})
    panel.say("Who?")
    panel.set_state({"speaker": "other"})
    panel.say("And you?")
    assert Message("assistant", "One.") in other.asked[0]
    assert [turn[1] for turn in panel.turns] == ["one", "other"]
    assert panel.say("You again?", "one") == "One."


# --- Stopping ---


def test_the_page_stops_an_answer_after_the_token_that_is_being_written():
    reached, may_go_on = threading.Event(), threading.Event()

    def speak(_messages):
        for k in range(1_000):
            if k == 3:
                reached.set()
                assert may_go_on.wait(60)
            yield Piece(f"{k} ", 0.5)

    panel = ChatPanel({"endless": speak})
    from_page(panel, "send", "Count!")
    assert reached.wait(60)
    assert panel.running == "thread"
    from_page(panel, "send", "Are you there?")
    assert panel.note.startswith("an answer is still being written")
    panel.set_state({"stop_requested": True})
    may_go_on.set()
    panel.wait()
    assert (panel.running, panel.note) == ("", "stopped")
    assert panel.messages == [
        Message("user", "Count!"),
        Message("assistant", "0 1 2 3 "),
    ]
    assert panel.turns[-1][3] == "stopped"
    from_page(panel, "send", "Once more!")
    panel.set_state({"stop_requested": True})
    panel.wait()
    assert len(panel.turns) == 2


def test_an_interrupt_ends_what_say_waits_for_and_keeps_it():
    def speak(_messages):
        for k in range(1_000):
            if k == 2:
                signal.raise_signal(signal.SIGINT)
            yield Piece(f"{k} ", 0.5)

    panel = ChatPanel({"endless": speak})
    assert panel.say("Count!") == "0 1 2 "
    assert panel.turns[-1][3] == "stopped"


def test_a_stopped_speaker_is_closed():
    panel, speak = panel_of(*[Piece("on ", 0.5)] * 100)
    panel.observe(lambda _: setattr(panel, "stop_requested", True), "reply")
    panel.say("Go!")
    assert speak.closed == 1
    assert len(panel.turns[-1][2]) == 1


# --- Failing ---


def test_an_error_is_raised_by_say_and_shown_by_send():
    def speak(_messages):
        raise ValueError("the prompt leaves no room")
        yield

    panel = ChatPanel({"full": speak})
    with pytest.raises(ValueError, match="leaves no room"):
        panel.say("Hello?")
    panel.send("Hello?")
    panel.wait()
    assert panel.note == "ended by ValueError: the prompt leaves no room"
    assert panel.running == ""
    assert panel.messages == [], "what failed at once is not said again"


def test_half_an_emoji_is_replaced_at_the_door(monkeypatch):
    """Jupyter packs what it sends as UTF-8, which has no halves; so does this test."""
    sent = []

    def send(_self, message, **_buffers):
        sent.append(json.dumps(message, ensure_ascii=False).encode())

    panel, speak = panel_of(Piece("Yes.", 0.5), system="Be brief")
    monkeypatch.setattr(ChatPanel, "_send", send)
    panel.set_state({"system": "Be \ud83d"})
    from_page(panel, "send", "Hats \udca9?")
    panel.wait()
    assert panel.running == ""
    assert panel.heard == panel.command[0]
    assert speak.asked[0] == [Message("system", "Be �"), Message("user", "Hats �?")]
    assert any("Hats �?".encode() in message for message in sent)
    assert panel.say("\ud83d and \ud83d\udcff") == "Yes."
    assert panel.turns[-1][0] == "� and 📿"
    assert json.dumps(panel.get_state(), ensure_ascii=False).encode()


def test_an_interrupt_before_the_first_piece_leaves_a_note_and_no_message():
    def speak(_messages):
        raise KeyboardInterrupt  # the second ■, while the prompt is still read
        yield

    panel = ChatPanel({"slow": speak})
    with pytest.raises(KeyboardInterrupt):
        panel.say("Hello?")
    assert (panel.running, panel.note) == ("", "interrupted")
    assert panel.turns == [["Hello?", "slow", [], "interrupted"]]
    assert panel.messages == []


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: ChatPanel({}), "a dict of speakers by name, got {}"),
        (lambda: ChatPanel({"a": 3}), "'a' must be a function.*got 3"),
        (lambda: panel_of()[0].say("  "), "the message is empty"),
        (lambda: panel_of()[0].say("Hi", "Wick"), "no speaker.*'Wick'.*assistant"),
        (lambda: Piece("x", kind="song"), "unknown kind 'song'"),
        (lambda: Piece("x", kind="call"), "asks one of search.*tool=None"),
        (lambda: Piece("x", 1.5), "between 0 and 1, got 1.5"),
    ],
)
def test_bad_input_is_named_with_its_remedy(action, message):
    with pytest.raises(ValueError, match=message):
        action()


# --- The three forms ---


def test_it_has_three_forms_and_says_the_same_twice():
    first, second = panel_of(*WITH_CALL)[0], panel_of(*WITH_CALL)[0]
    for panel in (first, second):
        panel.say("Where does Orla Venn live?")
    forms = first._repr_mimebundle_()[0]
    assert set(forms) == {"text/plain", "text/html", WIDGET_VIEW}
    for form in ("text/plain", "text/html"):
        assert forms[form] == second._repr_mimebundle_()[0][form]
    assert repr(first) == "ChatPanel(assistant: 1 message sent)"
    assert repr(panel_of()[0]) == "ChatPanel(assistant: 0 messages sent)"
    words = re.sub(r"<[^>]*>", "", forms["text/html"])
    assert "calls search: Orlasearch answers: Orla Venn lives on Brine." in words
    assert 'title="40%">On</span>' in forms["text/html"]


def test_what_anybody_wrote_stays_text_in_every_form():
    pieces = [
        Piece(EVIL, 0.5, token=EVIL.encode()),
        Piece(EVIL, 0.5, "call", "search"),
        Piece(EVIL, None, "result", "search"),
        Piece(EVIL, None, "problem"),
    ]
    panel = ChatPanel({f"a\n{EVIL}": Says(*pieces)}, system=EVIL)
    panel.say(EVIL)
    page = panel.static_html()
    assert page.count("&lt;script&gt;") == 7, "system, user, name, and four pieces"
    assert not re.search(r"<(?!/?(?:div|p|b|span|code|i|br)\b)", page)
    assert "\n" not in repr(panel), "and plain text is plain"
    # In the page: only its own frame is ever read as HTML (see the browser's test).
    script = Path(chat_panel.__file__).with_suffix(".js").read_text(encoding="utf-8")
    assert re.findall(r"innerHTML.*|insertAdjacentHTML.*|outerHTML.*", script) == [
        "innerHTML = FRAME;"
    ]
    frame = script.partition("const FRAME = `")[2].partition("`;")[0]
    assert "${" not in frame


def test_shades_get_lighter_with_probability():
    def lightness(colour: str) -> int:
        return sum(int(colour[k : k + 2], 16) for k in (1, 3, 5))

    colours = [shade(p) for p in (0.0, 0.05, 0.2, 0.5, 0.9, 1.0)]
    assert len(set(colours)) == len(SHADES)
    assert [lightness(c) for c in colours] == sorted(map(lightness, colours))


# --- A real model behind it ---

TEXT = "Where does Orla Venn live? She lives on Brine, on Brine — naïve? Yes. "
TOKENIZER = BPETokenizer.train([TEXT] * 9, 300, SPECIAL_TOKENS)
MODEL = Transformer(ModelConfig(TOKENIZER.vocab_size, 96, 1, 16, 1, 1, 16))
BOX = Toolbox(COURSE, TOKENIZER, {}, Bounds(new_tokens=20))
ASK = [Message("user", "Where does Orla Venn live?")]


def test_a_speaker_says_what_generate_does_and_how_sure_it_was():
    wild = SamplingConfig(temperature=1.0, seed=3)
    pieces = list(Speaker(MODEL, BOX, wild)(ASK))
    tokens = [piece for piece in pieces if piece.token]
    prompt = COURSE.prompt(ASK, TOKENIZER)
    new = generate(MODEL, [prompt], wild, 20, BOX.stop_ids, keep_stop=True)[0]
    assert [piece.token for piece in tokens] == [TOKENIZER.token_bytes[i] for i in new]
    assert all(0 < piece.probability < 0.5 for piece in tokens), "random weights"


def test_the_raw_prompt_is_what_the_model_reads():
    pieces = Speaker(MODEL, BOX).prompt(ASK)
    raw = b"".join(piece.token for piece in pieces)
    assert raw == b"<|user|>Where does Orla Venn live?<|assistant|>"
    assert [piece.text for piece in pieces if piece.token.startswith(b"<|")] == ["", ""]
    panel = ChatPanel({"random": Speaker(MODEL, BOX)})
    assert panel.has_raw
    panel.say(ASK[0].content)
    assert panel.prompt[0] == ["prompt", "", None, "", "<|user|>"]
    assert not panel_of()[0].has_raw


def test_a_long_conversation_forgets_its_oldest_turns_but_not_the_system():
    messages = [Message("system", "Be brief.")]
    for k in range(9):
        messages += [
            Message("user", f"{k} {ASK[0].content}"),
            Message("assistant", "?"),
        ]
    messages = messages[:-1]
    raw = b"".join(p.token for p in Speaker(MODEL, BOX).prompt(messages)).decode()
    assert raw.startswith("<|system|>Be brief.<|user|>")
    assert "0 Where" not in raw
    assert raw.endswith("8 Where does Orla Venn live?<|assistant|>")
    assert len(TOKENIZER.encode(raw, allowed_special=SPECIAL_TOKENS)) <= 96 - 24
    assert list(Speaker(MODEL, BOX)(messages))


def written(monkeypatch, box: Toolbox, *turns: str) -> list[Piece]:
    """What a speaker passes on when the model writes these turns."""
    scripts = list(turns)

    def stream(_model, _prompt, _sampling, _most, _stops, keep_stop):
        assert keep_stop
        new = box.tokenizer.encode(scripts.pop(0), allowed_special=SPECIAL)
        yield from ((i, 0.5) for i in new)

    SPECIAL = list(box.tokenizer.special_tokens)
    monkeypatch.setattr(loop, "stream_with_probabilities", stream)
    return list(Speaker(MODEL, box)(ASK))


def shown(pieces: list[Piece]) -> list[tuple[str, str]]:
    runs: list[tuple[str, str]] = []
    for piece in filter(lambda piece: piece.text, pieces):  # no borders
        if runs and runs[-1][0] == piece.kind:
            runs[-1] = (piece.kind, runs[-1][1] + piece.text)
        else:
            runs.append((piece.kind, piece.text))
    return runs


def search(query: str) -> str:
    return f"page of {query}"


EXPECTED = [
    ("assistant", "Yes. "), ("call", "Orla Venn"), ("result", "page of Orla Venn"),
    ("assistant", "She <lives> on Brine < 3 — naïve"),
]  # fmt: skip


def test_a_tool_loop_feeds_the_panel(monkeypatch):
    box = Toolbox(COURSE, TOKENIZER, {"search": search}, Bounds(answer_tokens=1))
    pieces = written(
        monkeypatch,
        box,
        "Yes. <search_start>Orla Venn<search_end>",
        "She <lives> on Brine < 3 — naïve<|end|>",
    )
    assert shown(pieces) == EXPECTED
    assert not any("�" in piece.text for piece in pieces), "characters come whole"


def test_marks_that_are_letters_are_held_back_and_taken_out(monkeypatch):
    names = ("<|im_start|>", "<|im_end|>")
    box = Toolbox(
        CHATML, BPETokenizer.train([TEXT] * 9, 290, names), {"search": search}
    )
    monkeypatch.setattr(loop, "_fitting", lambda _box, _before, result, _most: result)
    monkeypatch.setattr(Speaker, "remembered", lambda _self, messages: list(messages))
    pieces = written(
        monkeypatch,
        box,
        "Yes. <search>Orla Venn</search><|im_end|>",
        "She <lives> on Brine < 3 — naïve<|im_end|>",
    )
    assert shown(pieces) == EXPECTED
    cut_off = written(monkeypatch, box, "Yes <sear")
    assert shown(cut_off) == [("assistant", "Yes <sear")], "nothing held back is lost"


def test_a_token_across_the_border_of_a_mark_is_cut_there():
    reader = speaker._Reader(
        Toolbox(CHATML, BPETokenizer([], ("<|im_start|>", "<|im_end|>")), {})
    )
    reader._held = [Piece("So <cal", 0.5), Piece("c>6*7", 0.5)]
    assert shown(list(reader._sort_out())) == [("assistant", "So "), ("call", "6*7")]
    reader._held = [Piece("=1</calc> is", 0.5, "call", "calc", b"=1</calc> is")]
    both = list(reader._sort_out())
    assert shown(both) == [("call", "=1"), ("assistant", " is")]
    assert [piece.token for piece in both] == [b"=1</calc> is", b""]
    assert reader._tool is None
    assert list(reader.read(Step("problem", "x"))) == [Piece("x", kind="problem")]
