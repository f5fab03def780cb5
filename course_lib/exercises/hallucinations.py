"""Exercises of hallucinations: judge, interrogate, rank, refuse, count the price."""

import re
from collections.abc import Callable, Sequence

from course_lib.exercises.board import Mistake, exercise, expect, pin
from course_lib.exercises.surprise import close, expect_close

__all__ = ["exercise"]  # so that a chapter needs one import


def check_says(answer: Callable[[str, str], bool]) -> None:
    cases = [
        ("He lives in Oakport.", "Oak", False, "“Oak” was found inside “Oakport”. "
         "Whole words only, or a wrong answer counts as right."),
        ("Her rival is Mira Quill.", "Mira Quill", True, "a value may have two words."),
        ("She plays the tuba.", "tuba", True, "a full stop may follow the value."),
        ("Brine, I think.", "Brine", True, "the value may stand at the very "
         "beginning, with a comma behind it."),
        ("Plum cake, of course!", "plum cake", True, "a sentence may begin with the "
         "value, in a capital letter: compare without regard to case."),
        ("It is Ockleton.", "Ockle", False, "“Ockle” is an island, “Ockleton” a town: "
         "a word that only BEGINS with the value is another word."),
        ("A tortoise.", "toise", False, "a word that only ENDS with the value is "
         "another word."),
        ("I like cake, but plum best.", "plum cake", False, "both words are there, but "
         "not one behind the other."),
    ]  # fmt: skip
    for text, value, wanted, words in cases:
        got = answer(text, value)
        call = f"says({text!r}, {value!r})"
        if got is None:
            raise Mistake(
                f"{call} returned None; is there a `return`? (`re.search` gives None "
                "where nothing is found: return `... is not None`.)"
            )
        if bool(got) != wanted:
            raise Mistake(f"{call} should be {wanted}: {words}")


@pin(
    "09.says",
    check_says,
    hints=(
        "Take the answer apart into words, or let <code>re</code> look for the value "
        r"between two borders of words: <code>\b</code>.",
        r"<code>re.search(rf'\b{re.escape(value)}\b', answer, re.IGNORECASE)</code> "
        "is None where nothing was found.",
    ),
)
def _says(answer, value):
    pattern = rf"\b{re.escape(value)}\b"  # \b: a word begins or ends here
    return re.search(pattern, answer, re.IGNORECASE) is not None


def check_known(answer: Callable[[Sequence[str], str], str]) -> None:
    pet = "He keeps a {}.".format
    same = [pet("duck")] * 3
    right = [pet("goat"), "Its pet: a goat.", "A goat, as everybody knows."]
    mixed = [pet("goat"), pet("duck"), pet("goat")]
    late = [pet("duck"), pet("duck"), pet("goat")]
    towns = ["It is Oakport."] * 3
    cases = [
        (same, "goat", "unknown", "three times the same, and three times wrong. "
         "Agreement is not truth: compare with the truth."),
        (right, "goat", "known", "three wordings, one value, and it is true. Compare "
         "the value, not the sentences."),
        (mixed, "goat", "in between", "two of three are right. Known is what is right "
         "EVERY time; look at all the samples, not at the first or at most of them."),
        (late, "goat", "in between", "one of three is right. Unknown is what is NEVER "
         "right; look at all the samples."),
        (towns, "Oak", "unknown", "“Oak” was found in “Oakport”. Use `says`."),
        ([pet("duck"), pet("newt"), pet("crab")], "goat", "unknown",
         "not one of them is right."),
        (right * 2, "goat", "known", "all six are right. It need not be three: compare "
         "with the number of answers."),
    ]  # fmt: skip
    for answers, truth, wanted, words in cases:
        got = answer(answers, truth)
        call = f"knowledge({answers}, {truth!r})"
        if got is None:
            raise Mistake(f"{call} returned None; is there a `return`?")
        if got not in ("known", "in between", "unknown"):
            raise Mistake(
                f"{call} gives {got!r}. Return 'known', 'in between' or 'unknown'."
            )
        if got != wanted:
            raise Mistake(f"{call} should be {wanted!r}, yours gives {got!r}: {words}")


@pin(
    "09.knowledge",
    check_known,
    hints=(
        "Ask of each sample whether it says the truth: "
        "<code>[says(a, truth) for a in answers]</code>.",
        "<code>all(...)</code> of them, <code>any(...)</code> of them, or none.",
    ),
)
def _knowledge(answers, truth):
    right = [_says(answer, truth) for answer in answers]
    if all(right):
        return "known"
    return "in between" if any(right) else "unknown"


def check_pairs_won(answer: Callable[[Sequence[float], Sequence[bool]], float]) -> None:
    sure, right = [0.9, 0.8, 0.7, 0.4, 0.3], [True, False, True, False, False]
    call = "pairs_won([.9, .8, .7, .4, .3], [right, wrong, right, wrong, wrong])"
    got = answer(sure, right)
    expect(got is None, False, f"{call} is None")
    named = {
        1 / 6: "turned round: a pair is won if the RIGHT answer is the surer one.",
        5: "those are the pairs won. Divide by the number of pairs.",
        2 / 5: "that is the share of right answers. How sure it was must count.",
        5 / 25: "you divided by all pairs of answers. Only pairs of one right and one "
        "wrong answer count.",
        5 / 10: "you divided by all pairs of two answers. Only pairs of one right and "
        "one wrong answer count.",
    }
    if got in named:
        raise Mistake(f"{call}: {named[got]}")
    expect_close(got, 5 / 6, call)
    call = "pairs_won([.5, .5], [right, wrong])"
    got = answer([0.5, 0.5], [True, False])
    if got in (0, 1):
        raise Mistake(
            f"{call}: both are equally sure, so this pair is neither won nor lost. "
            "Count it half, or a model that is always equally sure gets 0 or 1."
        )
    expect_close(got, 0.5, call)
    got = answer([0.2, 0.6, 0.1], [False, True, False])
    expect_close(got, 1.0, "pairs_won([.2, .6, .1], [wrong, right, wrong])")


