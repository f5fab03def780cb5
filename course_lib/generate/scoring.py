"""Ask how likely a model finds an answer that it did not have to give itself."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from course_lib.data import pad_examples
from course_lib.generate.checks import checked_rows, chunks
from course_lib.model import Transformer


@torch.no_grad()  # not inference_mode: scores may become a part of a loss
def score(
    model: Transformer,
    prompts: Sequence[Sequence[int]],
    continuations: Sequence[Sequence[int]],
    batch_size: int = 64,
) -> list[Float[Tensor, " _"]]:  # one number for each token of a continuation
    """Return the log-probability (natural) of each token of each continuation.

    Their sum is the log-probability of the whole answer; their mean compares answers
    of unequal length. Sampling is not asked: this is the model at temperature 1.

    Raises:
        ValueError: if there is not one continuation a prompt, if either is empty or
            holds an id outside the vocabulary, or if both together do not fit into the
            context.
    Example: a model that finds all 4 tokens equally likely gives -1.386 for each
    """
    if len(prompts) != len(continuations):
        raise ValueError(
            f"every prompt needs one continuation, got {len(prompts)} prompts and "
            f"{len(continuations)} continuations"
        )
    before = checked_rows(prompts, "prompt", model.config)
    after = checked_rows(continuations, "continuation", model.config)
    examples = []
    for k, (ids, more) in enumerate(zip(before, after, strict=True)):
        # The last token is predicted and never read, so one more fits.
        if len(ids) + len(more) > model.config.context + 1:
            raise ValueError(
                f"prompt and continuation {k} have {len(ids)} + {len(more)} tokens, "
                f"the model's context is {model.config.context}; shorten them"
            )
        examples.append((ids + more, [0.0] * len(ids) + [1.0] * len(more)))
    device = next(model.parameters()).device
    scores: dict[int, Tensor] = {}
    by_length = sorted(range(len(examples)), key=lambda row: len(examples[row][0]))
    for chunk in chunks(by_length, batch_size):
        batch = pad_examples([examples[row] for row in chunk], pad_id=0).to(device)
        asked = batch.weights > 0
        logits = model.head(model.body(batch.token_ids)[asked]).float()
        losses = F.cross_entropy(logits, batch.targets[asked], reduction="none")
        parts = (-losses).cpu().split([len(after[row]) for row in chunk])
        scores.update(zip(chunk, parts, strict=True))
    return [scores[row] for row in range(len(examples))]
