"""The whole run: from nothing to the models of the course, with their report card.

python -m course_lib speedrun --out my_speedrun --size small
"""

from pathlib import Path

from course_lib.speedrun.card import Card, save_page, table
from course_lib.speedrun.whole.gather import gather_card, shipped_card
from course_lib.speedrun.whole.plan import SIZES, Plan
from course_lib.speedrun.whole.record import Record
from course_lib.speedrun.whole.runner import Runner, RunRefused, StepFailed
from course_lib.speedrun.whole.steps import STEPS, Step, end_with_parent, run_step

__all__ = [
    "SIZES",
    "STEPS",
    "Plan",
    "Record",
    "RunRefused",
    "Runner",
    "Step",
    "StepFailed",
    "end_with_parent",
    "gather_card",
    "run_step",
    "run_whole",
    "shipped_card",
]


def run_whole(folder: Path, size: str, device: str = "cpu", seeds: int = 1) -> Card:
    """Run all steps, then write and print the report card.

    Raises:
        StepFailed: if a step failed.
        RunRefused: if the folder holds a run of another size, number of seeds or
            recipe, or if one is going on there.
    """
    Runner(folder, size, device, seeds).run()
    card = gather_card(folder, size, seeds)
    card.save(folder)
    print(f"\n{table(card)}\n\nThe card: {save_page(card, folder)}")
    return card
