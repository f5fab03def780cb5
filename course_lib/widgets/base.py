"""What all widgets share: the stylesheet, the static form, and the look of a token."""

import html
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

# Pale, told apart by colour-blind readers, and dark text stays readable on each.
TOKEN_COLOURS = ("#cfe8ff", "#ffe7c2", "#d9f2d0", "#f6d5e5", "#c8b8f0")


def script(name: str) -> str:
    """Read a widget's script, behind what all of them share."""
    folder = Path(__file__).parent
    parts = [folder.joinpath(part).read_text("utf-8") for part in ("course.js", name)]
    return "".join(parts)


class RefusedValueError(traitlets.TraitError, ValueError):
    """What a validator raises: of this kind, the trait keeps its old value."""


class CourseWidget(anywidget.AnyWidget):
    """Add the static HTML form to an anywidget.

    A subclass says `static_html()` and a `__repr__` that is the same on every run;
    both describe the state the widget is in at that moment.
    """

    _css = Path(__file__).with_name("course.css")

    def static_html(self) -> str:
        """Return the picture that stands in for the widget where no kernel runs."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": repr(self), "text/html": self.static_html()}, (
            metadata
        )


def as_array(numbers: Any, dtype: Any) -> np.ndarray:
    """Read lists, arrays, or a tensor in any precision on any device."""
    if hasattr(numbers, "detach"):
        numbers = numbers.detach().float().cpu()
    return np.asarray(numbers, dtype=dtype)


def token_label(token_bytes: bytes) -> str:
    """Make a token visible: spaces as dots, broken characters as their bytes.

    Example: b" hat" -> "·hat"; b"\\xf0\\x9f" -> "⟨f0 9f⟩"
    """
    try:
        text = token_bytes.decode("utf-8")
    except UnicodeDecodeError:
        return f"⟨{token_bytes.hex(' ')}⟩"
    shown = []
    for character in text:
        if character == " ":
            shown.append("·")
        elif character == "\n":
            shown.append("⏎")
        elif character == "\t":
            shown.append("⇥")
        elif character.isprintable() or character == "\u200d":
            shown.append(character)
        else:
            shown.append(f"⟨{character.encode().hex(' ')}⟩")
    return "".join(shown)


def chips_html(labels: Iterable[str], titles: Iterable[str] | None = None) -> str:
    """Draw tokens as coloured boxes. Where styles are stripped, `code` still boxes."""
    labels = list(labels)
    titles = list(titles) if titles is not None else [""] * len(labels)
    boxes = []
    for k, (label, title) in enumerate(zip(labels, titles, strict=True)):
        colour = TOKEN_COLOURS[k % len(TOKEN_COLOURS)]
        style = f"background:{colour};color:#111;padding:1px 2px;border-radius:3px"
        tip = f' title="{html.escape(title)}"' if title else ""
        boxes.append(f'<code style="{style}"{tip}>{html.escape(label)}</code>')
    return "<wbr>".join(boxes)
