"""Asks who runs a municipality's duties whether a stopped transition may go on, and shows the
administrator what the nightly self check found."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission, Population
from training.assignments import brake_actions, duty_actions
from training.assignments.check_queries import TEXTS, open_findings
from training.assignments.duty_actions import Reason
from training.assignments.facts import DutyFacts
from training.assignments.models import Brake
from training.assignments.rules import Transition
from training.audit.models import Action
from training.content.views import library
from training.desk import count_rules, draft_rules, queries
from training.desk.common_views import least_to_count, managed, tabs
from training.desk.forms import ReasonForm
from training.people.models import Unit
from training.people.noting_views import note
from training.people.queries import municipalities_below
from training.web.doors import open_to, visitor
from training.web.request_db import db

blueprint = Blueprint("brakes", __name__)
WHAT = {
    Transition.ASSIGN: "zouden deze verplichting krijgen",
    Transition.LAPSE: "zouden deze verplichting kwijtraken",
    Transition.OPEN: "zouden een nieuwe ronde krijgen",
}
WHY_IT_STOPS = {
    Transition.ASSIGN: "Vaak klopt dit: er is een nieuwe doelgroep, of een bestand ingelezen. "
    "Klopt het niet, kijk dan eerst naar de doelgroepen.",
    Transition.LAPSE: "Vaak is dit een fout in een ingelezen bestand: een afdeling ontbreekt. "
    "Kijk eerst of dat zo is.",
    Transition.OPEN: "Vaak klopt dit: iedereen deed het vorig jaar in dezelfde week. "
    "Wil je dat niet, spreid de verplichting dan.",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A stopped transition that this visitor may decide about."""

    brake: Brake
    municipality: Unit
    duty: DutyFacts


def questions() -> list[Question]:
    """The questions that wait for this visitor, who runs all of the municipality for everybody
    whom the duty is about; the oldest first."""
    towns: dict[uuid.UUID, Unit] = {}
    populations: dict[uuid.UUID, set[Population]] = {}
    for grant in managed():
        for town in municipalities_below(db(), [grant.unit_id]):
            towns[town.id] = town
            populations.setdefault(town.id, set()).update(grant.populations)
    found = brake_actions.open_brakes(db(), list(towns))
    duties = queries.duties_by_id(db(), {brake.duty_id for brake in found})
    return [
        Question(brake, towns[brake.municipality_id], duties[brake.duty_id])
        for brake in found
        if draft_rules.may_ask(
            duties[brake.duty_id].audiences, populations[brake.municipality_id], library()
        )
    ]


@blueprint.get("/programma/vragen")
@open_to(Permission.MANAGE_DUTIES)
def show_questions() -> ResponseReturnValue:
    """What was stopped, what would happen, and what to look at before saying yes."""
    return _page(questions(), ReasonForm(formdata=None), None)


def _page(found: list[Question], form: ReasonForm, about: uuid.UUID | None) -> str:
    least = least_to_count()
    return render_template(
        "desk/questions.html",
        tabs=tabs("brakes.show_questions"),
        questions=found,
        form=form,
        about=about,
        what=WHAT,
        why_it_stops=WHY_IT_STOPS,
        people=lambda number: count_rules.people(number, least),
    )


@blueprint.post("/programma/vragen/<uuid:brake_id>")
@open_to(Permission.MANAGE_DUTIES)
def answer_question(brake_id: uuid.UUID) -> ResponseReturnValue:
    """Says yes or no; the next nightly pass does what was said."""
    found, form = questions(), ReasonForm()
    asked = next((one for one in found if one.brake.id == brake_id), None)
    if asked is None:
        abort(404)
    if not form.validate():
        return _page(found, form, brake_id), 422
    approved = request.form.get("answer") == "yes"
    if not brake_actions.decide(db(), brake_id, approved, visitor().name, clock.today()):
        abort(409)
    said = "goedgekeurd" if approved else "geweigerd"
    what = f"{asked.brake.transition.value}, {asked.municipality.name}: {said}"
    reason = Reason(visitor().name, clock.now(), (form.why.data or "").strip())
    duty_actions.tell(db(), asked.duty.id, reason, what)
    note(Action.CHANGED_DUTY, asked.municipality.id, None, f"{asked.duty.title}: {what}")
    flash(
        "Goedgekeurd. Het gebeurt vannacht." if approved else "Geweigerd. Er verandert niets.", "ok"
    )
    return redirect(url_for("brakes.show_questions"), 303)


@blueprint.get("/zelfcontrole")
@open_to(Permission.READ_TECHNICAL_AUDIT)
def show_findings() -> ResponseReturnValue:
    """What the nightly self check found and has not seen mended; without names."""
    return render_template(
        "desk/findings.html",
        tabs=tabs("brakes.show_findings"),
        findings=open_findings(db()),
        texts=TEXTS,
    )
