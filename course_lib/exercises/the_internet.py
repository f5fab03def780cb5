"""Exercises of the crawl: scores of a filter, a rule, overlap, bands, and `keep`."""

from collections.abc import Callable

from course_lib.exercises.board import Mistake, exercise, expect, pin, plain_number

__all__ = ["exercise"]  # so that a chapter needs one import


def compare(call: str, got: object, wanted: float, wrong: list[tuple]) -> None:
    """Name the misunderstanding behind a wrong number, where it is a known one."""
    if got is None:
        raise Mistake(f"{call} returned None; is there a `return`?")
    got = plain_number(got)
    if not isinstance(got, int | float):
        raise Mistake(f"{call} should be one number, yours gives {got!r}.")
    for value, words in wrong:
        if abs(got - value) < 1e-6:
            raise Mistake(f"{call} gives {got:.3g}: {words}")
    if abs(got - wanted) > 1e-6:
        raise Mistake(f"{call} should be {wanted:.3g}, yours gives {got:.3g}.")


def check_precision_recall(answer: Callable[[list, list], tuple]) -> None:
    dropped = [True, True, True, True, False, False, False, False, False, False]
    spam = [True, True, True, False, True, True, True, False, False, False]
    call = "precision_recall(dropped, spam), 4 dropped, 6 spam, 3 both,"
    got = answer(dropped, spam)
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Mistake("return two numbers: `return precision, recall`")
    precision, recall = got
    if (precision, recall) == (3 / 6, 3 / 4):
        raise Mistake(f"{call} gives them in the wrong order: precision comes first.")
    right = sum(a == b for a, b in zip(dropped, spam)) / 10
    share = "that is the share of all pages judged rightly (accuracy). "
    compare(call, precision, 3 / 4, [
        (right, share + "Where spam is rare, doing nothing scores high on it."),
        (3 / 10, "you divided by all pages. Of what was DROPPED, how much is spam?"),
        (3, "that is a count; divide it by the number of dropped pages."),
    ])  # fmt: skip
    compare(call, recall, 3 / 6, [
        (3 / 10, "you divided by all pages. Of the SPAM, how much was dropped?"),
        (3 / 4, "that is the precision again. Of the SPAM, how much was dropped?"),
    ])  # fmt: skip
    try:
        got = answer([False, False], [True, False])
    except ZeroDivisionError as error:
        raise Mistake(
            "a filter that drops nothing divides by zero. It made no mistake: its "
            "precision is 1."
        ) from error
    expect(tuple(got), (1, 0), "precision_recall([False, False], [True, False])")


@pin(
    "01.precision_recall",
    check_precision_recall,
    hints=(
        "Count three things: pages that are dropped <b>and</b> spam, pages that are "
        "dropped, pages that are spam.",
        "<code>both = sum(d and s for d, s in zip(dropped, spam))</code>; precision is "
        "<code>both / sum(dropped)</code>, recall <code>both / sum(spam)</code>.",
    ),
)
def _precision_recall(dropped, spam):
    both = sum(d and s for d, s in zip(dropped, spam))
    precision = both / sum(dropped) if any(dropped) else 1
    recall = both / sum(spam) if any(spam) else 1
    return precision, recall


def check_ended_share(answer: Callable[[str], float]) -> None:
    text = "Shopping\nSt. Ives\nMind the gull. Really.\nWhy?\n"
    compare("ended_share('Shopping\\nSt. Ives\\nMind the gull. Really.\\nWhy?\\n')",
            answer(text), 2 / 4, [
        (3 / 4, "a sign in the middle does not count: look at the END of a line."),
        (4 / 4, "you counted signs. One line may have two; count LINES that end "
         "with one."),
        (1 / 4, "a line may end with ? or ! as well as with a full stop."),
        (2, "that is a count; divide by the number of lines."),
        (2 / 5, "the text ends with a line break, and you counted an empty line "
         "behind it. `text.splitlines()` does not make one."),
    ])  # fmt: skip
    got = answer("Stop here!\nGo on")
    compare("ended_share('Stop here!\\nGo on')", got, 1 / 2, [
        (0, "! ends a line, too."),
    ])  # fmt: skip


@pin(
    "01.ended_share",
    check_ended_share,
    hints=(
        "<code>text.splitlines()</code> gives the lines, "
        "<code>line.endswith((\".\", \"!\", \"?\"))</code> asks for any of the three.",
        "<code>sum(line.endswith(...) for line in lines) / len(lines)</code>",
    ),
)  # fmt: skip
def _ended_share(text):
    lines = text.splitlines()
    return sum(line.endswith((".", "!", "?")) for line in lines) / len(lines)


