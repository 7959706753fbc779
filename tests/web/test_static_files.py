"""Our own files are kept by the browser for as long as they are the same."""

from __future__ import annotations

import re
from pathlib import Path

from flask.testing import FlaskClient

from training.web.static_files import version_of


def test_a_file_with_its_mark_is_kept_for_a_year(client: FlaskClient) -> None:
    page = client.get("/inloggen").get_data(as_text=True)
    marked = re.findall(r'(?:href|src)="(/static/[^"]+\?v=[^"]+)"', page)
    assert len(marked) == 3
    for address in marked:
        assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/weerbaar.css?v=old").headers["Cache-Control"]


def test_the_mark_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a")
    before = version_of(tmp_path)
    (tmp_path / "a.css").write_text("b")
    changed = version_of(tmp_path)
    (tmp_path / "b.css").write_text("")
    assert len({before, changed, version_of(tmp_path)}) == 3
