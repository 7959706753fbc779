"""Holds the log: entries in a chain for each municipality, about whom they are, and its head."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base, enum_name

SYSTEM = uuid.UUID(int=0)  # the chain of what belongs to no municipality


class Action(enum.Enum):
    """What somebody did. Signing in and learning are not here: nobody is watched at work."""

    LOOKED = "gegevens van personen bekeken"
    EXPORTED = "overzicht geëxporteerd"
    IMPORTED = "personeelsbestand verwerkt"
    CHANGED_PERSON = "persoon gewijzigd"
    CHANGED_UNIT = "organisatie gewijzigd"
    CHANGED_AUDIENCE = "doelgroep gewijzigd"
    MERGED_PERSONS = "dubbele persoon samengevoegd"
    ERASED_PERSON = "gegevens gewist"
    GAVE_OWN_DATA = "eigen gegevens opgevraagd"
    ASKED_ERASURE = "gevraagd om te wissen"
    REFUSED_ERASURE = "niet gewist na een verzoek"
    LOOKED_TOO_MUCH = "ongewoon veel personen bekeken"
    CHANGED_DUTY = "verplichting gewijzigd"
    CHANGED_MESSAGE = "bericht van het programma gewijzigd"
    PAUSED = "verplichting gepauzeerd"
    EXEMPTED = "vrijstelling gegeven"
    RECORDED_EVIDENCE = "eerder gevolgde training vastgelegd"
    WITHDREW = "handeling teruggedraaid"
    CHANGED_MEETING = "bijeenkomst gewijzigd"
    RECORDED_ATTENDANCE = "aanwezigheid vastgelegd"
    CHANGED_SETTING = "instelling gewijzigd"
    CHANGED_RETENTION = "bewaartermijn gewijzigd"
    REMOVED_EXPIRED = "verlopen gegevens verwijderd"
    MADE_ACCOUNT = "account gemaakt"
    INVITED = "uitnodiging verstuurd"
    CLOSED_ACCOUNT = "account gesloten"
    REOPENED_ACCOUNT = "account heropend"
    CHANGED_PASSWORD = "wachtwoord gewijzigd"  # noqa: S105 - a label
    ENDED_SESSIONS = "overal uitgelogd"
    GAVE_ROLE = "rol gegeven"
    ENDED_ROLE = "rol beëindigd"
    RAN_COMMAND = "opdracht op de server uitgevoerd"


TECHNICAL = frozenset(
    {
        Action.IMPORTED,
        Action.CHANGED_UNIT,
        Action.CHANGED_SETTING,
        Action.REMOVED_EXPIRED,
        Action.MADE_ACCOUNT,
        Action.INVITED,
        Action.CLOSED_ACCOUNT,
        Action.REOPENED_ACCOUNT,
        Action.ENDED_SESSIONS,
        Action.GAVE_ROLE,
        Action.ENDED_ROLE,
        Action.RAN_COMMAND,
    }
)
"""What an administrator may read of the log: the running of the system, not who looked at whom."""


class AuditEntry(Base):
    """One line of the log. `hash` covers the whole line and the hash of the line before it."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index("ix_audit_entry_at", "municipality_id", "at"),
        sa.Index("ix_audit_entry_actor", "actor_account_id", "at"),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    at: Mapped[dt.datetime]
    actor_account_id: Mapped[uuid.UUID | None]
    actor_name: Mapped[str] = mapped_column(sa.String(200))
    action: Mapped[Action] = mapped_column(enum_name(Action))
    what: Mapped[str] = mapped_column(sa.String(300))
    details: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))


class AuditSubject(Base):
    """About whom an entry is: so everybody can see who looked."""

    __tablename__ = "audit_subject"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "sequence"], ["audit_entry.municipality_id", "audit_entry.sequence"]
        ),
        sa.Index("ix_audit_subject_person", "municipality_id", "person_id"),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class AuditHead(Base):
    """Where a chain ends, and from where it still stands after old entries were removed: each
    signed, so that neither end can be moved without the key. Its row is the lock of the chain."""

    __tablename__ = "audit_head"

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[str] = mapped_column(sa.String(64))
    signature: Mapped[str] = mapped_column(sa.String(64))
    checkpoint_sequence: Mapped[int] = mapped_column(sa.BigInteger)
    checkpoint_hash: Mapped[str] = mapped_column(sa.String(64))
    checkpoint_signature: Mapped[str] = mapped_column(sa.String(64))
