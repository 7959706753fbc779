"""Lets the database itself note whose facts changed, so that the nightly pass need not compare all
people every night, and cannot overlook a change, whoever makes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from training.db import Base

NOBODY = "00000000-0000-0000-0000-000000000000"  # in the place of a person: everybody
VERBS = {"I": "INSERT", "U": "UPDATE", "D": "DELETE"}


@dataclass(frozen=True, slots=True)
class Watched:
    """A table of which changes are noted: by which events, whose facts they are (expressions in
    which `nobody` stands for the nil id), and the only columns that matter in an update."""

    table: str
    events: str
    municipality: str = "municipality_id"
    person: str = "person_id"
    columns: str = ""


WATCHED = (
    Watched("position", "IUD"),
    Watched("person", "IU", person="id", columns="joined_on, left_on"),
    Watched("tag", "IUD"),
    Watched("pause", "IUD"),
    Watched("evidence", "D"),
    Watched(
        "extra_opening",
        "ID",
        "coalesce(municipality_id, nobody)",
        "coalesce(person_id, nobody)",
    ),
    Watched("audience_rule", "IUD", person="nobody"),
    Watched(
        "unit",
        "U",
        "coalesce(municipality_id, nobody)",
        "nobody",
        "parent_id, municipality_id",
    ),
    Watched("duty", "U", "nobody", "nobody", "ended_on"),
)


def statements(dialect: str) -> Iterator[str]:
    """The statements that make the triggers, for SQLite or PostgreSQL."""
    for watched in WATCHED:
        for event in watched.events:
            if dialect == "postgresql":
                yield from _postgresql(watched, event)
            else:
                yield _sqlite(watched, event)


def _name(watched: Watched, event: str) -> str:
    return f"roster_{watched.table}_{VERBS[event].lower()}"


def _sqlite(watched: Watched, event: str) -> str:
    row = "OLD" if event == "D" else "NEW"
    only = f" OF {watched.columns}" if watched.columns and event == "U" else ""
    nobody = f"'{NOBODY.replace('-', '')}'"

    def part(expression: str) -> str:
        for column in ("municipality_id", "person_id"):
            expression = expression.replace(column, f"{row}.{column}")
        return f"{row}.id" if expression == "id" else expression.replace("nobody", nobody)

    values = f"{part(watched.municipality)}, {part(watched.person)}, lower(hex(randomblob(16)))"
    return (  # names of our own, nothing that anybody typed
        f"CREATE TRIGGER IF NOT EXISTS {_name(watched, event)} "
        f"AFTER {VERBS[event]}{only} ON {watched.table} BEGIN "
        f"INSERT INTO roster_change (municipality_id, person_id, id) VALUES ({values}); END"
    )


def _postgresql(watched: Watched, event: str) -> Iterator[str]:
    """For each statement and not for each row: a personnel file writes thousands at once. The
    columns cannot be named then, so the function compares old and new rows itself."""
    name, nobody = _name(watched, event), f"'{NOBODY}'::uuid"
    source = "old_rows" if event == "D" else "new_rows"
    unchanged = ""
    if watched.columns and event == "U":
        same = " AND ".join(
            f"o.{column} IS NOT DISTINCT FROM new_rows.{column}"
            for column in watched.columns.split(", ")
        )
        unchanged = (
            f" WHERE NOT EXISTS (SELECT 1 FROM old_rows o WHERE o.id = new_rows.id AND {same})"
        )
    who = f"{watched.municipality} AS m, {watched.person} AS p".replace("nobody", nobody)
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO roster_change (municipality_id, person_id, id) "
        f"SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT {who} "
        f"FROM {source}{unchanged}) AS changed; RETURN NULL; END $$"
    )
    rows = {
        "I": "NEW TABLE AS new_rows",
        "U": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "D": "OLD TABLE AS old_rows",
    }
    yield (
        f"CREATE OR REPLACE TRIGGER {name} AFTER {VERBS[event]} ON {watched.table} "
        f"REFERENCING {rows[event]} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def present(connection: sa.Connection) -> set[str]:
    """The triggers of this kind that the database has."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    return {name for (name,) in connection.exec_driver_sql(query) if name.startswith("roster_")}


def expected() -> set[str]:
    """The triggers that the database must have."""
    return {_name(watched, event) for watched in WATCHED for event in watched.events}


def make(connection: sa.Connection) -> None:
    """Makes the triggers, when the tables are there."""
    for statement in statements(connection.dialect.name):
        connection.exec_driver_sql(statement)


@sa.event.listens_for(Base.metadata, "after_create")
def _with_the_tables(_target: sa.MetaData, connection: sa.Connection, **options: Any) -> None:
    made = {table.name for table in options.get("tables") or ()}
    if {"roster_change", *(watched.table for watched in WATCHED)} <= made:
        make(connection)
