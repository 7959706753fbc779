"""Lets the privacy officer decide on requests, and see what the daily job removed."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.audit.models import Action
from training.people.models import Person
from training.people.municipality_settings import settings_of
from training.people.noting_views import note, note_looked
from training.people.queries import municipalities_below
from training.retention import actions, queries, request_actions
from training.retention.forms import DecisionForm
from training.retention.models import ErasureRequest, RequestState
from training.retention.register import LABELS, Term
from training.retention.request_actions import NotYoursError
from training.retention.views import keep_memory
from training.web.doors import open_to, reach, visitor
from training.web.request_db import db

blueprint = Blueprint("officer", __name__)
RUNS = 60


def _municipality_ids(permission: Permission) -> list[uuid.UUID]:
    return [u.id for u in municipalities_below(db(), [g.unit_id for g in reach(permission)])]


@blueprint.get("/wissen")
@open_to(Permission.DECIDE_ERASURE)
def list_requests() -> ResponseReturnValue:
    """The requests to be erased, what is open first."""
    found = queries.requests_within(db(), _municipality_ids(Permission.DECIDE_ERASURE))
    note_looked((person for _request, person in found), "verzoeken om te wissen")
    return render_template("retention/requests.html", found=found)


@blueprint.route("/wissen/<uuid:request_id>", methods=["GET", "POST"])
@open_to(Permission.DECIDE_ERASURE)
def decide_request(request_id: uuid.UUID) -> ResponseReturnValue:
    """One request, what would be erased, and the decision."""
    asked, person = _request(request_id)
    form = DecisionForm()
    if form.is_submitted() and form.validate():
        return _decide(asked, person, form)
    if request.method == "GET":
        note_looked([person], "verzoek om te wissen")
    found = queries.own_data(db(), person)
    page = render_template(
        "retention/request.html",
        request=asked,
        person=person,
        form=form,
        counts=[(label, len(rows)) for label, rows in found.items()],
        open=asked.state is RequestState.ASKED,
    )
    return page, 422 if form.is_submitted() else 200


def _request(request_id: uuid.UUID) -> tuple[ErasureRequest, Person]:
    ids = _municipality_ids(Permission.DECIDE_ERASURE)
    for asked, person in queries.requests_within(db(), ids):
        if asked.id == request_id:
            return asked, person
    abort(404)


def _decide(asked: ErasureRequest, person: Person, form: DecisionForm) -> ResponseReturnValue:
    grant = form.decision.data == RequestState.GRANTED.name
    key = (person.municipality_id, person.id)
    try:
        removed = request_actions.decide(
            db(),
            asked,
            grant=grant,
            answer=(form.answer.data or "").strip(),
            by=visitor().account_id,
            today=clock.today(),
            now=clock.now(),
            base_url=str(current_app.extensions["settings"].base_url),
        )
    except NotYoursError as problem:
        flash(str(problem), "error")
        return redirect(url_for("officer.list_requests"), 303)
    action = Action.ERASED_PERSON if grant else Action.REFUSED_ERASURE
    note(action, *key)
    db().commit()
    if grant:
        keep_memory()
        rows = sum(removed.values())
        flash(f"Alles van deze persoon is gewist: {rows} regels in {len(removed)} soorten.", "ok")
    else:
        flash("Je besluit is bewaard. De persoon krijgt bericht.", "ok")
    return redirect(url_for("officer.list_requests"), 303)


@blueprint.get("/bewaren")
@open_to(Permission.MANAGE_RETENTION)
def show_retention() -> ResponseReturnValue:
    """How long everything is kept, and what the daily job removed."""
    ids = _municipality_ids(Permission.MANAGE_RETENTION)
    units = municipalities_below(db(), ids)
    return render_template(
        "retention/runs.html",
        terms=[(unit, actions.terms(settings_of(db(), unit.id))) for unit in units],
        order=list(Term),
        runs=queries.runs_within(db(), ids, RUNS),
        labels=LABELS,
    )
