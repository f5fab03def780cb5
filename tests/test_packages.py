"""Facts about the requirement files and the versions they allow."""

from importlib import metadata

import pytest
from packaging.specifiers import SpecifierSet

from course_lib.commands import packages
from course_lib.runtime import ROOT


def test_every_required_package_is_pinned_to_a_version_that_fits():
    pins = packages.read_requirements(ROOT / "tests" / "constraints.txt")
    pinned = {packages.normalized(p.name): p.versions.removeprefix("==") for p in pins}
    for name in ("requirements.txt", "tests/requirements.txt"):
        wanted = packages.read_requirements(ROOT / name)
        assert wanted
        assert packages.missing(wanted, pinned) == []


def test_pinned_versions_run_on_the_first_python_3_11():
    """Debian 12 has 3.11.2, and a package once asked for 3.11.5."""
    asks_for_more = {}
    for pin in packages.read_requirements(ROOT / "tests" / "constraints.txt"):
        try:
            here = metadata.metadata(pin.name)
        except metadata.PackageNotFoundError:
            continue
        wanted = SpecifierSet(here["Requires-Python"] or "")
        if pin.allows(here["Version"]) and "3.11.0" not in wanted:
            asks_for_more[pin.name] = str(wanted)
    assert asks_for_more == {}


def test_no_pin_names_a_build_for_one_kind_of_machine():
    text = (ROOT / "tests" / "constraints.txt").read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line for line in pins if "+" in line or line.count("==") != 1] == []


@pytest.mark.parametrize(
    ("versions", "version", "expected"),
    [
        (">=4.4,<5", "4.6.6", True),
        (">=4.4,<5", "5.0", False),
        (">=4.4,<5", "4.10", True),  # numbers, not text
        (">=2.6,<3", "2.13.0+cpu", True),
        ("==2.13.0", "2.13", True),
        ("!=2", "2.0.0", False),
        ("", "1", True),
    ],
)
def test_versions_are_compared_as_numbers(versions, version, expected):
    assert packages.Requirement("x", versions).allows(version) is expected


def test_of_a_package_that_is_there_twice_the_first_on_the_path_counts(tmp_path):
    for folder, version in (("first", "2.0"), ("second", "1.0")):
        info = tmp_path / folder / f"x-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Name: x\nVersion: {version}\n")
    path = [tmp_path / "first", tmp_path / "second"]
    assert packages.installed_versions(path) == {"x": "2.0"}


def test_a_line_we_cannot_read_is_named(tmp_path):
    file = tmp_path / "requirements.txt"
    file.write_text("good>=1\nbad @ file:///x\n")
    with pytest.raises(ValueError, match="bad @ file"):
        packages.read_requirements(file)
