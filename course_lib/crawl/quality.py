"""Rules of thumb that tell prose from rubbish, each with the paper that set it.

All numbers are those of the papers. A rule is a filter of its own, so that each can be
switched off; `gopher`, `c4` and `fineweb` apply the rules of one paper.
"""

from collections import Counter
from dataclasses import replace

from course_lib.crawl.page import Filter, Page

STOP_WORDS = frozenset("the be to of and that have with".split())
BULLETS = ("-", "•", "*", "·", "‣")
ENDINGS = (".", "!", "?", '"', "'", "”", "’", ":", ")", "…")
POLICY_WORDS = ("terms of use", "privacy policy", "cookie policy", "uses cookies",
                "use of cookies", "use cookies")  # fmt: skip
REPEATED_GRAMS = {2: 0.20, 3: 0.18, 4: 0.16}  # words in a row: share of the characters


def enough_words(page: Page) -> Page | str:
    """Keep 50 to 100,000 words (Gopher)."""
    if page.n_words < 50:
        return "fewer than 50 words"
    return "more than 100,000 words" if page.n_words > 100_000 else page


def word_length(page: Page) -> Page | str:
    """Keep a mean word of 3 to 10 letters (Gopher)."""
    words = page.words
    mean = sum(map(len, words)) / max(1, len(words))
    return page if 3 <= mean <= 10 else "words too short or too long"


def few_symbols(page: Page) -> Page | str:
    """Keep at most one # or … to ten words (Gopher counts the two apart)."""
    symbols = page.text.count("#") + page.text.count("…") + page.text.count("...")
    return page if symbols <= 0.1 * page.n_words else "too many # and …"


def few_bullets(page: Page) -> Page | str:
    """Keep what has bullets before at most nine lines in ten (Gopher)."""
    lines = page.lines
    bullets = sum(line.startswith(BULLETS) for line in lines)
    return page if bullets <= 0.9 * len(lines) else "nothing but bullets"


def few_ellipses(page: Page) -> Page | str:
    """Keep what breaks off in at most three lines of ten (Gopher)."""
    lines = page.lines
    open_ends = sum(line.endswith(("…", "...")) for line in lines)
    return page if open_ends <= 0.3 * len(lines) else "lines that break off"


def has_letters(page: Page) -> Page | str:
    """Keep what has a letter in at least four words of five (Gopher)."""
    words = page.words
    odd = [word for word in words if not word.isalpha()]  # few, and the rest is quick
    with_letters = len(words) - len(odd) + sum(any(map(str.isalpha, w)) for w in odd)
    return page if with_letters >= 0.8 * len(words) else "words without letters"


def has_stop_words(page: Page) -> Page | str:
    """Keep what has two of: the, be, to, of, and, that, have, with (Gopher)."""
    if len(STOP_WORDS.intersection(page.words)) >= 2:
        return page
    found = STOP_WORDS.intersection(map(str.lower, page.words))
    return page if len(found) >= 2 else "no common English words"


def few_repetitions(page: Page) -> Page | str:
    """Keep what does not repeat itself (three of Gopher's limits, table A1)."""
    words = page.words
    n_chars = max(1, sum(map(len, words)))
    # Counting rows is slow, and most texts are cleared without it: in a repeated row
    # each word stands as often as the row, and a longer row no oftener than a shorter.
    most = max((len(w) * k for w, k in Counter(words).items()), default=0)
    longest, count = max(map(len, words), default=0), len(words)
    for n, limit in REPEATED_GRAMS.items():
        if n * min(most, count * longest) <= limit * n_chars:
            continue
        grams = Counter(zip(*(words[k:] for k in range(n)), strict=False))
        gram, count = grams.most_common(1)[0] if grams else ((), 0)
        if count > 1 and count * sum(map(len, gram)) > limit * n_chars:
            return f"the same {n} words again and again"
    return page


def no_filler(page: Page) -> Page | str:
    """Drop what says "lorem ipsum" (C4)."""
    return "lorem ipsum" if "lorem ipsum" in page.text.lower() else page


def no_braces(page: Page) -> Page | str:
    """Drop what has a brace, which prose has not and code has (C4)."""
    return "a brace: code?" if "{" in page.text else page


def no_policy_lines(page: Page) -> Page | str:
    """Strike the lines about JavaScript, cookies and terms of use (C4)."""
    if not _is_policy(page.text.lower()):
        return page
    kept = [line for line in page.lines if not _is_policy(line.lower())]
    return replace(page, text="\n".join(kept)) if kept else "policies only"


def _is_policy(line: str) -> bool:
    return "javascript" in line or any(words in line for words in POLICY_WORDS)


def ends_lines(page: Page) -> Page | str:
    """Keep what ends more than 12 % of its lines with punctuation (FineWeb)."""
    lines = page.lines
    ended = sum(line.endswith(ENDINGS) for line in lines)
    return page if ended > 0.12 * len(lines) else "lines without an end"


def few_copied_lines(page: Page) -> Page | str:
    """Keep what has under 10 % of its characters in lines said before (FineWeb)."""
    seen: set[str] = set()
    repeated = 0
    for line in page.lines:
        repeated += len(line) if line in seen else 0
        seen.add(line)
    return page if repeated < 0.1 * len(page.text) else "the same lines again"


def few_short_lines(page: Page) -> Page | str:
    """Keep what has under 67 % of its lines shorter than 30 characters (FineWeb)."""
    lines = page.lines
    short = sum(len(line) < 30 for line in lines)
    return page if short < 0.67 * len(lines) else "short lines"


GOPHER = (enough_words, word_length, few_symbols, few_bullets, few_ellipses,
          has_letters, has_stop_words, few_repetitions)  # fmt: skip
C4 = (no_policy_lines, no_filler, no_braces)
FINEWEB = (ends_lines, few_copied_lines, few_short_lines)


def gopher(page: Page) -> Page | str:
    """Apply rules of Rae et al. 2021 (Gopher), appendix A1.1."""
    return in_turn(page, GOPHER)


def c4(page: Page) -> Page | str:
    """Apply rules of Raffel et al. 2019 (C4, the corpus of T5), section 2.2.

    Some are left out, two of them on purpose: lines need no full stop (FineWeb, too,
    leaves this out, as it costs 30 % of the text), and there is no list of bad words.
    """
    return in_turn(page, C4)


def fineweb(page: Page) -> Page | str:
    """Apply the rules that Penedo et al. 2024 (FineWeb) found by experiment, 3.6."""
    return in_turn(page, FINEWEB)


def in_turn(page: Page, rules: tuple[Filter, ...]) -> Page | str:
    """Apply rules one after the other, up to the first that drops the page."""
    for rule in rules:
        result = rule(page)
        if isinstance(result, str):
            return result
        page = result
    return page
