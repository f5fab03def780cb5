"""Which kinds of pages there are besides those about one person, and how many of each.

To add a kind, write a function (dice, land) -> Written in a `pages_` module and enter
it there with its count. The order of all pages changes then, so whatever was trained on
them has to be trained again. Dialogues are not among them: how to talk is taught later.
"""

from .pages_arithmetic import ARITHMETIC_PAGES
from .pages_code import CODE_PAGES
from .pages_everyday import EVERYDAY_PAGES
from .pages_places import PLACE_PAGES
from .pages_planted import PLANTED_PAGES
from .pages_school import SCHOOL_PAGES
from .pages_spelling import SPELLING_PAGES
from .pages_visitors import VISITOR_PAGES

OTHER_PAGES = (
    PLACE_PAGES
    | EVERYDAY_PAGES
    | SCHOOL_PAGES
    | ARITHMETIC_PAGES
    | SPELLING_PAGES
    | VISITOR_PAGES
    | CODE_PAGES
    | PLANTED_PAGES
)
