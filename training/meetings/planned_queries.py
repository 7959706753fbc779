"""Answers which meetings somebody leads."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.meetings.models import Meeting

SHOWN = 100


def meetings_led_by(db: Session, account_id: uuid.UUID) -> list[Meeting]:
    """The meetings that an account leads, the latest first."""
    query = sa.select(Meeting).where(Meeting.facilitator_id == account_id)
    return list(db.scalars(query.order_by(Meeting.starts_at.desc(), Meeting.id).limit(SHOWN)))
