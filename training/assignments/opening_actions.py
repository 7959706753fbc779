"""Opens rounds out of their turn: another role, a council term, a successor, an incident, a law."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.actions import Outcome, Writer
from training.assignments.models import Assignment, Cycle, ExtraOpening, Reminder
from training.assignments.queries import in_batches
from training.assignments.reminder_rules import Fate
from training.assignments.rules import Cause
from training.assignments.turn_actions import BY_ITSELF

LONGEST = 365  # days that may be given
BY_HAND = (Cause.ROLE, Cause.TERM, Cause.SUCCESSOR, Cause.INCIDENT, Cause.LAW)
"""What somebody can open a round for; changed content opens rounds by itself."""
KEY = ("municipality_id", "person_id", "duty_id", "number")


class RefusedError(ValueError):
    """Why no round opens, in Dutch, for on the page."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An opening as somebody asks for it. `people`: of one municipality, by id; None: everybody
    under the duty. `own_id`: the person who asks, who cannot do so for him- or herself."""

    duty_id: uuid.UUID
    cause: Cause
    opens_on: dt.date
    due_days: int
    why: str
    by: str
    municipality_id: uuid.UUID | None = None
    people: Sequence[uuid.UUID] | None = None
    own_id: uuid.UUID | None = None


def open_extra(db: Session, asked: Asked, today: dt.date, at: dt.datetime) -> int:
    """Opens a round for these people from a day on: who was done gets a new one, and who was still
    busy an earlier date. Returns for how many people. Raises `RefusedError`."""
    _check(asked, today)
    under = _under(db, asked)
    writer = Writer(db, today, at, Outcome(), asked.by, asked.why)
    for municipality_id, person_ids in under.items():
        for batch in in_batches(person_ids):  # what follows from before comes first
            writer.keep_up(municipality_id, batch)
    for person_id in asked.people if asked.people is not None else [None]:
        db.add(
            ExtraOpening(
                municipality_id=asked.municipality_id if person_id else None,
                person_id=person_id,
                duty_id=asked.duty_id,
                opens_on=asked.opens_on,
                due_days=asked.due_days,
                cause=asked.cause,
                why=asked.why,
                opened_by=asked.by,
            )
        )
    db.flush()
    for municipality_id, person_ids in under.items():
        for batch in in_batches(person_ids):
            writer.keep_up(municipality_id, batch)
    return sum(len(person_ids) for person_ids in under.values())


def undo_extra(
    db: Session, opening: ExtraOpening, by: str, why: str, today: dt.date, at: dt.datetime
) -> None:
    """Takes back a round that was opened by mistake: dates are again what they were. Raises
    `RefusedError` when somebody was told of it, or did it."""
    problem = why_not_undone(db, opening)
    if problem is not None:
        raise RefusedError(problem)
    people = None if opening.person_id is None else [opening.person_id]
    asked = Asked(
        opening.duty_id, opening.cause, opening.opens_on, opening.due_days, why, by,
        opening.municipality_id, people,
    )  # fmt: skip
    db.delete(opening)
    db.flush()
    writer = Writer(db, today, at, Outcome(), by, why)
    for municipality_id, person_ids in _under(db, asked).items():
        for batch in in_batches(person_ids):
            writer.keep_up(municipality_id, batch)


def why_not_undone(db: Session, opening: ExtraOpening) -> str | None:
    """Why a round out of turn stays, in Dutch; None when it can be taken back."""
    if opening.cause not in BY_HAND or opening.opened_by == BY_ITSELF:
        return "Deze ronde ging vanzelf open."
    own = sa.and_(Cycle.cause == opening.cause, Cycle.opens_on == opening.opens_on)
    of_whom = [] if opening.person_id is None else [Cycle.person_id == opening.person_id]
    rounds = sa.select(Cycle.number).where(Cycle.duty_id == opening.duty_id, *of_whom)
    if db.scalar(rounds.where(own, Cycle.fulfilled_on.is_not(None)).limit(1)):
        return "Iemand heeft deze ronde al gedaan."
    told = rounds.join(
        Reminder, sa.and_(*(Reminder.__table__.c[name] == Cycle.__table__.c[name] for name in KEY))
    ).where(
        Reminder.outcome == Fate.TELL.value, sa.or_(own, Reminder.decided_on > opening.opens_on)
    )
    if db.scalar(told.limit(1)):
        return "Er ging al mail uit over deze ronde. Daarom blijft zij staan."
    return None


def _check(asked: Asked, today: dt.date) -> None:
    if asked.cause not in BY_HAND:
        raise RefusedError("Voor inhoud die verandert gaat een ronde vanzelf open.")
    if asked.opens_on < today:
        raise RefusedError("Deze dag is al voorbij. Kies vandaag of een latere dag.")
    if not 1 <= asked.due_days <= LONGEST:
        raise RefusedError(f"Geef tussen 1 en {LONGEST} dagen de tijd.")
    if not asked.why.strip():
        raise RefusedError("Schrijf op waarom. Dat blijft zichtbaar voor wie de ronde krijgt.")
    if asked.own_id is not None and asked.people is not None and asked.own_id in asked.people:
        raise RefusedError("Dit kun je niet voor jezelf doen. Vraag het een collega.")


def _under(db: Session, asked: Asked) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The people whom the opening is about, by municipality."""
    query = sa.select(Assignment.municipality_id, Assignment.person_id).where(
        Assignment.duty_id == asked.duty_id
    )
    if asked.people is not None:
        query = query.where(
            Assignment.municipality_id == asked.municipality_id,
            Assignment.person_id.in_(asked.people),
        )
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for municipality_id, person_id in db.execute(query.order_by(Assignment.person_id)):
        found.setdefault(municipality_id, []).append(person_id)
    return found
