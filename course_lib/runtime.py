"""Where things are, how long a run may take, and what the machine can do.

Owns paths, `COURSE_MODE`, devices, seeds, time and memory of a block; knows no models.
torch is imported in functions only: importing this module works before it is there.
"""

import importlib
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import torch

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
DOWNLOADS = ROOT / "downloads"  # what `fetch` brings; kept outside git
REAL_MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"

# One thread each: two processes with two threads each on two cores get in each
# other's way, seven times slower than one thread each, and sums of floats come out
# in another order.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "RAYON_NUM_THREADS",
)
THREADS = "COURSE_THREADS"  # the variable that says how many a stage may take

MODES = ("test", "default", "long")
T = TypeVar("T")

# Training also casts, adds and normalises, which bf16 does not speed up: below this
# factor in pure matrix products nothing is left of the gain.
BF16_PAYS_FROM = 1.3
MORE_TRIES = 40 if sys.platform == "win32" else 0  # to rename, in two seconds


def data_path(name: str) -> Path:
    """Find a file or folder of `data/`; an error says how to get a missing one.

    Raises:
        ValueError: if it is not there, with the way to get it.
    """
    path = DATA / name
    if not path.resolve().is_relative_to(DATA.resolve()):
        raise ValueError(f"{name!r} is not inside data/: give a name such as 'a/b.txt'")
    if not path.exists():
        raise ValueError(
            f"{path} is missing, though a part of the course: bring it back with "
            f"`git restore data/{name}`, update with `git pull`, or unpack the ZIP of "
            "the course once more"
        )
    return path


def real_model(folder: Path = DOWNLOADS) -> Path | None:
    """Find the real model that closes a chapter; None where it was not fetched.

    In mode `test` it is left out: it would take longer than all else together.
    """
    path = folder / REAL_MODEL
    return path if path.is_file() and mode() != "test" else None


