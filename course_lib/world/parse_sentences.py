"""Read templates backwards: which sentence is this, and what stands in its slots?

The same templates that write the pages are turned into patterns over tokens. A slot
takes any chain of words whose neighbours are neighbours in one of the slot's phrases,
so that a new mixture of known phrases still counts as English.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from .grammar import PRONOUNS, _agree, takes_an
from .lexicon import LEXICON

_TOKEN = re.compile(r"[\w-]+|[^\w\s]")
_SLOT = re.compile(r"\{\^?@?[A-Za-z_]+\d?\}|\x00")
_EXACT = ("saying", "opinion", "advice", "result")  # whole sentences: no mixtures
Env = dict[str, str]


def tokens_of(text: str) -> list[str]:
    """Cut at blanks and before punctuation. Example: "an owl's." -> an owl ' s ."""
    return _TOKEN.findall(text)


class Phrases:
    """The words that may fill a slot."""

    def __init__(self, phrases: Iterable[str], exact: bool = False):
        cut = {tuple(tokens_of(p)) for p in phrases}
        self.exact = exact
        self.longest = max(map(len, cut), default=0) + (0 if exact else 1)
        self.whole = cut
        self.starts = {p[0] for p in cut}
        self.ends = {p[-1] for p in cut}
        self.pairs = {pair for p in cut for pair in pairwise(p)}

    def stops(self, tokens: list[str], at: int, any_case: bool) -> Iterator[int]:
        """Yield every position where a filling that begins at `at` may end."""
        if at >= len(tokens):
            return
        word = tokens[at]
        if any_case and word not in self.starts:
            word = word[:1].lower() + word[1:]
        if word not in self.starts:
            return
        said = [word]
        while True:
            done = tuple(said) in self.whole if self.exact else word in self.ends
            if done:
                yield at + len(said)
            after = at + len(said)
            if len(said) >= self.longest or after >= len(tokens):
                return
            if (word, tokens[after]) not in self.pairs:
                return
            word = tokens[after]
            said.append(word)


class Shape:
    """A slot for words of a certain look, such as numbers or names."""

    def __init__(self, *looks: str):
        self.looks = [re.compile(look) for look in looks]

    def stops(self, tokens: list[str], at: int, _any_case: bool) -> Iterator[int]:
        end = at + len(self.looks)
        words = tokens[at:end]
        if len(words) == len(self.looks) and all(
            look.fullmatch(w) for look, w in zip(self.looks, words, strict=True)
        ):
            yield end


class Either:
    """A slot that takes what any of several would."""

    def __init__(self, *slots):
        self.slots = slots

    def stops(self, tokens: list[str], at: int, any_case: bool) -> Iterator[int]:
        for slot in self.slots:
            yield from slot.stops(tokens, at, any_case)


NAME = r"[A-Z][a-z]+"
WORD, FULL_NAME, NUMBER = Shape(NAME), Shape(NAME, NAME), Shape(r"\d{1,9}")
_VOCABULARY = {k: Phrases(v, k in _EXACT) for k, v in LEXICON.items()}
_VOCABULARY |= {"@full": FULL_NAME, "@first": WORD}


@dataclass(frozen=True)
class Match:
    """A sentence that was recognised: its template's tag, its end, its slots."""

    tag: object
    end: int
    env: Env


class Pattern:
    """One template, ready to be found; `tag` is what the caller knows it by."""

    def __init__(self, template: str, tag=None, slots=None, pronouns=()):
        self.tag, self.pronouns = tag, frozenset(pronouns)
        self.items: list = []  # strings, None for an article, (key, capital, slot)
        text = template.replace("a~ ", " \x00 ").replace("A~ ", " \x00 ")
        at = 0
        for found in _SLOT.finditer(text):
            self.items += tokens_of(text[at : found.start()])
            self.items.append(self._slot(found[0], slots or {}))
            at = found.end()
        self.items += tokens_of(text[at:])

    @staticmethod
    def _slot(mark: str, slots: dict):
        if mark == "\x00":
            return None
        key = mark.strip("{}^")
        kind = slots.get(key) or slots.get(key.rstrip("0123456789"))
        kind = kind or _VOCABULARY[key.rstrip("0123456789")]
        return key, "^" in mark, kind

    def matches(self, tokens: list[str], at: int, env: Env) -> Iterator[Match]:
        pronoun = env.get("pronoun")
        if self.pronouns:
            if pronoun and pronoun not in self.pronouns:
                return
            if not pronoun and len(self.pronouns) == 1:
                env = env | {"pronoun": next(iter(self.pronouns))}
        for end, found in self._from(0, tokens, at, env):
            yield Match(self.tag, end, found)

    def _from(self, i: int, tokens, at: int, env: Env) -> Iterator[tuple[int, Env]]:
        while i < len(self.items) and not isinstance(self.items[i], tuple):
            if at >= len(tokens) or not self._fits(i, tokens, at):
                return
            i, at = i + 1, at + 1
        if i == len(self.items):
            yield at, env
            return
        key, is_capital, slot = self.items[i]
        for end in slot.stops(tokens, at, is_capital or i == 0):
            words = " ".join(tokens[at:end]).replace(" ' ", "'")
            bound = _bind(env, key, words)
            if bound is not None:
                yield from self._from(i + 1, tokens, end, bound)

    def _fits(self, i: int, tokens: list[str], at: int) -> bool:
        item, word = self.items[i], tokens[at]
        if item is None:  # an article: does it suit the next word?
            follows = at + 1 < len(tokens) and tokens[at + 1]
            right = "an" if follows and takes_an(follows) else "a"
            return word.lower() == right
        return word == item or (i == 0 and word.lower() == item.lower())


