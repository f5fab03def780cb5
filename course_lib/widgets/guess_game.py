"""You against counts against a net: guess a hidden word, and say how sure you are."""

import html
import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import traitlets

from course_lib.widgets.base import CourseWidget, script

# (text so far, possible continuations) -> a number above 0 for each; any scale
Rival = Callable[[str, Sequence[str]], Sequence[float]]
SURENESS = {"a hunch": 0.4, "fairly sure": 0.7, "certain": 0.97}
SHOWN_CHARACTERS = 600  # of the context; the end is what counts
FIRST_WORD = 8  # earlier ones have too little text before them


@dataclass(frozen=True)
class Round:
    """A text broken off, and words that may come next; each begins with its space."""

    context: str
    options: tuple[str, ...]
    answer: int


@dataclass(frozen=True)
class Tally:
    """How somebody did: how often the likeliest word was right, and the mean bits."""

    right: int
    rounds: int
    total_bits: float

    def __str__(self) -> str:
        mean = self.total_bits / max(1, self.rounds)
        return f"{self.right} of {self.rounds} right, {mean:.1f} bits a word"


def hidden_words(
    pages: Sequence[str], n_rounds: int = 8, n_options: int = 5, seed: int = 0
) -> list[Round]:
    """Hide a word of each of `n_rounds` pages among others that might stand there.

    The other words all follow the same word somewhere in these pages, so that one
    word of context alone rules none of them out.

    Raises:
        ValueError: if the pages offer too few places where a word can be hidden, or if
            fewer than three options are asked for.
    """
    _check_options(n_options)
    followers: dict[str, set[str]] = {}
    for page in pages:
        for first, second in pairwise(page.split()):
            if second.isalpha():
                followers.setdefault(first, set()).add(second)
    dice, rounds = random.Random(seed), []
    for page in dice.sample(list(pages), len(pages)):
        words = [m for m in re.finditer(r"(?<= )\w+(?!\S)", page) if m[0].isalpha()]
        place = dice.choice(words) if words else None
        before = page[: place.start()].split() if place else []
        if len(before) < FIRST_WORD:
            continue
        others = sorted(followers.get(before[-1], set()) - {place[0]})
        if len(others) < n_options - 1:
            continue
        options = dice.sample(
            [place[0], *dice.sample(others, n_options - 1)], n_options
        )
        text = page[: place.start() - 1]
        spaced = tuple(f" {word}" for word in options)
        rounds.append(Round(text, spaced, options.index(place[0])))
        if len(rounds) == n_rounds:
            return rounds
    raise ValueError(
        f"these {len(pages)} pages have room for {len(rounds)} rounds, not {n_rounds}: "
        "give more pages, or ask for fewer rounds or options"
    )


def _check_options(n_options: int) -> None:
    if n_options < 3:
        raise ValueError(
            f"a round needs three words to choose from, got {n_options}: of two, a "
            "hunch of 40 % would mean the other one"
        )


def chances_of(rival: Rival, question: Round) -> list[float]:
    """Ask a rival, and make what it says add up to 1 over the options.

    Raises:
        ValueError: if it does not give a positive number for each option.
    """
    said = [float(value) for value in rival(question.context, question.options)]
    if len(said) != len(question.options) or not all(0 < v < math.inf for v in said):
        raise ValueError(
            f"a rival has to give a positive number for each of the "
            f"{len(question.options)} options, got {said}"
        )
    return [value / sum(said) for value in said]


def tally_of(chances: Sequence[Sequence[float]], rounds: Sequence[Round]) -> Tally:
    """Score chances, one row a round: hits of the likeliest word, and bits."""
    right, bits = 0, 0.0
    for row, question in zip(chances, rounds, strict=True):
        right += max(range(len(row)), key=row.__getitem__) == question.answer
        bits -= math.log2(row[question.answer])
    return Tally(right, len(rounds), bits)


