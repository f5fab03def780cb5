"""Facts about setting up: old Pythons, `.venv`, installing, and going on after a stop.

pip and venv are played by fakes: nothing is downloaded, and no system is needed other
than the one the tests run on.
"""

import ast
import json
import signal
import sys

import pytest

from course_lib import __main__ as cli
from course_lib.commands import bootstrap, console, machine
from course_lib.commands.console import CommandError, Steps
from course_lib.commands.environment import Environment
from course_lib.locks import locked
from course_lib.runtime import ROOT


@pytest.fixture
def env(tmp_path, monkeypatch):
    """An empty checkout with the files that decide what is installed."""
    (tmp_path / "tests").mkdir()
    for name in ("requirements.txt", "tests/requirements.txt", "tests/constraints.txt"):
        (tmp_path / name).write_text("torch>=2\n")
    made = Environment(tmp_path)
    monkeypatch.setattr(bootstrap, "environment", lambda: made)
    return made


class Setup:
    """A checkout where pip and `python -m venv` are played, and noted."""

    def __init__(self, env):
        self.env = env
        self.made = 0  # how often .venv was made
        self.asked = []  # the arguments of each pip install
        self.results = []  # whether the next ones succeed; after these, all do
        self.stop = None  # what is raised in the middle of the next ones

    def make(self, env):
        env.folder.mkdir(exist_ok=True)
        self.made += 1

    def version(self, env):
        return "3.11.7" if env.folder.exists() else None

    def pip(self, env, arguments):
        self.asked.append(arguments)
        env.pip_log.write_text("ERROR: no such version\n")
        if self.stop:
            raise self.stop
        return self.results.pop(0) if self.results else True

    def prepare(self, **options):
        bootstrap.prepare(Steps(2), **options)


@pytest.fixture
def setup(env, monkeypatch):
    played = Setup(env)
    monkeypatch.setattr(bootstrap, "make_environment", played.make)
    monkeypatch.setattr(bootstrap, "working_python", played.version)
    monkeypatch.setattr(bootstrap, "run_pip", played.pip)
    return played


# --- an old Python -----------------------------------------------------------------


@pytest.mark.parametrize("file", ["__init__.py", "__main__.py"])
def test_the_first_files_parse_under_old_pythons(file):
    source = (ROOT / "course_lib" / file).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 4))
    new = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign)
    assert not [node for node in ast.walk(tree) if isinstance(node, new)]
    assert source.isascii()


def test_an_old_python_is_told_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(cli.sys, "version_info", (3, 8, 18, "final", 0))
    assert cli.main(["start"]) == 1
    said = capsys.readouterr().err
    assert "needs Python 3.11 or newer; this is Python 3.8.18" in said
    assert "python3.11 -m course_lib start" in said


def test_a_new_python_hears_nothing():
    assert cli.old_python_message((3, 11, 0)) is None
    assert cli.old_python_message((4, 0, 0)) is None


# --- installing --------------------------------------------------------------------


def test_second_run_installs_nothing(setup):
    setup.prepare()
    setup.prepare()
    assert setup.asked == [["-r", "requirements.txt", "-c", "tests/constraints.txt"]]
    assert setup.made == 1


def test_tests_need_more_and_the_course_then_nothing(setup):
    setup.prepare()
    setup.prepare(with_tests=True)
    setup.prepare(with_tests=True)
    setup.prepare()
    assert ["tests/requirements.txt" in asked for asked in setup.asked] == [False, True]


@pytest.mark.parametrize("changed", ["requirements.txt", "tests/constraints.txt"])
def test_changed_requirements_are_installed(setup, changed):
    setup.prepare()
    (setup.env.root / changed).write_text("torch>=2.1\n")
    setup.prepare()
    assert len(setup.asked) == 2


def test_a_moved_checkout_is_installed_again(env):
    moved = Environment(env.root / "tests" / "..", env.os_name)
    keys = [bootstrap.key_of(e, "requirements.txt", "3.11.7") for e in (env, moved)]
    assert keys[0] != keys[1]  # course_lib is installed by its path


