"""Makes a fixed item of a team's meetings, plans it months ahead, and ends it."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.content.classes import Library
from training.meetings.models import Meeting, MeetingSeries
from training.meetings.planned_actions import cancel
from training.meetings.series_rules import days_ahead, moment, next_dilemma

KIND, LASTS = "werkoverleg", dt.timedelta(minutes=10)


def plan_ahead(db: Session, library: Library, today: dt.date, now: dt.datetime) -> int:
    """Plans every fixed item for the coming months, each time with another dilemma. A second run
    does nothing. Returns how many meetings are new."""
    query = sa.select(MeetingSeries).where(
        sa.or_(MeetingSeries.until_on.is_(None), MeetingSeries.until_on >= today)
    )
    return sum(plan_series(db, library, series, today, now) for series in db.scalars(query))


def plan_series(
    db: Session, library: Library, series: MeetingSeries, today: dt.date, now: dt.datetime
) -> int:
    """Plans one fixed item. A month that had its meeting (moved, also to another month, or
    cancelled) keeps it."""
    known = series_meetings(db, series.id)
    taken = {meeting.series_month for meeting in known}
    chosen = chosen_by(db, series.unit_id)
    new = 0
    for day in days_ahead(series.week, series.weekday, series.from_on, series.until_on, today):
        dilemma = next_dilemma(library.dilemmas.values(), series.audience, chosen)
        if day.replace(day=1) in taken or dilemma is None:
            continue
        starts_at = moment(day, series.time)
        db.add(
            Meeting(
                unit_id=series.unit_id,
                municipality_id=series.municipality_id,
                facilitator_id=series.facilitator_id,
                series_id=series.id,
                series_month=day.replace(day=1),
                kind=KIND,
                title=f"{series.title}: {dilemma.title}"[:120],
                explanation=dilemma.summary,
                place=series.place,
                starts_at=starts_at,
                ends_at=starts_at + LASTS,
                dilemma_id=dilemma.id,
                sequence=0,
                made_at=now,
            )
        )
        chosen.append(dilemma.id)
        new += 1
    return new


def series_meetings(db: Session, series_id: uuid.UUID) -> list[Meeting]:
    """The meetings of a fixed item, the oldest first."""
    query = sa.select(Meeting).where(Meeting.series_id == series_id)
    return list(db.scalars(query.order_by(Meeting.starts_at, Meeting.id)))


def chosen_by(db: Session, unit_id: uuid.UUID) -> list[str]:
    """The dilemmas that a unit had in its meetings, or will have; the oldest first."""
    query = sa.select(Meeting.dilemma_id).where(
        Meeting.unit_id == unit_id, Meeting.dilemma_id.is_not(None), Meeting.cancelled_at.is_(None)
    )
    return [slug for slug in db.scalars(query.order_by(Meeting.starts_at, Meeting.id)) if slug]


def end_series(
    db: Session, series: MeetingSeries, today: dt.date, now: dt.datetime
) -> list[Meeting]:
    """Ends a fixed item: what was to come is cancelled. Returns those meetings."""
    series.until_on = today
    ended = []
    for meeting in series_meetings(db, series.id):
        if meeting.starts_at > now and meeting.cancelled_at is None:
            cancel(meeting, now)
            ended.append(meeting)
    return ended
