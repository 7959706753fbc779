"""Drives a real Chromium against the real server (gunicorn) on a demonstration town."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from training import start
from training.db import Database

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "tests" / "vendor" / "axe.min.js").read_text()
PASSWORD = "weerbaar-in-de-praktijk"
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-smooth-scrolling",  # what has the focus is in sight at once
    "--disable-sync",
    "--disable-dev-shm-usage",
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
INCOMPLETE = {  # what axe cannot judge by itself, and why we accept it
    "color-contrast": "text cut off by a scroll region, or an element partly covered by another",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """A running installation: its address, its folder, and a way to run its commands."""

    address: str
    folder: Path
    environment: dict[str, str]
    sign_ins: list[dict[str, str]]

    @property
    def database(self) -> Database:
        """Its database, opened from here."""
        return Database(self.environment["DATABASE_URL"])

    def run(self, *arguments: str, stops: bool = False, **extra: str) -> str:
        """Runs `training …` on this installation; its output. With `stops` a brake may have asked
        for a coordinator, because of what other journeys changed."""
        done = subprocess.run(
            [sys.executable, "-m", "training", *arguments],
            cwd=ROOT,
            env=self.environment | extra,
            capture_output=True,
            text=True,
            check=False,
        )
        stopped = stops and done.returncode == 1 and "GESTOPT" in done.stderr
        assert done.returncode == 0 or stopped, done.stdout + done.stderr
        return done.stdout

    def mails(self) -> list[str]:
        """The mails written as files so far, the newest last."""
        files = sorted((self.folder / "mail").glob("*.eml"), key=lambda p: p.stat().st_mtime)
        read = BytesParser(policy=policy.default).parsebytes
        bodies = [read(path.read_bytes()).get_body(("plain",)) for path in files]
        return [body.get_content() for body in bodies if body is not None]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration town, served as in production, for the whole run."""
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    environment = {
        **os.environ,
        "DATA_DIR": str(folder),
        "BOX_DIR": str(folder / "box"),
        "DATABASE_URL": f"sqlite:///{folder / 'weerbaar.sqlite3'}",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "a secret for the browser suite, longer than thirty-two",
    }
    made = Site(f"http://127.0.0.1:{port}", folder, environment, [])
    made.run("demo", "--people", "240", "--municipalities", "6", "--password", PASSWORD,
             "--json", str(folder / "demo.json"))  # fmt: skip
    made.sign_ins = json.loads((folder / "demo.json").read_text())
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            start.web_command(port, "127.0.0.1"), cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{made.address}/readyz", timeout=1)
                break
            except OSError:
                time.sleep(0.2)
        else:
            raise AssertionError((folder / "server.log").read_text())
        yield made
        server.terminate()
        server.wait(timeout=20)
    assert "Traceback" not in (folder / "server.log").read_text()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=list(CHROMIUM)
        )
        yield browser
        browser.close()


class Visitor:
    """Somebody at a browser."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.site = site
        self.context = context
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda problem: self.errors.append(str(problem)))

    def open(self, path: str) -> Page:
        """Goes to a page of the site."""
        self.page.goto(self.site.address + path)
        return self.page

    def sign_in(self, email: str) -> Page:
        """Signs in with the password that everybody in the demonstration has."""
        page = self.open("/inloggen")
        page.get_by_label("E-mailadres").fill(email)
        page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Inloggen").click()
        return page

    def examine(self) -> None:
        """Axe finds nothing on the page, nothing is outside it, and the console is silent."""
        self.page.wait_for_load_state()
        self.page.evaluate(AXE)
        found = self.page.evaluate(
            "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations', 'incomplete']})",
            TAGS,
        )
        told = [
            f"{item['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
            for item in found["violations"]
            for node in item["nodes"]
        ]
        told += [
            f"incomplete {item['id']}: {node['html'][:200]}"
            for item in found["incomplete"]
            if item["id"] not in INCOMPLETE
            for node in item["nodes"]
        ]
        assert not told, f"{self.page.url}\n" + "\n".join(told)
        wide = self.page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} pixels too wide"
        assert not self.errors, self.errors
        assert self.page.locator("h1").count() == 1
        assert self.page.title().endswith("- Weerbaar")


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[object]:
    """Makes visitors: `visit()`, or `visit(width=320)`, or `visit(script=False)`."""
    contexts: list[BrowserContext] = []

    def make(width: int = 1280, script: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script, locale="nl-NL"
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return Visitor(context, site)

    yield make
    for context in contexts:
        context.close()
