"""`python -m course_lib.speedrun STAGE FOLDER`: one stage, in this process.

`torchrun --nproc-per-node 2 -m course_lib.speedrun base data` shares it between two.
"""

import os
import sys
from pathlib import Path

import torch
import torch.distributed as dist

from course_lib import speedrun

STAGES = {
    "base": lambda folder: speedrun.pretrain(speedrun.BaseRecipe(), folder),
    "sizes": speedrun.compare_sizes,
    "vocabulary": speedrun.record_vocabulary,
    "assistant": lambda folder: speedrun.finetune(speedrun.AssistantRecipe(), folder),
    "finetuning": speedrun.study_finetuning,
    "honest": lambda folder: speedrun.make_honest(speedrun.HonestRecipe(), folder),
    "search": lambda folder: speedrun.teach_to_search(speedrun.SearchRecipe(), folder),
    "preference": speedrun.study_preferences,
    "smollm2-identity": speedrun.teach_identity,
    "smollm2-tools": speedrun.teach_tools,
    "smollm2-unknown": speedrun.teach_unknown,
    "smollm2-confidence": speedrun.measure_confidence,
}


def main(stage: str, folder: str) -> None:
    """Run a stage; one thread a process, as two would wait for each other."""
    torch.set_num_threads(1)
    if "RANK" in os.environ:  # set by torchrun
        dist.init_process_group("gloo")
    STAGES[stage](Path(folder))
    if dist.is_initialized():
        dist.barrier()  # nobody hangs up while another is still writing
        dist.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
