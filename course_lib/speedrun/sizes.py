"""Train small models of several sizes for several times, for chapter 05's comparison.

Each (size, tokens) is a run of its own, with a learning rate that falls to its end: a
longer run, cut off in the middle, would be worse than a short one that was planned so.
(Hoffmann et al. 2022, section 2, on what Kaplan et al. 2020 overlooked.)
"""

import json
from dataclasses import replace
from pathlib import Path

from course_lib.data import windows
from course_lib.model import ModelConfig, Transformer
from course_lib.runtime import atomic_write, device
from course_lib.speedrun.base import BaseRecipe, held_out_loss, read_corpus
from course_lib.speedrun.manifest import list_files
from course_lib.train import TrainConfig, train

COMMAND = "python -m course_lib speedrun sizes"
SHAPES = ((1, 32), (2, 64), (4, 128))  # layers, width
STEPS = (60, 120, 240, 480)
ROWS = 16


def shape_config(n_layers: int, width: int) -> ModelConfig:
    """Describe a model of this depth and width, all else as the tiny one."""
    heads = max(1, width // 32)
    return replace(
        ModelConfig.tiny(), n_layers=n_layers, width=width, n_heads=heads,
        n_kv_heads=heads, mlp_width=width * 11 // 4,
    )  # fmt: skip


def compare_sizes(folder: Path) -> None:
    """Train every size for every length; write `sizes_log.json` into the folder."""
    corpus = read_corpus(BaseRecipe())
    runs = []
    for n_layers, width in SHAPES:
        for steps in STEPS:
            model = Transformer(shape_config(n_layers, width)).to(device())
            config = TrainConfig(
                steps, warmup_steps=10, decay_fraction=0.6, precision="fastest"
            )
            batches = windows(corpus.training_ids, model.config.context, ROWS, seed=0)
            for log in train(model, batches, config):  # noqa: B007  the last counts
                pass
            loss = held_out_loss(model, corpus.held_out_ids)
            runs.append(
                {
                    "layers": n_layers,
                    "width": width,
                    "parameters": model.n_parameters(),
                    "tokens": log.tokens,
                    "flops": log.tokens * model.flops_per_token(),
                    "held out": round(loss, 3),
                }
            )
            print(runs[-1], f"{log.elapsed_s:.0f} s", flush=True)
    atomic_write(folder / "sizes_log.json", json.dumps(runs, indent=0))
    list_files(folder, ["sizes_log.json"], COMMAND, BaseRecipe().world_seed)
