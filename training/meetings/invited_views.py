"""Shows somebody the meetings to which he or she is invited: sign up, calendar, check in."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.clock import local_date
from training.content.views import library
from training.identity import attempts
from training.identity.attempts import Try
from training.meetings import planned_actions, planned_letters, planned_queries
from training.meetings.models import Invitation, Meeting
from training.meetings.planned_forms import CheckInForm
from training.meetings.planned_views import base_url, calendar_answer, file_answer
from training.meetings.planning_rules import (
    MOST_WRONG_CHECK_INS,
    Invited,
    Key,
    Presence,
    can_check_in,
    is_check_in_code,
)
from training.web.doors import open_to, visitor
from training.web.request_db import db, separate_transaction

blueprint = Blueprint("invited", __name__)
ANSWERS = {
    Invited.SIGNED_UP: "Je bent aangemeld.",
    Invited.WAITING: "Het is vol. Je staat op de wachtlijst. Komt er plek, dan krijg je bericht.",
    Invited.DECLINED: "Je bent afgemeld.",
}


@blueprint.get("/mijn-bijeenkomsten")
@open_to(Permission.LEARN)
def show_own_meetings() -> ResponseReturnValue:
    """The meetings to which the visitor is invited."""
    now = clock.now()
    found = planned_queries.invitations_of(db(), *_me())
    coming = [pair for pair in found if pair[0].ends_at >= now]
    return render_template(
        "meetings/own_meetings.html",
        coming=coming,
        past=[pair for pair in reversed(found) if pair[0].ends_at < now],
        when_of=planned_letters.when_of,
    )


@blueprint.get("/mijn-bijeenkomsten/<uuid:meeting_id>")
@open_to(Permission.LEARN)
def show_own_meeting(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """One meeting: when, where, the materials, and whether one comes."""
    meeting, invitation = _invited(meeting_id)
    now = clock.now()
    return render_template(
        "meetings/own_meeting.html",
        meeting=meeting,
        invitation=invitation,
        kind=library().meetings.get(meeting.kind),
        when=planned_letters.when_of(meeting),
        materials=planned_queries.materials_of(db(), meeting.id),
        over=meeting.ends_at < now,
        may_check_in=can_check_in(meeting.starts_at, meeting.ends_at, now),
    )


@blueprint.post("/mijn-bijeenkomsten/<uuid:meeting_id>/<any(aanmelden, afmelden):answer>")
@open_to(Permission.LEARN)
def answer_invitation(meeting_id: uuid.UUID, answer: str) -> ResponseReturnValue:
    """Signs up, or off; who waits longest gets the place that comes free."""
    meeting, invitation = _invited(meeting_id)
    now = clock.now()
    if meeting.cancelled_at or meeting.ends_at < now:
        abort(409)
    if answer == "aanmelden":
        flash(ANSWERS[planned_actions.sign_up(db(), meeting, invitation, now)], "ok")
    else:
        promoted = planned_actions.sign_off(db(), meeting, invitation)
        planned_letters.tell(db(), meeting, promoted, "plek", base_url(), now)
        flash(ANSWERS[Invited.DECLINED], "ok")
    return redirect(url_for("invited.show_own_meeting", meeting_id=meeting.id), 303)


@blueprint.get("/mijn-bijeenkomsten/<uuid:meeting_id>/agenda.ics")
@open_to(Permission.LEARN)
def fetch_calendar(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """The meeting for one's own calendar; after a change the same entry moves along."""
    return calendar_answer(_invited(meeting_id)[0])


@blueprint.get("/mijn-bijeenkomsten/<uuid:meeting_id>/materiaal/<uuid:material_id>")
@open_to(Permission.LEARN)
def fetch_material(meeting_id: uuid.UUID, material_id: uuid.UUID) -> ResponseReturnValue:
    """A file of a meeting to which the visitor is invited."""
    return file_answer(planned_queries.material(db(), _invited(meeting_id)[0].id, material_id))


@blueprint.route("/mijn-bijeenkomsten/<uuid:meeting_id>/ben-er", methods=["GET", "POST"])
@open_to(Permission.LEARN)
def check_in(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Writes down that the visitor is there, by the code that is on the screen this minute."""
    meeting, me, now = _meeting_here(meeting_id), _me(), clock.now()
    form = CheckInForm()
    if meeting.cancelled_at or not can_check_in(meeting.starts_at, meeting.ends_at, now):
        return _check_in_page(meeting, form, closed=True), 409
    if form.validate_on_submit():
        if _too_often():
            form.code.errors = [
                "Dit lukte te vaak niet. Vraag de gespreksleider om je aan te vinken."
            ]
        elif is_check_in_code(_key(), meeting.id, form.code.data or "", now):
            attempts.forget(db(), _key(), _my_tries())
            planned_actions.invite(db(), meeting, [me])
            planned_actions.mark(db(), meeting, {me: Presence.PRESENT}, clock.today())
            flash("Je aanwezigheid is genoteerd.", "ok")
            return redirect(url_for("invited.show_own_meeting", meeting_id=meeting.id), 303)
        else:
            form.code.errors = [
                "Deze code klopt niet. Kijk welke code er nu staat; hij verandert elke minuut."
            ]
    return _check_in_page(meeting, form), 422 if request.method == "POST" else 200


def _check_in_page(meeting: Meeting, form: CheckInForm, closed: bool = False) -> str:
    return render_template("meetings/check_in.html", form=form, meeting=meeting, closed=closed)


def _too_often() -> bool:
    """Counts a try of this account before the code is looked at: after ten wrong ones the right
    one does not help either, or a script would find it in the end."""
    db().rollback()
    with separate_transaction() as own:
        return attempts.take(own, _key(), [_my_tries()], clock.now()) is not None


def _my_tries() -> Try:
    return Try(MOST_WRONG_CHECK_INS, (str(visitor().account_id),))


def _meeting_here(meeting_id: uuid.UUID) -> Meeting:
    """A meeting to which the visitor is invited, or that is held above his or her own unit."""
    found = planned_queries.invitation_of(db(), meeting_id, *_me())
    if found:
        return found[0]
    meeting = db().get(Meeting, meeting_id)
    if meeting is None or meeting.cancelled_at:
        abort(404)
    day = local_date(meeting.starts_at)
    if not planned_queries.is_below(db(), meeting.unit_id, _me(), day):
        abort(404)
    return meeting


def _invited(meeting_id: uuid.UUID) -> tuple[Meeting, Invitation]:
    found = planned_queries.invitation_of(db(), meeting_id, *_me())
    if found is None:
        abort(404)
    return found


def _me() -> Key:
    who = visitor()
    if who.municipality_id is None or who.person_id is None:
        abort(404)
    return who.municipality_id, who.person_id


def _key() -> str:
    return str(current_app.secret_key)
