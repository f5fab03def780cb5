"""What holds the library to its shapes has to notice when they are not kept."""

import sys

import numpy
import pytest
import shape_checks
import torch
from jaxtyping import Float, Int
from shape_checks import WrongShape, check_on_import, checked
from torch import Tensor

from course_lib.generate.sampling import draw
from course_lib.train import weighted_loss


@checked
def rows_of(
    ids: Int[Tensor, "B T"], _longer: Int[Tensor, "B T+1"] | None = None, keep: int = 0
) -> list[Float[Tensor, " T"]]:
    """Return the rows as numbers, without the last `keep`."""
    return [torch.as_tensor(row).float()[: len(row) - keep] for row in ids]


def test_what_is_promised_passes():
    ids = torch.zeros(2, 3, dtype=torch.long)
    assert len(rows_of(ids)) == 2
    assert len(rows_of(ids, torch.zeros(2, 4, dtype=torch.long))) == 2


@pytest.mark.parametrize(
    ("args", "which"),
    [
        ((torch.zeros(2, 3),), "ids is no"),  # no whole numbers
        ((torch.zeros(2, 3, 1, dtype=torch.long),), "ids is no"),
        ((numpy.zeros((2, 3), int),), "ids is no"),
        ((torch.zeros(2, 3, dtype=torch.long),) * 2, "_longer is no"),
        ((torch.zeros(2, 3, dtype=torch.long), None, 1), "return is no"),
    ],
)
def test_what_breaks_a_promise_is_named(args, which):
    with pytest.raises(WrongShape, match=f"rows_of: {which}"):
        rows_of(*args)


def test_a_function_says_itself_what_is_wrong_with_its_input():
    @checked
    def picky(_ids: Int[Tensor, "B T"]) -> None:
        raise ValueError("not like this")

    with pytest.raises(ValueError, match="not like this"):
        picky(torch.zeros(1))


def test_the_library_is_held_to_its_shapes():
    """These would do in a product, which stretches what is too short."""
    logits, targets = torch.zeros(2, 3, 5), torch.zeros(2, 3, dtype=torch.long)
    assert weighted_loss(logits, targets, torch.ones(2, 3)) > 0
    with pytest.raises(WrongShape, match="weighted_loss: weights is no"):
        weighted_loss(logits, targets, torch.ones(1, 3))
    with pytest.raises(WrongShape, match="draw: darts is no"):
        draw(torch.ones(2, 3), torch.zeros(1))


def test_a_module_that_is_there_already_would_go_unchecked():
    with pytest.raises(RuntimeError, match=r"not checked: course_lib\.model\.layers"):
        check_on_import(["course_lib.model.layers"])
    assert sum(type(f) is shape_checks._Finder for f in sys.meta_path) == 1
