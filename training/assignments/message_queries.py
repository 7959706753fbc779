"""Answers which messages there are, whom they would reach, and how they read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.access import Population
from training.assignments import message_rules
from training.assignments.message_models import MessageDate, MessageReceipt, ProgrammeMessage
from training.assignments.models import Pause
from training.assignments.reminder_queries import MailRest
from training.content.classes import Library
from training.content.typed_markdown import typed_html
from training.db import AddMonths
from training.people.models import AudienceRule, Person, Position
from training.people.queries import kinds_of, membership_rows, units_below
from training.people.rules import POPULATIONS


@dataclass(frozen=True, slots=True)
class Aim:
    """At whom a message is aimed: audiences at and below a node, of some populations."""

    unit_id: uuid.UUID
    audiences: tuple[str, ...]
    populations: frozenset[Population]


def aim_of(message: ProgrammeMessage) -> Aim:
    """At whom a planned message is aimed."""
    populations = frozenset(Population[name] for name in message.populations)
    return Aim(message.unit_id, tuple(message.audiences), populations)


def readers(aim: Aim, today: dt.date, rest: MailRest) -> sa.Select[Any]:
    """Whom a message reaches today: municipality_id, person_id, email, given_name; in service, in
    one of the audiences, with an address, not away, and not in a quiet time."""
    kinds = kinds_of(aim.populations)
    council = sa.and_(
        Position.kind.in_(POPULATIONS[Population.COUNCIL]),
        Position.municipality_id.in_(sorted(rest.council)),
    )
    member = (
        membership_rows()
        .where(
            Position.unit_id.in_(units_below([aim.unit_id])),
            Position.kind.in_(kinds),
            Position.municipality_id.not_in(sorted(rest.everybody)),
            sa.not_(council),
            AudienceRule.audience.in_(aim.audiences),
        )
        .subquery("member")
    )
    limit = AddMonths(member.c.joined_on, member.c.first_months, sa.null())
    away = (
        sa.select(sa.literal(1))
        .where(
            Pause.municipality_id == member.c.municipality_id,
            Pause.person_id == member.c.person_id,
            Pause.from_on <= today,
            Pause.until_on >= today,
        )
        .correlate(member)
        .exists()
    )
    return (
        sa.select(member.c.municipality_id, member.c.person_id, Person.email, Person.given_name)
        .join(
            Person,
            sa.and_(
                Person.municipality_id == member.c.municipality_id, Person.id == member.c.person_id
            ),
        )
        .where(
            member.c.from_on <= today,
            member.c.until_on >= today,
            sa.or_(member.c.first_months.is_(None), limit > today),
            Person.email.is_not(None),
            ~away,
        )
        .distinct()
    )


def waiting_readers(
    message: ProgrammeMessage, send_on: dt.date, today: dt.date, rest: MailRest
) -> sa.Select[Any]:
    """Whom a message of a date reaches today and who did not have it yet."""
    query = readers(aim_of(message), today, rest).subquery("reader")
    had = (
        sa.select(sa.literal(1))
        .where(
            MessageReceipt.municipality_id == query.c.municipality_id,
            MessageReceipt.person_id == query.c.person_id,
            MessageReceipt.message_id == message.id,
            MessageReceipt.send_on == send_on,
        )
        .correlate(query)
        .exists()
    )
    return sa.select(query).where(~had)


def reach_by_municipality(
    db: Session, aim: Aim, today: dt.date, rest: MailRest
) -> dict[uuid.UUID, int]:
    """How many people a message would reach today, by municipality."""
    query = readers(aim, today, rest).subquery("reader")
    counted = sa.select(query.c.municipality_id, sa.func.count()).group_by(query.c.municipality_id)
    return dict(db.execute(counted).all())


def due(db: Session, today: dt.date) -> list[tuple[ProgrammeMessage, dt.date]]:
    """The messages that may go out today, the oldest date first."""
    query = (
        sa.select(ProgrammeMessage, MessageDate.send_on)
        .join(MessageDate, MessageDate.message_id == ProgrammeMessage.id)
        .where(
            ProgrammeMessage.stopped_at.is_(None),
            MessageDate.send_on <= today,
            MessageDate.send_on >= message_rules.earliest(today),
        )
        .order_by(MessageDate.send_on, ProgrammeMessage.id)
    )
    return [(one, day) for one, day in db.execute(query)]


def message(db: Session, message_id: uuid.UUID) -> ProgrammeMessage | None:
    """One message with its dates."""
    return db.get(ProgrammeMessage, message_id)


def messages_at(db: Session, unit_ids: Collection[uuid.UUID]) -> list[ProgrammeMessage]:
    """The messages planned at these units, the newest first."""
    query = sa.select(ProgrammeMessage).where(ProgrammeMessage.unit_id.in_(unit_ids))
    return list(db.scalars(query.order_by(ProgrammeMessage.made_at.desc(), ProgrammeMessage.id)))


def body_of(
    content_id: str | None, text: str | None, library: Library, inserts: Mapping[str, str]
) -> str | None:
    """A message as HTML, with a municipality's own words in it; None when the library does not
    have it (any more)."""
    if content_id is None:
        return typed_html(text or "")
    found = library.messages.get(content_id)
    return None if found is None else str(found.rich.html(dict(inserts)))


def next_date(dates: Sequence[MessageDate], today: dt.date) -> dt.date | None:
    """The first date that is not over; None when all are."""
    return min((one.send_on for one in dates if one.send_on >= today), default=None)
