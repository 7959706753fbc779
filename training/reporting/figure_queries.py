"""Answers how groups stand: all counts of the page of figures in one statement."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from training.access import LEAST_TO_COUNT, Population, Reach
from training.assignments.models import Assignment, Cycle, DutyContent
from training.assignments.queries import standing_rows
from training.assignments.rules import Standing
from training.db import AddDays, AddMonths
from training.people.models import Person, Position, Unit
from training.people.queries import held_on, kinds_of, membership_rows, units_below, within
from training.people.rules import UnitKind
from training.reporting.figure_rules import (
    LATE,
    MONTHS_BACK,
    NEWCOMER_MONTHS,
    Counted,
)
from training.reporting.models import FigureMonth
from training.reporting.queries import OVER, member_on, news, rows_with_standing
from training.reporting.rules import Filters

Ids = Collection[uuid.UUID]
MUNICIPALITY, UNIT, AUDIENCE, ENDS = "municipality", "unit", "audience", "ends"
GOOD = [standing.name for standing in Standing if standing.counts_as_valid]


def counts(db: Session, ids: Ids, reach: Reach, filters: Filters) -> list[Counted]:
    """Everybody in reach, counted by municipality, by unit, by audience, and (who is up to date)
    by the month in which it ends, each per duty and standing. One statement, so that how people
    stand is reckoned once."""
    late = news(db, ids, filters.as_of)
    people = sa.select(rows_with_standing(ids, reach, filters, late)).cte("people")
    membership = membership_rows().where(Position.municipality_id.in_(ids)).subquery("m")
    member = (
        sa.select(membership.c.municipality_id, membership.c.person_id, membership.c.audience)
        .where(member_on(membership, filters.as_of))
        .distinct()
        .subquery("member")
    )
    of_member = sa.and_(
        member.c.municipality_id == people.c.municipality_id,
        member.c.person_id == people.c.person_id,
    )
    month = sa.func.substr(sa.cast(people.c.valid_until, sa.String), 1, 7)
    good = people.c.standing.in_(GOOD)
    parts = [
        _part(MUNICIPALITY, people.c.municipality_id, people).select_from(people),
        _part(UNIT, people.c.unit_id, people).select_from(people),
        _part(AUDIENCE, member.c.audience, people).select_from(people.join(member, of_member)),
        _part(ENDS, month, people).select_from(people).where(good, month.is_not(None)),
    ]
    return [
        Counted(row.part, _plain(row.part, row.first), _id(row.duty), Standing[row.standing], row.n)
        for row in db.execute(sa.union_all(*parts))
    ]


def _part(
    name: str, group: sa.ColumnElement[object], people: sa.CTE
) -> sa.Select[tuple[object, ...]]:
    return sa.select(
        sa.literal(name).label("part"),
        sa.cast(group, sa.String).label("first"),
        sa.cast(people.c.duty_id, sa.String).label("duty"),
        people.c.standing,
        sa.func.count().label("n"),
    ).group_by(group, people.c.duty_id, people.c.standing)


def _plain(part: str, text: str) -> str:
    return _id(text) if part in {MUNICIPALITY, UNIT} else text


def _id(text: str) -> str:
    """An id as text, the same from either database."""
    return str(uuid.UUID(text))


def names_of(db: Session, unit_ids: Collection[str], several: bool) -> dict[str, str]:
    """The names of units, by their id as text; with `several` municipalities a team has the name
    of its municipality before its own."""
    wanted = [uuid.UUID(unit_id) for unit_id in unit_ids]
    above = aliased(Unit)
    query = (
        sa.select(Unit.id, Unit.name, above.name)
        .outerjoin(above, above.id == Unit.municipality_id)
        .where(Unit.id.in_(wanted))
    )
    return {
        str(unit_id): f"{municipality}: {name}" if several and municipality != name else name
        for unit_id, name, municipality in db.execute(query)
    }


def content_of(db: Session, duty_ids: Collection[str]) -> dict[str, set[tuple[str, str]]]:
    """What duties ask for: duty id as text → (kind name, content id)."""
    query = sa.select(DutyContent).where(DutyContent.duty_id.in_(map(uuid.UUID, duty_ids)))
    found: dict[str, set[tuple[str, str]]] = {duty_id: set() for duty_id in duty_ids}
    for one in db.scalars(query):
        found[str(one.duty_id)].add((one.kind.name, one.content_id))
    return found


def newcomers(
    db: Session, ids: Ids, reach: Reach, as_of: dt.date
) -> list[tuple[str, int, int, int]]:
    """For each month in which people joined, in the last year: how many joined and were asked
    something at the start, how many of them had done all of it within three months, and for how
    many these months are not over."""
    since = AddMonths(sa.literal(as_of, sa.Date()), -MONTHS_BACK, sa.null())
    limit = AddMonths(Person.joined_on, NEWCOMER_MONTHS, sa.null())
    in_time = sa.case(
        (sa.and_(Cycle.fulfilled_on <= limit, Cycle.fulfilled_on <= as_of), 1), else_=0
    )
    placed = sa.exists().where(
        Position.municipality_id == Person.municipality_id,
        Position.person_id == Person.id,
        held_on(as_of),
        within(reach),
    )
    each = (
        sa.select(
            sa.func.substr(sa.cast(Person.joined_on, sa.String), 1, 7).label("month"),
            sa.case((limit > as_of, 1), else_=0).label("running"),
            sa.case((sa.func.count() == sa.func.sum(in_time), 1), else_=0).label("done"),
        )
        .select_from(Person)
        .join(
            Assignment,
            sa.and_(
                Assignment.municipality_id == Person.municipality_id,
                Assignment.person_id == Person.id,
                Assignment.from_on <= AddDays(Person.joined_on, 31),
            ),
        )
        .join(
            Cycle,
            sa.and_(
                Cycle.municipality_id == Assignment.municipality_id,
                Cycle.person_id == Assignment.person_id,
                Cycle.duty_id == Assignment.duty_id,
                Cycle.number == 1,
            ),
        )
        .where(
            Person.municipality_id.in_(ids), Person.joined_on >= since, Person.joined_on <= as_of,
            placed,
        )
        .group_by(Person.municipality_id, Person.id, Person.joined_on)
        .subquery("each")
    )  # fmt: skip
    query = (
        sa.select(
            each.c.month,
            sa.func.count(),
            sa.func.sum(each.c.done),
            sa.func.sum(sa.case((each.c.done == 1, 0), else_=each.c.running)),
        )
        .group_by(each.c.month)
        .order_by(each.c.month)
    )
    return [(month, n, int(d), int(r)) for month, n, d, r in db.execute(query)]


def months(
    db: Session, ids: Ids, group: Population, duty_id: uuid.UUID | None
) -> list[tuple[dt.date, int, int, int]]:
    """How it stood on the first of each month: people under duties, up to date, late."""
    query = (
        sa.select(
            FigureMonth.month,
            sa.func.sum(FigureMonth.people),
            sa.func.sum(FigureMonth.good),
            sa.func.sum(FigureMonth.late),
        )
        .where(FigureMonth.municipality_id.in_(ids), FigureMonth.population == group.name)
        .group_by(FigureMonth.month)
        .order_by(FigureMonth.month)
    )
    if duty_id:
        query = query.where(FigureMonth.duty_id == duty_id)
    return [(month, int(p), int(g), int(x)) for month, p, g, x in db.execute(query)][-13:]


def known_months(db: Session) -> set[dt.date]:
    """The months that are written down."""
    return set(db.scalars(sa.select(FigureMonth.month).distinct()))


def month_rows(month: dt.date, group: Population) -> sa.Select[tuple[object, ...]]:
    """The rows of `figure_month` of one day and population; groups under ten people are left out,
    as these figures outlive the people."""
    rows = standing_rows(month)
    placed = sa.exists().where(
        Position.municipality_id == Person.municipality_id,
        Position.person_id == Person.id,
        Position.kind.in_(kinds_of([group])),
        held_on(month),
    )
    good = sa.case((rows.c.standing.in_(GOOD), 1), else_=0)
    late = sa.case((rows.c.standing.in_([s.name for s in LATE]), 1), else_=0)
    return (
        sa.select(
            rows.c.municipality_id,
            sa.literal(month, sa.Date()),
            sa.literal(group.name),
            rows.c.duty_id,
            sa.func.count(),
            sa.func.sum(good),
            sa.func.sum(late),
        )
        .join(
            Person,
            sa.and_(
                Person.municipality_id == rows.c.municipality_id, Person.id == rows.c.person_id
            ),
        )
        .where(
            Person.joined_on <= month,
            sa.or_(Person.left_on.is_(None), Person.left_on >= month),
            rows.c.standing.not_in([*OVER, Standing.FUTURE.name]),
            placed,
        )
        .group_by(rows.c.municipality_id, rows.c.duty_id)
        .having(sa.func.count() >= LEAST_TO_COUNT)
    )


def units_for(db: Session, reach: Reach, small: bool) -> list[Unit]:
    """The units that a visitor may choose: with `small` also those inside a municipality."""
    query = sa.select(Unit).where(Unit.id.in_(units_below([grant.unit_id for grant in reach])))
    if not small:
        above = [
            UnitKind.REGION,
            UnitKind.BASE_TEAM,
            UnitKind.COOPERATION,
            UnitKind.MUNICIPALITY,
        ]
        query = query.where(Unit.kind.in_(above))
    return list(db.scalars(query.order_by(Unit.name)))
