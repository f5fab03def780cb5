"""What machine is this: system, cores, memory, and whether PyTorch exists for it.

Standard library only. Everything that differs between Linux, macOS and Windows in
finding this out is here.
"""

import ctypes
import os
import platform
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

GROUP = Path("/sys/fs/cgroup")  # Linux: the limits of the container that one is in
WINDOWS_PATH = 259  # characters, the one that ends it left out
LONGEST_PACKAGED = 195  # .venv\Lib\site-packages and PyTorch's longest name
NEWEST_PYTHON = (3, 14)  # for which there is a PyTorch; README names it, too


@dataclass(frozen=True)
class Memory:
    """Main memory in bytes; None where the system does not tell."""

    total: int | None
    available: int | None


def describe_system() -> str:
    """Name the system, the processor family and the width of this Python's words."""
    system = {"Darwin": "macOS"}.get(platform.system(), platform.system())
    release = platform.mac_ver()[0] or platform.release()
    return f"{system} {release}, {platform.machine()}, {pointer_bits()} bit"


def pointer_bits() -> int:
    return ctypes.sizeof(ctypes.c_void_p) * 8


def no_pytorch_because(system: str, processor: str, bits: int) -> str | None:
    """Say why PyTorch cannot be installed here, or return None if it can.

    Example: no_pytorch_because("Linux", "x86_64", 64) -> None
    """
    if bits < 64:
        return (
            "this Python is a 32-bit program, and PyTorch exists for 64 bit only. "
            "Install the 64-bit Python."
        )
    if system == "Windows" and processor == "ARM64":
        return (
            "PyTorch is not made for Python on ARM under Windows. Install the 64-bit "
            "Python for x64 (“Windows installer (64-bit)”): it runs there, too."
        )
    if system == "Darwin" and processor == "x86_64":
        return (
            "PyTorch is no longer made for Python on Intel (x86_64). On a Mac with an "
            "Apple chip, install a Python for arm64; on an older Mac, run the course "
            "in a Linux container or on another machine."
        )
    return None


def maybe_too_new_because(version: tuple[int, ...]) -> str | None:
    """Say why PyTorch may not exist for this Python yet, and what to do; or None.

    Example: maybe_too_new_because((3, 12, 4)) -> None
    """
    if version[:2] <= NEWEST_PYTHON:
        return None
    here, older = (".".join(map(str, v[:2])) for v in (version, NEWEST_PYTHON))
    return (
        f"PyTorch may not exist yet for Python {here}. Install Python {older} beside "
        f"it, delete the folder .venv, then: `python{older} -m course_lib start` "
        f"(under Windows `py -{older} -m course_lib start`)."
    )


