"""Holds the outbox: every mail once, and what became of it."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base, enum_name, new_id
from training.mail.rules import MailKind, MailState


class OutboxMessage(Base):
    """One mail to one receiver. `unique_key` says what it is, so that it cannot be written twice
    (it holds no address). The Message-ID follows from `id`, so a mail sent again is recognised.
    Texts are wiped as soon as they are not needed. `html` is the body of what came from Markdown;
    without it, it follows from the text. `calendar` is a file for
    the receiver's calendar. `domain` is that of the receiver. After `not_after` a mail
    makes no sense any more."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        sa.UniqueConstraint("unique_key"),
        sa.Index("ix_outbox_message_due", "state", "priority", "next_attempt_at"),
        sa.Index("ix_outbox_message_person", "municipality_id", "person_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    municipality_id: Mapped[uuid.UUID | None]
    person_id: Mapped[uuid.UUID | None]
    kind: Mapped[MailKind] = mapped_column(enum_name(MailKind))
    unique_key: Mapped[str] = mapped_column(sa.String(200))
    priority: Mapped[int]
    to_address: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str | None] = mapped_column(sa.Text)
    html: Mapped[str | None] = mapped_column(sa.Text)
    calendar: Mapped[str | None] = mapped_column(sa.Text)
    domain: Mapped[str] = mapped_column(sa.String(254), default="", server_default="")
    state: Mapped[MailState] = mapped_column(enum_name(MailState))
    attempts: Mapped[int]
    written_at: Mapped[dt.datetime]
    next_attempt_at: Mapped[dt.datetime]
    not_after: Mapped[dt.datetime]
    claimed_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    last_error: Mapped[str | None] = mapped_column(sa.String(300))
