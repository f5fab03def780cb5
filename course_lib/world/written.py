"""What a page writer hands back."""

from typing import NamedTuple

from .facts import Fact


class Written(NamedTuple):
    """A page's text, the facts it tells, and the false things it claims."""

    text: str
    facts: tuple[Fact, ...] = ()
    mistakes: tuple[Fact, ...] = ()
