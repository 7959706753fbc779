"""Guards forms on pages without a session, where there is no token to ask for."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import abort, request


def require_same_origin() -> None:
    """Refuses (400) a POST that another site sent: by Sec-Fetch-Site where the browser tells it,
    else by Origin. Source: OWASP, cross-site request forgery prevention."""
    if request.method != "POST":
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            abort(400)
        return
    origin = request.headers.get("Origin")
    if origin is None or urlsplit(origin).netloc != request.host:
        abort(400)
