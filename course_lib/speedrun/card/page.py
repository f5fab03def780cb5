"""The report card as one HTML page that needs no other file and no network.

All texts come from models and are escaped. Curves are pictures inside the page.
"""

import base64
import html
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from course_lib import plots
from course_lib.runtime import atomic_write
from course_lib.speedrun.card.card import HEADS, MARKS, Card, Curve, Stage

HTML_NAME = "report.html"
STYLE = """
:root { color-scheme: light dark; --line: #8886; --good: #00734c; --bad: #b3401a; }
@media (prefers-color-scheme: dark) { :root { --good: #4cc79b; --bad: #ff9a6b; } }
body { font: 17px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto;
       padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.met { color: var(--good); } .missed { color: var(--bad); font-weight: 600; }
blockquote { margin: .2rem 0 1rem; padding-left: 1rem; white-space: pre-wrap;
             border-left: 3px solid var(--line); }
img { max-width: 100%; background: #fff; border-radius: 4px; }
.quiet { opacity: .75; }
"""
WIDE = ("value", "95 %", "n")  # columns of numbers


def page(card: Card) -> str:
    """Write the whole page."""
    n_bars = sum(figure.met is not None for figure in card.figures)
    body = [
        f"<h1>Report card</h1><p class=quiet>size {_text(card.size)}, "
        f"{len(card.stages)} stages</p>",
        f"<p><b>{n_bars - len(card.missed)} of {n_bars} bars met.</b></p>",
        _times(card),
        *(_stage(stage) for stage in card.stages),
        "<h2>Where it was measured</h2>",
        _rows(("what", "value"), card.environment.items()),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        "<title>Report card of a language model</title>"
        f"<style>{STYLE}</style></head>\n<body>{''.join(body)}</body></html>\n"
    )


def save_page(card: Card, folder: Path) -> Path:
    """Write `report.html`."""
    return atomic_write(folder / HTML_NAME, page(card))


def _stage(stage: Stage) -> str:
    if not (stage.figures or stage.curves or stage.texts):
        return ""  # its time and memory are in the first table
    single = Card("", (stage,), {})
    rows = [row[1:] for row in single.rows()]
    parts = [f'<h2 id="{_text(stage.name)}">{_text(stage.title)}</h2>']
    if rows:
        parts.append(_rows(HEADS[1:], rows))
    parts += [_curve(curve) for curve in stage.curves]
    for asked, said in stage.texts.items():
        parts.append(f"<p>{_text(asked)}</p><blockquote>{_text(said)}</blockquote>")
    return "".join(parts)


def _times(card: Card) -> str:
    rows = [
        (
            stage.title,
            _number(stage.seconds, " s"),
            _number(stage.peak_mb, " MB"),
            _number(stage.tokens_per_s, ""),
        )
        for stage in card.stages
        if stage.seconds is not None
    ]
    if not rows:
        return "<p class=quiet>Made stage by stage: times were not kept.</p>"
    rows.append(("all together", _number(card.seconds, " s"), "", ""))
    return _rows(("stage", "time", "peak memory", "tokens a second"), rows)


def _rows(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th{_side(head)}>{_text(head)}</th>" for head in heads)
    cells = [map(_cell, heads, row) for row in rows]
    lines = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"


def _cell(head: str, text: str) -> str:
    if text in (MARKS[True], MARKS[False]) and text:
        kind = "met" if text == MARKS[True] else "missed"
        return f'<td class="{kind}">{_text(text)}</td>'
    return f"<td{_side(head)}>{_text(text)}</td>"


def _side(head: str) -> str:
    numbers = (*WIDE, "time", "peak memory", "tokens a second")
    return ' class="n"' if head in numbers else ""


def _curve(curve: Curve) -> str:
    figure = plots.curve(
        {name: list(points) for name, points in curve.lines.items()},
        curve.x_label, curve.y_label, curve.title,
    )  # fmt: skip
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=80, metadata={"Software": None})
    data = base64.b64encode(picture.getvalue()).decode()
    ends = "; ".join(
        f"{name} ends at {points[-1][1]:.2f}"
        for name, points in curve.lines.items()
        if points
    )
    alt = _text(f"{curve.title}: {ends}")
    return f'<p><img alt="{alt}" src="data:image/png;base64,{data}"></p>'


def _number(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:,.0f}{unit}"


def _text(text: object) -> str:
    return html.escape(str(text))
