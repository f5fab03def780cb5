"""The hand-written few-shot tasks: items enough, and none is among the shots."""

import json

import pytest

from course_lib.runtime import data_path

TASKS = json.loads(data_path("few_shot.json").read_text(encoding="utf-8"))


def test_there_are_five_tasks():
    assert len(TASKS) >= 5


@pytest.mark.parametrize("name", TASKS)
def test_a_task_has_thirty_held_out_items(name):
    shots, items = TASKS[name]["shots"], TASKS[name]["items"]
    assert len(shots) == 5
    assert len(items) >= 30
    assert len({question for question, _ in shots + items}) == len(shots + items)


def test_the_rules_hold():
    first, swapped = TASKS["first letter"], TASKS["swapped pairs"]
    assert all(q[0] == a for q, a in first["shots"] + first["items"])
    pairs = swapped["shots"] + swapped["items"]
    assert all(q.split() == a.split()[::-1] for q, a in pairs)
