"""Opens, renames, moves, merges and closes units; what was before stays known by its dates."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.db import new_id
from training.people import tree_rules
from training.people.models import AudienceRule, Position, Unit, UnitMerge, UnitPast
from training.people.queries import unit_ids_below
from training.people.rules import UnitKind
from training.people.tree_queries import DAY, open_below, people_after, unit_now
from training.people.tree_rules import TreeRefused


def open_unit(
    db: Session, *, parent: Unit, kind: UnitKind, name: str, on: dt.date, today: dt.date
) -> Unit:
    """Makes a unit below another from a day on. Raises `TreeRefused`."""
    if kind not in tree_rules.OPENABLE or parent.kind not in tree_rules.ABOVE:
        raise TreeRefused("Hieronder kun je geen onderdeel openen. Kies een afdeling of team.")
    if on > today or on < today - tree_rules.FURTHEST_BACK:
        raise TreeRefused("Kies vandaag of een dag in de afgelopen twee jaar.")
    if parent.closed_on is not None or on < parent.opened_on:
        raise TreeRefused(f"{parent.name} is dan niet open. Kies een andere dag.")
    unit = Unit(
        id=new_id(),
        parent_id=parent.id,
        municipality_id=parent.municipality_id,
        kind=kind,
        name=name,
        opened_on=on,
    )
    _check_name(db, unit)
    db.add(unit)
    db.flush()
    return unit


def rename_unit(db: Session, unit: Unit, name: str, on: dt.date, today: dt.date) -> None:
    """Gives a unit another name from a day on. Raises `TreeRefused`."""
    now = unit_now(db, unit)
    tree_rules.check_day(now, on, today)
    _keep_past(db, unit, now.since, on)
    unit.name = name
    _check_name(db, unit)
    db.flush()


def move_unit(db: Session, unit: Unit, parent: Unit, on: dt.date, today: dt.date) -> None:
    """Puts a unit, with all below it, under another from a day on. Raises `TreeRefused`."""
    now = unit_now(db, unit)
    tree_rules.check_day(now, on, today)
    tree_rules.check_place(now, unit_now(db, parent), unit_ids_below(db, [unit.id]))
    _keep_past(db, unit, now.since, on)
    unit.parent_id = parent.id
    _check_name(db, unit)
    db.flush()


def close_unit(db: Session, unit: Unit, on: dt.date, today: dt.date) -> None:
    """Closes an empty unit; `on` is its last day. Raises `TreeRefused`."""
    now = unit_now(db, unit)
    tree_rules.check_day(now, on, today)
    tree_rules.check_close(now, people_after(db, unit.id, on), open_below(db, unit.id))
    unit.closed_on = on
    db.flush()


def merge_unit(db: Session, unit: Unit, into: Unit, on: dt.date, today: dt.date) -> int:
    """Moves everybody and everything below a unit to another from a day on, and closes it the day
    before. Proof keeps the unit of its day. Returns how many people moved. Raises `TreeRefused`."""
    now, other = unit_now(db, unit), unit_now(db, into)
    tree_rules.check_day(now, on, today)
    tree_rules.check_merge(now, other, unit_ids_below(db, [unit.id]))
    if on < into.opened_on:
        raise TreeRefused(f"{into.name} was toen nog niet open. Kies een latere dag.")
    for child in db.scalars(
        sa.select(Unit).where(Unit.parent_id == unit.id, Unit.closed_on.is_(None))
    ):
        since = unit_now(db, child).since
        move_unit(db, child, into, max(on, since), today)
    moved = _move_people(db, unit, into, on, today)
    db.execute(
        sa.update(AudienceRule)
        .where(
            AudienceRule.municipality_id == unit.municipality_id, AudienceRule.unit_id == unit.id
        )
        .values(unit_id=into.id)
    )
    unit.closed_on = on - DAY
    db.add(UnitMerge(unit_id=unit.id, into_id=into.id, merged_on=on))
    db.flush()
    return moved


def _move_people(db: Session, unit: Unit, into: Unit, on: dt.date, today: dt.date) -> int:
    lasting = sa.select(Position).where(
        Position.municipality_id == unit.municipality_id,
        Position.unit_id == unit.id,
        sa.or_(Position.until_on.is_(None), Position.until_on >= on),
    )
    people: set[uuid.UUID] = set()
    begun: list[dict[str, Any]] = []
    for position in db.scalars(lasting):
        people.add(position.person_id)
        if position.from_on >= on:
            position.unit_id = into.id
            continue
        values = {c.key: getattr(position, c.key) for c in sa.inspect(Position).column_attrs}
        values |= {"id": new_id(), "unit_id": into.id, "from_on": on}
        begun.append(values)
        position.until_on = on - DAY
    db.flush()
    if begun:
        db.execute(sa.insert(Position), begun)
    return len(people)


def _keep_past(db: Session, unit: Unit, since: dt.date, on: dt.date) -> None:
    """Keeps how the unit stood until the day before; nothing when it was changed on that day."""
    if on <= since:
        return
    db.add(
        UnitPast(
            unit_id=unit.id,
            from_on=since,
            until_on=on - DAY,
            parent_id=unit.parent_id,
            name=unit.name,
        )
    )


def _check_name(db: Session, unit: Unit) -> None:
    with db.no_autoflush:
        same = db.scalar(
            sa.select(sa.func.count()).where(
                Unit.parent_id == unit.parent_id,
                Unit.id != unit.id,
                Unit.closed_on.is_(None),
                sa.func.lower(Unit.name) == unit.name.lower(),
            )
        )
    if same:
        raise TreeRefused(f"Hier staat al een onderdeel met de naam {unit.name}.")
