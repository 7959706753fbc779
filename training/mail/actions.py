"""Writes mail into the outbox, and sends what waits there: each mail once."""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
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
LANES = 8  # connections at most, when domains are slow
PATIENCE = 2.0  # seconds that one mail may hold up the others
LOOK_AGAIN = 1.0  # seconds, while only slow mail is under way
GIVE_UP = 3  # connections lost in a row, before the server is left alone until the next run
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to write. `unique_key` says which mail it is ("reminder:<cycle>:<kind>"; no address
    in it). `text` follows the habits of `rules.html_of` and holds no personal data but the
    receiver's name; `html` is the body of what was written in Markdown (`rules.text_of` gives its
    text); `calendar` a calendar file (training.ics). After `not_after` (default: 72 hours) it is
    not sent any more."""

    kind: MailKind
    unique_key: str
    to_address: str
    subject: str
    text: str
    municipality_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    not_after: dt.datetime | None = None
    html: str | None = None
    calendar: str | None = None


@dataclass(slots=True)
class Outcome:
    """What one run of the sender did; `unreachable` says why the mail server did not answer."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    in_doubt: int = 0
    unreachable: str = field(default="")

    def add(self, other: Outcome) -> None:
        """Counts what another part of the run did."""
        self.sent += other.sent
        self.later += other.later
        self.failed += other.failed
        self.in_doubt += other.in_doubt


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
        "html": letter.html if good else None,
        "calendar": letter.calendar if good else None,
        "domain": rules.receiving_domain(letter.to_address)[:254],
        "state": MailState.WAITING if good else MailState.FAILED,
        "attempts": 0,
        "written_at": now,
        "next_attempt_at": now,
        "not_after": letter.not_after or now + rules.KEEP_TRYING,
        "last_error": None if good else "dit is geen e-mailadres",
    }


def send_pending(
    database: Database,
    transport: Transport,
    now: dt.datetime,
    at_most: int = AT_MOST,
    sender_names: Callable[[], Mapping[uuid.UUID, str]] = dict,
) -> Outcome:
    """Sends the mail that is due, the most urgent first. Any number of senders may run at once.
    Each mail is claimed and committed before it is sent, so that a crash leaves at most one mail
    of each sender in doubt (and one more for each domain that keeps it waiting). `sender_names`
    tells, when there is mail to send, as whom municipalities send theirs."""
    outcome = Outcome()
    started = time.monotonic()
    _settle(database, now, outcome)
    if _anything_due(database, now):
        run = _Run(database, transport, now, started, outcome, sender_names())
        try:
            run.send(at_most)
        except UnreachableError as problem:
            outcome.unreachable = str(problem)
            log.warning("mail server not reachable: %s", problem)
    return outcome


