"""Walk down the lines of a page, and say where it stops being well formed."""

import re
from collections import Counter

from .parse_sentences import Match, Pool, Shape, pool, tile, tokens_of

SOMEBODY = frozenset(("@full", "pronoun"))  # stays the same throughout a page


class Malformed(Exception):
    """What is wrong with a page, and how many tokens of it were right."""

    def __init__(self, problem: str, read: int = 0):
        super().__init__(problem)
        self.problem, self.read = problem, read


class Page:
    """The lines of a page, taken one by one from the top."""

    def __init__(self, lines: list[str], keep: frozenset[str] = SOMEBODY):
        self.lines, self.keep = lines, keep
        self.at, self.read, self.env = 0, 0, {}

    def fail(self, problem: str, read: int = 0):
        raise Malformed(problem, self.read + read)

    def more(self) -> bool:
        return self.at < len(self.lines)

    def peek(self) -> str:
        return self.lines[self.at] if self.more() else ""

    def line(self, prefix: str = "") -> str:
        """Take the next line, without its prefix."""
        if not self.more():
            self.fail("the page breaks off")
        line = self.lines[self.at]
        if not line.startswith(prefix):
            self.fail(f"{prefix.strip()!r} is missing before {line[:40]!r}")
        self.at += 1
        return line.removeprefix(prefix)

    def blank(self) -> None:
        if self.line():
            self.fail("an empty line is missing")

    def end(self) -> None:
        if self.more():
            self.fail(f"something follows the end: {self.peek()[:40]!r}")

    def sentences(self, text: str, choices: Pool) -> list[Match]:
        """Read a text as sentences of the pool; what they agree on goes on holding."""
        tokens = tokens_of(text)
        found = tile(tokens, choices, self.env, self.keep)
        if isinstance(found, int):
            rest = " ".join(tokens[found : found + 8])
            self.fail(f"no sentence of such a page: {rest!r}", found)
        if not found:
            self.fail("an empty line stands where a sentence should")
        self.read += len(tokens)
        self.env = {k: v for k, v in found[-1].env.items() if k in self.keep}
        return found

    def one(self, text: str, choices: Pool) -> Match:
        """Read a text as exactly one sentence of the pool."""
        found = self.sentences(text, choices)
        if len(found) > 1:
            self.fail(f"more than one sentence: {text[:40]!r}")
        return found[0]

    def heading(self, *titles: str) -> str:
        """Take a line that must be one of the titles."""
        line = self.line()
        if line not in titles:
            self.fail(f"no such heading: {line[:40]!r}")
        self.read += len(tokens_of(line))
        return line

    def need(self, condition, problem: str) -> None:
        if not condition:
            self.fail(problem)

    def never_twice(self, things) -> None:
        twice = [thing for thing, count in Counter(things).items() if count > 1]
        self.need(not twice, f"said twice: {str(twice[:1])[1:-1]}")


def fits(slot, text: str) -> bool:
    """Say whether a text fills a slot from end to end."""
    tokens = tokens_of(text)
    return any(end == len(tokens) for end in slot.stops(tokens, 0, True))


def told(matches: list[Match]) -> list[tuple[str, str]]:
    """The (attribute, value) pairs among the sentences."""
    return [(m.tag[1], m.env["v"]) for m in matches if m.tag[0] == "told"]


def tags(matches: list[Match]) -> list:
    return [m.tag if isinstance(m.tag, str) else m.tag[0] for m in matches]


CLOCK = Shape(r"\d\d", ":", r"\d\d")
RESULT = pool(["{result}"], "result")
_SPACING = re.compile(r"  | $|^ | [,.;!?]|[a-z][.,;!?][A-Za-z]|[{}~\[\]]", re.M)
_SMALL_START = re.compile(r"[.!?] (?!oldtimer)[a-z]|^(?!oldtimer)[a-z](?!\w*: )", re.M)


def tidy(text: str, small_letters: bool = False) -> list[str]:
    """Complain about blanks, brackets and small letters where they do not belong."""
    checks = [(_SPACING, "blanks or brackets are wrong")]
    if not small_letters:
        checks.append((_SMALL_START, "a small letter begins"))
    problems = []
    for pattern, problem in checks:
        if spot := pattern.search(text):
            around = text[max(0, spot.start() - 12) : spot.end() + 12]
            problems.append(f"{problem}: {around!r}")
    return problems
