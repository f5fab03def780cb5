"""Exercises of RLHF: loss of a pair, its accuracy, the leash, when to stop, DPO."""

import json
import math
from collections.abc import Callable, Sequence

from course_lib.exercises.board import Mistake, exercise, expect, pin
from course_lib.runtime import data_path

__all__ = ["exercise"]  # so that a chapter needs one import


def _near(got: object, wanted: float, call: str, named: dict[float, str]) -> None:
    """Compare numbers to four digits; say which misunderstanding gives this one."""
    if got is None:
        expect(got, wanted, call)
    try:
        number = float(got)  # a tensor of one number will do
    except (TypeError, ValueError) as error:
        raise Mistake(f"{call} should be a number, yours gives {got!r}.") from error
    if math.isclose(number, wanted, abs_tol=1e-4):
        return
    for value, message in named.items():
        if math.isclose(number, value, abs_tol=1e-4):
            raise Mistake(message)
    raise Mistake(f"{call} should be {wanted:.4f}, yours gives {number:.4f}.")


def check_pair_loss(answer: Callable[[float, float], float]) -> None:
    named = {
        2.1269: "sign: that is the surprise if the OTHER answer had won. The winner's "
        "chance is sigmoid(chosen - rejected), in this order.",
        -0.1269: "sign: a loss is a surprise, and a surprise is never negative. The "
        "log of a chance is; put a minus before it.",
        0.8808: "no log: that is the chance that the chosen one wins. The loss is the "
        "surprise: -log of it. (Without the log, a pair that is judged completely "
        "wrong would cost no more than 1.)",
        0.1192: "no log: 1 minus the chance looks like a loss, but it hardly moves "
        "where the model is completely wrong. Take -log of the chance.",
        0.0486: "scores instead of differences: you took the sigmoid of the chosen "
        "score alone. Then a loss gets smaller by raising ALL scores, and nothing is "
        "compared.",
        0.3618: "scores instead of differences: each score has its own sigmoid here. "
        "That treats 3 and 1 as absolute marks. Only chosen - rejected means anything.",
        -2.0: "that is the difference of the scores; a sigmoid and a log are missing.",
        2.0: "that is the difference of the scores; a sigmoid and a log are missing.",
        0.1831: "in bits? The course's losses are in nats: math.log, not math.log2.",
    }
    _near(answer(3.0, 1.0), 0.1269, "pair_loss(3.0, 1.0)", named)
    _near(answer(1.0, 3.0), 2.1269, "pair_loss(1.0, 3.0)", {})
    _near(answer(5.0, 5.0), math.log(2), "pair_loss(5.0, 5.0)", {})
    _near(answer(-4.0, -6.0), 0.1269, "pair_loss(-4.0, -6.0)", {
        0.0181: "scores instead of differences, in disguise: -4 and -6 differ as 3 and "
        "1 do, so the loss must be the same."
    })  # fmt: skip


@pin(
    "14.pair_loss",
    check_pair_loss,
    hints=(
        "First the chance that the chosen one wins: "
        "<code>1 / (1 + math.exp(-(chosen - rejected)))</code>.",
        "Then the surprise that it did win: <code>-math.log(chance)</code>.",
    ),
)
def _pair_loss(chosen, rejected):
    chance = 1 / (1 + math.exp(-(chosen - rejected)))
    return -math.log(chance)


def check_share_right(
    answer: Callable[[Sequence[float], Sequence[float]], float],
) -> None:
    chosen, rejected = [2.0, 0.5, -1.0, 3.0], [1.0, 0.5, 0.0, -3.0]
    call = f"share_right({chosen}, {rejected})"
    named = {
        0.75: "a tie counts as right with you. A reward model that says 0 to "
        "everything would then be perfect. A tie is half right.",
        0.5: "a tie counts as wrong with you. Half of all ties would be right if one "
        "threw a coin: count 0.5.",
        2.5: "that is a number of pairs. The share is what you get by dividing.",
        0.375: "turned round: you count the pairs in which the rejected one is higher.",
        1.5: "that is the mean difference, not a share of pairs.",
    }
    _near(answer(list(chosen), list(rejected)), 0.625, call, named)
    _near(answer([0.0, 0.0], [0.0, 0.0]), 0.5, "share_right([0, 0], [0, 0])", {})
    _near(answer([-1.0], [-2.0]), 1.0, "share_right([-1.0], [-2.0])", {
        0.0: "-1 is higher than -2. Is a score below 0 wrong with you? Its sign means "
        "nothing."
    })  # fmt: skip


@pin(
    "14.share_right",
    check_share_right,
    hints=(
        "<code>zip(chosen, rejected)</code> gives the pairs, one after the other.",
        "Add 1 for each pair with <code>c &gt; r</code>, 0.5 for each with "
        "<code>c == r</code>, and divide by the number of pairs.",
    ),
)
def _share_right(chosen, rejected):
    points = 0.0
    for c, r in zip(chosen, rejected):
        points += 1.0 if c > r else 0.5 if c == r else 0.0
    return points / len(chosen)


def _without_truth(run: list[dict], pace: int) -> list[dict]:
    """What one may see of a practice; `pace` 2: as if each step had been two."""
    seen = ("score", "kl", "repeated")
    return [
        {"step": pace * look["step"]} | {name: look[name] for name in seen}
        for look in run
    ]


