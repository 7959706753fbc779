"""Decides that what a page loads is ours, unchanged, small, and from no other host."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
LOCK = json.loads((ROOT / "tools" / "vendor_static.lock.json").read_text("utf-8"))
FIRST_LOAD = (
    "vendor/utrecht.css",
    "weerbaar.css",
    "js/weerbaar.js",
    "vendor/noto-sans-regular.woff2",
    "vendor/noto-sans-bold.woff2",
)


def on_the_wire(path: Path) -> int:
    """Bytes that a browser fetches: fonts are compressed already, the rest goes through gzip."""
    body = path.read_bytes()
    return len(body) if path.suffix == ".woff2" else len(gzip.compress(body, 6))


def test_the_vendored_files_are_those_of_the_lock() -> None:
    found = {
        str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in (STATIC / "vendor", ROOT / "tests" / "vendor")
        for path in folder.iterdir()
    }
    assert found == LOCK["files"]


def test_what_a_page_loads_leaves_room_for_the_page_itself() -> None:
    weights = {name: on_the_wire(STATIC / name) for name in FIRST_LOAD}
    assert sum(weights.values()) <= 48_000, weights  # a page as first seen: 60 kB with its HTML


def test_own_script_is_under_ten_kilobytes_as_written() -> None:
    assert sum(path.stat().st_size for path in (STATIC / "js").glob("*.js")) < 10_000


def test_no_style_or_script_names_another_host() -> None:
    for path in [*STATIC.rglob("*.css"), *STATIC.rglob("*.js")]:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(?:https?:)?//[a-z]", text.replace("// ", "")), path.name


def test_every_class_of_the_design_system_that_a_template_uses_is_in_the_selection() -> None:
    vendor = (STATIC / "vendor" / "utrecht.css").read_text("utf-8")
    styled = set(re.findall(r"\.(utrecht-[\w-]+)", vendor))
    used: set[str] = set()
    for page in (ROOT / "training").rglob("*.html"):
        # a name that ends in a dash is finished by the template: its kinds are on /onderdelen
        used.update(re.findall(r"(?<![\w-])utrecht-[\w-]*\w(?![\w-])", page.read_text("utf-8")))
    assert not used - styled, "add these to CLASSES in tools/vendor_static.py"
