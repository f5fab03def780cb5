"""Say how much better an answer was than its siblings: what practice learns from."""

from jaxtyping import Float
from torch import Tensor

NO_SPREAD = 1e-6  # rewards nearer to each other than this are equal


def group_advantages(
    rewards: Float[Tensor, "P G"], by_spread: bool = False
) -> Float[Tensor, "P G"]:
    """Score each answer against its siblings for the same prompt.

    Subtracting the group's mean stands in for a value network (GRPO, Shao et al. 2024,
    section 4.1). Where all answers of a group earned the same, nothing can be learned
    from comparing them: their advantages are 0.

    Args:
        by_spread: also divide by the group's standard deviation, as GRPO does. Then
            prompts that nearly always or hardly ever succeed push as hard as the
            others (Liu et al. 2025, Dr. GRPO, section 3, leave it out).

    Raises:
        ValueError: if G < 2; a lone answer has nothing to compare with.
    Example: [[1., 0.]] -> [[0.5, -0.5]]; by_spread [[1., -1.]]
    """
    if rewards.dim() != 2 or rewards.shape[1] < 2:
        raise ValueError(
            "rewards must be one row a prompt, with two answers at least, got shape "
            f"{list(rewards.shape)}: a lone answer has nothing to be compared with"
        )
    better = rewards - rewards.mean(1, keepdim=True)
    spread = rewards.std(1, keepdim=True, correction=0)
    flat = spread < NO_SPREAD
    if by_spread:
        better = better / spread.masked_fill(flat, 1)
    return better.masked_fill(flat, 0)
