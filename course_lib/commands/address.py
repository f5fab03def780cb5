"""Write the course's public address into pyproject.toml, and README's badges from it.

    python -m course_lib address https://github.com/OWNER/NAME

Binder and Colab fetch a course from there. pyproject.toml is the one place that holds
it; everything else is made from it. Standard library only.
"""

import argparse
import re
import tomllib
from pathlib import Path

from course_lib.commands.console import CommandError
from course_lib.runtime import ROOT, atomic_write
from course_lib.syllabus import syllabus

HELP = "say where the course lies on GitHub (badges for Binder and Colab)"
BRANCH = "main"
_GITHUB = re.compile(r"https://github\.com/([\w-]+/[\w.-]+?)(?:\.git)?/?")
_URLS = re.compile(r"(?ms)^\[project\.urls\]\n.*?\n\n(?=\[)")
_BADGES = re.compile(r"(?s)(<!-- badges -->\n).*?(<!-- /badges -->)")
NO_ADDRESS = (
    "This copy has no public address yet. Whoever publishes it gives it one, and here\n"
    "stand the badges: `python -m course_lib address https://github.com/OWNER/NAME`.\n"
)
# Everything is there but a few packages; what Colab has stays as it is.
COLABS_OWN = ("jupyterlab", "ipywidgets", "nbval", "torch")
COLAB_CELL = """\
%cd /content
![ -d course ] || git clone --depth 1 {address} course
%cd course
!grep -vE '^(jupyterlab|ipywidgets|nbval|torch|-e)' requirements.txt > colab.txt
!pip install -q -r colab.txt
from google.colab import output

output.enable_custom_widget_manager()"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="https://github.com/OWNER/NAME")


def run(options: argparse.Namespace) -> int:
    """Write the address into both files."""
    write_address(options.url, ROOT)
    print(f"{options.url} stands in pyproject.toml; README.md has its badges.")
    return 0


def write_address(url: str, root: Path) -> None:
    """Put the address into pyproject.toml, and the badges made of it into README.md.

    Raises:
        CommandError: if it is no address on GitHub, which is all that Colab opens.
    """
    found = _GITHUB.fullmatch(url)
    if found is None:
        raise CommandError(
            f"{url!r} is no address like https://github.com/OWNER/NAME. Colab opens\n"
            "GitHub's repositories only; docs/elsewhere.md says what works elsewhere."
        )
    address = f"https://github.com/{found[1]}"
    project = root / "pyproject.toml"
    text = _URLS.sub("", project.read_text(encoding="utf-8"))
    section = f'[project.urls]\nRepository = "{address}"\n\n'
    cut = text.index("[tool.")
    atomic_write(project, text[:cut] + section + text[cut:])
    readme = root / "README.md"
    old = readme.read_text(encoding="utf-8")
    new = _BADGES.sub(lambda m: m[1] + badges(address) + m[2], old)
    atomic_write(readme, new)


def read_address(root: Path = ROOT) -> str | None:
    """Read the address from pyproject.toml; None if nobody gave one."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"].get("urls", {}).get("Repository")


def known_address(root: Path = ROOT) -> str:
    """Read the address.

    Raises:
        CommandError: if nobody gave one.
    """
    address = read_address(root)
    if address is None:
        raise CommandError(
            "The course has no public address, from which Colab could fetch it. Put\n"
            "it on GitHub, then:\n\n"
            "    python -m course_lib address https://github.com/OWNER/NAME"
        )
    return address


def colab_cell(address: str) -> str:
    """Write the cell with which a chapter begins in Colab."""
    return COLAB_CELL.format(address=address)


def badges(address: str | None) -> str:
    """Write README's lines: one badge for Binder, a link to each chapter in Colab."""
    if address is None:
        return NO_ADDRESS
    name = address.removeprefix("https://github.com/")
    binder = f"https://mybinder.org/v2/gh/{name}/{BRANCH}"
    start = "?urlpath=lab/tree/my_course/00_start_here.ipynb"
    colab = f"https://colab.research.google.com/github/{name}/blob/{BRANCH}/chapters"
    links = "\n".join(f"[{one.number}]({colab}/{one.file})" for one in syllabus())
    return (
        "[![Open in Binder](https://mybinder.org/badge_logo.svg)]"
        f"({binder}{start})\n"
        "![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)\n"
        f"{links}\n"
    )
