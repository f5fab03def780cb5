"""How to practise, and what one step of practice tells."""

from dataclasses import dataclass

from course_lib.train import TrainConfig

PRACTICE = TrainConfig(
    steps=40, learning_rate=2e-4, muon_rate=8e-4, warmup_steps=0, decay_fraction=0.0
)


@dataclass(frozen=True)
class PracticeConfig:
    """How to practise.

    Raises:
        ValueError: if a number is out of range.
    """

    training: TrainConfig = PRACTICE  # steps, rates, precision, clip_norm
    answers: int = 8  # to each prompt: the group
    max_new_tokens: int = 64
    by_spread: bool = True  # divide advantages by the group's standard deviation
    by_length: bool = False  # and by the answer's length, as GRPO does: see `_scale`
    updates: int = 1  # with the same answers; then the clip matters
    clip: float = 0.2
    kl: float = 0.0  # price, in advantage, of a nat a token away from the reference
    seed: int = 0
    rows: int = 48  # trained on at a time; decides memory, not the result

    def __post_init__(self) -> None:
        least = {"answers": 2, "max_new_tokens": 1, "updates": 1, "rows": 1, "kl": 0}
        for name, smallest in (least | {"seed": 0}).items():
            if getattr(self, name) < smallest:
                raise ValueError(
                    f"{name} must be at least {smallest}, got {getattr(self, name)}"
                )
        if not 0 < self.clip < 1:
            raise ValueError(f"clip must lie between 0 and 1, got {self.clip}")


@dataclass(frozen=True)
class PracticeLog:
    """What one step saw and did. Shares are of the answers of this step."""

    step: int  # 1 is the first
    reward: float  # mean
    length: float  # tokens of an answer, mean, its end included
    in_steps: float  # share that worked the problem out
    cut_off: float  # share that ran out of tokens
    useful: float  # share of prompts whose answers did not all earn the same
    entropy: float  # nats a token: how undecided the policy was
    kl: float | None  # nats a token away from the reference; None without one
    clipped: float  # share of learned tokens held by the clip, in the last update
    gradient_norm: float  # of the last update
    tokens: int  # spoken so far
    tokens_per_s: float  # spoken, while rolling out
    elapsed_s: float  # since practice began, pauses of the notebook left out
