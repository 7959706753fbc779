"""Speaks about one task: why somebody has it, until when, and how to begin it in the right form."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.assignments.queries import DutyStanding, open_tasks
from training.content.classes import Content, ContentKind, Module
from training.content.views import library
from training.learning import actions as learning
from training.learning.rules import Form
from training.web.doors import open_to, visitor
from training.web.request_db import db

blueprint = Blueprint("assignments", __name__)


@blueprint.get("/taken/<kind>/<slug>")
@open_to(Permission.LEARN)
def show_task(kind: str, slug: str) -> ResponseReturnValue:
    """What is asked, why, until when, and in which form; with the button to begin."""
    content, found = _task(kind, slug)
    return render_template(
        "assignments/task.html",
        content=content,
        kind=kind,
        found=found,
        refresher=_is_refresher(found),
        audiences=library().audiences,
    )


@blueprint.post("/taken/<kind>/<slug>")
@open_to(Permission.LEARN)
def begin_task(kind: str, slug: str) -> ResponseReturnValue:
    """Begins the content: the whole, or the refresher when a later cycle asks for it."""
    content, found = _task(kind, slug)
    who = visitor()
    if not isinstance(content, Module):
        return redirect(url_for("dilemmas.show_dilemma", slug=slug), 303)
    assert who.municipality_id and who.person_id
    attempt = learning.begin(
        db(),
        who.municipality_id,
        who.person_id,
        content,
        clock.today(),
        Form.REFRESHER if _is_refresher(found) else Form.FULL,
    )
    place = attempt.place
    return redirect(url_for("learning.show_section", slug=slug, section_id=place), 303)


def _task(kind: str, slug: str) -> tuple[Content, list[DutyStanding]]:
    try:
        content_kind = ContentKind(kind)
    except ValueError:
        abort(404)
    content = library().content(content_kind, slug)
    who = visitor()
    if content is None or who.municipality_id is None or who.person_id is None:
        abort(404)
    found = open_tasks(db(), who.municipality_id, who.person_id, content_kind, slug, clock.today())
    if not found:
        abort(404)
    return content, found


def _is_refresher(found: list[DutyStanding]) -> bool:
    """Whether every duty that asks for it now is content with the refresher."""
    return all(standing.form.is_short for standing in found)
