"""Answers which meetings somebody leads or is invited to, and who is invited to them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.meetings.models import (
    Attendance,
    Invitation,
    Meeting,
    MeetingAudience,
    MeetingMaterial,
)
from training.meetings.planning_rules import Candidate, Invited, Key, Presence
from training.people.models import Person, Position
from training.people.person_queries import of_person
from training.people.queries import FOREVER, held_on, membership_rows, units_below

SHOWN = 100
MOST_INVITED = 2000


@dataclass(frozen=True, slots=True)
class Guest:
    """An invited person with the answer, and whether he or she was there."""

    person: Person
    invitation: Invitation
    attendance: Attendance | None

    @property
    def key(self) -> str:
        """The person in a form."""
        return f"{self.person.municipality_id}.{self.person.id}"

    @property
    def presence(self) -> Presence | None:
        """Whether the person was there, as far as is written down."""
        return self.attendance.presence if self.attendance else None


_OF_INVITATION = sa.and_(
    Person.municipality_id == Invitation.municipality_id, Person.id == Invitation.person_id
)


def meetings_led_by(db: Session, account_id: uuid.UUID) -> list[Meeting]:
    """The meetings that an account leads, the latest first."""
    query = sa.select(Meeting).where(Meeting.facilitator_id == account_id)
    return list(db.scalars(query.order_by(Meeting.starts_at.desc(), Meeting.id).limit(SHOWN)))


def guests_of(db: Session, meeting_id: uuid.UUID) -> list[Guest]:
    """Who is invited to a meeting, by name, in one query."""
    query = (
        sa.select(Person, Invitation, Attendance)
        .join(Invitation, _OF_INVITATION)
        .outerjoin(
            Attendance,
            sa.and_(
                Attendance.municipality_id == Invitation.municipality_id,
                Attendance.meeting_id == Invitation.meeting_id,
                Attendance.person_id == Invitation.person_id,
            ),
        )
        .where(Invitation.meeting_id == meeting_id)
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    return [Guest(*row) for row in db.execute(query)]


def counts_of(db: Session, meeting_id: uuid.UUID) -> dict[Invited, int]:
    """How many gave each answer."""
    query = (
        sa.select(Invitation.answer, sa.func.count())
        .where(Invitation.meeting_id == meeting_id)
        .group_by(Invitation.answer)
    )
    found = {row[0]: row[1] for row in db.execute(query)}
    return {answer: found.get(answer, 0) for answer in Invited}


def audiences_of(db: Session, meeting_id: uuid.UUID) -> list[str]:
    """The audiences that are invited."""
    query = sa.select(MeetingAudience.audience).where(MeetingAudience.meeting_id == meeting_id)
    return sorted(db.scalars(query))


def in_audiences(
    db: Session, unit_id: uuid.UUID, audiences: Collection[str], day: dt.date
) -> list[Key]:
    """The persons of these audiences below a unit on a day; at most one more than may be invited,
    so that it shows when they are too many."""
    rows = membership_rows().subquery()
    query = (
        sa.select(rows.c.municipality_id, rows.c.person_id)
        .where(
            rows.c.unit_id.in_(units_below([unit_id])),
            rows.c.audience.in_(audiences),
            rows.c.from_on <= day,
            sa.func.coalesce(rows.c.until_on, FOREVER) >= day,
            sa.or_(
                rows.c.first_months.is_(None),
                sa.func.add_months(rows.c.joined_on, rows.c.first_months, sa.null()) > day,
            ),
        )
        .distinct()
    )
    return [(row[0], row[1]) for row in db.execute(query.limit(MOST_INVITED + 1))]


def candidates_below(db: Session, unit_id: uuid.UUID, day: dt.date) -> list[Candidate]:
    """Everybody below a unit on a day, to know a pasted name by."""
    query = (
        sa.select(Person)
        .join(Position, of_person())
        .where(
            Position.unit_id.in_(units_below([unit_id])),
            held_on(day),
            sa.or_(Person.left_on.is_(None), Person.left_on >= day),
        )
        .distinct()
    )
    return [
        Candidate((person.municipality_id, person.id), person.name, person.employee_number)
        for person in db.scalars(query)
    ]


def named_below(db: Session, unit_id: uuid.UUID, text: str, day: dt.date) -> list[Person]:
    """Persons below a unit of whom the name holds all words, at most a page of them."""
    query = (
        sa.select(Person)
        .join(Position, of_person())
        .where(
            Position.unit_id.in_(units_below([unit_id])),
            held_on(day),
            sa.or_(Person.left_on.is_(None), Person.left_on >= day),
            *(
                sa.or_(
                    Person.given_name.icontains(word, autoescape=True),
                    Person.infix.icontains(word, autoescape=True),
                    Person.family_name.icontains(word, autoescape=True),
                )
                for word in text.split()
            ),
        )
        .distinct()
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    return list(db.scalars(query.limit(SHOWN)))


def is_below(db: Session, unit_id: uuid.UUID, key: Key, day: dt.date) -> bool:
    """Whether a person holds a position below a unit on a day."""
    query = sa.select(Position.id).where(
        Position.municipality_id == key[0],
        Position.person_id == key[1],
        Position.unit_id.in_(units_below([unit_id])),
        held_on(day),
    )
    return db.scalars(query.limit(1)).first() is not None


def unit_of(db: Session, unit_id: uuid.UUID, key: Key, day: dt.date) -> uuid.UUID | None:
    """The unit of a person's position on a day: one below the meeting's node when there is."""
    query = (
        sa.select(Position.unit_id, Position.unit_id.in_(units_below([unit_id])))
        .where(Position.municipality_id == key[0], Position.person_id == key[1], held_on(day))
        .order_by(Position.from_on, Position.id)
    )
    rows = db.execute(query).all()
    return next((row[0] for row in rows if row[1]), rows[0][0] if rows else None)


def invitations_of(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID
) -> list[tuple[Meeting, Invitation]]:
    """The meetings to which a person is invited, the next first, the past last."""
    query = (
        sa.select(Meeting, Invitation)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .where(Invitation.municipality_id == municipality_id, Invitation.person_id == person_id)
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def invitation_of(
    db: Session, meeting_id: uuid.UUID, municipality_id: uuid.UUID, person_id: uuid.UUID
) -> tuple[Meeting, Invitation] | None:
    """One meeting with the person's invitation; None when not invited."""
    query = (
        sa.select(Meeting, Invitation)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .where(
            Meeting.id == meeting_id,
            Invitation.municipality_id == municipality_id,
            Invitation.person_id == person_id,
        )
    )
    row = db.execute(query).one_or_none()
    return (row[0], row[1]) if row else None


def materials_of(db: Session, meeting_id: uuid.UUID) -> list[tuple[uuid.UUID, str, int]]:
    """The files of a meeting: id, name, size in bytes. Their content stays where it is."""
    query = (
        sa.select(MeetingMaterial.id, MeetingMaterial.name, sa.func.length(MeetingMaterial.content))
        .where(MeetingMaterial.meeting_id == meeting_id)
        .order_by(MeetingMaterial.name, MeetingMaterial.id)
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query)]


def material(db: Session, meeting_id: uuid.UUID, material_id: uuid.UUID) -> MeetingMaterial | None:
    """One file of a meeting."""
    found = db.get(MeetingMaterial, material_id)
    return found if found is not None and found.meeting_id == meeting_id else None
