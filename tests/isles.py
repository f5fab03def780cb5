"""One world for all the test files, as writing its pages takes a second."""

from functools import cache

from course_lib.world import World


@cache
def isles() -> World:
    return World(0)
