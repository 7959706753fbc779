"""Measures the memory of everything that `training start` runs, idle."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.measure import Measure
from bench.stand import ROOT, free_port, wait_for

MOST = 400  # megabytes


def memory(quick: bool) -> Iterator[Measure]:
    """The proportional memory (PSS) of all processes together, in MB; the ceiling is one MB."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DATA_DIR": folder, "BOX_DIR": f"{folder}/box"}
        command = [sys.executable, "-m", "training", "start", "--port", str(port)]
        process = psutil.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_for(port, "/readyz")
            time.sleep(3 if quick else 10)
            family = [process, *process.children(recursive=True)]
            used = sum(_pss(one.pid) for one in family)
            yield Measure("idle memory of all processes", used, 1, "MB", MOST)
        finally:
            process.terminate()
            process.wait(30)


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
