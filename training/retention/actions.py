"""Removes what may no longer be kept, municipality by municipality, and tells what went."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.audit import actions as audit
from training.audit.models import Action
from training.clock import AMSTERDAM
from training.db import Database
from training.identity.models import Account, AccountToken
from training.mail.models import OutboxMessage
from training.mail.rules import MailState
from training.people.models import Person, Unit
from training.people.municipality_settings import MONTHS_OF_LOG, Chosen, settings_of
from training.people.rules import UnitKind
from training.reporting import making_actions
from training.reporting.models import Report, ReportPiece
from training.retention import person_actions
from training.retention.models import ErasedPerson, RetentionRun
from training.retention.register import Term
from training.retention.rules import (
    DAYS_OF_TOKENS,
    Gone,
    Limits,
    Removed,
    in_words,
    limits,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What went (or, in a dry run, would go) in one municipality; None: of the system."""

    municipality: Unit | None
    removed: Removed


def run(
    database: Database, audit_key: bytes, today: dt.date, now: dt.datetime, keep: bool = True
) -> list[Outcome]:
    """Removes, in each municipality in a transaction of its own, what is past its term, and last
    what belongs to none. Without `keep` everything is done and taken back: the numbers are exact.
    Running it again the same day removes nothing more."""
    found = []
    with database.reading() as db:
        query = sa.select(Unit).where(Unit.kind == UnitKind.MUNICIPALITY).order_by(Unit.name)
        municipalities = list(db.scalars(query))
    for municipality in (*municipalities, None):
        with database.writing() as db:
            removed = _clean(db, municipality, audit_key, today, now)
            if keep:
                _write_down(db, municipality, removed, audit_key, today, now)
                db.commit()
            else:
                db.rollback()
        found.append(Outcome(municipality, removed))
    return found


def _clean(
    db: Session, municipality: Unit | None, audit_key: bytes, today: dt.date, now: dt.datetime
) -> Removed:
    own = municipality.id if municipality else None
    chosen = settings_of(db, own)
    bounds = limits(chosen, today)
    removed = Removed()
    if municipality is not None:
        _clean_persons(db, municipality.id, bounds, audit_key, today, removed)
        removed.files = _remove_files(db, municipality.id, bounds, now)
    else:
        removed.tokens = _remove_tokens(db, now)
        removed.files = making_actions.remove_files(db, now)
    removed.reports = _remove_reports(db, own, bounds)
    removed.mails = _remove_mails(db, own, bounds)
    removed.log_lines = audit.remove_before(db, audit_key, own, _midnight(bounds.log))
    return removed


def _clean_persons(
    db: Session,
    municipality_id: uuid.UUID,
    bounds: Limits,
    salt: bytes,
    today: dt.date,
    removed: Removed,
) -> None:
    left = sa.select(Person.id).where(Person.municipality_id == municipality_id)
    for person_id in list(db.scalars(left.where(Person.left_on < bounds.as_pseudonym))):
        _count(removed, person_actions.erase(db, (municipality_id, person_id), Gone.REMOVED, today))
        removed.persons += 1
    named = left.where(
        Person.left_on < bounds.by_name,
        ~sa.exists().where(
            ErasedPerson.municipality_id == municipality_id,
            ErasedPerson.person_id == Person.id,
            ErasedPerson.how == Gone.PSEUDONYM,
        ),
    )
    for person_id in list(db.scalars(named)):
        key = (municipality_id, person_id)
        _count(removed, person_actions.pseudonymise(db, key, salt, today))
        removed.pseudonyms += 1


def _count(removed: Removed, tables: dict[str, int]) -> None:
    for table, number in tables.items():
        removed.tables[table] = removed.tables.get(table, 0) + number


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), AMSTERDAM)


def _remove_mails(db: Session, municipality_id: uuid.UUID | None, bounds: Limits) -> int:
    """Mail that was sent, or never will be: address and subject go, that it was written stays, so
    that it is not written twice."""
    old = sa.and_(
        OutboxMessage.municipality_id.is_(None)
        if municipality_id is None
        else OutboxMessage.municipality_id == municipality_id,
        OutboxMessage.state.in_([MailState.SENT, MailState.FAILED, MailState.IN_DOUBT]),
        OutboxMessage.written_at < _midnight(bounds.mail),
        OutboxMessage.to_address != "",
    )
    empty = {"to_address": "", "subject": "", "text": None, "html": None, "person_id": None}
    return _number(db, sa.update(OutboxMessage).where(old).values(**empty))


def _remove_tokens(db: Session, now: dt.datetime) -> int:
    before = now - dt.timedelta(days=DAYS_OF_TOKENS)
    return _number(db, sa.delete(AccountToken).where(AccountToken.expires_at < before))


def _of_municipality(municipality_id: uuid.UUID | None) -> sa.ColumnElement[bool]:
    """The condition on `Report` that somebody of this municipality made it; for None: that nobody
    of any municipality did."""
    own = sa.exists().where(Account.id == Report.account_id)
    if municipality_id is None:
        return ~own.where(Account.municipality_id.is_not(None))
    return own.where(Account.municipality_id == municipality_id)


def _remove_files(db: Session, municipality_id: uuid.UUID, bounds: Limits, now: dt.datetime) -> int:
    old = sa.select(Report.id).where(
        _of_municipality(municipality_id), Report.asked_at < now - bounds.files
    )
    held = list(db.scalars(old.where(Report.id.in_(sa.select(ReportPiece.report_id)))))
    return making_actions.drop_files(db, held)


def _remove_reports(db: Session, municipality_id: uuid.UUID | None, bounds: Limits) -> int:
    old = sa.select(Report.id).where(
        _of_municipality(municipality_id), Report.asked_at < _midnight(bounds.log)
    )
    ids = list(db.scalars(old))
    making_actions.drop_files(db, ids)
    return _number(db, sa.delete(Report).where(Report.id.in_(ids))) if ids else 0


def _number(db: Session, statement: sa.Update | sa.Delete) -> int:
    done = db.execute(statement.execution_options(synchronize_session=False))
    return max(0, int(getattr(done, "rowcount", 0)))


def _write_down(
    db: Session,
    municipality: Unit | None,
    removed: Removed,
    audit_key: bytes,
    today: dt.date,
    now: dt.datetime,
) -> None:
    if not removed.anything:
        return
    own = municipality.id if municipality else None
    counts = {label: number for label, number in removed.counts().items() if number}
    db.add(RetentionRun(municipality_id=own, ran_on=today, removed=counts))
    long_ago = today - dt.timedelta(days=31 * settings_of(db, own)[MONTHS_OF_LOG])
    same = (
        RetentionRun.municipality_id.is_(None)
        if own is None
        else RetentionRun.municipality_id == own
    )
    db.execute(sa.delete(RetentionRun).where(same, RetentionRun.ran_on < long_ago))
    audit.record(
        db,
        audit_key,
        at=now,
        actor=None,
        action=Action.REMOVED_EXPIRED,
        municipality_id=own,
        what="bewaartermijnen",
        details=counts,
    )
    log.info("retention: %s", counts)


def terms(chosen: Chosen) -> dict[Term, str]:
    """How long everything is kept in a municipality, in words."""
    return {term: in_words(term, chosen) for term in Term}
