"""Shows a facilitator his or her meetings, and prepares a dilemma for a room."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.audit.models import Action
from training.content.classes import Dilemma, PathBy
from training.content.views import library
from training.meetings import live_actions, live_queries, planned_queries, rules
from training.meetings.forms import PrepareForm
from training.meetings.models import Meeting
from training.meetings.room_views import commit_and_forget
from training.meetings.rules import Plan
from training.people.models import Unit
from training.people.noting_views import note
from training.people.queries import units_of
from training.people.rules import UnitKind
from training.web.doors import open_to, reach, visitor
from training.web.request_db import db

blueprint = Blueprint("meetings", __name__)
JUST_NOW = dt.timedelta(minutes=30)
LIVE_KIND, COUNCIL_KIND, QUICK_KIND = (
    "dilemmasessie-medewerkers",
    "dilemmasessie-raad",
    "werkoverleg",
)


@blueprint.get("/bijeenkomsten")
@open_to(Permission.RUN_MEETINGS)
def show_meetings() -> ResponseReturnValue:
    """The meetings that the visitor leads: what runs now, what comes, what was."""
    account = visitor().account_id
    running = live_queries.open_meetings(db(), account)
    return render_template(
        "meetings/list.html",
        running=running,
        dilemmas=library().dilemmas,
        kinds=library().meetings,
        others=planned_queries.meetings_led_by(db(), account),
        now=clock.now(),
    )


@blueprint.get("/bijeenkomsten/dilemma")
@open_to(Permission.RUN_MEETINGS)
def choose_dilemma() -> ResponseReturnValue:
    """All dilemmas, with for whom they are and how long they take."""
    chosen = request.args.get("doelgroep", "")
    meeting = _asked_meeting()
    found = [
        dilemma
        for dilemma in library().dilemmas.values()
        if not chosen or chosen in dilemma.audiences
    ]
    units = [meeting.unit_id] if meeting else units_led()
    return render_template(
        "meetings/choose_dilemma.html",
        found=sorted(found, key=lambda dilemma: dilemma.title),
        audiences=library().audiences,
        chosen=chosen,
        meeting=meeting,
        played=live_queries.played_by(db(), units),
    )


@blueprint.route("/bijeenkomsten/dilemma/<slug>", methods=["GET", "POST"])
@open_to(Permission.RUN_MEETINGS)
def prepare(slug: str) -> ResponseReturnValue:
    """Chooses how to play, and opens the waiting room."""
    dilemma = library().dilemmas.get(slug)
    if dilemma is None:
        abort(404)
    meeting = _asked_meeting()
    units = units_of(db(), units_led())
    form = _form(dilemma, units, meeting)
    if form.validate_on_submit():
        plan = _plan(dilemma, form)
        begun = (
            meeting or _begun_just_now(dilemma, form) or _new_meeting(dilemma, plan, form, units)
        )
        begun.council = form.council.data
        if live_actions.prepare_again(db(), begun.id, dilemma, plan, clock.now()):
            return redirect(url_for("meetings.show_desk", meeting_id=begun.id), 303)
        over = live_actions.end(db(), begun.id)  # a dilemma that ran in this meeting before
        live_actions.begin(db(), begun, dilemma, plan, clock.now())
        note(Action.CHANGED_MEETING, begun.municipality_id, None, "dilemma begonnen")
        commit_and_forget(over)
        return redirect(url_for("meetings.show_desk", meeting_id=begun.id), 303)
    page = render_template(
        "meetings/prepare.html",
        form=form,
        dilemma=dilemma,
        meeting=meeting,
        running=meeting is not None and _runs(meeting),
    )
    return page, 422 if request.method == "POST" else 200


def _runs(meeting: Meeting) -> bool:
    units = units_led()
    account_id = visitor().account_id
    return live_queries.room_of_facilitator(db(), meeting.id, account_id, units) is not None


def units_led() -> list[uuid.UUID]:
    """The units at which, and below which, the visitor leads meetings."""
    return [grant.unit_id for grant in reach(Permission.RUN_MEETINGS)]


def _asked_meeting() -> Meeting | None:
    """The planned meeting in which the dilemma is played, when the address names one."""
    asked = request.args.get("bijeenkomst")
    if not asked:
        return None
    try:
        meeting_id = uuid.UUID(asked)
    except ValueError:
        abort(404)
    units = units_led()
    meeting = live_queries.own_meeting(db(), meeting_id, visitor().account_id, units)
    if meeting is None or meeting.cancelled_at:
        abort(404)
    return meeting


def _form(dilemma: Dilemma, units: list[Unit], meeting: Meeting | None) -> PrepareForm:
    plan = rules.plan_of(dilemma)
    council = all(library().audiences[slug].council for slug in dilemma.audiences)
    form = PrepareForm(
        data={
            "unit": str(meeting.unit_id if meeting else units[0].id),
            "shape": "kort" if meeting and meeting.series_id else "heel",
            "vote": plan.vote,
            "second_round": plan.second_round,
            "path_by": plan.path_by.name,
            "council": meeting.council if meeting else council,
        }
    )
    form.unit.choices = [(str(unit.id), f"{unit.name} ({unit.kind.value})") for unit in units]
    scenes = [(s.id, s.title) for s in dilemma.scenes.values() if s.choices]
    form.vote.choices = form.second_round.choices = scenes
    return form


def _plan(dilemma: Dilemma, form: PrepareForm) -> Plan:
    if form.shape.data == "kort":
        return rules.plan_of(dilemma, quick=True)
    chosen, twice = set(form.vote.data or ()), set(form.second_round.data or ())
    in_order = [scene for scene in dilemma.scenes if scene in chosen]
    return Plan(
        tuple(in_order),
        tuple(scene for scene in in_order if scene in twice),
        PathBy[form.path_by.data],
    )


def _begun_just_now(dilemma: Dilemma, form: PrepareForm) -> Meeting | None:
    """The waiting room that was opened a moment ago: who went back and pressed again means that
    one, not a second."""
    unit_id, since = uuid.UUID(form.unit.data), clock.now() - JUST_NOW
    return live_queries.waiting_room_of(db(), visitor().account_id, unit_id, dilemma.id, since)


def _new_meeting(dilemma: Dilemma, plan: Plan, form: PrepareForm, units: list[Unit]) -> Meeting:
    unit = next(unit for unit in units if str(unit.id) == form.unit.data)
    now = clock.now()
    if plan.quick:
        kind = QUICK_KIND
    else:
        kind = COUNCIL_KIND if unit.kind is UnitKind.COUNCIL else LIVE_KIND
    minutes = 10 if plan.quick else dilemma.minutes_group or 30
    meeting = Meeting(
        unit_id=unit.id,
        municipality_id=unit.municipality_id,
        facilitator_id=visitor().account_id,
        kind=kind,
        title=dilemma.title[:120],
        starts_at=now,
        ends_at=now + dt.timedelta(minutes=minutes),
        made_at=now,
    )
    db().add(meeting)
    db().flush()
    return meeting
