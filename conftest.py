"""Load the strict notebook testing and the checks of shapes; put long files first."""

import signal
from collections import Counter
from pathlib import Path

from shape_checks import check_on_import

ROOT = Path(__file__).parent
SHAPED = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "course_lib").rglob("*.py"))
    if "from jaxtyping import" in path.read_text(encoding="utf-8")
]
check_on_import(SHAPED)  # while nothing has imported them

# Tests press ■. Started in the background (nohup, a script's &), nobody would hear it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

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
