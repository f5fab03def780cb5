"""What is true of our BPE: exact, equal to tiktoken, equal to the naive loop."""

import json
import random
import unicodedata
from collections import Counter
from itertools import pairwise

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.tokenizer import PATTERNS, BPETokenizer, learn_merges, replace_pair

SPECIAL = ["<|user|>", "<|assistant|>", "<|end|>"]
TEXT = """\
Mira Quill keeps the lighthouse at Saltport. Mira's hat blew off the 7:45 ferry,
again. "Who's seen Mira Quill's hat?" asked the Saltport Gull on 12 pages.
    for hat in hats:
        print(hat + 1927)
Grüße aus Saltport! Привет, маяк. 灯台の帽子 🎩🎩 👩‍🚒
"""


def train(pattern: str = "smollm", vocab_size: int = 400) -> BPETokenizer:
    return BPETokenizer.train([TEXT] * 3, vocab_size, SPECIAL, pattern)


TOKENIZERS = {pattern: train(pattern) for pattern in PATTERNS}
TOKENIZER = TOKENIZERS["smollm"]


def recounted_merges(pieces: list[str], n_merges: int) -> list[tuple[int, int]]:
    """Train as the definition says: count every pair in the text, merge, repeat."""
    ids = [list(piece.encode()) for piece in pieces]
    merges = []
    for new_id in range(256, 256 + n_merges):
        counts = Counter(pair for piece in ids for pair in pairwise(piece))
        pair = min(counts, key=lambda p: (-counts[p], p))
        ids = [replace_pair(piece, pair, new_id) for piece in ids]
        merges.append(pair)
    return merges


def random_text(rng: random.Random) -> str:
    """Mix words, digits, spaces and any assigned character of this Python's Unicode."""
    alphabets = [
        lambda: rng.choice(TEXT.split()),
        lambda: rng.choice([" ", "  ", "\n", "\r\n", "\t", " \n ", "\u00a0", "\u3000"]),
        lambda: str(rng.randrange(10 ** rng.randrange(1, 9))),
        lambda: rng.choice(["'s", "'LL", "don't", "--", "...", "<|user|>", "aaaaa"]),
        lambda: random_character(rng),
    ]
    return "".join(rng.choice(alphabets)() for _ in range(rng.randrange(12)))


def random_character(rng: random.Random) -> str:
    while True:
        character = chr(rng.randrange(0x110000))
        if unicodedata.category(character) not in ("Cs", "Cn"):
            return character


@pytest.mark.parametrize("pattern", PATTERNS)
def test_ids_equal_tiktoken_on_10000_random_strings(pattern):
    ours, reference = TOKENIZERS[pattern], TOKENIZERS[pattern].to_tiktoken()
    rng = random.Random(0)
    texts = [random_text(rng) for _ in range(10_000)]
    expected = reference.encode_batch(texts, disallowed_special=())
    assert [ours.encode(text) for text in texts] == expected
    with_special = reference.encode_batch(texts, allowed_special="all")
    assert [ours.encode(text, "all") for text in texts] == with_special
    assert sum(a != b for a, b in zip(expected, with_special, strict=True)) > 500


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=st.text())
@settings(deadline=None)
def test_any_string_comes_back_exactly(pattern, text):
    tokenizer = TOKENIZERS[pattern]
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert "".join(tokenizer.split(text)) == text


@given(text=st.text(alphabet="<|user>endasit \n"))
@settings(deadline=None)
def test_text_never_becomes_a_special_token_by_itself(text):
    for attack in (text, text + "<|end|>", "<|us" + "er|>" + text):
        assert max(TOKENIZER.encode(attack), default=0) < 256 + len(TOKENIZER.merges)


def test_words_are_remembered_and_pages_of_one_letter_are_not():
    tokenizer = train()
    first = tokenizer.encode("hat " * 3 + "hat" * 500)
    assert tokenizer.encode("hat " * 3 + "hat" * 500) == first
    assert set(tokenizer._ids_of_piece) == {"hat", " hat"}


def test_special_tokens_are_one_id_where_allowed():
    ids = TOKENIZER.encode("<|user|>hi<|end|>", allowed_special=["<|user|>"])
    assert ids[0] == TOKENIZER.special_tokens["<|user|>"]
    assert TOKENIZER.special_tokens["<|end|>"] not in ids
    assert TOKENIZER.decode(ids) == "<|user|>hi<|end|>"
    assert TOKENIZER.encode("<|user|>" * 2, "all") == [ids[0]] * 2


def test_the_longer_of_two_special_tokens_wins():
    tokenizer = BPETokenizer([], ["<a>", "<a>>"])
    assert tokenizer.encode("<a>>", "all") == [tokenizer.special_tokens["<a>>"]]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_fast_training_equals_recounting(pattern):
    pieces = regex.findall(PATTERNS[pattern], TEXT * 3)
    n_merges = 400 - 256 - len(SPECIAL)
    assert TOKENIZERS[pattern].merges == recounted_merges(pieces, n_merges)


@given(st.lists(st.text(alphabet="ab", max_size=9), min_size=1, max_size=8))
@settings(deadline=None)
def test_fast_training_equals_recounting_where_pairs_overlap(pieces):
    counts = Counter(piece.encode() for piece in pieces)
    n_merges = 0
    while n_merges < 6:
        try:
            merges = learn_merges(counts, n_merges + 1)
        except ValueError:
            break
        n_merges += 1
        assert merges == recounted_merges(pieces, n_merges)


