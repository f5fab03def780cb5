"""Facts about paths, modes, devices, seeds, speed, and writing files."""

import os
import subprocess
import sys

import pytest
import torch

from course_lib import runtime


def test_importing_runtime_does_not_import_torch():
    code = "import sys, course_lib.runtime; sys.exit('torch' in sys.modules)"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, cwd=runtime.ROOT, check=False).returncode == 0


def test_root_is_the_folder_of_requirements():
    assert (runtime.ROOT / "requirements.txt").is_file()


def test_missing_data_says_how_to_get_it():
    with pytest.raises(ValueError, match=r"git restore data/no_such_file\.json"):
        runtime.data_path("no_such_file.json")


def test_data_path_stays_inside_data():
    with pytest.raises(ValueError, match="not inside data"):
        runtime.data_path("../requirements.txt")


def test_existing_data_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "DATA", tmp_path.resolve())
    (tmp_path / "corpus.txt").write_text("x")
    assert runtime.data_path("corpus.txt").read_text() == "x"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "default"), ("", "default"), ("test", "test"), ("long", "long")],
)
def test_mode_is_read_when_asked(monkeypatch, value, expected):
    monkeypatch.delenv("COURSE_MODE", raising=False)
    if value is not None:
        monkeypatch.setenv("COURSE_MODE", value)
    assert runtime.mode() == expected


def test_unknown_mode_names_itself_and_the_allowed_ones(monkeypatch):
    monkeypatch.setenv("COURSE_MODE", "fast")
    with pytest.raises(ValueError, match=r"'fast'.*test, default, long"):
        runtime.mode()


def test_by_mode_picks(monkeypatch):
    monkeypatch.setenv("COURSE_MODE", "test")
    assert runtime.by_mode(test=3, default=200, long=2000) == 3


@pytest.mark.parametrize("mode", ["test", "default", "long"])
def test_the_real_model_is_left_out_in_mode_test_only(monkeypatch, tmp_path, mode):
    monkeypatch.setenv("COURSE_MODE", mode)
    (tmp_path / runtime.REAL_MODEL).touch()
    assert (runtime.real_model(tmp_path) is None) == (mode == "test")


def test_device_can_be_chosen(monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    assert runtime.device() == torch.device("cpu")


@pytest.mark.parametrize("wanted", ["abacus", "cuda:99", "cpu:x"])
def test_absent_device_names_what_is_here(monkeypatch, wanted):
    monkeypatch.setenv("COURSE_DEVICE", wanted)
    with pytest.raises(ValueError, match=f"{wanted}.*torch finds cpu"):
        runtime.device()


def test_apples_gpu_is_only_used_when_asked_for(monkeypatch):
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert runtime.device().type == "cpu"
    monkeypatch.setenv("COURSE_DEVICE", "mps")
    assert runtime.device().type == "mps"


@pytest.mark.parametrize(
    ("speedup", "expected"), [(9.0, torch.bfloat16), (1.1, torch.float32)]
)
def test_bf16_is_chosen_where_it_pays(monkeypatch, speedup, expected):
    monkeypatch.delenv("COURSE_PRECISION", raising=False)
    monkeypatch.setattr(runtime, "bf16_speedup", lambda _device: speedup)
    assert runtime.fastest_dtype("cpu") == expected


def test_the_precision_of_a_run_overrides_what_is_measured(monkeypatch):
    monkeypatch.setattr(runtime, "bf16_speedup", lambda _device: 9.0)
    monkeypatch.setenv("COURSE_PRECISION", "fp32")
    assert runtime.fastest_dtype("cpu") == torch.float32
    monkeypatch.setenv("COURSE_PRECISION", "fp8")
    with pytest.raises(ValueError, match="is 'fp8'; it can be fp32 or bf16"):
        runtime.fastest_dtype("cpu")


def test_measuring_speed_leaves_the_number_of_threads():
    threads = torch.get_num_threads()
    assert runtime.matmul_gflops(torch.float32, size=64, budget_s=0.02) > 0
    assert torch.get_num_threads() == threads


def test_measure_sees_time_and_memory():
    before_mb = runtime.peak_memory_mb()
    with runtime.measure() as cost:
        block = bytearray(b"x") * 300_000_000
    assert cost.elapsed_s > 0
    # Not +300: the process may have held more before than it did just now.
    assert cost.peak_memory_mb >= max(before_mb, len(block) / 1e6)


def test_measure_counts_a_block_that_fails():
    with pytest.raises(KeyError), runtime.measure() as cost:
        raise KeyError
    assert cost.elapsed_s > 0


def test_atomic_write_replaces_the_whole_file(tmp_path):
    path = tmp_path / "new folder" / "a.txt"
    runtime.atomic_write(path, "long old content")
    runtime.atomic_write(path, "né\n")
    assert path.read_bytes() == b"n\xc3\xa9\n"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


def test_a_link_stays_and_what_it_points_to_is_written(tmp_path):
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "progress.json", tmp_path / "progress.json"
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("this system keeps symbolic links to administrators")
    for text in ("first", "second"):  # it may point to what is not there yet
        assert runtime.atomic_write(link, text) == link
        assert link.is_symlink()
        assert target.read_text() == text
    assert [p.name for p in target.parent.iterdir()] == ["progress.json"]
    assert {p.name for p in tmp_path.iterdir()} == {"there", "progress.json"}


@pytest.mark.parametrize(
    ("lasting", "expected"), [(True, ["disk", "name"]), (False, ["name"])]
)
def test_what_is_to_last_is_on_the_disk_before_it_has_its_name(
    tmp_path, monkeypatch, lasting, expected
):
    order, real = [], os.replace

    def replace(old, new):
        order.append("name")
        real(old, new)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(os, "fsync", lambda _: order.append("disk"))
    runtime.atomic_write(tmp_path / "a.txt", "x", lasting)
    assert order == expected
    assert (tmp_path / "a.txt").read_text() == "x"


def test_a_rename_waits_for_whoever_looks_into_the_file(tmp_path, monkeypatch):
    """As a virus scanner does under Windows: here it lets go at the third try."""
    (tmp_path / "new").write_text("new")
    real, tries = os.replace, []

    def held(old, new):
        tries.append(new)
        if len(tries) < 3:
            raise PermissionError("somebody has it open")
        real(old, new)

    monkeypatch.setattr(os, "replace", held)
    monkeypatch.setattr(runtime, "MORE_TRIES", 0)  # elsewhere it means what it says
    with pytest.raises(PermissionError):
        runtime.rename(tmp_path / "new", tmp_path / "old")
    monkeypatch.setattr(runtime, "MORE_TRIES", 9)
    runtime.rename(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old").read_text() == "new"
    assert len(tries) == 3


def test_torchrun_meets_at_this_machines_own_address():
    assert runtime.torchrun(2)[0] == "torch.distributed.run"
    assert "--local-addr=127.0.0.1" in runtime.torchrun(2)


@pytest.mark.parametrize("stops", [OSError("disk full"), KeyboardInterrupt()])
def test_a_stopped_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, stops):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def replace(*_):
        raise stops

    monkeypatch.setattr(runtime.os, "replace", replace)
    with pytest.raises(type(stops)):
        runtime.atomic_write(path, b"new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
