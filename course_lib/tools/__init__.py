"""Tools for an assistant: a search index, a calculator, Python in a sandbox.

    index = SearchIndex(encyclopedia_of(world))
    box = Toolbox(COURSE, tokenizer, {"search": index.read, "calc": calculate})
    answer_all(model, [[Message("user", question)]], box, sampling)

`loop` runs what a model calls and lets it go on, `speaker` passes on what it says while
it says it, `confidence` decides when to search, `lessons` are conversations to learn it
from. A tool is a function from text to text.
"""

from course_lib.tools.calculator import calculate
from course_lib.tools.confidence import (
    Draft,
    answer_when_sure,
    draft_answers,
    threshold_for,
    wants_search,
)
from course_lib.tools.errors import ToolError
from course_lib.tools.loop import (
    Answer,
    Bounds,
    Step,
    Toolbox,
    answer_all,
    stream_steps,
)
from course_lib.tools.python import PythonLimits, run_python
from course_lib.tools.search import Hit, Page, SearchIndex, encyclopedia_of, fit
from course_lib.tools.speaker import Speaker

__all__ = [
    "Answer",
    "Bounds",
    "Draft",
    "Hit",
    "Page",
    "PythonLimits",
    "SearchIndex",
    "Speaker",
    "Step",
    "ToolError",
    "Toolbox",
    "answer_all",
    "answer_when_sure",
    "calculate",
    "draft_answers",
    "encyclopedia_of",
    "fit",
    "run_python",
    "stream_steps",
    "threshold_for",
    "wants_search",
]
