"""Search when unsure: let a memory try an answer first, and see how sure it was of it.

A small model that learned to search wants to nearly always: from a name alone it cannot
tell whether it has read of somebody, and its own doubt is worn out by the lessons. But
the assistants from which it was made still have theirs. So where it wants to search,
they draft an answer; if they find the draft likely, it is said, and else the search
begins (after Jiang et al. 2023, FLARE, section 3.2: active retrieval by confidence).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from course_lib.chat import Message
from course_lib.data import pad_examples
from course_lib.generate import SamplingConfig, generate, score
from course_lib.model import Transformer
from course_lib.tools.loop import Answer, Step, Toolbox, answer_all

GREEDY = SamplingConfig(temperature=0)


@dataclass(frozen=True)
class Draft:
    """What is said from memory, and how sure that is.

    `sure` is the product of the probabilities that all memories give to the draft's
    tokens, the first left out: that one only says whether one answers or calls. Where
    nothing is answered, the first token being the end, nothing is sure.
    """

    ids: tuple[int, ...]
    text: str
    sure: float


def draft_answers(
    memories: Sequence[Transformer],
    conversations: Sequence[Sequence[Message]],
    box: Toolbox,
    batch_size: int = 64,
) -> list[Draft]:
    """Let the first memory answer without a call, and all of them judge how likely.

    Models trained on different lessons doubt in different ways: their product knows
    more than each alone.

    Raises:
        ValueError: if there is no memory, or the template marks calls by plain text:
            then there is no token to forbid.
    """
    if not memories:
        raise ValueError("a draft needs a memory: give one model at least")
    if not conversations:
        return []
    begins = [start for start, _ in _calls(box).values()]
    prompts = [box.template.prompt(c, box.tokenizer) for c in conversations]
    firsts = _first_tokens(memories[0], prompts, begins, batch_size)
    open_ones = [k for k, first in enumerate(firsts) if first not in box.stop_ids]
    opened = [[*prompts[k], firsts[k]] for k in open_ones]
    most = box.bounds.new_tokens
    rest = generate(
        memories[0], opened, GREEDY, most, box.stop_ids, batch_size, keep_stop=True
    )
    drafts = [[first] for first in firsts]
    for k, more in zip(open_ones, rest, strict=True):
        drafts[k] += more
    logs = [0.0] * len(drafts)
    for memory in memories:
        scores = score(memory, prompts, drafts, batch_size)
        logs = [log + float(s[1:].sum()) for log, s in zip(logs, scores, strict=True)]
    return [
        Draft(
            tuple(ids),
            box.template.said(ids, box.tokenizer)[0].content,
            math.exp(log) if len(ids) > 1 else 0.0,
        )
        for ids, log in zip(drafts, logs, strict=True)
    ]


def wants_search(
    model: Transformer,
    conversations: Sequence[Sequence[Message]],
    box: Toolbox,
    batch_size: int = 64,
) -> list[bool]:
    """Say for each conversation whether the model would begin its answer by a search.

    Raises:
        ValueError: if the template marks calls by plain text.
    """
    search = _calls(box)["search"][0]
    prompts = [box.template.prompt(c, box.tokenizer) for c in conversations]
    return [i == search for i in _first_tokens(model, prompts, [], batch_size)]


def _calls(box: Toolbox) -> dict[str, tuple[int, int]]:
    calls = box.template.call_ids(box.tokenizer)
    if not calls:
        raise ValueError(
            f"template {box.template.name!r} has no token that begins a search"
        )
    return calls


@torch.inference_mode()
def _first_tokens(
    model: Transformer, prompts: list[list[int]], banned: list[int], batch_size: int
) -> list[int]:
    """Return the likeliest next token of each prompt, some left aside."""
    found = []
    device = next(model.parameters()).device
    for k in range(0, len(prompts), batch_size):
        some = prompts[k : k + batch_size]
        read = pad_examples([([*ids, 0], [0.0] * (len(ids) + 1)) for ids in some], 0)
        hidden = model.body(read.token_ids.to(device))
        last = torch.tensor([len(ids) - 1 for ids in some], device=device)
        logits = model.head(hidden[torch.arange(len(some), device=device), last])
        logits[:, banned] = -torch.inf
        found += logits.argmax(-1).tolist()
    return found


def answer_when_sure(
    model: Transformer,
    memories: Sequence[Transformer],
    conversations: Sequence[Sequence[Message]],
    box: Toolbox,
    sure_from: float,
) -> list[Answer]:
    """Answer from memory where the draft is at least so sure, else as the model likes.

    Only where the model wants to search is a memory asked at all. With 0 it never
    searches; with 1 it searches (nearly) as often as it wants.

    Raises:
        ValueError: if `sure_from` is not from 0 to 1, and as `draft_answers`.
    """
    if not 0 <= sure_from <= 1:
        raise ValueError(f"sure_from is a probability, 0 to 1, got {sure_from}")
    wanted = wants_search(model, conversations, box)
    asking = [k for k, wants in enumerate(wanted) if wants]
    drafts = draft_answers(memories, [conversations[k] for k in asking], box)
    said = {
        k: Answer(
            [Message("assistant", draft.text)],
            [Step("said", draft.text, ids=draft.ids)],
        )
        for k, draft in zip(asking, drafts, strict=True)
        if draft.sure >= sure_from
    }
    others = [k for k in range(len(conversations)) if k not in said]
    found = answer_all(model, [conversations[k] for k in others], box, GREEDY)
    said |= dict(zip(others, found, strict=True))
    return [said[k] for k in range(len(conversations))]


def threshold_for(drafts: Sequence[Draft], share: float) -> float:
    """Return the `sure_from` below which so large a share of drafts lies.

    Ask it of drafts about strangers: then so many of the questions about people whom
    the model cannot know are searched.

    Raises:
        ValueError: if there are no drafts, or the share is not between 0 and 1.
    Example: sure .2 .4 .6 .9 and a share of .75 -> just above .6
    """
    if not drafts:
        raise ValueError("a threshold needs drafts; got none")
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, got {share}")
    ordered = sorted(d.sure for d in drafts)
    below = round(share * len(ordered))
    return min(1.0, math.nextafter(ordered[below - 1], 2.0)) if below else 0.0
