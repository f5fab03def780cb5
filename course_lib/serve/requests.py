"""Read what a client asks for: JSON in, a checked request out, or an error that helps.

The shapes are those of OpenAI's API reference, "Create chat completion" and "Create
completion". What this server cannot do it refuses: a client that asks for five answers
and gets one would never know.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from course_lib.chat import Message
from course_lib.generate import SamplingConfig

MAX_STOPS = 4  # as OpenAI's
# Fields that change nothing here, or nothing as long as they hold the value beside.
WITHOUT_EFFECT = ("user", "metadata", "store", "service_tier", "safety_identifier")
ONLY: dict[str, tuple[object, ...]] = {
    "n": (1,),
    "best_of": (1,),
    "echo": (False,),
    "suffix": (None,),
    "top_logprobs": (0,),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "logit_bias": ({},),
    "response_format": ({"type": "text"},),
    "tools": ([],),
    "functions": ([],),
    "tool_choice": ("none", "auto"),
    "modalities": (["text"],),
}
SHARED = ("model", "stream", "stream_options", "temperature", "top_p", "seed", "stop")
CHAT_ONLY = ("messages", "max_tokens", "max_completion_tokens", "logprobs")
PLAIN_ONLY = ("prompt", "max_tokens")


class RequestError(ValueError):
    """A request that is refused: what the client did, and what to do instead."""

    def __init__(
        self,
        message: str,
        param: str | None = None,
        status: int = 400,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.param, self.status, self.code = param, status, code


@dataclass(frozen=True)
class Request:
    """What is to be generated, and how."""

    model: str
    sampling: SamplingConfig
    max_tokens: int | None  # None: until the model ends, or its context is full
    stops: tuple[str, ...] = ()  # texts at which an answer ends
    stream: bool = False
    with_usage: bool = False  # send the token counts behind a stream
    with_probabilities: bool = False
    messages: tuple[Message, ...] = ()  # of a chat
    prompt: str | None = None  # of a plain completion

    @property
    def is_chat(self) -> bool:
        """Whether messages are to be answered, not a text continued."""
        return self.prompt is None


def read_chat(body: bytes, usual: SamplingConfig) -> Request:
    """Read the body of `POST /v1/chat/completions`.

    Args:
        usual: how to sample where the client does not say.

    Raises:
        RequestError: naming the field, its value and the remedy.
    """
    fields = _fields(body, (*SHARED, *CHAT_ONLY))
    given = _need(fields, "messages")
    if not isinstance(given, list) or not given:
        raise RequestError(
            f"messages must be a list with at least one message, got {given!r}",
            "messages",
        )
    messages = tuple(_message(k, message) for k, message in enumerate(given))
    limit = "max_completion_tokens" if "max_completion_tokens" in fields else None
    return Request(
        **_shared(fields, usual, limit or "max_tokens"),
        messages=messages,
        with_probabilities=_flag(fields, "logprobs"),
    )


def read_plain(body: bytes, usual: SamplingConfig) -> Request:
    """Read the body of `POST /v1/completions`: a text that a base model continues.

    Raises:
        RequestError: naming the field, its value and the remedy.
    """
    fields = _fields(body, (*SHARED, *PLAIN_ONLY))
    prompt = _need(fields, "prompt")
    if not isinstance(prompt, str):
        raise RequestError(
            f"prompt must be one string, got {prompt!r}: send several requests for "
            f"several texts",
            "prompt",
        )
    return Request(**_shared(fields, usual, "max_tokens"), prompt=prompt)


def _fields(body: bytes, known: tuple[str, ...]) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"the body is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise RequestError(f"the body must be a JSON object, got {fields!r}")
    fields = {name: value for name, value in fields.items() if value is not None}
    for name, value in fields.items():
        if name in known or name in WITHOUT_EFFECT:
            continue
        if name not in ONLY:
            raise RequestError(f"unknown field {name!r}: leave it out", name)
        if value not in ONLY[name]:
            raise RequestError(
                f"{name}={value!r} is not possible here: leave it out", name
            )
    return fields


def _need(fields: Mapping[str, Any], name: str) -> Any:
    if name not in fields:
        raise RequestError(f"the field {name!r} is missing", name)
    return fields[name]


def _shared(
    fields: Mapping[str, Any], usual: SamplingConfig, limit: str
) -> dict[str, Any]:
    """Read the fields that both endpoints have; `limit` is what the limit is called."""
    model = _need(fields, "model")
    if not isinstance(model, str):
        raise RequestError(f"model must be a string, got {model!r}", "model")
    options = fields.get("stream_options", {})
    if not isinstance(options, dict):
        raise RequestError(
            f"stream_options must be an object, got {options!r}", "stream_options"
        )
    return {
        "model": model,
        "sampling": _sampling(fields, usual),
        "max_tokens": _whole(fields, limit, least=1),
        "stops": _stops(fields.get("stop", ())),
        "stream": _flag(fields, "stream"),
        "with_usage": _flag(options, "include_usage"),
    }


def _sampling(fields: Mapping[str, Any], usual: SamplingConfig) -> SamplingConfig:
    temperature = _number(fields, "temperature", 0, 2)
    top_p = _number(fields, "top_p", 0, 1)
    seed = _whole(fields, "seed", least=None)
    return SamplingConfig(
        temperature=usual.temperature if temperature is None else temperature,
        top_k=usual.top_k,
        # OpenAI allows top_p=0; the likeliest token is what it leaves.
        top_p=usual.top_p if top_p is None else max(top_p, 1e-6),
        seed=usual.seed if seed is None else seed % 2**63,
    )


def _number(
    fields: Mapping[str, Any], name: str, least: float, most: float
) -> float | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RequestError(f"{name} must be a number, got {value!r}", name)
    if not least <= value <= most:
        raise RequestError(
            f"{name} must lie between {least} and {most}, got {value}", name
        )
    return float(value)


def _whole(fields: Mapping[str, Any], name: str, least: int | None) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise RequestError(f"{name} must be a whole number, got {value!r}", name)
    if least is not None and value < least:
        raise RequestError(f"{name} must be at least {least}, got {value}", name)
    return value


def _flag(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise RequestError(f"{name} must be true or false, got {value!r}", name)
    return value


def _stops(value: Any) -> tuple[str, ...]:
    stops = [value] if isinstance(value, str) else value
    if not isinstance(stops, list | tuple) or not all(
        isinstance(stop, str) and stop for stop in stops
    ):
        raise RequestError(
            f"stop must be a text or a list of texts, none empty, got {value!r}",
            "stop",
        )
    if len(stops) > MAX_STOPS:
        raise RequestError(
            f"stop can be at most {MAX_STOPS} texts, got {len(stops)}", "stop"
        )
    return tuple(stops)


def _message(k: int, given: Any) -> Message:
    where = f"messages[{k}]"
    if not isinstance(given, dict):
        raise RequestError(f"{where} must be an object, got {given!r}", where)
    role = given.get("role")
    if role == "developer":  # what newer clients call a system message
        role = "system"
    if role not in ("system", "user", "assistant"):
        raise RequestError(
            f"{where}.role must be system, user or assistant, got {role!r}; tools run "
            f"on the server, inside its answer",
            f"{where}.role",
        )
    return Message(role, _content(where, given.get("content")))


def _content(where: str, content: Any) -> str:
    """Read a text, or a list of parts that are all text."""
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(
        isinstance(part, dict)
        and part.get("type") == "text"
        and isinstance(part.get("text"), str)
        for part in content
    ):
        return "".join(part["text"] for part in content)
    raise RequestError(
        f"{where}.content must be a text, got {content!r}: the model reads only text",
        f"{where}.content",
    )
