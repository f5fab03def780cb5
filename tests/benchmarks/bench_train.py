"""Compare training with this machine's matrix products, and Muon with AdamW.

    PYTHONPATH=. python tests/benchmarks/bench_train.py  # speed: some ten seconds
    PYTHONPATH=. python tests/benchmarks/bench_train.py --race  # Muon or AdamW: minutes

Ratios are measured in one run. The peak is the fastest fp32 matrix product found
here, on the same number of threads, before and after.
"""

import argparse
import time
from dataclasses import replace

import numpy
import torch

from course_lib.chat import END_OF_TEXT, SPECIAL_TOKENS
from course_lib.data import encode_documents, windows
from course_lib.model import ModelConfig, Transformer
from course_lib.runtime import matmul_gflops
from course_lib.speedrun.base import held_out_loss
from course_lib.tokenizer import BPETokenizer
from course_lib.train import TrainConfig, train
from course_lib.world import World

CONTEXT, ROWS = 256, 16
ADAMW_RATES = (1e-3, 3e-3, 6e-3, 1e-2)


def text_as_ids() -> tuple[numpy.ndarray, numpy.ndarray]:
    """Return ids to train on and held-out ids of pages that were kept aside."""
    texts = [page.text for page in World(0).documents()]
    tokenizer = BPETokenizer.train(texts[:5000], 2048, SPECIAL_TOKENS)
    end = tokenizer.special_tokens[END_OF_TEXT]
    aside = len(texts) // 50
    return (
        encode_documents(texts[aside:], tokenizer, end),
        encode_documents(texts[:aside], tokenizer, end),
    )


def speed(ids: numpy.ndarray, steps: int) -> None:
    """Print the share of the peak that each way of training reaches."""
    for optimizer in ("adamw", "muon"):
        model = Transformer(ModelConfig.tiny(context=CONTEXT))
        before = matmul_gflops(torch.float32)
        config = TrainConfig(steps=steps, optimizer=optimizer)
        seconds, last = [], 0.0
        for log in train(model, windows(ids, CONTEXT, ROWS, seed=0), config):
            seconds.append(log.elapsed_s - last)
            last = log.elapsed_s
        peak = max(before, matmul_gflops(torch.float32))
        step_s = sorted(seconds)[len(seconds) // 2]
        done = ROWS * CONTEXT * model.flops_per_token() / step_s / 1e9
        print(
            f"{optimizer:6} {model.n_parameters():,} parameters, fp32: "
            f"{ROWS * CONTEXT / step_s:,.0f} tokens/s, {done:.1f} GFLOP/s of "
            f"{peak:.1f} = {done / peak:.0%} of this machine's peak a core"
        )


def run(ids, held_out, optimizer, rate, steps, every, goal=None):
    """Train; return (seconds, held-out loss) pairs, until `goal` where one is given."""
    model = Transformer(ModelConfig.tiny(context=CONTEXT))
    config = TrainConfig(steps, rate, optimizer=optimizer, decay_fraction=0.4)
    if optimizer == "muon":  # found at 100 steps, one seed: it likes to be bold
        config = replace(config, muon_rate=0.04, warmup_steps=5, decay_fraction=0.7)
    curve = []
    for log in train(model, windows(ids, CONTEXT, ROWS, seed=0), config):
        if log.step % every == 0 or log.step == steps:
            loss = held_out_loss(model, held_out, batches=12)
            curve.append((log.elapsed_s, loss))
            if goal is not None and curve[-1][1] <= goal:
                break
    return curve


def race(ids: numpy.ndarray, held_out: numpy.ndarray, steps: int) -> None:
    """Give AdamW its best of four rates; measure when Muon reaches the same loss."""
    best = None
    for rate in ADAMW_RATES:
        seconds, loss = run(ids, held_out, "adamw", rate, steps, steps)[-1]
        print(f"adamw at {rate}: held-out loss {loss:.3f} nats after {seconds:.0f} s")
        if best is None or loss < best[1]:
            best = (seconds, loss, rate)
    for share in (0.3, 0.4, 0.5, 0.6):  # a shorter run has a schedule of its own
        short = int(steps * share)
        seconds, loss = run(ids, held_out, "muon", 1e-2, short, short)[-1]
        verdict = "reaches" if loss <= best[1] else "misses"
        print(
            f"muon, {short} steps: {loss:.3f} nats after {seconds:.0f} s: {verdict} "
            f"AdamW's best ({best[1]:.3f}) in {seconds / best[0]:.0%} of its time"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--race", action="store_true")
    parser.add_argument("--steps", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    started = time.perf_counter()
    ids, held_out = text_as_ids()
    if args.race:
        race(ids, held_out, args.steps or 400)
    else:
        speed(ids, args.steps or 16)
    print(f"{time.perf_counter() - started:.0f} s in all")


if __name__ == "__main__":
    main()
