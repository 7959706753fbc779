"""Holds accounts, their one-time tokens and roles, and counts attempts to sign in."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base, enum_name, new_id
from training.identity.rules import AccountState, Role, TokenPurpose


class Account(Base):
    """A key to the product. Nearly always of one person; a coordinator of a region is no person
    of a municipality, and only then the account has a `name` of its own. `email` is lower-case.
    Raising `epoch` ends all sessions."""

    __tablename__ = "account"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
        sa.UniqueConstraint("municipality_id", "person_id"),
        sa.UniqueConstraint("email"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    municipality_id: Mapped[uuid.UUID | None]
    person_id: Mapped[uuid.UUID | None]
    name: Mapped[str | None] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(254))
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    state: Mapped[AccountState] = mapped_column(enum_name(AccountState))
    epoch: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[dt.datetime]


class AccountToken(Base):
    """A one-time key that went out by mail. Only its hash is kept: who reads this table gets
    nowhere with it."""

    __tablename__ = "account_token"
    __table_args__ = (sa.UniqueConstraint("hash"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    purpose: Mapped[TokenPurpose] = mapped_column(enum_name(TokenPurpose))
    hash: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class RoleGrant(Base):
    """A role of an account at a unit, from a day until a day (both included)."""

    __tablename__ = "role_grant"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_name(Role))
    unit_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    from_on: Mapped[dt.date]
    until_on: Mapped[dt.date | None]
    given_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))


class Attempt(Base):
    """One try, to limit how many may follow. `key` is an HMAC of what is limited (an address and
    a network): no address can be read here."""

    __tablename__ = "attempt"
    __table_args__ = (sa.Index("ix_attempt_key_at", "key", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[dt.datetime] = mapped_column(index=True)


class KioskKey(Base):
    """What somebody without a mailbox signs in with at a shared computer: a card and a code, both
    kept as hashes. `must_change`: the code was printed, and its owner has to choose another."""

    __tablename__ = "kiosk_key"
    __table_args__ = (sa.UniqueConstraint("card_hash"),)

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    card_hash: Mapped[str] = mapped_column(sa.String(64))
    code_hash: Mapped[str] = mapped_column(sa.String(200))
    must_change: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[dt.datetime]
