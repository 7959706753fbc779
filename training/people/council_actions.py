"""Starts and ends mandates: a new term for everybody at once, or one seat after the other."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.db import new_id
from training.people import person_rules
from training.people.council_queries import (
    Seat,
    council_of,
    replacements_of,
    seats_from,
    term_on,
)
from training.people.council_rules import DAY, NewMember
from training.people.models import CouncilTerm, Person, Position, Unit
from training.people.person_actions import end_service
from training.people.person_queries import Listed, people_named
from training.people.person_rules import COUNCIL_KINDS, PersonRefused
from training.people.rules import PositionKind


def begin_term(
    db: Session,
    municipality_id: uuid.UUID,
    from_on: dt.date,
    staying: Mapping[uuid.UUID, tuple[PositionKind, str]],
    new: Sequence[NewMember],
    today: dt.date,
) -> list[uuid.UUID]:
    """Ends every seat the day before, and gives seats from `from_on` to who stays (by person id,
    with kind and faction) and to who is new. Returns about whom it was. Duties of who has no seat
    any more end by themselves, as no audience holds them."""
    council = _council(db, municipality_id)
    before = seats_from(db, municipality_id, from_on)
    people = {seat.person.id: seat.person for seat in before}
    touched = set(people)
    for person_id, person in people.items():
        positions = [seat.position for seat in before if seat.person.id == person_id]
        if person_id in staying:
            _end(db, positions, from_on - DAY)
            _seat(db, person, council, *staying[person_id], from_on, today)
        else:
            end_service(db, [Listed(person, positions)], max(from_on - DAY, person.joined_on))
    for member in new:
        person = _person(db, municipality_id, member, from_on)
        _seat(db, person, council, member.kind, member.faction, from_on, today)
        touched.add(person.id)
    db.execute(
        sa.update(CouncilTerm)
        .where(CouncilTerm.municipality_id == municipality_id, CouncilTerm.until_on.is_(None))
        .values(until_on=from_on - DAY)
    )
    db.add(CouncilTerm(municipality_id=municipality_id, from_on=from_on))
    db.flush()
    return sorted(touched)


def succeed(db: Session, seat: Seat, member: NewMember, from_on: dt.date, today: dt.date) -> Person:
    """Somebody takes a seat for good from a day on (Kieswet, art. W 1). Raises `PersonRefused`."""
    _check_day(seat, from_on)
    council = _council(db, seat.person.municipality_id)
    until_on = seat.position.until_on
    later = [s.position for s in _seats_of(db, seat.person)]
    end_service(db, [Listed(seat.person, later)], from_on - DAY)
    person = _person(db, seat.person.municipality_id, member, from_on)
    _seat(db, person, council, member.kind, member.faction, from_on, today, until_on)
    return person


def replace_for_a_while(
    db: Session, seat: Seat, member: NewMember, from_on: dt.date, today: dt.date
) -> tuple[Person, dt.date]:
    """Somebody takes a seat for sixteen weeks, after which the member is back by itself (Kieswet,
    art. X 10 to X 12): in those weeks the member has no seat, and so no duties of the council.
    Returns who, and the last day. Raises `PersonRefused`."""
    _check_day(seat, from_on)
    person, position = seat.person, seat.position
    if position.kind is not PositionKind.COUNCILLOR:
        raise PersonRefused("Alleen een raadslid heeft een tijdelijke vervanger.", "seat")
    term = term_on(db, person.municipality_id, from_on)
    since = term.from_on if term else from_on - dt.timedelta(days=4 * 365)
    if replacements_of(db, person.municipality_id, person.id, since) >= (
        person_rules.MOST_REPLACEMENTS
    ):
        raise PersonRefused("Dit raadslid is in deze periode al drie keer vervangen.", "seat")
    council = _council(db, person.municipality_id)
    last = position.until_on
    until_on = person_rules.replacement_until(from_on, last)
    _end(db, [position], from_on - DAY)
    other = _person(db, person.municipality_id, member, from_on)
    if other.id == person.id:
        raise PersonRefused("Iemand kan niet zichzelf vervangen.", "name")
    made = _seat(db, other, council, position.kind, member.faction, from_on, today, until_on)
    made.replaces_id = person.id
    if last is None or until_on < last:
        _seat(db, person, council, position.kind, position.faction, until_on + DAY, today, last)
    db.flush()
    return other, until_on


def _check_day(seat: Seat, from_on: dt.date) -> None:
    position = seat.position
    if from_on <= position.from_on or (position.until_on and from_on > position.until_on):
        raise PersonRefused(
            f"{seat.person.name} heeft de zetel vanaf {position.from_on:%d-%m-%Y}"
            + (f" tot en met {position.until_on:%d-%m-%Y}" if position.until_on else "")
            + ". Kies een dag daarin.",
            "from_on",
        )


def _council(db: Session, municipality_id: uuid.UUID) -> Unit:
    council = council_of(db, municipality_id)
    if council is None:
        raise PersonRefused("Deze gemeente heeft nog geen raad in de organisatie.")
    return council


def _seats_of(db: Session, person: Person) -> list[Seat]:
    query = sa.select(Position).where(
        Position.municipality_id == person.municipality_id,
        Position.person_id == person.id,
        Position.kind.in_(COUNCIL_KINDS),
    )
    return [Seat(person, position) for position in db.scalars(query)]


def _end(db: Session, positions: Sequence[Position], last: dt.date) -> None:
    for position in positions:
        if position.from_on > last:
            db.delete(position)
        elif position.until_on is None or position.until_on > last:
            position.until_on = last
    db.flush()


def _seat(
    db: Session,
    person: Person,
    council: Unit,
    kind: PositionKind,
    faction: str,
    from_on: dt.date,
    today: dt.date,
    until_on: dt.date | None = None,
) -> Position:
    position = Position(
        municipality_id=person.municipality_id,
        id=new_id(),
        person_id=person.id,
        unit_id=council.id,
        kind=kind,
        faction=faction,
        from_on=from_on,
        until_on=until_on,
        recorded_on=today,
    )
    db.add(position)
    db.flush()
    return position


def _person(db: Session, municipality_id: uuid.UUID, member: NewMember, from_on: dt.date) -> Person:
    """Who this is: somebody of the council or its committees by that name, or somebody new."""
    known = [one for one in people_named(db, municipality_id, member.name) if _seats_of(db, one)]
    if len(known) > 1:
        raise PersonRefused(f"Er zijn meer mensen die {member.name} heten. Voeg zelf toe.", "name")
    if known:
        person = known[0]
        if person.left_on is not None and person.left_on < from_on:
            person.left_on = None
        person.email = member.email or person.email
        return person
    person = Person(
        municipality_id=municipality_id,
        id=new_id(),
        given_name=member.given_name,
        infix=member.infix,
        family_name=member.family_name,
        email=member.email,
        joined_on=from_on,
    )
    db.add(person)
    db.flush()
    return person
