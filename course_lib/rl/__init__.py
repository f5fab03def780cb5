"""Reinforcement learning from rewards that a program can check.

    prompts = prompts_for(problems("clock", 24), tokenizer)
    config = PracticeConfig(answers=8)
    for log in practise(model, lambda step: prompts, config, stop_ids, pad_id):
        print(log.step, log.reward, log.length)

The model answers (`rollouts`), answers are compared with their siblings (`advantages`),
the comparison becomes the weight of each token (`objective`), and `practice` takes the
steps: every stage is a weighted next-token loss. `prompts` is the only module that sees
strings; below it all is ids.
"""

from course_lib.rl.advantages import group_advantages
from course_lib.rl.measure import Attempts, attempt, pass_at_k
from course_lib.rl.objective import clipped_objective, kl_estimate, token_weights
from course_lib.rl.practice import practise
from course_lib.rl.prompts import Grade, Prompt, prompts_for
from course_lib.rl.rollouts import Rollout, roll_out
from course_lib.rl.settings import PracticeConfig, PracticeLog

__all__ = [
    "Attempts",
    "Grade",
    "PracticeConfig",
    "PracticeLog",
    "Prompt",
    "Rollout",
    "attempt",
    "clipped_objective",
    "group_advantages",
    "kl_estimate",
    "pass_at_k",
    "practise",
    "prompts_for",
    "roll_out",
    "token_weights",
]
