"""Compute several batches at the same time, a core each."""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

import torch

from course_lib.model import Transformer
from course_lib.runtime import one_thread

Batch = TypeVar("Batch")
Step = TypeVar("Step")
LIGHT = 20_000_000  # weights; the products of a larger model fill several cores
FEWEST = 32  # rows a batch: with fewer, reading the weights costs more than using them


def rows_a_batch(model: Transformer, n_rows: int, most: int) -> int:
    """Return how many rows to compute at a time, so that each core gets a batch.

    A step of a small model is hundreds of tiny products. Shared between cores, each of
    them waits for the other; with a batch of its own, none does.
    """
    weight = next(model.parameters())
    if weight.device.type != "cpu" or model.n_parameters() > LIGHT:
        return most
    share = math.ceil(n_rows / torch.get_num_threads())
    return min(most, max(share, FEWEST))


def side_by_side(
    steps_of: Callable[[Batch], Iterator[Step]],
    batches: Sequence[Batch],
    note: Callable[[Step], None],
) -> None:
    """Take every batch through all its steps, and note each.

    Whoever interrupts, or fails, stops them all.
    """
    stopped = Event()

    def finish(batch: Batch) -> None:
        for step in steps_of(batch):
            if stopped.is_set():
                return
            note(step)

    cores = min(torch.get_num_threads(), len(batches))
    if cores <= 1:
        for batch in batches:
            finish(batch)
        return
    with one_thread(), ThreadPoolExecutor(cores) as pool:
        try:
            for ended in [pool.submit(finish, batch) for batch in batches]:
                ended.result()
        finally:
            stopped.set()
