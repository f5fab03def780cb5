"""The pages as texts: sums are right, words well spelled, sentences English."""

import re
import unicodedata
from collections import Counter

import pytest
from isles import isles

from course_lib.world import Document, World, tellings
from course_lib.world.grammar import plural_verb, takes_an
from course_lib.world.pages_spelling import UNSPELLED

SPACED_KINDS = ("code", "table", "timetable")  # here double spaces belong
TOLD_KINDS = ("encyclopedia", "fact box", "news", "forum", "letter", "interview")


@pytest.fixture(scope="module")
def world() -> World:
    return isles()


@pytest.fixture(scope="module")
def documents(world) -> list[Document]:
    return world.documents()


@pytest.fixture(scope="module")
def prose(documents) -> str:
    return "\n\n".join(d.text for d in documents if d.kind not in SPACED_KINDS)


def minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


ARITHMETIC = ("sums", "worked sum", "last digit", "word problem", "clock")


def test_homework_is_right(documents):
    kinds = ("sums", "worked sum", "word problem", "clock")
    text = "\n".join(d.text for d in documents if d.kind in kinds)
    rows = re.findall(r"(\d+) ([-+*]) (\d+) = (\d+)", text)
    assert len(rows) > 6000
    work = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}
    assert all(work[sign](int(a), int(b)) == int(c) for a, sign, b, c in rows)
    last = "\n".join(d.text for d in documents if d.kind == "last digit")
    rows = re.findall(r"(\d) ([+*]) (\d) = (\d)\b", last)
    assert len(rows) > 4000
    assert all(work[sign](int(a), int(b)) % 10 == int(c) for a, sign, b, c in rows)


def test_answers_are_those_of_the_tasks(documents):
    tasks = 0
    for document in documents:
        for line in document.text.split("\n"):
            found = re.fullmatch(r"([\d+* -]+):(.*) Answer: (\d+)", line)
            if document.kind in ("worked sum", "last digit") and found:
                first, *rest = found[1].split()
                value = int(first)
                for sign, b in zip(rest[::2], map(int, rest[1::2]), strict=True):
                    value = {"+": value + b, "-": value - b, "*": value * b}[sign]
                if document.kind == "last digit":
                    value %= 10
                assert value == int(found[3])
                tasks += 1
    assert tasks > 2500


def test_arithmetic_is_a_fair_share_and_seldom_answered_at_once(documents):
    pages = [d for d in documents if d.kind in ARITHMETIC]
    share = sum(len(d.text) for d in pages) / sum(len(d.text) for d in documents)
    assert 0.05 < share < 0.08
    chains = [d for d in pages if d.kind == "last digit"]
    at_once = sum(" = " not in d.text for d in chains)
    assert 0.05 < at_once / len(chains) < 0.2
    tasks = [line for d in chains for line in d.text.split("\n")[1:]]
    lengths = Counter(len(task.split(":")[0].split()[::2]) for task in tasks)
    assert lengths.most_common(1)[0][0] == 6 == max(lengths)


def test_clocks_are_right(documents):
    text = "\n".join(d.text for d in documents if d.kind == "clock")
    task = r"(\d\d:\d\d)[^\n]*? (\d+) minutes[^\n]* (\d\d:\d\d)\."
    rows = re.findall(task, text)
    rows += [
        (a, m, b)
        for a, b, m in re.findall(r"From ([\d:]+) to ([\d:]+) it is (\d+)", text)
    ]
    assert len(rows) > 600
    for start, later, end in rows:
        assert (minutes(start) + int(later) - minutes(end)) % (24 * 60) == 0


def test_spelling_is_right(documents):
    pages = [d.text for d in documents if d.kind == "spelling"]
    assert len(pages) >= 1000
    text = "\n".join(pages)
    rows = re.findall(r"([a-z](?:-[a-z])+) spells (\w+)\.", text)
    rows += [(b, a) for a, b in re.findall(r"Spell (\w+): ([a-z-]+)\.", text)]
    assert len(rows) > 500
    assert all(dashed.replace("-", "") == word for dashed, word in rows)


