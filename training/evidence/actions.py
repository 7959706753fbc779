"""Records proof, once: the same thing done twice on a day is one proof."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from training.content.classes import ContentKind
from training.db import new_id
from training.evidence.models import Evidence, Source, new_code


def record(
    db: Session,
    *,
    municipality_id: uuid.UUID,
    person_id: uuid.UUID,
    unit_id: uuid.UUID,
    kind: ContentKind,
    content_id: str,
    version: int,
    completed_on: dt.date,
    source: Source = Source.ONLINE,
    title: str = "",
) -> Evidence:
    """The proof that a person completed this content, called `title`, on that Dutch day, in the
    unit of that time. Recording it again gives back the proof that there was."""
    key = {
        "municipality_id": municipality_id,
        "person_id": person_id,
        "content_kind": kind,
        "content_id": content_id,
        "content_version": version,
        "completed_on": completed_on,
        "source": source,
    }
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    db.execute(
        insert(Evidence)
        .values(**key, id=new_id(), unit_id=unit_id, title=title, code=new_code())
        .on_conflict_do_nothing(index_elements=list(key))
    )
    return db.scalars(sa.select(Evidence).filter_by(**key)).one()
