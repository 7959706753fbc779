"""Answers who there is: below which unit, within whose reach, in which audience."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.access import Population, Reach
from training.clock import add_months
from training.db import ask, columns
from training.people.models import (
    AudienceRule,
    LocalInsertText,
    Person,
    Position,
    Tag,
    Unit,
    UnitPast,
)
from training.people.rules import POPULATIONS, PositionKind, UnitKind

FOREVER = dt.date(9999, 12, 31)
POSITION, PERSON, TAG, RULE = map(columns, (Position, Person, Tag, AudienceRule))
INSERT = columns(LocalInsertText)


def places_on(day: dt.date) -> sa.Subquery:
    """The tree as it was on a day: unit_id, parent_id and name of every unit that was open."""
    before = sa.select(UnitPast.unit_id, UnitPast.parent_id, UnitPast.name).where(
        UnitPast.from_on <= day, UnitPast.until_on >= day
    )
    moved_later = sa.select(UnitPast.unit_id).where(UnitPast.until_on >= day)
    now = sa.select(Unit.id, Unit.parent_id, Unit.name).where(
        Unit.opened_on <= day,
        sa.or_(Unit.closed_on.is_(None), Unit.closed_on >= day),
        Unit.id.not_in(moved_later),
    )
    return before.union_all(now).subquery()


def units_below(
    unit_ids: Collection[uuid.UUID], on: dt.date | None = None
) -> sa.Select[tuple[uuid.UUID]]:
    """The ids of these units and all below them, as a subquery: in the tree as it is (closed units
    too), or as it was `on` a day."""
    if on is not None:
        places = places_on(on)
        then = sa.select(places.c.unit_id).where(places.c.unit_id.in_(unit_ids)).cte(recursive=True)
        then = then.union_all(
            sa.select(places.c.unit_id).where(places.c.parent_id == then.c.unit_id)
        )
        return sa.select(then.c.unit_id)
    tree = (
        sa.select(Unit.id).where(Unit.id.in_(unit_ids)).cte(recursive=True)
    )  # named apart: a query may hold several
    tree = tree.union_all(sa.select(Unit.id).where(Unit.parent_id == tree.c.id))
    return sa.select(tree.c.id)


def unit_ids_below(db: Session, unit_ids: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """The ids of these units and all below them."""
    return frozenset(db.scalars(units_below(unit_ids)))


def kinds_of(populations: Collection[Population]) -> frozenset[PositionKind]:
    """All kinds of position in these populations."""
    return frozenset(kind for population in populations for kind in POPULATIONS[population])


def within(reach: Reach) -> sa.ColumnElement[bool]:
    """The condition on `Position` that keeps what a reach covers, and nothing else."""
    parts = [
        sa.and_(
            Position.unit_id.in_(units_below([grant.unit_id])),
            Position.kind.in_(kinds_of(grant.populations)),
        )
        for grant in reach
    ]
    return sa.or_(sa.false(), *parts)


def held_on(day: dt.date | sa.BindParameter[dt.date]) -> sa.ColumnElement[bool]:
    """The condition on `Position` that it is held on a day."""
    return sa.and_(
        POSITION.from_on <= day, sa.or_(POSITION.until_on.is_(None), POSITION.until_on >= day)
    )


def person_within(db: Session, reach: Reach, person_id: uuid.UUID, day: dt.date) -> Person | None:
    """The person, when the reach covers a position that he or she holds on `day`; else None,
    as if there were no such person."""
    query = (
        sa.select(Person)
        .join(
            Position,
            sa.and_(
                Position.municipality_id == Person.municipality_id,
                Position.person_id == Person.id,
            ),
        )
        .where(Person.id == person_id, held_on(day), within(reach))
    )
    return db.scalars(query.limit(1)).first()


def person(db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID) -> Person | None:
    """One person of one municipality."""
    return db.get(Person, (municipality_id, person_id))


POSITIONS = (
    sa.select(Position)
    .where(
        Position.municipality_id == sa.bindparam("municipality_id"),
        Position.person_id == sa.bindparam("person_id"),
        held_on(sa.bindparam("day")),
    )
    .order_by(Position.from_on, Position.id)
)


def positions_of(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID, day: dt.date
) -> list[Position]:
    """The positions that a person holds on a day, the oldest first."""
    values = {"municipality_id": municipality_id, "person_id": person_id, "day": day}
    return list(db.scalars(POSITIONS, values))


def units_of(db: Session, unit_ids: Collection[uuid.UUID]) -> list[Unit]:
    """These units and all below them, by name."""
    query = sa.select(Unit).where(Unit.id.in_(units_below(unit_ids)))
    return list(db.scalars(query.order_by(Unit.name)))


def municipalities_below(db: Session, unit_ids: Collection[uuid.UUID]) -> list[Unit]:
    """The municipalities to which these units, or units below them, belong; by name."""
    ids = sa.select(Unit.municipality_id).where(Unit.id.in_(units_below(unit_ids)))
    query = sa.select(Unit).where(Unit.id.in_(ids), Unit.kind == UnitKind.MUNICIPALITY)
    return list(db.scalars(query.order_by(Unit.name)))


INSERTS = sa.select(INSERT.name, INSERT.text, INSERT.checked_until).where(
    INSERT.municipality_id == sa.bindparam("municipality_id")
)


def inserts_of(db: Session, municipality_id: uuid.UUID | None) -> dict[str, str]:
    """The municipality's own text for each local insert that it has filled in."""
    if municipality_id is None:
        return {}
    return {row.name: row.text for row in ask(db, INSERTS, municipality_id=municipality_id)}


