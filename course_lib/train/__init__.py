"""The one training loop of the course, and its one loss.

Pretraining weighs every token 1, finetuning 0 or 1, reinforcement learning plus or
minus the advantage. All three are `weighted_loss`, and all three run through `train`.
"""

from course_lib.train.loop import StepLog, TrainConfig, TrainState, train
from course_lib.train.loss import head_loss, weighted_loss
from course_lib.train.optimizer import Muon, orthogonalize
from course_lib.train.resume import find_run, load_run, save_run

__all__ = [
    "Muon",
    "StepLog",
    "TrainConfig",
    "TrainState",
    "find_run",
    "head_loss",
    "load_run",
    "orthogonalize",
    "save_run",
    "train",
    "weighted_loss",
]
