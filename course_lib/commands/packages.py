"""What requirements.txt asks for, and which of it a Python environment has.

Reads the installed packages of `.venv` from outside, so that it works before anything
is installed. Understands the kind of line this course writes; the rest is pip's.
"""

import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from course_lib.commands.address import COLABS_OWN

_LINE = re.compile(r"^([A-Za-z0-9._-]+)\s*((?:(?:[<>=!]=|[<>])[^,\s]+,?)*)$")


@dataclass(frozen=True)
class Requirement:
    """One package and the range of versions that is compatible."""

    name: str
    versions: str  # such as ">=4.4,<5"; empty: any

    def allows(self, version: str) -> bool:
        """Compare release numbers: 2.13.0+cpu and 2.13.0rc1 count as 2.13.0."""
        here = _release(version)
        for operator, bound in re.findall(r"([<>=!]=|[<>])([^,]+)", self.versions):
            there = _release(bound)
            compared = (here > there) - (here < there)
            right = {
                ">=": compared >= 0,
                "<=": compared <= 0,
                "==": compared == 0,
                "!=": compared != 0,
                ">": compared > 0,
                "<": compared < 0,
            }
            if not right[operator]:
                return False
        return True


def _release(version: str) -> tuple[int, ...]:
    numbers = re.match(r"\d+(?:\.\d+)*", version.strip())
    parts = [int(part) for part in numbers[0].split(".")] if numbers else []
    while parts and parts[-1] == 0:  # 5 and 5.0 are the same version
        parts.pop()
    return tuple(parts)


def read_requirements(path: Path) -> list[Requirement]:
    """Read a requirements file, without its comments and its `-e .`.

    Raises:
        ValueError: at a line that is more than a name and versions.
    """
    wanted = []
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if not text or text.startswith("-"):
            continue
        found = _LINE.match(text.replace(" ", ""))
        if found is None:
            raise ValueError(
                f"{path.name} has the line {text!r}; write it like name>=1.2,<2"
            )
        wanted.append(Requirement(found[1], found[2]))
    return wanted


def normalized(name: str) -> str:
    """Spell a package's name the way indexes compare names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_versions(site_packages: list[Path] | None = None) -> dict[str, str]:
    """Map each installed package to its version, here or in other folders."""
    where = {} if site_packages is None else {"path": [str(p) for p in site_packages]}
    found = metadata.distributions(**where)
    versions: dict[str, str] = {}
    for one in found:
        # A package whose installation was interrupted may have a folder and no name; of
        # one that is there twice, the first on the path is imported.
        if one.name:
            versions.setdefault(normalized(one.name), one.version)
    return versions


def missing(wanted: list[Requirement], here: dict[str, str]) -> list[Requirement]:
    """List what is not installed, or in a version that does not fit."""
    return [
        one
        for one in wanted
        if (version := here.get(normalized(one.name))) is None
        or not one.allows(version)
    ]


def lacking(wanted: list[Requirement], here: dict[str, str]) -> list[Requirement]:
    """List what is missing, but not what Colab has in a version of its own."""
    own = COLABS_OWN if "google-colab" in here else ()
    return [one for one in missing(wanted, here) if one.name not in own]