def _bind(env: Env, key: str, words: str) -> Env | None:
    """Note what a slot took; None if that contradicts what was noted before."""
    if key == "@first":
        return env if env.get("@full", "").split(" ")[0] == words else None
    if key in env:
        return env if env[key].lower() == words.lower() else None
    if key[-1].isdigit() or key not in LEXICON:
        return env | {key: words}
    return env


@cache
def about_somebody(template: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Write a template about a person in every agreement, with the pronouns it fits."""
    variants = defaultdict(set)
    for pronoun, (he, him, his, himself) in PRONOUNS.items():
        they = pronoun == "they"
        for how in ("full", "first", "pronoun"):
            text = _agree(template, they and how == "pronoun", they)
            n = he if how == "pronoun" else "{@" + how + "}"
            ns = his if how == "pronoun" else n + "'s"
            forms = {"N": n, "n": n, "Ns": ns, "ns": ns, "he": he, "him": him}
            forms |= {"his": his, "himself": himself, "full": "{@full}"}
            forms["first"] = "{@first}"
            for slot, form in forms.items():
                text = text.replace("{" + slot + "}", form)
            variants[text].add(pronoun)
    every = frozenset(PRONOUNS)
    return tuple(
        (text, frozenset() if fits == every else frozenset(fits))
        for text, fits in variants.items()
    )


class Pool:
    """Sentences among which a page may choose, looked up by their first word."""

    def __init__(self, patterns: Iterable[Pattern]):
        self.patterns = tuple(patterns)
        self._by_word, self._open = defaultdict(list), []
        for number, pattern in enumerate(self.patterns):
            first = pattern.items[0]
            if isinstance(first, str):
                self._by_word[first.lower()].append((number, pattern))
            elif first is None:
                self._by_word["a"].append((number, pattern))
                self._by_word["an"].append((number, pattern))
            else:
                self._open.append((number, pattern))

    def __add__(self, other: "Pool") -> "Pool":
        return Pool(self.patterns + other.patterns)

    def matches(self, tokens: list[str], at: int, env: Env) -> Iterator[Match]:
        if at < len(tokens):
            for _, pattern in self._by_word.get(tokens[at].lower(), ()):
                yield from pattern.matches(tokens, at, env)
            for _, pattern in self._open:
                yield from pattern.matches(tokens, at, env)


def pool(templates: Iterable[str], tag=None, person: bool = False, **slots) -> Pool:
    """Make a pool of templates; `person` says that they are about somebody."""
    patterns = []
    for template in templates:
        if person:
            for text, pronouns in about_somebody(template):
                patterns.append(Pattern(text, tag, slots, pronouns))
        else:
            patterns.append(Pattern(template, tag, slots))
    return Pool(patterns)


def tile(tokens: list[str], choices: Pool, env: Env, keep: frozenset[str]):
    """Cut tokens into sentences of the pool: the matches, or where reading stopped.

    What the slots in `keep` hold must be the same in all sentences.
    """
    furthest, dead = 0, set()

    def rest(at: int, env: Env) -> list[Match] | None:
        nonlocal furthest
        furthest = max(furthest, at)
        if at == len(tokens):
            return []
        state = at, tuple(sorted(env.items()))
        if state in dead:
            return None
        for match in choices.matches(tokens, at, env):
            kept = {k: v for k, v in match.env.items() if k in keep}
            more = rest(match.end, kept)
            if more is not None:
                return [match, *more]
        dead.add(state)
        return None

    found = rest(0, {k: v for k, v in env.items() if k in keep})
    return found if found is not None else furthest
