"""Continue prompts token by token, many rows at once, each ending when it wants to."""

from collections.abc import Collection, Iterator, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from course_lib.generate.checks import checked_limits, checked_rows, chunks
from course_lib.generate.sampling import (
    SamplingConfig,
    darts_of_rows,
    draw,
    next_probabilities,
)
from course_lib.generate.side_by_side import cores_for, rows_a_batch, side_by_side
from course_lib.model import KVCache, Transformer

# What the rows of a batch say in one step (number, id, place in the batch), and all
# logits of the batch.
Said = tuple[list[tuple[int, int, int]], Float[Tensor, "B V"]]


def generate(
    model: Transformer,
    prompts: Sequence[Sequence[int]],
    sampling: SamplingConfig,
    max_new_tokens: int,
    stop_ids: Collection[int] = (),
    batch_size: int = 128,
    keep_stop: bool = False,
) -> list[list[int]]:
    """Continue every prompt; return the new ids only, in the order of the prompts.

    A row ends before a stop id (which is not returned), after `max_new_tokens`, or
    when prompt and answer together fill the model's context.

    In which numbers? For one row on a CPU `model.quantise` (8 bits): about three times
    as fast as fp32, nearly four times if `coarse`. For 32 rows bf16, where the
    processor has it: 1.7 times as fast as fp32, about as fast as 8 bits, and nearer to
    fp32. On a GPU bf16. Measured on SmolLM2 by `bench_decode.py`, which shows what each
    loses in quality.

    Args:
        batch_size: how many rows are computed at a time. Memory grows with it; the
            answers, but for rounding, do not depend on it.
        keep_stop: return the stop id, too: it says which of several ended the row, or,
            where it is missing, that the row ran out of tokens.

    Raises:
        ValueError: if a prompt is empty, leaves no room for an answer, or holds an id
            outside the vocabulary; if more tokens are wanted than a context holds.
    """
    rows = checked_rows(prompts, "prompt", model.config)
    stop_ids = checked_limits(rows, model.config, max_new_tokens, stop_ids)
    answers: list[list[int]] = [[] for _ in rows]

    def note(step: Said) -> None:
        for row, token, _ in step[0]:
            if keep_stop or token not in stop_ids:
                answers[row].append(token)

    how = sampling, max_new_tokens, stop_ids
    batches = _batches(rows, rows_a_batch(model, len(rows), batch_size))
    side_by_side(
        lambda these: _speak(model, these, *how), batches, note, cores_for(model)
    )
    return answers


def generate_with_probabilities(
    model: Transformer,
    prompts: Sequence[Sequence[int]],
    sampling: SamplingConfig,
    max_new_tokens: int,
    stop_ids: Collection[int] = (),
    batch_size: int = 128,
) -> list[list[tuple[int, float]]]:
    """Return for each prompt the ids of `generate(..., keep_stop=True)`, and how sure.

    Beside each id stands the natural logarithm of the model's own probability, before
    temperature, top-k and top-p, as it was at the moment of the draw.

    Raises:
        ValueError: as `generate`.
    """
    rows = checked_rows(prompts, "prompt", model.config)
    stop_ids = checked_limits(rows, model.config, max_new_tokens, stop_ids)
    answers: list[list[tuple[int, float]]] = [[] for _ in rows]

    def note(step: Said) -> None:
        said, logits = step
        tokens, places = ([s[k] for s in said] for k in (1, 2))
        found = logits.float().log_softmax(-1)[places, tokens].tolist()
        for (row, token, _), sure in zip(said, found, strict=True):
            answers[row].append((token, sure))

    how = sampling, max_new_tokens, stop_ids
    batches = _batches(rows, rows_a_batch(model, len(rows), batch_size))
    side_by_side(
        lambda these: _speak(model, these, *how), batches, note, cores_for(model)
    )
    return answers


def _batches(rows: list[list[int]], batch_size: int) -> list[dict[int, list[int]]]:
    """Put prompts of like length together: less padding. Each keeps its number."""
    by_length = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    return [
        {row: rows[row] for row in chunk} for chunk in chunks(by_length, batch_size)
    ]


def stream(
    model: Transformer,
    prompt: Sequence[int],
    sampling: SamplingConfig,
    max_new_tokens: int,
    stop_ids: Collection[int] = (),
    keep_stop: bool = False,
) -> Iterator[int]:
    """Yield the new ids of one prompt as they come; the same ids as `generate`.

    Raises:
        ValueError: at once, as `generate`.
    """
    steps = _speak_alone(model, prompt, sampling, max_new_tokens, stop_ids, keep_stop)
    return (token for token, _ in steps)


