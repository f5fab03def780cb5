"""Search when unsure: let the model try an answer first, and see how sure it was of it.

A small model cannot tell from a name whether it has read of somebody, and searches
nearly always. But its probabilities tell: what it has often read it continues without
hesitating. So where it wants to search, an answer is drafted with calls forbidden; if
no token of the draft was unlikely, the draft is said, and else the search begun (after
Jiang et al. 2023, FLARE, section 3.2: active retrieval by confidence).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from course_lib.chat import Message
from course_lib.data import pad_examples
from course_lib.generate import SamplingConfig, generate, score
from course_lib.model import Transformer
from course_lib.tools.loop import Answer, Toolbox, answer_all

GREEDY = SamplingConfig(temperature=0)


@dataclass(frozen=True)
class Draft:
    """What the model would say without searching, and how sure it is of that.

    `sure` is the probability of the unlikeliest token, the first left out: that one
    only says whether one calls. Where the model did not want to search, it is 1.
    """

    ids: tuple[int, ...]
    text: str
    sure: float


def draft_answers(
    model: Transformer,
    conversations: Sequence[Sequence[Message]],
    box: Toolbox,
    batch_size: int = 64,
) -> list[Draft]:
    """Let the model begin as it likes, but where it begins a search, without calls.

    Raises:
        ValueError: if the template marks calls by plain text: there is no token to
            forbid.
    """
    calls = box.template.call_ids(box.tokenizer)
    if not calls:
        raise ValueError(
            f"template {box.template.name!r} has no token that begins a search"
        )
    search, begins = calls["search"][0], [start for start, _ in calls.values()]
    prompts = [box.template.prompt(c, box.tokenizer) for c in conversations]
    wanted = _first_tokens(model, prompts, [], batch_size)
    instead = _first_tokens(model, prompts, begins, batch_size)
    firsts = [b if a == search else a for a, b in zip(wanted, instead, strict=True)]
    opened = [[*prompt, first] for prompt, first in zip(prompts, firsts, strict=True)]
    rest = (
        generate(
            model, opened, GREEDY, box.bounds.new_tokens, box.stop_ids, keep_stop=True
        )
        if opened
        else []
    )
    drafts = [[first, *more] for first, more in zip(firsts, rest, strict=True)]
    scores = score(model, prompts, drafts, batch_size)
    return [
        Draft(
            tuple(ids),
            box.template.said(ids, box.tokenizer)[0].content,
            float(s[1:].min().exp()) if want == search else 1.0,
        )
        for ids, want, s in zip(drafts, wanted, scores, strict=True)
    ]


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
    conversations: Sequence[Sequence[Message]],
    box: Toolbox,
    sure_from: float,
) -> list[Answer]:
    """Answer from memory where the draft is at least so sure, else search and read.

    With 0 it never searches, with 1 (nearly) as often as it wants.

    Raises:
        ValueError: if `sure_from` is not from 0 to 1.
    """
    if not 0 <= sure_from <= 1:
        raise ValueError(f"sure_from is a probability, 0 to 1, got {sure_from}")
    drafts = draft_answers(model, conversations, box)
    begin = box.template.call_ids(box.tokenizer)["search"][0]
    # A draft that is said is begun anew from its first token, so that its calls run.
    begun = [d.ids[:1] if d.sure >= sure_from else [begin] for d in drafts]
    return answer_all(model, conversations, box, GREEDY, begun)


def threshold_for(drafts: Sequence[Draft], share: float) -> float:
    """Return the `sure_from` below which so large a share of drafts lies.

    Ask it of drafts about strangers: then so many of the questions about people whom
    the model cannot know are searched.

    Raises:
        ValueError: if there are no drafts.
    Example: sure .2 .4 .6 .9 and a share of .75 -> just above .6
    """
    if not drafts:
        raise ValueError("a threshold needs drafts; got none")
    ordered = sorted(d.sure for d in drafts)
    place = min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))
    return min(1.0, ordered[place] + 1e-6)
