"""Answers which mail went wrong, and how much waits."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.mail.models import OutboxMessage
from training.mail.rules import MailKind, MailState

TROUBLE = (MailState.FAILED, MailState.IN_DOUBT)


def troubled(
    db: Session, municipality_ids: Collection[uuid.UUID] | None, limit: int
) -> list[OutboxMessage]:
    """Mail that failed or is in doubt, the newest first, of some municipalities (None: of all)."""
    query = sa.select(OutboxMessage).where(OutboxMessage.state.in_(TROUBLE))
    if municipality_ids is not None:
        query = query.where(OutboxMessage.municipality_id.in_(municipality_ids))
    newest = query.order_by(OutboxMessage.written_at.desc(), OutboxMessage.id)
    return list(db.scalars(newest.limit(limit)))


def written_at(db: Session, instant: dt.datetime) -> dict[MailKind, int]:
    """How many mails of each kind were written at an instant: that of one job."""
    query = sa.select(OutboxMessage.kind, sa.func.count().label("number"))
    found = query.where(OutboxMessage.written_at == instant).group_by(OutboxMessage.kind)
    return {row.kind: row.number for row in db.execute(found)}


def known_keys(db: Session, keys: Collection[str]) -> set[str]:
    """Which of these mails were written already."""
    wanted = sorted(keys)
    found: set[str] = set()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        query = sa.select(OutboxMessage.unique_key).where(OutboxMessage.unique_key.in_(part))
        found.update(db.scalars(query))
    return found


def counts(db: Session) -> dict[MailState, int]:
    """How many mails there are in each state."""
    query = sa.select(OutboxMessage.state, sa.func.count()).group_by(OutboxMessage.state)
    return dict(db.execute(query).all())
