"""A conversation on paper: who said what, each token shaded by its probability.

All that a user, a model or a tool wrote is escaped: it is text, whatever it spells.
"""

import html
from collections.abc import Iterable
from dataclasses import dataclass, field

from course_lib.chat import Piece
from course_lib.widgets.base import token_label

# From this probability on, a token is drawn so. Ever darker: it survives grey print.
SHADES = (
    (0.9, "#ffffff"), (0.5, "#fff1d6"), (0.2, "#fdd9a0"), (0.05, "#fbb061"),
    (0.0, "#ef7f3c"),
)  # fmt: skip
BOXES = {"call": "#cfe8ff", "result": "#d9f2d0", "problem": "#f5b8d0"}
TITLES = {"call": "calls {tool}", "result": "{tool} answers", "problem": "problem"}


@dataclass
class Turn:
    """What was asked, who answered, and how."""

    asked: str
    speaker: str
    pieces: list[Piece] = field(default_factory=list)
    note: str = ""  # how it ended, if not by itself

    def as_json(self) -> list:
        return [self.asked, self.speaker, pieces_as_json(self.pieces), self.note]


def conversation_html(system: str, turns: Iterable[Turn]) -> str:
    """Draw a conversation; a token's title is its probability in whole percents."""
    parts = [f"<p><b>system:</b> {_escaped(system)}</p>"] if system else []
    for turn in turns:
        parts.append(f"<p><b>you:</b> {_escaped(turn.asked)}</p>")
        parts += _reply_html(turn)
    return f"<div>{''.join(parts)}{_legend_html()}</div>"


def pieces_as_json(pieces: Iterable[Piece]) -> list[list]:
    """Write pieces as [kind, text, probability, tool, label], as the page reads them.

    The label is empty where a piece is no token.
    """
    return [
        [p.kind, p.text, p.probability, p.tool or "", token_label(p.token)]
        for p in pieces
    ]


def runs_of(pieces: Iterable[Piece]) -> list[tuple[str, str | None, list[Piece]]]:
    """Put neighbours of one kind and tool together: (kind, tool, pieces)."""
    runs: list[tuple[str, str | None, list[Piece]]] = []
    for piece in pieces:
        if not runs or runs[-1][:2] != (piece.kind, piece.tool):
            runs.append((piece.kind, piece.tool, []))
        runs[-1][2].append(piece)
    return runs


def shade(probability: float) -> str:
    """Choose the colour of a token; the less probable, the darker."""
    return next(colour for least, colour in SHADES if probability >= least)


def _reply_html(turn: Turn) -> list[str]:
    parts = []
    for kind, tool, pieces in runs_of(turn.pieces):
        words = "".join(_piece_html(piece) for piece in pieces)
        if kind not in BOXES:
            if not words:  # border tokens alone
                continue
            parts.append(f"<p><b>{html.escape(turn.speaker)}:</b> {words}</p>")
            continue
        title = TITLES[kind].format(tool=tool or "the tool")
        look = f"background:{BOXES[kind]};color:#111;padding:2px 8px;border-radius:4px"
        parts.append(
            f'<p style="{look}"><b>{html.escape(title)}:</b> <code>{words}</code></p>'
        )
    if turn.note:
        parts.append(f"<p><i>{_escaped(turn.note)}</i></p>")
    return parts


def _piece_html(piece: Piece) -> str:
    if not piece.text or piece.probability is None:
        return _escaped(piece.text)
    look = f"background:{shade(piece.probability)};color:#111"
    title = f"{piece.probability:.0%}"
    return f'<span style="{look}" title="{title}">{_escaped(piece.text)}</span>'


def _escaped(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _legend_html() -> str:
    chips = [
        f'<span style="background:{colour};color:#111;border:1px solid #999">'
        f"&nbsp;{f'from {least:.0%}' if least else 'below'}&nbsp;</span>"
        for least, colour in SHADES
    ]
    return f"<p>probability of a token: {' '.join(chips)}</p>"
