"""Facts about batches: what is predicted, how often, and from where a run goes on."""

from collections import Counter
from itertools import islice

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.chat import END_OF_TEXT, SPECIAL_TOKENS
from course_lib.data import (
    Batch,
    encode_documents,
    load_ids,
    pack_examples,
    pad_examples,
    save_ids,
    windows,
)
from course_lib.model import ModelConfig, Transformer
from course_lib.tokenizer import BPETokenizer
from course_lib.train import weighted_loss

TOKENIZER = BPETokenizer([], SPECIAL_TOKENS)
SEPARATOR = TOKENIZER.special_tokens[END_OF_TEXT]
PAD = 99


def ring(n: int) -> numpy.ndarray:
    """Make ids that tell their place: id k stands at place k."""
    return numpy.arange(n, dtype=numpy.uint16)


def assert_equal_batches(left: Batch, right: Batch) -> None:
    for name in ("token_ids", "targets", "weights"):
        assert torch.equal(getattr(left, name), getattr(right, name)), name


# --- Texts and ids ---


def test_each_text_is_followed_by_the_separator():
    ids = encode_documents(["ab", "", "c"], TOKENIZER, SEPARATOR)
    assert ids.tolist() == [97, 98, SEPARATOR, SEPARATOR, 99, SEPARATOR]


def test_a_text_that_spells_the_separator_does_not_end():
    ids = encode_documents([f"a{END_OF_TEXT}b"], TOKENIZER, SEPARATOR)
    assert ids.tolist().count(SEPARATOR) == 1
    assert TOKENIZER.decode(ids[:-1]) == f"a{END_OF_TEXT}b"


@pytest.mark.parametrize(
    ("vocab_size", "dtype"), [(256, "uint8"), (257, "uint16"), (272, "uint16")]
)
def test_ids_take_no_more_bytes_than_the_vocabulary_needs(vocab_size, dtype):
    special = [f"<|{k}|>" for k in range(vocab_size - 256)]
    tokenizer = BPETokenizer([], special)
    assert encode_documents(["a"], tokenizer, 0).dtype == dtype


def test_saved_ids_come_back_without_being_read_into_memory(tmp_path):
    ids = encode_documents(["Mira Quill", "🎩"], TOKENIZER, SEPARATOR)
    path = save_ids(tmp_path / "new folder" / "ids.npy", ids)
    loaded = load_ids(path, TOKENIZER.vocab_size)
    assert isinstance(loaded, numpy.memmap)
    assert loaded.dtype == ids.dtype
    assert loaded.tolist() == ids.tolist()
    assert [file.name for file in path.parent.iterdir()] == ["ids.npy"]
    assert_equal_batches(next(windows(loaded, 4, 2)), next(windows(ids, 4, 2)))


def test_a_save_that_fails_leaves_the_old_ids(tmp_path, monkeypatch):
    path = save_ids(tmp_path / "ids.npy", ring(9))

    def full_disk(file, *_, **__):
        file.write(b"half")
        raise OSError("full")

    monkeypatch.setattr("numpy.save", full_disk)
    with pytest.raises(OSError, match="full"):
        save_ids(path, ring(5))
    assert load_ids(path, 9).tolist() == ring(9).tolist()
    assert [file.name for file in tmp_path.iterdir()] == ["ids.npy"]


def test_a_file_cut_off_anywhere_is_refused(tmp_path):
    path = save_ids(tmp_path / "ids.npy", ring(40))
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="only a part of them"):
            load_ids(path, 40)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (ring(6).reshape(2, 3), "expected one row"),
        (ring(6).astype("float32"), "float32"),
        (ring(0), "expected one row"),
        (numpy.array([3, 300], "uint16"), r"id 300.*0 to 271.*another tokenizer"),
        (numpy.array([{}], object), "only a part of them"),  # would need a pickle
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path, array, message):
    numpy.save(tmp_path / "ids.npy", array, allow_pickle=True)
    with pytest.raises(ValueError, match=message):
        load_ids(tmp_path / "ids.npy", TOKENIZER.vocab_size)


# --- Windows ---


