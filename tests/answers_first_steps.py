"""Typical wrong answers of the warm-up exercises, and what they are told."""


def stages(letters):
    """Make an answer: the stages behind A, B, C and D."""
    return lambda: dict(zip("ABCD", letters.split(), strict=True))


WRONG = {
    "00.longest_word": [
        (lambda text: max(map(len, text.split())), "the length of a word"),
        (lambda text: min(text.split(), key=len), "the shortest word"),
        (lambda text: text.split()[0], "at the first word"),
        (lambda text: max(text.split()), "by the alphabet"),
        (lambda text: next(w for w in text.split() if len(w) == 5), "'lighthouse'"),
        (lambda text: print(max(text.split(), key=len)), "is there a `return`"),
    ],
    "00.who_speaks": [
        (stages("honest assistant base searcher"), "Fluency is no sign of truth"),
        (stages("base searcher honest assistant"), "no answer at all"),
        (stages("assistant searcher base honest"), "That one is honest"),
        (stages("honest searcher base base"), "used one twice"),
        (stages("honest searcher base wick"), "no stage 'wick'"),
        (lambda: {"A": "base"}, "a stage for each letter"),
        (lambda: None, "is there a `return`"),
    ],
}
RIGHT = {
    "00.longest_word": [lambda text: sorted(text.split(), key=len)[-1]],
    "00.who_speaks": [stages("honest searcher base assistant")],
}
