"""Answers who sits on the council of a municipality, and since which term."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.people.models import CouncilTerm, Person, Position, Unit
from training.people.person_queries import of_person
from training.people.person_rules import COUNCIL_KINDS
from training.people.rules import UnitKind


@dataclass(frozen=True, slots=True)
class Seat:
    """A position on the council and whose it is."""

    person: Person
    position: Position


def council_of(db: Session, municipality_id: uuid.UUID) -> Unit | None:
    """The council of a municipality."""
    query = sa.select(Unit).where(
        Unit.municipality_id == municipality_id, Unit.kind == UnitKind.COUNCIL
    )
    return db.scalars(query).first()


def terms_of(db: Session, municipality_id: uuid.UUID) -> list[CouncilTerm]:
    """The terms that are known, the newest first."""
    query = sa.select(CouncilTerm).where(CouncilTerm.municipality_id == municipality_id)
    return list(db.scalars(query.order_by(CouncilTerm.from_on.desc())))


def term_on(db: Session, municipality_id: uuid.UUID, day: dt.date) -> CouncilTerm | None:
    """The term of a day; None when it is not known."""
    return next((t for t in terms_of(db, municipality_id) if t.from_on <= day), None)


def seats_from(db: Session, municipality_id: uuid.UUID, day: dt.date) -> list[Seat]:
    """Every seat that is held on a day or later, by faction and name."""
    query = (
        sa.select(Person, Position)
        .join(Position, of_person())
        .where(
            Position.municipality_id == municipality_id,
            Position.kind.in_(COUNCIL_KINDS),
            sa.or_(Position.until_on.is_(None), Position.until_on >= day),
        )
        .order_by(Position.faction, Person.family_name, Person.given_name, Position.from_on)
    )
    return [Seat(person, position) for person, position in db.execute(query)]


def seats_on(db: Session, municipality_id: uuid.UUID, day: dt.date) -> list[Seat]:
    """The seats that are held on a day."""
    return [s for s in seats_from(db, municipality_id, day) if s.position.from_on <= day]


def replacements_of(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID, since: dt.date
) -> int:
    """How often somebody was replaced for a while since a day."""
    query = sa.select(sa.func.count()).where(
        Position.municipality_id == municipality_id,
        Position.replaces_id == person_id,
        Position.from_on >= since,
    )
    return db.scalar(query) or 0
