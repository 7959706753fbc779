"""Opens the database, the same way for SQLite and PostgreSQL, and gives tables their base."""

from __future__ import annotations

import datetime as dt
import enum
import functools
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator

from training import clock

PAUSE = 1.0  # seconds after which a connection is asked whether it still lives
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware instant, stored in UTC. SQLite gives naive values back; this makes them aware."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored: give it a zone")
        return value.astimezone(dt.UTC)

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def enum_name(kind: type[enum.Enum]) -> sa.Enum:
    """A column that stores the English *name* of an enum member, as text with a check."""
    return sa.Enum(
        kind, native_enum=False, create_constraint=False, length=40, validate_strings=True
    )


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map = {
        dt.datetime: UtcDateTime(),
        uuid.UUID: sa.Uuid(),
        dict[str, Any]: sa.JSON(),
        list[str]: sa.JSON(),
    }


def columns(table: type[Base]) -> ReadOnlyColumnCollection[str, Any]:
    """The plain columns of a table, for statements that are built once; see `ask`."""
    return table.__table__.c


def ask(
    db: Session, statement: sa.Select[Any] | sa.CompoundSelect[Any], **values: Any
) -> Sequence[Any]:
    """The rows of a statement that was built once, at import, of plain `columns`, with `values`
    for its parameters. Building a statement takes ten times as long as asking it, and rows of
    entities twice as long as rows of columns. What is pending in the session counts."""
    db.flush()  # a statement of plain columns does not do so by itself
    return db.execute(statement, values).all()


def new_id() -> uuid.UUID:
    """A random id; it may stand in a URL, for it tells nothing."""
    return uuid.uuid4()


