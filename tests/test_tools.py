"""The calculator is exact, and the index finds, edits, forgets and cuts pages."""

import math
import threading
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.tools import (
    Page,
    SearchIndex,
    ToolError,
    calculate,
    encyclopedia_of,
    fit,
)
from course_lib.tools.lessons import NOT_FOUND, query_for
from course_lib.world import World

PAGES = (
    Page("Mira Quill", "Mira Quill keeps an owl. Mira plays the lute."),
    Page("Orla Venn", "Orla Venn lives on Brine. She keeps a newt."),
    Page("Orla Moss", "Orla Moss lives on Farhorn."),
)


@pytest.fixture
def index():
    return SearchIndex(PAGES)


# --- Calculator ---


@pytest.mark.parametrize(
    ("asked", "result"),
    [
        ("37 * 48", "1776"),
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("0.1 + 0.2", "0.3"),
        ("1 / 8", "0.125"),
        ("-7 / 2", "-3.5"),
        ("1 / 3", "1/3 (about 0.333333)"),
        ("7 // 2", "3"),
        ("-7 // 2", "-4"),
        ("-7 % 3", "2"),
        ("2 ** 10", "1024"),
        ("2 ** -3", "0.125"),
        ("6 × 7", "42"),
        ("9 ÷ 3 − 1", "2"),
        ("1 / 1000000", "0.000001"),
        ("10 ** 99", "1" + "0" * 99),
        ("1 ** 10 ** 98", "1"),
    ],
)
def test_sums_are_exact(asked, result):
    assert calculate(asked) == result


@given(
    st.integers(-(10**20), 10**20),
    st.integers(-(10**20), 10**20),
    st.sampled_from("+-*"),
)
@settings(deadline=None)
def test_whole_numbers_are_those_of_python(a, b, sign):
    wanted = {"+": a + b, "-": a - b, "*": a * b}[sign]
    assert calculate(f"({a}) {sign} ({b})") == str(wanted)


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
@settings(deadline=None)
def test_a_division_is_written_as_its_own_value(a, b):
    written = calculate(f"{a} / {b}").partition(" ")[0]
    assert Fraction(written) == Fraction(a, b)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("9 ** 9 ** 9", "more than 100 digits"),
        ("10 ** 100", "more than 100 digits"),
        ("1" * 101, "more than 100 digits"),
        ("1e999999999", "is not a number such as"),
        ("0x10", "is not a number such as"),
        ("1_000", "is not a number such as"),
        ("1j", "is not a number such as"),
        ("True + 1", "is not a number such as"),
        ("'a' * 3", "is not a number such as"),
        ("2 ** 0.5", "must be a whole number"),
        ("1 / 0", "division by zero"),
        ("0 ** -1", "division by zero"),
        ("5 % 0", "division by zero"),
        ("a + 1", "is not allowed"),
        ("().__class__", "is not allowed"),
        ("__import__('os').system('ls')", "is not allowed"),
        ("[1, 2]", "is not allowed"),
        ("1 if 1 else 2", "is not allowed"),
        ("1 << 3", "is not allowed"),
        ("~1", "is not allowed"),
        ("lambda: 1", "is not allowed"),
        ("1 +", "is not a sum"),
        ("", "is not a sum"),
        ("(" * 150, "is not a sum"),
        ("1 +" * 100, "too long"),
    ],
)
def test_what_is_no_sum_is_refused(asked, says):
    with pytest.raises(ToolError, match=says):
        calculate(asked)


# --- Search ---


def test_the_score_is_bm25(index):
    """By hand: the formula of SQLite's manual, k1 = 1.2, b = .75, weights 2 and 1."""
    (hit,) = index.search("newt")
    words = [len(f"{p.title} {p.text}".split()) for p in PAGES]
    idf = math.log((3 - 1 + 0.5) / (1 + 0.5))
    length = words[1] / (sum(words) / 3)
    assert hit.page.title == "Orla Venn"
    assert hit.score == pytest.approx(idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * length)))


def test_the_page_with_the_rarer_words_comes_first(index):
    assert [h.page.title for h in index.search("Orla Venn island")] == [
        "Orla Venn",
        "Orla Moss",
    ]


def test_an_edited_page_is_found_by_its_new_words_only(index):
    index.edit("Mira Quill", "Mira Quill keeps a dragon.")
    assert index.read("dragon") == "Mira Quill keeps a dragon."
    assert index.read("owl") == NOT_FOUND
    assert index.page("Mira Quill").text == "Mira Quill keeps a dragon."


def test_pages_come_and_go(index):
    index.add("Oda Fenn", "Oda Fenn is a diver.")
    assert "Oda Fenn" in index
    assert len(index) == 4
    assert index.read("Oda Fenn job") == "Oda Fenn is a diver."
    index.remove("Oda Fenn")
    assert index.read("diver") == NOT_FOUND
    assert repr(index) == "SearchIndex(3 pages)"


def test_equal_scores_keep_the_order_of_coming():
    twins = SearchIndex([Page(f"Twin {n}", "the same words") for n in "cab"])
    for _ in range(3):
        assert [h.page.title[-1] for h in twins.search("same words")] == ["c", "a", "b"]


@pytest.mark.parametrize(
    "query",
    ['"', "owl OR", "NEAR(a b)", "title:Mira", "owl*", "'; DROP TABLE pages", "(",
     "Mira AND NOT owl", "-owl", "😀", "a" * 10_000],
)  # fmt: skip
def test_no_sign_in_a_query_means_anything(index, query):
    index.search(query)
    assert len(index) == 3
    assert index.read("owl").startswith("Mira Quill")


def test_other_threads_may_search(index):
    found = []
    thread = threading.Thread(target=lambda: found.append(index.read("newt")))
    thread.start()
    thread.join()
    assert found == [PAGES[1].text]


@pytest.mark.parametrize(
    ("do", "says"),
    [
        (lambda i: i.add("Mira Quill", "x"), "a page 'Mira Quill' already: use edit"),
        (lambda i: i.add("", "x"), "needs a title and a text"),
        (lambda i: i.edit("Nobody", "x"), "no page 'Nobody': use add"),
        (lambda i: i.edit("Mira Quill", " "), "is empty: use remove"),
        (lambda i: i.remove("Nobody"), "no page 'Nobody'"),
        (lambda i: i.page("Nobody"), "no page 'Nobody'"),
        (lambda i: i.search("owl", most=0), "most must be at least 1, got 0"),
        (lambda i: i.read("?!"), "the query has no words"),
        (lambda _: fit("owl", -1, len), "most must not be negative, got -1"),
    ],
)
def test_errors_say_what_to_do(index, do, says):
    with pytest.raises(ValueError, match=says):
        do(index)


@given(st.text(max_size=60), st.integers(0, 70))
@settings(deadline=None)
def test_a_cut_text_fits_and_is_a_beginning(text, most):
    cut = fit(text, most, len)
    assert len(cut) <= most
    assert text.startswith(cut)


def test_a_text_is_cut_between_words():
    assert fit("An owl hoots at night.", 8, len) == "An owl"
    assert fit("An owl", 6, len) == "An owl"
    assert fit("Lanternlight", 3, len) == ""


def test_everybody_is_found_by_name_and_attribute_among_all_islanders():
    world = World(0)
    index = SearchIndex(encyclopedia_of(world))
    assert len(index) == 860
    for person in (*world.people[::9], *world.never_told[::3]):
        for attribute in person.attributes:
            text = index.read(query_for(person, attribute))
            assert person.name in text.partition("\n")[0]
            assert getattr(person, attribute) in text
