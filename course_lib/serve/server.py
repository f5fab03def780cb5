"""The endpoint itself: HTTP on this machine, in the words of OpenAI's API.

The standard library's server is enough for one user and their programs. It listens on
localhost only unless told otherwise; it is no match for the open internet: no TLS, no
accounts, no limits by caller.
"""

import ipaddress
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from course_lib.serve.answering import Models
from course_lib.serve.callers import check_ending, check_key, check_name
from course_lib.serve.replies import Reply, error_body, model_card
from course_lib.serve.requests import RequestError, read_chat, read_plain

LOCALHOST = "127.0.0.1"
MAX_BODY = 1_000_000  # bytes; a context of a few hundred tokens needs far less
DRAINED = 16 * MAX_BODY  # of a body that is too long; whoever sends more is cut off
DIGITS = 15  # of a length; with more it is none
SILENCE_S = 30  # after which a client that does not finish its request is dropped
READERS = {"/v1/chat/completions": read_chat, "/v1/completions": read_plain}


class Endpoint(ThreadingHTTPServer):
    """Serves models until it is shut down.

    Port 0 takes a free one; `url` says which it became.

    Raises:
        OSError: if the port is taken.
    Example: `Endpoint(models, port=8000).serve_forever()`
    """

    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # on Windows it would share a taken port

    def __init__(
        self,
        models: Models,
        host: str = LOCALHOST,
        port: int = 8000,
        api_key: str | None = None,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.models, self.api_key, self.log = models, api_key, log
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """What a client takes as its base URL."""
        host, port = self.server_address[:2]
        return f"http://{host}:{port}/v1"

    @property
    def is_local(self) -> bool:
        """Whether only programs on this machine can reach it."""
        return ipaddress.ip_address(self.server_address[0]).is_loopback

    @property
    def names(self) -> tuple[str, ...]:
        """What a program may call it; a web page calls it otherwise."""
        names = ("localhost", LOCALHOST, "::1", str(self.server_address[0]))
        # What http.server has asked for: the machine's name, with its domain.
        return names if self.is_local else (*names, self.server_name.lower())

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up; report our own faults."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "course"
    sys_version = ""
    timeout = SILENCE_S
    server: Endpoint

    def do_GET(self) -> None:
        """List the models, or one of them."""
        self._guarded(self._get)

    def do_POST(self) -> None:
        """Answer messages or continue a text."""
        self._guarded(self._post)

    def do_PUT(self) -> None:
        """Refuse, as every method that is left."""
        self._guarded(self._no_method)

    do_DELETE = do_PATCH = do_OPTIONS = do_HEAD = do_PUT

    def log_message(self, format: str, *args: object) -> None:
        """Pass on one line a request, where somebody wants to know."""
        if self.server.log:
            line = format % args
            self.server.log("".join(c if c.isprintable() else "?" for c in line))

    def _guarded(self, act: Callable[[], None]) -> None:
        self._begun = False  # whether a stream has been started
        self._taken = False  # whether the body has been seen to
        try:
            self._check_ending()
            self._check_caller()
            act()
        except RequestError as error:
            self._leave_body()
            self._fail(error)
        except (ConnectionError, TimeoutError):  # hung up, or silent: nobody to tell
            self.close_connection = True
        except Exception:
            self.close_connection = True
            self._fail(RequestError("the server failed; see its window", status=500))
            raise

    def _check_ending(self) -> None:
        try:
            check_ending(self.headers)
        except RequestError:
            self._taken = self.close_connection = True  # what follows is no request
            raise

    def _check_caller(self) -> None:
        """Refuse web pages that reach in from a browser, and keys that do not fit."""
        key, is_local = self.server.api_key, self.server.is_local
        if is_local or not key:
            check_name(self.headers, self.server.names, is_open=not is_local)
        if key:
            check_key(self.headers, key)

    def _get(self) -> None:
        self._leave_body()
        names = list(self.server.models.speakers)
        path = self._asked_path()
        if path == "/v1/models":
            data = [model_card(name) for name in names]
            self._send(200, {"object": "list", "data": data})
        elif path.startswith("/v1/models/"):
            name = unquote(path.removeprefix("/v1/models/"))
            self.server.models.speaker(name)
            self._send(200, model_card(name))
        elif path in READERS:
            self._no_method()
        else:
            self._nothing_here(path)

    def _asked_path(self) -> str:
        try:
            return urlsplit(self.path).path
        except ValueError as error:
            raise RequestError(
                f"cannot read the address {self.path!r} ({error}): ask for a path such "
                f"as /v1/models"
            ) from error

    def _post(self) -> None:
        path = self._asked_path()
        body = self._body()
        if path not in READERS:
            self._nothing_here(path)
        request = READERS[path](body, self.server.models.usual)
        answering, deltas = self.server.models.answer(request)
        reply = Reply(request)
        with self.server.models.turns.take():
            if not request.stream:
                self._send(200, reply.whole(deltas, answering))
                return
            self._begin_stream()
            if request.is_chat:
                self._event(reply.first())
            for delta in deltas:
                self._event(reply.part(delta))
            self._event(reply.last(answering))
            if request.with_usage:
                self._event(reply.counts(answering))
        self._end_stream()

    def _leave_body(self) -> None:
        """Drop an unread body and its connection: it must not be the next request."""
        if self._taken:
            return
        self._taken = True
        length = self.headers.get("Content-Length", "")
        if length not in ("", "0"):
            self.close_connection = True
        if length.isdecimal() and len(length) <= DIGITS:
            self._throw_away(int(length))

    def _body(self) -> bytes:
        self._taken = True
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or len(length) > DIGITS:
            self.close_connection = True  # where the body ends, nobody knows
            raise RequestError("send a Content-Length and that many bytes", status=411)
        if int(length) > MAX_BODY:
            self._throw_away(int(length))
            self.close_connection = True
            raise RequestError(
                f"the body has {int(length):,} bytes; at most {MAX_BODY:,} are read",
                status=413,
            )
        body = self.rfile.read(int(length))
        # A browser sends JSON to another origin only after it has asked; text it sends.
        if self.headers.get_content_type() != "application/json":
            raise RequestError("send Content-Type: application/json", status=415)
        return body

    def _throw_away(self, length: int) -> None:
        """Read what nobody wants: a client reads no answer while it still sends."""
        left = min(length, DRAINED)
        while left > 0 and (chunk := self.rfile.read(min(left, 65_536))):
            left -= len(chunk)

    def _no_method(self) -> None:
        raise RequestError(
            f"{self.command} is not possible here: models are read with GET, answers "
            f"asked for with POST",
            status=405,
        )

    def _nothing_here(self, path: str) -> None:
        raise RequestError(
            f"nothing at {path}; there are /v1/models, {', '.join(READERS)}", status=404
        )

    def _send(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _fail(self, error: RequestError) -> None:
        """Tell the client, inside a stream if one has begun."""
        with suppress(ConnectionError, TimeoutError):
            if self._begun:
                self._event(error_body(error))
                self._end_stream()
            else:
                self._send(error.status, error_body(error))

    def _begin_stream(self) -> None:
        self._begun = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _event(self, content: dict[str, Any]) -> None:
        self._chunk(f"data: {json.dumps(content)}\n\n".encode())

    def _end_stream(self) -> None:
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()
