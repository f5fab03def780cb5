"""Time BPE training against counting again at every merge, and encoding against Rust.

    PYTHONPATH=. python tests/benchmarks/bench_tokenizer.py

Prints ratios measured in one run. Counting again takes minutes, and its steps get
shorter as the text does; so it is timed at steps spread evenly over the whole
training, and the sum is estimated from them. `--every-step` leaves nothing out.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from course_lib.tokenizer import BPETokenizer, replace_pair
from course_lib.world import World

Pieces = list[list[int]]


def megabyte_of_text() -> list[str]:
    texts, size = [], 0
    for document in World(0).documents():
        texts.append(document.text)
        size += len(document.text.encode())
        if size >= 1_000_000:
            return texts
    raise ValueError(f"the world holds only {size} bytes of text, 1,000,000 are needed")


def naive_step(pieces: Pieces, weights: list[int], new_id: int) -> tuple:
    """Count every pair, then merge the most frequent one everywhere."""
    counts: Counter = Counter()
    for ids, weight in zip(pieces, weights, strict=True):
        for pair in pairwise(ids):
            counts[pair] += weight
    best = min(counts, key=lambda p: (-counts[p], p))
    return best, [replace_pair(ids, best, new_id) for ids in pieces]


def seconds(action: Callable) -> tuple[float, object]:
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def naive_seconds(
    counts: list[tuple[str, int]], merges: list[tuple[int, int]], n_timed: int
) -> float:
    """Estimate what all naive steps take together, from `n_timed` of them."""
    timed_s, n_steps = 0.0, len(merges)
    for k in range(n_timed):
        step = k * n_steps // n_timed
        # One tokenizer with the merges so far brings the text to where this step is.
        so_far = BPETokenizer(merges[:step])
        pieces = [so_far.encode(piece) for piece, _ in counts]
        weights = [weight for _, weight in counts]
        step_s, (found, _) = seconds(
            lambda p=pieces, w=weights, s=step: naive_step(p, w, 256 + s)
        )
        assert found == merges[step], "the two ways of training disagree"
        timed_s += step_s
    return timed_s * n_steps / n_timed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vocab-size", type=int, default=1024)
    parser.add_argument("--steps", type=int, default=12, help="naive steps to time")
    parser.add_argument("--every-step", action="store_true", help="time all of them")
    args = parser.parse_args()
    texts = megabyte_of_text()
    n_bytes = sum(len(text.encode()) for text in texts)

    fast_s, tokenizer = seconds(lambda: BPETokenizer.train(texts, args.vocab_size))
    n_merges = len(tokenizer.merges)
    n_timed = n_merges if args.every_step else min(args.steps, n_merges)
    pieces = [piece for text in texts for piece in tokenizer.split(text)]
    distinct = Counter(pieces)
    print(f"{n_bytes / 1e6:.2f} MB, {len(pieces):,} pieces, {len(distinct):,} distinct")
    print(f"train to {args.vocab_size:,}: {fast_s:.2f} s (cutting the text included)")
    for name, counts in (
        ("all pairs of the text", [(piece, 1) for piece in pieces]),
        ("all pairs of the distinct pieces", list(distinct.items())),
    ):
        slow_s = naive_seconds(counts, tokenizer.merges, n_timed)
        print(
            f"recounting {name}: {slow_s:.1f} s (from {n_timed} of {n_merges} steps)"
            f"  ->  {slow_s / fast_s:.0f} times faster"
        )

    reference = tokenizer.to_tiktoken()
    text = "".join(texts)
    cold_s, ids = seconds(lambda: BPETokenizer(tokenizer.merges).encode(text))
    rust_s, expected = seconds(lambda: reference.encode(text, disallowed_special=()))
    assert ids == expected, "our ids differ from tiktoken's"
    speed = n_bytes / 1e6 / cold_s
    print(f"encode: {speed:.1f} MB/s; takes {cold_s / rust_s:.1f} x tiktoken's time")


if __name__ == "__main__":
    main()
