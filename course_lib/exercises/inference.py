"""Exercises of inference: temperature, a cache's size; `cutting` has two more."""

import math
from collections.abc import Callable

from course_lib.exercises.board import Mistake, exercise, expect, pin
from course_lib.exercises.cutting import (
    Chances,
    call_with_list,
    compare_chances,
    shares,
)

__all__ = ["exercise"]  # so that a chapter needs one import


def check_with_temperature(answer: Callable[[list[float], float], Chances]) -> None:
    scores = [math.log(1), math.log(4), math.log(2)]
    plain, halved = shares([1, 4, 2]), [score / 0.5 for score in scores]
    wrong = [
        (shares([1, 2, 2**0.5]), "you multiplied by the temperature. Divide: a small "
         "temperature makes the differences of the scores LARGER."),
        ([chance / 0.5 for chance in plain], "you divided the chances. Divide the "
         "SCORES by the temperature, and take softmax after that."),
        (plain, "nothing has changed. Dividing the chances and scaling them back to a "
         "sum of 1 undoes itself; the SCORES have to be divided, before softmax."),
        (halved, "those are scores still. After the division comes softmax."),
        ([math.exp(score) for score in halved], "divide by the sum, so that the "
         "chances add up to 1."),
    ]  # fmt: skip
    call = "with_temperature([ln 1, ln 4, ln 2], 0.5)"
    got = call_with_list(answer, scores, 0.5)
    compare_chances(call, got, shares([1, 16, 4]), wrong)
    call = "with_temperature([1.0, 3.0, 3.0, 0.0], 0)"
    try:
        got = answer([1.0, 3.0, 3.0, 0.0], 0)
    except ZeroDivisionError as error:
        raise Mistake(
            "temperature 0 divides by zero. It is a case of its own: the largest score "
            "gets the chance 1, all others 0."
        ) from error
    wrong = [
        ([0, 0.5, 0.5, 0], "two scores are equally large, and both got a share. At "
         "temperature 0 no dice are thrown: the FIRST of them takes it all."),
        ([0, 0, 1, 0], "of two equal scores take the first, not the last."),
    ]  # fmt: skip
    compare_chances(call, got, [0, 1, 0, 0], wrong)
    try:
        got = answer([70.0, 71.0], 0.05)
    except OverflowError as error:
        raise Mistake(
            "a score of 71 at temperature 0.05 is 1420, and e to that power is too "
            "large for a computer. Take the largest off all first, as in chapter 03."
        ) from error
    compare_chances("with_temperature([70.0, 71.0], 0.05)", got, [0, 1], [])


@pin(
    "06.with_temperature",
    check_with_temperature,
    hints=(
        "First the case of its own: <code>if temperature == 0</code>, the chance of "
        "<code>scores.index(max(scores))</code> is 1, and 0 for all others.",
        "Otherwise chapter 03's softmax, with one change: "
        "<code>math.exp((score - highest) / temperature)</code>.",
    ),
)
def _with_temperature(scores, temperature):
    highest = max(scores)
    if temperature == 0:
        best = scores.index(highest)
        return [1.0 if k == best else 0.0 for k in range(len(scores))]
    positive = [math.exp((score - highest) / temperature) for score in scores]
    total = sum(positive)
    return [value / total for value in positive]


def check_cache_bytes(answer: Callable[[int, int, int, int, int], int]) -> None:
    L, K, D, T, size = 3, 11, 5, 7, 13
    numbers = L * K * D * T
    named = {
        numbers * size: "you counted the keys only: the values have to be kept, too.",
        2 * numbers: "those are the numbers. How many bytes are they?",
        2 * numbers * size * 8: "those are bits. bytes_per_number is in bytes already.",
        2 * K * D * T * size: "that is one layer. Every layer has keys and values of "
        "its own.",
        2 * L * D * T * size: "that is one head. Every key-value head has its own.",
        2 * L * K * T * size: "a key is not one number but head_width of them.",
        2 * L * K * D * size: "that is one token; there are `length` of them.",
        2 * numbers * T * size: "the length is in there twice. Weights between all "
        "pairs of tokens would need that; they are not kept, keys and values are.",
        3 * numbers * size: "queries need not be kept: only the newest token asks.",
    }  # fmt: skip
    got = answer(L, K, D, T, size)
    if got in named:
        raise Mistake(named[got])
    expect(got, 2 * numbers * size, f"cache_bytes({L}, {K}, {D}, {T}, {size})")
    expect(answer(1, 1, 1, 1, 2), 4, "cache_bytes(1, 1, 1, 1, 2)")


@pin(
    "06.cache_bytes",
    check_cache_bytes,
    hints=(
        "One key is <code>head_width</code> numbers. How many keys are there? One for "
        "each layer, each key-value head, each token.",
        "And as many values as keys.",
    ),
)
def _cache_bytes(n_layers, n_kv_heads, head_width, length, bytes_per_number):
    keys = n_layers * n_kv_heads * length * head_width  # numbers in all keys
    return 2 * keys * bytes_per_number  # as many numbers in the values
