"""Gives views the content of this installation, and serves the pictures that lie beside it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from flask import Blueprint, abort, current_app, send_file
from flask.typing import ResponseReturnValue

from training.access import Permission
from training.content.classes import Library
from training.settings import Settings
from training.web.doors import open_to

blueprint = Blueprint("content", __name__)
PICTURES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}


def library() -> Library:
    """The accepted content."""
    return cast(Library, current_app.extensions["library"])


@blueprint.get("/lesmateriaal/<path:name>")
@open_to(Permission.PUBLIC)
def show_picture(name: str) -> ResponseReturnValue:
    """A picture of a module or dilemma, by its path below the content folder."""
    root = cast(Settings, current_app.extensions["settings"]).content_dir.resolve()
    path = (root / name).resolve()
    kind = PICTURES.get(Path(name).suffix)
    if kind is None or not path.is_relative_to(root) or not path.is_file():
        abort(404)
    return send_file(path, mimetype=kind, max_age=86400)
