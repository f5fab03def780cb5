"""Compute several batches at the same time, a core each."""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
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
    cores = cores_for(model)
    if cores == 1:
        return most
    return min(most, max(math.ceil(n_rows / cores), FEWEST))


def cores_for(model: Transformer) -> int:
    """Return how many batches to compute at the same time.

    One on a GPU, and one of a model whose products fill several cores by themselves:
    more would only take more memory.
    """
    on_cpu = next(model.parameters()).device.type == "cpu"
    light = on_cpu and model.n_parameters() <= LIGHT
    return torch.get_num_threads() if light else 1


def side_by_side(
    steps_of: Callable[[Batch], Iterator[Step]],
    batches: Sequence[Batch],
    note: Callable[[Step], None],
    cores: int,
) -> None:
    """Take every batch through all its steps, and note each; `cores` at the same time.

    Whoever interrupts, or fails, stops them all.
    """
    stopped = Event()

    def finish(batch: Batch) -> None:
        if stopped.is_set():  # already a first step takes its time
            return
        try:
            for step in steps_of(batch):
                if stopped.is_set():
                    return
                note(step)
        except BaseException:
            stopped.set()
            raise

    cores = min(cores, len(batches))
    if cores <= 1:
        for batch in batches:
            finish(batch)
        return
    with one_thread(), ThreadPoolExecutor(cores) as pool:
        try:
            for ended in as_completed([pool.submit(finish, b) for b in batches]):
                ended.result()
        finally:
            stopped.set()
