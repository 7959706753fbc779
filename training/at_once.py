"""Asks the database several things in one journey: each answer is JSON text in a column of one row.

A journey costs more than most of what we ask: a tenth of a page on PostgreSQL. And of one column
the driver makes one object, in place of one for each of the twenty that a question may have.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

Statement = sa.Select[Any] | sa.CompoundSelect[Any]


class AtOnce:
    """Statements of plain columns (text, whole numbers, dates, ids, enums, JSON) that are asked
    together; made once, at import. Their parameters share one set of names."""

    def __init__(self, *statements: Statement) -> None:
        parts = [statement.subquery() for statement in statements]
        self.statement = sa.select(*(_as_text(part) for part in parts))
        self._readers = [_reader(part) for part in parts]
        self._written: dict[str, Written] = {}

    def ask(self, db: Session, **values: Any) -> list[list[Any]]:
        """The rows of each statement, as `db.ask` gives them for one."""
        db.flush()
        connection = db.connection()
        written = self._written.get(connection.dialect.name)
        if written is None:
            written = Written(self.statement.params(values), connection.dialect)
            self._written[connection.dialect.name] = written
        answers = connection.exec_driver_sql(written.text, written.parameters(values)).one()
        return [read(text) for read, text in zip(self._readers, answers, strict=True)]


class Written:
    """A statement in the words of one kind of database, so that it need not be looked up again: to
    compare a statement of this size with those that are known takes as long as to send it.
    `statement` has a value for each parameter; `parameters` gives others."""

    def __init__(self, statement: sa.Select[*tuple[Any, ...]], dialect: sa.Dialect) -> None:
        compiled: Any = statement.compile(
            dialect=dialect, compile_kwargs={"render_postcompile": True}
        )
        self.text = str(compiled)
        self._order = compiled.positiontup  # None where parameters go by name
        self._given = {name: bind.value for name, bind in compiled.binds.items()}
        found = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        self._processors = {name: process for name, process in found.items() if process}

    def parameters(self, values: dict[str, Any]) -> Any:
        """The parameters as the driver takes them."""
        given = self._given | values
        for name, process in self._processors.items():
            given[name] = process(given[name])
        return given if self._order is None else tuple(given[name] for name in self._order)


def _as_text(part: sa.Subquery) -> sa.ScalarSelect[str]:
    return sa.select(sa.func.json_rows(*part.c)).select_from(part).scalar_subquery()


def _reader(part: sa.Subquery) -> Callable[[str | None], list[Any]]:
    names = list(part.c.keys())
    kind: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    found = [(place, converter(column.type)) for place, column in enumerate(part.c)]
    converters = [(place, convert) for place, convert in found if convert is not None]

    def read(text: str | None) -> list[Any]:
        rows: list[list[Any]] = json.loads(text) if text else []
        for row in rows:
            for place, convert in converters:
                if row[place] is not None:
                    row[place] = convert(row[place])
        return [kind._make(row) for row in rows]

    return read


def converter(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What makes a value of this type of what JSON holds; None when it is that value already.
    Raises `TypeError` for a type of which JSON says too little."""
    if isinstance(kind, sa.Uuid):
        return _id_of
    if isinstance(kind, sa.Date):
        return dt.date.fromisoformat
    if isinstance(kind, sa.Enum):
        members: Sequence[Any] = list(kind.enum_class or ())
        return {member.name: member for member in members}.__getitem__
    if isinstance(kind, sa.JSON):
        return _loaded  # of SQLite it is text within text
    if isinstance(kind, sa.Boolean):
        return bool  # of SQLite it is 0 or 1
    if isinstance(kind, sa.String | sa.Integer):
        return None
    raise TypeError(f"AtOnce cannot read {kind!r}")


_id_of = lru_cache(maxsize=8192)(uuid.UUID)  # the same few duties and units again and again


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
