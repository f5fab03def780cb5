"""Who may ask: the names that a server answers to, keys, and requests with one end.

A caller that is refused here is not listened to: the body is thrown away.
"""

import hmac
import ipaddress
import socket
from collections.abc import Collection
from email import errors
from email.message import Message
from urllib.parse import urlsplit

from course_lib.serve.requests import RequestError

# Lines that are no header. The parser of mails, which reads headers here, passes over
# some of them; what else it finds fault with concerns a body.
NO_HEADERS = (
    errors.FirstHeaderLineIsContinuationDefect,
    errors.InvalidHeaderDefect,
    errors.MisplacedEnvelopeHeaderDefect,
    errors.MissingHeaderBodySeparatorDefect,
)


def check_ending(headers: Message) -> None:
    """Refuse a request whose end a proxy may see elsewhere than this server does.

    What lies between the two ends would be a request of its own, smuggled past the
    proxy (RFC 9112, section 11.2).

    Raises:
        RequestError: (411) at a Transfer-Encoding; (400) at two lengths, or at a line
            that is no header: it is lost, or all others behind it.
    """
    if "Transfer-Encoding" in headers:
        raise RequestError(
            "a Transfer-Encoding is not read here: send a Content-Length and that many "
            "bytes",
            status=411,
        )
    lengths = headers.get_all("Content-Length", [])
    if len(lengths) > 1:
        raise RequestError(f"send one Content-Length, got {len(lengths)}")
    if any(isinstance(defect, NO_HEADERS) for defect in headers.defects):
        raise RequestError("a header is malformed: write each as `Name: value`")


def check_name(headers: Message, names: Collection[str], is_open: bool) -> None:
    """Refuse web pages that reach in from a browser under a name of their own.

    A page may let its name point to this machine (DNS rebinding); then the browser
    lets it read what is answered. It cannot do so with an address, nor with the names
    that this machine gives itself.

    Args:
        names: those that are always right.
        is_open: whether others than this machine may ask, without a key.

    Raises:
        RequestError: (403) at any other name, (400) where it cannot be read.
    """
    try:
        host = urlsplit(f"//{headers.get('Host', '')}").hostname or ""
    except ValueError as error:
        raise RequestError("the Host header is malformed") from error
    if host in names:
        return
    if is_open and (_is_address(host) or host in _own_names()):
        return
    remedy = "use localhost"
    if is_open:
        remedy = "use the machine's address or own name, or start the server with a key"
    raise RequestError(f"not served under the name {host!r}: {remedy}", status=403)


def check_key(headers: Message, key: str) -> None:
    """Refuse who does not know the key.

    Raises:
        RequestError: (401).
    """
    given = headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), key.encode()):
        raise RequestError(
            "the API key is missing or wrong: send the one this server was started "
            "with",
            status=401,
            code="invalid_api_key",
        )


def _own_names() -> tuple[str, str, str]:
    """Give this machine's name as it is, without its domain, and for its neighbours.

    Example: ("lamp.campus.example", "lamp", "lamp.local")
    """
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return name, short, f"{short}.local"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
