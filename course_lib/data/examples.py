"""Put examples of their own length into batches: conversations, rollouts, questions."""

from collections.abc import Iterator, Sequence
from itertools import count, islice

import numpy

from course_lib.data.batch import Batch, check_numbers, shifted

Example = tuple[Sequence[int], Sequence[float]]  # ids, and what each is worth as target


def pad_examples(
    examples: Sequence[Example], pad_id: int, context: int | None = None
) -> Batch:
    """Put one example in each row of one batch, padded on the right to equal length.

    A weight belongs to the id it stands beside: how much it counts to predict that
    token from those before it. Nothing comes before the first, so its weight is never
    used. Attention looks back only, so no token that counts ever sees the padding.

    Args:
        context: how long rows shall be; None makes them as long as the longest needs.

    Raises:
        ValueError: if an example has fewer than two ids, not one weight an id, or
            more than `context` + 1 ids (as many as a window reads).
    Example: ids 7 8 9, weights 0 0 1 -> token_ids 7 8, targets 8 9, weights 0 1
    """
    _check_examples(examples, context)
    read = 1 + (context or max(len(ids) for ids, _ in examples) - 1)
    rows = numpy.full((len(examples), read), pad_id, numpy.int64)
    weights = numpy.zeros((len(examples), read), numpy.float32)
    for row, (ids, worth) in enumerate(examples):
        rows[row, : len(ids)] = ids
        weights[row, : len(ids)] = worth
    return shifted(rows, weights[:, 1:])


def pack_examples(
    examples: Sequence[Example],
    context: int,
    batch_size: int,
    pad_id: int,
    seed: int = 0,
    start_step: int = 0,
) -> Iterator[Batch]:
    """Yield batches without end in which every example comes once an epoch.

    Short examples share a row, one behind the other, as texts do in pretraining: rows
    of one conversation each would be mostly padding, which costs as much as words. An
    example is never cut, and its first token is not predicted from its neighbour's
    last. Weights as in `pad_examples`, `start_step` as in `windows`.

    Raises:
        ValueError: as `pad_examples` and `windows`.
    """
    check_numbers(context, batch_size, seed, start_step)
    _check_examples(examples, context)
    lengths = [len(ids) for ids, _ in examples]
    # Only lengths are looked at on the way to `start_step`.
    rows = islice(_shared_rows(lengths, context, seed), start_step * batch_size, None)
    return _packed(examples, rows, context, batch_size, pad_id)


def _packed(
    examples: Sequence[Example],
    rows: Iterator[list[int]],
    context: int,
    batch_size: int,
    pad_id: int,
) -> Iterator[Batch]:
    while True:
        chosen = islice(rows, batch_size)
        joined = [_joined([examples[k] for k in row]) for row in chosen]
        yield pad_examples(joined, pad_id, context)


def _shared_rows(
    lengths: Sequence[int], context: int, seed: int
) -> Iterator[list[int]]:
    """Say, epoch after epoch, which examples stand in each row."""
    for epoch in count():
        dice = numpy.random.default_rng([seed, epoch])
        yield from _fill_rows(dice.permutation(len(lengths)).tolist(), lengths, context)


def _fill_rows(
    order: Sequence[int], lengths: Sequence[int], context: int
) -> list[list[int]]:
    """Put each example into the first row with room for it.

    Only the last 16 rows are tried: older ones are nearly full, and to look at all of
    them would take quadratic time.
    """
    rows: list[list[int]] = []
    room: list[int] = []
    for k in order:
        recent = range(max(0, len(rows) - 16), len(rows))
        row = next((r for r in recent if room[r] >= lengths[k]), len(rows))
        if row == len(rows):
            rows.append([])
            room.append(context + 1)
        rows[row].append(k)
        room[row] -= lengths[k]
    return rows


def _joined(examples: Sequence[Example]) -> Example:
    ids = [token for some, _ in examples for token in some]
    weights = [weight for _, worth in examples for weight in (0.0, *worth[1:])]
    return ids, weights


def _check_examples(examples: Sequence[Example], context: int | None) -> None:
    if not examples:
        raise ValueError("there are no examples; give at least one")
    for k, (ids, weights) in enumerate(examples):
        if len(ids) < 2 or len(ids) != len(weights):
            raise ValueError(
                f"example {k} has {len(ids)} ids and {len(weights)} weights; give one "
                "weight an id, and at least two ids (the first is never predicted)"
            )
        if context is not None and len(ids) > context + 1:
            raise ValueError(
                f"example {k} has {len(ids)} ids, a row of context {context} reads "
                f"{context + 1}; shorten it or leave it out"
            )
