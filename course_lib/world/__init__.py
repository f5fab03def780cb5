"""The Lantern Isles: a miniature internet whose every fact is known.

    world = World(seed=0)
    world.documents(max_chars=1_000_000)  # the first pages of a fixed mixed order
    world.exposures(fact)                 # how many of the pages tell that fact
    world.questions()                     # asked as no page asks, with the true answers
    world.bins()                          # facts by how often they are told
    check_page(text).problems             # is that a page as the islands write them?

It knows nothing of tokens or tensors: the standard library is enough.
"""

from .facts import Fact, Person
from .land import Election, Ferry, Land
from .parse import PageCheck, check_page
from .world import BINS, Document, Question, World, count_exposures

__all__ = [
    "BINS",
    "Document",
    "Election",
    "Fact",
    "Ferry",
    "Land",
    "PageCheck",
    "Person",
    "Question",
    "World",
    "check_page",
    "count_exposures",
]
