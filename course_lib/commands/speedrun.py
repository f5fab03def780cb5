"""Build the models of the course from nothing, and write a report card.

    python -m course_lib speedrun                     # from a crawl to RLHF, size small
    python -m course_lib speedrun --size tiny         # a rehearsal of two minutes
    python -m course_lib speedrun --seeds 3           # some claims with three seeds
    python -m course_lib speedrun --out elsewhere --size large --device cuda

A run makes nine models: base, assistant, honest, searcher, thinker, apprentice,
practised, sloganeer and preferred. It leaves out `coder`, most of the trainings that
chapters only compare with, and all that is done with SmolLM2. `--seeds 3` repeats the
main runs of thinking, practice and preference.

`large` is a model of twice the width and eight layers, which reads four times as many
tokens: for one GPU or two. Interrupted, a run goes on with the next call. It computes
in bf16 or fp32, whichever is faster where it begins.

For maintainers, one stage at a time. A stage reads in its folder, `data/`, what others
have left there, and writes beside it:

    python -m course_lib speedrun crawl         # raw pages, and what filters keep
    python -m course_lib speedrun base          # an hour (fp32: three and a half)
    python -m course_lib speedrun sizes         # small models of several sizes
    python -m course_lib speedrun assistant     # finetune it on conversations
    python -m course_lib speedrun finetuning    # and with other data, to compare
    python -m course_lib speedrun honest        # teach it to say "I don't know"
    python -m course_lib speedrun search        # teach the assistant its tools
    python -m course_lib speedrun card          # measure them all: data/report.html
    python -m course_lib speedrun identity      # teach it a name, in many mixes
    python -m course_lib speedrun profiles      # ... with few and many invented people
    python -m course_lib speedrun thinking      # answer first, steps first: 30 minutes
    python -m course_lib speedrun practice      # imitation, then practice: 45 minutes
    python -m course_lib speedrun preference    # slogans, reward models and RLHF
    python -m course_lib speedrun vocabulary    # chapter 02's look at the real model's
    python -m course_lib speedrun smollm2-identity   # adapters for the real model,
    python -m course_lib speedrun smollm2-tools      # which `fetch` brings: some
    python -m course_lib speedrun smollm2-unknown    # minutes each
    python -m course_lib speedrun smollm2-confidence # trains nothing
    python -m course_lib speedrun smollm2-thinking   # nor does this
    python -m course_lib speedrun base --out somewhere_else

With `--out`, `identity` and `profiles` still read the assistant in `data/`. Same seed,
same recipe; the last digits of a training differ between machines, so the files' sha256
do, too.
"""

import argparse
import os
from pathlib import Path

from course_lib.commands import bootstrap, machine
from course_lib.commands.console import CommandError, Steps
from course_lib.commands.environment import clean_variables, run_child
from course_lib.runtime import DATA, ROOT, THREAD_VARIABLES, THREADS, torchrun

HELP = "build the course's models from nothing, with a report card"
SIZES = ("tiny", "small", "large")
WHOLE = ROOT / "my_speedrun"
STAGES = (
    "crawl",
    "base",
    "sizes",
    "vocabulary",
    "assistant",
    "finetuning",
    "honest",
    "search",
    "card",
    "identity",
    "profiles",
    "thinking",
    "practice",
    "preference",
    "smollm2-identity",
    "smollm2-tools",
    "smollm2-unknown",
    "smollm2-confidence",
    "smollm2-thinking",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "stage", nargs="?", choices=STAGES, help="one stage only, for maintainers"
    )
    parser.add_argument(
        "--out", type=Path, help="default: my_speedrun/, and data/ for one stage"
    )
    parser.add_argument("--size", choices=SIZES, help="of a whole run (default: small)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument(
        "--seeds", type=int, choices=(1, 2, 3),
        help="of a whole run's thinking, practice and preference (default: 1)",
    )  # fmt: skip
    parser.add_argument(
        "--processes",
        type=int,
        choices=(1, 2),
        help="of the stage base (default: 2; 1 on a GPU and on Windows)",
    )


def check(options: argparse.Namespace) -> None:
    """Refuse an option that would change nothing.

    Raises:
        CommandError: if it belongs to another kind of run.
    """
    stage = options.stage
    if stage and (options.size or options.seeds):
        raise CommandError(
            f"--size and --seeds belong to a whole run, and {stage} is one stage:\n"
            "leave them away, or the stage."
        )
    if options.processes and stage != "base":
        raise CommandError(
            "--processes belongs to the stage base: leave it away. A whole run finds\n"
            "out by itself how many share its base."
        )


def run(options: argparse.Namespace) -> int:
    """Set up, then run the stage in the environment of the course."""
    check(options)
    python = bootstrap.python_for_programs(Steps(2))
    folder = (options.out or (DATA if options.stage else WHOLE)).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    threads = 1
    if options.stage:
        alone = options.device.startswith("cuda") or os.name == "nt"
        processes = options.processes or (1 if alone else 2)
        if options.stage == "base" and processes == 1:
            threads = min(2, machine.usable_cores())
        command = [*stage_command(options.stage, processes), str(folder)]
    else:
        size, seeds = options.size or "small", options.seeds or 1
        command = whole_command(folder, size, options.device, seeds)
    chosen = {"COURSE_DEVICE": options.device, THREADS: str(threads)}
    variables = clean_variables(dict.fromkeys(THREAD_VARIABLES, str(threads)) | chosen)
    return run_child([str(python), *command], variables)


def whole_command(folder: Path, size: str, device: str, seeds: int = 1) -> list[str]:
    """Say how Python has to be called for all stages."""
    module = ["-m", "course_lib.speedrun", "whole"]
    return [*module, str(folder), size, device, str(seeds)]


def stage_command(stage: str, processes: int) -> list[str]:
    """Say how Python has to be called for a stage; the folder comes last."""
    module = ["-m", "course_lib.speedrun", stage]
    if stage != "base" or processes == 1:
        return module
    return ["-m", *torchrun(processes), *module]
