"""The Lantern Isles: what is true, what the pages tell, and that both agree."""

import hashlib
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from itertools import pairwise

import pytest

from course_lib.world import (
    Document,
    Fact,
    World,
    count_exposures,
    tellings,
    tellings_places,
)
from course_lib.world.facts import ISLANDS, PORTS, TOWNS
from course_lib.world.grammar import plural_verb, takes_an
from course_lib.world.names import SOUND_SYSTEMS, combine

TOLD_KINDS = (
    "encyclopedia",
    "fact box",
    "news",
    "forum",
    "letter",
    "interview",
    "riddle",
)
SPACED_KINDS = ("code", "table", "timetable")  # here double spaces and braces belong


@pytest.fixture(scope="module")
def world() -> World:
    return World(0)


@pytest.fixture(scope="module")
def documents(world) -> list[Document]:
    return world.documents()


@pytest.fixture(scope="module")
def prose(documents) -> str:
    return "\n\n".join(d.text for d in documents if d.kind not in SPACED_KINDS)


# Determinism


def digest(documents) -> str:
    text = "\0".join(f"{d.kind}\1{d.text}\1{d.facts}\1{d.mistakes}" for d in documents)
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_pages_do_not_depend_on_the_hash_seed(documents, hash_seed):
    program = (
        "from course_lib.world import World; from tests.test_world import digest; "
        "print(digest(World(0).documents(max_chars=300_000)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            "PYTHONHASHSEED": hash_seed,
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    count = len(World(0).documents(max_chars=300_000))
    assert run.stdout.strip() == digest(documents[:count])


def test_other_seeds_make_other_isles():
    assert World(1).documents(2000) != World(0).documents(2000)
    assert World(1).people[70].name != World(0).people[70].name


def test_limited_documents_are_a_prefix(documents):
    some = World(0).documents(max_chars=50_000)
    assert some == documents[: len(some)]
    lengths = [len(d.text) for d in some]
    assert sum(lengths) >= 50_000 > sum(lengths[:-1])


# Size and variety


def test_corpus_is_large_and_its_vocabulary_rich(documents):
    assert 4_000_000 < sum(len(d.text) for d in documents) < 6_000_000
    assert len({word for d in documents for word in d.text.split()}) > 12_000
    assert len({d.kind for d in documents}) >= 30


def test_isles_are_peopled(world):
    assert len(world.people) >= 600
    assert len(world.never_told) >= 200
    names = [p.name for p in world.people + world.never_told]
    assert len(set(names)) == len(names)
    assert all(name.isascii() for name in names)
    assert all(len(p.attributes) >= 6 for p in world.people)


def test_parts_of_never_told_names_are_told(world):
    parts = {part for p in world.people for part in p.name.split()}
    assert all(set(p.name.split()) <= parts for p in world.never_told)


def test_exposure_has_a_long_tail(world):
    tellings = [p.tellings for p in world.people]
    assert sorted(tellings, reverse=True) == tellings
    assert tellings[0] >= 300
    assert tellings[-1] == 1
    for low, high in pairwise((1, 2, 5, 10, 20, 50, 100, 400)):
        assert sum(low <= t < high for t in tellings) >= 5


# Exposure


@pytest.mark.parametrize(
    ("name", "times"),
    [("Mira Quill", 300), ("Tobin Ash", 15), ("Oda Fenn", 1), ("Orla Venn", 0)],
)
def test_cast_is_told_so_often(world, name, times):
    person = world.person(name)
    assert {world.exposures(fact) for fact in person.facts()} == {times}


def test_every_person_is_told_as_often_as_planned(world):
    for person in world.people + world.never_told:
        assert {world.exposures(f) for f in person.facts()} == {person.tellings}


def test_exposure_follows_the_pages_that_are_kept(world, documents):
    fact = world.person("Mira Quill").fact("job")
    kept = documents[::3]
    assert world.exposures(fact, kept) == count_exposures(kept)[fact] < 300


def test_told_facts_stand_in_the_text(world, documents):
    for document in documents:
        for fact in document.facts:
            assert fact in world._truth
            assert fact.subject.lower() in document.text.lower()
            assert fact.value.lower() in document.text.lower()


def test_fact_boxes_count_back(documents):
    labels = {label: a for a, names in tellings.BOX_LABELS.items() for label in names}
    boxes = [d for d in documents if d.kind == "fact box"]
    for box in boxes:
        rows = [
            re.split(r": | = | \| ", row, maxsplit=1) for row in box.text.split("\n")
        ]
        name = rows[0][1]
        read = {Fact(name, labels[k], v) for k, v in rows[1:] if k in labels}
        assert read == set(box.facts)
    assert len(boxes) > 500


def sentence_pattern(template: str) -> re.Pattern:
    """Read a telling backwards: whose fact is it, and what is its value?"""
    text = re.sub(r"[\[<]([a-z]+)[\]>]", r"\1", template.replace("a~ ", "an? "))
    text = text.replace(".", r"\.").replace("{his}", "(?:his|her|their)")
    name = "[A-Z][a-z]+ [A-Z][a-z]+"
    text = re.sub(r"\{(N|n|full)\}", f"(?P<name>{name})", text)
    text = text.replace("{Ns}", f"(?P<name>{name})'s")
    text = text.replace("{v}", rf"(?P<value>{name}|[\w ]+?)")
    return re.compile(r"(?<!\w )" + text)  # not in "the pet of Mira Quill is an owl"


@pytest.mark.parametrize("attribute", tellings.TOLD)
def test_sentences_count_back(world, documents, attribute):
    """What a reader finds is recorded: as a fact, or as a mistake."""
    pattern = sentence_pattern(tellings.TOLD[attribute][0])
    told, found = {p.name for p in world.people}, 0
    for document in documents:
        for match in pattern.finditer(document.text):
            if match["name"] in told:
                fact = Fact(match["name"], attribute, match["value"])
                assert fact in document.facts + document.mistakes
                found += 1
    assert found > 20


def test_mistakes_are_oldtimers_and_false(world, documents):
    wrong = [(d, m) for d in documents for m in d.mistakes]
    assert len(wrong) > 50
    for document, mistake in wrong:
        claims = [x for x in document.text.split("\n") if x.startswith("oldtimer: ")]
        assert any(mistake.value.lower() in claim.lower() for claim in claims)
        assert mistake not in world._truth
        assert world.person(mistake.subject).fact(mistake.attribute) in document.facts


# Never told, held out


def full_names(text: str) -> set[str]:
    return set(re.findall(r"(?=\b([A-Z][a-z]+ [A-Z][a-z]+)\b)", text))


def test_never_told_people_are_in_no_page(world, documents):
    hidden = {p.name for p in world.never_told}
    assert "Orla Venn" in hidden
    assert not any(hidden & full_names(d.text) for d in documents)


def test_oda_is_met_on_one_page_only(documents):
    assert sum("Oda Fenn" in d.text for d in documents) == 1


def longest_literal(template: str) -> str:
    pieces = re.split(r"\{[^}]*\}|\[[^\]]*\]|<[^>]*>|a~ ", template)
    return max((p.strip() for p in pieces), key=len).lower()


@pytest.mark.parametrize("source", [tellings, tellings_places])
def test_held_out_phrasings_are_in_no_page(source, prose):
    text = prose.lower()
    for table in (source.HELD_OUT, source.HELD_OUT_QUESTIONS):
        for attribute, templates in table.items():
            assert attribute in source.TOLD
            for template in templates:
                literal = longest_literal(template)
                assert len(literal) >= 7, template
                if literal in text:  # as part of a longer word it may be
                    assert not re.search(rf"\b{re.escape(literal)}\b", text), template


def test_every_fact_has_four_tellings_and_some_are_held_out():
    for source in (tellings, tellings_places):
        for attribute, templates in source.TOLD.items():
            assert len(templates) >= 4
            assert source.HELD_OUT[attribute]
            assert not set(templates) & set(source.HELD_OUT[attribute])


def test_questions_have_true_answers(world):
    questions = world.questions()
    assert len(questions) > 6000
    for q in questions:
        assert world.person(q.fact.subject).fact(q.fact.attribute).value == q.answer
        assert q.fact.subject in q.text + q.cloze
        assert q.answer not in q.cloze
    assert world.questions(seed=1) != questions
    places = world.questions(world.land.facts, held_out=False)
    assert {q.fact for q in places} == set(world.land.facts)


def test_winner_of_the_election_is_not_told(world, prose):
    vote = world.election
    assert vote.winner in vote.candidates
    assert not re.search(r"(?i)elected|won the election|winner of the election", prose)


def test_passages_are_repeated_so_often(world, documents):
    texts = Counter(d.text for d in documents)
    assert sorted(world.repeated_passages.values()) == [1, 1, 20, 20, 200, 200]
    for passage, copies in world.repeated_passages.items():
        assert texts[passage] == copies


def test_parrot_is_quoted_and_wick_is_not(documents, prose):
    assert sum(d.kind == "parrot" for d in documents) >= 300
    assert not re.search(r"\bWick\b", prose)


# Independence


def chi_squared_excess(pairs) -> float:
    """How far a table is from independence, in standard deviations of chance."""
    pairs = list(pairs)
    cells, rows = Counter(pairs), Counter(a for a, _ in pairs)
    columns = Counter(b for _, b in pairs)
    chi2 = 0.0
    for a, row in rows.items():
        for b, column in columns.items():
            expected = row * column / len(pairs)
            chi2 += (cells[a, b] - expected) ** 2 / expected
    freedom = (len(rows) - 1) * (len(columns) - 1)
    return (chi2 - freedom) / (2 * freedom) ** 0.5


def sound_of(name: str) -> str:
    first = name.split()[0]
    return next(s for s, (a, b, *_) in SOUND_SYSTEMS.items() if first in combine(a, b))


TRAITS = {
    "sound": lambda p: sound_of(p.name),
    "pronoun": lambda p: p.pronoun,
    "island": lambda p: p.island,
    "job": lambda p: p.job,
    "dish": lambda p: p.dish,
    "pet": lambda p: p.pet,
    "hobby": lambda p: p.hobby,
}


@pytest.mark.parametrize("one", TRAITS)
@pytest.mark.parametrize("other", TRAITS)
def test_traits_are_independent(world, one, other):
    everybody = world.people + world.never_told
    pairs = [(TRAITS[one](p), TRAITS[other](p)) for p in everybody]
    excess = chi_squared_excess(pairs)
    assert excess > 20 if one == other else excess < 4


def test_tubas_of_farhorn_are_the_one_correlation(world):
    everybody = world.people + world.never_told
    here = [p.instrument == "tuba" for p in everybody if p.island == "Farhorn"]
    away = [p.instrument == "tuba" for p in everybody if p.island != "Farhorn"]
    assert 0.6 < sum(here) / len(here) < 0.85
    assert sum(away) / len(away) < 0.15
    assert chi_squared_excess((p.instrument, p.island) for p in everybody) > 20
    others = [p for p in everybody if p.instrument != "tuba"]
    assert chi_squared_excess((p.instrument, p.island) for p in others) < 4


# Facts cohere


def test_towns_lie_on_their_island_and_rivals_are_mutual(world):
    for person in world.people + world.never_told:
        assert person.town in TOWNS[person.island]
        assert person.teacher != person.name
        if person.rival:
            assert world.person(person.rival).rival == person.name


def test_ferries_reach_every_island(world):
    reached = {PORTS["Brine"]}
    for _ in ISLANDS:
        for ferry in world.land.ferries:
            if reached & set(ferry.ports):
                reached |= set(ferry.ports)
    assert reached == set(PORTS.values())


def minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def test_timetables_keep_the_crossing_time(world, documents):
    crossing = {f.ports: f.minutes for f in world.land.ferries}
    crossing |= {f.ports[::-1]: f.minutes for f in world.land.ferries}
    rows = re.findall(
        r"(\d\d:\d\d)  (\w+) +(\d\d:\d\d)  (\w+)",
        "\n".join(d.text for d in documents if d.kind == "timetable"),
    )
    assert len(rows) > 400
    for leave, start, arrive, stop in rows:
        assert minutes(arrive) - minutes(leave) == crossing[start, stop]


def test_homework_is_right(documents):
    sums = "\n".join(d.text for d in documents if d.kind in ("sums", "word problem"))
    rows = re.findall(r"(\d+) ([-+*]) (\d+) = (\d+)", sums)
    assert len(rows) > 2000
    work = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}
    assert all(work[sign](int(a), int(b)) == int(c) for a, sign, b, c in rows)
    clock = "\n".join(d.text for d in documents if d.kind == "last digit")
    rows = re.findall(r"(\d) ([+*]) (\d) = (\d)\b", clock)
    assert len(rows) > 800
    assert all(work[sign](int(a), int(b)) % 10 == int(c) for a, sign, b, c in rows)


