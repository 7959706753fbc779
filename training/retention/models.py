"""Holds who was erased (as a random number), requests to be erased, and what each run removed."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from training.clock import add_months
from training.db import Base, enum_name, new_id
from training.retention.rules import Gone


class ErasedPerson(Base):
    """That somebody went, and how: an id that means nothing by itself, so that a backup that is
    put back does not bring anybody back. Without a foreign key: the person is not there."""

    __tablename__ = "erased_person"

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    how: Mapped[Gone] = mapped_column(enum_name(Gone), primary_key=True)
    into_id: Mapped[uuid.UUID | None]
    gone_on: Mapped[dt.date]


class RequestState(enum.Enum):
    """What became of a request."""

    ASKED = "gevraagd"
    GRANTED = "gewist"
    REFUSED = "geweigerd"


class ErasureRequest(Base):
    """Somebody asked to be erased. When it is granted the row goes with the person; what remains
    is the log and `ErasedPerson`."""

    __tablename__ = "erasure_request"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
        sa.Index("ix_erasure_request_person", "municipality_id", "person_id"),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID]
    asked_on: Mapped[dt.date]
    words: Mapped[str] = mapped_column(sa.String(1000))
    state: Mapped[RequestState] = mapped_column(enum_name(RequestState))
    decided_on: Mapped[dt.date | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    answer: Mapped[str] = mapped_column(sa.String(1000), default="")

    @property
    def due_on(self) -> dt.date:
        """The last day to decide: within a month (GDPR, article 12, paragraph 3)."""
        return add_months(self.asked_on, 1)


class RetentionRun(Base):
    """What a run of the daily job removed, in one municipality (None: of the system)."""

    __tablename__ = "retention_run"
    __table_args__ = (sa.Index("ix_retention_run_municipality", "municipality_id", "ran_on"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    municipality_id: Mapped[uuid.UUID | None]
    ran_on: Mapped[dt.date]
    removed: Mapped[dict[str, Any]]
