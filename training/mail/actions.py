"""Writes mail into the outbox, and sends what waits there: each mail once."""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from training.db import Database, new_id
from training.mail import rules
from training.mail.models import OutboxMessage
from training.mail.rules import MailKind, MailState
from training.mail.transport import (
    Deliver,
    DoubtfulError,
    LaterError,
    RefusedError,
    Transport,
    UnreachableError,
)

AT_MOST = 500  # mails in one run; the next run takes the rest
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to write. `unique_key` says which mail it is ("reminder:<cycle>:<kind>"; no address
    in it). `text` follows the habits of `rules.html_of` and holds no personal data but the
    receiver's name. After `not_after` (default: 72 hours) it is not sent any more."""

    kind: MailKind
    unique_key: str
    to_address: str
    subject: str
    text: str
    municipality_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    not_after: dt.datetime | None = None


@dataclass(slots=True)
class Outcome:
    """What one run of the sender did; `unreachable` says why the mail server did not answer."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    in_doubt: int = 0
    unreachable: str = field(default="")


def write(db: Session, letters: Iterable[Letter], now: dt.datetime) -> int:
    """Puts mails into the outbox, in the caller's transaction; returns how many are new. A letter
    whose key was written before changes nothing."""
    rows = [_row(letter, now) for letter in letters]
    if not rows:
        return 0
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(OutboxMessage).on_conflict_do_nothing(index_elements=["unique_key"])
    written = 0
    for start in range(0, len(rows), 500):
        part = statement.values(rows[start : start + 500]).returning(OutboxMessage.id)
        written += len(db.execute(part).all())
    return written


def _row(letter: Letter, now: dt.datetime) -> dict[str, object]:
    good = rules.is_address(letter.to_address)
    return {
        "id": new_id(),
        "municipality_id": letter.municipality_id,
        "person_id": letter.person_id,
        "kind": letter.kind,
        "unique_key": letter.unique_key,
        "priority": rules.priority(letter.kind),
        "to_address": letter.to_address[:254],
        "subject": " ".join(letter.subject.split())[:200],
        "text": letter.text if good else None,
        "state": MailState.WAITING if good else MailState.FAILED,
        "attempts": 0,
        "written_at": now,
        "next_attempt_at": now,
        "not_after": letter.not_after or now + rules.KEEP_TRYING,
        "last_error": None if good else "dit is geen e-mailadres",
    }


def send_pending(
    database: Database, transport: Transport, now: dt.datetime, at_most: int = AT_MOST
) -> Outcome:
    """Sends the mail that is due, the most urgent first. Any number of senders may run at once.
    Each mail is claimed and committed before it is sent, so that a crash leaves at most one mail
    of each sender in doubt."""
    started = time.monotonic()
    outcome = Outcome()
    _settle(database, now, outcome)
    if not _anything_due(database, now):
        return outcome
    try:
        with transport.connect() as deliver:
            for _ in range(at_most):
                at = now + dt.timedelta(seconds=time.monotonic() - started)
                claimed = _claim(database, at)
                if claimed is None:
                    break
                _send(database, transport, deliver, claimed, outcome)
    except UnreachableError as problem:
        outcome.unreachable = str(problem)
        log.warning("mail server not reachable: %s", problem)
    return outcome


def _settle(database: Database, now: dt.datetime, outcome: Outcome) -> None:
    """Gives up what came too late, and decides on what a sender left behind when it stopped."""
    abandoned = (
        OutboxMessage.state == MailState.SENDING,
        OutboxMessage.claimed_at < now - rules.CLAIM_LASTS,
    )
    again = OutboxMessage.kind.in_(rules.FOR_SIGNING_IN)
    with database.transaction() as db:
        _change(db, (*abandoned, again), state=MailState.WAITING, claimed_at=None)
        outcome.in_doubt += _change(
            db,
            (*abandoned, ~again),
            state=MailState.IN_DOUBT,
            text=None,
            last_error="de verzending is onderbroken; misschien is de mail toch aangekomen",
        )
        outcome.failed += _change(
            db,
            (OutboxMessage.state == MailState.WAITING, OutboxMessage.not_after < now),
            state=MailState.FAILED,
            text=None,
            last_error=sa.func.coalesce(
                OutboxMessage.last_error, "te laat: versturen heeft geen zin meer"
            ),
        )


def _due(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        OutboxMessage.state == MailState.WAITING,
        OutboxMessage.next_attempt_at <= now,
        OutboxMessage.not_after >= now,
    )


def _anything_due(database: Database, now: dt.datetime) -> bool:
    with database.reading() as db:
        return db.scalar(sa.select(OutboxMessage.id).where(_due(now)).limit(1)) is not None


def _claim(database: Database, now: dt.datetime) -> OutboxMessage | None:
    """The most urgent mail that nobody else is sending, marked as ours; None when all is done."""
    with database.transaction() as db:
        query = (
            sa.select(OutboxMessage)
            .where(_due(now))
            .order_by(OutboxMessage.priority, OutboxMessage.next_attempt_at, OutboxMessage.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        message = db.scalars(query).first()
        if message is not None:
            message.state = MailState.SENDING
            message.claimed_at = now
            message.attempts += 1
        return message


def _send(
    database: Database,
    transport: Transport,
    deliver: Deliver,
    message: OutboxMessage,
    outcome: Outcome,
) -> None:
    """Sends a claimed mail and writes down what became of it. Raises `UnreachableError` (after
    writing it down) when the connection is gone."""
    composed = rules.compose(
        message.id,
        transport.sender,
        message.to_address,
        message.subject,
        message.text or "",
        message.written_at,
    )
    try:
        deliver(composed, message.to_address)
    except RefusedError as problem:
        outcome.failed += _mark(database, message, state=MailState.FAILED, error=str(problem))
    except LaterError as problem:
        outcome.later += _mark(database, message, state=MailState.WAITING, error=str(problem))
    except DoubtfulError as problem:
        if message.kind in rules.FOR_SIGNING_IN:
            outcome.later += _mark(database, message, state=MailState.WAITING, error=str(problem))
        else:
            outcome.in_doubt += _mark(
                database, message, state=MailState.IN_DOUBT, error=str(problem)
            )
        raise UnreachableError(str(problem)) from problem
    except UnreachableError as problem:
        outcome.later += _mark(database, message, state=MailState.WAITING, error=str(problem))
        raise
    else:
        outcome.sent += _mark(database, message, state=MailState.SENT)


def _mark(
    database: Database, message: OutboxMessage, state: MailState, error: str | None = None
) -> int:
    """Writes down what became of a claimed mail, unless somebody else decided on it meanwhile."""
    assert message.claimed_at is not None
    values: dict[str, object] = {"state": state, "last_error": error[:300] if error else None}
    if state is MailState.WAITING:
        values["next_attempt_at"] = rules.next_attempt_at(message.claimed_at, message.attempts)
        values["claimed_at"] = None
    else:
        values["text"] = None
    if state is MailState.SENT:
        values["sent_at"] = message.claimed_at
    ours = (
        OutboxMessage.id == message.id,
        OutboxMessage.state == MailState.SENDING,
        OutboxMessage.claimed_at == message.claimed_at,
    )
    with database.transaction() as db:
        return _change(db, ours, **values)


def _change(db: Session, where: tuple[sa.ColumnElement[bool], ...], **values: object) -> int:
    statement = sa.update(OutboxMessage).where(*where).values(**values)
    found = db.execute(statement.execution_options(synchronize_session=False))
    return int(getattr(found, "rowcount", 0))
