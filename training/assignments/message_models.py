"""Holds the messages of the programme: what goes to whom on which dates, and who has had it."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base, new_id


class ProgrammeMessage(Base):
    """A message to audiences at and below a node. Either a message of the library (`content_id`),
    or words of one's own in Markdown (`text`). `populations` are the names of those for whom the
    planner decides: it reaches nobody else."""

    __tablename__ = "programme_message"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(160))
    content_id: Mapped[str | None] = mapped_column(sa.String(100))
    text: Mapped[str | None] = mapped_column(sa.Text)
    audiences: Mapped[list[str]]
    populations: Mapped[list[str]]
    made_by: Mapped[str] = mapped_column(sa.String(160))
    made_at: Mapped[dt.datetime]
    stopped_by: Mapped[str | None] = mapped_column(sa.String(160))
    stopped_at: Mapped[dt.datetime | None]
    dates: Mapped[list[MessageDate]] = relationship(
        order_by="MessageDate.send_on", cascade="all, delete-orphan", lazy="selectin"
    )


class MessageDate(Base):
    """A day from which a message goes out. `reached` counts whom it was written to."""

    __tablename__ = "programme_message_date"
    __table_args__ = (sa.Index("ix_programme_message_date_day", "send_on"),)

    message_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("programme_message.id"), primary_key=True
    )
    send_on: Mapped[dt.date] = mapped_column(primary_key=True)
    reached: Mapped[int] = mapped_column(default=0)


class MessageReceipt(Base):
    """That a message of a date was written to a person: once, for ever."""

    __tablename__ = "message_receipt"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
        sa.ForeignKeyConstraint(
            ["message_id", "send_on"],
            ["programme_message_date.message_id", "programme_message_date.send_on"],
        ),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    message_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    send_on: Mapped[dt.date] = mapped_column(primary_key=True)
    written_on: Mapped[dt.date]
