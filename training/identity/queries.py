"""Answers whose account it is, and which roles it holds."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.identity.models import Account, RoleGrant
from training.identity.rules import AccountState, Role
from training.people.models import Person


@dataclass(frozen=True, slots=True)
class Holder:
    """An account that opens something today, whose it is, and the roles it holds at which units."""

    account_id: uuid.UUID
    epoch: int
    name: str
    municipality_id: uuid.UUID | None
    person_id: uuid.UUID | None
    roles: tuple[tuple[Role, uuid.UUID], ...]


def valid_on(day: dt.date) -> sa.ColumnElement[bool]:
    """The condition on `RoleGrant` that the role is held on a day."""
    return sa.and_(
        RoleGrant.from_on <= day, sa.or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= day)
    )


def of_person() -> sa.ColumnElement[bool]:
    """The condition that joins `Person` to `Account`."""
    return sa.and_(
        Person.municipality_id == Account.municipality_id, Person.id == Account.person_id
    )


def holder(db: Session, account_id: uuid.UUID, today: dt.date) -> Holder | None:
    """Who holds this account, in one query; None when it is not active, or its person has left."""
    query = (
        sa.select(Account, Person, RoleGrant.role, RoleGrant.unit_id)
        .outerjoin(Person, of_person())
        .outerjoin(RoleGrant, sa.and_(RoleGrant.account_id == Account.id, valid_on(today)))
        .where(
            Account.id == account_id,
            Account.state == AccountState.ACTIVE,
            sa.or_(Person.left_on.is_(None), Person.left_on >= today),
        )
    )
    rows = db.execute(query).all()
    if not rows:
        return None
    account, person = rows[0][0], rows[0][1]
    return Holder(
        account.id,
        account.epoch,
        person.name if person else account.name or account.email,
        account.municipality_id,
        account.person_id,
        tuple((row.role, row.unit_id) for row in rows if row.role is not None),
    )
