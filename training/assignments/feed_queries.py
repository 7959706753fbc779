"""Answers whose feed an address is, and which dates stand in it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.feed_models import CalendarEntry, CalendarFeed
from training.assignments.feed_rules import Due, Key, Told, hash_of, told_now, uid
from training.assignments.queries import DutyStanding, standings
from training.assignments.rules import Standing
from training.clock import AMSTERDAM
from training.ics import Entry
from training.identity.models import Account
from training.identity.rules import AccountState
from training.people.models import Person

TITLE = "Uiterlijk vandaag klaar: {title}"
TEXT = (
    "Open Weerbaar zoals je dat altijd doet, bijvoorbeeld via intranet, en kies ‘Mijn overzicht’. "
    "Al gedaan? Dan verdwijnt deze afspraak vanzelf."
)


def feed_of(db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID) -> CalendarFeed | None:
    """The feed of a person; None while it is off."""
    return db.get(CalendarFeed, (municipality_id, person_id))


def owner_of(db: Session, token: str, today: dt.date) -> CalendarFeed | None:
    """The feed at an address; None when there is none (any more), or its owner has left."""
    query = (
        sa.select(CalendarFeed)
        .join(
            Person,
            sa.and_(
                Person.municipality_id == CalendarFeed.municipality_id,
                Person.id == CalendarFeed.person_id,
            ),
        )
        .join(
            Account,
            sa.and_(
                Account.municipality_id == CalendarFeed.municipality_id,
                Account.person_id == CalendarFeed.person_id,
            ),
        )
        .where(
            CalendarFeed.token_hash == hash_of(token),
            sa.or_(Person.left_on.is_(None), Person.left_on >= today),
            Account.state == AccountState.ACTIVE,
        )
    )
    return db.scalars(query).first()


def dues_of(found: Sequence[DutyStanding]) -> list[Due]:
    """The dates that these standings have: of what is open now, and else of what comes next."""
    dues = []
    for one in found:
        current = one.current
        if current is None or one.standing in (Standing.LAPSED, Standing.EXEMPT):
            continue
        number, due_on = current.number, current.due_on
        if current.fulfilled_on is not None:
            if current.next_due_on is None:
                continue
            number, due_on = number + 1, current.next_due_on
        dues.append(Due(one.duty.id, number, one.duty.title, due_on))
    return dues


def told(
    db: Session, municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, dict[Key, Told]]:
    """What the calendars of these people were told, by person."""
    query = sa.select(CalendarEntry).where(
        CalendarEntry.municipality_id == municipality_id, CalendarEntry.person_id.in_(person_ids)
    )
    found: dict[uuid.UUID, dict[Key, Told]] = defaultdict(dict)
    for row in db.scalars(query):
        told_then = Told(row.due_on, row.sequence, row.changed_on)
        found[row.person_id][row.duty_id, row.number] = told_then
    return found


def entries(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID, today: dt.date
) -> list[Entry]:
    """The entries of a person's calendar on a day. A date that moved since the last nightly run
    moves already: the run only writes down what is told here."""
    before = told(db, municipality_id, [person_id]).get(person_id, {})
    found = []
    for due in dues_of(standings(db, municipality_id, person_id, today)):
        now = told_now(due, before.get(due.key), today)
        found.append(
            Entry(
                uid=uid(person_id, due),
                sequence=now.sequence,
                changed_at=dt.datetime.combine(now.changed_on, dt.time(), AMSTERDAM),
                title=TITLE.format(title=due.title),
                begins=due.due_on,
                ends=due.due_on,
                text=TEXT,
            )
        )
    return sorted(found, key=lambda entry: (entry.begins, entry.title))