def atomic_write(path: str | Path, content: str | bytes, lasting: bool = True) -> Path:
    """Write a whole file or nothing; text becomes UTF-8 with the line ends it has.

    The temporary name lies beside it: renames cross no file system. A link stays, what
    it points to is written. If not `lasting`, a power cut may leave an empty file.
    """
    path = Path(path)
    target = path.resolve() if path.is_symlink() else path
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with unfinished.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        if lasting:
            to_disk(unfinished)
        rename(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def to_disk(path: Path) -> None:
    """Wait until a file, or a folder with its files, would survive a power cut.

    Before it takes its name: else the name might survive, and what it stands for not.
    """
    if not path.is_dir():
        with path.open("rb+") as file:  # Windows waits for what may be written only
            os.fsync(file.fileno())
        return
    for inside in path.iterdir():
        to_disk(inside)
    with suppress(OSError):  # Windows opens no folder, some drives wait for none
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def rename(old: str | Path, new: str | Path) -> None:
    """Rename a file or folder; a file of the new name is replaced.

    Under Windows this fails while somebody looks into it, as virus scanners do with
    what is new; so there it is tried again for a while.
    """
    for _ in range(MORE_TRIES):
        try:
            os.replace(old, new)
        except PermissionError:
            time.sleep(0.05)
        else:
            return
    os.replace(old, new)


def mode() -> str:
    """Read COURSE_MODE: `test` (a few steps), `default` (as committed) or `long`.

    Raises:
        ValueError: if it is none of these.
    """
    value = os.environ.get("COURSE_MODE") or "default"
    if value not in MODES:
        raise ValueError(
            f"COURSE_MODE is {value!r}; it can be {', '.join(MODES)} (default if unset)"
        )
    return value


def by_mode(*, test: T, default: T, long: T) -> T:
    """Pick a value for the mode: `steps = by_mode(test=3, default=200, long=2_000)`."""
    return {"test": test, "default": default, "long": long}[mode()]


def on_stage() -> bool:
    """Tell whether a lecture goes on (COURSE_STAGE): then no run may take too long."""
    return bool(os.environ.get("COURSE_STAGE"))


def device() -> "torch.device":
    """Choose a CUDA GPU if there is one, else the CPU; COURSE_DEVICE overrides it.

    Apple's GPU (mps) must be asked for: it rounds differently and lacks operations.

    Raises:
        ValueError: if COURSE_DEVICE names what this machine lacks.
    """
    import torch

    wanted = os.environ.get("COURSE_DEVICE")
    if not wanted:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    here = ["cpu"]
    if torch.cuda.is_available():
        here += ["cuda", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        here.append("mps")
    if wanted not in here:
        raise ValueError(
            f"COURSE_DEVICE is {wanted!r}; on this machine torch finds "
            f"{', '.join(here)}. Set it to one of these, or unset it"
        )
    return torch.device(wanted)


def torchrun(processes: int) -> list[str]:
    """Say how `python -m` calls torchrun for some processes of this machine.

    At its own address: the host's name, which torchrun would take, leads nowhere on
    many a laptop.
    """
    here = ["--standalone", "--local-addr=127.0.0.1"]
    return ["torch.distributed.run", *here, f"--nproc-per-node={processes}"]


def matmul_gflops(
    dtype: "torch.dtype",
    device: "str | torch.device" = "cpu",
    size: int | None = None,
    budget_s: float = 0.8,
) -> float:
    """Measure square matrix products, nearly all of a transformer's work, in 1e9/s.

    On a CPU: one core, by the time it worked. Threads that wait for each other fall to
    a tenth where other programs run, and then bf16 may seem to pay or not, at random.
    """
    import torch

    size = size or (1024 if torch.device(device).type == "cpu" else 4096)
    with one_thread():
        # An emulated type takes seconds for a large product: then the small one counts.
        for side in (size // 4, size):
            left = torch.ones(side, side, dtype=dtype, device=device)
            took_s = _matmul_s(left, budget_s / 2)
            if took_s * 64 > budget_s / 4:  # 4 times the side is 64 times the work
                break
    return 2 * side**3 / took_s / 1e9


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one core a product, here and in threads that begin meanwhile."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _matmul_s(left: "torch.Tensor", budget_s: float) -> float:
    clock = time.thread_time if left.device.type == "cpu" else time.perf_counter
    (left @ left)[0, 0].item()  # warms up
    start, count, deadline = clock(), 0, time.perf_counter() + budget_s
    while not count or time.perf_counter() < deadline:
        (left @ left)[0, 0].item()  # a GPU answers only here, when it has computed
        count += 1
    return max(clock() - start, 1e-9) / count


@cache
def bf16_speedup(device: str = "cpu") -> float:
    """Measure how many times faster than fp32 this device multiplies in bf16."""
    import torch

    return matmul_gflops(torch.bfloat16, device) / matmul_gflops(torch.float32, device)


def fastest_dtype(device: "str | torch.device" = "cpu") -> "torch.dtype":
    """Choose what a long training computes in: bf16 where it pays, else fp32.

    COURSE_PRECISION (fp32 or bf16) overrides the measurement: all steps of one run, and
    all processes of one step, have to compute alike.

    Raises:
        ValueError: if COURSE_PRECISION is something else.
    """
    import torch

    dtypes = {"fp32": torch.float32, "bf16": torch.bfloat16}
    wanted = os.environ.get("COURSE_PRECISION")
    if wanted:
        if wanted not in dtypes:
            raise ValueError(
                f"COURSE_PRECISION is {wanted!r}; it can be fp32 or bf16, or unset, to "
                "have it measured"
            )
        return dtypes[wanted]
    pays = bf16_speedup(str(device)) >= BF16_PAYS_FROM
    return torch.bfloat16 if pays else torch.float32


@cache
def keep_freed_memory() -> bool:
    """Let this process keep the memory that it frees; say whether that could be set.

    glibc hands large blocks back to the system at once. A training step frees and asks
    for the same hundred megabytes every time, and each fresh page costs a fault: a
    fifth of a small model's step. Other systems' C libraries are left as they are.
    """
    if sys.platform != "linux":
        return False
    ctypes = importlib.import_module("ctypes")
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    trim_threshold, mmap_threshold = -1, -3  # as malloc.h numbers them
    return mallopt is not None and all(
        [mallopt(trim_threshold, 2**31 - 1), mallopt(mmap_threshold, 2**25)]
    )


@dataclass
class Measurement:
    """What a block cost; the numbers are there when the block has ended."""

    elapsed_s: float = 0.0
    peak_memory_mb: float = 0.0  # most the whole process ever held, block included


@contextmanager
def measure() -> Iterator[Measurement]:
    """Measure a block: `with measure() as cost: ...`, then read `cost.elapsed_s`."""
    cost = Measurement()
    start = time.perf_counter()
    try:
        yield cost
    finally:
        cost.elapsed_s = time.perf_counter() - start
        cost.peak_memory_mb = peak_memory_mb()


def peak_memory_mb() -> float:
    """Read the most memory this process ever held, in MB (1e6 bytes)."""
    if sys.platform == "linux":
        # Not getrusage: its maximum is inherited from the process that started us.
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    if sys.platform == "win32":
        psutil = importlib.import_module("psutil")  # comes with ipykernel
        return psutil.Process().memory_info().peak_wset / 1e6
    resource = importlib.import_module("resource")  # not on Windows; bytes on macOS
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