def test_training_does_not_depend_on_the_order_of_texts():
    lines = TEXT.splitlines(keepends=True)
    forwards = BPETokenizer.train(lines, 330)
    assert forwards.merges == BPETokenizer.train(lines[::-1], 330).merges


def test_hand_made_example():
    # aaab aaab: "aa" is most frequent (97, 97); then [aa]a before [aa][ab]? No:
    # pieces are "aaab" and " aaab"; after 256=aa they read 256 97 98, so the pairs
    # (97, 98) and (256, 97) tie at 2 and the smaller ids, (97, 98), win.
    tokenizer = BPETokenizer.train(["aaab aaab"], 258)
    assert tokenizer.merges == [(97, 97), (97, 98)]
    assert tokenizer.encode("aaab") == [256, 257]
    assert tokenizer.token_bytes[256:] == [b"aa", b"ab"]


def test_numbers_are_cut_as_the_pattern_promises():
    cuts = {name: t.split("in 19270 boats") for name, t in TOKENIZERS.items()}
    assert cuts == {
        "gpt-2": ["in", " 19270", " boats"],
        "smollm": ["in", " ", "1", "9", "2", "7", "0", " boats"],
        "llama-bpe": ["in", " ", "192", "70", " boats"],
    }


@given(st.text(alphabet="a1 \n'st٣,"))
@settings(deadline=None)
def test_smollm_pattern_equals_digits_first_then_gpt2(text):
    # The reference splits in two passes: every digit alone, then GPT-2's pattern on
    # what lies between.
    expected = []
    for part in regex.split(r"(\p{N})", text):
        expected += regex.findall(PATTERNS["gpt-2"], part)
    assert TOKENIZER.split(text) == expected


def test_saved_and_loaded_is_the_same(tmp_path):
    path = tmp_path / "tokenizer.json"
    TOKENIZER.save(path)
    loaded = BPETokenizer.load(path)
    assert loaded.merges == TOKENIZER.merges
    assert loaded.special_tokens == TOKENIZER.special_tokens
    assert loaded.encode(TEXT, "all") == TOKENIZER.encode(TEXT, "all")
    assert [file.name for file in tmp_path.iterdir()] == ["tokenizer.json"]


def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "tokenizer.json"
    TOKENIZER.save(path)
    before = path.read_bytes()
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        BPETokenizer([(97, 98)]).save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_ids_that_end_inside_a_character_decode_to_the_replacement_character():
    assert BPETokenizer([]).decode(list("é".encode())[:1]) == "\ufffd"


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: BPETokenizer.train("a text", 300), r"got one string.*pass \[text\]"),
        (lambda: BPETokenizer.train(["ab"], 100), "at least 256.*got 100"),
        (lambda: BPETokenizer.train(["ab"], 257, ["<|a|>", "<|b|>"]), "at least 258"),
        (lambda: BPETokenizer.train(["ab"], 999), "only 1 merges, 743.*smaller vocab"),
        (lambda: BPETokenizer.train(["ab"], 257, pattern="gpt-9"), "'gpt-9'.*gpt-2"),
        (lambda: BPETokenizer.train([b"ab"], 257), "expected a string, got bytes"),
        (lambda: BPETokenizer([(97, 256)]), "merge 0.*below 256"),
        (lambda: BPETokenizer([(97, 98), (97, 98)]), "b'ab' a second time"),
        (lambda: BPETokenizer([3]), "merge 0 is 3"),
        (lambda: BPETokenizer([], ["<|a|>", "<|a|>"]), "different, non-empty"),
        (lambda: BPETokenizer([], "<|a|>"), "must be a list of names"),
        (lambda: TOKENIZER.encode(7), "expected a string, got int"),
        (lambda: TOKENIZER.encode("ab\ud83d"), "character 2.*surrogate"),
        (lambda: TOKENIZER.encode("", ["<|x|>"]), "unknown special token '<|x|>'"),
        (lambda: TOKENIZER.encode("", "<|end|>"), r"pass \['<\|end\|>'\]"),
        (lambda: TOKENIZER.decode([5, 400]), "id 400.*0 to 399"),
        (lambda: TOKENIZER.decode([-1]), "id -1"),
        (lambda: TOKENIZER.decode(["a"]), "id 'a'"),
    ],
)
def test_bad_input_is_named_with_its_remedy(action, message):
    with pytest.raises(ValueError, match=message.replace("<|x|>", r"<\|x\|>")):
        action()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no tokenizer at"),
        (b"\xff\xfe", "not a tokenizer saved by this course"),
        (b'{"merges": [', "not a tokenizer saved by this course"),
        (b"[]", "not a tokenizer saved by this course"),
        (b'{"format": "x", "merges": [], "special_tokens": [], "pattern": "a"}', "'x'"),
    ],
)
def test_damaged_files_are_refused(tmp_path, content, message):
    path = tmp_path / "tokenizer.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        BPETokenizer.load(path)


def test_a_file_with_swapped_merges_is_refused(tmp_path):
    path = tmp_path / "tokenizer.json"
    TOKENIZER.save(path)
    content = json.loads(path.read_text())
    content["merges"].reverse()
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="merge 0"):
        BPETokenizer.load(path)