def test_interrupted_installation_goes_on(setup):
    setup.stop = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        setup.prepare()
    assert not setup.env.stamp.exists()
    setup.stop = None
    setup.prepare()
    assert len(setup.asked) == 2
    assert setup.made == 1


def test_interrupted_update_forgets_that_it_was_installed(setup):
    setup.prepare()
    (setup.env.root / "requirements.txt").write_text("torch>=2.1\n")
    setup.stop = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        setup.prepare()
    (setup.env.root / "requirements.txt").write_text("torch>=2\n")  # as it was
    setup.stop = None
    setup.prepare()
    assert len(setup.asked) == 3


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"requirements.txt": 3}'])
def test_a_damaged_stamp_means_install(setup, damage):
    setup.prepare()
    setup.env.stamp.write_text(damage)
    setup.prepare()
    assert len(setup.asked) == 2


def test_package_cut_off_while_unpacking_is_forgotten(env):
    site = env.folder / "lib" / "python3.11" / "site-packages"
    for name, complete in (("whole-1", True), ("half-1", False)):
        description = site / f"{name}.dist-info"
        description.mkdir(parents=True)
        (description / "METADATA").touch()
        if complete:
            (description / "RECORD").touch()
    bootstrap.repair(env)
    assert [folder.name for folder in site.iterdir()] == ["whole-1.dist-info"]


def test_pins_that_fail_are_followed_by_ranges(setup, capsys):
    setup.results = [False, True]
    setup.prepare()
    assert setup.asked[1] == ["-r", "requirements.txt"]
    assert "not the ones the tests ran with" in capsys.readouterr().out


def test_failing_pip_ends_with_its_last_words(setup):
    setup.results = [False, False]
    with pytest.raises(CommandError, match="no such version"):
        setup.prepare()
    assert not setup.env.stamp.exists()


def test_failing_pip_under_a_python_newer_than_pytorch_names_one_that_works(
    setup, monkeypatch
):
    """Under the newest one that has a PyTorch, the network is the likelier reason."""
    newest, newer = machine.NEWEST_PYTHON, (3, machine.NEWEST_PYTHON[1] + 1)
    for version, told in ((newest, False), (newer, True)):
        setup.results = [False, False]
        setup.env.folder.mkdir(exist_ok=True)
        here = ".".join(map(str, (*version, 0)))
        monkeypatch.setattr(bootstrap, "working_python", lambda _, here=here: here)
        with pytest.raises(CommandError) as error:
            setup.prepare()
        said = f"not exist yet for Python {newer[0]}.{newer[1]}"
        assert (said in str(error.value)) is told
    assert f"py -{newest[0]}.{newest[1]} -m course_lib start" in str(error.value)


def test_readme_names_the_pythons_that_there_is_a_pytorch_for():
    oldest, newest = (
        ".".join(map(str, v)) for v in (cli.OLDEST_PYTHON, machine.NEWEST_PYTHON)
    )
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{oldest} to {newest} " in readme


def test_too_full_a_disk_is_told_before_anything(setup, monkeypatch):
    class Usage:
        free = 0.5e9

    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: Usage)
    with pytest.raises(CommandError, match=r"needs 2 GB .* here are 0\.5 GB"):
        setup.prepare()
    assert setup.made == 0
    monkeypatch.setattr(bootstrap, "_taken_gb", lambda _: 1.6)  # before an interruption
    setup.prepare()


def test_a_program_is_not_left_behind(env):
    """Leave the block early, as Ctrl-C does: the program ends all the same."""
    waits = [sys.executable, "-c", "input()"]  # ends at once: its input is closed
    with pytest.raises(KeyboardInterrupt), bootstrap.running(waits, env) as process:
        raise KeyboardInterrupt
    assert process.poll() is not None


def test_two_windows_do_not_set_the_course_up_at_once(setup, monkeypatch):
    monkeypatch.setattr(bootstrap, "PATIENCE_S", 0.0)
    lock = setup.env.root / bootstrap.LOCK
    with locked(lock), pytest.raises(CommandError, match="Another window is setting"):
        setup.prepare()
    assert not setup.env.folder.exists()
    assert (setup.made, setup.asked) == (0, [])
    setup.prepare()
    with locked(lock):  # a third may install for the tests: what is there can be used
        setup.prepare()
    assert (setup.made, len(setup.asked)) == (1, 1)