@dataclass(frozen=True, slots=True)
class LocalText:
    """A municipality's own words for a local insert; `checked_until` is None when nobody said."""

    text: str
    checked_until: dt.date | None


def insert_texts_of(db: Session, municipality_id: uuid.UUID) -> dict[str, LocalText]:
    """The municipality's own texts by name, with until when they are checked."""
    rows = ask(db, INSERTS, municipality_id=municipality_id)
    return {row.name: LocalText(row.text, row.checked_until) for row in rows}


@dataclass(frozen=True, slots=True)
class Membership:
    """From when until when (inclusive; None: open) a person belongs to an audience, and by a
    position in which unit."""

    audience: str
    unit_id: uuid.UUID
    from_on: dt.date
    until_on: dt.date | None


TAG_OF_RULE = sa.and_(
    TAG.municipality_id == POSITION.municipality_id,
    TAG.person_id == POSITION.person_id,
    TAG.name == RULE.tag,
)


def _matching() -> sa.ColumnElement[bool]:
    tagged = (
        sa.select(sa.literal(1))
        .where(TAG_OF_RULE)
        .correlate(Position.__table__, AudienceRule.__table__)
        .exists()
    )
    return sa.and_(
        RULE.municipality_id == POSITION.municipality_id,
        sa.or_(RULE.kind.is_(None), RULE.kind == POSITION.kind),
        sa.or_(
            RULE.job_title.is_(None),
            sa.func.lower(RULE.job_title) == sa.func.lower(POSITION.job_title),
        ),
        sa.or_(RULE.unit_id.is_(None), RULE.unit_id == POSITION.unit_id),
        sa.or_(RULE.tag.is_(None), tagged),
    )


OF_POSITION = sa.and_(
    PERSON.municipality_id == POSITION.municipality_id, PERSON.id == POSITION.person_id
)
MEMBERSHIPS = (
    sa.select(
        RULE.audience,
        RULE.first_months,
        POSITION.from_on,
        POSITION.until_on,
        PERSON.joined_on,
        PERSON.left_on,
        TAG.from_on,
        POSITION.recorded_on,
        POSITION.unit_id,
    )
    .select_from(Position.__table__)
    .join(AudienceRule.__table__, _matching())
    .join(Person.__table__, OF_POSITION)
    .outerjoin(Tag.__table__, TAG_OF_RULE)
    .where(
        POSITION.municipality_id == sa.bindparam("municipality_id"),
        POSITION.person_id == sa.bindparam("person_id"),
    )
)


def memberships_of(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID
) -> list[Membership]:
    """All memberships of a person, past, present and future, one for each position and rule."""
    return memberships_in(
        ask(db, MEMBERSHIPS, municipality_id=municipality_id, person_id=person_id)
    )


def memberships_in(rows: Iterable[Any]) -> list[Membership]:
    """The memberships in rows of `MEMBERSHIPS`."""
    found = set()
    for audience, months, from_on, until_on, joined, left, tagged, recorded, unit in rows:
        start = max(day for day in (from_on, joined, tagged, recorded) if day is not None)
        ends = [day for day in (until_on, left) if day is not None]
        if months is not None:
            ends.append(add_months(joined, months) - dt.timedelta(days=1))
        end = min(ends, default=None)
        if end is None or end >= start:
            found.add(Membership(audience, unit, start, end))
    return sorted(found, key=lambda m: (m.audience, m.from_on, m.until_on or FOREVER))


def audiences_of(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID, day: dt.date
) -> frozenset[str]:
    """The audiences to which a person belongs on a day."""
    return held_audiences(memberships_of(db, municipality_id, person_id), day)


def held_audiences(memberships: Iterable[Membership], day: dt.date) -> frozenset[str]:
    """The audiences of those of these memberships that hold on a day."""
    return frozenset(
        m.audience
        for m in memberships
        if m.from_on <= day and (m.until_on is None or m.until_on >= day)
    )


def membership_rows() -> sa.Select[Any]:
    """Everybody's memberships as a query, for sets: municipality_id, person_id, unit_id, audience,
    from_on, until_on (`FOREVER`: open), joined_on and first_months (None: no limit)."""
    tag_day = (
        sa.select(Tag.from_on)
        .where(TAG_OF_RULE)
        .correlate(Position, AudienceRule)
        .scalar_subquery()
    )
    start = _later(_later(Position.from_on, Person.joined_on), Position.recorded_on)
    start = _later(start, sa.func.coalesce(tag_day, start))
    left = sa.func.coalesce(Person.left_on, FOREVER)
    ended = sa.func.coalesce(Position.until_on, FOREVER)
    return (
        sa.select(
            Position.municipality_id,
            Position.person_id,
            Position.unit_id,
            AudienceRule.audience,
            start.label("from_on"),
            sa.case((left < ended, left), else_=ended).label("until_on"),
            Person.joined_on,
            AudienceRule.first_months,
        )
        .select_from(Position)
        .join(AudienceRule, _matching())
        .join(Person, OF_POSITION)
    )


def _later(one: Any, other: Any) -> sa.ColumnElement[dt.date]:
    return sa.case((one >= other, one), else_=other)
