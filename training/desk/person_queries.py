"""Answers who can be looked up at the desk, and what was decided about one person."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.access import Reach
from training.assignments.models import CycleEvent, Duty, Exemption, Pause
from training.evidence.models import Evidence
from training.people.models import Person, Position, Unit
from training.people.queries import held_on, within

MOST = 50  # persons in one list: whoever finds more has to search better


def persons_named(db: Session, reach: Reach, text: str, day: dt.date) -> list[tuple[Person, str]]:
    """The persons in reach whose name or employee number holds every word of the text, with the
    name of their unit; at most one more than `MOST`, by name."""
    query = (
        sa.select(Person, Unit.name)
        .join(
            Position,
            sa.and_(
                Position.municipality_id == Person.municipality_id, Position.person_id == Person.id
            ),
        )
        .join(Unit, Unit.id == Position.unit_id)
        .where(within(reach), held_on(day))
    )
    full = Person.given_name + " " + Person.infix + " " + Person.family_name
    for word in text.split():
        query = query.where(
            sa.or_(full.icontains(word, autoescape=True), Person.employee_number == word)
        )
    query = query.order_by(Person.family_name, Person.given_name, Person.id, Position.from_on)
    found: dict[uuid.UUID, tuple[Person, str]] = {}
    for person, unit in db.execute(query.limit(3 * MOST)):
        found.setdefault(person.id, (person, unit))
    return list(found.values())[: MOST + 1]


@dataclass(frozen=True, slots=True)
class Decided:
    """What stands in the way of, or beside, the duties of one person."""

    pauses: list[Pause]
    exemptions: list[tuple[Exemption, str]]
    evidence: list[Evidence]
    events: list[tuple[CycleEvent, str]]


def decided_about(db: Session, person: Person) -> Decided:
    """The pauses, exemptions, proof and events of one person, the newest first; four queries."""

    def own(table: type[Pause | Exemption | Evidence | CycleEvent]) -> sa.ColumnElement[bool]:
        return sa.and_(
            table.municipality_id == person.municipality_id, table.person_id == person.id
        )

    pauses = sa.select(Pause).where(own(Pause)).order_by(Pause.from_on.desc())
    exemptions = (
        sa.select(Exemption, Duty.title)
        .join(Duty, Duty.id == Exemption.duty_id)
        .where(own(Exemption))
        .order_by(Exemption.from_on.desc())
    )
    proof = sa.select(Evidence).where(own(Evidence)).order_by(Evidence.completed_on.desc())
    events = (
        sa.select(CycleEvent, Duty.title)
        .join(Duty, Duty.id == CycleEvent.duty_id)
        .where(own(CycleEvent))
        .order_by(CycleEvent.at.desc(), Duty.title)
    )
    return Decided(
        pauses=list(db.scalars(pauses)),
        exemptions=[(row[0], row[1]) for row in db.execute(exemptions)],
        evidence=list(db.scalars(proof)),
        events=[(row[0], row[1]) for row in db.execute(events)],
    )
