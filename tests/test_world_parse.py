"""The parser of page kinds: it accepts what the islands write, and sees damage."""

import random
import re

import pytest
from isles import isles

from course_lib.world import Document, PageCheck, World, check_page

ARITHMETIC = ("sums", "worked sum", "last digit", "word problem", "clock", "timetable")


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return isles().documents()


@pytest.fixture(scope="module")
def sample(documents) -> list[Document]:
    return random.Random(0).sample(documents, 1000)


def plain_kind(document: Document) -> str:
    return "passage" if document.kind.startswith("passage") else document.kind


def acceptance(pages: list[Document]) -> float:
    return sum(not check_page(d.text).problems for d in pages) / len(pages)


# Real pages


def test_real_pages_are_well_formed(sample):
    assert acceptance(sample) >= 0.995


def test_pages_of_other_isles_are_well_formed():
    assert acceptance(World(7).documents(max_chars=100_000)) >= 0.995


def test_every_kind_is_recognised(documents):
    first = {plain_kind(d): d for d in documents}
    assert len(first) >= 38
    for kind, document in first.items():
        check = check_page(document.text)
        assert check.well_formed, document.text
        # an untitled hoax looks like any entry of the encyclopedia: that is its point
        assert check.kind == kind or (kind, check.kind) == ("hoax", "encyclopedia")


# Damaged pages


def shuffle_words(dice, text):
    lines = text.split("\n")
    longest = max(range(len(lines)), key=lambda i: len(lines[i].split()))
    words = lines[longest].split()
    if len(words) < 5:
        return None
    dice.shuffle(words)
    lines[longest] = " ".join(words)
    return "\n".join(lines)


def cut_in_a_sentence(dice, text):
    spots = [m.start() for m in re.finditer(r"(?<=[\w,]) (?=\w)", text)]
    return text[: dice.choice(spots)] if spots else None


def loop_a_sentence(dice, text):
    sentences = re.findall(r"[^.\n]{12,}\.(?= |\n|$)", text)
    if not sentences:
        return None
    again = dice.choice(sentences)
    return text.replace(again, f"{again} {again.strip()} {again.strip()}", 1)


def damaged_share(damage, pages) -> float:
    """How many of the pages are found out after damage."""
    dice = random.Random(1)
    damaged = [damage(dice, d.text) for d in pages[:300]]
    tried = [t for t, d in zip(damaged, pages, strict=False) if t and t != d.text]
    assert len(tried) > 200
    return sum(bool(check_page(text).problems) for text in tried) / len(tried)


@pytest.mark.parametrize("damage", [shuffle_words, cut_in_a_sentence, loop_a_sentence])
def test_damage_is_seen(damage, sample):
    assert damaged_share(damage, sample) >= 0.95


@pytest.mark.parametrize("glue", ["\n", "\n\n", " "])
def test_two_pages_in_one_are_seen(glue, sample):
    def join(dice, text):
        return text + glue + dice.choice(sample).text

    assert damaged_share(join, sample) >= 0.95


def test_lines_of_other_kinds_are_seen(sample):
    dice, seen, tried = random.Random(2), 0, 0
    for one, other in zip(sample[:300], sample[300:], strict=False):
        if plain_kind(one) == plain_kind(other):
            continue
        lines = one.text.split("\n")
        number = dice.choice([i for i, line in enumerate(lines) if line])
        lines[number] = dice.choice([x for x in other.text.split("\n") if x])
        tried += 1
        seen += bool(check_page("\n".join(lines)).problems)
    assert seen / tried >= 0.95


def test_wrong_sums_are_seen(documents):
    dice, seen, tried = random.Random(3), 0, 0
    for document in documents[:3500]:
        results = list(re.finditer(r"(?<= = )\d+|(?<=Answer: )\d+", document.text))
        if document.kind in ARITHMETIC and results:
            spot = dice.choice(results)
            wrong = str(int(spot[0]) + dice.choice((1, 2, 5, 10)))
            text = document.text[: spot.start()] + wrong + document.text[spot.end() :]
            tried += 1
            seen += bool(check_page(text).problems)
    assert tried > 120
    assert seen == tried


def test_another_person_in_an_entry_is_seen(documents):
    entries = [d for d in documents if d.kind == "encyclopedia"][:500]
    dice, seen, tried = random.Random(4), 0, 0
    for one, other in zip(entries[::2], entries[1::2], strict=True):
        name = other.facts[0].subject
        told = re.split(r"(?<=\.) ", other.text.split("\n\n")[1])
        foreign = [sentence for sentence in told if name in sentence]
        if foreign and name != one.facts[0].subject:
            tried += 1
            seen += bool(check_page(f"{one.text} {dice.choice(foreign)}").problems)
    assert tried > 120
    assert seen / tried >= 0.95


# By hand

GOOD = "Mira Quill\n\nMira Quill keeps an owl. She lives on Lampmoor."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Mira Quill\n\nMira Quill keeps a owl.", "no sentence of such a page"),
        (
            "Mira Quill\n\nMira Quill keeps an owl. He lives on Brine. She is a baker.",
            "n",
        ),
        ("Mira Quill\n\nMira Quill keeps an owl. They lives on Brine.", "no sentence"),
        ("Mira Quill\n\nMira Quill keeps an owl. Mira keeps an owl.", "said twice"),
        ("Mira Quill\n\nMira Quill keeps an owl. She lives on", "no sentence"),
        ("Mira Quill\n\nMira Quill keeps an owl.She lives on Brine.", "blanks"),
        ("Mira Quill\n\nMira Quill keeps an owl. she lives on Brine.", "small letter"),
        ("Mira Quill\n\nMira Quill keeps an {animal}.", "no sentence"),
        ("Mira Quill", "the page breaks off"),
        ("Sums\n1 + 1 = 2\n1 + 2 = 4\n3 + 3 = 6\n9 - 9 = 0", "wrong sum: '1 + 2 = 4'"),
        ("Letters\nSpell hat: h-a-t.\nSpell boat: b-o-t.", "spelled wrongly"),
        ("Homework: keep the last digit\n7 + 8: 7 + 8 = 5. Answer: 6\n1 * 2:", "wrong"),
        ("Opposites\nhot: cold\nbig: small\nold: young\nwet: fish", "the rule"),
        (
            "Reading exercise\nHe lives on Brine.\nQuestion: Which island does Mira "
            "Quill live on?\nAnswer: Brine.",
            "nobody is named",
        ),
        ("The cat sat on the mat.", "begins like no kind of page"),
        ("", "begins like no kind of page"),
        ("Mira Quill\n" * 2000, "too long"),
    ],
)
def test_problems_are_named(text, says):
    assert says in check_page(text).problems[0]


def test_reading_answers_must_stand_in_the_text():
    page = (
        "Read and answer\nZev Tarn keeps an owl. He lives on Brine.\n"
        "Question: What is the pet of Zev Tarn?\nAnswer: "
    )
    assert check_page(page + "Owl.") == PageCheck("reading", ())
    assert check_page(page + "The pet of Zev Tarn is an owl.").well_formed
    for wrong in ("Goat.", "Zev Tarn keeps a goat.", "Zev Tarn lives on Brine."):
        assert "not the answer" in str(check_page(page + wrong).problems)
    unknown = page.replace("pet of Zev", "hobby of Zev") + "Chess."
    assert "does not answer" in check_page(unknown).problems[0]


def test_truth_is_not_seen():
    false = GOOD.replace("owl", "hedgehog").replace("an h", "a h")
    assert check_page(GOOD) == PageCheck("encyclopedia", ())
    assert check_page(false) == PageCheck("encyclopedia", ())
