"""Set up the course and open it in JupyterLab.

Makes .venv, installs what is missing, copies the chapters into my_course (your own
copies: an update of the course never overwrites your work) and opens the first one in
the browser. Run it as often as you like; the first time takes some minutes.
"""

import argparse
import json
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from course_lib.commands import bootstrap, copies, offer, wheelhouse
from course_lib.commands.console import CommandError, Steps
from course_lib.commands.environment import Environment, child, clean_variables
from course_lib.runtime import ROOT, atomic_write

HELP = "set up the course and open it in JupyterLab"
HOST = "127.0.0.1"  # this computer only: no one else on the network can connect
FIRST_PORT = 8888
PORTS_TRIED = 50

# JupyterLab would ask its makers' site for news and list extensions from the network.
NO_NEWS = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
# Widgets are saved with a chapter: opened again, it shows them, even without a kernel.
KEEP_WIDGETS = {"@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True}}


STOPPED_BY = "" if os.name == "nt" else ", twice"  # JupyterLab asks, but not there
CTRL_C = 0xC000013A  # the exit code of what Ctrl-C has ended, under Windows


@dataclass(frozen=True)
class Lab:
    """One JupyterLab: where it serves which folder."""

    folder: Path
    first_chapter: str
    port: int
    token: str
    browser: bool
    on_stage: bool = False  # a lecture: no live run takes longer than promised

    @property
    def url(self) -> str:
        page = quote(self.first_chapter)
        return f"http://{HOST}:{self.port}/lab/tree/{page}?token={self.token}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address to open, only"
    )
    parser.add_argument(
        "--port", type=int, help=f"instead of the first free one from {FIRST_PORT}"
    )
    parser.add_argument(
        "--no-launch", action="store_true", help="prepare everything, start nothing"
    )
    parser.add_argument(
        "--wheelhouse",
        metavar="FOLDER",
        type=Path,
        help="install from this folder, which the verb wheelhouse made; no network",
    )


def run(options: argparse.Namespace) -> int:
    """Do the four steps of `start`; the last one lasts until JupyterLab is stopped."""
    check_port(options.port)
    carried = wheelhouse.check(options.wheelhouse) if options.wheelhouse else None
    if carried is not None and wheelhouse.bring_model(carried):
        print("The real model was in the wheelhouse, and is in its place now.\n")
    real_model_wanted = carried is None and offer.is_wanted(
        interactive=not options.no_launch
    )
    steps = Steps(3 if options.no_launch else 4)
    sources = [] if carried is None else wheelhouse.offline(carried)
    env = bootstrap.prepare(steps, sources=sources)
    folder = ROOT / "my_course"
    steps.start(f"Your own copies of the chapters, in {folder.name}/")
    outcomes = copies.update_copies(ROOT / "chapters", folder)
    steps.done(tell(outcomes))
    if real_model_wanted:
        offer.fetch_or_go_on()
    lab = Lab(
        folder=folder,
        first_chapter=first_chapter(outcomes),
        port=free_port(options.port),
        token=secrets.token_hex(16),
        browser=not options.no_browser,
    )
    if options.no_launch:
        print("\nAll is ready. To open the course:\n\n    python -m course_lib start\n")
        print("or, without this program's help:\n")
        print(f"    {printable(lab_command(env, lab))}")
        return 0
    steps.start("JupyterLab")
    return launch(env, lab)


def tell(outcomes: list[copies.Outcome]) -> str:
    """Say what happened to the copies; what was left alone is named."""
    for one in outcomes:
        if one.what == "beside":
            print(
                f"      {one.name}: you have worked in it, so it stays as it is.\n"
                f"      The course's new version is beside it: {one.beside}"
            )
    counts = [
        f"{sum(one.what == what for one in outcomes)} {words}"
        for what, words in (
            ("new", "new"),
            ("updated", "updated"),
            ("beside", "updated beside yours"),
            ("same", "as before"),
        )
        if any(one.what == what for one in outcomes)
    ]
    return ", ".join(counts)


def first_chapter(outcomes: list[copies.Outcome]) -> str:
    if not outcomes:
        raise CommandError(
            f"There are no chapters in {ROOT / 'chapters'}: this copy of the course\n"
            "is not complete. Bring them back with `git restore chapters`, or unpack\n"
            "the course's ZIP once more."
        )
    return outcomes[0].name


