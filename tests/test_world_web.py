"""The crawl of the Lantern Isles: the same from every run, and true to what it says."""

import re
from collections import Counter

import pytest

from course_lib.crawl import jaccard, shingles
from course_lib.world.web import ROBOTS, crawl_pages, passes_luhn


@pytest.fixture(scope="module")
def pages():
    return list(crawl_pages(1_500))


def test_the_same_seed_gives_the_same_crawl_and_a_longer_one_begins_alike(pages):
    assert list(crawl_pages(100)) == pages[:100]
    assert list(crawl_pages(20, seed=1)) != pages[:20]


def test_the_generator_refuses_what_is_no_number():
    with pytest.raises(ValueError, match=r"n_pages must be a whole number .* got 0"):
        crawl_pages(0)


def test_addresses_are_unique_and_nobodys(pages):
    urls = [page.url for page in pages]
    assert len(set(urls)) == len(urls)
    assert all(re.match(r"https?://[a-z0-9-]+\.example/", url) for url in urls)


def test_every_kind_of_trouble_is_there(pages):
    kinds = Counter(page.truth.kind for page in pages)
    for kind in ("spam", "link farm", "decoy", "foreign", "dialect", "poem", "missing"):
        assert kinds[kind] >= 5, kind
    damage = " ".join(d for page in pages for d in page.truth.damage)
    for word in ("utf-16", "iso-8859-1", "header wrong", "cut off", "forbidden"):
        assert word in damage
    assert {page.truth.language for page in pages} >= {"en", "de", "fr", "es", "ru"}
    html = b"".join(page.body for page in pages[:100])
    for word in (b"<script", b"Accept cookies", b"dvertisement", b"<nav"):
        assert word in html


def test_copies_are_copies(pages):
    first = {}
    for page in pages:
        truth = page.truth
        if not truth.copy:
            first[truth.group] = truth
            continue
        original = first[truth.group]
        if truth.copy == "exact":
            assert truth.facts == original.facts
        told = [f for f in original.facts if f.value in truth.text]
        assert {*truth.facts} <= {*told}
        alike = jaccard(shingles(truth.text), shingles(original.text))
        assert alike == 1 if truth.copy == "exact" else 0.7 < alike <= 1


def test_pages_that_are_no_copies_say_other_things(pages):
    articles = [p.truth for p in pages if p.truth.wanted and not p.truth.copy][:400]
    cut = [shingles(truth.text) for truth in articles]
    likest = max(jaccard(a, b) for k, a in enumerate(cut) for b in cut[:k])
    assert likest < 0.6


def test_what_is_planted_stands_in_the_text(pages):
    planted = [(kind, v, p) for p in pages for kind, v in p.truth.private]
    assert {kind for kind, _, _ in planted} == {"email", "phone", "card"}
    for kind, value, page in planted:
        assert value in page.truth.text
        if kind == "card":
            assert passes_luhn(re.sub(r"\D", "", value))
        if kind == "email":
            assert value.endswith(".example")


def test_luhn_knows_a_single_wrong_digit():
    assert passes_luhn("79927398713")
    assert not any(passes_luhn(f"7992739871{d}") for d in "012456789")


def test_forbidden_pages_lie_where_robots_txt_forbids(pages):
    forbidden = [page.url for page in pages if "forbidden" in page.truth.damage]
    assert forbidden
    assert {url.split("/")[2] for url in forbidden} <= set(ROBOTS)
    assert all("/private/" in url for url in forbidden)
