"""Turn the notebook's ■ into a polite request: end after the present step."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_call(ask: Callable[[], None]) -> Iterator[None]:
    """Call `ask` at the first ■ (SIGINT) instead of raising KeyboardInterrupt.

    An exception that breaks in anywhere can leave an optimizer half-way between two
    steps. The second ■ raises, for steps that take too long. Threads other than the
    main one receive no signals: there this changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def first(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        ask()

    signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def interrupted_afterwards() -> Iterator[None]:
    """Let a block come to its end before the first ■ raises KeyboardInterrupt.

    Where ■ is a polite request already, it stays one, and nothing is raised.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    asked = threading.Event()
    with interrupts_call(asked.set):
        yield
    if asked.is_set():
        raise KeyboardInterrupt
