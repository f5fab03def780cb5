"""How sure was it? Numbers that stand beside an answer, and what they are worth.

A confidence is any number that is larger for surer answers. `auroc` asks whether it
puts right answers above wrong ones, `reliability` whether it means what it says, and
`trade_off` what one gets by refusing all answers below a threshold.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from course_lib.chat import COURSE, ChatTemplate
from course_lib.factuality.interrogation import prompts_of
from course_lib.generate import score
from course_lib.intervals import Interval, wilson
from course_lib.model import Transformer
from course_lib.tokenizer import BPETokenizer


def answer_log_probabilities(
    model: Transformer,
    tokenizer: BPETokenizer,
    texts: Sequence[str],
    answers: Sequence[str],
    template: ChatTemplate = COURSE,
) -> list[float]:
    """Return the log-probability (natural) of each whole answer, its end included.

    e to the power of it is the chance that the model, sampling, says exactly this. Of
    an answer too long for the context the beginning counts.
    (Kadavath et al. 2022 ask the model, too, how likely its answer is to be true.)
    """
    end = tokenizer.special_tokens[template.end]
    prompts = prompts_of(texts, tokenizer, template)
    ids = []
    for prompt, answer in zip(prompts, answers, strict=True):
        # Broken characters of a babbling model become longer when encoded again.
        room = model.config.context + 1 - len(prompt)
        ids.append([*tokenizer.encode(answer), end][:room])
    return [float(logs.sum()) for logs in score(model, prompts, ids)]


def auroc(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Return how often a right answer has more confidence than a wrong one.

    Over all pairs of one right and one wrong answer; equal confidence counts half.
    0.5 is no better than a coin, 1 separates them perfectly. (The area under the
    receiver operating characteristic; Hanley and McNeil 1982.)

    Raises:
        ValueError: if the lists differ in length, or there is no pair.
    Example: confidences .9 .8 .7, right, wrong, right -> 0.5
    """
    _check(confidences, right)
    sure = [c for c, r in zip(confidences, right, strict=True) if r]
    wrong = sorted(c for c, r in zip(confidences, right, strict=True) if not r)
    if not sure or not wrong:
        raise ValueError(
            f"there must be right and wrong answers to compare, got {len(sure)} right "
            f"and {len(wrong)} wrong"
        )
    won = sum(bisect_left(wrong, c) + bisect_right(wrong, c) for c in sure) / 2
    return won / (len(sure) * len(wrong))


@dataclass(frozen=True)
class ReliabilityBin:
    """Answers of about equal confidence: what they promise, and what they keep."""

    confidence: float  # the mean
    right: Interval
    count: int


def reliability(
    confidences: Sequence[float], right: Sequence[bool], bins: int = 10
) -> list[ReliabilityBin]:
    """Sort answers by confidence, from 0 to 1, into bins of equal width.

    In a calibrated model, of all answers given with 80 % confidence 80 % are right:
    the points lie on the diagonal. Empty bins are left out. (Guo et al. 2017.)

    Raises:
        ValueError: if the lists differ in length, or a confidence is no probability.
    """
    _check(confidences, right)
    if not all(0 <= c <= 1 for c in confidences):
        raise ValueError(
            "a reliability plot needs confidences from 0 to 1; for log-probabilities "
            "take math.exp of each"
        )
    rows: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for c, r in zip(confidences, right, strict=True):
        rows[min(int(c * bins), bins - 1)].append((c, r))
    return [
        ReliabilityBin(
            sum(c for c, _ in row) / len(row),
            wilson(sum(r for _, r in row), len(row)),
            len(row),
        )
        for row in rows
        if row
    ]


@dataclass(frozen=True)
class TradeOff:
    """Shares of all questions when answers below a threshold are refused."""

    threshold: float  # answers with this confidence or more are given
    wrong: float
    correct: float


def trade_off(confidences: Sequence[float], right: Sequence[bool]) -> list[TradeOff]:
    """Sweep the threshold from above every confidence down to the lowest.

    From no answer at all to every answer; equal confidences are given together.

    Raises:
        ValueError: if the lists differ in length or are empty.
    Example: confidences .9 .8, right, wrong -> (wrong, correct): 0 0, 0 .5, .5 .5
    """
    _check(confidences, right)
    ordered = sorted(zip(confidences, right, strict=True), reverse=True)
    n, given = len(ordered), {False: 0, True: 0}
    points = [TradeOff(float("inf"), 0.0, 0.0)]
    for k, (confidence, is_right) in enumerate(ordered):
        given[bool(is_right)] += 1
        if k + 1 == n or ordered[k + 1][0] < confidence:
            points.append(TradeOff(confidence, given[False] / n, given[True] / n))
    return points


def correct_at(points: Sequence[TradeOff], wrong: float) -> float:
    """Return the most that is answered rightly at no more than this share of wrong."""
    return max((p.correct for p in points if p.wrong <= wrong), default=0.0)


def _check(confidences: Sequence[float], right: Sequence[bool]) -> None:
    if len(confidences) != len(right) or not confidences:
        raise ValueError(
            f"every answer needs one confidence, got {len(confidences)} confidences "
            f"for {len(right)} answers"
        )
