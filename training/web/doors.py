"""Keeps every view shut, unless it is marked with who may enter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request
from flask.typing import ResponseReturnValue

from training.access import Permission, Reach, Visitor

View = TypeVar("View", bound=Callable[..., Any])
MARK = "open_to"


class Gate(Protocol):
    """What the identity room gives the doors."""

    def visitor(self) -> Visitor | None:
        """Who is signed in, or None."""

    def reach(self, visitor: Visitor, permission: Permission) -> Reach:
        """The nodes at which the visitor holds the permission."""

    def sign_in_address(self) -> str:
        """Where somebody without a session is sent, to come back to this page after it."""


def open_to(*permissions: Permission) -> Callable[[View], View]:
    """Marks a view: a visitor who holds any one of `permissions` may enter."""

    def mark(view: View) -> View:
        setattr(view, MARK, frozenset(permissions))
        return view

    return mark


def install(app: Flask, gate: Gate) -> None:
    """Puts the guard before every view of `app`."""
    app.extensions["gate"] = gate
    app.before_request(_guard)


def permissions_of(app: Flask, endpoint: str) -> frozenset[Permission]:
    """What the view behind an endpoint is open to; empty for a view that nobody may enter."""
    view = app.view_functions.get(endpoint)
    return cast("frozenset[Permission]", getattr(view, MARK, frozenset()))


def visitor() -> Visitor:
    """Who is signed in; 404 when nobody is (a marked view never gets that far)."""
    found = visitor_or_none()
    if found is None:
        abort(404)
    return found


def visitor_or_none() -> Visitor | None:
    """Who is signed in, or None on a page that is open to all."""
    found: Visitor | None = g.get("visitor")
    if found is None and "visitor" not in g:
        found = g.visitor = cast(Gate, current_app.extensions["gate"]).visitor()
    return found


def reach(permission: Permission) -> Reach:
    """The nodes at which the visitor holds this permission."""
    return cast(Gate, current_app.extensions["gate"]).reach(visitor(), permission)


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such address: Flask answers 404
    needed = permissions_of(current_app, request.endpoint)
    if Permission.PUBLIC in needed:
        return None
    if not needed:
        abort(404)
    who = visitor_or_none()
    if who is None:
        if request.method == "GET":
            return redirect(cast(Gate, current_app.extensions["gate"]).sign_in_address())
        abort(401)
    if not needed & who.permissions:
        abort(404)
    return None
