"""Say what machine this is, how fast it is, what will run, and what is missing.

Changes nothing and needs no network. Before anything is installed it tells what the
standard library can know; afterwards it also measures the speed of matrix products,
of which training consists. Ends with 0 if the course can run, with 1 if it cannot yet.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from course_lib import runtime
from course_lib.commands import bootstrap, machine, packages
from course_lib.commands.environment import (
    Environment,
    clean_variables,
    environment,
    working_python,
)
from course_lib.runtime import ROOT

HELP = "say what this machine is, what will run and what is missing"
START = "python -m course_lib start"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
LITTLE_MEMORY_GB = 6.0  # a chapter may need 1.5, a browser as much, the system the rest


@dataclass
class Findings:
    """The lines of the report, and what speaks against running the course."""

    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def row(self, name: str, value: str) -> None:
        print(f"  {name:<12}{value}", flush=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Report with this Python, or hand over to the one in `.venv`, which knows more."""
    env = environment()
    inside = Path(sys.prefix).resolve() == env.folder.resolve()
    if not inside and not options.inside and working_python(env) is not None:
        command = [str(env.python), "-m", "course_lib", "doctor", "--inside"]
        return subprocess.run(
            command, cwd=ROOT, env=clean_variables(), check=False
        ).returncode
    return report(env)


def report(env: Environment) -> int:
    """Print all sections and the verdict."""
    findings = Findings()
    print("\nThis machine")
    about_machine(findings)
    print("\nPackages")
    all_here = about_packages(findings)
    if all_here:
        print("\nSpeed of matrix products (1 GFLOP/s: 1e9 operations in a second)")
        about_speed(findings)
    print("\nBeside these")
    about_extras(findings, env)
    print()
    for text in (*findings.remarks, *findings.problems):
        print(f"  - {text}")
    print(f"\n{verdict(findings.problems)}")
    return 1 if findings.problems else 0


def verdict(problems: list[str]) -> str:
    if not problems:
        return "Verdict: the course can run on this machine."
    count = "one thing is" if len(problems) == 1 else f"{len(problems)} things are"
    return f"Verdict: not yet; {count} in the way (see above)."


def about_machine(findings: Findings) -> None:
    """Tell system, Python, cores, memory and disk: the standard library's part."""
    findings.row("system", machine.describe_system())
    where = ".venv" if sys.prefix != sys.base_prefix else sys.executable
    findings.row("Python", f"{platform.python_version()} ({where})")
    usable, present = machine.usable_cores(), os.cpu_count()
    findings.row("processor", machine.processor_name())
    findings.row("cores", f"{usable} usable of {present}")
    memory = machine.memory()
    findings.row("memory", f"{gb(memory.total)}, {gb(memory.available)} available")
    if memory.total is not None and memory.total / 1e9 < LITTLE_MEMORY_GB:
        findings.remarks.append(
            f"{gb(memory.total)} of memory is little: close other programs, and keep "
            "one chapter open at a time."
        )
    findings.row("free disk", gb(shutil.disk_usage(ROOT).free))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0  # not on Windows
    if load > usable:
        findings.remarks.append(
            f"Other programs keep this machine busy ({load:.1f} of them on {usable} "
            "cores): all will be slower than it could be."
        )
    if problem := machine.no_pytorch_because(*machine.platform_key()):
        findings.problems.append(problem)


def gb(count: int | None) -> str:
    return "unknown" if count is None else f"{count / 1e9:.1f} GB"


def about_packages(findings: Findings) -> bool:
    """List what is wanted and what is here; tell whether all of it is."""
    wanted = packages.read_requirements(ROOT / bootstrap.COURSE_REQUIREMENTS)
    here = packages.installed_versions()
    lacking = packages.lacking(wanted, here)
    for one in wanted:
        version = here.get(packages.normalized(one.name), "missing")
        sign = "<- wanted" if one in lacking else "  fits"
        print(f"  {one.name:<20}{version:<16}{sign} {one.versions}")
    if lacking:
        findings.problems.append(
            f"{len(lacking)} of {len(wanted)} packages are missing or do not fit: run\n"
            f"    `{START}` ({bootstrap.SIZE_AND_TIME})."
        )
        if too_new := machine.maybe_too_new_because(tuple(sys.version_info[:3])):
            findings.remarks.append(too_new)
        if shutil.disk_usage(ROOT).free / 1e9 < bootstrap.FREE_GB_NEEDED:
            findings.problems.append("There is too little free disk space for them.")
    return not lacking


def about_speed(findings: Findings) -> None:
    """Measure the device in fp32 and bf16, and say what follows."""
    try:
        import torch
    except (ImportError, OSError) as error:  # OSError: a library of Windows is missing
        findings.problems.append(f"torch is installed and does not load: {error}")
        return
    try:
        device = runtime.device()
    except ValueError as error:
        findings.problems.append(str(error))
        return
    findings.row("device", device_name(device))
    unit = "GFLOP/s a core" if device.type == "cpu" else "GFLOP/s"
    fp32 = runtime.matmul_gflops(torch.float32, device)
    findings.row("fp32", f"{fp32:,.0f} {unit}")
    bf16 = runtime.matmul_gflops(torch.bfloat16, device)
    findings.row("bf16", f"{bf16:,.0f} {unit}: {what_follows(bf16 / fp32)}")


def device_name(device) -> str:
    import torch

    if device.type == "cuda":
        return f"{device}, {torch.cuda.get_device_name(device)}"
    if device.type == "mps":
        return "mps, Apple's GPU"
    if torch.backends.mps.is_available():
        return "cpu (Apple's GPU only with COURSE_DEVICE=mps)"
    return "cpu"


def what_follows(speedup: float) -> str:
    """Turn the measured factor into what the course will do."""
    if speedup >= runtime.BF16_PAYS_FROM:
        return f"{speedup:.1f} x fp32, so the speedrun computes in it"
    return f"{speedup:.1f} x fp32, which does not pay: all is computed in fp32"


def about_extras(findings: Findings, env: Environment) -> None:
    """Tell what the course can do without, and where the student's work is."""
    for name, value in extras(env):
        findings.row(name, value)


def extras(env: Environment) -> Iterator[tuple[str, str]]:
    if env.unfinished.exists():
        yield ".venv", f"unfinished; `{START}` goes on with it"
    else:
        state = "here" if env.folder.exists() else f"not made yet; `{START}` makes it"
        yield ".venv", state
    mine = sorted((ROOT / "my_course").glob("[!.]*.ipynb"))
    made = f"not there yet; `{START}` copies the chapters into it"
    yield "my_course", f"{len(mine)} notebooks of yours" if mine else made
    tests = packages.read_requirements(ROOT / bootstrap.TEST_REQUIREMENTS)
    lacking = packages.missing(tests, packages.installed_versions())
    state = "all packages here; `python -m course_lib test` runs them"
    if lacking:
        state = (
            f"{len(lacking)} of {len(tests)} packages missing, about 300 MB and a "
            "minute; `python -m course_lib test` installs them"
        )
    yield "tests", state
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    yield "chromium", browser or "not found; only the browser tests need it (300 MB)"
