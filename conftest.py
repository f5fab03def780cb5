"""Load the strict notebook testing, and put long files first where two run at once."""

from collections import Counter

pytest_plugins = ["strict_nbval"]  # tests/strict_nbval.py; see pythonpath in pyproject

# Files are dealt out largest first, by their number of tests. These have few and take
# minutes: at the end, one core would wait for them. They count as if they had so many.
COUNTS_AS = {"test_chapters.py": 1_000, "test_speedrun_tiny.py": 100}


def pytest_collection_modifyitems(config, items) -> None:
    """Order the files for `test`, whose workers get them one by one."""
    if not hasattr(config, "workerinput"):
        return
    size = Counter(item.path for item in items)
    for path in size:
        size[path] = COUNTS_AS.get(path.name, size[path])
    items.sort(key=lambda item: -size[item.path])