def test_held_out_words_are_used_and_never_spelled(documents, prose):
    hidden = set(UNSPELLED)
    assert len(hidden) > 100
    assert hidden <= set(re.findall(r"[a-z]+", prose))
    spelled = "\n".join(d.text for d in documents if d.kind == "spelling")
    assert not hidden & set(re.findall(r"[a-z]+", spelled.lower()))
    dashed = re.findall(r"[a-z](?:-[a-z])+", "\n".join(d.text for d in documents))
    dashed = " ".join(set(dashed))
    for word in hidden:
        assert "-".join(word) not in dashed
        assert "-".join(word[::-1]) not in dashed


# English


def test_no_placeholder_or_double_space_is_left(prose):
    for mark in ("{", "}", "[", "]", "<", "~", "  ", " ,", "..", " \n"):
        at = prose.replace("=> ", "").find(mark)
        assert at < 0, prose[max(0, at - 60) : at + 60]


def test_articles_fit(documents):
    skipped = (*SPACED_KINDS, "spelling")
    text = "\n".join(d.text for d in documents if d.kind not in skipped)
    for article, word in set(re.findall(r"\b([Aa]n?) (\w[\w'-]*)", text)):
        if word == "or":  # the lists called "A or an"
            continue
        vowel = word[0].lower() in "aeiou"
        if word.startswith(("uni", "use", "one", "uku")):
            vowel = False
        if word.startswith(("honest", "hour", "heir")):
            vowel = True
        assert vowel == (article.lower() == "an"), f"{article} {word}"


def test_verbs_agree_with_pronouns(documents):
    text = "\n".join(d.text for d in documents if d.kind in (*TOLD_KINDS, "reading"))
    after_they = set(re.findall(r"\b[Tt]hey (\w+)", text))
    assert after_they & {"are", "have", "play", "live"}
    assert not {w for w in after_they if w.endswith("s")} - {"always"}
    marked = re.findall(r"[\[<]([a-z]+)[\]>]", str(tellings.TOLD))
    plural = {plural_verb(verb) for verb in marked}
    assert not set(re.findall(r"\b(?:[Ss]he|[Hh]e) (\w+)", text)) & plural


@pytest.mark.parametrize(
    ("verb", "plural"),
    [
        ("plays", "play"),
        ("carries", "carry"),
        ("is", "are"),
        ("has", "have"),
        ("goes", "go"),
        ("watches", "watch"),
        ("practises", "practise"),
        ("owes", "owe"),
    ],
)
def test_plural_verbs(verb, plural):
    assert plural_verb(verb) == plural


def test_articles_follow_the_sound():
    assert [w for w in "owl hour unicorn use apple boat".split() if takes_an(w)] == [
        "owl",
        "hour",
        "apple",
    ]


def test_every_page_is_short_and_ends_well(documents):
    for document in documents:
        assert document.text == document.text.strip()
        assert 20 < len(document.text) < 1200


# Other scripts


def test_other_scripts_are_present(documents):
    letters = Counter(c for d in documents for c in d.text if ord(c) > 127)
    scripts = Counter()
    for letter, count in letters.items():
        scripts[unicodedata.name(letter, "?").split()[0]] += count
    for script in (
        "GREEK",
        "CYRILLIC",
        "ARABIC",
        "HEBREW",
        "DEVANAGARI",
        "THAI",
        "HIRAGANA",
        "CJK",
        "HANGUL",
    ):
        assert scripts[script] > 200, script
    assert all(letters[c] > 5 for c in "äöéçåł")


def test_emoji_of_every_make_are_present(prose):
    assert "\u200d" in prose  # joined
    assert re.search("[\U0001f3fb-\U0001f3ff]", prose)  # skin tones
    assert re.search("[\U0001f1e6-\U0001f1ff]{2}", prose)  # flags
    assert "\ufe0f" in prose  # drawn in colour
