"""Typical wrong answers of the exercises on hallucinations, and what they are told."""

import re

import torch

import course_lib.exercises.hallucinations  # noqa: F401  pins its exercises
from course_lib.conversations import mentions
from course_lib.factuality import auroc, over_refused


def says(answer, value):
    return re.search(rf"\b{re.escape(value)}\b", answer, re.I) is not None


def word_by_word(answer, value):
    words = re.findall(r"\w+", answer.lower())
    wanted = value.lower().split()
    starts = range(len(words) - len(wanted) + 1)
    return any(words[k : k + len(wanted)] == wanted for k in starts)


def all_words_somewhere(answer, value):
    words = re.findall(r"\w+", answer.lower())
    return all(word in words for word in value.lower().split())


def agreeing(answers, _truth):
    return "known" if len(set(answers)) == 1 else "unknown"


def first_only(answers, truth):
    return "known" if says(answers[0], truth) else "unknown"


def majority(answers, truth):
    right = sum(says(answer, truth) for answer in answers)
    return "known" if right > len(answers) / 2 else "unknown"


def with_substrings(answers, truth):
    right = [truth in answer for answer in answers]
    return "known" if all(right) else "in between" if any(right) else "unknown"


def known_or_not(answers, truth):
    return all(says(answer, truth) for answer in answers)


def by_count(answers, truth):
    right = sum(says(answer, truth) for answer in answers)
    return {0: "unknown", len(answers): "known"}.get(right, "in between")


def by_three(answers, truth):
    right = sum(says(answer, truth) for answer in answers)
    return {0: "unknown", 3: "known"}.get(right, "in between")


def pairs(confidences, right):
    """Yield (sure where right, sure where wrong)."""
    for c, r in zip(confidences, right, strict=True):
        for d, s in zip(confidences, right, strict=True):
            if r and not s:
                yield c, d


def reversed_pairs(confidences, right):
    found = list(pairs(confidences, right))
    return sum(b > a for a, b in found) / len(found)


def ties_lost(confidences, right):
    found = list(pairs(confidences, right))
    return sum(a > b for a, b in found) / len(found)


def won_only(confidences, right):
    return sum(a > b for a, b in pairs(confidences, right))


def of_all_pairs(confidences, right):
    return won_only(confidences, right) / len(right) ** 2


def share_right(_confidences, right):
    return sum(right) / len(right)


def won_in_torch(confidences, right):
    sure, right = torch.tensor(confidences), torch.tensor(right)
    ahead = sure[right][:, None] - sure[~right]
    return ((ahead.sign() + 1) / 2).mean()


def shares(confidences, right, threshold, given):
    n = len(right)
    kept = [r for c, r in zip(confidences, right, strict=True) if given(c, threshold)]
    return sum(kept) / n, (len(kept) - sum(kept)) / n, (n - len(kept)) / n


def above(confidences, right, threshold):
    return shares(confidences, right, threshold, lambda c, t: c > t)


def upside_down(confidences, right, threshold):
    return shares(confidences, right, threshold, lambda c, t: c < t)


def refused_is_wrong(confidences, right, threshold):
    correct, wrong, refused = refused_below(confidences, right, threshold)
    return correct, wrong + refused, 0.0


def refused_below(confidences, right, threshold):
    return shares(confidences, right, threshold, lambda c, t: c >= t)


def of_the_given(confidences, right, threshold):
    correct, wrong, refused = refused_below(confidences, right, threshold)
    return correct / (correct + wrong), wrong / (correct + wrong), refused


def counts(confidences, right, threshold):
    return tuple(
        round(len(right) * s) for s in refused_below(confidences, right, threshold)
    )


def every_refusal(_before, after):
    return after.count("refused") / len(after)


def of_everything(before, after):
    lost = sum(
        b == "correct" and a == "refused" for b, a in zip(before, after, strict=True)
    )
    return lost / len(before)


def no_longer_correct(before, after):
    lost = sum(
        b == "correct" and a != "correct" for b, a in zip(before, after, strict=True)
    )
    return lost / before.count("correct")


def of_the_wrong(before, after):
    lost = sum(
        b == "wrong" and a == "refused" for b, a in zip(before, after, strict=True)
    )
    return lost / before.count("wrong")


def of_the_refusals(before, after):
    was = [b for b, a in zip(before, after, strict=True) if a == "refused"]
    return was.count("correct") / len(was) if was else 0.0


def two_counts(before, after):
    had = before.count("correct")
    return (had - after.count("correct")) / had


WRONG = {
    "09.says": [
        (lambda answer, value: value in answer, "inside “Oakport”"),
        (lambda answer, value: re.search(rf"\b{value}", answer) is not None, "inside"),
        (lambda answer, value: value in answer.split(), "two words"),
        (
            lambda answer, value: re.search(rf"\b{value}\b", answer) is not None,
            "without regard to case",
        ),
        (all_words_somewhere, "one behind the other"),
        (
            lambda answer, value: f" {value.lower()}" in answer.lower(),
            "inside “Oakport”",
        ),
        (lambda _answer, _value: None, "is there a `return`"),
        (
            lambda answer, value: re.search(rf"\b{value}\b", answer, re.I),
            "`re.search` gives None",
        ),
    ],
    "09.knowledge": [
        (agreeing, "Agreement is not truth"),
        (first_only, "look at all the samples"),
        (majority, "right EVERY time"),
        (with_substrings, "“Oak” was found in “Oakport”"),
        (known_or_not, "Return 'known', 'in between' or 'unknown'"),
        (by_three, "It need not be three"),
    ],
    "09.pairs_won": [
        (reversed_pairs, "turned round"),
        (ties_lost, "Count it half"),
        (won_only, "Divide by the number of pairs"),
        (of_all_pairs, "one right and one wrong"),
        (share_right, "share of right answers"),
    ],
    "09.refuse_below": [
        (above, "exactly AT the threshold"),
        (upside_down, "you refuse what is ABOVE"),
        (refused_is_wrong, "not a wrong one"),
        (of_the_given, "not of the answers given"),
        (counts, "Divide by the number"),
        (lambda c, r, _: refused_below(c, r, 0.5), "the threshold 0.2"),
    ],
    "09.given_away": [
        (every_refusal, "very purpose"),
        (of_everything, "divide by what was correct before"),
        (no_longer_correct, "was not refused"),
        (of_the_wrong, "wrong before"),
        (of_the_refusals, "divided by the refusals"),
        (two_counts, "Follow each question"),
    ],
}
RIGHT = {
    "09.says": [word_by_word, mentions],
    "09.knowledge": [by_count],
    "09.pairs_won": [auroc, won_in_torch],
    "09.refuse_below": [lambda *given: list(refused_below(*given))],
    "09.given_away": [lambda *both: over_refused(*both).value],
}
