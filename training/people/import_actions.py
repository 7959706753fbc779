"""Carries out the plan of a personnel file: all of it or nothing, in the caller's transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.access import Population
from training.db import new_id
from training.people.import_rules import (
    Changed,
    Existing,
    Facts,
    Held,
    Known,
    PlaceChange,
    Plan,
    UnitFact,
)
from training.people.models import Person, Position, Unit
from training.people.rules import POPULATIONS, PositionKind

DAY = dt.timedelta(days=1)


def existing_of(db: Session, municipality_id: uuid.UUID, today: dt.date) -> Existing:
    """What a municipality has now, as the plan wants it; three queries for any number."""
    people = list(db.scalars(sa.select(Person).where(Person.municipality_id == municipality_id)))
    positions = list(
        db.scalars(sa.select(Position).where(Position.municipality_id == municipality_id))
    )
    numbers = {person.id: person.employee_number for person in people}
    held: dict[uuid.UUID, list[Held]] = defaultdict(list)
    staff: set[uuid.UUID] = set()
    for position in sorted(positions, key=lambda p: (p.from_on, p.id)):
        if position.kind not in POPULATIONS[Population.STAFF]:
            continue
        staff.add(position.person_id)
        if position.until_on is None or position.until_on >= today:
            held[position.person_id].append(
                Held(
                    position.id,
                    position.unit_id,
                    position.job_title,
                    position.kind,
                    numbers.get(position.manager_id) if position.manager_id else None,
                    position.from_on,
                )
            )
    units = db.scalars(
        sa.select(Unit).where(Unit.municipality_id == municipality_id, Unit.closed_on.is_(None))
    )
    return Existing(
        persons=tuple(
            Known(person.id, _facts_of(person), tuple(held[person.id]))
            for person in people
            if person.id in staff
        ),
        units=tuple(UnitFact(u.id, u.name, u.kind, u.parent_id) for u in units),
        of_others=frozenset(
            person.employee_number
            for person in people
            if person.id not in staff and person.employee_number
        ),
    )


def _facts_of(person: Person) -> Facts:
    return Facts(
        person.given_name,
        person.infix,
        person.family_name,
        person.email,
        person.employee_number,
        person.joined_on,
        person.left_on,
    )


def apply_plan(db: Session, municipality_id: uuid.UUID, plan: Plan, today: dt.date) -> None:
    """Makes what is new, changes what differs, and sets a last day where the file tells one."""
    made: dict[uuid.UUID, list[PlaceChange]] = {}
    for new in plan.new:
        person = Person(municipality_id=municipality_id, id=new_id())
        _write_facts(person, new.facts)
        db.add(person)
        made[person.id] = list(new.places)
    db.flush()
    numbered = sa.select(Person).where(
        Person.municipality_id == municipality_id, Person.employee_number.is_not(None)
    )
    ids = {person.employee_number: person.id for person in db.scalars(numbered)}
    for person_id, places in made.items():
        joined = db.get_one(Person, (municipality_id, person_id)).joined_on
        for place in places:
            _begin(db, municipality_id, person_id, place, joined, ids, today)
    for change in (*plan.changed, *plan.left):
        _change(db, municipality_id, change, ids, today)
    db.flush()


def _write_facts(person: Person, facts: Facts) -> None:
    person.given_name, person.infix, person.family_name = (
        facts.given_name,
        facts.infix,
        facts.family_name,
    )
    person.email, person.employee_number = facts.email, facts.employee_number
    person.joined_on, person.left_on = facts.joined_on, facts.left_on


def _change(
    db: Session,
    municipality_id: uuid.UUID,
    change: Changed,
    ids: dict[str | None, uuid.UUID],
    today: dt.date,
) -> None:
    person = db.get_one(Person, (municipality_id, change.person_id))
    _write_facts(person, change.after)
    for place in change.places:
        if place.is_change:
            _move(db, municipality_id, change.person_id, place, ids, today)
    last = change.after.left_on
    if last is not None:
        open_places = sa.select(Position).where(
            Position.municipality_id == municipality_id,
            Position.person_id == change.person_id,
            sa.or_(Position.until_on.is_(None), Position.until_on > last),
        )
        for position in db.scalars(open_places):
            position.until_on = max(last, position.from_on)


def _move(
    db: Session,
    municipality_id: uuid.UUID,
    person_id: uuid.UUID,
    place: PlaceChange,
    ids: dict[str | None, uuid.UUID],
    today: dt.date,
) -> None:
    """Ends the place as it was yesterday and begins it as it is; what had not begun is changed."""
    if place.held is None:
        _begin(db, municipality_id, person_id, place, today, ids, today)
        return
    position = db.get_one(Position, (municipality_id, place.held.position_id))
    if position.from_on >= today:
        position.unit_id, position.job_title = place.unit_id, place.job_title
        position.manager_id = ids.get(place.manager)
        return
    position.until_on = today - DAY
    _begin(db, municipality_id, person_id, place, today, ids, today, place.held.kind)


def _begin(
    db: Session,
    municipality_id: uuid.UUID,
    person_id: uuid.UUID,
    place: PlaceChange,
    from_on: dt.date,
    ids: dict[str | None, uuid.UUID],
    today: dt.date,
    kind: PositionKind = PositionKind.EMPLOYEE,
) -> None:
    db.add(
        Position(
            municipality_id=municipality_id,
            id=new_id(),
            person_id=person_id,
            unit_id=place.unit_id,
            kind=kind,
            job_title=place.job_title,
            manager_id=ids.get(place.manager),
            from_on=from_on,
            recorded_on=today,
        )
    )
