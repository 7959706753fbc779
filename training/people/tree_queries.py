"""Answers how the tree stands, stood, and who works where in it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.access import Reach
from training.people.models import Position, Unit, UnitMerge, UnitPast
from training.people.queries import held_on, places_on, units_below, within
from training.people.rules import UnitKind
from training.people.tree_rules import Node, UnitNow, in_order

DAY = dt.timedelta(days=1)


def unit_now(db: Session, unit: Unit) -> UnitNow:
    """A unit as the rules want it."""
    last = db.scalar(sa.select(sa.func.max(UnitPast.until_on)).where(UnitPast.unit_id == unit.id))
    since = unit.opened_on if last is None else last + DAY
    return UnitNow(
        unit.id,
        unit.municipality_id,
        unit.kind,
        unit.name,
        unit.parent_id,
        since,
        unit.closed_on,
    )


def unit_within(db: Session, unit_ids: Collection[uuid.UUID], unit_id: uuid.UUID) -> Unit | None:
    """The unit, when it is one of these or below them; else None, as if there were none."""
    query = sa.select(Unit).where(Unit.id == unit_id, Unit.id.in_(units_below(unit_ids)))
    return db.scalars(query).one_or_none()


def tree_on(db: Session, unit_ids: Collection[uuid.UUID], day: dt.date, reach: Reach) -> list[Node]:
    """The tree from these units down as it was on a day, with how many people the reach covers in
    each unit by itself."""
    places = places_on(day)
    query = (
        sa.select(places.c.unit_id, places.c.parent_id, places.c.name, Unit.kind)
        .join(Unit, Unit.id == places.c.unit_id)
        .where(places.c.unit_id.in_(units_below(unit_ids, on=day)))
    )
    found = {row.unit_id: (row.parent_id, row.name, row.kind) for row in db.execute(query)}
    counts = (
        sa.select(Position.unit_id, sa.func.count(Position.person_id.distinct()))
        .where(held_on(day), within(reach))
        .group_by(Position.unit_id)
    )
    people = {row[0]: row[1] for row in db.execute(counts)} if reach else {}
    return in_order(found, people)


def people_after(db: Session, unit_id: uuid.UUID, day: dt.date) -> int:
    """How many people have a place in a unit after a day."""
    query = sa.select(sa.func.count(Position.person_id.distinct())).where(
        Position.unit_id == unit_id,
        sa.or_(Position.until_on.is_(None), Position.until_on > day),
    )
    return db.scalar(query) or 0


def open_below(db: Session, unit_id: uuid.UUID) -> int:
    """How many units that are open stand directly below a unit."""
    query = sa.select(sa.func.count()).where(Unit.parent_id == unit_id, Unit.closed_on.is_(None))
    return db.scalar(query) or 0


def open_units(db: Session, municipality_id: uuid.UUID) -> list[Unit]:
    """The units of a municipality that are open, by name."""
    query = sa.select(Unit).where(Unit.municipality_id == municipality_id, Unit.closed_on.is_(None))
    return list(db.scalars(query.order_by(Unit.name, Unit.id)))


def labels_of(units: Collection[Unit]) -> dict[uuid.UUID, str]:
    """Each unit with those above it within the municipality, to choose from: Dienstverlening ›
    Team Burgerzaken; by these words."""
    by_id = {unit.id: unit for unit in units}

    def label(unit: Unit) -> str:
        parent = by_id.get(unit.parent_id) if unit.parent_id else None
        if parent is None or parent.kind is UnitKind.MUNICIPALITY:
            return unit.name
        return f"{label(parent)} › {unit.name}"

    told = {unit.id: label(unit) for unit in units}
    return dict(sorted(told.items(), key=lambda one: (one[1].casefold(), one[0])))


@dataclass(frozen=True, slots=True)
class Past:
    """Where a unit stood and what it was called, from when until when (None: still)."""

    from_on: dt.date
    until_on: dt.date | None
    name: str
    parent: str


def history_of(db: Session, unit: Unit) -> list[Past]:
    """The names and places of a unit, the newest first."""
    rows = list(
        db.execute(
            sa.select(UnitPast, Unit.name)
            .outerjoin(Unit, Unit.id == UnitPast.parent_id)
            .where(UnitPast.unit_id == unit.id)
            .order_by(UnitPast.from_on)
        )
    )
    found = [Past(past.from_on, past.until_on, past.name, name or "") for past, name in rows]
    since = rows[-1][0].until_on + DAY if rows else unit.opened_on
    parent = db.get(Unit, unit.parent_id) if unit.parent_id else None
    if unit.closed_on is None or unit.closed_on >= since:
        found.append(Past(since, unit.closed_on, unit.name, parent.name if parent else ""))
    return found[::-1]


def led_on(db: Session, unit_id: uuid.UUID) -> uuid.UUID:
    """The unit that took the place of this one, or of that one; the unit itself when none did."""
    seen = {unit_id}
    while True:
        into = db.scalar(sa.select(UnitMerge.into_id).where(UnitMerge.unit_id == unit_id))
        if into is None or into in seen:
            return unit_id
        seen.add(into)
        unit_id = into


def earlier_names(db: Session, municipality_id: uuid.UUID) -> list[tuple[str, uuid.UUID]]:
    """Names that open units had before, and names of units that were merged into them: a
    personnel file can still have these."""
    past = sa.select(UnitPast.name, UnitPast.unit_id).join(Unit, Unit.id == UnitPast.unit_id)
    merged = sa.select(Unit.name, Unit.id).join(UnitMerge, UnitMerge.unit_id == Unit.id)
    names = [
        *db.execute(past.where(Unit.municipality_id == municipality_id)),
        *db.execute(merged.where(Unit.municipality_id == municipality_id)),
    ]
    return [(name, led_on(db, unit_id)) for name, unit_id in names]
