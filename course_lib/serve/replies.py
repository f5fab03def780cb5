"""What the server answers: the JSON of OpenAI's API, whole or in pieces."""

import math
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from course_lib.serve.answering import Answering, Delta
from course_lib.serve.requests import Request, RequestError

ERROR_TYPES = {401: "authentication_error", 500: "server_error", 503: "server_error"}
LOWEST = -9999.0  # what OpenAI sends for "very unlikely": JSON has no infinity


@dataclass(frozen=True)
class Reply:
    """The frame that all parts of one answer share."""

    request: Request
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, deltas: Iterable[Delta], answering: Answering) -> dict[str, Any]:
        """Compute the whole answer, then describe it."""
        deltas = list(deltas)
        text = "".join(delta.text for delta in deltas)
        if self.request.is_chat:
            message = {"role": "assistant", "content": text, "refusal": None}
            choice: dict[str, Any] = {"message": message}
        else:
            choice = {"text": text}
        choice["logprobs"] = self._logprobs(deltas)
        choice["finish_reason"] = answering.finish_reason
        frame = self._frame(choice, "")
        return frame | {"usage": usage(answering)}

    def first(self) -> dict[str, Any]:
        """Say who speaks: the chunk that opens a streamed chat."""
        return self._chunk({"role": "assistant", "content": ""}, None, None)

    def part(self, delta: Delta) -> dict[str, Any]:
        """Wrap one piece of a streamed answer."""
        content = {"content": delta.text} if self.request.is_chat else delta.text
        return self._chunk(content, self._logprobs([delta]), None)

    def last(self, answering: Answering) -> dict[str, Any]:
        """Say how the answer ended: the chunk that closes a stream."""
        return self._chunk({} if self.request.is_chat else "", None, answering)

    def counts(self, answering: Answering) -> dict[str, Any]:
        """Count the tokens: a chunk of its own, for those who asked for it."""
        frame = self._frame({}, ".chunk" if self.request.is_chat else "")
        return frame | {"choices": [], "usage": usage(answering)}

    def _chunk(
        self, content: object, logprobs: object, answering: Answering | None
    ) -> dict[str, Any]:
        choice = {
            "delta" if self.request.is_chat else "text": content,
            "logprobs": logprobs,
            "finish_reason": answering.finish_reason if answering else None,
        }
        return self._frame(choice, ".chunk" if self.request.is_chat else "")

    def _frame(self, choice: dict[str, Any], kind: str) -> dict[str, Any]:
        chat = self.request.is_chat
        return {
            "id": f"{'chatcmpl' if chat else 'cmpl'}-{self.id}",
            "object": f"chat.completion{kind}" if chat else "text_completion",
            "created": self.created,
            "model": self.request.model,
            "choices": [{"index": 0, **choice}],
        }

    def _logprobs(self, deltas: Iterable[Delta]) -> dict[str, Any] | None:
        if not self.request.with_probabilities:
            return None
        content = [
            {
                "token": delta.token.decode("utf-8", "replace"),
                "logprob": math.log(delta.probability) if delta.probability else LOWEST,
                "bytes": list(delta.token),
                "top_logprobs": [],
            }
            for delta in deltas
            if delta.token and delta.probability is not None
        ]
        return {"content": content, "refusal": None}


def usage(answering: Answering) -> dict[str, int]:
    """Count the tokens that were read and written, calls included."""
    read, written = answering.prompt_tokens, answering.answer_tokens
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }


def model_card(name: str) -> dict[str, Any]:
    """Describe a model as a client lists it."""
    return {"id": name, "object": "model", "created": 0, "owned_by": "the course"}


def error_body(error: RequestError) -> dict[str, Any]:
    """Describe what went wrong."""
    return {
        "error": {
            "message": str(error),
            "type": ERROR_TYPES.get(error.status, "invalid_request_error"),
            "param": error.param,
            "code": error.code,
        }
    }
