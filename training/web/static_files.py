"""Gives our files an address that changes with them, so that a browser may keep them long."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, Response, request

KEPT = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    """Lets templates write `/static/x.css?v={{ static_version }}`; what is asked for with this mark
    never changes, so it is kept for a year."""
    version = version_of(Path(app.static_folder or ""))
    app.jinja_env.globals["static_version"] = version

    @app.after_request
    def _keep(response: Response) -> Response:
        if request.endpoint == "static" and request.args.get("v") == version:
            response.headers["Cache-Control"] = KEPT
        return response


def version_of(folder: Path) -> str:
    """A short mark of everything in a folder."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total.update(path.relative_to(folder).as_posix().encode())
            total.update(path.read_bytes())
    return total.hexdigest()[:10]
