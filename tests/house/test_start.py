"""`training start` ends with all that it began, however it is stopped, and keeps what it made."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from training import start

ROOT = Path(__file__).parents[2]
Started = subprocess.Popen[str]


def ctrl_c(process: Started) -> None:
    """As a terminal does: to every process of its group."""
    os.killpg(process.pid, signal.SIGINT)


def to_the_parent_only(process: Started) -> None:
    process.send_signal(signal.SIGINT)


def sigterm(process: Started) -> None:
    process.terminate()


def begin(folder: Path, port: int) -> Started:
    """`training start --empty` in a group of its own, once it answers."""
    environment = {**os.environ, "DATA_DIR": str(folder), "BOX_DIR": str(folder / "box")}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "training", "start", "--empty", "--port", str(port)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5)
            return process
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.1)
    raise AssertionError("it does not answer")


def whole_family(process: Started) -> list[psutil.Process]:
    """gunicorn, its two workers, and the scheduler: the first worker may answer before the second
    was made."""
    for _ in range(100):
        family = psutil.Process(process.pid).children(recursive=True)
        if len(family) >= 4:
            return family
        time.sleep(0.1)
    raise AssertionError(f"only {family} began")


@pytest.mark.parametrize(
    "stops",
    [(ctrl_c, sigterm), pytest.param((to_the_parent_only, ctrl_c), marks=pytest.mark.heavy)],
)
def test_it_leaves_no_process_behind_and_a_second_start_keeps_all(
    tmp_path: Path, stops: tuple[Callable[[Started], None], ...]
) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    links = []
    for stop in stops:
        process = begin(tmp_path, port)
        family = whole_family(process)
        stop(process)
        told, _nothing = process.communicate(timeout=40)
        assert process.returncode == 0, told
        _gone, alive = psutil.wait_procs(family, timeout=1)
        assert not alive, f"{stop.__name__} left {[one.cmdline() for one in alive]}"
        assert start.is_free("127.0.0.1", port)
        assert "Traceback" not in told and "gestopt" not in told
        links += re.findall(r"^  (http://\S+)$", told, re.MULTILINE)
    assert len(links) == 1, "only the first start makes a first administrator"


def test_a_port_that_is_taken_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "training", "start", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "DATA_DIR": str(tmp_path / "data")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Poort {port}" in done.stderr and "--port" in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does this")
def test_what_it_began_ends_even_when_it_is_killed(tmp_path: Path) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = begin(tmp_path, port)
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate(timeout=10)
    _gone, alive = psutil.wait_procs(family, timeout=20)
    assert not alive
