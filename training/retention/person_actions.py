"""Erases a person, leaves only a pseudonym, or unites two: in every table of the register."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.access import Visitor
from training.assignments.models import Assignment, RosterChange
from training.audit import actions as audit
from training.audit.models import Action
from training.db import Base
from training.identity.models import Account
from training.identity.rules import AccountState
from training.people.models import Person
from training.retention.models import ErasedPerson
from training.retention.register import REGISTER, Entry, Fate, Holds
from training.retention.rules import GONE_NAME, PSEUDONYM, Gone, pseudonym_of

Key = tuple[uuid.UUID, uuid.UUID]  # municipality, person


class NotMergeableError(Exception):
    """Two persons who cannot be one; the message (Dutch) says why."""


def erase(db: Session, key: Key, how: Gone, today: dt.date) -> dict[str, int]:
    """Removes a person from every table, and remembers only that this random number went. What is
    not theirs alone (a meeting that they led) keeps an empty account. Returns the rows removed by
    table; nothing when there is no such person."""
    person = db.get(Person, key)
    if person is None:
        return {}
    removed = _apply(db, person, {e: e.erased for e in REGISTER})
    db.execute(sa.delete(Person).where(Person.municipality_id == key[0], Person.id == key[1]))
    db.expunge_all()
    _forget_changes(db, key)
    remember(db, key, how, today)
    return removed


def pseudonymise(db: Session, key: Key, salt: bytes, today: dt.date) -> dict[str, int]:
    """Leaves of somebody who left only what is counted, under a pseudonym: no name, number,
    address, job title, account, tags or reasons."""
    person = db.get_one(Person, key)
    removed = _apply(db, person, {e: e.leaver for e in REGISTER})
    positions = Base.metadata.tables["position"]
    db.execute(sa.update(positions).where(*_of(positions, key)).values(job_title="", faction=""))
    db.execute(
        sa.update(Person)
        .where(Person.municipality_id == key[0], Person.id == key[1])
        .values(
            given_name=PSEUDONYM,
            infix="",
            family_name=pseudonym_of(salt, key[1].bytes),
            email=None,
            employee_number=None,
        )
    )
    db.expire_all()
    remember(db, key, Gone.PSEUDONYM, today)
    return removed


def _forget_changes(db: Session, key: Key) -> None:
    """The database itself notes whose positions change, also when they are removed."""
    noted = sa.delete(RosterChange).where(
        RosterChange.municipality_id == key[0], RosterChange.person_id == key[1]
    )
    db.execute(noted.execution_options(synchronize_session=False))


def remember(
    db: Session, key: Key, how: Gone, today: dt.date, into: uuid.UUID | None = None
) -> None:
    """Writes down that somebody went; again changes nothing."""
    if db.get(ErasedPerson, (*key, how)) is None:
        db.add(
            ErasedPerson(
                municipality_id=key[0], person_id=key[1], how=how, into_id=into, gone_on=today
            )
        )
        db.flush()


def _apply(db: Session, person: Person, fates: dict[Entry, Fate]) -> dict[str, int]:
    """Does to every column what the register says, children first."""
    key = (person.municipality_id, person.id)
    name = person.name
    accounts = list(
        db.scalars(sa.select(Account.id).filter_by(municipality_id=key[0], person_id=key[1]))
    )
    addresses = {a.lower() for a in (person.email, *_addresses(db, accounts)) if a}
    shell = _must_stay(db, fates, accounts)
    db.flush()
    removed: dict[str, int] = {}
    for table in reversed(Base.metadata.sorted_tables):
        for entry, fate in fates.items():
            if entry.table != table.name or table.name == "person":
                continue
            if fate is Fate.NAME:
                _blank_name(db, table, entry.column, key[0], name)
                continue
            found = _where(table, entry, key, accounts, addresses)
            if fate is Fate.DELETE and not (table.name == "account" and shell):
                done = db.execute(sa.delete(table).where(found))
                number = int(getattr(done, "rowcount", 0))
                if number > 0:
                    removed[table.name] = removed.get(table.name, 0) + number
            elif fate is Fate.CLEAR:
                db.execute(sa.update(table).where(found).values({entry.column: None}))
    if shell:
        _empty(db, accounts)
    return removed


def _addresses(db: Session, accounts: list[uuid.UUID]) -> list[str]:
    return list(db.scalars(sa.select(Account.email).where(Account.id.in_(accounts))))


def _of(table: sa.Table, key: Key, column: str = "person_id") -> list[sa.ColumnElement[bool]]:
    return [table.c.municipality_id == key[0], table.c[column] == key[1]]


def _where(
    table: sa.Table, entry: Entry, key: Key, accounts: list[uuid.UUID], addresses: set[str]
) -> sa.ColumnElement[bool]:
    """The rows of this person by one column of the register."""
    if entry.holds is Holds.PERSON:
        return sa.and_(*_of(table, key, entry.column))
    if entry.holds is Holds.ACCOUNT:
        return table.c[entry.column].in_(accounts)
    if table.name == "account":
        return table.c.id.in_(accounts)
    return sa.func.lower(table.c[entry.column]).in_(addresses)


def _blank_name(
    db: Session, table: sa.Table, column: str, municipality_id: uuid.UUID, name: str
) -> None:
    """Replaces a name that stands as text beside what somebody did to others."""
    found = [table.c[column] == name]
    if "municipality_id" in table.c:
        found.append(table.c.municipality_id == municipality_id)
    db.execute(sa.update(table).where(*found).values({column: GONE_NAME}))


def _must_stay(db: Session, fates: dict[Entry, Fate], accounts: list[uuid.UUID]) -> bool:
    """Whether something of others needs the account: then it stays, empty."""
    for entry, fate in fates.items():
        if fate is Fate.SHELL and accounts:
            table = Base.metadata.tables[entry.table]
            query = sa.select(sa.literal(1)).where(table.c[entry.column].in_(accounts)).limit(1)
            if db.execute(query).first():
                return True
    return False


def _empty(db: Session, accounts: list[uuid.UUID]) -> None:
    for account_id in accounts:
        db.execute(
            sa.update(Account)
            .where(Account.id == account_id)
            .values(
                municipality_id=None,
                person_id=None,
                name=GONE_NAME,
                email=f"{account_id}@gewist.invalid",
                password_hash=None,
                state=AccountState.CLOSED,
                epoch=Account.epoch + 1,
            )
        )


def merge(
    db: Session,
    audit_key: bytes,
    *,
    keep: Key,
    drop: Key,
    actor: Visitor | None,
    now: dt.datetime,
    today: dt.date,
) -> dict[str, int]:
    """Makes one person of two of the same municipality: all evidence, positions and the rest of
    `drop` become those of `keep`; where both are under a duty the rounds of `keep` stay, and how
    they stand follows from all evidence. Returns the rows moved by table; logged about both.
    Raises `NotMergeableError`."""
    if keep[0] != drop[0] or keep[1] == drop[1]:
        raise NotMergeableError("Kies twee verschillende mensen van dezelfde gemeente.")
    kept, dropped = db.get(Person, keep), db.get(Person, drop)
    if kept is None or dropped is None:
        raise NotMergeableError("Een van deze twee mensen is er niet meer. Zoek opnieuw.")
    if actor and actor.person_id in (keep[1], drop[1]):
        raise NotMergeableError("Je kunt jezelf niet samenvoegen. Vraag een collega.")
    both = set(
        db.scalars(
            sa.select(Assignment.duty_id).filter_by(municipality_id=keep[0], person_id=keep[1])
        )
    )
    _widen(db, keep, drop)
    kept.joined_on = min(kept.joined_on, dropped.joined_on)
    if kept.left_on and (dropped.left_on is None or dropped.left_on > kept.left_on):
        kept.left_on = dropped.left_on
    kept.email = kept.email or dropped.email
    number, dropped.employee_number = dropped.employee_number, None
    db.flush()
    kept.employee_number = kept.employee_number or number
    db.flush()
    moved = _move(db, keep, drop, both)
    _drop_rest(db, drop)
    db.execute(sa.delete(Person).where(Person.municipality_id == drop[0], Person.id == drop[1]))
    db.expire_all()
    _forget_changes(db, drop)
    remember(db, drop, Gone.MERGED, today, keep[1])
    audit.record(
        db,
        audit_key,
        at=now,
        actor=actor,
        action=Action.MERGED_PERSONS,
        municipality_id=keep[0],
        details={"moved": moved},
        person_ids=[keep[1], drop[1]],
    )
    return moved


def _widen(db: Session, keep: Key, drop: Key) -> None:
    """A duty that both are under began on the earlier day."""
    for own in db.scalars(
        sa.select(Assignment).filter_by(municipality_id=keep[0], person_id=keep[1])
    ):
        other = db.get(Assignment, (*drop, own.duty_id))
        if other is not None:
            own.from_on = min(own.from_on, other.from_on)
            if own.until_on and (other.until_on is None or other.until_on > own.until_on):
                own.until_on = other.until_on
            own.reasons = sorted({*own.reasons, *other.reasons})
    db.flush()


def _moving() -> Iterable[tuple[sa.Table, str]]:
    """The tables whose rows move with a person, parents first."""
    for table in Base.metadata.sorted_tables:
        for entry in REGISTER:
            if (
                entry.table == table.name
                and entry.holds is Holds.PERSON
                and entry.erased is not Fate.KEEP
                and entry.moves
                and table.name != "person"
            ):
                yield table, entry.column


def _move(db: Session, keep: Key, drop: Key, both: set[uuid.UUID]) -> dict[str, int]:
    moved: dict[str, int] = {}
    for table, column in _moving():
        theirs = sa.and_(*_of(table, drop, column))
        if "duty_id" in table.primary_key.columns and both:
            theirs = sa.and_(theirs, table.c.duty_id.not_in(both))
        if column in table.primary_key.columns:
            number = _copy(db, table, column, keep, theirs)
        else:
            number = _repoint(db, table, column, keep, theirs)
        if number:
            moved[table.name] = moved.get(table.name, 0) + number
    return moved


def _copy(
    db: Session, table: sa.Table, column: str, keep: Key, theirs: sa.ColumnElement[bool]
) -> int:
    """Writes rows whose key holds the person once more, for the other; not what is there."""
    number = 0
    for row in db.execute(sa.select(table).where(theirs)).mappings().all():
        values = {**row, column: keep[1]}
        same = [table.c[c.name] == values[c.name] for c in table.primary_key.columns]
        if db.execute(sa.select(sa.literal(1)).select_from(table).where(*same)).first():
            continue
        db.execute(sa.insert(table).values(**values))
        number += 1
    return number


def _repoint(
    db: Session, table: sa.Table, column: str, keep: Key, theirs: sa.ColumnElement[bool]
) -> int:
    """Lets rows with a key of their own belong to the other; not what the other has already."""
    twin = table.alias("twin")
    others = [
        sa.and_(
            *(
                twin.c[c.name] == (keep[1] if c.name == column else table.c[c.name])
                for c in unique.columns
            )
        )
        for unique in table.constraints
        if isinstance(unique, sa.UniqueConstraint) and column in unique.columns
    ]
    free = [~sa.exists().where(other).select_from(twin) for other in others]
    done = db.execute(sa.update(table).where(theirs, *free).values({column: keep[1]}))
    return max(0, int(getattr(done, "rowcount", 0)))


def _drop_rest(db: Session, drop: Key) -> None:
    """What was not moved, as the other has it already: with it a second account."""
    dropped = db.get_one(Person, drop)
    _apply(db, dropped, {e: (Fate.KEEP if e.erased is Fate.NAME else e.erased) for e in REGISTER})
