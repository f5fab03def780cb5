"""Time BPE training against counting again at every merge, and encoding against Rust.

    python tests/benchmarks/bench_tokenizer.py

Prints ratios measured in one run. The naive loops are stopped after a few merges and
scaled up to all of them, which flatters them: their first merges are not their
slowest by more than a few per cent, as `--full` shows in about ten minutes.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from course_lib.tokenizer import BPETokenizer, replace_pair
from course_lib.world import World


def megabyte_of_text() -> list[str]:
    texts, size = [], 0
    for document in World(0).documents():
        texts.append(document.text)
        size += len(document.text.encode())
        if size >= 1_000_000:
            return texts
    raise ValueError(f"the world holds only {size} bytes of text, 1,000,000 are needed")


def recount_all_pairs(pieces: list[list[int]], weights: list[int], merges: int) -> list:
    """Count every pair, merge the most frequent everywhere, and start over."""
    found = []
    for new_id in range(256, 256 + merges):
        counts: Counter = Counter()
        for ids, weight in zip(pieces, weights, strict=True):
            for pair in pairwise(ids):
                counts[pair] += weight
        best = min(counts, key=lambda p: (-counts[p], p))
        pieces = [replace_pair(ids, best, new_id) for ids in pieces]
        found.append(best)
    return found


def seconds(action: Callable) -> tuple[float, object]:
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vocab-size", type=int, default=1024)
    parser.add_argument("--naive-merges", type=int, default=25)
    parser.add_argument("--full", action="store_true", help="run the naive loop whole")
    args = parser.parse_args()
    texts = megabyte_of_text()
    n_bytes = sum(len(text.encode()) for text in texts)
    n_merges = args.vocab_size - 256
    naive_merges = n_merges if args.full else min(args.naive_merges, n_merges)

    fast_s, tokenizer = seconds(lambda: BPETokenizer.train(texts, args.vocab_size))
    pieces = [piece.encode() for text in texts for piece in tokenizer.split(text)]
    distinct = Counter(pieces)
    print(f"{n_bytes / 1e6:.2f} MB, {len(pieces):,} pieces, {len(distinct):,} distinct")
    print(f"train to {args.vocab_size:,}: {fast_s:.2f} s (cutting the text included)")
    for name, counts in (
        ("all pairs of the text", [(piece, 1) for piece in pieces]),
        ("all pairs of the distinct pieces", list(distinct.items())),
    ):
        ids = [list(piece) for piece, _ in counts]
        weights = [weight for _, weight in counts]
        naive_s, found = seconds(
            lambda ids=ids, w=weights: recount_all_pairs(ids, w, naive_merges)
        )
        assert found == tokenizer.merges[:naive_merges], "the loops disagree"
        scaled_s = naive_s * n_merges / naive_merges
        print(
            f"recounting {name}: {scaled_s:.1f} s ({naive_merges} of {n_merges} merges "
            f"measured)  ->  {scaled_s / fast_s:.0f} times faster"
        )

    reference = tokenizer.to_tiktoken()
    text = "".join(texts)
    cold_s, ids = seconds(lambda: BPETokenizer(tokenizer.merges).encode(text))
    rust_s, expected = seconds(lambda: reference.encode(text, disallowed_special=()))
    assert ids == expected, "our ids differ from tiktoken's"
    print(
        f"encode: {n_bytes / 1e6 / cold_s:.1f} MB/s, {cold_s / rust_s:.1f} x tiktoken"
    )


if __name__ == "__main__":
    main()
