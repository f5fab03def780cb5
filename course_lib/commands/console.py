"""Talk to the person at the terminal: numbered steps, and errors that are remedies."""

import re
import time
from dataclasses import dataclass, field

MB_WORTH_TELLING = 5.0


class CommandError(ValueError):
    """Something the user can put right; shown as it is, without a traceback."""


@dataclass
class Steps:
    """Number the steps of a command and say how long each took."""

    total: int
    number: int = 0
    _started: float = field(default_factory=time.monotonic)

    def start(self, title: str) -> None:
        self.number += 1
        assert self.number <= self.total, f"step {self.number} of {self.total}"
        self._started = time.monotonic()
        print(f"[{self.number}/{self.total}] {title}", flush=True)

    def done(self, result: str) -> None:
        elapsed_s = time.monotonic() - self._started
        print(f"      {result} ({elapsed_s:.1f} s)", flush=True)


def pip_news(line: str) -> str | None:
    """Pick from pip's many lines those that explain a wait.

    Example: "  Downloading torch-2.13.0-cp311.whl (190.2 MB)"
    -> "downloading torch-2.13.0, 190 MB"
    """
    if line.startswith("Installing collected packages:"):
        count = line.count(",") + 1
        return f"unpacking {count} packages: up to a minute without a word"
    found = re.match(r"\s*Downloading (\S+) \(([\d.]+) ([MG])B", line)
    if found is None:
        return None
    size_mb = float(found[2]) * (1000 if found[3] == "G" else 1)
    if size_mb < MB_WORTH_TELLING:
        return None
    file = found[1].rpartition("/")[2]
    return f"downloading {'-'.join(file.split('-')[:2])}, {size_mb:.0f} MB"


def last_lines(text: str, count: int = 12) -> str:
    """Keep the end of a long text, indented."""
    return "\n".join("    " + line for line in text.strip().splitlines()[-count:])
