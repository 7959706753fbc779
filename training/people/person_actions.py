"""Adds and changes persons by hand: one by one, or many at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.db import new_id
from training.people import person_rules
from training.people.models import Person, Position, Tag, Unit
from training.people.person_queries import Listed, every_position, people_named, same_number
from training.people.person_rules import PersonRefused
from training.people.rules import PositionKind

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What somebody typed of a person."""

    given_name: str
    infix: str
    family_name: str
    email: str | None
    employee_number: str | None
    joined_on: dt.date
    left_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PositionFacts:
    """What somebody typed of a position; `manager` is a name or an employee number."""

    kind: PositionKind
    unit: Unit
    job_title: str
    manager: str
    faction: str
    from_on: dt.date
    until_on: dt.date | None = None


def add_person(
    db: Session,
    municipality_id: uuid.UUID,
    facts: PersonFacts,
    place: PositionFacts,
    today: dt.date,
) -> Person:
    """Adds a person with a first position. Raises `PersonRefused`."""
    person = Person(municipality_id=municipality_id, id=new_id())
    _write(db, person, facts)
    db.add(person)
    db.flush()
    add_position(db, person, place, today)
    return person


def change_person(db: Session, one: Listed, facts: PersonFacts, today: dt.date) -> None:
    """Changes a person. A last day also ends the positions that the visitor looks after; a later
    one, or none, does not open them again. Raises `PersonRefused`."""
    before = one.person.left_on
    _write(db, one.person, facts)
    if facts.left_on is not None and facts.left_on != before:
        end_service(db, [one], facts.left_on)
    db.flush()


def _write(db: Session, person: Person, facts: PersonFacts) -> None:
    person_rules.check_service(facts.joined_on, facts.left_on)
    if facts.employee_number:
        other = same_number(db, person.municipality_id, facts.employee_number, person.id)
        if other is not None:
            raise PersonRefused(
                "Dit nummer is al van iemand anders in deze gemeente.", "employee_number"
            )
    for name in PersonFacts.__slots__:
        setattr(person, name, getattr(facts, name))


def end_service(db: Session, listed: Collection[Listed], last: dt.date) -> None:
    """Ends the positions of these persons (those that the visitor looks after) on a day; what
    would begin later never begins. Who has no other position then, has left."""
    for one in listed:
        person = one.person
        if last < person.joined_on:
            raise PersonRefused(f"{person.name} is dan nog niet in dienst. Kies een latere dag.")
        own = {position.id for position in one.positions}
        remaining = False
        for position in every_position(db, person):
            if position.until_on is not None and position.until_on <= last:
                continue
            if position.id not in own:
                remaining = True
            elif position.from_on > last:
                db.delete(position)
            else:
                position.until_on = last
        person.left_on = None if remaining else last
    db.flush()


def add_position(db: Session, person: Person, facts: PositionFacts, today: dt.date) -> Position:
    """Adds a position beside those that are there. Raises `PersonRefused`."""
    position = Position(
        municipality_id=person.municipality_id,
        id=new_id(),
        person_id=person.id,
        recorded_on=today,
    )
    _place(db, person, position, facts)
    db.add(position)
    db.flush()
    return position


def change_position(
    db: Session, person: Person, position: Position, facts: PositionFacts, today: dt.date
) -> None:
    """Corrects a position. Another unit or kind from a later day ends it and begins a new one, so
    that what was stays what it was. Raises `PersonRefused`."""
    moves = (facts.unit.id, facts.kind) != (position.unit_id, position.kind)
    if moves and facts.from_on > position.from_on:
        position.until_on = facts.from_on - DAY
        add_position(db, person, facts, today)
        return
    _place(db, person, position, facts)
    db.flush()


def _place(db: Session, person: Person, position: Position, facts: PositionFacts) -> None:
    if facts.unit.municipality_id != person.municipality_id:
        raise PersonRefused("Kies een onderdeel van deze gemeente.", "unit")
    person_rules.check_place(facts.kind, facts.unit.kind)
    person_rules.check_position(facts.from_on, facts.until_on, person.joined_on, person.left_on)
    position.unit_id, position.kind = facts.unit.id, facts.kind
    position.job_title, position.faction = facts.job_title, facts.faction
    position.from_on, position.until_on = facts.from_on, facts.until_on
    position.manager_id = _manager(db, person, facts.manager)


def _manager(db: Session, person: Person, text: str) -> uuid.UUID | None:
    if not text.strip():
        return None
    found = [one for one in people_named(db, person.municipality_id, text) if one.id != person.id]
    if len(found) == 1:
        return found[0].id
    if not found:
        raise PersonRefused(
            "We vinden niemand anders met deze naam of dit nummer. Kijk de naam na.", "manager"
        )
    raise PersonRefused(
        "Er zijn meer mensen met deze naam. Vul het personeelsnummer in.", "manager"
    )


def move_many(
    db: Session, listed: Collection[Listed], unit: Unit, on: dt.date, today: dt.date
) -> int:
    """Moves everybody's one position to a unit from a day on; returns how many moved. Raises
    `PersonRefused` for whoever has several, or whose place cannot be there."""
    moved = 0
    for one in listed:
        held = [p for p in one.positions if p.until_on is None or p.until_on >= on]
        if len(held) != 1:
            raise PersonRefused(
                f"{one.person.name} heeft {len(held) or 'geen'} posities. Doe die persoon apart."
            )
        position = held[0]
        person_rules.check_place(position.kind, unit.kind)
        if unit.municipality_id != one.person.municipality_id:
            raise PersonRefused(f"{one.person.name} hoort bij een andere gemeente.")
        if position.unit_id == unit.id:
            continue
        moved += 1
        if position.from_on >= on:
            position.unit_id = unit.id
            continue
        values = {c.key: getattr(position, c.key) for c in sa.inspect(Position).column_attrs}
        values |= {"id": new_id(), "unit_id": unit.id, "from_on": on, "recorded_on": today}
        position.until_on = on - DAY
        db.add(Position(**values))
    db.flush()
    return moved


def give_tag(db: Session, persons: Collection[Person], name: str, today: dt.date) -> int:
    """Gives a tag to these persons; returns to how many who had it not."""
    have = _tagged(db, persons, name)
    new = [one for one in persons if (one.municipality_id, one.id) not in have]
    for one in new:
        tag = Tag(municipality_id=one.municipality_id, person_id=one.id, name=name, from_on=today)
        db.add(tag)
    db.flush()
    return len(new)


def remove_tag(db: Session, persons: Collection[Person], name: str) -> int:
    """Takes a tag away from these persons; returns from how many."""
    tags = _tagged(db, persons, name)
    for tag in tags.values():
        db.delete(tag)
    db.flush()
    return len(tags)


def _tagged(
    db: Session, persons: Collection[Person], name: str
) -> dict[tuple[uuid.UUID, uuid.UUID], Tag]:
    query = sa.select(Tag).where(
        Tag.municipality_id.in_({one.municipality_id for one in persons}),
        Tag.person_id.in_([one.id for one in persons]),
        Tag.name == name,
    )
    return {(tag.municipality_id, tag.person_id): tag for tag in db.scalars(query)}