def check_overlap(answer: Callable[[list, list], float]) -> None:
    left, right = ["hat", "cat", "hat", "mat"], ["hat", "mat", "bell", "sea", "hat"]
    call = "overlap(['hat', 'cat', 'hat', 'mat'], ['hat', 'mat', 'bell', 'sea', 'hat'])"
    compare(call, answer(left, right), 2 / 5, [
        (2 / 3, "you divided by the number of different words in one of them. Two "
         "texts of unequal length would overlap differently seen from either side: "
         "divide by all that is in EITHER."),
        (2 / 4, "you divided by the words of one of them; divide by all that is in "
         "EITHER."),
        (2 / 7, "you added the sizes up, and counted twice what is in both."),
        (2 / 9, "you added the lengths up. Make sets first: a word counts once."),
        (3 / 9, "\"hat\" counts once, however often it stands there: make sets first."),
        (2, "that is what they share. Of how many?"),
        (3 / 5, "that is what they do not share (the distance)."),
    ])  # fmt: skip
    got = answer(["a", "b"], ["b", "c"])
    compare("overlap(['a', 'b'], ['b', 'c'])", got, 1 / 3, [
        (0.33, "do not round."),
    ])  # fmt: skip
    compare("overlap(['a'], ['a'])", answer(["a"], ["a"]), 1, [])
    compare("overlap(['a'], ['b'])", answer(["a"], ["b"]), 0, [])


@pin(
    "01.overlap",
    check_overlap,
    hints=(
        "<code>set(left) &amp; set(right)</code> is what is in both, "
        "<code>set(left) | set(right)</code> what is in either.",
        "<code>len(a &amp; b) / len(a | b)</code>",
    ),
)
def _overlap(left, right):
    left, right = set(left), set(right)
    return len(left & right) / len(left | right)


def check_chance_to_meet(answer: Callable[[float, int, int], float]) -> None:
    s, bands, rows = 0.8, 3, 2
    compare("chance_to_meet(0.8, 3, 2)", answer(s, bands, rows),
            1 - (1 - s**rows) ** bands, [
        (s**rows, "that is the chance that ONE band agrees. There are three, and one "
         "of them is enough."),
        (s ** (rows * bands), "all six numbers need not agree: one band is enough."),
        (bands * s**rows, "chances of several tries do not add up (yours is above 1). "
         "Ask for the chance that NONE agrees, and take it from 1."),
        ((1 - s**rows) ** bands, "that is the chance that they do NOT meet."),
        (1 - (1 - s**bands) ** rows, "bands and rows are exchanged: the rows have to "
         "agree all together, of the bands one is enough."),
        (1 - (1 - s) ** bands, "a band has two rows, and both have to agree."),
    ])  # fmt: skip
    got = answer(0.5, 14, 8)
    compare("chance_to_meet(0.5, 14, 8)", got, 1 - (1 - 0.5**8) ** 14, [])


@pin(
    "01.chance_to_meet",
    check_chance_to_meet,
    hints=(
        "One number agrees with chance s. All <code>rows</code> numbers of a band "
        "agree with chance <code>s ** rows</code>.",
        "A band fails with <code>1 - s ** rows</code>; all bands fail with that to "
        "the power of <code>bands</code>. Otherwise they meet.",
    ),
)
def _chance_to_meet(similarity, bands, rows):
    one_band = similarity**rows
    return 1 - (1 - one_band) ** bands


STORY = (
    "The cat of the ferry has lost the hat again and nobody on the quay of Saltport "
    "knows where to look for it and the gull is silent"
)
NEARLY = STORY.replace("nobody", "no one")
OTHER = (
    "A recipe of the island: take the onions and the cheese and be patient with the "
    "oven that smokes and then open all of the windows"
)
WORD_LIST = "hat cat gull bell rope lamp onion ferry quay sea " * 3
YEARS = OTHER + " as in 1987 1992 2003 or 1850-1923"
CALL = OTHER + " or call 045 123 4567 for help"


