"""Writes the log: one entry after the other, each sealed onto the one before it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from training.access import Visitor
from training.audit import rules
from training.audit.models import SYSTEM, Action, AuditEntry, AuditHead, AuditSubject

WHAT_LENGTH = 300
SYSTEM_NAME = "Weerbaar"


def record(
    db: Session,
    key: bytes,
    *,
    at: dt.datetime,
    actor: Visitor | None,
    action: Action,
    municipality_id: uuid.UUID | None,
    what: str = "",
    details: dict[str, Any] | None = None,
    person_ids: Iterable[uuid.UUID] = (),
) -> int:
    """Adds an entry to the chain of a municipality (None: of the system) in the caller's
    transaction, and returns its number. `actor` None is the system itself. `what` and `details`
    (that JSON can hold) never contain personal data: name persons by `person_ids`, of this
    municipality. `key` comes from `rules.derive_key`. The chain stays locked until the commit, so
    record last; in several chains in one transaction: in the order of their ids."""
    chain = municipality_id or SYSTEM
    head = _locked_head(db, key, chain)
    line = rules.Line(
        municipality_id=chain,
        sequence=head.sequence + 1,
        at=at,
        actor_account_id=actor.account_id if actor else None,
        actor_name=actor.name if actor else SYSTEM_NAME,
        action=action.name,
        what=what[:WHAT_LENGTH],
        details=details or {},
        person_ids=frozenset(person_ids),
        previous_hash=head.hash,
    )
    sealed = rules.hash_of(key, line)
    db.execute(
        sa.insert(AuditEntry).values(
            municipality_id=chain,
            sequence=line.sequence,
            at=line.at,
            actor_account_id=line.actor_account_id,
            actor_name=line.actor_name,
            action=action,
            what=line.what,
            details=line.details,
            previous_hash=line.previous_hash,
            hash=sealed,
        )
    )
    subjects = [
        {"municipality_id": chain, "sequence": line.sequence, "person_id": person_id}
        for person_id in line.person_ids
    ]
    if subjects:
        db.execute(sa.insert(AuditSubject), subjects)
    db.execute(
        sa.update(AuditHead)
        .where(AuditHead.municipality_id == chain)
        .values(
            sequence=line.sequence,
            hash=sealed,
            signature=rules.signature_of(key, "head", chain, line.sequence, sealed),
        )
        .execution_options(synchronize_session=False)
    )
    return line.sequence


def record_looked(
    db: Session,
    key: bytes,
    *,
    at: dt.datetime,
    actor: Visitor,
    persons: Iterable[tuple[uuid.UUID, uuid.UUID]],
    what: str,
    action: Action = Action.LOOKED,
    details: dict[str, Any] | None = None,
) -> None:
    """Records that somebody saw (or, with another action, exported) data of named persons, given
    as (municipality_id, person_id): one entry in the log of each municipality. Who looks at
    oneself is not recorded. A view that answers a GET does this in
    `training.web.request_db.separate_transaction()`, before it makes its page."""
    seen: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for municipality_id, person_id in persons:
        if (municipality_id, person_id) != (actor.municipality_id, actor.person_id):
            seen[municipality_id].add(person_id)
    for municipality_id in sorted(seen):
        record(
            db,
            key,
            at=at,
            actor=actor,
            action=action,
            municipality_id=municipality_id,
            what=what,
            details=details,
            person_ids=seen[municipality_id],
        )


def remove_before(
    db: Session, key: bytes, municipality_id: uuid.UUID | None, before: dt.datetime
) -> int:
    """Removes the entries of a chain up to the first that is not older than `before`, and signs
    the place from where the chain now starts. Returns how many went."""
    chain = municipality_id or SYSTEM
    head = _locked_head(db, key, chain)
    first_kept = db.scalar(
        sa.select(sa.func.min(AuditEntry.sequence)).where(
            AuditEntry.municipality_id == chain, AuditEntry.at >= before
        )
    )
    last = head.sequence if first_kept is None else first_kept - 1
    if last <= head.checkpoint_sequence:
        return 0
    sealed = db.scalar(
        sa.select(AuditEntry.hash).where(
            AuditEntry.municipality_id == chain, AuditEntry.sequence == last
        )
    )
    if sealed is None:
        raise LookupError(f"audit chain {chain} has no entry {last}")
    for table in (AuditSubject, AuditEntry):
        db.execute(
            sa.delete(table)
            .where(table.municipality_id == chain, table.sequence <= last)
            .execution_options(synchronize_session=False)
        )
    db.execute(
        sa.update(AuditHead)
        .where(AuditHead.municipality_id == chain)
        .values(
            checkpoint_sequence=last,
            checkpoint_hash=sealed,
            checkpoint_signature=rules.signature_of(key, "checkpoint", chain, last, sealed),
        )
        .execution_options(synchronize_session=False)
    )
    removed: int = last - head.checkpoint_sequence
    return removed


def _locked_head(db: Session, key: bytes, chain: uuid.UUID) -> sa.Row[int, str, int]:
    """The end of a chain, locked until the transaction ends; made when it is the first entry."""
    query = (
        sa.select(AuditHead.sequence, AuditHead.hash, AuditHead.checkpoint_sequence)
        .where(AuditHead.municipality_id == chain)
        .with_for_update()
    )
    head = db.execute(query).one_or_none()
    if head is not None:
        return head
    start = rules.START
    try:
        with db.begin_nested():
            db.execute(
                sa.insert(AuditHead).values(
                    municipality_id=chain,
                    sequence=0,
                    hash=start,
                    signature=rules.signature_of(key, "head", chain, 0, start),
                    checkpoint_sequence=0,
                    checkpoint_hash=start,
                    checkpoint_signature=rules.signature_of(key, "checkpoint", chain, 0, start),
                )
            )
    except IntegrityError:
        pass  # another transaction was first: wait for it below
    return db.execute(query).one()
