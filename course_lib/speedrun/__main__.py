"""`python -m course_lib.speedrun STAGE FOLDER`: one stage, in this process.

`torchrun --nproc-per-node 2 -m course_lib.speedrun base data` shares it between two.
"""

import os
import sys
from pathlib import Path

import torch
import torch.distributed as dist

from course_lib.speedrun import BaseRecipe, compare_sizes, pretrain
from course_lib.speedrun.real_identity import teach_identity
from course_lib.speedrun.real_tools import teach_tools
from course_lib.speedrun.real_unknown import measure_confidence, teach_unknown

ON_SMOLLM2 = {
    "smollm2-identity": teach_identity,
    "smollm2-tools": teach_tools,
    "smollm2-unknown": teach_unknown,
    "smollm2-confidence": measure_confidence,
}


def main(stage: str, folder: str) -> None:
    """Run a stage; one thread a process, as two would wait for each other."""
    torch.set_num_threads(1)
    if "RANK" in os.environ:  # set by torchrun
        dist.init_process_group("gloo")
    if stage == "base":
        pretrain(BaseRecipe(), Path(folder))
    elif stage in ON_SMOLLM2:
        ON_SMOLLM2[stage](Path(folder))
    else:
        compare_sizes(Path(folder))
    if dist.is_initialized():
        dist.barrier()  # nobody hangs up while another is still writing
        dist.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
