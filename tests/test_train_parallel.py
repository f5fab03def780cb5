"""Two processes under torchrun walk the curve of one with batches twice as large."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from test_train import CONFIG, SMALL, batches, joined, losses

from course_lib.model import Transformer
from course_lib.runtime import torchrun
from course_lib.train import train

WORKER = """
import datetime, json, sys
import torch.distributed as dist
from test_train import CONFIG, SMALL, batches, losses
from course_lib.model import Transformer
from course_lib.runtime import torchrun
from course_lib.train import train

dist.init_process_group("gloo", timeout=datetime.timedelta(seconds=120))
curve = losses(train(Transformer(SMALL), batches(), CONFIG))
if dist.get_rank() == 0:
    open(sys.argv[1], "w").write(json.dumps(curve))
dist.barrier()  # nobody hangs up while another is still talking
dist.destroy_process_group()
"""


@pytest.mark.skipif(
    sys.platform == "win32" or not torch.distributed.is_available(),
    reason="needs torch.distributed, with libuv",
)
def test_two_processes_equal_one_with_batches_twice_as_large(tmp_path, monkeypatch):
    worker, result = tmp_path / "worker.py", tmp_path / "curve.json"
    worker.write_text(WORKER)
    here = Path(__file__).resolve().parent
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, [here, here.parent])))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    loopback = "lo0" if sys.platform == "darwin" else "lo"
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", loopback)  # not the host name's address
    command = [sys.executable, "-m", *torchrun(2), str(worker), str(result)]
    for _ in range(3):  # gloo itself was once seen to abort while workers connected
        done = subprocess.run(command, capture_output=True, text=True, timeout=240)
        if "SIGABRT" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr[:3000]
    expected = losses(train(Transformer(SMALL), joined(batches()), CONFIG))
    got = json.loads(result.read_text())
    torch.testing.assert_close(torch.tensor(got), torch.tensor(expected))
