"""The report card: what each stage of a speedrun reached, and if that is enough."""

from course_lib.speedrun.card.card import Card, Curve, Findings, Stage, rounded, table
from course_lib.speedrun.card.figures import Figure
from course_lib.speedrun.card.page import page, save_page

__all__ = [
    "Card",
    "Curve",
    "Figure",
    "Findings",
    "Stage",
    "page",
    "rounded",
    "save_page",
    "table",
]
