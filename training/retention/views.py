"""Shows everybody what is kept, and each person what is stored of him or her; takes requests."""

from __future__ import annotations

import json

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.audit.models import Action
from training.identity.access_table import ACCESS
from training.people.models import Person
from training.people.municipality_settings import settings_of
from training.people.noting_views import note
from training.retention import actions, memory, queries, request_actions
from training.retention.forms import AskErasureForm
from training.retention.register import CATEGORIES, Category
from training.web.doors import open_to, visitor, visitor_or_none
from training.web.request_db import db

blueprint = Blueprint("retention", __name__)


@blueprint.get("/privacy")
@open_to(Permission.PUBLIC)
def show_privacy() -> ResponseReturnValue:
    """What is kept, who sees it, for how long; made from the table of rights, the register, and
    the settings that the daily job uses."""
    who = visitor_or_none()
    chosen = settings_of(db(), who.municipality_id if who else None)
    terms = actions.terms(chosen)
    return render_template(
        "retention/privacy.html",
        rows=[(c.label, seen_by(c), terms[c.term]) for c in CATEGORIES],
        own=bool(who and who.municipality_id),
        may_ask=bool(who and who.person_id),
    )


def seen_by(category: Category) -> str:
    """Who may see a kind of data, in words, from the table of rights."""
    roles = sorted(
        {role.value for role, given in ACCESS.items() if given.keys() & set(category.seen_by)}
    )
    others = [*roles, *([category.also] if category.also else [])]
    return f"Jij; {', '.join(others)}" if others else "Alleen jij"


@blueprint.get("/mijn-gegevens")
@open_to(Permission.LEARN)
def show_own_data() -> ResponseReturnValue:
    """All that is stored about the visitor, and who looked."""
    return _own_page(AskErasureForm())


def _own_page(form: AskErasureForm) -> str:
    person = _me()
    return render_template(
        "retention/own_data.html",
        found=queries.own_data(db(), person),
        words=queries.WORDS,
        in_dutch=queries.in_dutch,
        form=form,
        asked=queries.open_request(db(), person),
    )


def _me() -> Person:
    who = visitor()
    if who.municipality_id is None or who.person_id is None:
        abort(404)
    return db().get_one(Person, (who.municipality_id, who.person_id))


@blueprint.post("/mijn-gegevens/download/<kind>")
@open_to(Permission.LEARN)
def download_own_data(kind: str) -> ResponseReturnValue:
    """The same as a file: for a program (JSON) or to read (text)."""
    if kind not in {"json", "txt"}:
        abort(404)
    person, today = _me(), clock.today()
    found = queries.own_data(db(), person)
    note(Action.GAVE_OWN_DATA, person.municipality_id, person.id, kind)
    if kind == "json":
        body = json.dumps(
            {"op": today.isoformat(), "gegevens": found}, ensure_ascii=False, indent=1
        )
        mime = "application/json"
    else:
        body, mime = queries.readable(person.name, found, today), "text/plain; charset=utf-8"
    response = Response(body, mimetype=mime)
    name = f"mijn-gegevens-{today.isoformat()}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/mijn-gegevens/wissen")
@open_to(Permission.LEARN)
def ask_erasure() -> ResponseReturnValue:
    """Asks the privacy officer to erase the visitor."""
    form = AskErasureForm()
    if not form.validate():
        return _own_page(form), 422
    person = _me()
    made = request_actions.ask(
        db(), person, (form.words.data or "").strip(), clock.today(), clock.now(),
        str(current_app.extensions["settings"].base_url),
    )  # fmt: skip
    if made:
        note(Action.ASKED_ERASURE, person.municipality_id, person.id)
        flash("Je verzoek is verstuurd. De privacy officer beslist binnen een maand.", "ok")
    else:
        flash("Je hebt al een verzoek gedaan. De privacy officer beslist daarover.", "info")
    return redirect(url_for("retention.show_own_data"), 303)


def keep_memory() -> None:
    """Writes beside the data who went; called after what was erased is committed."""
    memory.write(db(), current_app.extensions["settings"].data_dir)