def stream_with_probabilities(
    model: Transformer,
    prompt: Sequence[int],
    sampling: SamplingConfig,
    max_new_tokens: int,
    stop_ids: Collection[int] = (),
    keep_stop: bool = False,
) -> Iterator[tuple[int, float]]:
    """Yield each new id of `stream` and how probable the model found it.

    That is the model's own probability, before temperature, top-k and top-p: how sure
    it was, whatever it was drawn with.

    Raises:
        ValueError: at once, as `generate`.
    """
    steps = _speak_alone(model, prompt, sampling, max_new_tokens, stop_ids, keep_stop)
    return (
        (token, float(logits.float().softmax(-1)[token])) for token, logits in steps
    )


def _speak_alone(
    model: Transformer,
    prompt: Sequence[int],
    sampling: SamplingConfig,
    max_new_tokens: int,
    stop_ids: Collection[int],
    keep_stop: bool,
) -> Iterator[tuple[int, Float[Tensor, " V"]]]:
    """Check now, then yield one row's ids, each with the logits it came from."""
    rows = checked_rows([prompt], "prompt", model.config)
    stop_ids = checked_limits(rows, model.config, max_new_tokens, stop_ids)
    steps = _speak(model, {0: rows[0]}, sampling, max_new_tokens, stop_ids)
    tokens = ((token, logits[0]) for said, logits in steps for _, token, _ in said)
    return (step for step in tokens if keep_stop or step[0] not in stop_ids)


# As a decorator it switches gradients off only while this runs. A `with` inside would
# leave them off for the caller, who may be training, between one token and the next.
@torch.inference_mode()
def _speak(
    model: Transformer,
    prompts: dict[int, list[int]],
    sampling: SamplingConfig,
    max_new_tokens: int,
    stop_ids: frozenset[int],
) -> Iterator[Said]:
    """Yield, step by step, what each row that still speaks says.

    A stop id is the last that a row says.
    """
    room = {row: model.config.context - len(ids) for row, ids in prompts.items()}
    rows = list(prompts)  # whose answer each place of the batch computes
    cache, hidden = _read(model, list(prompts.values()), max_new_tokens)
    darts = darts_of_rows(sampling.seed, rows, max_new_tokens).to(hidden.device)
    for step in range(max_new_tokens):
        logits = model.head(hidden)
        if sampling.temperature == 0:
            ids = logits.argmax(-1)
        else:
            ids = draw(next_probabilities(logits, sampling), darts[:, step])
        said = [
            (row, token, place)
            for place, (row, token) in enumerate(zip(rows, ids.tolist(), strict=True))
            if row in room
        ]
        yield said, logits
        n_before = len(room)
        going_on = [row for row, token, _ in said if token not in stop_ids]
        room = {row: room[row] - 1 for row in going_on if room[row] > 1}
        if not room or step + 1 == max_new_tokens:
            return
        if len(room) < n_before:  # somebody has finished
            places = torch.tensor([k for k, row in enumerate(rows) if row in room])
            places = places.to(ids.device)
            if len(room) > 0.75 * len(rows):  # not worth copying the cache
                _silence_others(cache, places)
            else:
                cache.select(places)
                ids, darts, rows = ids[places], darts[places], list(room)
        hidden = model.body(ids[:, None], cache)[:, -1]


def _read(
    model: Transformer, prompts: list[list[int]], max_new_tokens: int
) -> tuple[KVCache, Float[Tensor, "B C"]]:
    """Read all prompts in one go; return the cache and what each last token became.

    A prompt that is to be answered many times is read once.
    """
    weight = next(model.parameters())
    device = weight.device
    different = list(dict.fromkeys(map(tuple, prompts)))
    lengths = torch.tensor([len(prompt) for prompt in different], device=device)
    longest = max(len(prompt) for prompt in different)
    padded = [[*prompt, *[0] * (longest - len(prompt))] for prompt in different]
    room = min(longest + max_new_tokens, model.config.context)
    cache = KVCache(model.config, len(different), room, device, weight.dtype)
    hidden = model.body(torch.tensor(padded, device=device), cache)
    cache.keep(lengths)
    last = hidden[torch.arange(len(different), device=device), lengths - 1]
    if len(different) < len(prompts):
        place = {prompt: k for k, prompt in enumerate(different)}
        copies = torch.tensor([place[tuple(p)] for p in prompts], device=device)
        cache.select(copies)
        last = last[copies]
    if not bool(last.isfinite().all()):
        raise ValueError(
            "the model computes nan or inf instead of numbers: its training diverged. "
            "Load an earlier checkpoint, or train again with a smaller learning rate"
        )
    return cache, last


def _silence_others(cache: KVCache, places: Int[Tensor, " B"]) -> None:
    """Empty all other rows: they are computed for nothing, but never grow too long."""
    lengths = torch.zeros_like(cache.lengths)
    lengths[places] = cache.lengths[places]
    cache.keep(lengths)
