"""Shows a learner why there is something to do, how each date came about, and what comes next."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.assignments.why_queries import why
from training.content.classes import ContentKind
from training.content.views import library
from training.people import queries as people
from training.web.doors import open_to, visitor
from training.web.request_db import db

blueprint = Blueprint("why", __name__)


@blueprint.get("/overzicht/waarom")
@open_to(Permission.LEARN)
def show_why() -> ResponseReturnValue:
    """Each duty with its reason and dates, the year to come, and all that was ever done."""
    who, today = visitor(), clock.today()
    if who.municipality_id is None or who.person_id is None:
        abort(404)
    person = people.person(db(), who.municipality_id, who.person_id)
    if person is None:
        abort(404)
    found = why(db(), person, today)
    return render_template(
        "assignments/why.html",
        found=found,
        year=found.due_within(today, clock.add_months(today, 12)),
        pauses=[span for span in found.pauses if span.until_on >= today],
        titles=title_of,
        audiences=library().audiences,
        today=today,
    )


def title_of(content: tuple[str, str]) -> str:
    """The title of (kind name, id); the id of what is no longer offered."""
    kind, content_id = content
    item = library().content(ContentKind[kind], content_id)
    return item.title if item else content_id
