"""Holds the secret address of a person's calendar feed, and what the calendar was told."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base


class CalendarFeed(Base):
    """A person's own feed of due dates. Only the hash of its address is kept: who reads this table
    gets nowhere with it."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
        sa.UniqueConstraint("token_hash"),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    made_on: Mapped[dt.date]


class CalendarEntry(Base):
    """The date under which an entry of a feed was told, and how often that date had moved before:
    a calendar program only moves an entry to a higher sequence."""

    __tablename__ = "calendar_entry"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["calendar_feed.municipality_id", "calendar_feed.person_id"],
            ondelete="CASCADE",
        ),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    duty_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("duty.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    due_on: Mapped[dt.date]
    sequence: Mapped[int] = mapped_column(default=0)
    changed_on: Mapped[dt.date]
