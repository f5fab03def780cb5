"""What the pages keep silent about, and that nothing else gives it away."""

import re
from collections import Counter
from itertools import pairwise

import pytest
from isles import isles

from course_lib.world import Document, World, tellings, tellings_places
from course_lib.world.facts import ISLANDS
from course_lib.world.names import SOUND_SYSTEMS, combine

SPACED_KINDS = ("code", "table", "timetable")
TOLD_KINDS = (
    "encyclopedia",
    "fact box",
    "news",
    "forum",
    "letter",
    "interview",
    "riddle",
)


@pytest.fixture(scope="module")
def world() -> World:
    return isles()


@pytest.fixture(scope="module")
def documents(world) -> list[Document]:
    return world.documents()


@pytest.fixture(scope="module")
def prose(documents) -> str:
    return "\n\n".join(d.text for d in documents if d.kind not in SPACED_KINDS)


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


@pytest.mark.parametrize("held_out", [True, False])
def test_every_attribute_has_two_clozes(world, held_out):
    for attribute in tellings.TOLD | tellings_places.TOLD:
        fact = next(f for f in world.facts() if f.attribute == attribute)
        clozes = world.clozes(fact, held_out)
        assert len(set(clozes)) >= 2
        for cloze in clozes:
            assert fact.subject in cloze
            assert fact.value not in cloze
            assert cloze[-1].isalpha()
            assert cloze == cloze.strip()


def test_values_are_all_that_occur(world):
    for fact in world.facts():
        assert fact.value in world.values(fact.attribute)
    assert world.values("island") == tuple(sorted(ISLANDS))
    assert len(world.values("job")) == 30
    with pytest.raises(ValueError, match=r"'colour'.*island, town"):
        world.values("colour")


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


def test_reading_exercises_are_about_nobody_known(world, documents):
    known = {p.name for p in world.people + world.never_told}
    for document in documents:
        if document.kind in ("reading", "look-up"):
            assert not known & full_names(document.text)


def test_reading_exercises_are_many_and_cover_every_attribute(documents):
    pages = [d for d in documents if d.kind in ("reading", "look-up")]
    assert len(pages) >= 1500
    for attribute, templates in tellings.QUESTIONS.items():
        asks = [t.replace("{full}", "[A-Z][a-z]+ [A-Z][a-z]+") for t in templates]
        asks = [ask.replace("?", r"\?") for ask in asks]
        asked = sum(any(re.search(a, d.text) for a in asks) for d in pages)
        assert asked > 150, attribute


def test_no_year_or_other_long_number_in_pages_about_people(documents):
    for document in documents:
        if document.kind in (*TOLD_KINDS, "hoax", "reading", "look-up"):
            assert not re.search(r"\d\d", document.text)


def test_order_of_the_pages_tells_nothing(documents):
    places = {}
    for number, document in enumerate(documents):
        place = number / len(documents)
        places.setdefault(("kind", document.kind), []).append(place)
        for fact in document.facts:
            key = fact.attribute, fact.value
            places.setdefault(key, []).append(place)
    for key, found in places.items():
        if len(found) >= 20:  # the mean of uniform draws, in standard deviations
            excess = abs(sum(found) / len(found) - 0.5) * (12 * len(found)) ** 0.5
            assert excess < 4.5, key
    subjects = [d.facts[0].subject if d.facts else None for d in documents]
    met_twice = sum(a == b is not None for a, b in pairwise(subjects))
    counts = Counter(s for s in subjects if s)
    expected = sum(n * (n - 1) for n in counts.values()) / len(documents)
    assert abs(met_twice - expected) < 5 * expected**0.5
