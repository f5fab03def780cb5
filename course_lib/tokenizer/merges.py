"""Learn and apply merges: the part of BPE that knows ids only, no strings.

A merge is a pair of ids that becomes one new id. Everything here is told with
bytes as ids 0..255 and merge number k as id 256 + k.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

Pair = tuple[int, int]


def learn_merges(piece_counts: Mapping[bytes, int], n_merges: int) -> list[Pair]:
    """Find the merges without ever counting the whole text again.

    Three savings over the naive loop: equal pieces are merged once and weighted
    by their count; a merge touches only the pieces that hold its pair; and a heap
    keeps the most frequent pair on top. Among equally frequent pairs the one with
    the smallest ids wins, as in `min(counts, key=lambda p: (-counts[p], p))`.

    Raises:
        ValueError: if no pair is left before `n_merges` are found.
    """
    pieces = [list(piece) for piece in piece_counts]
    weights = list(piece_counts.values())
    counts: Counter[Pair] = Counter()
    where: defaultdict[Pair, set[int]] = defaultdict(set)  # pair -> piece numbers
    for k, ids in enumerate(pieces):
        for pair in pairwise(ids):
            counts[pair] += weights[k]
            where[pair].add(k)
    heap = [(-count, pair) for pair, count in counts.items()]
    heapq.heapify(heap)

    merges: list[Pair] = []
    while len(merges) < n_merges:
        pair = _pop_most_frequent(heap, counts)
        if pair is None:
            raise ValueError(
                f"the texts hold only {len(merges)} merges, {n_merges} were asked "
                "for; give more text or ask for a smaller vocabulary"
            )
        new_id = 256 + len(merges)
        merges.append(pair)
        change: Counter[Pair] = Counter()
        for k in where.pop(pair):
            for old in pairwise(pieces[k]):
                change[old] -= weights[k]
            pieces[k] = replace_pair(pieces[k], pair, new_id)
            for new in pairwise(pieces[k]):
                change[new] += weights[k]
                where[new].add(k)
        for changed, difference in change.items():
            counts[changed] += difference
            if difference and counts[changed]:
                heapq.heappush(heap, (-counts[changed], changed))
    return merges


def _pop_most_frequent(heap: list, counts: Mapping[Pair, int]) -> Pair | None:
    """Take the top of the heap that is still true; None where nothing is left.

    The heap is never cleaned. An entry whose count has changed since it was
    pushed is thrown away when it comes up; a fresher one is in the heap too.
    """
    while heap:
        negative_count, pair = heapq.heappop(heap)
        if -negative_count == counts[pair]:
            return pair
    return None


def replace_pair(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Write `new_id` for every `pair`, left to right, never reusing an id."""
    first, second = pair
    merged, k, last = [], 0, len(ids) - 1
    while k <= last:
        if ids[k] == first and k < last and ids[k + 1] == second:
            merged.append(new_id)
            k += 2
        else:
            merged.append(ids[k])
            k += 1
    return merged


def bytes_of_tokens(merges: Sequence[Pair]) -> list[bytes]:
    """Spell out every token; the first 256 are the bytes themselves.

    Raises:
        ValueError: if a merge is no pair, names an id that does not exist yet, or
            makes a token that is already there.
    """
    token_bytes = [bytes([value]) for value in range(256)]
    seen = set(token_bytes)
    for k, pair in enumerate(merges):
        is_pair = isinstance(pair, list | tuple) and len(pair) == 2
        if not is_pair or not all(
            type(part) is int and 0 <= part < 256 + k for part in pair
        ):
            raise ValueError(
                f"merge {k} is {pair!r}: it must be two ids below {256 + k}, made by "
                "earlier merges; is the file damaged or the order changed?"
            )
        spelled = token_bytes[pair[0]] + token_bytes[pair[1]]
        if spelled in seen:
            raise ValueError(f"merge {k}, {pair!r}, makes {spelled!r} a second time")
        seen.add(spelled)
        token_bytes.append(spelled)
    return token_bytes
