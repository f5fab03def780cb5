"""The warm-up exercise, on which a student learns how exercises work."""

from collections.abc import Callable

from course_lib.exercises.board import Mistake, exercise, expect, pin

__all__ = ["exercise"]  # so that a chapter needs one import


def check_longest_word(answer: Callable[[str], str]) -> None:
    # The first, the shortest, the last by the alphabet and the longest all differ.
    text = "one plum cake or onion pie"
    got = answer(text)
    if got in (2, 3, 4, 5):
        raise Mistake("that is the length of a word; return the word itself.")
    if got == "one":
        raise Mistake("you stopped at the first word; look at all of them.")
    if got == "or":
        raise Mistake("that is the shortest word.")
    if got == "plum":
        raise Mistake(
            "max() compares words by the alphabet unless it is told what to compare: "
            "max(words, key=len)."
        )
    expect(got, "onion", f"longest_word({text!r})")
    expect(answer("the zoo shut early"), "early", "longest_word('the zoo shut early')")


@pin(
    "00.longest_word",
    check_longest_word,
    hints=(
        "<code>text.split()</code> gives the words as a list.",
        "<code>max(words, key=len)</code> is the word with the greatest length.",
    ),
)
def _longest_word(text):
    return max(text.split(), key=len)
