"""Facts about batches that are computed at the same time, a core each."""

import threading
from collections.abc import Iterator

import pytest
import torch

from course_lib.generate import SamplingConfig, decoding, generate
from course_lib.generate import side_by_side as room
from course_lib.generate.side_by_side import cores_for, rows_a_batch, side_by_side
from course_lib.model import ModelConfig, Transformer

SMALL = ModelConfig(
    vocab_size=64, context=32, n_layers=1, width=16, n_heads=2, n_kv_heads=2,
    mlp_width=32,
)  # fmt: skip


@pytest.fixture(autouse=True)
def three_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    assert torch.get_num_threads() == 3, "what is set for a while has to be set back"
    torch.set_num_threads(before)


def steps_of(batch: int) -> Iterator[tuple[int, int]]:
    return ((batch, step) for step in range(4))


def test_every_batch_takes_all_its_steps_in_order():
    noted: list[tuple[int, int]] = []
    side_by_side(steps_of, range(5), noted.append, 3)
    assert len(noted) == 20
    for batch in range(5):
        assert [step for b, step in noted if b == batch] == [0, 1, 2, 3]


def test_batches_run_at_the_same_time_with_one_thread_each():
    meeting = threading.Barrier(3, timeout=60)

    def note(_step: tuple[int, int]) -> None:
        assert torch.get_num_threads() == 1
        meeting.wait()  # passes only where three are under way

    side_by_side(steps_of, range(3), note, 3)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("failing", [0, 1, 2])
def test_whoever_fails_stops_the_others(error, failing):
    failed = threading.Event()

    def endless(batch: int) -> Iterator[int]:
        while True:
            yield batch

    def note(batch: int) -> None:
        if batch == failing:
            failed.set()
            raise error("enough")
        failed.wait(60)

    with pytest.raises(error, match="enough"):
        side_by_side(endless, range(5), note, 3)


def test_after_the_stop_no_batch_is_begun():
    """To read its prompts is what takes long."""
    begun = []

    def endless(batch: int) -> Iterator[int]:
        begun.append(batch)
        while True:
            yield batch

    def note(batch: int) -> None:
        if batch == 0:
            raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        side_by_side(endless, range(9), note, 2)
    assert set(begun) <= {0, 1}


def test_a_small_model_gives_every_core_a_batch():
    model = Transformer(SMALL)
    assert rows_a_batch(model, 192, 192) == 64
    assert rows_a_batch(model, 192, 48) == 48, "never more than asked for"
    assert rows_a_batch(model, 40, 128) == 32, "nor so few that it does not pay"


def test_a_large_model_keeps_its_batch(monkeypatch):
    monkeypatch.setattr(room, "LIGHT", 10)
    model = Transformer(SMALL)
    assert cores_for(model) == 1
    assert rows_a_batch(model, 192, 128) == 128
    rows, most = [0], []
    speak = decoding._speak

    def counted(model, these, *how):
        rows[0] += len(these)
        most.append(rows[0])
        yield from speak(model, these, *how)
        rows[0] -= len(these)

    monkeypatch.setattr(decoding, "_speak", counted)
    generate(model, [[1, 2]] * 96, SamplingConfig(), 4, batch_size=32)
    assert max(most) == 32, "memory is bounded by batch_size"


def test_answers_do_not_depend_on_the_number_of_threads():
    model = Transformer(SMALL)
    prompts = [[k % 60 + 1] * (k % 7 + 1) for k in range(150)]
    together = generate(model, prompts, SamplingConfig(seed=3), 20, [5])
    torch.set_num_threads(1)
    alone = generate(model, prompts, SamplingConfig(seed=3), 20, [5])
    torch.set_num_threads(3)
    assert together == alone
