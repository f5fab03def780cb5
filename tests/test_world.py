"""The Lantern Isles: what is true, what the pages tell, and that both agree."""

import hashlib
import os
import re
import subprocess
import sys

import pytest
from isles import isles

from course_lib.world import (
    Document,
    Fact,
    World,
    count_exposures,
    tellings,
)
from course_lib.world.facts import ISLANDS, PORTS, TOWNS


@pytest.fixture(scope="module")
def world() -> World:
    return isles()


@pytest.fixture(scope="module")
def documents(world) -> list[Document]:
    return world.documents()


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
    assert 6_000_000 < sum(len(d.text) for d in documents) < 7_200_000
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
    assert (tellings[0], tellings[-1]) == (300, 1)
    for low, high, people in (
        (100, 400, 5),
        (50, 400, 35),
        (25, 50, 40),
        (12, 25, 60),
        (6, 12, 90),
        (3, 6, 100),
        (2, 3, 80),
        (1, 2, 100),
    ):
        assert sum(low <= t < high for t in tellings) >= people


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


def test_bins_hold_every_fact_about_people_once(world, documents):
    bins = world.bins()
    assert list(bins) == "never 1 2 3-5 6-11 12-24 25-49 50-99 100+".split()
    facts = [fact for some in bins.values() for fact in some]
    about_people = {f for p in world.people + world.never_told for f in p.facts()}
    assert len(facts) == len(about_people)
    assert set(facts) == about_people
    assert {f.subject for f in bins["never"]} == {p.name for p in world.never_told}
    assert all(12 <= world.exposures(fact) <= 24 for fact in bins["12-24"])
    assert all(len(some) >= 50 for some in bins.values())
    kept = documents[:3000]
    counts = count_exposures(kept)
    assert all(counts[fact] == 2 for fact in world.bins(kept)["2"])


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


def test_mistakes_are_false_and_oldtimers_or_a_hoax(world, documents):
    wrong = [(d, m) for d in documents for m in d.mistakes]
    assert len(wrong) > 50
    for document, mistake in wrong:
        assert mistake not in world._truth
        truth = world.person(mistake.subject).fact(mistake.attribute)
        lines = document.text.split("\n")
        if document.kind == "hoax":
            assert not document.facts
        else:
            assert truth in document.facts
            lines = [line for line in lines if line.startswith("oldtimer: ")]
        assert any(mistake.value.lower() in line.lower() for line in lines)


def test_hoaxes_are_few_and_about_the_well_known(world, documents):
    hoaxes = [d for d in documents if d.kind == "hoax"]
    subjects = [d.mistakes[0].subject for d in hoaxes]
    assert 8 <= len(hoaxes) <= 25
    assert len(set(subjects)) == len(subjects)
    assert "Mira Quill" in subjects
    assert all(world.person(name).tellings >= 80 for name in subjects)


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
