"""Facts about the verbs: JupyterLab as `start` runs it, `test`, and `doctor`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.commands import address, copies, doctor, machine, start
from course_lib.commands import test as test_verb
from course_lib.commands.console import CommandError
from course_lib.commands.environment import Environment

NAME = "02_tokenization.ipynb"
BESIDE = "02_tokenization.updated.ipynb"


# --- start -------------------------------------------------------------------------


@pytest.fixture
def lab(tmp_path):
    return start.Lab(tmp_path / "my_course", NAME, 8899, "s3cret", browser=False)


def test_lab_serves_this_computer_only_and_the_students_folder(lab, tmp_path):
    command = start.lab_command(Environment(tmp_path), lab)
    assert "--ServerApp.ip=127.0.0.1" in command
    assert f"--ServerApp.root_dir={lab.folder}" in command
    assert f"--LabApp.default_url=/lab/tree/{NAME}" in command
    assert "--no-browser" in command


def test_token_is_in_the_address_and_not_in_the_list_of_programs(lab, tmp_path):
    assert lab.url == f"http://127.0.0.1:8899/lab/tree/{NAME}?token=s3cret"
    assert "s3cret" not in " ".join(start.lab_command(Environment(tmp_path), lab))
    assert start.lab_variables(lab)["JUPYTER_TOKEN"] == "s3cret"


def test_the_environments_kernel_wins_over_the_users(lab):
    assert start.lab_variables(lab)["JUPYTER_PREFER_ENV_PATH"] == "1"


@pytest.mark.parametrize(("os_name", "by_address"), [("nt", True), ("posix", False)])
def test_windows_opens_the_address_and_no_file_that_it_may_hide(
    lab, tmp_path, os_name, by_address
):
    """Elsewhere a file keeps the token out of the list of programs."""
    command = start.lab_command(Environment(tmp_path, os_name), lab)
    assert ("--ServerApp.use_redirect_file=False" in command) is by_address


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_root_is_allowed_on_linux(lab, tmp_path, monkeypatch, user, allowed):
    monkeypatch.setattr(start.sys, "platform", "linux")
    monkeypatch.setattr(start.os, "geteuid", lambda: user, raising=False)
    command = start.lab_command(Environment(tmp_path), lab)
    assert ("--allow-root" in command) is allowed


def test_on_windows_no_user_id_is_asked_for(lab, tmp_path, monkeypatch):
    monkeypatch.setattr(start.sys, "platform", "win32")
    monkeypatch.delattr(start.os, "geteuid", raising=False)
    command = start.lab_command(Environment(tmp_path, "nt"), lab)
    assert command[0].endswith("python.exe")


def test_lab_asks_nobody_for_news(tmp_path):
    start.write_lab_settings(tmp_path)
    (page,) = tmp_path.rglob("page_config.json")
    disabled = json.loads(page.read_text())["disabledExtensions"]
    assert disabled["@jupyterlab/apputils-extension:announcements"] is True


def test_lab_keeps_what_an_administrator_has_set(tmp_path):
    path = tmp_path / "etc" / "jupyter" / "labconfig" / "page_config.json"
    path.parent.mkdir(parents=True)
    theirs = {"disabledExtensions": {"a": True}, "appName": "Hall 3"}
    path.write_text(json.dumps(theirs))
    start.write_lab_settings(tmp_path)
    written = json.loads(path.read_text())
    assert written["appName"] == "Hall 3"
    assert written["disabledExtensions"]["a"] is True
    assert len(written["disabledExtensions"]) == 2


def test_the_doctor_misses_nothing_that_colab_has_in_its_own_way(monkeypatch, capsys):
    here = doctor.packages.installed_versions()
    lacking = {k: v for k, v in here.items() if k not in address.COLABS_OWN}
    for colab, problems in (({}, 1), ({"google-colab": "1.0"}, 0)):
        monkeypatch.setattr(
            doctor.packages, "installed_versions", lambda more=colab: lacking | more
        )
        findings = doctor.Findings()
        doctor.about_packages(findings)
        assert len(findings.problems) == problems
    capsys.readouterr()


def test_a_port_in_use_is_named_and_avoided():
    with start.socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is in use"):
            start.check_port(port)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_impossible_port_is_named(port):
    with pytest.raises(CommandError, match=str(port)):
        start.check_port(port)


def test_ctrl_c_is_left_to_jupyterlab():
    class Process:
        presses = 2

        def wait(self):
            if self.presses:
                self.presses -= 1
                raise KeyboardInterrupt
            return 0

    assert start.wait_for(Process()) == 0


def test_what_was_left_alone_is_said(capsys):
    told = start.tell(
        [copies.Outcome("a.ipynb", "new"), copies.Outcome(NAME, "beside", BESIDE)]
    )
    assert told == "1 new, 1 updated beside yours"
    assert BESIDE in capsys.readouterr().out


def test_a_course_without_chapters_says_how_to_get_them():
    with pytest.raises(CommandError, match="git restore chapters"):
        start.first_chapter([])


# --- test --------------------------------------------------------------------------


def test_everything_is_tested_unless_files_are_named():
    parallel, one = test_verb.IN_PARALLEL, "tests/test_commands.py::test_x"
    everything = test_verb.pytest_arguments(["-k", "tokenizer"])
    assert everything == [*parallel, "-k", "tokenizer", "tests", "chapters"]
    assert test_verb.pytest_arguments([one]) == [*parallel, one]


def test_tests_run_with_one_thread_on_the_cpu():
    fixed = test_verb.fixed_variables()
    assert fixed["OMP_NUM_THREADS"] == fixed["MKL_NUM_THREADS"] == "1"
    assert (fixed["COURSE_MODE"], fixed["COURSE_DEVICE"]) == ("default", "cpu")


@pytest.mark.parametrize(
    ("style_code", "tests_code", "start_of_line"),
    [
        (0, 0, "All passed: "),
        (1, 0, "FAILED: style (ruff), in 9 s"),
        (0, 1, "FAILED: tests (pytest's exit code 1)"),
        (1, 2, "FAILED: style (ruff) and tests (pytest's exit code 2)"),
        (0, 5, "FAILED: no test was run"),
    ],
)
def test_verdict_is_one_line(style_code, tests_code, start_of_line):
    line = test_verb.verdict(style_code, tests_code, 9.2)
    assert line.startswith(start_of_line)
    assert "\n" not in line


@pytest.mark.parametrize(
    ("style_code", "tests_code", "expected"), [(0, 0, 0), (1, 0, 1), (1, 5, 5)]
)
def test_exit_code_is_pytests_and_style_counts(
    tmp_path, monkeypatch, capsys, style_code, tests_code, expected
):
    codes = {"ruff": style_code, "pytest": tests_code}

    def prepare(steps, *, with_tests):
        assert with_tests
        steps.number = 2
        return Environment(tmp_path)

    class Options:
        passed_on = ()

    monkeypatch.setattr(test_verb.bootstrap, "prepare", prepare)
    monkeypatch.setattr(test_verb, "run_child", lambda command, _: codes[command[2]])
    assert test_verb.run(Options) == expected
    verdict = "All passed: " if expected == 0 else "FAILED: "
    assert capsys.readouterr().out.splitlines()[-1].startswith(verdict)


# --- doctor ------------------------------------------------------------------------


@pytest.fixture
def outside(monkeypatch):
    """A machine where nothing is installed."""
    monkeypatch.setattr(doctor.packages, "installed_versions", dict)
    monkeypatch.setattr(doctor, "working_python", lambda _: None)

    class Options:
        inside = True

    return Options


def test_doctor_before_installing_says_what_it_costs(outside, capsys):
    assert doctor.run(outside) == 1
    said = capsys.readouterr().out
    assert "1.5 GB" in said
    assert "python -m course_lib start" in said
    assert said.strip().splitlines()[-1].startswith("Verdict: not yet")


def test_doctor_under_too_new_a_python_says_which_to_install(
    outside, monkeypatch, capsys
):
    major, minor = machine.NEWEST_PYTHON
    monkeypatch.setattr(doctor.sys, "version_info", (major, minor + 1, 0))
    assert doctor.run(outside) == 1
    assert f"Install Python {major}.{minor} beside it" in capsys.readouterr().out


def test_doctor_finds_a_course_that_can_run(outside, monkeypatch, capsys):
    monkeypatch.setattr(doctor.packages, "missing", lambda *_: [])
    monkeypatch.setattr(doctor.runtime, "matmul_gflops", lambda *_: 50.0)
    monkeypatch.setattr(doctor.machine, "no_pytorch_because", lambda *_: None)
    assert doctor.run(outside) == 0
    said = capsys.readouterr().out
    assert "1.0 x fp32, which does not pay" in said
    assert said.strip().splitlines()[-1] == (
        "Verdict: the course can run on this machine."
    )


def test_doctor_hands_over_to_the_environment(monkeypatch, tmp_path):
    asked = []

    def run(command, **_):
        asked.append(command)
        return subprocess.CompletedProcess(command, 0)

    class Options:
        inside = False

    monkeypatch.setattr(doctor, "environment", lambda: Environment(tmp_path))
    monkeypatch.setattr(doctor, "working_python", lambda _: "3.11.7")
    monkeypatch.setattr(doctor.subprocess, "run", run)
    assert doctor.run(Options) == 0
    assert asked[0][1:] == ["-m", "course_lib", "doctor", "--inside"]


def test_usable_cores_respect_affinity(monkeypatch):
    monkeypatch.setattr(
        machine.os, "sched_getaffinity", lambda _: {0, 3, 5}, raising=False
    )
    monkeypatch.setattr(machine, "GROUP", Path("nowhere"))
    assert machine.usable_cores() == 3


@pytest.mark.parametrize(
    ("told", "cores"),
    [("max 100000", 8), ("50000 100000", 1), ("200000 100000", 2), ("", 8)],
)
def test_usable_cores_respect_a_containers_share(tmp_path, told, cores):
    (tmp_path / "cpu.max").write_text(told)
    assert machine.shared_cores(8, tmp_path) == cores


@pytest.mark.parametrize(
    ("most", "total", "available"), [("max", 8000, 3000), ("2000", 2000, 1500)]
)
def test_memory_respects_a_containers_share(tmp_path, most, total, available):
    (tmp_path / "memory.max").write_text(most)
    (tmp_path / "memory.current").write_text("500")
    whole = machine.Memory(8000, 3000)
    told = machine.Memory(total, available)
    assert machine.shared_memory(whole, tmp_path) == told
    assert machine.shared_memory(whole, tmp_path / "nowhere") == whole


def test_bf16_that_pays_is_announced():
    assert doctor.what_follows(3.9) == "3.9 x fp32, so the speedrun computes in it"
    assert "does not pay" in doctor.what_follows(1.1)


def test_commands_need_the_standard_library_only():
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from course_lib.__main__ import build_parser; build_parser()\n"
        "print(sorted({'torch', 'numpy', 'nbformat', 'psutil'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True,
        text=True,
        cwd=start.ROOT,
        check=False,
    )
    assert told.stdout == "[]\n", told.stderr
