"""Lets a facilitator plan, move and cancel a meeting, invite to it and share materials."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import PurePath
from typing import cast

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock, ics
from training.access import Permission
from training.audit.models import Action
from training.clock import AMSTERDAM, local_date
from training.content.views import library
from training.meetings import live_queries, planned_actions, planned_letters, planned_queries
from training.meetings.models import Meeting, MeetingMaterial
from training.meetings.planned_forms import InviteForm, MaterialForm, NameFilter, PlanForm
from training.meetings.planned_queries import Guest
from training.meetings.planning_rules import Invited, Key, shows_names
from training.meetings.views import blueprint as meetings
from training.meetings.views import units_led
from training.people.models import Person, Unit
from training.people.noting_views import note, note_looked, note_looked_at
from training.people.queries import units_of
from training.settings import Settings
from training.web.doors import open_to, visitor
from training.web.request_db import db

LARGEST = 8 * 1024 * 1024  # bytes of one file
MOST_FILES = 10
LONGEST_NAME = 100  # signs, without the ending
TYPES = {
    ".pdf": "application/pdf",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}


@meetings.route("/bijeenkomsten/nieuw", methods=["GET", "POST"])
@open_to(Permission.RUN_MEETINGS)
def plan_meeting() -> ResponseReturnValue:
    """Plans a meeting."""
    units = units_of(db(), units_led())
    form = _offered(PlanForm(), units)
    if form.validate_on_submit():
        unit = next(unit for unit in units if str(unit.id) == form.unit.data)
        meeting = Meeting(
            unit_id=unit.id,
            municipality_id=unit.municipality_id,
            facilitator_id=visitor().account_id,
            made_at=clock.now(),
            sequence=0,
            **_values(form),
        )
        db().add(meeting)
        db().flush()
        note(Action.CHANGED_MEETING, meeting.municipality_id, None, "bijeenkomst gepland")
        flash("De bijeenkomst is gepland. Nodig nu mensen uit.", "ok")
        return _to_meeting(meeting.id)
    page = render_template("meetings/plan.html", form=form, meeting=None)
    return page, 422 if request.method == "POST" else 200


@meetings.get("/bijeenkomsten/<uuid:meeting_id>")
@open_to(Permission.RUN_MEETINGS)
def show_meeting(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """A meeting as its facilitator sees it: who is invited, what they answered, the materials."""
    meeting = own_meeting(meeting_id)
    kind = library().meetings.get(meeting.kind)
    return render_template(
        "meetings/planned.html",
        meeting=meeting,
        kind=kind,
        when=planned_letters.when_of(meeting),
        dilemma=library().dilemmas.get(meeting.dilemma_id or ""),
        guests=shown_guests(meeting, "uitnodigingen van een bijeenkomst"),
        names_shown=_names_shown(meeting),
        counts=planned_queries.counts_of(db(), meeting.id),
        audiences=_labels(planned_queries.audiences_of(db(), meeting.id)),
        materials=planned_queries.materials_of(db(), meeting.id),
        form=MaterialForm(formdata=None),
        now=clock.now(),
    )


@meetings.route("/bijeenkomsten/<uuid:meeting_id>/wijzigen", methods=["GET", "POST"])
@open_to(Permission.RUN_MEETINGS)
def change_meeting(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Moves a meeting or changes it otherwise; who is invited hears of it."""
    meeting = own_meeting(meeting_id)
    if meeting.cancelled_at:
        abort(404)
    units = units_of(db(), [meeting.unit_id])
    form = _offered(PlanForm(data=_data_of(meeting)), units)
    if form.validate_on_submit():
        changed = planned_actions.change(db(), meeting, _values(form))
        if changed:
            promoted = planned_actions.fill_places(db(), meeting)
            told = bool(changed & planned_actions.TOLD)
            if told:
                tell_invited(meeting, "wijziging")
            planned_letters.tell(db(), meeting, promoted, "plek", base_url(), clock.now())
            note(Action.CHANGED_MEETING, meeting.municipality_id, None, "bijeenkomst gewijzigd")
            hear = " Wie is uitgenodigd, krijgt bericht." if told else ""
            flash(f"De bijeenkomst is gewijzigd.{hear}", "ok")
        else:
            flash("Er is niets veranderd, dus niemand krijgt bericht.")
        return _to_meeting(meeting.id)
    page = render_template("meetings/plan.html", form=form, meeting=meeting)
    return page, 422 if request.method == "POST" else 200


