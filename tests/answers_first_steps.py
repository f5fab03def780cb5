"""Typical wrong answers of the warm-up exercise, and what they are told."""

WRONG = {
    "00.longest_word": [
        (lambda text: max(map(len, text.split())), "the length of a word"),
        (lambda text: min(text.split(), key=len), "the shortest word"),
        (lambda text: text.split()[0], "at the first word"),
        (lambda text: max(text.split()), "by the alphabet"),
        (lambda text: print(max(text.split(), key=len)), "is there a `return`"),
    ],
}
RIGHT = {"00.longest_word": [lambda text: sorted(text.split(), key=len)[-1]]}
