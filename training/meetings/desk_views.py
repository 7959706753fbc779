"""Lets the facilitator lead a dilemma in a room: step by step, with the notes beside it."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from training import clock
from training.access import Permission
from training.audit.models import Action
from training.content.classes import PathBy
from training.meetings import live_actions, live_queries, rules
from training.meetings.forms import StepForm
from training.meetings.live_actions import OlderStandError, Wish
from training.meetings.live_queries import Room
from training.meetings.room_views import box, commit_and_forget, dilemma_of, shown_in
from training.meetings.rules import NotPossibleError, Phase, Step
from training.meetings.views import blueprint as meetings
from training.meetings.views import units_led
from training.people.noting_views import note
from training.web.doors import open_to, visitor
from training.web.request_db import db


@meetings.get("/bijeenkomsten/<uuid:meeting_id>/leiden")
@open_to(Permission.RUN_MEETINGS)
def show_desk(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """The desk: what can be done now, what the room sees, and the notes."""
    return _desk(_room(meeting_id), StepForm(formdata=None))


@meetings.post("/bijeenkomsten/<uuid:meeting_id>/leiden")
@open_to(Permission.RUN_MEETINGS)
def take_step(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Takes one step. From an older page nothing happens, and the desk shows how it is now."""
    room, form = _room(meeting_id), StepForm()
    if not form.validate():
        return _desk(room, form), 422
    wish = _wish(form)
    if wish.step is Step.ASK_WHAT_IF and not wish.question:
        form.eigen.errors = ["Kies een wat als, of typ er zelf een."]
        return _desk(room, form), 422
    dilemma = dilemma_of(room)
    try:
        done = live_actions.take_step(db(), box(), dilemma, room, wish, clock.now())
    except (OlderStandError, NotPossibleError):
        db().rollback()
        flash("De bijeenkomst was al verder dan jouw pagina. Hieronder zie je hoe het nu is.")
        return _to_desk(meeting_id)
    commit_and_forget(done)
    return _to_desk(meeting_id)


@meetings.post("/bijeenkomsten/<uuid:meeting_id>/sluiten")
@open_to(Permission.RUN_MEETINGS)
def end_dilemma(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Ends the dilemma: the code opens nothing any more, and every vote and figure is gone."""
    room = _room(meeting_id)
    done = live_actions.end(db(), meeting_id)
    note(Action.CHANGED_MEETING, room.meeting.municipality_id, None, "dilemma afgesloten")
    commit_and_forget(done)
    flash("De bijeenkomst is afgesloten. De stemmen en de uitkomsten zijn gewist.", "ok")
    return redirect(url_for("meetings.show_meetings"), 303)


def _room(meeting_id: uuid.UUID) -> Room:
    units = units_led()
    room = live_queries.room_of_facilitator(db(), meeting_id, visitor().account_id, units)
    if room is None:
        abort(404)
    return room


def _wish(form: StepForm) -> Wish:
    return Wish(
        step=Step[form.stap.data],
        version=request.form.get("stand", -1, type=int),
        choice=request.form.get("keuze", type=int),
        question=(form.eigen.data or "").strip() or (form.wat_als.data or "").strip()[:300],
    )


def _to_desk(meeting_id: uuid.UUID) -> Response:
    return redirect(url_for("meetings.show_desk", meeting_id=meeting_id), 303)


def _desk(room: Room, form: StepForm) -> str:
    dilemma = dilemma_of(room)
    context = shown_in(room)
    steps = rules.possible(dilemma, room.plan, room.stand, room.rounds)
    opened = room.open_round
    return render_template(
        "meetings/desk.html",
        **context,
        form=form,
        steps=steps,
        Step=Step,
        paths=rules.paths(dilemma, room.plan, room.stand, room.rounds)
        if Step.CHOOSE in steps
        else (),
        majority=PathBy.MAJORITY is room.plan.path_by,
        what_ifs=[q.rich.text for q in rules.what_ifs(dilemma, room.stand)],
        lost=opened is not None and box().secret(opened.id) is None,
        ended=room.row.phase is Phase.END,
    )