@meetings.post("/bijeenkomsten/<uuid:meeting_id>/vervalt")
@open_to(Permission.RUN_MEETINGS)
def cancel_meeting(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Cancels a meeting; who is invited hears of it."""
    meeting = own_meeting(meeting_id)
    if meeting.cancelled_at is None:
        planned_actions.cancel(meeting, clock.now())
        tell_invited(meeting, "vervallen")
        note(Action.CHANGED_MEETING, meeting.municipality_id, None, "bijeenkomst vervallen")
        flash("De bijeenkomst gaat niet door. Wie is uitgenodigd, krijgt bericht.", "ok")
    return _to_meeting(meeting.id)


@meetings.get("/bijeenkomsten/<uuid:meeting_id>/agenda.ics")
@open_to(Permission.RUN_MEETINGS)
def fetch_calendar(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """The meeting for the facilitator's own calendar."""
    return calendar_answer(own_meeting(meeting_id))


@meetings.route("/bijeenkomsten/<uuid:meeting_id>/uitnodigen", methods=["GET", "POST"])
@open_to(Permission.RUN_MEETINGS)
def invite(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Invites whole audiences, or persons by name."""
    meeting = own_meeting(meeting_id)
    if meeting.cancelled_at or not _names_shown(meeting):
        abort(404)
    form = InviteForm()
    form.audiences.choices = [(a.slug, a.label) for a in library().audiences.values()]
    if request.method == "POST":
        return _invited(meeting, form)
    search = NameFilter(request.args)
    text = (search.zoek.data or "").strip() if search.validate() else ""
    day = local_date(meeting.starts_at)
    found = planned_queries.named_below(db(), meeting.unit_id, text, day) if text else []
    note_looked(found, "zoeken om uit te nodigen")
    return render_template(
        "meetings/invite.html",
        meeting=meeting,
        form=form,
        search=search,
        text=text,
        found=found,
        key_of=_key_text,
        invited=_labels(planned_queries.audiences_of(db(), meeting.id)),
    )


TOO_MANY = (
    "Dit zijn meer dan 2.000 mensen. Er is niemand uitgenodigd. Kies een kleinere doelgroep, of "
    "plan een bijeenkomst per gemeente of afdeling."
)


def _invited(meeting: Meeting, form: InviteForm) -> ResponseReturnValue:
    new = 0
    if not form.audiences.data and not request.form.getlist("persoon"):
        flash("Kies eerst een doelgroep, of zoek iemand op naam en kies die.", "error")
        return redirect(url_for("meetings.invite", meeting_id=meeting.id), 303)
    if form.validate():
        try:
            new += planned_actions.invite_audiences(db(), meeting, form.audiences.data or [])
        except planned_actions.TooManyError:
            flash(TOO_MANY, "error")
            return redirect(url_for("meetings.invite", meeting_id=meeting.id), 303)
    day = local_date(meeting.starts_at)
    keys = [key for text in request.form.getlist("persoon") if (key := key_of(text))]
    keys = [k for k in keys if planned_queries.is_below(db(), meeting.unit_id, k, day)]
    new += planned_actions.invite(db(), meeting, keys)
    tell_invited(meeting, "uitnodiging", only_open=True)
    note(Action.CHANGED_MEETING, meeting.municipality_id, None, f"{new} mensen uitgenodigd")
    if new:
        flash(
            "Eén persoon is uitgenodigd." if new == 1 else f"{new} mensen zijn uitgenodigd.", "ok"
        )
    else:
        flash("Er is niemand bij gekomen. Misschien was iedereen al uitgenodigd.")
    return _to_meeting(meeting.id)


@meetings.post("/bijeenkomsten/<uuid:meeting_id>/materiaal")
@open_to(Permission.RUN_MEETINGS)
def add_material(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Keeps a file with the meeting."""
    meeting = own_meeting(meeting_id)
    upload = request.files.get("file")
    path = PurePath(
        "".join(c for c in (upload.filename or "") if c.isprintable()) if upload else ""
    )
    name = path.stem[:LONGEST_NAME] + path.suffix
    kind = TYPES.get(path.suffix.lower())
    content = upload.read(LARGEST + 1) if upload else b""
    problem = ""
    if not name or not content:
        problem = "Kies een bestand."
    elif kind is None:
        problem = "Kies een PDF, presentatie, document of afbeelding."
    elif len(content) > LARGEST:
        problem = "Dit bestand is groter dan 8 MB. Kies een kleiner bestand."
    elif len(planned_queries.materials_of(db(), meeting.id)) >= MOST_FILES:
        problem = "Er staan al tien bestanden. Verwijder er eerst een."
    if problem or kind is None:
        flash(problem, "error")
        return _to_meeting(meeting.id)
    planned_actions.add_material(db(), meeting, name, kind, content)
    flash("Het bestand staat bij de bijeenkomst.", "ok")
    return _to_meeting(meeting.id)


@meetings.post("/bijeenkomsten/<uuid:meeting_id>/materiaal/<uuid:material_id>/verwijder")
@open_to(Permission.RUN_MEETINGS)
def remove_material(meeting_id: uuid.UUID, material_id: uuid.UUID) -> ResponseReturnValue:
    """Removes a file."""
    meeting = own_meeting(meeting_id)
    found = planned_queries.material(db(), meeting.id, material_id)
    if found is None:
        abort(404)
    db().delete(found)
    return _to_meeting(meeting.id)


@meetings.get("/bijeenkomsten/<uuid:meeting_id>/materiaal/<uuid:material_id>")
@open_to(Permission.RUN_MEETINGS)
def fetch_own_material(meeting_id: uuid.UUID, material_id: uuid.UUID) -> ResponseReturnValue:
    """A file, for the facilitator."""
    found = planned_queries.material(db(), own_meeting(meeting_id).id, material_id)
    return file_answer(found)


def own_meeting(meeting_id: uuid.UUID) -> Meeting:
    """A meeting that the visitor leads, where he or she still may; else 404."""
    units = units_led()
    meeting = live_queries.own_meeting(db(), meeting_id, visitor().account_id, units)
    if meeting is None:
        abort(404)
    return meeting


def shown_guests(meeting: Meeting, what: str) -> list[Guest]:
    """Who is invited, as far as the facilitator may see names; recorded in the log. Not for a
    POST that changed something: it waits for a transaction of its own."""
    if not _names_shown(meeting):
        return []
    guests = planned_queries.guests_of(db(), meeting.id)
    note_looked_at({(g.person.municipality_id, g.person.id) for g in guests}, what)
    return guests


def _names_shown(meeting: Meeting) -> bool:
    return shows_names(meeting.municipality_id is None, meeting.ends_at, clock.now())


def file_answer(found: MeetingMaterial | None) -> ResponseReturnValue:
    """A file as a download; 404 when there is none."""
    if found is None:
        abort(404)
    answer = Response(found.content, content_type=found.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    return answer


def calendar_answer(meeting: Meeting) -> Response:
    """A meeting as a calendar file."""
    entry = planned_letters.entry_of(meeting, base_url(), clock.now())
    method = ics.Method.CANCEL if meeting.cancelled_at else ics.Method.PUBLISH
    answer = Response(ics.calendar_of([entry], method=method), content_type=ics.MIME_TYPE)
    answer.headers["Content-Disposition"] = 'attachment; filename="bijeenkomst.ics"'
    return answer


def base_url() -> str:
    """The address of this installation, for mails."""
    return cast(Settings, current_app.extensions["settings"]).base_url


def key_of(text: str) -> Key | None:
    """A person from a form; None for what is none."""
    municipality, _, person = text.partition(".")
    try:
        return uuid.UUID(municipality), uuid.UUID(person)
    except ValueError:
        return None


def _labels(slugs: list[str]) -> list[str]:
    known = library().audiences
    return [known[slug].label for slug in slugs if slug in known]


def _key_text(person: Person) -> str:
    return f"{person.municipality_id}.{person.id}"


def _to_meeting(meeting_id: uuid.UUID) -> ResponseReturnValue:
    return redirect(url_for("meetings.show_meeting", meeting_id=meeting_id), 303)


def tell_invited(meeting: Meeting, what: str, only_open: bool = False) -> None:
    """Mails who is invited and did not decline; `only_open`: and was not told before."""
    db().flush()
    invitations = [
        guest.invitation
        for guest in planned_queries.guests_of(db(), meeting.id)
        if guest.invitation.answer is not Invited.DECLINED
        and not (only_open and guest.invitation.sent_sequence is not None)
    ]
    planned_letters.tell(db(), meeting, invitations, what, base_url(), clock.now())
    for invitation in invitations:
        invitation.sent_sequence = meeting.sequence


def _offered(form: PlanForm, units: list[Unit]) -> PlanForm:
    form.kind.choices = [(kind.id, kind.title) for kind in library().meetings.values()]
    form.unit.choices = [(str(unit.id), f"{unit.name} ({unit.kind.value})") for unit in units]
    return form


def _values(form: PlanForm) -> dict[str, object]:
    return {
        "title": (form.title.data or "").strip(),
        "kind": form.kind.data,
        "starts_at": form.moment(form.starts.data),
        "ends_at": form.moment(form.ends.data),
        "place": (form.place.data or "").strip(),
        "places": form.places.data,
        "explanation": (form.explanation.data or "").strip(),
        "council": form.council.data,
    }


def _data_of(meeting: Meeting) -> dict[str, object]:
    starts, ends = (at.astimezone(AMSTERDAM) for at in (meeting.starts_at, meeting.ends_at))
    return {
        "title": meeting.title,
        "kind": meeting.kind,
        "unit": str(meeting.unit_id),
        "day": starts.date(),
        "starts": _minute(starts),
        "ends": _minute(ends),
        "place": meeting.place,
        "places": meeting.places,
        "explanation": meeting.explanation,
        "council": meeting.council,
    }


def _minute(instant: dt.datetime) -> dt.time:
    return instant.time().replace(second=0, microsecond=0)
