"""Cut a long row of ids into windows, anew in every epoch: what pretraining reads."""

from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import count

import numpy
from jaxtyping import Int, UInt

from course_lib.data.batch import Batch, check_numbers, shifted


def windows(
    ids: UInt[numpy.ndarray, " T"],
    context: int,
    batch_size: int,
    seed: int = 0,
    start_step: int = 0,
) -> Iterator[Batch]:
    """Yield batches of windows without end; an epoch predicts every token once.

    The ids are read as a ring, so even the first token is predicted: from the last,
    which is a separator, as before any other text. Each epoch cuts the ring at a new
    random place and shuffles the windows, so that a token does not always stand at
    the border of its window, where it is predicted from little. Where the last window
    overlaps the first, the tokens that were already predicted have weight 0.

    A window may begin in one text and end in another, and attention reaches across:
    the separator has to teach the model what no longer matters.

    Args:
        start_step: how many batches to leave out. It costs nothing, so an interrupted
            training goes on with exactly the batches it has not seen.

    Raises:
        ValueError: if there are not more ids than one window predicts, or if a number
            is out of range.
    Example: ids 0 1 2 3 4 5, context 3, cut at 5 -> 5 0 1 asks for 0 1 2, and 2 3 4
        for 3 4 5
    """
    check_numbers(context, batch_size, seed, start_step)
    if len(ids) <= context:
        raise ValueError(
            f"{len(ids)} ids are too few for windows of {context}, which read "
            f"{context + 1}; give more text or a smaller context"
        )
    return _batches(ids, context, batch_size, seed, start_step)


def _batches(
    ids: UInt[numpy.ndarray, " T"],
    context: int,
    batch_size: int,
    seed: int,
    start_step: int,
) -> Iterator[Batch]:
    cut_of_epoch = lru_cache(maxsize=2)(partial(_cut, len(ids), context, seed))
    per_epoch = len(cut_of_epoch(0))
    inside = numpy.arange(context + 1)
    for step in count(start_step):
        # Batches run on from one epoch into the next: all of them are equally large.
        numbers = range(step * batch_size, (step + 1) * batch_size)
        chosen = [cut_of_epoch(n // per_epoch)[n % per_epoch] for n in numbers]
        starts, fresh = numpy.array(chosen).T[:, :, None]
        rows = ids[(starts + inside) % len(ids)].astype(numpy.int64)
        yield shifted(rows, (inside[:-1] < fresh).astype(numpy.float32))


def _cut(
    n_ids: int, context: int, seed: int, epoch: int
) -> Int[numpy.ndarray, "windows 2"]:
    """Give the windows of an epoch: where each starts, and how many tokens are new."""
    dice = numpy.random.default_rng([seed, epoch])
    offsets = numpy.arange(0, n_ids, context)
    fresh = numpy.minimum(context, n_ids - offsets)
    starts = (offsets + dice.integers(n_ids)) % n_ids
    return dice.permutation(numpy.stack([starts, fresh], axis=1))