def score_rounds(rounds: Sequence[Round], rival: Rival) -> Tally:
    """Let a rival alone play all rounds."""
    return tally_of([chances_of(rival, question) for question in rounds], rounds)


class GuessGame(CourseWidget):
    """Guess the hidden word by a click; rivals answer the same question.

    A guess made with a sureness of .7 gives the chosen word that probability and
    shares the rest among the others. All are scored alike: by the bits of surprise at
    the word that came. `.tallies()` tells the scores.

    Raises:
        ValueError: if there are no rounds, or one has fewer than three options.
    """

    _esm = script("guess_game.js")
    number = traitlets.Int(0).tag(sync=True)  # of the round, from 0; set by the page
    n_rounds = traitlets.Int(0).tag(sync=True)
    context = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    levels = traitlets.List().tag(sync=True)  # [name, probability] each
    sureness = traitlets.Float(0.7).tag(sync=True)
    guess = traitlets.Int(-1).tag(sync=True)  # set by the page
    answer = traitlets.Int(-1).tag(sync=True)  # -1 until the guess is in
    players = traitlets.List().tag(sync=True)  # [name, chances now, summary] each

    def __init__(
        self, rounds: Sequence[Round], rivals: Mapping[str, Rival] | None = None
    ) -> None:
        if not rounds:
            raise ValueError("the game needs at least one round: see hidden_words()")
        _check_options(min(len(question.options) for question in rounds))
        self._rounds, self._rivals = list(rounds), dict(rivals or {})
        self._chances: dict[str, list[list[float]]] = {
            name: [] for name in ["you", *self._rivals]
        }
        super().__init__(
            n_rounds=len(self._rounds),
            levels=[[name, chance] for name, chance in SURENESS.items()],
        )
        self._ask()
        self.observe(self._on_guess, "guess")
        self.observe(lambda _: self._ask(), "number")

    def tallies(self) -> dict[str, Tally]:
        """Score everybody over the rounds played so far."""
        done = self._rounds[: len(self._chances["you"])]
        return {name: tally_of(rows, done) for name, rows in self._chances.items()}

    def _ask(self) -> None:
        """Show a round; one that was played already stays answered."""
        number = max(0, min(self.number, len(self._chances["you"]), self.n_rounds - 1))
        question = self._rounds[number]
        with self.hold_sync():
            self.number = number
            self.context = question.context[-SHOWN_CHARACTERS:]
            self.options = list(question.options)
            self.guess = -1
            self._show()

    def _on_guess(self, _change: object) -> None:
        number, n_options = self.number, len(self.options)
        is_open = number == len(self._chances["you"])
        if not (is_open and 0 <= self.guess < n_options and 0 < self.sureness < 1):
            return
        question = self._rounds[number]
        rest = (1 - self.sureness) / (n_options - 1)
        mine = [self.sureness if k == self.guess else rest for k in range(n_options)]
        rows = {n: chances_of(rival, question) for n, rival in self._rivals.items()}
        for name, row in {"you": mine, **rows}.items():
            self._chances[name].append(row)
        with self.hold_sync():
            self._show()

    def _show(self) -> None:
        played = self.number < len(self._chances["you"])
        self.answer = self._rounds[self.number].answer if played else -1
        tallies = self.tallies()
        self.players = [
            [name, rows[self.number] if played else [], str(tallies[name])]
            for name, rows in self._chances.items()
        ]

    def static_html(self) -> str:
        """Show the present question and its options, never the answer."""
        options = " ".join(
            f"<code>{html.escape(o.strip())}</code>" for o in self.options
        )
        text = html.escape(self.context).replace("\n", "<br>")
        return (
            f"<p><b>Guess the next word</b> (round {self.number + 1} of "
            f"{self.n_rounds})</p><blockquote>{text} <b>____</b></blockquote>"
            f"<p>{options}</p>"
        )

    def __repr__(self) -> str:
        against = ", ".join(["you", *self._rivals])
        return f"GuessGame({self.n_rounds} rounds; players: {against})"
