"""Cut the network inside one Python process; loopback stays.

The course promises to run without a network. A laptop on a train would find out;
this makes CI find out too. It guards Python's own sockets, so what a chapter does
through `urllib`, `requests`, `ssl` or `asyncio` is caught, by name and address.
It does not guard C code (zmq, which only ever speaks to loopback here) nor
programs that are not Python.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MESSAGE = "the course must run without a network"

# Names that stay on this machine. "" and None mean "any local address" to a server.
LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost"}

# What is guarded: methods that carry an address, functions that look a name up.
SOCKET_METHODS = ("connect", "connect_ex", "sendto", "sendmsg")
LOOKUPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr")


class NetworkIsCutError(OSError):
    """Raised instead of touching the network; an OSError, as a dead cable gives."""


def is_local(host: object) -> bool:
    """Tell whether a host never leaves this machine, without asking anybody."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name.lower() in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(what: str, target: object) -> None:
    raise NetworkIsCutError(f"{MESSAGE}: {what} to {target}")


def _address_in(method: str, args: tuple[Any, ...]) -> Any:
    """Find the address among a socket method's arguments; None if there is none."""
    if method == "sendto":
        return args[-1]
    if method == "sendmsg":
        return args[3] if len(args) > 3 else None
    return args[0]


def _guarded_method(name: str) -> Callable[..., Any]:
    original = getattr(socket.socket, name)

    def guarded(self: socket.socket, *args: Any, **kwargs: Any) -> Any:
        address = _address_in(name, args)
        # Other families (AF_UNIX) never leave the machine; None is no address at all.
        internet = self.family in (socket.AF_INET, socket.AF_INET6)
        if internet and address is not None and not is_local(address[0]):
            _refuse(name, f"{address[0]}:{address[1]}")
        return original(self, *args, **kwargs)

    return guarded


def _guarded_lookup(name: str) -> Callable[..., Any]:
    original = getattr(socket, name)

    def guarded(host: Any = None, *args: Any, **kwargs: Any) -> Any:
        if not is_local(host):
            _refuse(name, host)
        return original(host, *args, **kwargs)

    return guarded


def cut() -> Callable[[], None]:
    """Cut the network until the returned function is called."""
    saved = [(socket.socket, n, socket.socket.__dict__.get(n)) for n in SOCKET_METHODS]
    saved += [(socket, n, getattr(socket, n)) for n in LOOKUPS]
    for name in SOCKET_METHODS:
        if hasattr(socket.socket, name):  # Windows has no sendmsg
            setattr(socket.socket, name, _guarded_method(name))
    for name in LOOKUPS:
        setattr(socket, name, _guarded_lookup(name))

    def restore() -> None:
        for owner, name, original in saved:
            if original is not None:
                setattr(owner, name, original)
            elif name in owner.__dict__:
                delattr(owner, name)  # uncovers the C method underneath

    return restore


@contextmanager
def network_cut() -> Iterator[None]:
    """Cut the network within a `with` block."""
    restore = cut()
    try:
        yield
    finally:
        restore()
