"""Holds the proof that somebody completed something: dates without a time of day."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from training.content.classes import ContentKind
from training.db import Base, enum_name, new_id


class Source(enum.Enum):
    """Where proof comes from."""

    ONLINE = "online"
    MEETING = "bijeenkomst"
    EXEMPTION = "vrijstelling"
    IMPORTED = "eerder gevolgd"


class Evidence(Base):
    """Never changed, never reset. `completed_on` is the Dutch day: a time of day would tell more
    than the law of this product allows. The unique key makes a double click one proof."""

    __tablename__ = "evidence"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
        sa.UniqueConstraint(
            "municipality_id",
            "person_id",
            "content_kind",
            "content_id",
            "completed_on",
            "content_version",
            "source",
            name="uq_evidence_once",
        ),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID]
    content_kind: Mapped[ContentKind] = mapped_column(enum_name(ContentKind))
    content_id: Mapped[str] = mapped_column(sa.String(100))
    content_version: Mapped[int]
    completed_on: Mapped[dt.date]
    source: Mapped[Source] = mapped_column(enum_name(Source))
    unit_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"))