def test_what_another_window_has_made_meanwhile_is_not_made_again(setup, monkeypatch):
    """It was at it when this one looked, and has finished before it got its turn."""
    answers = [None, "3.11.7"]
    setup.env.folder.mkdir()
    monkeypatch.setattr(bootstrap, "working_python", lambda _: answers.pop(0))
    setup.prepare()
    assert setup.made == 0


def test_what_another_window_has_installed_meanwhile_is_not_installed_again(
    setup, monkeypatch
):
    """This one waits for the lock, and looks again."""

    def after_the_other(path, patience_s):
        assert patience_s > 0, "a window that was closed takes a moment to unlock"
        monkeypatch.setattr(bootstrap, "locked", locked)
        setup.prepare()
        return locked(path, patience_s)

    monkeypatch.setattr(bootstrap, "locked", after_the_other)
    setup.prepare()
    assert (setup.made, len(setup.asked)) == (1, 1)


def test_told_to_end_while_it_installs_it_ends_as_after_ctrl_c(setup, monkeypatch):
    """As an IDE does: pip is not left behind, see `running`."""
    before, tidied = signal.getsignal(signal.SIGTERM), []

    def stopped(*_):
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            tidied.append("pip")

    monkeypatch.setattr(bootstrap, "run_pip", stopped)
    with pytest.raises(SystemExit):
        setup.prepare()
    assert tidied == ["pip"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_program_runs_in_the_python_that_has_all_where_there_is_no_venv(
    setup, monkeypatch
):
    """On a hub nobody may write into the course: not even the lock."""
    here = {"torch": "2.9"}
    monkeypatch.setattr(bootstrap.packages, "installed_versions", lambda: here)
    before = sorted(setup.env.root.rglob("*"))
    assert str(bootstrap.python_for_programs(Steps(2))) == sys.executable
    assert sorted(setup.env.root.rglob("*")) == before
    here["torch"] = "1.9"  # too old
    assert bootstrap.python_for_programs(Steps(2)) == setup.env.python
    here["torch"] = "2.9"  # now a .venv is there, and stays the one
    assert bootstrap.python_for_programs(Steps(2)) == setup.env.python
    assert (setup.made, len(setup.asked)) == (1, 1)


def test_the_stamp_is_readable_json(setup):
    setup.prepare()
    assert list(json.loads(setup.env.stamp.read_text())) == ["requirements.txt"]


# --- words -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "news"),
    [
        (
            "  Downloading torch-2.13.0-cp311-cp311-linux_x86_64.whl (190.2 MB)\n",
            "downloading torch-2.13.0, 190 MB",
        ),
        ("  Downloading six-1.17.0-py2.py3-none-any.whl (11 kB)\n", None),
        ("Collecting torch\n", None),
        (
            "Installing collected packages: a, b, c\n",
            "unpacking 3 packages: up to a minute without a word",
        ),
    ],
)
def test_of_pips_lines_only_the_long_waits_are_shown(line, news):
    assert console.pip_news(line) == news


def test_user_errors_show_no_traceback(monkeypatch, capsys):
    def fails(_):
        raise CommandError("Do this, then that.")

    from course_lib.commands import start

    monkeypatch.setattr(start, "run", fails)
    assert cli.main(["start"]) == 1
    assert capsys.readouterr().err == "\nDo this, then that.\n"


def test_ctrl_c_is_one_line_and_130(monkeypatch, capsys):
    def stopped(_):
        raise KeyboardInterrupt

    from course_lib.commands import start

    monkeypatch.setattr(start, "run", stopped)
    assert cli.main(["start"]) == 130
    assert capsys.readouterr().err.strip().count("\n") == 0


def test_no_verb_shows_help(capsys):
    assert cli.main([]) == 0
    assert "doctor" in capsys.readouterr().out
