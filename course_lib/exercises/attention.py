"""Exercises of attention: average the past, hide the future, attend."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from course_lib.exercises.board import Mistake, pin


def compare(call: str, got: object, wanted: Tensor, wrong: Sequence[tuple]) -> None:
    """Raise the Mistake whose wrong result this is, or a plain one, unless it is right.

    `wrong` holds pairs of a tensor and what to say to whoever got it.
    """
    if got is None:
        raise Mistake(f"{call} returned None; is there a `return`?")
    if not isinstance(got, Tensor):
        raise Mistake(f"return a tensor, not {type(got).__name__}.")
    for tensor, message in ((wanted, ""), *wrong):
        if got.shape == tensor.shape and _near(got, tensor):
            if message:
                raise Mistake(message)
            return
    if got.shape != wanted.shape:
        raise Mistake(
            f"{call} should have the shape {list(wanted.shape)}, yours has "
            f"{list(got.shape)}."
        )
    raise Mistake(f"{call} should be\n{_shown(wanted)}\n  and yours is\n{_shown(got)}")


def _near(got: Tensor, wanted: Tensor) -> bool:
    return torch.allclose(
        got.double(), wanted.double(), rtol=1e-4, atol=1e-5, equal_nan=True
    )


def _shown(tensor: Tensor) -> str:
    rounded = [[round(v, 2) for v in row] for row in tensor.flatten(0, -2).tolist()]
    return "\n".join(f"      {row}" for row in rounded[:4])


def call_untouched(answer: Callable, *given: Tensor) -> object:
    """Call an answer on copies, and complain if it changed what it was given."""
    copies = [tensor.clone() for tensor in given]
    got = answer(*copies)
    for copy, tensor in zip(copies, given, strict=True):
        if not torch.equal(copy, tensor):
            raise Mistake(
                "you changed the tensor that you were given, which others still need. "
                "Methods whose name ends in _ do that; leave the _ away."
            )
    return got


def check_average_past(answer: Callable[[Tensor], Tensor]) -> None:
    x = torch.tensor([[2.0, 0.0], [0.0, 4.0], [1.0, 2.0], [5.0, 6.0]])
    sums = x.cumsum(0)
    counts = torch.arange(1.0, 5)[:, None]
    before = torch.cat([x[:1] * math.nan, (sums / counts)[:-1]])
    wrong = [
        (x.mean(0), "that is one average for all. Every token needs its own, over "
         "the tokens up to itself: as many rows come out as went in."),
        (x.mean(0).expand(4, 2), "every row is the average of all four tokens: the "
         "first token sees the future. Row t may use the rows 0 to t only."),
        (sums, "those are sums: divide row t by the number of its tokens, t + 1."),
        (sums / 4, "you divided every row by 4. Row t is an average of t + 1 tokens."),
        (before, "a token belongs to its own past: row t uses the rows 0 to t, with t "
         "itself. (In Python x[:t] ends before t.)"),
        (torch.nan_to_num(before), "a token belongs to its own past: row t uses the "
         "rows 0 to t, with t itself."),
        (x.cumsum(1) / torch.arange(1.0, 3), "you averaged along the wrong axis, "
         "over the numbers of one token. Axis 0 is the tokens, T."),
        (sums.flip(0) / counts, "upside down: the last row has the longest past."),
    ]  # fmt: skip
    compare("average_past(x)", call_untouched(answer, x), sums / counts, wrong)
    longer = torch.linspace(-1, 1, 21).reshape(7, 3)
    wanted = longer.cumsum(0) / torch.arange(1.0, 8)[:, None]
    compare("average_past of 7 tokens", answer(longer), wanted, [])


@pin(
    "04.average_past",
    check_average_past,
    hints=(
        "<code>x[: t + 1]</code> are the tokens 0 to t. Their average over the tokens, "
        "axis 0, is <code>x[: t + 1].mean(0)</code>.",
        "Make a list with one such average for every t in "
        "<code>range(len(x))</code>, and <code>torch.stack</code> the list.",
    ),
)
def _average_past(x):
    return torch.stack([x[: t + 1].mean(0) for t in range(len(x))])


def check_causal_mask(answer: Callable[[Tensor], Tensor]) -> None:
    scores = torch.tensor([[1.0, -2.0, 0.0], [4.0, 5.0, -6.0], [7.0, 8.0, 9.0]])
    above = torch.ones(3, 3).triu(1).bool()
    hidden = scores.masked_fill(above, -math.inf)
    wrong = [
        (scores.tril(), "you hid the future with zeros. Zero is a score like any "
         "other, and e to the 0 is 1: softmax would still give it weight. Only minus "
         "infinity becomes a weight of 0."),
        (scores.masked_fill(above, math.inf), "plus infinity draws all the weight to "
         "the future; it has to be minus infinity."),
        (scores.masked_fill(above | torch.eye(3).bool(), -math.inf), "you hid the "
         "diagonal, too. A token may look at itself (and the first has nobody else)."),
        (scores.masked_fill(above.T, -math.inf), "upside down: you hid the past. Row "
         "= who looks, column = what is looked at; hide columns to the RIGHT of the "
         "diagonal."),
        (hidden.softmax(-1), "return scores, not weights: softmax comes later."),
        (scores, "nothing is hidden. Does masked_fill's result get lost? It returns a "
         "new tensor."),
    ]  # fmt: skip
    compare("causal_mask(scores)", call_untouched(answer, scores), hidden, wrong)
    many = torch.arange(50.0).reshape(2, 5, 5)
    wanted = many.masked_fill(torch.ones(5, 5).triu(1).bool(), -math.inf)
    compare("causal_mask of two heads, [2, 5, 5],", answer(many), wanted, [])


@pin(
    "04.causal_mask",
    check_causal_mask,
    hints=(
        "<code>torch.ones(T, T).triu(1).bool()</code> is True above the diagonal, "
        "which is the future. T is <code>scores.shape[-1]</code>.",
        "<code>scores.masked_fill(future, -torch.inf)</code> returns a copy in which "
        "the marked places hold minus infinity.",
    ),
)
def _causal_mask(scores):
    T = scores.shape[-1]
    future = torch.ones(T, T).triu(1).bool()
    return scores.masked_fill(future, -torch.inf)


def check_attend(answer: Callable[[Tensor, Tensor, Tensor], Tensor]) -> None:
    draw = torch.Generator().manual_seed(4)
    q, k, v = torch.randn(3, 5, 4, generator=draw) * 2
    raw, future = q @ k.T, torch.ones(5, 5).triu(1).bool()
    masked = (raw / 2).masked_fill(future, -math.inf)
    late = (raw / 2).softmax(-1).tril()
    names = {
        masked.softmax(-2): "softmax over the wrong axis. Each row belongs to one "
        "query, and its weights must sum to 1: dim=-1, across the keys.",
        late: "you masked after softmax. The future has then already taken its share, "
        "and the rows no longer sum to 1: first mask, then softmax.",
        raw.masked_fill(future, -math.inf).softmax(-1): "the division by the root of "
        "D is missing. (D is the last axis of query.)",
        (raw / 4).masked_fill(future, -math.inf).softmax(-1): "you divided by D; it "
        "is the square root of D.",
        (raw / 5**0.5).masked_fill(future, -math.inf).softmax(-1): "you divided by "
        "the root of T, the number of tokens; it is D, the numbers per query.",
        (raw / 2).softmax(-1): "nothing is masked: every token sees the future.",
        (raw.T / 2).masked_fill(future, -math.inf).softmax(-1): "query and key are "
        "swapped: row t must hold the scores of QUERY t, query @ key.T.",
    }
    wrong = [(weights @ v, message) for weights, message in names.items()]
    wrong += [(masked.softmax(-1), "those are the weights. Now take the weighted "
               "average: weights @ value."),
              (masked.softmax(-1) @ k, "you averaged the keys; what a token takes "
               "home are the values.")]  # fmt: skip
    call = "attend(query, key, value)"
    compare(call, call_untouched(answer, q, k, v), masked.softmax(-1) @ v, wrong)
    heads = torch.randn(3, 2, 3, 6, 4, generator=draw)
    wanted = torch.nn.functional.scaled_dot_product_attention(*heads, is_causal=True)
    try:
        got = answer(*heads)
    except RuntimeError as error:
        raise Mistake(
            "it works for one head, [T, D], but not for several, [B, H, T, D]. Swap "
            "the last two axes of key with key.mT, and use dim=-1 for softmax."
        ) from error
    compare("attend of several heads, [B, H, T, D],", got, wanted, [])


@pin(
    "04.attend",
    check_attend,
    hints=(
        "Four lines: scores, mask, softmax, average. <code>query @ key.mT</code> gives "
        "a row of scores for each query (<code>.mT</code> swaps the last two axes).",
        "Divide by <code>query.shape[-1] ** 0.5</code> before "
        "<code>causal_mask</code>; then <code>.softmax(-1)</code>; then "
        "<code>weights @ value</code>.",
    ),
)
def _attend(query, key, value):
    scores = query @ key.mT / query.shape[-1] ** 0.5
    weights = _causal_mask(scores).softmax(-1)
    return weights @ value
