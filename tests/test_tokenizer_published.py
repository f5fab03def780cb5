"""Facts about published vocabularies: the ids are those of the `tokenizers` library."""

import random

import pytest

from course_lib.tokenizer import BPETokenizer, PublishedTokenizer, Vocabulary
from course_lib.tokenizer.published import LETTERS

tokenizers = pytest.importorskip("tokenizers", reason="needs transformers")

TEXT = "It's 2024, the café at 10 o'clock: naïve 東京 🙂🙂\n\n  the   end!  the theme"
OWN = BPETokenizer.train([TEXT] * 2, 290, ["<|end|>"])


def with_bytes_missing() -> Vocabulary:
    """Lie as SmolLM2's does: special tokens first, and bytes nobody trained on."""
    own = Vocabulary.of(OWN)
    gone = {LETTERS[value] for value in (2, 0xC0, 0xF1, 0xFF)}
    ordinary = [token for token in own.tokens[:-1] if token not in gone]
    names = ("<|endoftext|>", "<|im_start|>")
    special = {name: i for i, name in enumerate(names)}
    return Vocabulary((*names, *ordinary), own.merges, special, "smollm")


def reference(vocabulary: Vocabulary):
    ids = {token: i for i, token in enumerate(vocabulary.tokens)}
    model = tokenizers.models.BPE(vocab=ids, merges=list(vocabulary.merges))
    made = tokenizers.Tokenizer(model)
    made.pre_tokenizer = tokenizers.pre_tokenizers.Sequence([
        tokenizers.pre_tokenizers.Digits(individual_digits=True),
        tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False),
    ])  # fmt: skip
    made.add_special_tokens(list(vocabulary.special_tokens))
    return made


def texts(count: int) -> list[str]:
    letters = TEXT + "\x02\U00040000\U000f0000\tÀÿ <|im_start|>"
    dice = random.Random(0)
    cut = [dice.randint(0, len(TEXT)) for _ in range(count)]
    mixed = [
        "".join(dice.choices(letters, k=dice.randint(0, 40))) for _ in range(count)
    ]
    return [text + TEXT[at : at + 9] for text, at in zip(mixed, cut, strict=True)]


def test_ids_are_those_of_the_tokenizers_library():
    vocabulary = with_bytes_missing()
    ours, theirs = PublishedTokenizer(vocabulary), reference(vocabulary)
    for text in [*texts(500), "a\x02b\U00040000c", "<|im_start|>\x02hi"]:
        ids = ours.encode(text, allowed_special="all")
        assert ids == theirs.encode(text, add_special_tokens=False).ids, text
        assert all(i < ours.vocab_size for i in ids)


def test_missing_bytes_are_left_out_and_the_rest_comes_back():
    ours = PublishedTokenizer(with_bytes_missing())
    assert ours.missing_bytes() == bytes([2, 0xC0, 0xF1, 0xFF])
    assert ours.decode(ours.encode("a\x02b")) == "ab"
    assert ours.decode(ours.encode(TEXT)) == TEXT


def test_a_special_tokens_name_is_text_unless_allowed():
    ours = PublishedTokenizer(with_bytes_missing())
    assert len(ours.encode("<|im_start|>")) > 1
    assert ours.encode("<|im_start|>", ["<|im_start|>"]) == [1]


def test_our_own_tokenizer_survives_being_written_out():
    back = Vocabulary.of(OWN).tokenizer()
    assert isinstance(back, BPETokenizer)
    assert (back.merges, back.special_tokens) == (OWN.merges, OWN.special_tokens)
    assert isinstance(with_bytes_missing().tokenizer(), PublishedTokenizer)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: Vocabulary(("a", "b", "ab"), (), {}), "'ab' .* made by no merge"),
        (lambda: Vocabulary(("a", "a"), (), {}), "two ids have the same token"),
        (lambda: Vocabulary(("a",), (("a", "b"),), {}), "names no known token"),
        (lambda: Vocabulary(("a",), (), {"a": 3}), "is not the token with id 3"),
        (
            lambda: Vocabulary(("a", "ab", "aa", "b"), (("a", "a"), ("a", "b")), {}),
            "out of the order",
        ),
        (lambda: Vocabulary(("a",), (), {}, "klingon"), "unknown pattern"),
        (
            lambda: PublishedTokenizer(Vocabulary(("東",), (), {})),
            "stands for no byte",
        ),
        (lambda: PublishedTokenizer(with_bytes_missing()).decode([9999]), "id 9999"),
        (
            lambda: PublishedTokenizer(with_bytes_missing()).encode("a", ["<x>"]),
            "unknown special tokens",
        ),
    ],
)
def test_what_cannot_be_held_honestly_is_named(action, message):
    with pytest.raises(ValueError, match=message):
        action()
