"""Gives people without a mailbox a card and a code for a shared computer."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.identity import passwords
from training.identity.actions import end_sessions, hash_of_token
from training.identity.kiosk_rules import NO_MAILBOX, new_code
from training.identity.models import Account, KioskKey
from training.identity.rules import AccountState
from training.people.models import Person, Unit
from training.people.rules import UnitKind


@dataclass(frozen=True, slots=True)
class Card:
    """What is printed once: the code and the secret of the card are kept as hashes only."""

    person: Person
    card: str
    code: str


def issue_cards(db: Session, persons: Iterable[Person], now: dt.datetime) -> list[Card]:
    """Makes a card for each of these, who have no mailbox; an earlier card stops working at once.
    The code on it is good until its owner has chosen another."""
    made = []
    for person in persons:
        account = db.scalars(
            sa.select(Account).where(
                Account.municipality_id == person.municipality_id, Account.person_id == person.id
            )
        ).one_or_none()
        if account is None:
            account = Account(
                id=uuid.uuid4(),
                municipality_id=person.municipality_id,
                person_id=person.id,
                email=f"{uuid.uuid4().hex}@{NO_MAILBOX}",
                state=AccountState.ACTIVE,
                epoch=0,
                made_at=now,
            )
            db.add(account)
            db.flush()
        account.state = AccountState.ACTIVE
        end_sessions(db, account, now)
        key = db.get(KioskKey, account.id)
        if key is None:
            key = KioskKey(account_id=account.id)
            db.add(key)
        card, code = secrets.token_urlsafe(18), new_code()
        key.card_hash, key.code_hash = hash_of_token(card), passwords.hash_of(code)
        key.must_change, key.made_at = True, now
        made.append(Card(person, card, code))
    db.flush()
    return made


def choose_code(db: Session, account: Account, code: str, now: dt.datetime) -> None:
    """Keeps the code that somebody chose; the printed one does not work any more."""
    key = db.get_one(KioskKey, account.id)
    key.code_hash, key.must_change = passwords.hash_of(code), False
    end_sessions(db, account, now)


def key_of_number(
    db: Session, municipality_id: uuid.UUID | None, number: str
) -> tuple[KioskKey, Account] | None:
    """The key of whoever has this employee number in a municipality."""
    return _key(db, Person.municipality_id == municipality_id, Person.employee_number == number)


def key_of_card(db: Session, card: str) -> tuple[KioskKey, Account] | None:
    """The key that belongs to a card."""
    return _key(db, KioskKey.card_hash == hash_of_token(card))


def _key(db: Session, *conditions: sa.ColumnElement[bool]) -> tuple[KioskKey, Account] | None:
    query = (
        sa.select(KioskKey, Account)
        .join(Account, Account.id == KioskKey.account_id)
        .join(
            Person,
            sa.and_(
                Person.municipality_id == Account.municipality_id, Person.id == Account.person_id
            ),
        )
        .where(Account.state == AccountState.ACTIVE, *conditions)
    )
    row = db.execute(query).one_or_none()
    return (row[0], row[1]) if row else None


def municipalities_with_cards(db: Session) -> list[tuple[uuid.UUID, str]]:
    """Where anybody has a card, by name."""
    query = (
        sa.select(Unit.id, Unit.name)
        .where(
            Unit.kind == UnitKind.MUNICIPALITY,
            Unit.id.in_(
                sa.select(Account.municipality_id).join(KioskKey, KioskKey.account_id == Account.id)
            ),
        )
        .order_by(Unit.name)
    )
    return [(row.id, row.name) for row in db.execute(query)]


def have_cards(db: Session, persons: Iterable[Person]) -> set[uuid.UUID]:
    """Which of these persons have a card."""
    ids = [person.id for person in persons]
    query = (
        sa.select(Account.person_id)
        .join(KioskKey, KioskKey.account_id == Account.id)
        .where(Account.person_id.in_(ids))
    )
    return {one for one in db.scalars(query) if one}


def key_of_account(db: Session, account: Account) -> KioskKey:
    """The key of an account that has one."""
    return db.get_one(KioskKey, account.id)
