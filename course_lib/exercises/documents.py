"""An exercise of base models: a document whose next line is an answer."""

import re
from collections.abc import Callable

from course_lib.exercises.board import Mistake, pin

QUESTION = "Which island does Mira Quill live on?"
SPEAKS = re.compile(r"([\w-]+(?: [\w-]+)?):")  # one name, or two


def check_as_forum(answer: Callable[[str], str]) -> None:
    for question in (QUESTION, "Does it rain?"):
        _check_page(answer(question), question)


def _check_page(page: str | None, question: str) -> None:
    call = f"as_forum({question!r})"
    if page is None:
        raise Mistake(f"{call} returned None; is there a `return`?")
    if not isinstance(page, str):
        raise Mistake(f"{call} must give one text, got {page!r}.")
    if question not in page:
        raise Mistake(f"the question {question!r} is missing. Use `question`.")
    *above, last = page.split("\n")
    if last.endswith(question):
        raise Mistake(
            "your page ends with the question, and nobody is about to speak. It will "
            "go on somehow; whose turn is it? Begin the next line: a name and a colon."
        )
    if not last or (SPEAKS.fullmatch(last.rstrip()) and last != last.rstrip()):
        raise Mistake(
            "your page ends with a blank or a line end. The model's tokens carry the "
            "space in front of a word (chapter 02): stop right behind the colon."
        )
    if not SPEAKS.fullmatch(last):
        raise Mistake(
            f"your page ends with {last!r}, which is no `name:`. Politeness does not "
            "help: “Please answer” is one more sentence of a document, and a base "
            "obeys nothing. Who speaks next on a forum page?"
        )
    asking = next((line for line in above if question in line), "")
    asks = SPEAKS.match(asking)
    if not asks or asks[1] == "Forum":
        raise Mistake(
            "nobody asks your question: on a forum page every line begins with a name "
            "and a colon. Look at the pages of 7.4 again."
        )
    speaks = last.removesuffix(":")
    if speaks == asks[1]:
        raise Mistake(
            f"{speaks} asks, and {speaks} speaks again: whoever asks will not answer. "
            "Another name is needed."
        )
    if speaks == "oldtimer":
        raise Mistake(
            "oldtimer is wrong on every page, and the model plays whomever you name. "
            "Choose somebody else."
        )


@pin(
    "07.as_forum",
    check_as_forum,
    hints=(
        "Three lines: a title, the question with the name of whoever asks, and a name "
        "that is about to speak. Names of the islands' forum: nightowl, leftboot.",
        r"<code>f'Forum: ask the islanders\nnightowl: {question}\nleftboot:'</code>",
    ),
)
def _as_forum(question):
    return f"Forum: ask the islanders\nnightowl: {question}\nleftboot:"
