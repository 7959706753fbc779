"""Lighthouse finds a page accessible, well made and quick on a phone."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import CHROMIUM, ROOT, Site, Visitor

TOOL = ROOT / "tools" / "pages" / "node_modules" / ".bin" / "lighthouse"
LEAST = {"accessibility": 100, "best-practices": 100, "performance": 95}
TRIES = 3  # a machine that is busy makes a page slow, never quick


def scores(address: str, cookie: str, folder: Path) -> dict[str, int]:
    """The scores of a page (0 to 100) in Lighthouse's own mobile setting."""
    report = folder / "report.json"
    done = subprocess.run(
        [
            "node", str(TOOL), address, "--quiet", "--output=json", f"--output-path={report}",
            f"--chrome-flags=--headless=new {' '.join(CHROMIUM)}",
            f"--only-categories={','.join(LEAST)}",
            f"--extra-headers={json.dumps({'Cookie': cookie} if cookie else {})}",
        ],
        env={**os.environ, "CHROME_PATH": "/usr/bin/chromium"},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(report.read_text())
    lost = [
        f"{audit['id']}: {audit['score']}"
        for audit in told["audits"].values()
        if audit["score"] is not None and audit["score"] < 0.9
    ]
    print(address, {k: v["score"] for k, v in told["categories"].items()}, *lost, sep="\n  ")
    return {name: round(100 * part["score"]) for name, part in told["categories"].items()}


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("", "/openbaar"),
        ("", "/openbaar/signalen-op-het-bedrijventerrein"),
        ("anna", "/overzicht"),
        ("anna", "section"),
        ("rachid", "scene"),
    ],
)
def test_lighthouse_is_content(
    visit: Callable[..., Visitor], site: Site, tmp_path: Path, who: str, path: str
) -> None:
    visitor = visit()
    if who:
        page = visitor.sign_in(f"{who}@merendijk.example")
        if path == "section":
            visitor.open("/modules/drugshandel-herkennen")
            page.get_by_role("button", name="Begin").first.click()
        elif path == "scene":
            visitor.open("/dilemmas/het-bouwplan-van-je-broer")
            page.get_by_role("button", name="Begin").first.click()
        address = page.url if path in ("section", "scene") else site.address + path
    else:
        address = site.address + path
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in visitor.context.cookies())
    best: dict[str, int] = {}
    for _ in range(TRIES):
        found = scores(address, cookie, tmp_path)
        best = {name: max(found[name], best.get(name, 0)) for name in found}
        if all(best[name] >= least for name, least in LEAST.items()):
            break
    assert not {name: best[name] for name, least in LEAST.items() if best[name] < least}
