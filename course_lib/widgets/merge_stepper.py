"""Slide from bits to bytes to merges, and watch the boxes grow fewer."""

from dataclasses import dataclass

import traitlets

from course_lib.tokenizer import BPETokenizer, replace_pair
from course_lib.widgets.base import CourseWidget, chips_html, script, token_label

MAX_BYTES = 400  # as bits that is 3,200 boxes, all that a page shows with grace


@dataclass(frozen=True)
class Stage:
    """One position of the slider: an alphabet and the text written in it."""

    title: str
    alphabet: int  # how many different symbols there are
    labels: list[str]
    fresh: list[int]  # places of the boxes that the newest merge made

    def as_json(self) -> list:
        return [self.title, self.alphabet, self.labels, self.fresh]


class MergeStepper(CourseWidget):
    """A text as bits, as bytes, and after each merge that changes it.

    Merges that leave this text alone are passed over; the alphabet's size tells how
    many there were. `.position` follows the slider.

    Raises:
        ValueError: if the text is empty or longer than `MAX_BYTES` bytes.
    """

    _esm = script("merge_stepper.js")
    stages = traitlets.List().tag(sync=True)
    position = traitlets.Int(0).tag(sync=True)

    def __init__(self, tokenizer: BPETokenizer, text: str) -> None:
        n_bytes = len(text.encode())
        if not 0 < n_bytes <= MAX_BYTES:
            raise ValueError(
                f"the text must have 1 to {MAX_BYTES} bytes, got {n_bytes}; "
                "show a sentence of it"
            )
        self._stages = stages_of(tokenizer, text)
        super().__init__(stages=[stage.as_json() for stage in self._stages])

    def static_html(self) -> str:
        """Show five stages from the first to the last, one row each."""
        last = len(self._stages) - 1
        picked = sorted({0, 1, last // 4, last // 2, last} & set(range(last + 1)))
        rows = "".join(
            f"<tr><td>{stage.alphabet:,}</td><td>{len(stage.labels):,}</td>"
            f'<td style="text-align:left">{chips_html(stage.labels)}</td></tr>'
            for stage in (self._stages[k] for k in picked)
        )
        return (
            "<table><tr><th>alphabet</th><th>boxes</th>"
            f'<th style="text-align:left">the text</th></tr>{rows}</table>'
        )

    def __repr__(self) -> str:
        bits, tokens = (len(self._stages[k].labels) for k in (0, -1))
        return (
            f"MergeStepper({len(self._stages)} stages, from {bits} bits "
            f"to {tokens} tokens)"
        )


def stages_of(tokenizer: BPETokenizer, text: str) -> list[Stage]:
    """Write `text` in every alphabet from bits to the tokenizer's own."""
    data = text.encode()
    bits = "".join(f"{byte:08b}" for byte in data)
    pieces = [list(piece.encode()) for piece in tokenizer.split(text)]
    stages = [
        Stage("bits: two symbols, and no byte boundaries in sight", 2, list(bits), []),
        Stage("bytes: eight bits each", 256, _labels(tokenizer, pieces), []),
    ]
    for k, pair in enumerate(tokenizer.merges):
        new_id = 256 + k
        merged = [replace_pair(piece, pair, new_id) for piece in pieces]
        if merged == pieces:
            continue
        pieces = merged
        flat = [token_id for piece in pieces for token_id in piece]
        left, right = (token_label(tokenizer.token_bytes[part]) for part in pair)
        stages.append(
            Stage(
                f"merge {k + 1}: {left} and {right} become {left}{right}",
                new_id + 1,
                _labels(tokenizer, pieces),
                [place for place, token_id in enumerate(flat) if token_id == new_id],
            )
        )
    return stages


def _labels(tokenizer: BPETokenizer, pieces: list[list[int]]) -> list[str]:
    return [token_label(tokenizer.token_bytes[i]) for piece in pieces for i in piece]