def check_stop_at(answer: Callable[[list[dict]], int]) -> None:
    log = json.loads(data_path("preference_log.json").read_text(encoding="utf-8"))
    for seed, pace in ((2, 1), (1, 1), (0, 2)):
        run = log[f"free {seed}"]
        if pace == 2:
            run = run[:7:2]  # looked at half as often, and not to the end
        truths = {pace * look["step"]: look["truth"] for look in run}
        try:
            got = answer(_without_truth(run, pace))
        except KeyError as error:
            if error.args == ("truth",):
                raise Mistake(
                    "you look at the truth. Outside a course nobody can: a look has "
                    "only step, score, kl and repeated."
                ) from error
            raise
        if got is None:
            raise Mistake("stop_at(...) returned None; is there a `return`?")
        if isinstance(got, dict):
            raise Mistake("that is a whole look. Return its step: look['step'].")
        if got not in truths:
            raise Mistake(f"{got!r} is the step of no look. Return a look's step.")
        best = max(truths, key=truths.__getitem__)
        if truths[got] < truths[best] - 0.25:
            if got == max(truths):
                raise Mistake(
                    f"you let seed {seed} run to its end, step {got}: the score rises "
                    f"to the end. The truth, {truths[got]:.1f} there, had been "
                    f"{truths[best]:.1f} at step {best}. What else rose?"
                )
            slow = " (It went at half the pace: count no steps.)" if pace == 2 else ""
            raise Mistake(
                f"too {'late' if got > best else 'early'}: seed {seed} at step {got} "
                f"has the truth {truths[got]:.1f}, and {truths[best]:.1f} at step "
                f"{best}. Scores have no zero, and another reward model counts in "
                f"other units: watch what they have in common.{slow}"
            )


@pin(
    "14.stop_at",
    check_stop_at,
    hints=(
        "The KL says how far it has gone from where the reward model knows its way. "
        "Allow it a budget, in nats.",
        "<code>[look for look in looks if look['kl'] &lt;= 6]</code>: the last of "
        "these. Read the table of 14.6 again: where did the truth begin to fall?",
    ),
)
def _stop_at(looks):
    within = [look for look in looks if look["kl"] <= 6]  # a budget of six nats
    return within[-1]["step"]


def check_penalised(
    answer: Callable[[float, Sequence[float], Sequence[float], float], float],
) -> None:
    now, before = [-0.5, -1.0, -0.1], [-1.5, -2.0, -0.6]
    call = f"penalised(3.0, {now}, {before}, 0.2)"
    named = {
        3.5: "sign: the further the policy has moved, the MORE you pay it. The penalty "
        "is taken off.",
        2.8333: "you took the mean over the tokens. The chance of an answer is the "
        "product over its tokens, so its log is the SUM.",
        0.5: "beta is missing: it says how much a nat of distance costs.",
        3.32: "you took the log-probability now alone. What is paid for is the "
        "difference to before.",
        2.0: "you divided by beta, or took away the wrong thing.",
        2.9: "only the last token is compared. Sum over all tokens of the answer.",
    }
    _near(answer(3.0, list(now), list(before), 0.2), 2.5, call, named)
    _near(answer(1.0, [-1.0], [-1.0], 9.0), 1.0, "penalised(1.0, [-1], [-1], 9)", {})
    _near(answer(0.0, [-3.0], [-1.0], 0.5), 1.0, "penalised(0.0, [-3], [-1], 0.5)", {
        -1.0: "you took the size of the difference. An answer that has become LESS "
        "likely gets a bonus; only on average over the policy's own answers is the "
        "distance positive."
    })  # fmt: skip


@pin(
    "14.penalised",
    check_penalised,
    hints=(
        "How much likelier has the answer become? "
        "<code>sum(now) - sum(before)</code>, in nats.",
        "Each of these nats costs <code>beta</code>; take it off the reward.",
    ),
)
def _penalised(reward, now, before, beta):
    return reward - beta * (sum(now) - sum(before))


def check_dpo_loss(answer: Callable[..., float]) -> None:
    # Log-ratios: chosen -10 - -12 = 2, rejected -9 - -8 = -1; difference 3, beta .5.
    call = "dpo_loss(-10.0, -12.0, -9.0, -8.0, 0.5)"
    named = {
        1.7014: "sign: with you, the policy is rewarded for making the REJECTED answer "
        "likelier. chosen first, then minus rejected.",
        0.0486: "beta is missing: it multiplies the difference of the log-ratios.",
        0.9741: "the reference is missing: you compare the two answers under the "
        "policy alone. Then short answers win, as they are likelier anyway.",
        0.8176: "no log: that is the chance that the chosen one wins.",
        -0.2014: "sign: the log of a chance is negative; the loss is minus that.",
        0.0243: "0.5 multiplies the difference INSIDE the sigmoid, not the loss.",
        0.3133: "one log-ratio only. It takes both: the chosen one's minus the "
        "rejected one's.",
    }
    _near(answer(-10.0, -12.0, -9.0, -8.0, 0.5), 0.2014, call, named)
    _near(answer(-7.0, -7.0, -3.0, -3.0, 0.1), math.log(2),
          "dpo_loss(-7, -7, -3, -3, 0.1), before the first step", {})  # fmt: skip


@pin(
    "14.dpo_loss",
    check_dpo_loss,
    hints=(
        "Two log-ratios: <code>chosen_now - chosen_before</code> and the same of the "
        "rejected one. (A log of a ratio is a difference of logs.)",
        "Their difference, times beta, is what <code>pair_loss</code> took: "
        "<code>-log(sigmoid(...))</code>.",
    ),
)
def _dpo_loss(chosen_now, chosen_before, rejected_now, rejected_before, beta):
    gap = (chosen_now - chosen_before) - (rejected_now - rejected_before)
    return math.log(1 + math.exp(-beta * gap))
