"""Answers who took part: one query, for one page of the screen and for every export."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from training.access import Reach
from training.assignments.models import Assignment, Duty, DutyAudience
from training.assignments.queries import standing_rows
from training.assignments.rules import Standing
from training.people.models import Person, Position, Unit
from training.people.queries import held_on, units_below, within
from training.reporting.rules import Filters, Row

PAGE = 50  # rows on one screen


def participation_rows(reach: Reach, filters: Filters) -> sa.Select[Any]:
    """Everybody within `reach` under each of their duties on the reference date, filtered and in
    a fixed order. A person with two positions is one row, under the oldest of them in reach."""
    place = _placed(reach, filters)
    rows = standing_rows(filters.as_of)
    municipality = aliased(Unit)
    query = (
        sa.select(
            municipality.name.label("municipality"),
            Unit.name.label("unit"),
            Person.given_name,
            Person.infix,
            Person.family_name,
            Person.employee_number,
            Duty.title,
            rows.c.standing,
            rows.c.due_on,
            rows.c.fulfilled_on,
            rows.c.valid_until,
            Person.municipality_id,
            Person.id.label("person_id"),
        )
        .select_from(place)
        .join(
            rows,
            sa.and_(
                rows.c.municipality_id == place.c.municipality_id,
                rows.c.person_id == place.c.person_id,
            ),
        )
        .join(
            Person,
            sa.and_(
                Person.municipality_id == place.c.municipality_id, Person.id == place.c.person_id
            ),
        )
        .join(Duty, Duty.id == rows.c.duty_id)
        .join(Unit, Unit.id == place.c.unit_id)
        .join(municipality, municipality.id == place.c.municipality_id)
        .where(
            rows.c.standing != Standing.LAPSED.name,
            sa.or_(Person.left_on.is_(None), Person.left_on >= filters.as_of),
            Person.joined_on <= filters.as_of,
            Duty.in_force_from <= filters.as_of,
        )
    )
    return _filtered(query, rows, filters).order_by(
        municipality.name,
        Unit.name,
        Person.family_name,
        Person.given_name,
        Person.id,
        Duty.title,
        Duty.id,
    )


def _placed(reach: Reach, filters: Filters) -> sa.Subquery:
    """One position for each person in reach on the reference date: the oldest."""
    first = (
        sa.func.row_number()
        .over(
            partition_by=(Position.municipality_id, Position.person_id),
            order_by=(Position.from_on, Position.id),
        )
        .label("place")
    )
    query = sa.select(Position.municipality_id, Position.person_id, Position.unit_id, first).where(
        held_on(filters.as_of), within(reach)
    )
    if filters.unit_id is not None:
        query = query.where(Position.unit_id.in_(units_below([filters.unit_id])))
    ranked = query.subquery("ranked")
    return sa.select(ranked).where(ranked.c.place == 1).subquery("placed")


def _filtered(query: sa.Select[Any], rows: sa.Subquery, filters: Filters) -> sa.Select[Any]:
    if filters.duty_id is not None:
        query = query.where(rows.c.duty_id == filters.duty_id)
    if filters.standing is not None:
        query = query.where(rows.c.standing == filters.standing.name)
    if filters.audience:
        of_audience = sa.select(DutyAudience.duty_id).where(
            DutyAudience.audience == filters.audience
        )
        query = query.where(rows.c.duty_id.in_(of_audience))
    if filters.name:
        full = Person.given_name + " " + Person.infix + " " + Person.family_name
        for word in filters.name.split():
            query = query.where(full.icontains(word, autoescape=True))
    return query


def count_of(db: Session, query: sa.Select[Any]) -> int:
    """How many rows a query has."""
    return db.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0


def page_of(db: Session, query: sa.Select[Any], number: int) -> list[Row]:
    """One screen of rows; the first page is 1."""
    part = query.limit(PAGE).offset((number - 1) * PAGE)
    return [row_from(row) for row in db.execute(part)]


def stream(db: Session, query: sa.Select[Any], batch: int = 2000) -> Iterator[Row]:
    """All rows, a batch in memory at a time."""
    for part in db.execute(query.execution_options(yield_per=batch)).partitions():
        for row in part:
            yield row_from(row)


def row_from(row: Any) -> Row:
    """A row of the query as the overview knows it."""
    name = " ".join(p for p in (row.given_name, row.infix, row.family_name) if p)
    return Row(
        municipality=row.municipality,
        unit=row.unit,
        name=name,
        employee_number=row.employee_number or "",
        duty=row.title,
        standing=Standing[row.standing],
        due_on=row.due_on,
        done_on=row.fulfilled_on,
        valid_until=row.valid_until,
        municipality_id=row.municipality_id,
        person_id=row.person_id,
    )


def counts_by_standing(db: Session, reach: Reach, filters: Filters) -> dict[Standing, int]:
    """How many people-under-a-duty stand where, on the reference date."""
    rows = participation_rows(reach, filters).order_by(None).subquery()
    query = sa.select(rows.c.standing, sa.func.count()).group_by(rows.c.standing)
    return {Standing[name]: number for name, number in db.execute(query)}


def counts_by_municipality(
    db: Session, reach: Reach, as_of: dt.date
) -> list[tuple[str, str, int, int, int]]:
    """For each municipality and duty: its name, the duty, how many people are under it, how many
    of them are up to date, and how many are late; by name."""
    rows = participation_rows(reach, Filters(as_of)).order_by(None).subquery()
    good = rows.c.standing.in_([s.name for s in Standing if s.counts_as_valid])
    late = rows.c.standing.in_([Standing.OVERDUE.name, Standing.EXPIRED.name])
    query = (
        sa.select(
            rows.c.municipality,
            rows.c.title,
            sa.func.count(),
            sa.func.sum(sa.case((good, 1), else_=0)),
            sa.func.sum(sa.case((late, 1), else_=0)),
        )
        .group_by(rows.c.municipality, rows.c.title)
        .order_by(rows.c.municipality, rows.c.title)
    )
    return [(m, d, n, int(g), int(x)) for m, d, n, g, x in db.execute(query)]


def duties_within(db: Session, reach: Reach, as_of: dt.date) -> list[tuple[uuid.UUID, str]]:
    """The duties of people in reach: id and title, by title."""
    place = _placed(reach, Filters(as_of))
    mine = (
        sa.select(Assignment.duty_id)
        .join(
            place,
            sa.and_(
                place.c.municipality_id == Assignment.municipality_id,
                place.c.person_id == Assignment.person_id,
            ),
        )
        .distinct()
    )
    query = sa.select(Duty.id, Duty.title).where(Duty.id.in_(mine)).order_by(Duty.title, Duty.id)
    return [(duty_id, title) for duty_id, title in db.execute(query)]
