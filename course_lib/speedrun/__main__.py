"""`python -m course_lib.speedrun STAGE FOLDER`: one stage, in this process.

`torchrun --nproc-per-node 2 -m course_lib.speedrun base data` shares it between two.
`whole FOLDER SIZE DEVICE SEEDS` runs all, each as `step FOLDER NAME SIZE SEEDS`.
"""

import os
import signal
import sys
from pathlib import Path

import torch
import torch.distributed as dist

from course_lib import speedrun
from course_lib.runtime import THREADS, device
from course_lib.speedrun.whole import (
    RunRefused,
    StepFailed,
    end_with_parent,
    run_step,
    run_whole,
    shipped_card,
)

STAGES = {
    "crawl": lambda folder: speedrun.clean_crawl(speedrun.CrawlRecipe(), folder),
    "base": lambda folder: speedrun.pretrain(speedrun.BaseRecipe(), folder),
    "sizes": speedrun.compare_sizes,
    "vocabulary": speedrun.record_vocabulary,
    "assistant": lambda folder: speedrun.finetune(speedrun.AssistantRecipe(), folder),
    "finetuning": speedrun.study_finetuning,
    "honest": lambda folder: speedrun.make_honest(speedrun.HonestRecipe(), folder),
    "identity": speedrun.study_identity,
    "search": lambda folder: speedrun.teach_to_search(speedrun.SearchRecipe(), folder),
    "card": shipped_card,
    "profiles": speedrun.study_profiles,
    "thinking": speedrun.study_thinking,
    "practice": speedrun.study_practice,
    "preference": speedrun.study_preferences,
    "smollm2-identity": speedrun.teach_identity,
    "smollm2-tools": speedrun.teach_tools,
    "smollm2-unknown": speedrun.teach_unknown,
    "smollm2-confidence": speedrun.measure_confidence,
    "smollm2-thinking": speedrun.study_real_thinking,
}


LOOPBACK = {"linux": "lo", "darwin": "lo0"}  # this machine's way to itself


def join_others(kind: str) -> None:
    """Meet the other processes of `torchrun`; each has a GPU of its own, if any."""
    if os.environ.get("MASTER_ADDR") == "127.0.0.1" and sys.platform in LOOPBACK:
        os.environ.setdefault("GLOO_SOCKET_IFNAME", LOOPBACK[sys.platform])
    if kind == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if kind == "cuda" else "gloo")


def compute_on(place: str) -> None:
    """Choose the device of a whole run.

    Raises:
        RunRefused: if this machine, or its PyTorch, has no such device.
    """
    os.environ["COURSE_DEVICE"] = place
    try:
        device()
    except ValueError as error:
        raise RunRefused(
            f"--device {place} cannot be had: {error}. An NVIDIA GPU needs a PyTorch "
            "that is built for CUDA in .venv; under Windows pip brings one for the CPU"
        ) from error


def main(stage: str, folder: str, *more: str) -> None:
    """Run a stage; one thread a process, as two would wait for each other.

    More, where it is said that this process is the only one.
    """
    torch.set_num_threads(int(os.environ.get(THREADS) or 1))
    if "RANK" in os.environ:  # set by torchrun
        join_others(device().type)
    if stage == "step":
        end_with_parent()
        name, size, seeds = more
        run_step(name, Path(folder), size, int(seeds))
    elif stage == "whole":
        size, place, seeds = more
        compute_on(place)
        run_whole(Path(folder), size, place, int(seeds))
    else:
        STAGES[stage](Path(folder))
    if dist.is_initialized():
        dist.barrier()  # nobody hangs up while another is still writing
        dist.destroy_process_group()


if __name__ == "__main__":
    # Not KeyboardInterrupt: at that `train` ends politely, and the stage would go on
    # and store what is half trained.
    signal.signal(signal.SIGINT, lambda number, _frame: sys.exit(128 + number))
    try:
        main(*sys.argv[1:])
    except (StepFailed, ValueError, OSError) as error:
        if sys.argv[1] == "step":
            raise  # its log keeps all; the whole run shows the end of that
        sys.exit(f"\n{error}")
