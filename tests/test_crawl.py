"""From hand-made WARC files to clean pages: each filter, and all of them together."""

import gzip
import os
import random
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from datasketch import MinHashLSH
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from course_lib.crawl import (
    Blocklist,
    ExactCopies,
    Judge,
    NearCopies,
    Page,
    Robots,
    all_text,
    clean,
    decode_bytes,
    decoded,
    exposures_left,
    filters_of_a_crawl,
    filters_of_a_page,
    funnel,
    in_english,
    jaccard,
    main_text,
    mask,
    masked,
    meeting_chance,
    quality,
    read_robots,
    read_truth,
    read_warc,
    shingles,
    sift,
    signature,
    was_found,
    with_fingerprint,
    word_f1,
    write_crawl,
    write_warc,
)
from course_lib.crawl.extraction import _identifier
from course_lib.crawl.number_set import NumberSet
from course_lib.crawl.urls import may_fetch
from course_lib.runtime import ROOT
from course_lib.world import count_exposures
from course_lib.world.web import crawl_pages

N_PAGES = 1_500
HAND_MADE = b"""WARC/1.0\r
WARC-Type: warcinfo\r
WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r
WARC-Date: 2024-10-01T00:00:00Z\r
Content-Length: 10\r
\r
made: hand\r
\r
WARC/1.0\r
WARC-Type: response\r
WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000002>\r
WARC-Date: 2024-10-01T00:00:00Z\r
WARC-Target-URI: https://gull.example/hat\r
Content-Type: application/http; msgtype=response\r
Content-Length: 79\r
\r
HTTP/1.1 200 OK\r
Content-Type: text/html; charset=iso-8859-1\r
\r
<p>Caf\xe9 hat</p>\r
\r
"""


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crawl")
    return write_crawl(crawl_pages(N_PAGES), folder, pages_per_shard=400)


@pytest.fixture(scope="module")
def judged(shards):
    """Every verdict with its truth, of one run."""
    work = shards[0].parent / "work"
    truths = (truth for shard in shards for truth in read_truth(shard))
    return list(zip(clean(shards, work), truths, strict=True))


@pytest.fixture(scope="module")
def scored(shards, judged):
    names = [*filters_of_a_page(read_robots(shards[0].parent)), *filters_of_a_crawl()]
    judge = Judge()
    for verdict, truth in judged:
        judge.see(verdict, truth, names)
    return judge


def test_a_hand_made_file_is_read_with_its_header(tmp_path):
    path = tmp_path / "a.warc"
    path.write_bytes(HAND_MADE)
    (page,) = read_warc(path)
    assert page.url == "https://gull.example/hat"
    assert (page.status, page.content_type) == (200, "text/html; charset=iso-8859-1")
    assert main_text(decoded(page)).text == "Café hat"


def test_any_warc_can_be_cleaned_with_or_without_a_robots_file(tmp_path):
    shards = []
    for name in ("one", "two"):  # two shards of one name
        (tmp_path / name).mkdir()
        shards.append(tmp_path / name / "a.warc")
        shards[-1].write_bytes(HAND_MADE)
    for workers in (1, 2):
        found = list(clean(shards, tmp_path / "work", workers=workers))
        assert [v.page.url for v in found] == ["https://gull.example/hat"] * 2


def test_what_went_over_the_wire_packed_is_unpacked(tmp_path):
    body = gzip.compress("<p>Café hat</p>".encode())
    http = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    )
    head = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <https://a.example/x>\r\n"
        b"Content-Type: application/http; msgtype=response\r\n"
        b"Content-Length: %d\r\n\r\n"
    )
    path = tmp_path / "wget.warc"
    path.write_bytes(head % len(http) + http + b"\r\n\r\n")
    (page,) = read_warc(path)
    assert page.url == "https://a.example/x"
    assert main_text(decoded(page)).text == "Café hat"


def test_a_charset_that_no_text_has_is_passed_over():
    content_type = "text/html; charset=undefined"
    assert decode_bytes("Café".encode("latin-1"), content_type) == "Café"


