"""Pairs: a request, two answers, and which of them somebody preferred.

On disk one line of JSON a pair, so that a file can be read, cut and mended by hand.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import combinations
from pathlib import Path

from course_lib.chat import COURSE, ChatTemplate, Message
from course_lib.data import Example
from course_lib.intervals import Interval, wilson
from course_lib.preferences.learning import Rows
from course_lib.runtime import atomic_write
from course_lib.tokenizer import BPETokenizer


@dataclass(frozen=True)
class Pair:
    """Two answers to one request, the preferred one first.

    Raises:
        ValueError: if a part is no text, the request is empty, or both answers are the
            same.
    Example: `Pair("Write a slogan for tea.", "Golden tea!", "Tea.", "Mira")`
    """

    request: str
    chosen: str
    rejected: str
    labeller: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            if not isinstance(getattr(self, field.name), str):
                raise ValueError(
                    f"{field.name} must be a text, got {getattr(self, field.name)!r}"
                )
        if not self.request:
            raise ValueError("a pair needs a request, got an empty one")
        if self.chosen == self.rejected:
            raise ValueError(
                f"both answers are {self.chosen!r}; a pair is of two different ones"
            )

    @property
    def answers(self) -> frozenset[str]:
        """Both answers, in no order: what two labellers may have in common."""
        return frozenset((self.chosen, self.rejected))


def write_pairs(path: str | Path, pairs: Iterable[Pair]) -> None:
    """Write pairs, one a line; the whole file or nothing."""
    lines = (json.dumps(asdict(pair), ensure_ascii=False) for pair in pairs)
    atomic_write(path, "".join(f"{line}\n" for line in lines))


def read_pairs(path: str | Path) -> list[Pair]:
    """Read pairs that `write_pairs` wrote, or a person.

    Raises:
        ValueError: with file and line, if one is no pair or the file is not there.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"no file of pairs at {path}; label some first")
    pairs, names = [], {field.name for field in fields(Pair)}
    # Not splitlines(): to Python, signs within a text end a line, too (U+2028).
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
            if not isinstance(content, dict) or not content.keys() <= names:
                raise ValueError(f"expected an object with {', '.join(sorted(names))}")
            pairs.append(Pair(**content))
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"{path}, line {number} is no pair: {error}; mend or delete it"
            ) from error
    return pairs


def example_of(
    request: str, answer: str, tokenizer: BPETokenizer, template: ChatTemplate = COURSE
) -> Example:
    """Lay a request and an answer out as ids; the answer's weights are 1."""
    messages = [Message("user", request), Message("assistant", answer)]
    return template.encode(messages, tokenizer)


def encode_pairs(
    pairs: Iterable[Pair], tokenizer: BPETokenizer, template: ChatTemplate = COURSE
) -> list[Rows]:
    """Lay all pairs out as ids, the chosen one first."""
    return [
        (
            example_of(pair.request, pair.chosen, tokenizer, template),
            example_of(pair.request, pair.rejected, tokenizer, template),
        )
        for pair in pairs
    ]


def labellers_agree(pairs: Sequence[Pair]) -> dict[tuple[str, str], Interval]:
    """Say how often two labellers chose alike, of the pairs that both have judged.

    If one has judged a pair twice, the later judgement counts. The labellers of
    Stiennon et al. 2020 (section 3.3) agreed with the researchers in 77 %.
    """
    judged: dict[str, dict[tuple[str, frozenset[str]], str]] = defaultdict(dict)
    for pair in pairs:
        judged[pair.labeller][pair.request, pair.answers] = pair.chosen
    found = {}
    for one, other in combinations(sorted(judged), 2):
        both = judged[one].keys() & judged[other].keys()
        alike = sum(judged[one][key] == judged[other][key] for key in both)
        if both:
            found[one, other] = wilson(alike, len(both))
    return found
