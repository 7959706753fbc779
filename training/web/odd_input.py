"""Refuses what no keyboard sends and PostgreSQL cannot keep: the character NUL."""

from __future__ import annotations

from flask import Flask, abort, request

NUL = "\x00"


def install(app: Flask) -> None:
    """Answers 400 to every request of `app` with a NUL in its address or its form."""
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    if b"%00" in request.query_string or NUL in request.path:
        abort(400)
    if request.method == "POST" and any(
        NUL in name or NUL in value for name, value in request.form.items(multi=True)
    ):
        abort(400)
