"""Keeps all data in one file and puts it back, from either database into either.

Left out is what must not be in a backup: the ballot box (a file elsewhere, by design) and open
votes; and what the database notes by itself when rows are put back. For a large PostgreSQL,
`pg_dump` is faster; `docs/deployment.md` tells how.
"""

from __future__ import annotations

import base64
import datetime as dt
import enum
import gzip
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import training.schema  # noqa: F401 - every table must be known
from training.db import Base, Database, UtcDateTime

FORMAT = 1
BATCH = 1000
LEFT_OUT = frozenset({"open_vote", "report_piece", "roster_change", "personnel_upload"})


class BackupError(Exception):
    """A backup that cannot be used; the message (Dutch) says what to do."""


def save(database: Database, path: Path) -> int:
    """Writes every table, as seen at one moment, to a compressed file of JSON lines. Returns the
    number of rows."""
    number = 0
    new = path.with_suffix(path.suffix + ".new")
    with gzip.open(new, "wt", encoding="utf-8") as file, database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        file.write(json.dumps({"weerbaar": FORMAT}) + "\n")
        for table in _tables():
            for row in connection.execute(sa.select(table)).mappings():
                values = {key: _plain(value) for key, value in row.items()}
                file.write(json.dumps([table.name, values], ensure_ascii=False) + "\n")
                number += 1
        file.write(json.dumps({"rows": number}) + "\n")
    new.replace(path)
    return number


def restore(database: Database, path: Path) -> int:
    """Fills an empty database from a file of `save`: all of it or nothing."""
    tables = {table.name: table for table in _tables()}
    number = 0
    with database.transaction() as db:
        for present in tables.values():
            if db.execute(sa.select(sa.literal(1)).select_from(present).limit(1)).first():
                raise BackupError("De database is niet leeg. Zet een kopie terug in een lege.")
        batch: list[dict[str, Any]] = []
        current: sa.Table | None = None
        for name, values in _lines(path):
            table = tables.get(name)
            if table is None:
                raise BackupError(f"Deze kopie bevat {name}; dat kent deze versie niet.")
            if table is not current or len(batch) >= BATCH:
                _insert(db.connection(), current, batch)
                batch, current = [], table
            batch.append({key: _typed(table, key, value) for key, value in values.items()})
            number += 1
        _insert(db.connection(), current, batch)
    return number


def _tables() -> list[sa.Table]:
    """The tables of a backup, those that are pointed at first. Units point at each other, so
    their parents come first in `_ordered`."""
    return [t for t in Base.metadata.sorted_tables if t.name not in LEFT_OUT]


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            head = json.loads(next(file, "{}"))
            if head.get("weerbaar") != FORMAT:
                raise BackupError("Dit is geen kopie van Weerbaar, of van een andere versie.")
            waiting: list[dict[str, Any]] = []
            for line in file:
                item = json.loads(line)
                if isinstance(item, dict):
                    if item["rows"] != number:
                        raise BackupError("De kopie is niet compleet. Gebruik een andere.")
                    return
                number += 1
                if item[0] == "unit":
                    waiting.append(item[1])
                    continue
                for values in _parents_first(waiting):
                    yield "unit", values
                waiting = []
                yield item[0], item[1]
    except (OSError, EOFError, ValueError) as problem:
        raise BackupError("De kopie is niet te lezen of niet compleet.") from problem
    raise BackupError("De kopie is niet compleet. Gebruik een andere.")


def _parents_first(units: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    done: set[str | None] = {None}
    waiting = units
    while waiting:
        ready = [unit for unit in waiting if unit["parent_id"] in done]
        if not ready:
            raise BackupError("De kopie klopt niet: een onderdeel hangt nergens aan.")
        yield from ready
        done |= {unit["id"] for unit in ready}
        waiting = [unit for unit in waiting if unit["id"] not in done]


def _insert(connection: sa.Connection, table: sa.Table | None, rows: list[dict[str, Any]]) -> None:
    if table is not None and rows:
        connection.execute(sa.insert(table), rows)


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _typed(table: sa.Table, key: str, value: Any) -> Any:
    kind = table.c[key].type
    if value is None:
        return None
    if isinstance(kind, sa.Uuid):
        return uuid.UUID(value)
    if isinstance(kind, sa.Enum):
        return kind.enum_class[value] if kind.enum_class else value
    if isinstance(kind, sa.Date):
        return dt.date.fromisoformat(value)
    if isinstance(kind, sa.LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, UtcDateTime):
        return dt.datetime.fromisoformat(value)
    return value
