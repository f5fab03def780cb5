"""Search when unsure: let the model draft an answer, and see how sure it was of it.

A model does not say whether it knows something, but its probabilities do: what it has
often read it continues without hesitating. So an answer is drafted with searching
forbidden; if any token of it was unlikely, the draft is thrown away and a search begun
(Jiang et al. 2023, FLARE, section 3.2.1: active retrieval by confidence).
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
    """An answer from memory: its ids, and the probability of its unlikeliest token.

    A draft that calls another tool needs no memory: it counts as sure.
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
    """Let the model answer with no search; other tools stay allowed.

    The first token is left out of `sure`: it only says whether one searches.

    Raises:
        ValueError: if the template marks calls by plain text: there is no token to
            forbid.
    """
    ids_of = box.template.call_ids(box.tokenizer)
    if not ids_of:
        raise ValueError(
            f"template {box.template.name!r} has no token that begins a search"
        )
    begin = ids_of["search"][0]
    prompts = [box.template.prompt(c, box.tokenizer) for c in conversations]
    firsts = _likeliest_without(model, prompts, begin, batch_size)
    opened = [[*prompt, first] for prompt, first in zip(prompts, firsts, strict=True)]
    stops = {*box.stop_ids, begin}
    rest = generate(
        model, opened, GREEDY, box.bounds.new_tokens, stops, keep_stop=True
    ) if opened else []  # fmt: skip
    drafts = [[first, *more] for first, more in zip(firsts, rest, strict=True)]
    others = {start for start, _ in ids_of.values()}
    sure = [
        1.0 if draft[0] in others else float(scores[1:].min().exp())
        for draft, scores in zip(drafts, score(model, prompts, drafts), strict=True)
    ]
    texts = [box.template.said(d, box.tokenizer)[0].content for d in drafts]
    return [
        Draft(tuple(ids), text, p)
        for ids, text, p in zip(drafts, texts, sure, strict=True)
    ]


@torch.inference_mode()
def _likeliest_without(
    model: Transformer, prompts: list[list[int]], banned: int, batch_size: int
) -> list[int]:
    """Return the likeliest next token of each prompt, one token left aside."""
    found = []
    for k in range(0, len(prompts), batch_size):
        some = prompts[k : k + batch_size]
        read = pad_examples([([*ids, 0], [0.0] * (len(ids) + 1)) for ids in some], 0)
        hidden = model.body(read.token_ids.to(next(model.parameters()).device))
        last = torch.tensor([len(ids) - 1 for ids in some])
        logits = model.head(hidden[torch.arange(len(some)), last])
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

    Raises:
        ValueError: if `sure_from` is not from 0 to 1.
    """
    if not 0 <= sure_from <= 1:
        raise ValueError(f"sure_from is a probability, 0 to 1, got {sure_from}")
    begin = box.template.call_ids(box.tokenizer)["search"][0]
    drafts = draft_answers(model, conversations, box)
    # A sure draft is begun anew from its first token, so that its calls are run.
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