def check_port(port: int | None) -> None:
    if port is not None and not 1 <= port <= 65535:
        raise CommandError(f"--port is {port}; it can be from 1 to 65535.")
    if port is not None and not is_free(port):
        raise CommandError(
            f"Port {port} is in use, perhaps by another JupyterLab. Stop that one, or\n"
            "leave --port away: then the first free port is taken."
        )


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":  # there it only means: not blocked by a closed one
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port(wanted: int | None) -> int:
    candidates = range(FIRST_PORT, FIRST_PORT + PORTS_TRIED) if not wanted else [wanted]
    for port in candidates:
        if is_free(port):
            return port
    raise CommandError(
        f"The ports {candidates[0]} to {candidates[-1]} are all in use. Give a free "
        "one with --port."
    )


def lab_command(env: Environment, lab: Lab) -> list[str]:
    """Write JupyterLab's command line. The token is not in it: all users can see it."""
    command = [
        str(env.python),
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={lab.folder}",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={lab.port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN",
        f"--LabApp.default_url=/lab/tree/{quote(lab.first_chapter)}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.expose_app_in_browser=True",  # so that ▶ Present can run cells again
    ]
    if not lab.browser:
        command.append("--no-browser")
    if env.os_name == "nt":
        # The address itself, not a file that leads to it: Windows hands Python from the
        # Microsoft Store another AppData than the browser sees (jupyterlab #9250).
        command.append("--ServerApp.use_redirect_file=False")
    if sys.platform == "linux" and os.geteuid() == 0:
        command.append("--allow-root")  # containers; JupyterLab refuses otherwise
    return command


def lab_variables(lab: Lab) -> dict[str, str]:
    """Set what JupyterLab reads from its environment."""
    return clean_variables(
        {
            "JUPYTER_TOKEN": lab.token,
            # Else a kernel "python3" of the user, with other packages, would win.
            "JUPYTER_PREFER_ENV_PATH": "1",
            # Tabs of the user's other projects do not open here, nor ours there.
            "JUPYTERLAB_WORKSPACES_DIR": str(lab.folder / ".jupyter" / "workspaces"),
            **({"COURSE_STAGE": "1"} if lab.on_stage else {}),
        }
    )


def printable(command: list[str]) -> str:
    """Write a command as one types it; under Windows, in PowerShell."""
    if os.name != "nt":
        return shlex.join(command)
    typed = subprocess.list2cmdline(command)
    return f"& {typed}" if typed.startswith('"') else typed


def write_lab_settings(environment: str | Path = sys.prefix) -> None:
    """Write into a Python environment what its JupyterLab is to do otherwise."""
    folder = Path(environment) / "etc" / "jupyter" / "labconfig"
    _add_settings(folder / "page_config.json", NO_NEWS)
    _add_settings(folder / "default_setting_overrides.json", KEEP_WIDGETS)


def _add_settings(path: Path, ours: dict[str, dict]) -> None:
    """Add settings to those of a file: on a hub it may hold an administrator's."""
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        settings = {}
    for name, values in ours.items():
        settings[name] = {**settings.get(name, {}), **values}
    atomic_write(path, json.dumps(settings, indent=1))


def launch(env: Environment, lab: Lab) -> int:
    """Run JupyterLab in the foreground until it is stopped."""
    write_lab_settings(env.folder)
    print(
        f"\n    {lab.url}\n\n"
        + (
            "It opens in your browser; if not, or if that shows an error, open"
            if lab.browser
            else "Open"
        )
        + " this address there.\n"
        f"To stop: press Ctrl-C here{STOPPED_BY}. Your work is saved in "
        f"{lab.folder.name}/, and the\nsame command brings you back to it.\n",
        flush=True,
    )
    with child(lab_command(env, lab), lab_variables(lab), lab.folder) as process:
        code = wait_for(process)
    if code not in (0, -signal.SIGINT, CTRL_C):
        raise CommandError(
            f"JupyterLab ended with an error (exit code {code}); the reason is above.\n"
            "`python -m course_lib doctor` checks this machine."
        )
    print(f"\nJupyterLab has stopped. Your work is in {lab.folder}.")
    return 0


def wait_for(process: subprocess.Popen) -> int:
    """Wait to the end. Ctrl-C is JupyterLab's, which asks whether it is meant."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
