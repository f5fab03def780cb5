"""Start every kernel of the course alike, and weigh it.

Authoring and testing a chapter share this module: what one stores, the other has
to find again, and that needs the same threads, mode, plots and (cut) network.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from course_lib.runtime import ROOT, THREAD_VARIABLES

OFFLINE = ROOT / "tests" / "offline"  # holds the sitecustomize that cuts the network

# PYTHONHASHSEED is deliberately not set: no output may depend on it.
FIXED = {
    "COURSE_DEVICE": "cpu",  # a GPU's sums differ in the last digits
    "COURSE_MODE": "default",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "TOKENIZERS_PARALLELISM": "false",
}


def kernel_environment(base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Describe the environment a chapter's kernel starts in.

    This checkout comes first on the path, whatever else is installed. A proxy
    would be a way around the cut network, so no proxy is passed on.
    """
    env = {k: v for k, v in base.items() if not re.fullmatch(r"(?i)\w+_proxy", k)}
    env |= dict.fromkeys(THREAD_VARIABLES, "1") | FIXED
    folders = [OFFLINE] if OFFLINE.is_dir() else []
    inherited = [env["PYTHONPATH"]] if env.get("PYTHONPATH") else []
    env["PYTHONPATH"] = os.pathsep.join([*map(str, [*folders, ROOT]), *inherited])
    return env


def peak_memory_mb(pid: int) -> float:
    """Read how much memory a process has needed so far, in MB (10^6 bytes).

    macOS tells nobody the peak of another process; there it is the present size,
    so ask after every cell and keep the largest.
    """
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)
        return int(found[1]) * 1024 / 1e6 if found else 0.0
    import psutil  # comes with ipykernel

    process = psutil.Process(pid)
    family = [process]
    if sys.platform == "win32":  # a venv's python.exe only starts the real one
        family += process.children(recursive=True)
    known = [each.memory_info() for each in family]
    return max(getattr(memory, "peak_wset", memory.rss) for memory in known) / 1e6
