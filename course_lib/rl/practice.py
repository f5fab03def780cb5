"""Practise: answer, be judged, say more of what worked. A generator, as `train` is.

Every step rolls out answers, compares those of a prompt with each other, and takes one
or several steps on a weighted next-token loss whose weights are the advantages.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import fields

from torch import nn

from course_lib.interrupts import interrupted_afterwards
from course_lib.model import Transformer
from course_lib.rl.measure import grade_all
from course_lib.rl.prompts import Grade, Prompt
from course_lib.rl.rollouts import Rollout, roll_out
from course_lib.rl.settings import PracticeConfig, PracticeLog
from course_lib.rl.update import Learned, learn
from course_lib.runtime import keep_freed_memory
from course_lib.train import TrainState


def practise(
    model: Transformer,
    problems_at: Callable[[int], Sequence[Prompt]],
    config: PracticeConfig,
    stop_ids: Collection[int],
    pad_id: int,
    reference: nn.Module | None = None,
    state: TrainState | None = None,
) -> Iterator[PracticeLog]:
    """Practise, and yield a log after every step; stop asking, and practice stops.

    Nobody shows the model an answer: it learns from its own, by what they earned.
    The ■ button ends it as it ends `train`.

    To resume, give the state that `train.load_run(folder, model, config.training)`
    read, and the same `problems_at`: the run goes on as if it had never stopped.

    Args:
        problems_at: the prompts of a step (0 is the first); harder ones later, if the
            practice is to have a curriculum.
        reference: what `config.kl` keeps the policy near, usually a frozen copy of the
            model as it began. Given without `kl`, it is only measured.

    Raises:
        ValueError: if `kl` is set and there is no reference, or a step has no prompts.
    """
    if config.kl and reference is None:
        raise ValueError(
            f"kl={config.kl} needs a reference: pass a copy of the model as it is now"
        )
    model.train()  # first: a model that cannot be trained says so
    state = state or TrainState.fresh(model, config.training)
    state.stopped = False
    model.zero_grad()  # slopes of whoever used it before, of frozen parts, too
    keep_freed_memory()
    while state.step < config.training.steps:
        began = time.perf_counter()
        try:
            prompts = _prompts(problems_at, state.step)
            seed = config.seed * 2**32 + state.step  # no two steps share their dice
            ids = [prompt.ids for prompt in prompts]
            model.eval()
            groups = roll_out(
                model, ids, config.answers, config.max_new_tokens, stop_ids, seed
            )
            rolled_s = time.perf_counter() - began
            grades = grade_all(prompts, groups)
            model.train()
            spoken = sum(len(rollout.answer) for group in groups for rollout in group)
            with interrupted_afterwards():  # half a step would be another run
                learned = learn(model, groups, grades, config, pad_id, reference, state)
                state.step += 1
                state.tokens += spoken
                state.elapsed_s += time.perf_counter() - began
        except KeyboardInterrupt:
            state.forget_slopes()
            state.stopped = True
            return
        finally:
            model.eval()
        yield _log(state, groups, grades, learned, spoken / rolled_s)


def _prompts(
    problems_at: Callable[[int], Sequence[Prompt]], step: int
) -> Sequence[Prompt]:
    prompts = problems_at(step)
    if not prompts:
        raise ValueError(f"problems_at({step}) gave no prompts: give at least one")
    return prompts


def _log(
    state: TrainState,
    groups: Sequence[Sequence[Rollout]],
    grades: Sequence[Sequence[Grade]],
    learned: Learned,
    tokens_per_s: float,
) -> PracticeLog:
    every = [rollout for group in groups for rollout in group]
    judged = [grade for group in grades for grade in group]
    # Surprise at one's own words is, on average, the entropy.
    surprises = [-sure for rollout in every for sure in rollout.log_probabilities]
    return PracticeLog(
        step=state.step,
        reward=sum(grade.reward for grade in judged) / len(judged),
        length=sum(len(rollout.answer) for rollout in every) / len(every),
        in_steps=sum(grade.in_steps for grade in judged) / len(judged),
        cut_off=sum(not rollout.ended for rollout in every) / len(every),
        entropy=sum(surprises) / len(surprises),
        tokens=state.tokens,
        tokens_per_s=tokens_per_s,
        elapsed_s=state.elapsed_s,
        **{field.name: getattr(learned, field.name) for field in fields(learned)},
    )
