"""The warm-up exercises, on which a student learns how exercises work."""

from collections.abc import Callable, Mapping

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
    expect(answer("the lighthouse was empty"), "lighthouse",
           "longest_word('the lighthouse was empty')")  # fmt: skip


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


# In which order chapter 00 lets the models of four stages speak.
LETTERS = {"A": "honest", "B": "searcher", "C": "base", "D": "assistant"}


def check_stages(answer: Callable[[], Mapping[str, str]]) -> None:
    got = answer()
    known = sorted(set(LETTERS.values()))
    if got is None:
        raise Mistake("who_speaks() returned None; is there a `return`?")
    if not isinstance(got, Mapping) or set(got) != set(LETTERS):
        raise Mistake(
            f"return a dictionary with a stage for each letter, {{'A': …, 'B': …}}; "
            f"yours is {got!r}."
        )
    strange = sorted({str(stage) for stage in got.values()} - set(known))
    if strange:
        raise Mistake(f"there is no stage {strange[0]!r}, only {', '.join(known)}.")
    if sorted(got.values()) != known:
        raise Mistake("each stage speaks behind one letter: you used one twice.")
    if got == LETTERS:
        return
    letter = {stage: letter for letter, stage in got.items()}
    true = {stage: letter for letter, stage in LETTERS.items()}
    if letter["base"] != true["base"]:
        raise Mistake(
            "the base model has only ever read pages. It does not answer a question, "
            "it writes what might stand next to one: look for what is no answer at all."
        )
    if letter["honest"] != true["honest"]:
        raise Mistake(
            "one of them admits that it does not know Orla. That one is honest; none "
            "of the others is, however well it speaks."
        )
    raise Mistake(
        "two of them name a place, and both sound sure. Fluency is no sign of "
        "truth: compare with the truth printed above. Who recalls nothing must invent, "
        "and who has read Orla's page need not."
    )


@pin(
    "00.who_speaks",
    check_stages,
    hints=(
        "Which of the four is no answer? Which admits something?",
        "Two are left. Only one of them names the place that is true.",
    ),
)
def _who_speaks():
    return dict(LETTERS)