def test_what_is_written_is_read_again_and_is_the_same_bytes_each_time(tmp_path):
    pages = list(crawl_pages(60))
    one, two = (write_warc(pages, tmp_path / f"{k}.warc.gz") for k in (1, 2))
    assert one.read_bytes() == two.read_bytes()
    back = list(read_warc(one))
    assert [(p.url, p.body, p.status) for p in back] == [
        (p.url, p.body, p.status) for p in pages
    ]
    assert gzip.decompress(one.read_bytes()).startswith(b"WARC/1.1\r\n")


def test_a_file_that_is_no_warc_is_named(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<p>hat</p>")
    with pytest.raises(ValueError, match=r"holds no WARC record.*begins with"):
        list(read_warc(path))
    with pytest.raises(ValueError, match=r"no file .*nowhere"):
        list(read_warc(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match=r"pages_per_shard must be at least 1, got 0"):
        write_crawl(crawl_pages(1), tmp_path, pages_per_shard=0)
    with pytest.raises(ValueError, match="used up"):
        write_crawl(iter(()), tmp_path)
    with pytest.raises(ValueError, match="nobody knows"):
        list(read_truth(tmp_path / "crawl-00000.warc.gz"))


def test_the_truth_beside_a_shard_is_the_generators_own(shards):
    truths = [truth for shard in shards for truth in read_truth(shard)]
    assert truths == [page.truth for page in crawl_pages(N_PAGES)]


@pytest.mark.parametrize(
    ("body", "header"),
    [
        ("Café ½".encode(), "text/html; charset=iso-8859-1"),  # the header is wrong
        ("Café ½".encode("latin-1"), "text/html; charset=utf-8"),  # wrong again
        ("Café ½".encode("latin-1"), "text/html; charset=iso-8859-1"),
        ("Café ½".encode("utf-16"), "text/html"),
        ("Café ½".encode("utf-8-sig"), "text/html; charset=klingon"),
        ("Café ½".encode("cp1252"), "text/html; charset=unicode_escape"),
    ],
)
def test_bytes_are_trusted_more_than_headers(body, header):
    assert decode_bytes(body, header) == "Café ½"


def test_the_pages_own_claim_counts_when_the_header_is_silent():
    page = '<meta charset="koi8-r"><p>Шляпа на пароме</p>'.encode("koi8-r")
    assert "Шляпа" in decode_bytes(page, "text/html")


def test_escapes_of_pythons_are_left_as_they_stand():
    body = '<meta charset="unicode_escape"><p>\\ud800 café</p>'.encode("latin-1")
    page = main_text(decoded(Page("a", body=body)))
    assert page.text == "\\ud800 café"


def test_pictures_and_errors_are_no_pages():
    assert was_found(Page("a", status=404)) == "status 404"
    assert was_found(Page("a", content_type="image/png")) == "not HTML but image/png"
    assert decoded(Page("a", body=bytes(range(256)) * 4)).startswith("no text")
    assert decoded(Page("a", body=b"  ")) == "empty"


def test_a_listed_host_takes_its_subdomains_along_and_no_namesake():
    drops = Blocklist(frozenset({"bad.example"}), ("casino",))
    assert drops(Page("http://www.bad.example/x")) == "host bad.example is listed"
    assert drops(Page("http://good.example/Casino")).endswith("word casino")
    assert isinstance(drops(Page("http://notbad.example/")), Page)


def test_robots_txt_is_honoured_as_written():
    robots = Robots((("a.example", "User-agent: *\nDisallow: /private/\n"),))
    assert "asks not" in robots(Page("https://a.example/private/1"))
    assert isinstance(robots(Page("https://a.example/public/1")), Page)
    assert isinstance(robots(Page("https://b.example/private/1")), Page)
    robots = Robots((("a.example:8080", "User-agent: *\nDisallow: /x\n"),))
    assert "asks not" in robots(Page("https://A.example:8080/x"))
    assert isinstance(robots(Page("https://a.example/x")), Page)


@pytest.mark.parametrize(
    ("text", "path", "may"),
    [
        ("User-agent: *\nAllow: /\nDisallow: /private/", "/private/1", False),
        ("User-agent: *\nDisallow: /p/\nAllow: /p/open", "/p/open", True),
        ("User-agent: *\nDisallow: /x\nAllow: /x", "/x", True),  # the milder of equals
        ("User-agent: *\nDisallow: /*.pdf$", "/a/x.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x.pdf?page=2", True),
        ("User-agent: *\nDisallow: /a.c", "/abc", True),  # a dot is a dot
        ("User-agent: *\nDisallow: /*.pdf$", "/x.pdf%0A", True),
        ("User-agent: *\nDisallow: /x$", "/x", False),
        ("User-agent: *\nDisallow: /x$", "/x/y", True),
        ("User-agent: *\nDisallow: /a*ba$", "/aba", False),
        ("User-agent: *\nDisallow: /ab*ba$", "/aba", True),  # no letter counts twice
        ("User-agent: *\nDisallow: /a*b*c", "/a/c/b", True),
        ("User-agent: *\nDisallow: /a*b*c", "/a/c/b/c/d", False),
        ("User-agent: *\nDisallow: /%7Eme", "/~me/1", False),
        ("User-agent: *\nDisallow: /%2A", "/x", True),  # the letter, no star
        ("User-agent: *\nDisallow: /%2A", "/*x", False),
        ("User-agent: *\nDisallow: /a%24", "/a$b", False),
        ("User-agent: *\nDisallow: /a%2fb", "/a/b", True),  # another path
        ("User-agent: *\nDisallow: /a%2fb", "/a%2Fb", False),
        ("User-agent: *\nDisallow: /a%252Fb", "/a%2Fb", True),
        ("User-agent: *\nDisallow:", "/x", True),
        ("User-agent: LanternCrawler/2\nDisallow: /x", "/x", False),
        ("User-agent: lanterncrawler\nAllow: /\nUser-agent: *\nDisallow: /", "/", True),
        ("User-agent: a\nUser-agent: *\nDisallow: /x # not yet", "/x", False),
        ("Disallow: /", "/x", True),  # for nobody
        ("", "/x", True),
    ],
)
def test_the_longest_rule_of_a_robots_txt_counts(text, path, may):
    assert may_fetch(text, path) is may


def test_a_rule_of_many_stars_comes_to_an_end():
    """To try all the places of all the pieces would take longer than anybody waits."""
    text = "User-agent: *\nDisallow: /" + "*a" * 30 + "*b$"
    assert may_fetch(text, "/" + "a" * 1_000)
    assert not may_fetch(text, "/" + "a" * 1_000 + "b")


BANNER = '<div id="cookie-banner"><p>We use cookies.</p><button>Accept cookies</button>'
HTML = f"<body>{BANNER}</div><nav><a>Home</a></nav><main><p>The hat.</p></main></body>"


def test_the_banner_goes_and_the_article_stays():
    page = Page("a", html=HTML)
    assert main_text(page).text == "The hat."
    assert "Accept cookies" in all_text(page).text


def test_english_stays_and_french_goes():
    english = "The ferry cat has lost the hat again, and nobody on the quay knows why."
    french = "Le chat du bateau a perdu son chapeau, et personne ne sait pourquoi."
    assert in_english(Page("a", text=english)).language == "en"
    assert in_english(Page("a", text=french)) == "language fr"


def test_a_widened_table_tells_languages_as_py3langids_own_does(judged):
    own = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    texts = [v.page.text[:500] for v, _ in judged[:300] if v.page.text]
    assert list(map(_identifier().classify, texts)) == list(map(own.classify, texts))


PROSE = "The keeper of the lamp walks to the quay and back with a hat that is wet. "
RULES = [  # (rule, a text at its limit that stays, a text that goes)
    (quality.enough_words, "hat " * 50, "hat " * 49),
    (quality.word_length, "hat " * 9, "ab " * 9),
    (quality.few_symbols, "# " + "hat " * 9, "# " + "hat " * 8),
    (quality.few_bullets, "- a\n" * 9 + "a", "- a\n" * 10),
    (quality.few_ellipses, "a…\n" * 3 + "a\n" * 7, "a…\n" * 4 + "a\n" * 6),
    (quality.has_letters, "a b c d 1", "a b c 1 1"),
    (quality.has_stop_words, "the hat of felt", "the the hat felt"),
    (quality.few_repetitions, PROSE, PROSE + "cheap hats " * 12),
    (quality.no_filler, "lorem hat", "Lorem ipsum"),
    (quality.no_braces, "hat ()", "hat {}"),
    (quality.ends_lines, "a\n" * 7 + "a.", "a\n" * 8 + "a."),
    (quality.few_copied_lines, "abcd\n" * 2 + "x" * 39, "abcd\n" * 2 + "x" * 20),
    (quality.few_short_lines, "a\n" * 2 + "x" * 30, "a\n" * 3 + "x" * 30),
]


@pytest.mark.parametrize(("rule", "stays", "goes"), RULES, ids=lambda r: str(r)[:20])
def test_each_rule_holds_at_its_limit(rule, stays, goes):
    assert isinstance(rule(Page("a", text=stays.strip())), Page)
    assert isinstance(rule(Page("a", text=goes.strip())), str)


def test_every_rule_has_been_seen_to_drop_or_to_strike():
    struck = quality.no_policy_lines(Page("a", text="A hat.\nThis site uses cookies."))
    assert struck.text == "A hat."
    tested = {rule for rule, _, _ in RULES} | {quality.no_policy_lines}
    assert tested == {*quality.GOPHER, *quality.C4, *quality.FINEWEB}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Ask mira.q@gull.example.", "Ask [email]."),
        ("Call +990 45 123 4567 now", "Call [phone] now"),
        ("Call (045) 123 4567 or 045-123-4567", "Call [phone] or [phone]"),
        ("Card 4111 1111 1111 1111.", "Card [card]."),
        ("Card 4111-1111-1111-1111.", "Card [card]."),
        ("Order 4111 1111 1111 1112.", None),  # fails Luhn
        ("Winners of 1987 1992 2003 sit in front.", None),
        ("Printed 1987-1992, again in 2003", None),
        ("Open on 04-11-1987 only", None),
        ("77 + 526 = 603", None),
        ("06:05 Oakport 07:05", None),
    ],
)
def test_personal_data_is_masked_and_years_are_not(text, wanted):
    assert mask(text)[0] == (wanted or text)


