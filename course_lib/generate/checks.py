"""Say what is wrong with rows of ids before a model stumbles over them."""

from collections.abc import Collection, Iterator, Sequence
from operator import index

from course_lib.model import ModelConfig


def checked_rows(
    rows: Sequence[Sequence[int]], kind: str, config: ModelConfig
) -> list[list[int]]:
    """Return rows as plain lists; every id exists, no row is empty.

    Raises:
        ValueError: if an id does not, or a row is.
    """
    checked = []
    for k, row in enumerate(rows):
        try:
            ids = [index(token) for token in row]
        except TypeError as error:
            raise ValueError(
                f"{kind} {k} must be a list of token ids, got {row!r}; encode text "
                "first, and give one prompt as a list of one"
            ) from error
        if not ids:
            raise ValueError(
                f"{kind} {k} is empty: a model continues what it reads, so give it one "
                "token at least, such as the separator between texts"
            )
        for token in (min(ids), max(ids)):
            if not 0 <= token < config.vocab_size:
                raise ValueError(
                    f"{kind} {k} holds the id {token}, the model knows 0 to "
                    f"{config.vocab_size - 1}; was it encoded by another tokenizer?"
                )
        checked.append(ids)
    return checked


def checked_limits(
    prompts: list[list[int]],
    config: ModelConfig,
    max_new_tokens: int,
    stop_ids: Collection[int],
) -> frozenset[int]:
    """Return the stop ids as a set; every prompt leaves room for an answer.

    Raises:
        ValueError: if a limit or stop id makes no sense, or a prompt is too long.
    """
    if not 1 <= max_new_tokens <= config.context:
        raise ValueError(
            f"max_new_tokens must be from 1 to {config.context}, which is all that the "
            f"model's context holds, got {max_new_tokens}"
        )
    for k, prompt in enumerate(prompts):
        if len(prompt) >= config.context:
            raise ValueError(
                f"prompt {k} has {len(prompt)} tokens and leaves no room for an answer "
                f"in the model's context of {config.context}; shorten it, or keep its "
                f"end only: prompt[-{max(1, config.context // 2)}:]"
            )
    if isinstance(stop_ids, int):
        raise ValueError(
            f"stop_ids must be a collection, got {stop_ids}; pass [{stop_ids}]"
        )
    return frozenset(stop_ids)


def chunks(rows: list[int], size: int) -> Iterator[list[int]]:
    """Cut a list into pieces of at most `size`.

    Raises:
        ValueError: if the size is not positive.
    """
    if size < 1:
        raise ValueError(f"batch_size must be at least 1, got {size}")
    return (rows[k : k + size] for k in range(0, len(rows), size))