def usable_cores() -> int:
    """Count the cores this process may use, which can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):  # Linux; respects taskset
        return shared_cores(len(os.sched_getaffinity(0)), GROUP)
    return os.cpu_count() or 1


def shared_cores(cores: int, group: Path) -> int:
    """Take how many of a machine's cores a container may keep busy: at least one."""
    try:
        quota, period = (group / "cpu.max").read_text().split()
        return max(1, min(cores, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no control groups, or "max": no limit
        return cores


def processor_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Name the processor as its maker does, as far as the system tells."""
    if cpuinfo.exists():
        for line in cpuinfo.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    if platform.system() == "Darwin":
        return _sysctl("machdep.cpu.brand_string") or platform.processor()
    return platform.processor() or platform.machine()


def memory() -> Memory:
    """Read total and available memory, each system in its own way."""
    readers = {
        "Linux": lambda: parse_meminfo(Path("/proc/meminfo").read_text()),
        "Darwin": _memory_of_macos,
        "Windows": _memory_of_windows,
    }
    reader = readers.get(platform.system())
    told = reader() if reader else Memory(None, None)
    return shared_memory(told, GROUP)


def shared_memory(machine: Memory, group: Path) -> Memory:
    """Take what a container, or a student's share of a hub, may have of a machine."""
    most, used = (_number(group / f"memory.{name}") for name in ("max", "current"))
    if most is None or machine.total is None or most >= machine.total:
        return machine
    left = most - (used or 0)
    return Memory(most, min(left, machine.available or left))


def _number(path: Path) -> int | None:
    """Read a file of Linux's control groups: one number, or "max"."""
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None


def parse_meminfo(text: str) -> Memory:
    """Read Linux's /proc/meminfo, whose numbers are in units of 1,024 bytes."""
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)

    def read(name: str) -> int | None:
        return int(fields[name].split()[0]) * 1024 if name in fields else None

    return Memory(read("MemTotal"), read("MemAvailable"))


def parse_vm_stat(text: str, total: int | None) -> Memory:
    """Read macOS's vm_stat: pages that are free or can be freed at once."""
    lines = text.splitlines()
    page_bytes = int(lines[0].partition("page size of ")[2].split()[0])
    pages = {
        name.strip(): int(count.strip().rstrip("."))
        for name, _, count in (line.partition(":") for line in lines[1:])
        if count.strip().rstrip(".").isdecimal()
    }
    free = ("Pages free", "Pages inactive", "Pages speculative")
    return Memory(total, sum(pages.get(name, 0) for name in free) * page_bytes)


def _memory_of_macos() -> Memory:
    total = _sysctl("hw.memsize")
    told = subprocess.run(["vm_stat"], capture_output=True, text=True, check=False)
    size = int(total) if total else None
    return parse_vm_stat(told.stdout, size) if told.stdout else Memory(size, None)


def _sysctl(name: str) -> str:
    told = subprocess.run(
        ["sysctl", "-n", name], capture_output=True, text=True, check=False
    )
    return told.stdout.strip()


class _MemoryStatus(ctypes.Structure):
    """Windows' MEMORYSTATUSEX, field by field."""

    _fields_ = [
        ("dwLength", ctypes.c_uint32),
        ("dwMemoryLoad", ctypes.c_uint32),
        ("ullTotalPhys", ctypes.c_uint64),
        ("ullAvailPhys", ctypes.c_uint64),
        ("ullTotalPageFile", ctypes.c_uint64),
        ("ullAvailPageFile", ctypes.c_uint64),
        ("ullTotalVirtual", ctypes.c_uint64),
        ("ullAvailVirtual", ctypes.c_uint64),
        ("ullAvailExtendedVirtual", ctypes.c_uint64),
    ]


def _memory_of_windows() -> Memory:
    status = _MemoryStatus(dwLength=ctypes.sizeof(_MemoryStatus))
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return Memory(None, None)
    return Memory(status.ullTotalPhys, status.ullAvailPhys)


def platform_key() -> tuple[str, str, int]:
    """Name what this Python was made for, in the terms of `no_pytorch_because`.

    Under Windows on ARM a Python for x64 is fine; the machine's name would not tell.
    """
    processor = platform.machine()
    if platform.system() == "Windows":
        processor = "ARM64" if sysconfig.get_platform() == "win-arm64" else "AMD64"
    return platform.system(), processor, pointer_bits()


def too_deep_because(folder: Path, system: str, long_paths: bool) -> str | None:
    """Say why packages cannot be unpacked in a folder, or return None if they can.

    Windows cuts paths off at 260 characters unless told otherwise. PyTorch's longest
    has 167, and `.venv\\Lib\\site-packages` comes before it.
    """
    most = WINDOWS_PATH - LONGEST_PACKAGED
    if system != "Windows" or long_paths or len(str(folder)) <= most:
        return None
    return (
        f"the path of this folder has {len(str(folder))} characters, and Windows can "
        f"unpack PyTorch below at most {most}:\n\n    {folder}\n\nMove the course to a "
        "short path, such as C:\\course, and run the same command there."
    )


def allows_long_paths() -> bool:
    """Ask Windows whether it takes paths of more than 260 characters."""
    if sys.platform != "win32":
        return True
    import winreg

    key = r"SYSTEM\CurrentControlSet\Control\FileSystem"
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
            return bool(winreg.QueryValueEx(opened, "LongPathsEnabled")[0])
    except OSError:
        return False
