"""Answers whose account it is, and which roles it holds."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from training.at_once import AtOnce
from training.clock import local_date
from training.db import columns
from training.identity.models import Account, AccountToken, RoleGrant
from training.identity.rules import AccountState, Role, TokenPurpose
from training.people.models import Person, Unit
from training.people.own_queries import NOBODYS, Own, chosen_by, contacts_of, own_of
from training.people.queries import units_below
from training.people.rules import full_name

Column = InstrumentedAttribute[str]


@dataclass(frozen=True, slots=True)
class Holder:
    """An account that opens something today, whose it is, the roles it holds at which units, and
    what the municipality chose and wrote itself."""

    account_id: uuid.UUID
    epoch: int
    name: str
    municipality_id: uuid.UUID | None
    person_id: uuid.UUID | None
    roles: tuple[tuple[Role, uuid.UUID], ...]
    municipality_name: str
    own: Own = NOBODYS


ACCOUNT, PERSON, GRANT = columns(Account), columns(Person), columns(RoleGrant)
MUNICIPALITY = columns(Unit)
TODAY: sa.BindParameter[dt.date] = sa.bindparam("today")


def valid_on(day: dt.date | sa.BindParameter[dt.date]) -> sa.ColumnElement[bool]:
    """The condition on `RoleGrant` that the role is held on a day."""
    return sa.and_(GRANT.from_on <= day, sa.or_(GRANT.until_on.is_(None), GRANT.until_on >= day))


def of_person() -> sa.ColumnElement[bool]:
    """The condition that joins `Person` to `Account`."""
    return sa.and_(
        PERSON.municipality_id == ACCOUNT.municipality_id, PERSON.id == ACCOUNT.person_id
    )


HOLDER = AtOnce(
    sa.select(
        ACCOUNT.id,
        ACCOUNT.epoch,
        ACCOUNT.name,
        ACCOUNT.email,
        ACCOUNT.municipality_id,
        ACCOUNT.person_id,
        PERSON.given_name,
        PERSON.infix,
        PERSON.family_name,
        GRANT.role,
        GRANT.unit_id,
        MUNICIPALITY.name.label("municipality_name"),
        chosen_by(ACCOUNT.municipality_id).label("chosen"),
        contacts_of(ACCOUNT.municipality_id).label("contacts"),
    )
    .select_from(Account.__table__)
    .outerjoin(Person.__table__, of_person())
    .outerjoin(Unit.__table__, MUNICIPALITY.id == ACCOUNT.municipality_id)
    .outerjoin(RoleGrant.__table__, sa.and_(GRANT.account_id == ACCOUNT.id, valid_on(TODAY)))
    .where(
        ACCOUNT.id == sa.bindparam("account_id"),
        ACCOUNT.state == AccountState.ACTIVE,
        sa.or_(PERSON.left_on.is_(None), PERSON.left_on >= TODAY),
    )
)


def holder(db: Session, account_id: uuid.UUID, today: dt.date) -> Holder | None:
    """Who holds this account, in one query; None when it is not active, or its person has left."""
    [rows] = HOLDER.ask(db, account_id=account_id, today=today)
    if not rows:
        return None
    found = rows[0]
    person_name = full_name(found.given_name, found.infix, found.family_name)
    return Holder(
        found.id,
        found.epoch,
        person_name or found.name or found.email,
        found.municipality_id,
        found.person_id,
        tuple((row.role, row.unit_id) for row in rows if row.role is not None),
        found.municipality_name or "",
        own_of(found.chosen, found.contacts),
    )


def account_of_email(db: Session, email: str) -> Account | None:
    """The account with this (lower-case) address."""
    return db.scalars(sa.select(Account).where(Account.email == email)).one_or_none()


def account_that_may_sign_in(db: Session, email: str, now: dt.datetime) -> Account | None:
    """The account with this address, unless it is closed or its person has left."""
    query = (
        sa.select(Account)
        .outerjoin(Person, of_person())
        .where(
            Account.email == email,
            Account.state != AccountState.CLOSED,
            sa.or_(Person.left_on.is_(None), Person.left_on >= local_date(now)),
        )
    )
    return db.scalars(query).one_or_none()


def any_account(db: Session) -> Account | None:
    """Some account."""
    return db.scalars(sa.select(Account).limit(1)).first()


def name_of(db: Session, account: Account) -> str:
    """The name of whoever holds an account."""
    if account.person_id is None:
        return account.name or account.email
    return db.get_one(Person, (account.municipality_id, account.person_id)).name


def account_of_token(
    db: Session, token_hash: str, now: dt.datetime
) -> tuple[Account, TokenPurpose] | None:
    """Whose one-time token this is and what for, as long as it works; it stays unused."""
    query = (
        sa.select(Account, AccountToken.purpose)
        .join(AccountToken, AccountToken.account_id == Account.id)
        .where(
            AccountToken.hash == token_hash,
            AccountToken.used_at.is_(None),
            AccountToken.expires_at > now,
            Account.state != AccountState.CLOSED,
        )
    )
    row = db.execute(query).one_or_none()
    return (row[0], row[1]) if row else None


@dataclass(frozen=True, slots=True)
class AccountSearch:
    """Which accounts to list: of these municipalities, with this text in name or address, in this
    state (None: any)."""

    municipality_ids: frozenset[uuid.UUID]
    text: str = ""
    state: AccountState | None = None


def _named(text: str, *also: Column) -> list[sa.ColumnElement[bool]]:
    """The conditions that each word of a text is in the name of a person, or in another column."""
    columns = (Person.given_name, Person.infix, Person.family_name, *also)
    return [
        sa.or_(*(column.icontains(word, autoescape=True) for column in columns))
        for word in text.split()
    ]


def _matching(search: AccountSearch) -> sa.ColumnElement[bool]:
    parts: list[sa.ColumnElement[bool]] = [Account.municipality_id.in_(search.municipality_ids)]
    parts += _named(search.text, Account.email)
    if search.state:
        parts.append(Account.state == search.state)
    return sa.and_(*parts)


def accounts_count(db: Session, search: AccountSearch) -> int:
    """How many accounts a search finds."""
    query = sa.select(sa.func.count()).select_from(Account).join(Person, of_person())
    return db.scalar(query.where(_matching(search))) or 0


def accounts(
    db: Session, search: AccountSearch, offset: int, limit: int
) -> list[tuple[Account, Person]]:
    """A page of accounts with their persons, by name."""
    query = sa.select(Account, Person).join(Person, of_person()).where(_matching(search))
    by_name = query.order_by(Person.family_name, Person.given_name, Account.id)
    return list(db.execute(by_name.offset(offset).limit(limit)))


def account_within(
    db: Session, municipality_ids: frozenset[uuid.UUID], account_id: uuid.UUID
) -> tuple[Account, Person] | None:
    """One account of these municipalities with its person; None as if it did not exist."""
    query = (
        sa.select(Account, Person)
        .join(Person, of_person())
        .where(Account.id == account_id, Account.municipality_id.in_(municipality_ids))
    )
    row = db.execute(query).one_or_none()
    return (row[0], row[1]) if row else None


def persons_without_account(
    db: Session,
    municipality_ids: frozenset[uuid.UUID],
    text: str,
    today: dt.date,
    limit: int,
    person_id: uuid.UUID | None = None,
) -> list[Person]:
    """Persons of these municipalities who are there and have no account, by name."""
    query = (
        sa.select(Person)
        .outerjoin(Account, of_person())
        .where(
            Person.municipality_id.in_(municipality_ids),
            Account.id.is_(None),
            sa.or_(Person.left_on.is_(None), Person.left_on >= today),
        )
    )
    query = query.where(*_named(text))
    if person_id:
        query = query.where(Person.id == person_id)
    return list(db.scalars(query.order_by(Person.family_name, Person.given_name).limit(limit)))


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role as a list shows it. `person` is None for who is no person of a municipality."""

    grant: RoleGrant
    account: Account
    person: Person | None
    unit: Unit

    @property
    def holder_name(self) -> str:
        """Who holds the role."""
        return self.person.name if self.person else self.account.name or self.account.email

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether the role is held on a day."""
        until = self.grant.until_on
        return self.grant.from_on <= day and (until is None or until >= day)


def _held() -> sa.Select[RoleGrant, Account, Person, Unit]:
    return (
        sa.select(RoleGrant, Account, Person, Unit)
        .join(Account, RoleGrant.account_id == Account.id)
        .outerjoin(Person, of_person())
        .join(Unit, RoleGrant.unit_id == Unit.id)
    )


def roles_of(db: Session, account_id: uuid.UUID) -> list[HeldRole]:
    """All roles of an account, past and present, the newest first."""
    query = _held().where(RoleGrant.account_id == account_id)
    newest = query.order_by(RoleGrant.from_on.desc(), RoleGrant.id)
    return [HeldRole(*row) for row in db.execute(newest)]


def roles_that_reach(db: Session, unit_ids: frozenset[uuid.UUID], today: dt.date) -> list[HeldRole]:
    """The roles that reach these units or units below them today: held there, or above them."""
    above = (
        sa.select(Unit.id, Unit.parent_id).where(Unit.id.in_(unit_ids)).cte("above", recursive=True)
    )
    above = above.union(sa.select(Unit.id, Unit.parent_id).where(Unit.id == above.c.parent_id))
    places = sa.or_(
        RoleGrant.unit_id.in_(units_below(unit_ids)), RoleGrant.unit_id.in_(sa.select(above.c.id))
    )
    query = _held().where(places, valid_on(today), Account.state != AccountState.CLOSED)
    rows = [HeldRole(*row) for row in db.execute(query)]
    return sorted(rows, key=lambda held: (held.grant.role.value, held.unit.name, held.holder_name))


def persons_of(
    db: Session, keys: Collection[tuple[uuid.UUID, uuid.UUID]]
) -> dict[tuple[uuid.UUID, uuid.UUID], Person]:
    """Persons by (municipality_id, person_id); who was erased is missing."""
    if not keys:
        return {}
    place = sa.tuple_(Person.municipality_id, Person.id)
    found = db.scalars(sa.select(Person).where(place.in_(list(keys))))
    return {(person.municipality_id, person.id): person for person in found}


def person_ids_named(
    db: Session, municipality_ids: frozenset[uuid.UUID], text: str
) -> list[uuid.UUID]:
    """The persons of these municipalities whose name holds all words of a text."""
    query = sa.select(Person.id).where(Person.municipality_id.in_(municipality_ids))
    return list(db.scalars(query.where(*_named(text))))


def person_of(db: Session, account: Account) -> Person:
    """The person of an account that has one."""
    return db.get_one(Person, (account.municipality_id, account.person_id))


def holders_of_roles(
    db: Session, persons: Collection[Person], today: dt.date
) -> frozenset[uuid.UUID]:
    """Which of these persons hold a role today or later."""
    query = (
        sa.select(Account.person_id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            Account.person_id.in_([person.id for person in persons]),
            sa.or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= today),
        )
    )
    return frozenset(one for one in db.scalars(query) if one)
