"""Answers how aware a municipality is on a day, per theme and audience, and what was reported."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training import clock
from training.assignments.models import Duty, DutyContent
from training.assignments.queries import standing_rows, unwritten
from training.assignments.rules import Standing
from training.content.classes import ContentKind, Library
from training.db import AddMonths
from training.evidence.models import Evidence
from training.meetings.models import Attendance, Meeting
from training.meetings.planning_rules import Presence
from training.people.models import Person, Position
from training.people.queries import held_on, membership_rows
from training.reporting.half_year_models import HalfYearReport
from training.reporting.half_year_rules import (
    LATE,
    LEFT_OUT,
    Cell,
    Figures,
    Held,
    Period,
    TookPart,
)

GOOD = [standing.name for standing in Standing if standing.counts_as_valid]


def figures_of(
    db: Session, library: Library, municipality_id: uuid.UUID, period: Period
) -> Figures:
    """All figures of a municipality, from the facts as now known, without regard to size: pass
    them through `half_year_rules.shown` before anybody sees or keeps them. A few queries."""
    themed, rows = _themed(library), _rows(db, municipality_id, period.as_of)
    asked, left_out = _people(db, rows)
    return Figures(
        _cells(db, themed, rows, municipality_id, period.as_of),
        _took_part(db, themed, municipality_id, period),
        _held(db, municipality_id, period),
        asked,
        left_out,
    )


def _themed(library: Library) -> sa.CTE:
    """(kind, content_id, theme) of all content, as rows."""
    rows = [
        (ContentKind.MODULE.name, module.id, module.theme.value)
        for module in library.modules.values()
    ]
    rows += [
        (ContentKind.DILEMMA.name, dilemma.id, theme.value)
        for dilemma in library.dilemmas.values()
        for theme in dilemma.themes
    ]
    rows += [
        (ContentKind.MEETING.name, meeting.id, theme.value)
        for meeting in library.meetings.values()
        for theme in meeting.themes
    ]
    columns = [sa.column(name, sa.String) for name in ("kind", "content_id", "theme")]
    return sa.values(*columns, name="themed").data(rows).cte("themed")


def _rows(db: Session, municipality_id: uuid.UUID, as_of: dt.date) -> sa.Subquery:
    """How everybody who was there on that day stands under each duty that was in force."""
    rows = standing_rows(as_of, unwritten(db, as_of, people_of(municipality_id)))
    placed = (
        sa.select(sa.literal(1))
        .where(
            Position.municipality_id == rows.c.municipality_id,
            Position.person_id == rows.c.person_id,
            held_on(as_of),
        )
        .correlate(rows)
        .exists()
    )
    return (
        sa.select(rows.c.person_id, rows.c.duty_id, rows.c.standing)
        .join(
            Person,
            sa.and_(
                Person.municipality_id == rows.c.municipality_id, Person.id == rows.c.person_id
            ),
        )
        .join(Duty, Duty.id == rows.c.duty_id)
        .where(
            rows.c.municipality_id == municipality_id,
            rows.c.standing.not_in([Standing.LAPSED.name, Standing.MISSED.name]),
            Person.joined_on <= as_of,
            sa.or_(Person.left_on.is_(None), Person.left_on >= as_of),
            Duty.in_force_from <= as_of,
            placed,
        )
        .subquery("under_duty")
    )


def people_of(municipality_id: uuid.UUID) -> sa.Subquery:
    """Everybody of a municipality, as `unwritten` asks for them."""
    return (
        sa.select(Person.municipality_id, Person.id.label("person_id"))
        .where(Person.municipality_id == municipality_id)
        .subquery("people")
    )


def _flag(condition: sa.ColumnElement[bool]) -> sa.Case[int]:
    return sa.case((condition, 1), else_=0)


def _cells(
    db: Session, themed: sa.CTE, rows: sa.Subquery, municipality_id: uuid.UUID, as_of: dt.date
) -> tuple[Cell, ...]:
    counted = rows.c.standing.not_in([standing.name for standing in LEFT_OUT])
    good = sa.func.min(_flag(rows.c.standing.in_(GOOD)))
    late = sa.func.max(_flag(rows.c.standing.in_([standing.name for standing in LATE])))
    of_person = (
        sa.select(rows.c.person_id, themed.c.theme, good.label("good"), late.label("late"))
        .join(DutyContent, DutyContent.duty_id == rows.c.duty_id)
        .join(
            themed,
            sa.and_(
                themed.c.kind == sa.cast(DutyContent.kind, sa.String),
                themed.c.content_id == DutyContent.content_id,
            ),
        )
        .where(counted)
        .group_by(rows.c.person_id, themed.c.theme)
        .subquery("of_person")
    )
    member = membership_rows().where(Position.municipality_id == municipality_id).subquery("m")
    limit = AddMonths(member.c.joined_on, member.c.first_months, sa.null())
    members = (
        sa.select(member.c.person_id, member.c.audience)
        .where(
            member.c.from_on <= as_of,
            member.c.until_on >= as_of,
            sa.or_(member.c.first_months.is_(None), limit > as_of),
        )
        .distinct()
        .subquery("members")
    )
    query = (
        sa.select(
            of_person.c.theme,
            members.c.audience,
            sa.func.count(),
            sa.func.sum(of_person.c.good),
            sa.func.sum(of_person.c.late),
        )
        .join(members, members.c.person_id == of_person.c.person_id)
        .group_by(of_person.c.theme, members.c.audience)
        .order_by(of_person.c.theme, members.c.audience)
    )
    return tuple(Cell(t, a, n, int(g), int(x)) for t, a, n, g, x in db.execute(query))


def _people(db: Session, rows: sa.Subquery) -> tuple[int, int]:
    """How many people were asked anything, and how many only something that they need not do."""
    counted = sa.func.max(_flag(rows.c.standing.not_in([s.name for s in LEFT_OUT])))
    each = sa.select(counted.label("counted")).group_by(rows.c.person_id).subquery("each")
    total, asked = db.execute(sa.select(sa.func.count(), sa.func.sum(each.c.counted))).one()
    return int(asked or 0), int(total) - int(asked or 0)


def _took_part(
    db: Session, themed: sa.CTE, municipality_id: uuid.UUID, period: Period
) -> tuple[TookPart, ...]:
    query = (
        sa.select(themed.c.theme, sa.func.count(Evidence.person_id.distinct()))
        .join(
            Evidence,
            sa.and_(
                themed.c.kind == sa.cast(Evidence.content_kind, sa.String),
                themed.c.content_id == Evidence.content_id,
            ),
        )
        .where(
            Evidence.municipality_id == municipality_id,
            Evidence.completed_on >= period.from_on,
            Evidence.completed_on <= period.as_of,
        )
        .group_by(themed.c.theme)
        .order_by(themed.c.theme)
    )
    return tuple(TookPart(theme, people) for theme, people in db.execute(query))


def _held(db: Session, municipality_id: uuid.UUID, period: Period) -> tuple[Held, ...]:
    midnight = dt.time()
    begin = dt.datetime.combine(period.from_on, midnight, clock.AMSTERDAM)
    end = dt.datetime.combine(period.as_of + dt.timedelta(days=1), midnight, clock.AMSTERDAM)
    present = (
        sa.select(sa.func.count())
        .where(Attendance.meeting_id == Meeting.id, Attendance.presence == Presence.PRESENT)
        .correlate(Meeting)
        .scalar_subquery()
    )
    query = (
        sa.select(Meeting.kind, sa.func.count(), sa.func.sum(present + Meeting.guests))
        .where(
            Meeting.municipality_id == municipality_id,
            Meeting.cancelled_at.is_(None),
            Meeting.ends_at >= begin,
            Meeting.ends_at < end,
        )
        .group_by(Meeting.kind)
        .order_by(Meeting.kind)
    )
    return tuple(Held(kind, number, int(people or 0)) for kind, number, people in db.execute(query))


def report(db: Session, municipality_id: uuid.UUID, as_of: dt.date) -> HalfYearReport | None:
    """The report that was kept; None when there is none."""
    return db.get(HalfYearReport, (municipality_id, as_of))


def report_before(db: Session, municipality_id: uuid.UUID, as_of: dt.date) -> HalfYearReport | None:
    """The newest report that was kept of an earlier date."""
    query = (
        sa.select(HalfYearReport)
        .where(HalfYearReport.municipality_id == municipality_id, HalfYearReport.as_of < as_of)
        .order_by(HalfYearReport.as_of.desc())
        .limit(1)
    )
    return db.scalars(query).first()


def reports_of(db: Session, municipality_ids: Collection[uuid.UUID]) -> list[HalfYearReport]:
    """The reports of these municipalities, the newest first."""
    query = sa.select(HalfYearReport).where(HalfYearReport.municipality_id.in_(municipality_ids))
    return list(db.scalars(query.order_by(HalfYearReport.as_of.desc())))
