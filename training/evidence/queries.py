"""Answers what somebody has completed, and when."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.content.classes import ContentKind
from training.evidence.models import Evidence


def evidence_of(db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID) -> list[Evidence]:
    """All proof of one person, the newest first."""
    query = sa.select(Evidence).where(
        Evidence.municipality_id == municipality_id, Evidence.person_id == person_id
    )
    return list(db.scalars(query.order_by(Evidence.completed_on.desc(), Evidence.content_id)))


def has_completed(
    db: Session,
    municipality_id: uuid.UUID,
    person_id: uuid.UUID,
    kind: ContentKind,
    content_id: str,
) -> bool:
    """Whether a person ever completed this content, in any version."""
    query = sa.select(Evidence.id).where(
        Evidence.municipality_id == municipality_id,
        Evidence.person_id == person_id,
        Evidence.content_kind == kind,
        Evidence.content_id == content_id,
    )
    return db.scalars(query.limit(1)).first() is not None
