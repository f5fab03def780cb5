"""From a request to pieces of an answer: the models, and whose turn it is.

Two answers computed at once would each take more than twice as long on a few cores, so
requests queue, first come, first served.
"""

import codecs
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Condition

from course_lib.chat import END_OF_TEXT
from course_lib.generate import SamplingConfig, stream_with_probabilities
from course_lib.serve.requests import Request, RequestError
from course_lib.tools import Speaker
from course_lib.tools.speaker import TooLongError, bytes_of_token, refuse_too_long

USUAL_SAMPLING = SamplingConfig(temperature=0.5)
USUAL_LENGTH = 128  # tokens of a continuation for which no limit is asked


class Turns:
    """A queue for something that only one may use at a time.

    Raises:
        RequestError: (503, on `take`) if too many wait already.
    """

    def __init__(self, most_waiting: int = 16) -> None:
        self._condition, self._queue = Condition(), deque[object]()
        self._most = most_waiting

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for one's turn, and pass it on in the end."""
        ticket = object()
        with self._condition:
            if len(self._queue) > self._most:
                raise RequestError(
                    f"{self._most} requests wait already: try again in a moment",
                    status=503,
                    code="overloaded",
                )
            self._queue.append(ticket)
        try:
            with self._condition:
                self._condition.wait_for(lambda: self._queue[0] is ticket)
            yield
        finally:
            with self._condition:
                self._queue.remove(ticket)
                self._condition.notify_all()


@dataclass(frozen=True)
class Delta:
    """A stretch of the answer, as a client sees it."""

    text: str
    token: bytes = b""
    probability: float | None = None


@dataclass
class Answering:
    """An answer in the making; iterate over it, then ask how it ended."""

    prompt_tokens: int
    answer_tokens: int = 0
    finish_reason: str = "length"  # or "stop": the model, or a stop text, ended it
    traces: list[str] = field(default_factory=list)  # of tools, for the log


@dataclass(frozen=True)
class Models:
    """The models that are served, by name.

    Raises:
        ValueError: if there is none.
    """

    speakers: Mapping[str, Speaker]
    usual: SamplingConfig = USUAL_SAMPLING  # where nobody says
    turns: Turns = field(default_factory=Turns)

    def __post_init__(self) -> None:
        if not self.speakers:
            raise ValueError("no model to serve: give at least one")

    def speaker(self, name: str) -> Speaker:
        """Find a model by the name that a client gives.

        Raises:
            RequestError: (404) with the names there are.
        """
        if name not in self.speakers:
            raise RequestError(
                f"the model {name!r} does not exist; there are "
                f"{', '.join(self.speakers)}",
                "model",
                404,
                "model_not_found",
            )
        return self.speakers[name]

    def answer(self, request: Request) -> tuple[Answering, Iterator[Delta]]:
        """Check all that can be checked, then return an answer that is yet to come.

        Raises:
            RequestError: if the messages are out of order or too long.
        """
        speaker = replace(self.speaker(request.model), sampling=request.sampling)
        what = "messages" if request.is_chat else "prompt"
        try:
            if request.is_chat:
                kept = speaker.remembered(request.messages)
                request = replace(request, messages=tuple(kept))
                prompt_tokens = len(speaker.prompt(kept))
                said = _chat(speaker, request)
            else:
                ids = _start(speaker, request.prompt or "")
                prompt_tokens, said = len(ids), _continue(speaker, request, ids)
        except TooLongError as error:
            raise _exceeded(str(error), what) from error
        except ValueError as error:  # messages out of order, half a character
            raise RequestError(str(error), what) from error
        context = speaker.model.config.context
        if prompt_tokens >= context:
            raise _exceeded(
                f"this has {prompt_tokens} tokens, and the model's context holds "
                f"{context}, the answer included: send less",
                what,
            )
        answering = Answering(prompt_tokens)
        return answering, _until_stopped(said, request, answering)


def _exceeded(message: str, what: str) -> RequestError:
    return RequestError(message, what, code="context_length_exceeded")


@dataclass(frozen=True)
class _Said:
    delta: Delta
    computed: bool  # the model chose it: it counts as a token of the answer
    ended: bool = False  # the token with which a model ends its answer
    trace: str = ""


def _chat(speaker: Speaker, request: Request) -> Iterator[_Said]:
    """Answer messages; calls and results stay on the server."""
    box = speaker.box
    most = speaker.model.config.context - 1
    if request.max_tokens is not None:
        most = min(most, request.max_tokens)
    bounds = replace(box.bounds, new_tokens=most)
    speaker = replace(speaker, box=replace(box, bounds=bounds))
    stop_ids = box.template.stop_ids(box.tokenizer)
    ends = {bytes_of_token(box.tokenizer, i) for i in stop_ids}
    for piece in speaker(request.messages):
        own = piece.kind == "assistant"
        ended = own and not piece.text and piece.token in ends
        if piece.kind in ("result", "problem"):
            yield _Said(Delta(""), False, trace=f"{piece.kind}: {piece.text}")
        elif own and not ended:
            yield _Said(Delta(piece.text, piece.token, piece.probability), True)
        else:
            yield _Said(Delta(""), True, ended)


def _start(speaker: Speaker, prompt: str) -> list[int]:
    """Begin as a document begins; a prompt may be empty."""
    tokenizer = speaker.box.tokenizer
    refuse_too_long(prompt, tokenizer, speaker.model.config.context)
    begin = tokenizer.special_tokens.get(END_OF_TEXT)
    return [*([] if begin is None else [begin]), *tokenizer.encode(prompt)]


def _continue(speaker: Speaker, request: Request, ids: list[int]) -> Iterator[_Said]:
    """Continue a text, as a base model does."""
    tokenizer, model = speaker.box.tokenizer, speaker.model
    end = tokenizer.special_tokens.get(END_OF_TEXT)
    stops = () if end is None else (end,)
    most = model.config.context - len(ids)
    most = min(most, request.max_tokens or USUAL_LENGTH)
    characters = codecs.getincrementaldecoder("utf-8")("replace")
    for i, probability in stream_with_probabilities(
        model, ids, speaker.sampling, most, stops, keep_stop=True
    ):
        if i in stops:
            yield _Said(Delta(""), True, ended=True)
        else:
            token = bytes_of_token(tokenizer, i)
            yield _Said(Delta(characters.decode(token), token, probability), True)


def _until_stopped(
    said: Iterator[_Said], request: Request, answering: Answering
) -> Iterator[Delta]:
    """Count, end at a stop text, and hold back what may become one."""
    held = ""
    for one in said:
        answering.answer_tokens += one.computed
        if one.trace:
            answering.traces.append(one.trace)
        if one.ended:
            answering.finish_reason = "stop"
            break
        held += one.delta.text
        places = [held.find(stop) for stop in request.stops if stop in held]
        if places:
            answering.finish_reason, held = "stop", held[: min(places)]
            break
        keep = _may_begin(held, request.stops)
        now, held = held[: len(held) - keep], held[len(held) - keep :]
        if now or one.delta.token:
            yield replace(one.delta, text=now)
        if request.max_tokens and answering.answer_tokens >= request.max_tokens:
            break
    if held:
        yield Delta(held)


def _may_begin(text: str, stops: tuple[str, ...]) -> int:
    """Count the last characters that are the beginning of a stop text."""
    longest = max(map(len, stops), default=1) - 1
    for n in range(min(len(text), longest), 0, -1):
        if any(stop.startswith(text[-n:]) for stop in stops):
            return n
    return 0