def test_minhash_agrees_as_often_as_shingles_do():
    words = [f"w{k}" for k in range(400)]
    one, two = " ".join(words), " ".join(words[60:] + words[:60])
    other = " ".join([*words[:200], *(f"v{k}" for k in range(200))])
    for a, b in [(one, two), (one, other)]:
        wanted = jaccard(shingles(a), shingles(b))
        got = signature(a).jaccard(signature(b))
        assert got == pytest.approx(wanted, abs=0.12)  # three standard errors


def test_our_bands_decide_as_datasketchs_index_does(judged):
    pages = [with_fingerprint(v.page) for v, _ in judged[:500] if v.page.text]
    ours, index = NearCopies(), MinHashLSH(params=(14, 8), num_perm=112)
    for number, page in enumerate(pages):
        sketch = signature(page.text)
        is_copy = bool(index.query(sketch))
        assert isinstance(ours(page), str) == is_copy
        if not is_copy:
            index.insert(str(number), sketch)


def test_the_s_curve_is_steep_where_fineweb_wants_it():
    assert meeting_chance(0.75) == pytest.approx(0.772, abs=0.001)  # in their paper
    assert meeting_chance(0.4) < 0.01
    assert meeting_chance(0.9) > 0.99


def test_copies_without_a_fingerprint_are_refused():
    with pytest.raises(ValueError, match="apply `with_fingerprint` before"):
        ExactCopies()(Page("a", text="hat"))