def test_spelling_is_right(documents):
    text = "\n".join(d.text for d in documents if d.kind == "spelling")
    rows = re.findall(r"([a-z](?:-[a-z])+) spells (\w+)\.", text)
    assert len(rows) > 50
    assert all(dashed.replace("-", "") == word for dashed, word in rows)


def test_reading_exercises_are_about_nobody_known(world, documents):
    known = {p.name for p in world.people + world.never_told}
    for document in documents:
        if document.kind == "reading":
            assert not known & full_names(document.text)


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
        if word.startswith(("uni", "use", "one")):
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


# Errors


@pytest.mark.parametrize("seed", ["x", -1, 1.5, None, True, 2**31])
def test_bad_seed_is_named(seed):
    with pytest.raises(ValueError, match="seed must be a whole number") as error:
        World(seed=seed)
    assert repr(seed) in str(error.value)
    assert "World(seed=0)" in str(error.value)


@pytest.mark.parametrize("max_chars", [0, -5, "all", 1e6])
def test_bad_max_chars_is_named(world, max_chars):
    with pytest.raises(ValueError, match="max_chars must be a whole number") as error:
        world.documents(max_chars=max_chars)
    assert repr(max_chars) in str(error.value)


def test_unknown_facts_and_names_are_named(world):
    false = Fact("Mira Quill", "job", "astronaut")
    with pytest.raises(ValueError, match=r"astronaut.*world\.facts"):
        world.exposures(false)
    with pytest.raises(ValueError, match=r"astronaut.*world\.facts"):
        world.questions([false])
    with pytest.raises(ValueError, match=r"'Mira Quil'.*world\.people"):
        world.person("Mira Quil")
