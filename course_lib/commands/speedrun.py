"""Make what lies in `data/` again, from nothing, stage by stage (for maintainers).

    python -m course_lib speedrun base          # pretrain the base model: an hour
    python -m course_lib speedrun sizes         # small models of several sizes
    python -m course_lib speedrun assistant     # finetune it on conversations
    python -m course_lib speedrun finetuning    # and with other data, to compare
    python -m course_lib speedrun honest        # teach it to say "I don't know"
    python -m course_lib speedrun search        # teach the assistant its tools
    python -m course_lib speedrun preference    # slogans, reward models and RLHF
    python -m course_lib speedrun vocabulary    # chapter 02's look at the real model's
    python -m course_lib speedrun smollm2-identity   # adapters for the real model,
    python -m course_lib speedrun smollm2-tools      # which `fetch` brings: some
    python -m course_lib speedrun smollm2-unknown    # minutes each
    python -m course_lib speedrun smollm2-confidence # trains nothing
    python -m course_lib speedrun base --out somewhere_else

An interrupted `base` goes on where it was. Same seed, same recipe; the last digits of
a training differ between machines, so the files' sha256 do, too.
"""

import argparse
import subprocess
from pathlib import Path

from course_lib.commands import bootstrap
from course_lib.commands.console import Steps
from course_lib.commands.environment import clean_variables
from course_lib.commands.kernels import THREAD_VARIABLES
from course_lib.runtime import DATA, ROOT

HELP = "make what lies in data/ again (for maintainers)"
STAGES = (
    "base",
    "sizes",
    "vocabulary",
    "assistant",
    "finetuning",
    "honest",
    "search",
    "preference",
    "smollm2-identity",
    "smollm2-tools",
    "smollm2-unknown",
    "smollm2-confidence",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stage", choices=STAGES, help="what to make")
    parser.add_argument("--out", type=Path, default=DATA, help="default: data/")
    parser.add_argument(
        "--processes", type=int, default=2, help="of the base's training (1 or 2)"
    )


def run(options: argparse.Namespace) -> int:
    """Set up, then run the stage in the environment of the course."""
    env = bootstrap.prepare(Steps(2))
    folder = options.out.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(env.python), *stage_command(options.stage, options.processes)]
    variables = clean_variables(dict.fromkeys(THREAD_VARIABLES, "1"))
    return subprocess.run(
        [*command, str(folder)], cwd=ROOT, env=variables, check=False
    ).returncode


def stage_command(stage: str, processes: int) -> list[str]:
    """Say how Python has to be called for a stage; the folder comes last."""
    module = ["-m", "course_lib.speedrun", stage]
    if stage != "base":
        return module
    shared = ["torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    return ["-m", *shared, *module]
