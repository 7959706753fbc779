"""Serves the page of all components."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from training.access import Permission
from training.web.doors import open_to
from training.web.onderdelen import examples

blueprint = Blueprint("web", __name__)


@blueprint.get("/onderdelen")
@open_to(Permission.PUBLIC)
def show_components() -> ResponseReturnValue:
    """Every component in every state, for who makes pages."""
    return render_template("onderdelen.html", **examples())