@given(
    n_ids=st.integers(2, 90),
    context=st.integers(1, 20),
    batch_size=st.integers(1, 7),
    seed=st.integers(0, 5),
)
@settings(deadline=None)
def test_every_token_is_predicted_exactly_once_an_epoch(
    n_ids, context, batch_size, seed
):
    context = min(context, n_ids - 1)
    per_epoch = -(-n_ids // context)
    counted: Counter[int] = Counter()
    # As many steps as an epoch has windows are exactly `batch_size` epochs.
    for batch in islice(windows(ring(n_ids), context, batch_size, seed), per_epoch):
        assert batch.token_ids.shape == (batch_size, context)
        counted.update(batch.targets[batch.weights == 1].tolist())
        assert set(batch.weights.flatten().tolist()) <= {0.0, 1.0}
    assert counted == dict.fromkeys(range(n_ids), batch_size)


def test_a_target_is_what_follows_on_the_ring():
    for batch in islice(windows(ring(50), 8, 4), 20):
        assert torch.equal(batch.targets, (batch.token_ids + 1) % 50)
        assert torch.equal(batch.token_ids[:, 1:], batch.targets[:, :-1])


def test_an_epoch_cuts_elsewhere_and_in_another_order():
    # 50 ids in windows of 10: five to an epoch, one batch.
    epochs = [b.token_ids[:, 0] for b in islice(windows(ring(50), 10, 5), 20)]
    cuts = {int(starts[0]) % 10 for starts in epochs}
    assert len(cuts) > 5
    orders = {tuple((starts - starts[0]).remainder(50).tolist()) for starts in epochs}
    assert len(orders) > 10


def test_the_same_seed_gives_the_same_batches_and_another_seed_others():
    first, again, other = (
        torch.cat([b.token_ids for b in islice(windows(ring(90), 8, 4, seed), 9)])
        for seed in (3, 3, 4)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("start_step", [0, 1, 6, 7, 40])
def test_windows_go_on_at_any_step_as_if_never_stopped(start_step):
    from_there = windows(ring(70), 8, 4, 1, start_step=start_step)
    uninterrupted = islice(windows(ring(70), 8, 4, 1), start_step, start_step + 20)
    for resumed, expected in zip(from_there, uninterrupted, strict=False):
        assert_equal_batches(resumed, expected)


def test_going_on_late_does_not_walk_through_what_was_before(monkeypatch):
    """An epoch of 125 windows is drawn anew, so whoever walks draws them all."""
    drawn, dice_of = [], numpy.random.default_rng

    def counted(seeds):
        assert len(drawn) < 10, "it draws the epochs that were before"
        drawn.append(seeds[1])
        return dice_of(seeds)

    monkeypatch.setattr(numpy.random, "default_rng", counted)
    next(windows(ring(1000), 8, 4, start_step=10**12))
    assert drawn == [0, 4 * 10**12 // 125]


# --- Examples ---


def test_padded_examples_by_hand():
    batch = pad_examples([([7, 8, 9], [1, 0, 1]), ([5, 6], [0, -0.5])], PAD)
    assert batch.token_ids.tolist() == [[7, 8], [5, 6]]
    assert batch.targets.tolist() == [[8, 9], [6, PAD]]
    assert batch.weights.tolist() == [[0, 1], [-0.5, 0]]
    assert pad_examples([([5, 6], [0, 1])], PAD, context=4).targets.tolist() == [
        [6, PAD, PAD, PAD]
    ]


def test_padding_changes_no_loss():
    model = Transformer(ModelConfig(100, 16, 1, 8, 2, 2, 16))
    example = ([3, 1, 4, 1, 5], [0.0, 0, 1, 1, 0.5])
    losses = []
    for context in (4, 16):
        batch = pad_examples([example], PAD, context)
        logits = model(batch.token_ids)
        losses.append(weighted_loss(logits, batch.targets, batch.weights))
    torch.testing.assert_close(*losses)


def conversation(k: int) -> tuple[list[int], list[float]]:
    """Make example k: 3 to 12 ids, all of which tell k, and weights of its own."""
    length = 3 + k * 7 % 10
    return [k] * length, [1.0] + [float(k + 2)] * (length - 1)


CONVERSATIONS = [conversation(k) for k in range(30)]


def test_every_example_comes_once_an_epoch_and_is_never_cut():
    batch_size = 2
    seen: Counter[float] = Counter()
    batches = pack_examples(CONVERSATIONS, 24, batch_size, PAD)
    for batch in islice(batches, 400):
        seen.update(batch.weights[batch.weights != 0].tolist())
    # A weight tells its example, and stands beside every id but the first.
    times = {k: seen[k + 2.0] / (len(CONVERSATIONS[k][0]) - 1) for k in range(30)}
    assert min(times.values()) > 40
    assert max(times.values()) - min(times.values()) <= 1  # the epoch under way
    assert all(count == int(count) for count in times.values())


def test_no_example_is_predicted_from_its_neighbour():
    for batch in islice(pack_examples(CONVERSATIONS, 24, 4, PAD), 50):
        foreign = batch.token_ids != batch.targets
        assert (batch.weights[foreign] == 0).all()
        assert (batch.weights[batch.targets == PAD] == 0).all()
        assert (batch.weights[~foreign & (batch.targets != PAD)] > 1).all()


def test_packed_rows_hold_little_padding():
    batches = islice(pack_examples(CONVERSATIONS * 20, 63, 8, PAD), 20)
    padding = torch.cat([batch.targets == PAD for batch in batches])
    assert padding.float().mean() < 0.05
    alone = pad_examples(CONVERSATIONS, PAD, 63).targets == PAD
    assert alone.float().mean() > 0.8


def test_examples_meet_other_neighbours_in_every_epoch():
    # Three examples of 8 ids fill a row of 24, so two rows are an epoch.
    examples = [([k] * 8, [1.0] * 8) for k in range(6)]
    batches = islice(pack_examples(examples, 23, 2, PAD), 30)
    assert len({tuple(batch.token_ids[0, ::8].tolist()) for batch in batches}) > 20


@pytest.mark.parametrize("start_step", [0, 1, 5, 40])
def test_packing_goes_on_at_any_step_as_if_never_stopped(start_step):
    from_there = pack_examples(CONVERSATIONS, 24, 4, PAD, 1, start_step)
    all_of_them = pack_examples(CONVERSATIONS, 24, 4, PAD, 1)
    uninterrupted = islice(all_of_them, start_step, start_step + 10)
    for resumed, expected in zip(from_there, uninterrupted, strict=False):
        assert_equal_batches(resumed, expected)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: encode_documents("ab", TOKENIZER, 0), r"one string.*pass \[text\]"),
        (lambda: encode_documents([], TOKENIZER, 0), "no texts"),
        (lambda: encode_documents(["a"], TOKENIZER, 272), "is 272.*0 to 271"),
        (lambda: load_ids("no/such.npy", 9), "no token ids at.*save_ids"),
        (lambda: save_ids("x.npy", numpy.array([1, 2])), "int64.*unsigned"),
        (lambda: windows(ring(8), 8, 1), "8 ids are too few.*read 9"),
        (lambda: windows(ring(8), 0, 1), "context must be at least 1, got 0"),
        (lambda: windows(ring(8), 4, 0), "batch_size must be at least 1, got 0"),
        (lambda: windows(ring(8), 4, 1, seed=-1), "seed must not be negative"),
        (lambda: windows(ring(8), 4, 1, start_step=-1), "start_step must not be"),
        (lambda: pad_examples([], PAD), "no examples"),
        (lambda: pad_examples([([1], [1])], PAD), "example 0 has 1 ids"),
        (lambda: pad_examples([([1, 2], [1])], PAD), "2 ids and 1 weights"),
        (lambda: pack_examples(CONVERSATIONS, 9, 1, PAD), "example 1 .*10 ids|11 ids"),
        (lambda: pack_examples(CONVERSATIONS, 24, 0, PAD), "batch_size"),
    ],
)
def test_bad_input_is_named_at_once_with_its_remedy(action, message):
    with pytest.raises(ValueError, match=message):
        action()


def test_several_arrays_are_no_row_of_ids(tmp_path):
    numpy.savez(tmp_path / "ids.npz", numpy.array([1, 2], "uint16"))
    (tmp_path / "ids.npz").rename(tmp_path / "ids.npy")
    with pytest.raises(ValueError, match="several arrays"):
        load_ids(tmp_path / "ids.npy", 9)
