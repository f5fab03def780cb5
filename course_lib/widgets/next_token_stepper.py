"""Write a text one token at a time, and go back to where it could have gone elsewhere.

The stepper holds no model: it is given a function from token ids to logits, and one
from an id to what a reader sees. What temperature, top-k and top-p do to the
probabilities is `generate.next_probabilities`'s to say, the one that `generate` uses.
"""

import html
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import traitlets

from course_lib.widgets.base import CourseWidget, as_array, chips_html, script

SHOWN = 8  # bars; the others are summed up in one line
BAR_BLOCKS = 20  # blocks of a bar of probability 1 in the static form

# (logits, temperature, top_k, top_p) -> probabilities
Sampler = Callable[[Any, float, int | None, float | None], Any]


def library_probabilities(
    logits: Any, temperature: float, top_k: int | None, top_p: float | None
) -> Any:
    """Ask the library's own sampling; torch is loaded here, when it is needed."""
    import torch

    from course_lib.generate import SamplingConfig, next_probabilities

    sampling = SamplingConfig(temperature=temperature, top_k=top_k, top_p=top_p)
    return next_probabilities(torch.as_tensor(logits), sampling)


@dataclass(frozen=True)
class StoryNode:
    """One token of the tree of stories; node 0 is the prompt and has no token."""

    parent: int
    token_id: int
    probability: float  # the model's own, before any slider

    def as_json(self, label: str) -> list:
        return [self.parent, label, self.probability]