def check_keep(answer: Callable[[str, list[str]], str | None]) -> None:
    try:
        results = {
            text: answer(text, before)
            for text, before in (
                ("The hat of the cat.", []), (WORD_LIST, []), (STORY, []),
                (STORY, [OTHER, STORY]), (NEARLY, [OTHER, STORY]),
                (OTHER, [STORY]), (YEARS, []), (CALL, []),
            )
            if not (text == STORY and before)
        }  # fmt: skip
        again = answer(STORY, [OTHER, STORY])
    except ZeroDivisionError as error:
        raise Mistake("a division by zero: is there an empty set of rows?") from error
    if not any(results.values()):
        raise Mistake("nothing is kept at all; is there a `return` of the text?")
    for text in (STORY, OTHER):
        if results[text] is None:
            raise Mistake(f"a good text was dropped: {text[:50]!r}…")
        if results[text] is True:
            raise Mistake("return the text itself (masked), or None; not True.")
        if results[text] != text:
            raise Mistake("a text without phone numbers should come out as it was.")
    if results["The hat of the cat."]:
        raise Mistake("five words are not enough: keep from 20 words on.")
    if results[WORD_LIST]:
        raise Mistake(
            "you looked at the length only. 'hat cat gull bell rope …' is long enough, "
            "and no English: `has_common_words(text)` has to be asked, too."
        )
    if again:
        raise Mistake("the very same text came before, and you kept it again.")
    if results[NEARLY]:
        raise Mistake(
            "you look for exact duplicates only. One word was changed, and the page "
            "got through: drop it if it `is_near(text, other)` for ANY earlier one."
        )
    _check_masks(results[YEARS], results[CALL])
    _check_keep_edges(answer)


def _check_keep_edges(answer: Callable[[str, list[str]], str | None]) -> None:
    twenty = " ".join(STORY.split()[:20])
    if answer(twenty, []) is None:
        raise Mistake("20 words are enough: drop what has FEWER than 20.")
    nineteen = " ".join(STORY.split()[:19])
    if (got := answer(nineteen, [])) is not None:
        raise Mistake(f"19 words are not enough, and you return {got!r}, not None.")
    if answer(NEARLY, [STORY, OTHER]) is not None:
        raise Mistake("compare with EVERY earlier text, not with one of them only.")
    two = OTHER + " or call 071 555 0199 or 045 123 4567 today"
    if answer(two, []) != OTHER + " or call [phone] or [phone] today":
        raise Mistake("any such number is masked, and every one of them.")
    earlier = [OTHER]
    answer(STORY, earlier)
    if earlier != [OTHER]:
        raise Mistake("you changed `earlier`. The chapter adds the text itself.")


def _check_masks(years: str | None, call: str | None) -> None:
    if years is None or call is None:
        raise Mistake("numbers are no reason to drop a page: mask, and keep it.")
    if years != YEARS:
        raise Mistake(
            f"you masked years as phone numbers: '… {years[-42:]}'. A phone number "
            "here begins with 0, a year never does."
        )
    if "045 123 4567" in call or "4567" in call:
        raise Mistake("the phone number 045 123 4567 is still to be read, in part.")
    if "[phone]" not in call:
        raise Mistake("put the word [phone] where the number stood.")
    if not call.startswith(OTHER) or not call.endswith("for help"):
        raise Mistake("masking took more than the number away.")


def has_common_words(text: str) -> bool:
    """Gopher's test: two of these eight words stand in every English text."""
    common = {"the", "be", "to", "of", "and", "that", "have", "with"}
    return len(common & set(text.lower().split())) >= 2


def is_near(text: str, other: str) -> bool:
    """Whether two texts share at least half of their rows of three words."""
    rows = []
    for words in (text.lower().split(), other.lower().split()):
        rows.append(set(zip(words, words[1:], words[2:])))
    either = rows[0] | rows[1]
    return bool(either) and len(rows[0] & rows[1]) / len(either) >= 0.5


@pin(
    "01.keep",
    check_keep,
    hints=(
        "Three questions, each with a <code>return None</code> of its own: fewer than "
        "20 words? no common words? near to any of <code>earlier</code>?",
        "<code>any(is_near(text, other) for other in earlier)</code>. The numbers: "
        "<code>re.sub(r\"\\b0\\d\\d[ -]\\d{3}[ -]\\d{4}\\b\", "
        "\"[phone]\", text)</code>",
    ),
)  # fmt: skip
def _keep(text, earlier):
    import re

    if len(text.split()) < 20:
        return None
    if not has_common_words(text):
        return None
    if any(is_near(text, other) for other in earlier):
        return None
    return re.sub(r"\b0\d\d[ -]\d{3}[ -]\d{4}\b", "[phone]", text)
