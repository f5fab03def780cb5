"""`python -m course_lib.speedrun STAGE FOLDER`: one stage, in this process.

`torchrun --nproc-per-node 2 -m course_lib.speedrun base data` shares it between two.
"""

import os
import sys
from pathlib import Path

import torch
import torch.distributed as dist

from course_lib.speedrun import (
    AssistantRecipe,
    BaseRecipe,
    HonestRecipe,
    compare_sizes,
    finetune,
    make_honest,
    pretrain,
    study_finetuning,
)


def main(stage: str, folder: str) -> None:
    """Run a stage; one thread a process, as two would wait for each other."""
    torch.set_num_threads(1)
    if "RANK" in os.environ:  # set by torchrun
        dist.init_process_group("gloo")
    if stage == "base":
        pretrain(BaseRecipe(), Path(folder))
    elif stage == "assistant":
        finetune(AssistantRecipe(), Path(folder))
    elif stage == "finetuning":
        study_finetuning(Path(folder))
    elif stage == "honest":
        make_honest(HonestRecipe(), Path(folder))
    else:
        compare_sizes(Path(folder))
    if dist.is_initialized():
        dist.barrier()  # nobody hangs up while another is still writing
        dist.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