class _Run:
    """One run of the sender. It waits for each mail before it takes the next, but not for long:
    what is slow goes on beside it, on a connection of its own, and its domain gets one mail at a
    time until it is done. So a slow domain delays nobody else's mail."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        now: dt.datetime,
        started: float,
        outcome: Outcome,
        sender_names: Mapping[uuid.UUID, str],
    ) -> None:
        self._sender_names = sender_names
        self._database, self._transport = database, transport
        self._now, self._started, self._outcome = now, started, outcome
        self._free: list[_Line] = []
        self._busy: dict[Future[_Result], OutboxMessage] = {}
        self._slow: set[str] = set()
        self._lost, self._why = 0, ""  # connections lost in a row, and why the last was

    def send(self, at_most: int) -> None:
        """Sends until nothing is due. Raises `UnreachableError` when the server is not there."""
        with ThreadPoolExecutor(LANES) as pool:
            try:
                for _ in range(at_most):
                    if not self._send_next(pool):
                        break
            finally:
                while self._busy:
                    self._collect(None)
                for line in self._free:
                    line.close()

    def _send_next(self, pool: ThreadPoolExecutor) -> bool:
        """Sends one mail, or waits for one that is slow; False when nothing is left to do."""
        self._collect(0)
        if len(self._busy) == LANES:
            self._collect(None)
        if self._lost >= GIVE_UP:
            raise UnreachableError(self._why)
        line = self._free.pop() if self._free else _Line(self._transport)
        message = _claim(self._database, self._at(), self._resting())
        if message is None:
            self._free.append(line)
            if not self._busy:
                return False
            self._collect(LOOK_AGAIN)  # meanwhile something urgent may have been written
            return True
        name = (
            self._sender_names.get(message.municipality_id, "") if message.municipality_id else ""
        )
        future = pool.submit(_send, self._database, self._transport.sender, name, line, message)
        self._busy[future] = message
        wait([future], timeout=0 if message.domain in self._slow else PATIENCE)
        if not future.done():
            self._slow.add(message.domain)
        return True

    def _resting(self) -> set[str]:
        """The domains that get no mail now: those with a slow one under way, and all slow ones
        while only one way out is left."""
        under_way = {message.domain for message in self._busy.values()}
        return under_way | (self._slow if len(self._busy) == LANES - 1 else set())

    def _collect(self, timeout: float | None) -> None:
        """Counts what is done, after waiting (at most so many seconds) for the first."""
        wait(self._busy, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in [future for future in self._busy if future.done()]:
            del self._busy[future]
            result = future.result()
            self._outcome.add(result.outcome)
            if not result.lost:
                self._free.append(result.line)
                self._lost = 0
                continue
            result.line.close()
            self._lost += 1
            self._why = result.lost

    def _at(self) -> dt.datetime:
        return self._now + dt.timedelta(seconds=time.monotonic() - self._started)


class _Line:
    """An open connection with the mail server, for one mail at a time. Raises `UnreachableError`
    when it cannot be opened."""

    def __init__(self, transport: Transport) -> None:
        self._open = ExitStack()
        self.deliver: Deliver = self._open.enter_context(transport.connect())

    def close(self) -> None:
        """Lets go of the connection."""
        self._open.close()


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one mail, and why its connection is gone (empty: it is not)."""

    line: _Line
    outcome: Outcome
    lost: str = ""


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
            html=None,
            calendar=None,
            last_error="de verzending is onderbroken; misschien is de mail toch aangekomen",
        )
        outcome.failed += _change(
            db,
            (OutboxMessage.state == MailState.WAITING, OutboxMessage.not_after < now),
            state=MailState.FAILED,
            text=None,
            html=None,
            calendar=None,
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


def _claim(
    database: Database, now: dt.datetime, resting: Collection[str] = ()
) -> OutboxMessage | None:
    """The most urgent mail that nobody else is sending and that goes to no resting domain, marked
    as ours; None when there is none."""
    with database.transaction() as db:
        query = (
            sa.select(OutboxMessage)
            .where(_due(now), OutboxMessage.domain.not_in(sorted(resting)))
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
    database: Database, sender: str, sender_name: str, line: _Line, message: OutboxMessage
) -> _Result:
    """Sends a claimed mail and writes down what became of it."""
    outcome, lost = Outcome(), ""
    composed = rules.compose(
        message.id,
        sender,
        message.to_address,
        message.subject,
        message.text or "",
        message.written_at,
        message.html,
        sender_name,
        message.calendar,
    )
    try:
        line.deliver(composed, message.to_address)
    except RefusedError as problem:
        outcome.failed += _mark(database, message, state=MailState.FAILED, error=str(problem))
    except LaterError as problem:
        outcome.later += _mark(database, message, state=MailState.WAITING, error=str(problem))
    except DoubtfulError as problem:
        lost = str(problem)
        if message.kind in rules.FOR_SIGNING_IN:
            outcome.later += _mark(database, message, state=MailState.WAITING, error=lost)
        else:
            outcome.in_doubt += _mark(database, message, state=MailState.IN_DOUBT, error=lost)
    except UnreachableError as problem:
        lost = str(problem)
        outcome.later += _mark(database, message, state=MailState.WAITING, error=lost)
    else:
        outcome.sent += _mark(database, message, state=MailState.SENT)
    return _Result(line, outcome, lost)


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
        values["text"] = values["html"] = values["calendar"] = None
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
