"""Writes a row about somebody into every table of the register, whatever tables there are."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.db import Base
from training.identity.models import Account
from training.people.models import Person
from training.retention.register import REGISTER, Holds

NUMBERS = itertools.count(1)


def fill(db: Session, person: Person) -> set[str]:
    """A row in each table of the register that is about this person, with all that it needs;
    returns the tables."""
    account = db.scalars(
        sa.select(Account).filter_by(municipality_id=person.municipality_id, person_id=person.id)
    ).one()
    made: dict[str, Any] = {
        "person": {"municipality_id": person.municipality_id, "id": person.id},
        "account": {"id": account.id},
    }
    for table in Base.metadata.sorted_tables:
        if any(e.table == table.name for e in REGISTER) and table.name not in made:
            _row(db, table, person, account, made)
    return {e.table for e in REGISTER}


def _row(
    db: Session, table: sa.Table, person: Person, account: Account, made: dict[str, Any]
) -> dict[str, Any]:
    if table.name in made:
        return made[table.name]
    if table.name == "unit":
        return {"id": person.municipality_id}
    values: dict[str, Any] = {}
    for key in table.foreign_key_constraints:
        parent = key.referred_table
        row = _row(db, parent, person, account, made)
        for element in key.elements:
            if not (element.parent.nullable and parent.name == table.name):
                values[element.parent.name] = row[element.column.name]
    own = {e.column: e for e in REGISTER if e.table == table.name}
    for column in table.columns:
        entry = own.get(column.name)
        if column.name == "municipality_id":
            values[column.name] = person.municipality_id
        elif entry and entry.holds is Holds.PERSON:
            values[column.name] = person.id
        elif entry and entry.holds is Holds.ACCOUNT:
            values[column.name] = account.id
        elif entry and entry.holds is Holds.NAME:
            values[column.name] = person.name
        elif entry:
            values[column.name] = person.email
        elif column.name not in values:
            values[column.name] = _value(column)
    db.execute(sa.insert(table).values(**values))
    made[table.name] = values
    return values


def _value(column: sa.Column[Any]) -> Any:
    kind, number = column.type, next(NUMBERS)
    if isinstance(kind, sa.Enum) and kind.enum_class:
        return next(iter(kind.enum_class))
    for type_, value in (
        (sa.Uuid, uuid.uuid4()),
        (sa.Boolean, True),
        (sa.Integer, number),
        (sa.Date, dt.date(2026, 10, 1) + dt.timedelta(days=number % 20)),
        (sa.LargeBinary, b"x"),
        (sa.JSON, []),
        (sa.Time, dt.time(9)),
    ):
        if isinstance(kind, type_):
            return value
    if isinstance(kind, sa.String):
        return f"x{number}"[: kind.length or 9]
    return dt.datetime(2026, 10, 1, 9, tzinfo=dt.UTC)


def found_anywhere(db: Session, wanted: set[str]) -> set[tuple[str, str]]:
    """In which (table, column) any of these texts (ids without hyphens, names, addresses) stands."""
    found = set()
    for table in Base.metadata.sorted_tables:
        for row in db.execute(sa.select(table)).mappings():
            for column, value in row.items():
                text = value.hex if isinstance(value, uuid.UUID) else str(value)
                if any(one in text or one in text.replace("-", "") for one in wanted):
                    found.add((table.name, str(column)))
    return found
