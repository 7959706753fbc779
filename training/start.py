"""Starts everything on one machine: database, content, web server and scheduler, and keeps them up.

Made for one small machine; `docs/deployment.md` tells how to run the parts apart.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from training.settings import Settings

PR_SET_PDEATHSIG = 1
THREADS = 8


def serve(settings: Settings, port: int, host: str = "127.0.0.1") -> int:
    """Runs web server and scheduler until Ctrl-C or SIGTERM; restarts one that stops."""
    environment = environment_of(settings, port)
    commands = {
        "web": web_command(port, host),
        "worker": [sys.executable, "-m", "training", "worker"],
    }
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    running = {name: _begin(command, environment) for name, command in commands.items()}
    while not stopping:
        time.sleep(0.3)
        for name, process in running.items():
            if process.poll() is not None and not stopping:
                print(f"{name} is gestopt ({process.returncode}) en wordt opnieuw gestart.")
                time.sleep(1)
                running[name] = _begin(commands[name], environment)
    for process in running.values():
        process.terminate()
    for process in running.values():
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return 0


def is_free(host: str, port: int) -> bool:
    """Whether this port can be listened on now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def web_command(port: int, host: str) -> list[str]:
    """gunicorn with two processes that share the loaded application."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "wsgi:app",
        "--bind",
        f"{host}:{port}",
        "--workers",
        "2",
        "--worker-class",
        "gthread",
        "--threads",
        str(THREADS),
        "--keep-alive",
        "5",
        "--preload",
        "--no-control-socket",
        "--worker-tmp-dir",
        "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp",  # noqa: S108 - gunicorn's heartbeat only
        "--graceful-timeout",
        "10",
        "--log-level",
        "warning",
    ]


def environment_of(settings: Settings, port: int) -> dict[str, str]:
    """The environment in which the parts read the same settings. Where nobody set an address,
    mails, QR codes and certificates lead to the port on which it runs."""
    unset = settings.base_url == Settings().base_url
    return {
        **os.environ,
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "BOX_DIR": str(settings.box_dir),
        "BASE_URL": f"http://127.0.0.1:{port}" if unset else settings.base_url,
        "PYTHONUNBUFFERED": "1",
    }


def _begin(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    root = Path(__file__).parent.parent
    return subprocess.Popen(  # noqa: S603 - our own commands
        command,
        env=environment,
        cwd=root,
        start_new_session=True,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - no thread runs yet
    )


def _die_with_parent() -> None:
    """Lets the child get SIGTERM when its parent is gone, even when that was killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def one_time_password() -> str:
    """A password for the demonstration: long, random, easy to type."""
    return "-".join(secrets.token_hex(2) for _ in range(4))