@pin(
    "09.pairs_won",
    check_pairs_won,
    hints=(
        "Make two lists: how sure it was where it was right, and where it was wrong.",
        "Two loops, one inside the other. A won pair counts 1, an equal one a half; "
        "divide by <code>len(sure_right) * len(sure_wrong)</code>.",
    ),
)
def _pairs_won(confidences, right):
    where_right = [c for c, r in zip(confidences, right) if r]
    where_wrong = [c for c, r in zip(confidences, right) if not r]
    won = 0.0
    for a in where_right:
        for b in where_wrong:
            won += 1.0 if a > b else 0.5 if a == b else 0.0
    return won / (len(where_right) * len(where_wrong))


def check_refuse_below(
    answer: Callable[[Sequence[float], Sequence[bool], float], Sequence[float]],
) -> None:
    sure = [0.9, 0.8, 0.6, 0.3, 0.1]
    right = [True, True, False, True, False]
    call = "refuse_below([.9, .8, .6, .3, .1], [R, R, W, R, W], 0.6)"
    got = answer(sure, right, 0.6)
    expect(got is None, False, f"{call} is None")
    got = tuple(round(float(share), 6) for share in got)
    named = {
        (0.4, 0.0, 0.6): "an answer exactly AT the threshold is given: refuse what "
        "lies below.",
        (2, 1, 2): "those are counts. Divide by the number of questions.",
        (round(2 / 3, 6), round(1 / 3, 6), 0.4): "correct and wrong are shares of ALL "
        "questions, not of the answers given: the three add up to 1.",
        (0.4, 0.6, 0.0): "a refused answer is not a wrong one. It gets a share of its "
        "own.",
        (0.2, 0.2, 0.6): "turned round: you refuse what is ABOVE the threshold.",
        (0.2, 0.4, 0.4): "correct and wrong have changed places. (Or you give what is "
        "BELOW the threshold: turned round.)",
        (0.4, 0.2, 0.2): "refused are all that lie below, right or wrong: nobody is "
        "there to say which is which.",
    }
    if got in named:
        raise Mistake(f"{call} gives {got}: {named[got]}")
    expect(got, (0.4, 0.2, 0.4), call)
    got = tuple(float(share) for share in answer([0.5], [True], 0.0))
    expect(got, (1.0, 0.0, 0.0), "refuse_below([.5], [R], 0)")
    got = tuple(round(float(share), 6) for share in answer(sure, right, 0.2))
    expect(got, (0.6, 0.2, 0.2), "the same with the threshold 0.2")


@pin(
    "09.refuse_below",
    check_refuse_below,
    hints=(
        "Keep those that are given: <code>[r for c, r in zip(confidences, right) if c "
        "&gt;= threshold]</code>.",
        "Of these, <code>sum(given)</code> are correct. All three numbers are divided "
        "by <code>len(confidences)</code>.",
    ),
)
def _refuse_below(confidences, right, threshold):
    n = len(confidences)
    given = [r for c, r in zip(confidences, right) if c >= threshold]
    correct = sum(given)
    return correct / n, (len(given) - correct) / n, (n - len(given)) / n


def check_given_away(answer: Callable[[Sequence[str], Sequence[str]], float]) -> None:
    before = ["correct"] * 5 + ["wrong"] * 4
    after = ["correct"] * 3 + ["refused", "wrong"] + ["refused"] * 3 + ["correct"]
    call = "given_away(5 correct + 4 wrong, 3 correct, refused, wrong, 3 refused, ...)"
    got = answer(before, after)
    expect(got is None, False, f"{call} is None")
    named = {
        4 / 9: "you counted every refusal. To refuse what it got WRONG before is the "
        "very purpose; the price is what it got right.",
        1
        / 9: "you divided by all questions. It can only give away what it had: divide "
        "by what was correct before.",
        1: "that is a count. Divide by what was correct before.",
        0.4: "you counted everything that is no longer correct. An answer that has "
        "become wrong was not refused.",
        3 / 4: "those were wrong before: to refuse them is the purpose.",
        3 / 5: "those were wrong before: to refuse them is the purpose.",
        1 / 4: "you divided by the refusals, or by what was wrong before. Of what was "
        "CORRECT before, how much is refused now?",
    }
    if message := next((m for k, m in named.items() if close(got, k)), None):
        raise Mistake(f"{call}: {message}")
    expect_close(got, 0.2, call)
    expect_close(answer(["correct"], ["correct"]), 0.0, "given_away([c], [c])")
    got = answer(["correct", "correct", "wrong"], ["refused", "correct", "correct"])
    call = "given_away([c, c, wrong], [refused, c, c])"
    if close(got, 0.0):
        raise Mistake(
            f"{call} is not 0: what was wrong and is right now does not make up for "
            "what is refused. Follow each question, do not compare two counts."
        )
    expect_close(got, 0.5, call)


@pin(
    "09.given_away",
    check_given_away,
    hints=(
        "Go through both lists together with <code>zip</code>, and keep what became of "
        "the answers that were correct before.",
        "Of these, the share that is <code>'refused'</code> now.",
    ),
)
def _given_away(before, after):
    now = [later for earlier, later in zip(before, after) if earlier == "correct"]
    return now.count("refused") / len(now)