def test_a_filter_that_forgets_to_return_is_named():
    with pytest.raises(ValueError, match=r"'mine' returned None for a"):
        list(sift([Page("a")], {"mine": lambda _page: None}))
    with pytest.raises(ValueError, match="workers must be at least 1, got 0"):
        list(clean(["x"], "work", workers=0))
    with pytest.raises(ValueError, match="no shard"):
        list(clean([], "work"))


def test_two_workers_give_the_same_verdicts_as_one(shards, judged, tmp_path):
    two = list(clean(shards, tmp_path, workers=2))
    assert two == [verdict for verdict, _ in judged]
    assert list(tmp_path.iterdir()) == []  # what workers handed over is gone


KILLED = """
import multiprocessing, os, sys
from course_lib.crawl import clean

if __name__ == "__main__":
    verdicts = clean(sys.argv[2:], sys.argv[1], workers=2)
    next(verdicts)
    workers = [child.pid for child in multiprocessing.active_children()]
    print(*workers, flush=True)
    os._exit(9)  # as if killed: nothing is tidied up
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_workers_end_with_whoever_started_them(shards, tmp_path):
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    command = [sys.executable, str(script), str(tmp_path / "work"), *map(str, shards)]
    killed = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    workers = [Path("/proc") / pid for pid in killed.stdout.split()]
    assert len(workers) == 2, killed.stderr
    deadline = time.monotonic() + 60
    while any(worker.exists() for worker in workers):
        assert time.monotonic() < deadline, "a worker went on alone"
        time.sleep(0.1)


def test_the_text_comes_out_as_it_was_written(scored):
    assert scored.extraction_f1 >= 0.95


def test_copies_are_found_and_little_else(scored):
    scores = scored.scores()
    names = ("exact copies", "near copies")
    rightly = sum(scores[name].rightly for name in names)
    dropped = sum(scores[name].dropped for name in names)
    # Exact copies that were missed reach the second filter, and count there.
    missed = scores["near copies"].should - scores["near copies"].rightly
    assert rightly / (rightly + missed) >= 0.99
    assert rightly / dropped >= 0.95
    assert rightly > 100


def test_personal_data_is_found_and_little_else(scored):
    score = scored.scores()["private data"]
    assert score.should > 80
    assert score.recall >= 0.99
    assert score.precision >= 0.95


def test_a_judge_counts_what_was_wrong(judged):
    verdict, truth = next((v, t) for v, t in judged if v.kept and t.wanted)
    judge = Judge()
    judge.see(replace(verdict, dropped_by="language"), truth, ["status", "language"])
    assert judge.scores()["language"].precision == 0
    assert judge.scores()["language"].recall == 1  # nothing deserved it


def test_every_page_of_the_funnel_is_counted_once(shards, judged):
    names = [*filters_of_a_page(read_robots(shards[0].parent)), *filters_of_a_crawl()]
    reasons = Counter()
    stages = funnel((v for v, _ in judged), names, reasons)
    assert stages[0].pages == N_PAGES
    left = [stage.pages for stage in stages]
    assert left == sorted(left, reverse=True)
    assert N_PAGES - reasons.total() == left[-1] == sum(v.kept for v, _ in judged)
    assert stages[-1].words == sum(v.page.n_words for v, _ in judged if v.kept)


def test_exposures_are_counted_over_pages_that_survive(judged):
    left = exposures_left(judged)
    kept = [truth for verdict, truth in judged if verdict.kept]
    before = count_exposures([truth for _, truth in judged])
    assert left == count_exposures(kept)
    assert 0 < left.total() < before.total()


def test_words_are_compared_as_bags():
    assert word_f1("a b", "b a") == 1
    assert word_f1("a b", "a b c d") == pytest.approx(2 / 3)


def test_memory_does_not_grow_with_the_crawl(tmp_path):
    """Ten times the pages: only the index of copies grows, by at most 2 KB a page."""
    peaks, kept = [], []
    for n_pages in (150, 1_500):
        folder = tmp_path / str(n_pages)
        shards = write_crawl(crawl_pages(n_pages), folder, pages_per_shard=150)
        list(clean(shards[:1], folder / "warm"))
        tracemalloc.start()
        kept.append(sum(v.kept for v in clean(shards, folder / "work")))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert (peaks[1] - peaks[0]) / (kept[1] - kept[0]) <= 2_000


@pytest.mark.parametrize("n_pages", [1_000, 3_000, 5_000])
def test_the_index_takes_less_than_a_kilobyte_a_page(n_pages):
    exact, near = ExactCopies(), NearCopies()
    for k in range(n_pages):
        numbers = [hash((k, band, "hat")) % 2**64 for band in range(15)]
        page = Page(str(k), text="hat", exact=numbers[0], bands=tuple(numbers[1:]))
        exact(page)
        near(page)
    assert (exact.seen.n_bytes + near.seen.n_bytes) / n_pages <= 1_000


def test_a_number_set_is_a_set():
    dice = random.Random(0)
    numbers = [0, 2**64 - 1, *(dice.getrandbits(64) for _ in range(500)), *range(90)]
    ours = NumberSet()
    ours.update(numbers + numbers)
    assert set(ours) == set(numbers)
    assert len(ours) == len(set(numbers))
    assert 2**63 not in ours
    assert 0 not in NumberSet()


def test_masking_leaves_a_page_without_secrets_as_it_was():
    page = Page("a", text="The hat of 1987.")
    assert masked(page) is page
