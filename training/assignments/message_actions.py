"""Plans and stops messages of the programme, and writes those that are due: to each person once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from html import escape
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from training.assignments.message_models import MessageDate, MessageReceipt, ProgrammeMessage
from training.assignments.message_queries import Aim, body_of, due, waiting_readers
from training.assignments.reminder_queries import MailRest, mail_rest
from training.content.classes import Library
from training.mail.actions import Letter, write
from training.mail.rules import MailKind, text_of
from training.people.queries import inserts_of

BATCH = 500  # people who are written to together


def plan_message(
    db: Session,
    *,
    aim: Aim,
    title: str,
    content_id: str | None,
    text: str | None,
    dates: Sequence[dt.date],
    by: str,
    now: dt.datetime,
) -> ProgrammeMessage:
    """A new message: of the library (`content_id`), or with words of one's own (`text`)."""
    message = ProgrammeMessage(
        unit_id=aim.unit_id,
        title=title,
        content_id=content_id,
        text=None if content_id else text,
        audiences=sorted(aim.audiences),
        populations=sorted(population.name for population in aim.populations),
        made_by=by,
        made_at=now,
    )
    message.dates = [MessageDate(send_on=day) for day in sorted(set(dates))]
    db.add(message)
    db.flush()
    return message


def stop_message(message: ProgrammeMessage, by: str, now: dt.datetime) -> None:
    """Nobody gets it any more; who had it keeps it. Stopping twice changes nothing."""
    if message.stopped_at is None:
        message.stopped_by, message.stopped_at = by, now


def write_messages(db: Session, library: Library, today: dt.date, now: dt.datetime) -> int:
    """Writes the messages that are due into the outbox; returns how many mails. Run again, or by
    several workers, it writes nothing twice: a receipt comes with each mail."""
    found = due(db, today)
    rest = mail_rest(db, today) if found else None
    return sum(
        _write_one(db, library, message, send_on, today, now, rest)
        for message, send_on in found
        if rest is not None
    )


def _write_one(
    db: Session,
    library: Library,
    message: ProgrammeMessage,
    send_on: dt.date,
    today: dt.date,
    now: dt.datetime,
    rest: MailRest,
) -> int:
    readers = waiting_readers(message, send_on, today, rest).subquery("waiting")
    places = sa.select(readers.c.municipality_id).distinct().order_by(readers.c.municipality_id)
    written = 0
    for place in list(db.scalars(places)):
        inserts = inserts_of(db, place)
        body = body_of(message.content_id, message.text, library, inserts)
        if body is None:
            return written  # taken out of the library: nobody gets it
        query = sa.select(readers).where(readers.c.municipality_id == place)
        rows = db.execute(query.order_by(readers.c.person_id)).all()
        for start in range(0, len(rows), BATCH):
            part = rows[start : start + BATCH]
            written += _write_to(db, message, send_on, part, body, today, now)
    return written


def _write_to(
    db: Session,
    message: ProgrammeMessage,
    send_on: dt.date,
    rows: Sequence[sa.Row[Any]],
    body: str,
    today: dt.date,
    now: dt.datetime,
) -> int:
    ours = _receipts(db, message.id, send_on, rows, today)
    db.execute(
        sa.update(MessageDate)
        .where(MessageDate.message_id == message.id, MessageDate.send_on == send_on)
        .values(reached=MessageDate.reached + len(ours))
    )
    letters = (_letter(message, send_on, row, body) for row in rows if row.person_id in ours)
    return write(db, letters, now)


def _receipts(
    db: Session,
    message_id: uuid.UUID,
    send_on: dt.date,
    rows: Sequence[sa.Row[Any]],
    today: dt.date,
) -> set[uuid.UUID]:
    """Notes that these people get the message; returns for whom nobody else did so meanwhile."""
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    values = [
        {
            "municipality_id": row.municipality_id,
            "person_id": row.person_id,
            "message_id": message_id,
            "send_on": send_on,
            "written_on": today,
        }
        for row in rows
    ]
    insert = dialect.insert(MessageReceipt).values(values).on_conflict_do_nothing()
    return set(db.scalars(insert.returning(MessageReceipt.person_id)))


def _letter(message: ProgrammeMessage, send_on: dt.date, row: sa.Row[Any], body: str) -> Letter:
    html = f"<p>Dag {escape(row.given_name)},</p>\n{body}"
    return Letter(
        kind=MailKind.MESSAGE,
        unique_key=f"message:{message.id}:{send_on.isoformat()}:{row.person_id}",
        to_address=row.email,
        subject=message.title,
        text=text_of(html),
        html=html,
        municipality_id=row.municipality_id,
        person_id=row.person_id,
    )