class NextTokenStepper(CourseWidget):
    """The likeliest next tokens as bars; click one and the story goes on with it.

    Going back and choosing another token makes a branch; all branches are kept. The
    sliders change only which tokens may be sampled: a click takes any. `.ids` is the
    story's tokens, `.text` what a reader sees.

    Raises:
        ValueError: if the prompt is empty.
    Example: `NextTokenStepper(lambda ids: model(torch.tensor([ids]))[0, -1],
        lambda i: token_label(tokenizer.token_bytes[i]), tokenizer.encode("Once"))`
    """

    _esm = script("next_token_stepper.js")
    temperature = traitlets.Float(1.0).tag(sync=True)
    top_k = traitlets.Int(0).tag(sync=True)  # 0: all
    top_p = traitlets.Float(1.0).tag(sync=True)  # 1: all
    prompt = traitlets.List(traitlets.Unicode()).tag(sync=True)
    nodes = traitlets.List().tag(sync=True)  # [parent, label, probability] each
    here = traitlets.Int(0).tag(sync=True)
    # [id, label, model's own probability, with temperature, after the cut] each
    bars = traitlets.List().tag(sync=True)
    # how many others, how many of them kept, and their own and kept probability
    others = traitlets.List().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        next_logits: Callable[[list[int]], Any],
        label: Callable[[int], str],
        prompt_ids: Sequence[int],
        *,
        stop_ids: Sequence[int] = (),
        context: int | None = None,
        seed: int = 0,
        probabilities: Sampler = library_probabilities,
    ) -> None:
        if not len(prompt_ids):
            raise ValueError("the prompt is empty: give at least one token id")
        self._next_logits, self._label = next_logits, label
        self._prompt_ids, self._stop_ids = list(prompt_ids), frozenset(stop_ids)
        self._context, self._probabilities = context, probabilities
        self._dice = random.Random(seed)
        self._tree = [StoryNode(-1, -1, 1.0)]
        super().__init__(prompt=[label(i) for i in prompt_ids])
        # Not a trait: of several orders given while Python computes, a trait keeps one.
        self.on_msg(lambda _, content, __: self._do(content))
        self.observe(self._draw_bars, ["temperature", "top_k", "top_p"])
        self._arrive(0)

    @property
    def ids(self) -> list[int]:
        """Prompt and story up to here."""
        return self._prompt_ids + [self._tree[n].token_id for n in self._path()]

    @property
    def text(self) -> str:
        """What a reader sees of the story up to here."""
        return "".join(self._label(i) for i in self.ids)

    def append(self, token_id: int) -> None:
        """Go on with this token; it forks the story where another one was taken.

        Raises:
            ValueError: if there is no such token.
        """
        if self._ended():
            return
        if not 0 <= token_id < len(self._own):
            raise ValueError(
                f"token_id must be 0 to {len(self._own) - 1}, got {token_id}"
            )
        told = [(node.parent, node.token_id) for node in self._tree]
        if (self.here, token_id) not in told:
            told.append((self.here, token_id))
            chance = float(self._own[token_id])
            self._tree.append(StoryNode(self.here, token_id, chance))
        self._arrive(told.index((self.here, token_id)))

    def sample(self, n_tokens: int = 1) -> None:
        """Throw the dice over the kept tokens, as often as asked."""
        for _ in range(n_tokens):
            if not self._ended():
                self.append(self._dice.choices(range(len(self._now)), self._now)[0])

    def greedy(self) -> None:
        """Go on with the likeliest token."""
        if not self._ended():
            self.append(int(np.argmax(self._own)))

    def back(self) -> None:
        """Step back one token; the branch stays."""
        self._arrive(max(0, self._tree[self.here].parent))

    def go_to(self, node: int) -> None:
        """Walk to any place of the tree.

        Raises:
            ValueError: if there is no such place.
        """
        if not 0 <= node < len(self._tree):
            raise ValueError(f"node must be 0 to {len(self._tree) - 1}, got {node}")
        self._arrive(node)

    def _do(self, order: dict[str, Any]) -> None:
        name, argument = order.get("do"), order.get("argument")
        if name == "append":
            self.append(argument)
        elif name == "sample":
            self.sample(argument)
        elif name == "greedy":
            self.greedy()
        elif name == "back":
            self.back()
        elif name == "go_to":
            self.go_to(argument)
        else:
            raise ValueError(f"unknown command {name!r}")

    def _path(self) -> list[int]:
        path, n = [], self.here
        while n:
            path.append(n)
            n = self._tree[n].parent
        return path[::-1]

    def _ended(self) -> bool:
        return bool(self.message)

    def _arrive(self, node: int) -> None:
        """Stand at a node: ask the model what comes next, and draw it."""
        with self.hold_sync():  # in one message: the page knows no node of tomorrow
            self.here = node
            self.message = self._reason_to_end()
            if not self.message:
                logits = self._next_logits(self.ids)
                self._logits = as_array(logits, np.float32).reshape(-1)
                self._own = self._after(1.0, None, None)
            self.nodes = [
                node.as_json(self._label(node.token_id) if k else "")
                for k, node in enumerate(self._tree)
            ]
            self._draw_bars()

    def _reason_to_end(self) -> str:
        if self.here and self._tree[self.here].token_id in self._stop_ids:
            return "The story has ended here. Step back to tell it otherwise."
        if self._context is not None and len(self.ids) >= self._context:
            return f"The model reads {self._context} tokens, and all are used."
        return ""

    def _after(self, temperature: float, top_k: int | None, top_p: float | None):
        found = self._probabilities(self._logits, temperature, top_k, top_p)
        return as_array(found, np.float64)

    def _draw_bars(self, _change: object = None) -> None:
        if self._ended():
            self.bars, self.others = [], [0, 0, 0.0, 0.0]
            return
        top_k = min(self.top_k, len(self._own)) or None
        top_p = self.top_p if self.top_p < 1 else None
        warmed = self._after(self.temperature, None, None)
        self._now = self._after(self.temperature, top_k, top_p)
        order = np.argsort(-self._own, kind="stable")
        first, rest = order[:SHOWN], order[SHOWN:]
        with self.hold_sync():
            self.bars = [
                [int(i), self._label(int(i))]
                + [float(p[i]) for p in (self._own, warmed, self._now)]
                for i in first
            ]
            kept = int((self._now[rest] > 0).sum())
            sums = [float(p[rest].sum()) for p in (self._own, self._now)]
            self.others = [len(rest), kept, *sums]

    def static_html(self) -> str:
        """Show the story so far and the next tokens; whole percents, bars as blocks."""
        rows = "".join(
            f"<tr><td>{rank}</td><td><code>{html.escape(label)}</code></td>"
            f'<td style="text-align:left">{"█" * round(own * BAR_BLOCKS) or "▏"}</td>'
            f"<td>{own:.0%}</td></tr>"
            for rank, (_, label, own, _, _) in enumerate(self.bars, start=1)
        )
        n_others, _, share, _ = self.others
        if rows:
            rows += (
                f'<tr><td></td><td>{n_others:,} others</td><td style="text-align:left">'
                f"{'█' * round(share * BAR_BLOCKS)}</td><td>{share:.0%}</td></tr>"
            )
        labels = [self._label(i) for i in self.ids]
        return (
            f"<p>{chips_html(labels)} …</p>"
            "<table><tr><th></th><th>next token</th><th></th><th>probability</th></tr>"
            f"{rows}</table>"
        )

    def __repr__(self) -> str:
        written, branches = len(self._path()), self.n_branches
        return (
            f"NextTokenStepper({len(self._prompt_ids)} tokens of prompt, {written} "
            f"written, {branches} branch{'' if branches == 1 else 'es'})"
        )

    @property
    def n_branches(self) -> int:
        """Count the stories told: the ends of the tree."""
        return len(self._tree) - len({node.parent for node in self._tree} - {-1})
