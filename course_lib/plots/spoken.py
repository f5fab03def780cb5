"""Words for a figure: for who does not see it, and for tests, which compare words."""

import base64
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 80


class FigureWithAlt:
    """A picture and its words; notebooks store both, tests compare the words.

    The words are where nbformat has a place for them, in the output's metadata.
    nbconvert's `basic` and `classic` pages hand them to screen readers; JupyterLab 4.6
    and the page `lab` do not yet, so the prose behind a figure has to say it, too.
    """

    def __init__(self, figure: "Figure", text: str) -> None:
        self.figure, self.text = figure, text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_kwargs: Any) -> tuple[dict, dict]:
        file = io.BytesIO()
        # On white in either theme, and the same bytes from every run.
        self.figure.savefig(
            file, format="png", dpi=DPI, facecolor="white", metadata={"Software": None}
        )
        png = base64.b64encode(file.getvalue()).decode()
        return (
            {"image/png": png, "text/plain": self.text},
            {"image/png": {"alt": self.text}},
        )


def with_alt(figure: "Figure", text: str) -> FigureWithAlt:
    """Give a figure the words that stand in for it.

    They are compared when a chapter is tested: say what the picture shows, with no
    number whose last digits may differ between machines.

    Raises:
        ValueError: if there are no words.
    Example: `with_alt(figure, "Recall rises from none to nearly all facts.")`
    """
    if not text.strip():
        raise ValueError("the text is empty: say in a sentence what the figure shows")
    return FigureWithAlt(figure, text)
