"""Lets a facilitator make a fixed item of a team's meetings, with a card for each month."""

from __future__ import annotations

import uuid
from collections import Counter
from pathlib import Path

import sqlalchemy as sa
from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock, ics
from training.access import Permission
from training.audit.models import Action
from training.content import play
from training.content.classes import Advice, Dilemma, Figure, Speech
from training.content.views import library
from training.meetings import planned_letters, series_actions
from training.meetings.models import MeetingSeries
from training.meetings.planned_forms import SeriesForm
from training.meetings.planned_views import base_url, tell_invited
from training.meetings.series_rules import WEEKDAYS, WEEKS
from training.meetings.showing_rules import where_to_go
from training.meetings.views import blueprint as meetings
from training.meetings.views import units_led
from training.pdf import pdf_of
from training.people.noting_views import note
from training.people.queries import inserts_of, units_below, units_of
from training.web.doors import open_to, visitor
from training.web.request_db import db

CARD = Path(__file__).parent / "templates" / "card.typ"


@meetings.route("/bijeenkomsten/vast", methods=["GET", "POST"])
@open_to(Permission.RUN_MEETINGS)
def show_series() -> ResponseReturnValue:
    """The fixed items that the visitor leads, and a new one."""
    units = units_of(db(), units_led())
    form = SeriesForm(data={"from_on": clock.today()})
    form.unit.choices = [(str(unit.id), f"{unit.name} ({unit.kind.value})") for unit in units]
    form.audience.choices = _audiences()
    if form.validate_on_submit():
        unit = next(unit for unit in units if str(unit.id) == form.unit.data)
        series = MeetingSeries(
            unit_id=unit.id,
            municipality_id=unit.municipality_id,
            facilitator_id=visitor().account_id,
            title=(form.title.data or "").strip(),
            audience=form.audience.data,
            week=int(form.week.data),
            weekday=int(form.weekday.data),
            time=form.time.data,
            place=(form.place.data or "").strip(),
            from_on=form.from_on.data,
        )
        db().add(series)
        db().flush()
        new = series_actions.plan_series(db(), library(), series, clock.today(), clock.now())
        note(Action.CHANGED_MEETING, series.municipality_id, None, "vast agendapunt gemaakt")
        times = {0: "Er is nog niets gepland", 1: "De eerste keer is gepland"}
        planned = times.get(new, f"De eerste {new} keren zijn gepland")
        flash(f"Het vaste agendapunt staat er. {planned}.", "ok")
        return redirect(url_for("meetings.show_series"), 303)
    page = render_template(
        "meetings/series.html",
        form=form,
        found=[(s, series_actions.series_meetings(db(), s.id)) for s in _own()],
        dilemmas=library().dilemmas,
        weeks=WEEKS,
        weekdays=WEEKDAYS,
        today=clock.today(),
        now=clock.now(),
    )
    return page, 422 if request.method == "POST" else 200


@meetings.get("/bijeenkomsten/vast/<uuid:series_id>/agenda.ics")
@open_to(Permission.RUN_MEETINGS)
def fetch_series(series_id: uuid.UUID) -> ResponseReturnValue:
    """All times of a fixed item for a calendar, each with its own entry that can move."""
    series = _series(series_id)
    entries = [
        planned_letters.entry_of(meeting, base_url(), clock.now())
        for meeting in series_actions.series_meetings(db(), series.id)
    ]
    answer = Response(ics.calendar_of(entries, name=series.title), content_type=ics.MIME_TYPE)
    answer.headers["Content-Disposition"] = 'attachment; filename="vast-agendapunt.ics"'
    return answer


@meetings.post("/bijeenkomsten/vast/<uuid:series_id>/stop")
@open_to(Permission.RUN_MEETINGS)
def end_series(series_id: uuid.UUID) -> ResponseReturnValue:
    """Ends a fixed item; what was to come does not go on."""
    series = _series(series_id)
    ended = series_actions.end_series(db(), series, clock.today(), clock.now())
    note(Action.CHANGED_MEETING, series.municipality_id, None, "vast agendapunt gestopt")
    for meeting in ended:
        tell_invited(meeting, "vervallen")
    times = "Eén keer gaat" if len(ended) == 1 else f"{len(ended)} keren gaan"
    flash(f"Het vaste agendapunt is gestopt. {times} niet door.", "ok")
    return redirect(url_for("meetings.show_series"), 303)


@meetings.get("/bijeenkomsten/dilemma/<slug>/kaart.pdf")
@open_to(Permission.RUN_MEETINGS)
def fetch_card(slug: str) -> ResponseReturnValue:
    """The dilemma as a card of one page, to lead it in a team meeting without any device."""
    dilemma = library().dilemmas.get(slug)
    if dilemma is None:
        abort(404)
    made = pdf_of(CARD, card_of(dilemma), title=f"Kaart: {dilemma.title}", made_at=clock.now())
    answer = Response(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="kaart-{dilemma.id}.pdf"'
    return answer


def card_of(dilemma: Dilemma) -> dict[str, object]:
    """What stands on the card: the first scene with its choices, questions, limits, the route."""
    inserts = inserts_of(db(), visitor().municipality_id)
    state = play.start_state(dilemma)
    story = [dilemma.intro.plain(inserts)]
    for part in play.visible(dilemma, state):
        if isinstance(part, Advice | Figure):
            continue
        words = part.rich.plain(inserts).strip()
        story.append(f"{part.speaker.name}: {words}" if isinstance(part, Speech) else words)
    choices = play.available(dilemma, state)
    met = {c.limit.limit for c in choices if c.limit and c.limit.limit}
    limits = [law for slug, law in dilemma.limits.items() if slug in met] or list(
        dilemma.limits.values()
    )[:2]
    talked = [q for q in dilemma.discussion if q.scene in (None, dilemma.start)]
    return {
        "title": dilemma.title,
        "summary": dilemma.summary,
        "exercise": all(library().audiences[slug].council for slug in dilemma.audiences),
        "story": [text for text in story if text],
        "choices": [choice.rich.plain(inserts).strip() for choice in choices],
        "questions": [q.rich.plain(inserts).strip() for q in (talked or dilemma.discussion)[:5]],
        "limits": [{"title": law.title, "text": law.rich.plain(inserts).strip()} for law in limits],
        "route": where_to_go(dilemma.debrief.plain(inserts)),
    }


def _audiences() -> list[tuple[str, str]]:
    """The audiences for which there are dilemmas, with how many."""
    every = Counter(slug for d in library().dilemmas.values() for slug in d.audiences)
    return [
        (audience.slug, f"{audience.label} ({every[audience.slug]})")
        for audience in library().audiences.values()
        if every[audience.slug]
    ]


def _own() -> list[MeetingSeries]:
    query = sa.select(MeetingSeries).where(MeetingSeries.facilitator_id == visitor().account_id)
    return list(db().scalars(query.order_by(MeetingSeries.title, MeetingSeries.id)))


def _series(series_id: uuid.UUID) -> MeetingSeries:
    units = units_led()
    query = sa.select(MeetingSeries).where(
        MeetingSeries.id == series_id,
        MeetingSeries.facilitator_id == visitor().account_id,
        MeetingSeries.unit_id.in_(units_below(units)),
    )
    return db().scalars(query).one_or_none() or abort(404)
