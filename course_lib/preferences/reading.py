"""Read what a policy writes: what the reward model says, and what the islanders would.

The second is only known here because the world is ours. In a real run nobody has it,
and people have to read.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from course_lib.intervals import Interval, bootstrap_ratio
from course_lib.model import Transformer
from course_lib.preferences.reward import RewardModel
from course_lib.preferences.slogans import HELD_OUT_REQUESTS, repeated, taste
from course_lib.preferences.writing import scores_of, write_answers
from course_lib.tokenizer import BPETokenizer

KEPT = 8  # texts of a report


@dataclass(frozen=True)
class Report:
    """What a policy was worth at one moment; means over all its answers."""

    score: float  # by the reward model; 0.0 without one
    truth: Interval  # by the hidden taste
    kl: float | None  # nats an answer from the reference
    repeated: float  # words an answer that had stood there before
    different: float  # share of answers that stand there only once
    texts: tuple[tuple[str, float, float], ...]  # text, score, truth: the first ones

    def rounded(self) -> dict:
        """Return what a log keeps."""
        kept = asdict(self) | {"truth": round(self.truth.value, 3)}
        kept |= {"low": round(self.truth.low, 3), "high": round(self.truth.high, 3)}
        for name in ("score", "kl", "repeated", "different"):
            kept[name] = None if kept[name] is None else round(kept[name], 3)
        kept["texts"] = [[t, round(s, 2), round(w, 2)] for t, s, w in self.texts]
        return kept


def requests_of_tests(count: int = 24) -> list[str]:
    """Ask for slogans for towns that no training has asked about.

    Raises:
        ValueError: if there are not so many.
    """
    if not 1 <= count <= len(HELD_OUT_REQUESTS):
        raise ValueError(
            f"count must be 1 to {len(HELD_OUT_REQUESTS)}, the requests held out; got "
            f"{count}"
        )
    return list(HELD_OUT_REQUESTS[:: len(HELD_OUT_REQUESTS) // count][:count])


def report(
    policy: Transformer,
    tokenizer: BPETokenizer,
    requests: Sequence[str],
    reward_model: RewardModel | None = None,
    reference: Transformer | None = None,
    answers: int = 8,
    seed: int = 1000,
) -> Report:
    """Let a policy write, and judge all of it twice.

    Raises:
        ValueError: as `write_answers`.
    """
    writings = write_answers(policy, tokenizer, requests, answers, seed, reference)
    written = [text for _, text in writings.flat()]
    worths = [taste(text) for text in written]
    scores = [0.0] * len(written)
    if reward_model is not None:
        scores = scores_of(reward_model, tokenizer, writings).flatten().tolist()
    n = len(written)
    every = range(0, n, max(1, n // KEPT))
    return Report(
        score=sum(scores) / n,
        truth=bootstrap_ratio(worths, [1.0] * n),
        kl=writings.kl,
        repeated=sum(map(repeated, written)) / n,
        different=sum(written.count(text) == 1 for text in written) / n,
        texts=tuple((written[k], scores[k], worths[k]) for k in every)[:KEPT],
    )