class Database:
    """One database: an engine for reading, and its twin that locks for writing at once.

    SQLite lets two readers both start and then refuses the second writer; `BEGIN IMMEDIATE`
    makes writers wait for each other instead (30 seconds at most)."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self.writing_engine = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        self._reading_engine = self.engine.execution_options(only_reads=True)
        self._glancing_engine: Engine = self.engine.execution_options(sqlite_begin="")
        if self.engine.dialect.name == "postgresql":
            self._glancing_engine = sa.create_engine(
                url, isolation_level="AUTOCOMMIT", pool_size=4, max_overflow=4
            )

    def glance(self, statement: sa.Select[Any], values: dict[str, Any]) -> tuple[Any, ...] | None:
        """The first row of one small read, in as few journeys to the database as there can be:
        without a transaction around it and (on PostgreSQL) without asking first whether the
        connection still lives. When it does not, it is asked once more, on a new one."""
        try:
            return self._glance(statement, values)
        except sa.exc.DBAPIError as problem:
            if not problem.connection_invalidated:
                raise
            return self._glance(statement, values)

    def _glance(self, statement: sa.Select[Any], values: dict[str, Any]) -> tuple[Any, ...] | None:
        with self._glancing_engine.connect() as connection:
            row = connection.execute(statement, values).first()
            return None if row is None else tuple(row)

    def reading(self) -> Session:
        """A session that only reads. PostgreSQL refuses what it would write; SQLite forgets it."""
        return Session(self._reading_engine, expire_on_commit=False)

    def writing(self) -> Session:
        """A session that may write; commit it, or what it did is gone."""
        return Session(self.writing_engine, expire_on_commit=False)

    @contextmanager
    def seeing_one_moment(self) -> Iterator[Session]:
        """A session that only reads, and sees the data as they are at its first question, whatever
        others change meanwhile: for what takes several questions."""
        with self.reading() as session:
            if self.engine.dialect.name == "postgresql":
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A writing session that commits at the end, or rolls back on an error."""
        with self.writing() as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Closes all connections."""
        self.engine.dispose()
        self._glancing_engine.dispose()


def make_engine(url: str) -> Engine:
    """An engine with the habits of this house. `url` as SQLAlchemy writes it."""
    if url.startswith("sqlite"):
        engine = sa.create_engine(url, connect_args={"timeout": 30})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # Compiling a statement (jit) takes longer than any of ours runs.
    plain = {"options": "-c jit=off"}
    engine = sa.create_engine(url, pool_size=8, max_overflow=8, connect_args=plain)
    from training import postgresql  # loads the driver, which SQLite does without

    event.listen(engine, "do_connect", postgresql.connect)
    event.listen(engine, "begin", postgresql.begin)
    event.listen(engine, "checkin", _note_the_time)
    event.listen(engine, "checkout", functools.partial(_ping_after_a_pause, engine.dialect))
    return engine


def _note_the_time(_connection: object, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _ping_after_a_pause(dialect: Dialect, connection: Any, record: Any, _proxy: object) -> None:
    """Asks a connection that did nothing for a while whether it still lives: a server that starts
    anew takes longer than that. To ask it each time (`pool_pre_ping`) is a journey to the database
    for every page."""
    if time.monotonic() - record.info.get("used_at", time.monotonic()) < PAUSE:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as problem:
        raise sa.exc.DisconnectionError from problem  # the pool makes another connection


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late; see _begin_sqlite
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=FULL",
        "busy_timeout=30000",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    connection.create_function("add_months", 3, _add_months_text, deterministic=True)
    connection.create_function("add_days", 2, _add_days_text, deterministic=True)


def _add_months_text(day: str | None, months: int, anchor_day: int | None) -> str | None:
    if day is None:
        return None
    return clock.add_months(dt.date.fromisoformat(day), months, anchor_day).isoformat()


def _add_days_text(day: str | None, days: int | None) -> str | None:
    if day is None or days is None:
        return None
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()


class AddDays(sa.sql.functions.GenericFunction[dt.date]):
    """`add_days(day, days)` in SQL."""

    type = sa.Date()
    name = "add_days"
    inherit_cache = True


@compiles(AddDays, "postgresql")
def _add_days_postgresql(element: AddDays, compiler: SQLCompiler, **options: Any) -> str:
    day, days = (compiler.process(part, **options) for part in element.clauses)
    return f"(({day}) + ({days})::int)"


class AddMonths(sa.sql.functions.GenericFunction[dt.date]):
    """`add_months(day, months, anchor_day or NULL)` in SQL, the same as `clock.add_months`."""

    type = sa.Date()
    name = "add_months"
    inherit_cache = True


@compiles(AddMonths, "postgresql")
def _add_months_postgresql(element: AddMonths, compiler: SQLCompiler, **options: Any) -> str:
    day, months, anchor = (compiler.process(part, **options) for part in element.clauses)
    first = f"(date_trunc('month', {day}) + make_interval(months => {months}))"
    last = f"extract(day from {first} + interval '1 month' - interval '1 day')::int"
    wanted = f"coalesce({anchor}, extract(day from {day})::int)"
    return f"({first}::date + least({wanted}, {last}) - 1)"


class JsonRows(sa.sql.functions.GenericFunction[str]):
    """`json_rows(a, b)` in SQL: the values of all rows as one JSON text, `[[a, b], …]`; NULL or
    `[]` without rows. So a few small rows travel in one column of a question about something
    else."""

    type = sa.String()
    name = "json_rows"
    inherit_cache = True


@compiles(JsonRows, "postgresql")
def _json_rows_postgresql(element: JsonRows, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **options)}))::text"


@compiles(JsonRows, "sqlite")
def _json_rows_sqlite(element: JsonRows, compiler: SQLCompiler, **options: Any) -> str:
    rows = f"json_group_array(json_array({compiler.process(element.clauses, **options)}))"
    return f"({rows} || '')"  # plain text: within other rows it is text as well


def _begin_sqlite(connection: sa.Connection) -> None:
    how = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    if how:
        connection.exec_driver_sql(f"BEGIN {how}")
