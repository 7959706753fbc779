"""Holds the proof that somebody completed something: dates without a time of day."""

from __future__ import annotations

import datetime as dt
import enum
import secrets
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from training.content.classes import ContentKind
from training.db import Base, enum_name, new_id

CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without 0 O 1 I L U, which look like each other
CODE_LENGTH = 12  # 30 signs: 58 bits, which nobody guesses


def new_code() -> str:
    """A random code under which a certificate can be checked; it tells nothing."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


class Source(enum.Enum):
    """Where proof comes from."""

    ONLINE = "online"
    MEETING = "bijeenkomst"
    EXEMPTION = "vrijstelling"
    IMPORTED = "eerder gevolgd"


class Evidence(Base):
    """Never changed, never reset; only `noted_on` is filled in later: the day on which the cycles
    of duties took this proof into account (None: not yet). `completed_on` is the Dutch day: a time
    of day would tell more than the law of this product allows. The unique key makes a double click
    one proof. `title` is how the content was called then (empty: not known), `code` that of its
    certificate (None: there is nothing to check any more)."""

    __tablename__ = "evidence"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
        sa.UniqueConstraint("code"),
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
        sa.Index(
            "ix_evidence_not_noted",
            "municipality_id",
            "person_id",
            postgresql_where=sa.text("noted_on IS NULL"),
            sqlite_where=sa.text("noted_on IS NULL"),
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
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    code: Mapped[str | None] = mapped_column(sa.String(CODE_LENGTH), default=new_code)
    noted_on: Mapped[dt.date | None]
