"""A problem whose answer can be checked, and the check that nobody can talk to.

The reward looks at what stands behind the last `Answer:` and at nothing else: not at
the steps, not at the length, not at how sure it sounds.
"""

from dataclasses import dataclass

MARKER = "Answer:"


@dataclass(frozen=True)
class Problem:
    """A question, its only right answer, and two ways in which a labeller answers.

    The question is an instruction, a colon, and the matter itself, so that the same
    matter can be asked about in other words.
    """

    family: str
    question: str  # "Keep the last digit: 7 * 3 + 3"
    answer: str  # "4"
    direct: str  # "Answer: 4"
    worked: str  # "7 * 3 = 1, 1 + 3 = 4. Answer: 4"
    level: int

    @property
    def matter(self) -> str:
        """What is asked about. Example: "7 * 3 + 3"."""
        return self.question.partition(": ")[2]

    @property
    def step_by_step(self) -> str:
        """The question again, asking for the steps.

        Example: "Keep the last digit, step by step: 7 * 3 + 3"
        """
        instruction, colon, matter = self.question.partition(": ")
        return f"{instruction}, step by step{colon}{matter}"

    def asked(self, instruction: str) -> str:
        """Ask for the same with another instruction.

        Example: asked("Only the last digit, please") ->
        "Only the last digit, please: 7 * 3 + 3"
        """
        return f"{instruction}: {self.matter}"


def final_answer(text: str) -> str | None:
    """Return what stands behind the last `Answer:`, to the very end; None if nothing.

    Only white space around it is taken away. A full stop, a second guess or a friendly
    word belong to the answer, and spoil it.
    Examples: "3 + 1 = 4. Answer: 4" -> "4"; "Answer: 4 or 5" -> "4 or 5"; "4" -> None
    """
    _, marker, behind = text.rpartition(MARKER)
    return behind.strip() or None if marker else None


def reward(problem: Problem, text: str) -> float:
    """Return 1.0 if the final answer is the right one, character by character.

    Steps are neither asked for nor looked at, so whoever is trained on this decides
    alone whether they are worth their tokens.
    """
    return 1.0 if final_answer(text) == problem.answer else 0.0


def shows_steps(text: str) -> bool:
    """Say whether something is worked out (there is a `=`) before the final answer.

    This measures a style. No reward asks for it. A text without a final answer counts
    as well, if it works something out.
    """
    before, marker, behind = text.rpartition(MARKER)
    return "=" in (before if marker else behind)
