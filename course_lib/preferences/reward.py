"""A reward model: the finetuned network, with one number where the vocabulary was.

It reads a request and an answer and says, at the very last token, how good that was
(Stiennon et al. 2020, section 3.4). Its unit is the log-odds of winning: one point more
makes the odds of being preferred e times as large.
"""

import copy
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.data import Example, pad_examples
from course_lib.intervals import Interval, wilson
from course_lib.model import Transformer
from course_lib.preferences.learning import Rows

ROWS_AT_ONCE = 128


class RewardModel(nn.Module):
    """Score rows of ids; `trunk` is copied, so that the policy stays what it is.

    Only differences mean something, so `centre` may put the zero where one likes.
    """

    def __init__(self, trunk: Transformer) -> None:
        super().__init__()
        self.trunk = copy.deepcopy(trunk)
        self.head = nn.Linear(trunk.config.width, 1, bias=False)
        nn.init.zeros_(self.head.weight)
        self.register_buffer("zero", torch.zeros(()))
        self.to(next(trunk.parameters()).device)

    def forward(self, rows: Sequence[Example]) -> Float[Tensor, " B"]:
        """Return one score a row, with its slopes.

        Raises:
            ValueError: if there are no rows, or one is too long for the trunk.
        """
        device = self.head.weight.device
        # pad_examples leaves out each row's last id, which it only predicts.
        whole = [([*ids, 0], [0.0] * (len(ids) + 1)) for ids, _ in rows]
        batch = pad_examples(whole, pad_id=0).to(device)
        last = torch.tensor([len(ids) - 1 for ids, _ in rows], device=device)
        hidden = self.trunk.body(batch.token_ids)
        at_end = hidden[torch.arange(len(rows), device=device), last]
        return self.head(at_end)[:, 0] - self.zero

    @torch.no_grad()
    def score(self, rows: Sequence[Example]) -> Float[Tensor, " B"]:
        """Return one score a row, any number of rows, without slopes."""
        by_length = sorted(range(len(rows)), key=lambda k: len(rows[k][0]))
        scores = torch.zeros(len(rows))
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = by_length[start : start + ROWS_AT_ONCE]
            scores[some] = self([rows[k] for k in some]).float().cpu()
        return scores

    def centre(self, rows: Sequence[Example]) -> None:
        """Put the zero at the mean score of some rows: those of the SFT model, say."""
        self.zero += self.score(rows).mean().to(self.zero)


def accuracy(scorer: RewardModel, pairs: Sequence[Rows]) -> Interval:
    """Return the share of pairs whose chosen one scores higher; a tie is half.

    Raises:
        ValueError: if there are no pairs.
    """
    scores = scorer.score([row for pair in pairs for row in pair])
    chosen, rejected = scores[0::2], scores[1::2]
    ties = int((chosen == rejected).sum())
    return wilson(int((chosen > rejected).sum()) + ties / 2, len(pairs))
