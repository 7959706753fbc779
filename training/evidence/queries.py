"""Answers what somebody has completed, and when."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.content.classes import ContentKind
from training.db import columns
from training.evidence.models import Evidence

EVIDENCE = (
    sa.select(Evidence)
    .where(
        Evidence.municipality_id == sa.bindparam("municipality_id"),
        Evidence.person_id == sa.bindparam("person_id"),
    )
    .order_by(Evidence.completed_on.desc(), Evidence.content_id)
)


def evidence_of(db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID) -> list[Evidence]:
    """All proof of one person, the newest first."""
    key = {"municipality_id": municipality_id, "person_id": person_id}
    return list(db.scalars(EVIDENCE, key))


PROOF = columns(Evidence)
LAST_COMPLETED = (
    sa.select(
        PROOF.content_kind, PROOF.content_id, sa.func.max(PROOF.completed_on).label("completed_on")
    )
    .where(
        PROOF.municipality_id == sa.bindparam("municipality_id"),
        PROOF.person_id == sa.bindparam("person_id"),
    )
    .group_by(PROOF.content_kind, PROOF.content_id)
)


def last_completed_in(rows: Iterable[Any]) -> dict[tuple[ContentKind, str], dt.date]:
    """What is completed in rows of `LAST_COMPLETED`."""
    return {(row.content_kind, row.content_id): row.completed_on for row in rows}


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
