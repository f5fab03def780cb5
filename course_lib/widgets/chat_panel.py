"""Talk with a model, see how sure it is of each token, and stop it when it rambles.

The panel holds no model: it is given functions from messages to pieces of an answer.
What a model, a tool or a user wrote is shown as text, never as HTML.
"""

import contextlib
import html
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import traitlets

from course_lib.chat import Message, Piece, messages_of
from course_lib.interrupts import interrupts_call
from course_lib.widgets.base import CourseWidget, script
from course_lib.widgets.chat_picture import (
    SHADES,
    Turn,
    conversation_html,
    pieces_as_json,
)

Speak = Callable[[list[Message]], Iterable[Piece]]


class ChatPanel(CourseWidget):
    """A conversation with one of several models, each token shaded by its probability.

    A speaker is called with all messages and yields `Piece`s, such as `tools.Speaker`
    does; if it has a method `prompt`, raw tokens can be shown as well. `.messages` is
    the conversation so far.

    Args:
        speakers: name -> speaker; the first is chosen.
        system: what the system says first; None leaves the box for it out.

    Raises:
        ValueError: if there is no speaker, or one that cannot be called.
    Example: `ChatPanel({"assistant": Speaker(model, Toolbox(COURSE, tokenizer, {}))})`
    """

    _esm = script("chat_panel.js")
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    speaker = traitlets.Unicode().tag(sync=True)  # the page may change this,
    system = traitlets.Unicode().tag(sync=True, echo_update=False)  # and this
    has_system = traitlets.Bool().tag(sync=True)
    shades = traitlets.List([p for p, _ in SHADES]).tag(sync=True)
    turns = traitlets.List().tag(sync=True)  # [asked, speaker, pieces, note] each
    reply = traitlets.List().tag(sync=True)  # the pieces of the turn that runs
    prompt = traitlets.List().tag(sync=True)  # what the last answer had read, as pieces
    has_raw = traitlets.Bool(False).tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    running = traitlets.Unicode().tag(sync=True)  # "", "loop" or "thread"
    stop_requested = traitlets.Bool(False).tag(sync=True)  # set by the page's button
    # [serial, name, argument] from the page. Jupyter would send it back as it came, and
    # fail at half a character, before anybody has heard it.
    command = traitlets.List().tag(sync=True, echo_update=False)
    heard = traitlets.Unicode().tag(sync=True)  # the serial of the last command

    def __init__(
        self,
        speakers: Mapping[str, Speak],
        system: str | None = None,
        *,
        messages_per_s: float = 15,
    ) -> None:
        if not isinstance(speakers, Mapping) or not speakers:
            raise ValueError(f"give a dict of speakers by name, got {speakers!r}")
        for name, speak in speakers.items():
            if not callable(speak):
                raise ValueError(
                    f"speaker {name!r} must be a function of messages that yields "
                    f"pieces, such as tools.Speaker, got {speak!r}"
                )
        self._speakers = dict(speakers)
        self._told: list[Turn] = []
        self._pause_s, self._interrupted = 1 / messages_per_s, False
        self._thread: threading.Thread | None = None
        names = list(speakers)
        super().__init__(
            names=names,
            speaker=names[0],
            system=system or "",
            has_system=system is not None,
            has_raw=any(hasattr(speak, "prompt") for speak in speakers.values()),
        )
        self.observe(self._on_command, "command")

    # --- From Python ---

    def say(self, text: str, speaker: str | None = None) -> str:
        """Send a message, wait for the answer, and return its words.

        Stop and the notebook's ■ end the answer after the present token.

        Raises:
            ValueError: if the text is empty, nobody has the speaker's name, or an
                answer is still being written; and what the speaker raises.
        """
        turn = self._begin(text, speaker or self.speaker, "loop")
        with interrupts_call(self._interrupt):
            self._answer(turn)
        return messages_of(turn.pieces)[-1].content

    def send(self, text: str) -> None:
        """Send a message as the page does: the answer comes while the notebook is free.

        What the speaker raises is shown as a note.

        Raises:
            ValueError: as `say`.
        """
        turn = self._begin(text, self.speaker, "thread")
        self._thread = threading.Thread(
            target=self._answer_quietly, args=(turn,), daemon=True
        )
        self._thread.start()

    def wait(self) -> None:
        """Wait until the answer that was sent for is there."""
        if self._thread is not None:
            self._thread.join()

    def new_conversation(self) -> None:
        """Forget what was said.

        Raises:
            ValueError: while an answer is being written.
        """
        self._check_free()
        self._told = []
        with self.hold_sync():
            self.turns, self.reply, self.prompt, self.note = [], [], [], ""

    @property
    def messages(self) -> list[Message]:
        """The conversation so far; a turn that failed at once is not in it."""
        return self._messages(self._told)

    # --- Answering ---

    def _messages(self, turns: Sequence[Turn]) -> list[Message]:
        messages = []
        if self.system.strip():
            messages.append(Message("system", self.system.strip()))
        for turn in turns:
            if turn.pieces or not turn.note:
                messages += [Message("user", turn.asked), *messages_of(turn.pieces)]
        return messages

    def _check_free(self) -> None:
        if self.running:
            raise ValueError(
                "an answer is still being written: press Stop, or call wait()"
            )

    def _begin(self, text: str, speaker: str, kind: str) -> Turn:
        self._check_free()
        text = _whole(text).strip()
        if not text:
            raise ValueError("the message is empty: write something to be answered")
        if speaker not in self._speakers:
            raise ValueError(
                f"no speaker is called {speaker!r}; there are {', '.join(self.names)}"
            )
        self._interrupted = False
        self._told.append(Turn(text, speaker))
        with self.hold_sync():
            self.stop_requested, self.note, self.running = False, "", kind
            self.reply = []
            self.turns = [turn.as_json() for turn in self._told]
        return self._told[-1]

    def _interrupt(self) -> None:
        self._interrupted = True  # no trait: ■ may come while a message is being sent

    @property
    def _stopping(self) -> bool:
        return self._interrupted or self.stop_requested

    def _answer(self, turn: Turn) -> None:
        speak = self._speakers[turn.speaker]
        messages = [*self._messages(self._told[:-1]), Message("user", turn.asked)]
        try:
            read = speak.prompt(messages) if hasattr(speak, "prompt") else ()
            self.prompt = pieces_as_json(read)
            self._collect(speak(messages), turn)
        except Exception as error:
            turn.note = f"ended by {type(error).__name__}: {error}"
            raise
        except KeyboardInterrupt:
            turn.note = "interrupted"
            raise
        finally:
            with self.hold_sync():
                self.turns = [told.as_json() for told in self._told]
                self.note, self.running = turn.note, ""

    def _collect(self, pieces: Iterable[Piece], turn: Turn) -> None:
        """Show pieces as they come, until they end or somebody stops them."""
        iterator, sent_at = iter(pieces), 0.0
        try:
            for piece in iterator:
                turn.pieces.append(piece)
                if time.monotonic() - sent_at >= self._pause_s:
                    self.reply = pieces_as_json(turn.pieces)
                    sent_at = time.monotonic()
                if self._stopping:
                    turn.note = "stopped"
                    return
        finally:
            if hasattr(iterator, "close"):
                iterator.close()

    def _answer_quietly(self, turn: Turn) -> None:
        with contextlib.suppress(Exception):  # the page shows it as the turn's note
            self._answer(turn)

    @traitlets.validate("system")
    def _checked_system(self, proposal: dict) -> str:
        return _whole(proposal["value"])

    @traitlets.validate("command")
    def _checked_command(self, proposal: dict) -> list[str]:
        return [_whole(word) for word in proposal["value"]]

    def _on_command(self, _change: object) -> None:
        self.heard, name, argument = self.command
        actions = {"send": self.send, "new": lambda _: self.new_conversation()}
        if name not in actions:
            raise ValueError(f"unknown command {name!r}")
        try:
            actions[name](argument)
        except ValueError as error:  # nobody reads what a message from the page raises
            self.note = str(error)

    # --- On paper ---

    def static_html(self) -> str:
        """Show the conversation, shaded, with whole percents as titles."""
        if not self._told:
            return f"<p><i>{html.escape(repr(self))}</i></p>"
        return conversation_html(self.system.strip(), self._told)

    def __repr__(self) -> str:
        names = ", ".join(" ".join(name.split()) for name in self.names)
        n = len(self._told)
        return f"ChatPanel({names}: {n} message{'' if n == 1 else 's'} sent)"


def _whole(text: str) -> str:
    """Replace half characters, which a page may send and nobody can send back."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
