"""kill -9 of any process at any moment loses nothing that was acknowledged, and needs no hands."""

from __future__ import annotations

import http.cookiejar
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from training.content.classes import Library
from training.db import Database
from training.learning.models import Attempt

ROOT = Path(__file__).parents[2]
PASSWORD = "weerbaar-na-de-klap"
KILLS = 12
pytestmark = pytest.mark.heavy


class Browser:
    """The simplest browser: cookies, forms with their token, and patience while a server starts."""

    def __init__(self, address: str) -> None:
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> str:
        """A page; tries again for a minute while nobody answers."""
        return self._patiently(
            lambda: self.opener.open(self.address + path, timeout=10).read().decode()
        )

    def post(self, page: str, path: str, **fields: str) -> bool:
        """Sends a form of `page` once; whether the answer said that it was done."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        data = urllib.parse.urlencode({**fields, "csrf_token": token[1]}).encode()
        try:
            self.opener.open(self.address + path, data=data, timeout=10).read()
        except (urllib.error.URLError, OSError, ConnectionError):
            return False
        return True

    def _patiently(self, ask: object) -> str:
        for _ in range(120):
            try:
                return ask()  # type: ignore[operator, no-any-return]
            except urllib.error.HTTPError:
                raise
            except (urllib.error.URLError, OSError, ConnectionError):
                time.sleep(0.5)
        raise AssertionError("the server did not come back")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, dict[str, str]]]:
    """`training start` on a filled town; stopped at the end, with nothing left behind."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "BOX_DIR": str(tmp_path / "box")}
    environment.pop("DATABASE_URL", None)
    training = [sys.executable, "-m", "training"]
    subprocess.run(
        [*training, "demo", "--people", "120", "--password", PASSWORD],
        cwd=ROOT,
        env=environment,
        check=True,
    )
    process = subprocess.Popen([*training, "start", "--port", str(port)], cwd=ROOT, env=environment)
    yield process, f"http://127.0.0.1:{port}", environment
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    _gone, alive = psutil.wait_procs(family, timeout=10)
    assert not alive, "a process was left behind"


def test_nothing_acknowledged_is_lost_by_kill_9(
    installation: tuple[subprocess.Popen[bytes], str, dict[str, str]], library: Library
) -> None:
    process, address, environment = installation
    luck, browser = random.Random(1), Browser(address)
    page = browser.get("/inloggen")
    assert browser.post(page, "/inloggen", email="anna@merendijk.example", password=PASSWORD)
    modules = [m for m in library.modules.values() if not m.public][:6]
    acknowledged: set[tuple[str, str]] = set()
    for number, module in enumerate(modules):
        while not browser.post(browser.get(f"/modules/{module.id}"), f"/modules/{module.id}/begin"):
            pass
        for section in module.sections[:4]:
            here = f"/modules/{module.id}/{urllib.parse.quote(section.id)}"
            page = browser.get(here)
            if luck.random() < KILLS / 24:
                family = psutil.Process(process.pid).children(recursive=True)
                luck.choice(family).kill()
            if browser.post(page, f"{here}/verder"):
                acknowledged.add((module.id, section.id))
        assert number < len(modules)
    browser.get("/overzicht")
    database = Database(f"sqlite:///{environment['DATA_DIR']}/weerbaar.sqlite3")
    with database.reading() as db:
        kept = {(a.module_id, s) for a in db.scalars(sa.select(Attempt)) for s in a.seen}
    database.dispose()
    assert len(acknowledged) > 12
    assert acknowledged <= kept
