"""Shows the administrator which mail did not arrive, or perhaps did.

In this room and not in the mail room, as it names persons, whom the mail room does not know.
"""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.identity import queries
from training.mail import queries as mail
from training.people.noting_views import note_looked
from training.people.queries import municipalities_below
from training.web.doors import open_to, reach
from training.web.request_db import db

blueprint = Blueprint("mail", __name__)
SHOWN = 200


@blueprint.get("/mail-die-niet-aankwam")
@open_to(Permission.MANAGE_ACCOUNTS)
def show_troubled_mail() -> ResponseReturnValue:
    """What failed, and what is in doubt since a sender stopped in the middle of it."""
    own = municipalities_below(db(), [g.unit_id for g in reach(Permission.MANAGE_ACCOUNTS)])
    found = mail.troubled(db(), [unit.id for unit in own], SHOWN)
    keys = {(m.municipality_id, m.person_id) for m in found if m.municipality_id and m.person_id}
    persons = {person.id: person for person in queries.persons_of(db(), keys).values()}
    note_looked(persons.values(), "mail die niet aankwam")
    return render_template(
        "identity/mail_trouble.html",
        lines=[
            (
                message.written_at.astimezone(clock.AMSTERDAM),
                message,
                persons.get(message.person_id) if message.person_id else None,
            )
            for message in found
        ],
        shown=SHOWN,
    )
