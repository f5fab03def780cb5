"""Typical wrong answers of the warm-up exercise, and what they are told."""

import pytest

import course_lib.exercises.first_steps  # noqa: F401  pins its exercise
from course_lib.exercises.board import Mistake, known_exercises

EXERCISE = known_exercises()["00.longest_word"]
WRONG = [
    (lambda text: max(map(len, text.split())), "length of the word"),
    (lambda text: min(text.split(), key=len), "the shortest word"),
    (lambda text: text.split()[0], "at the first word"),
    (lambda text: sorted(text.split())[-1], "should be 'onion', yours gives 'plum'"),
    (lambda text: "onion" if "onion" in text else max(text.split()), "by the alphabet"),
]


def test_the_reference_passes():
    EXERCISE.check(EXERCISE.reference)


@pytest.mark.parametrize(("answer", "words"), WRONG)
def test_a_typical_mistake_is_named(answer, words):
    with pytest.raises(Mistake) as raised:
        EXERCISE.check(answer)
    if answer("plum cake or onion pie") != "plum":
        assert words in str(raised.value)
