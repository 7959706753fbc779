"""Lets a facilitator write down who was there, in four ways, and make evidence of it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.audit.models import Action
from training.clock import local_date
from training.content.views import library
from training.meetings import planned_actions, planned_letters, planned_queries
from training.meetings.models import Meeting
from training.meetings.planned_forms import GuestsForm, PasteForm
from training.meetings.planned_views import key_of, own_meeting, shown_guests
from training.meetings.planning_rules import (
    Found,
    Key,
    Presence,
    check_in_code,
    match_lines,
    may_undo,
    shows_names,
)
from training.meetings.room_views import qr_of
from training.meetings.views import blueprint as meetings
from training.people.noting_views import note, note_looked_at
from training.web.doors import open_to
from training.web.request_db import db


@meetings.route("/bijeenkomsten/<uuid:meeting_id>/aanwezig", methods=["GET", "POST"])
@open_to(Permission.RUN_MEETINGS)
def show_attendance(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """The list to tick, on a tablet or afterwards. Only what was changed on the page is written:
    while it lay open others may have checked in, or a colleague ticked them."""
    meeting = _with_names(meeting_id)
    form = GuestsForm(data={"guests": meeting.guests})
    if request.method == "POST" and form.validate():
        ticked = {}
        for guest in planned_queries.guests_of(db(), meeting.id):
            said, was = (request.form.get(f"{field}-{guest.key}") for field in ("p", "w"))
            key = (guest.person.municipality_id, guest.person.id)
            if said is not None and said != was:  # who checked in meanwhile stays as he or she is
                ticked[key] = Presence[said] if said in Presence.__members__ else None
        planned_actions.mark(db(), meeting, ticked, clock.today())
        meeting.guests = form.guests.data or 0
        _note(meeting, ticked, "aanwezigheid aangevinkt")
        flash("De lijst is bewaard.", "ok")
        return _to_list(meeting.id)
    now = clock.now()
    page = render_template(
        "meetings/attendance.html",
        meeting=meeting,
        form=form,
        guests=shown_guests(meeting, "aanwezigheid bij een bijeenkomst")
        if request.method == "GET"
        else planned_queries.guests_of(db(), meeting.id),  # the look at the list was recorded
        said=request.form,
        Presence=Presence,
        dilemma=library().dilemmas.get(meeting.dilemma_id or ""),
        may_settle=meeting.cancelled_at is None and meeting.starts_at <= now,
        may_undo=may_undo(meeting.settled_at, now),
        when=planned_letters.when_of(meeting),
    )
    return page, 422 if form.errors else 200


@meetings.get("/bijeenkomsten/<uuid:meeting_id>/lijst")
@open_to(Permission.RUN_MEETINGS)
def show_paper_list(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """The list on paper, with a QR code that leads to the list to tick."""
    meeting = _with_names(meeting_id)
    address = url_for("meetings.show_attendance", meeting_id=meeting.id, _external=True)
    return render_template(
        "meetings/paper_list.html",
        meeting=meeting,
        guests=shown_guests(meeting, "presentielijst op papier"),
        when=planned_letters.when_of(meeting),
        qr=qr_of(address),
    )


@meetings.get("/bijeenkomsten/<uuid:meeting_id>/inchecken")
@open_to(Permission.RUN_MEETINGS)
def show_check_in(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """The screen on which people check in: a code that changes each minute."""
    meeting, now = own_meeting(meeting_id), clock.now()
    address = url_for("invited.check_in", meeting_id=meeting.id, _external=True)
    return render_template(
        "meetings/check_in_screen.html",
        meeting=meeting,
        check_in_code=check_in_code(str(current_app.secret_key), meeting.id, now),
        seconds=60 - int(now.timestamp()) % 60,
        qr=qr_of(address),
    )


@meetings.route("/bijeenkomsten/<uuid:meeting_id>/plakken", methods=["GET", "POST"])
@open_to(Permission.RUN_MEETINGS)
def paste(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Shows whom pasted names and numbers mean, before anything is written down."""
    meeting, form, lines = _with_names(meeting_id), PasteForm(), []
    if form.validate_on_submit():
        day = local_date(meeting.starts_at)
        candidates = planned_queries.candidates_below(db(), meeting.unit_id, day)
        lines = match_lines(form.lines.data or "", candidates)
        db().rollback()
        found = {line.candidate.key for line in lines if line.candidate}
        note_looked_at(found, "geplakte namen voor aanwezigheid")
    page = render_template(
        "meetings/paste.html", meeting=meeting, form=form, lines=lines, Found=Found
    )
    return page, 422 if form.errors else 200


