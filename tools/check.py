"""Runs every check of the project in order, and says at the end what held and how long it took."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
CONTENT_DATE = "2026-11-24"  # the fixed day on which dated checks look, so that no day breaks them


PAGES = ROOT / "build" / "pages"  # what the tests on SQLite visited, for the validator
TOOLS = ROOT / "tools" / "pages"
VALIDATOR = TOOLS / "node_modules" / ".bin" / "html-validate"
RULES = TOOLS / "htmlvalidate.json"


@dataclass(frozen=True)
class Step:
    """One check: its name and the command; heavy ones run only with --all."""

    name: str
    command: tuple[str, ...]
    heavy: bool = False


def pytest(*options: str) -> tuple[str, ...]:
    """A run of the test suite."""
    return (PYTHON, "-m", "pytest", *options)


STEPS = (
    Step("ruff", (PYTHON, "-m", "ruff", "check", ".")),
    Step("opmaak", (PYTHON, "-m", "ruff", "format", "--check", ".")),
    Step("mypy", (PYTHON, "-m", "mypy")),
    Step("inhoud", (PYTHON, "-m", "training", "content", "check", "--on", CONTENT_DATE)),
    Step("tests op SQLite", pytest("-n", "2", "--keep-pages", str(PAGES))),
    Step("tests op PostgreSQL", pytest("-n", "2", "--postgresql")),
    Step("tests in de browser", pytest("--browser")),
    Step("HTML", ("node", str(VALIDATOR), "--config", str(RULES), str(PAGES)), heavy=True),
    Step("zware tests", pytest("--heavy", "-m", "heavy"), heavy=True),
    Step("zware tests in de browser", pytest("--browser", "--heavy", "-m", "heavy"), heavy=True),
)


def main() -> int:
    """Runs the steps; the exit code is 1 when any of them failed."""
    parser = argparse.ArgumentParser(description="Controleert alles.")
    parser.add_argument("--all", action="store_true", help="ook wat zwaar is")
    parser.add_argument("names", nargs="*", help="alleen deze stappen")
    options = parser.parse_args()
    if not have_browser() or (options.all and not (have_page_tools() and have_office())):
        return 1
    shutil.rmtree(PAGES, ignore_errors=True)
    results: list[tuple[str, bool, float]] = []
    for step in STEPS:
        if (step.heavy and not options.all) or (options.names and step.name not in options.names):
            continue
        print(f"== {step.name}", flush=True)
        began = time.monotonic()
        done = subprocess.run(step.command, cwd=ROOT, check=False)
        results.append((step.name, done.returncode == 0, time.monotonic() - began))
    print()
    for name, held, seconds in results:
        print(f"{'goed' if held else 'FOUT':5} {seconds:6.0f} s  {name}")
    failed = sum(not held for _, held, _ in results)
    print(f"\n{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


def have_page_tools() -> bool:
    """Whether the HTML validator and Lighthouse are there, as their lock says; installs them."""
    if not (shutil.which("node") and shutil.which("npm")):
        install("nodejs", "npm")
    if not (shutil.which("node") and shutil.which("npm")):
        print(
            "De controle van de pagina's heeft Node.js nodig: apt install nodejs npm",
            file=sys.stderr,
        )
        return False
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    if subprocess.run(("npm", "ci", *quiet), cwd=TOOLS, check=False).returncode != 0:
        print("De gereedschappen in tools/pages zijn niet te installeren: npm ci", file=sys.stderr)
        return False
    return True


def have_office() -> bool:
    """Whether LibreOffice is there, in which the exports are opened; installs Debian's."""
    if not shutil.which("soffice"):
        install("libreoffice-calc")
    if shutil.which("soffice"):
        return True
    print(
        "De zware tests openen exports in LibreOffice. Installeer het met: "
        "apt install libreoffice-calc",
        file=sys.stderr,
    )
    return False


def install(*packages: str) -> None:
    """Installs Debian's packages, when we may."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"{', '.join(packages)}: wordt geïnstalleerd.", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment)
    subprocess.run(["apt-get", "install", "-y", "-qq", *packages], check=False, env=environment)


def have_browser() -> bool:
    """Whether a real Chromium is there; installs Debian's when we may."""
    if shutil.which("chromium"):
        return True
    install("chromium")
    if shutil.which("chromium"):
        return True
    print(
        "De browsertests hebben Chromium nodig. Installeer het met: apt install chromium",
        file=sys.stderr,
    )
    return False


if __name__ == "__main__":
    sys.exit(main())
