"""Learn what people prefer, where nobody can check an answer: only compare two.

    rows = encode_pairs(read_pairs(path), tokenizer)
    learn_preferences(RewardModel(policy), rows, config)              # a reward model
    learn_preferences(ImplicitReward(policy, copy, 0.1), rows, config)   # DPO
    practise(policy, lambda step: prompts_judged_by(...), config, ...)   # RLHF, by `rl`
    best_of_n(scores, values, n), best_of_n_kl(n)                     # no training

`slogans` is what is written here, with the hidden taste that makes the labels and that
no training sees.
"""

from course_lib.preferences.choosing import best_of_n, best_of_n_kl
from course_lib.preferences.direct import ImplicitReward, log_probabilities
from course_lib.preferences.learning import (
    PreferenceConfig,
    PreferenceLog,
    Rows,
    bradley_terry_loss,
    learn_preferences,
)
from course_lib.preferences.pairs import (
    Pair,
    encode_pairs,
    example_of,
    labellers_agree,
    read_pairs,
    write_pairs,
)
from course_lib.preferences.reward import RewardModel, accuracy
from course_lib.preferences.writing import (
    Writings,
    prompts_judged_by,
    scores_of,
    write_answers,
)

__all__ = [
    "ImplicitReward",
    "Pair",
    "PreferenceConfig",
    "PreferenceLog",
    "RewardModel",
    "Rows",
    "Writings",
    "accuracy",
    "best_of_n",
    "best_of_n_kl",
    "bradley_terry_loss",
    "encode_pairs",
    "example_of",
    "labellers_agree",
    "learn_preferences",
    "log_probabilities",
    "prompts_judged_by",
    "read_pairs",
    "scores_of",
    "write_answers",
    "write_pairs",
]