@meetings.post("/bijeenkomsten/<uuid:meeting_id>/plakken/bewaar")
@open_to(Permission.RUN_MEETINGS)
def keep_pasted(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Writes down the persons who were confirmed."""
    meeting = _with_names(meeting_id)
    day = local_date(meeting.starts_at)
    keys = [key for text in request.form.getlist("persoon") if (key := key_of(text))]
    keys = [k for k in keys if planned_queries.is_below(db(), meeting.unit_id, k, day)]
    if not keys:
        flash("Er is niemand gekozen. Er is niets veranderd.")
        return _to_list(meeting.id)
    planned_actions.invite(db(), meeting, keys)
    planned_actions.mark(db(), meeting, dict.fromkeys(keys, Presence.PRESENT), clock.today())
    _note(meeting, keys, "aanwezigheid geplakt")
    who = "Eén persoon staat" if len(keys) == 1 else f"{len(keys)} mensen staan"
    flash(f"{who} als aanwezig op de lijst.", "ok")
    return _to_list(meeting.id)


@meetings.post("/bijeenkomsten/<uuid:meeting_id>/vastleggen")
@open_to(Permission.RUN_MEETINGS)
def settle(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Makes evidence of everybody who was there."""
    meeting = _with_names(meeting_id)
    if meeting.cancelled_at or meeting.starts_at > clock.now():
        abort(409)
    done = planned_actions.settle(db(), library(), meeting, clock.now())
    _note(meeting, done, "bewijs van aanwezigheid")
    if done:
        whose = "één persoon" if len(done) == 1 else f"{len(done)} mensen"
        flash(f"Van {whose} is het bewijs vastgelegd. Terugdraaien kan nog een dag.", "ok")
    else:
        flash("Er is niets nieuws vast te leggen. Vink eerst aan wie er was.")
    return _to_list(meeting.id)


@meetings.post("/bijeenkomsten/<uuid:meeting_id>/terugdraaien")
@open_to(Permission.RUN_MEETINGS)
def take_back(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Takes the evidence of this meeting back, for a day."""
    meeting = _with_names(meeting_id)
    done = planned_actions.take_back(db(), meeting, clock.now())
    if done is None:
        abort(409)
    _note(meeting, done, "bewijs van aanwezigheid teruggedraaid", Action.WITHDREW)
    flash("Het bewijs van deze bijeenkomst is teruggedraaid.", "ok")
    return _to_list(meeting.id)


def _with_names(meeting_id: uuid.UUID) -> Meeting:
    """A meeting of which the facilitator may (still) see the names; else 404."""
    meeting = own_meeting(meeting_id)
    if not shows_names(meeting.municipality_id is None, meeting.ends_at, clock.now()):
        abort(404)
    return meeting


def _note(
    meeting: Meeting,
    keys: Iterable[Key],
    what: str,
    action: Action = Action.RECORDED_ATTENDANCE,
) -> None:
    """In the log of each person's own municipality, in the order of their ids."""
    per_municipality: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for municipality_id, person_id in keys:
        per_municipality[municipality_id].append(person_id)
    for municipality_id in sorted(per_municipality):
        note(action, municipality_id, None, what, per_municipality[municipality_id])


def _to_list(meeting_id: uuid.UUID) -> ResponseReturnValue:
    return redirect(url_for("meetings.show_attendance", meeting_id=meeting_id), 303)
