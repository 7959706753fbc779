"""Migrations make the same tables as the models, on an empty database and on an older one."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import training.schema  # noqa: F401 - every table must be known
from training import migrating
from training.assignments import roster_triggers
from training.db import Base, Database
from training.evidence.models import Evidence
from training.meetings.models import Meeting


def test_migrations_are_in_step_with_the_models(empty_url: str) -> None:
    migrating.migrate(empty_url)
    database = Database(empty_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert migrating.is_current(database.engine)
    database.dispose()


def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    migrating.migrate(empty_url)
    migrating.migrate(empty_url)
    database = Database(empty_url)
    assert "person" in sa.inspect(database.engine).get_table_names()
    database.dispose()


def test_mail_that_waits_survives_the_migration(empty_url: str) -> None:
    command.upgrade(migrating.config_for(empty_url), "0002")
    database = Database(empty_url)
    at = "2026-11-02 11:00:00+00:00"
    row = {
        "id": uuid.uuid4().hex, "kind": "REMINDER", "unique_key": "x", "priority": 2,
        "to_address": "Anna@Merendijk.Example", "subject": "x", "text": "y", "state": "WAITING",
        "attempts": 0, "written_at": at, "next_attempt_at": at, "not_after": at,
    }  # fmt: skip
    names = ", ".join(row)
    with database.engine.begin() as connection:
        values = ", ".join(f":{name}" for name in row)
        connection.execute(sa.text(f"INSERT INTO outbox_message ({names}) VALUES ({values})"), row)
    migrating.migrate(empty_url)
    with database.engine.connect() as connection:
        found = connection.execute(sa.text("SELECT domain, html FROM outbox_message")).one()
    assert tuple(found) == ("merendijk.example", None)
    database.dispose()


def test_proof_of_an_older_version_gets_a_code(empty_url: str) -> None:
    migrating.migrate(empty_url, "0001")
    database = Database(empty_url)
    town, person = uuid.uuid4(), uuid.uuid4()
    known = {"town": _key(database, town), "person": _key(database, person)}
    with database.writing_engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO unit (id, municipality_id, kind, name, opened_on) "
                "VALUES (:town, :town, 'MUNICIPALITY', 'Merendijk', '2010-01-01')"
            ),
            known,
        )
        connection.execute(
            sa.text(
                "INSERT INTO person (municipality_id, id, given_name, infix, family_name, joined_on)"
                " VALUES (:town, :person, 'Anna', 'de', 'Vries', '2026-09-01')"
            ),
            known,
        )
        for version in (1, 2):
            connection.execute(
                sa.text(
                    "INSERT INTO evidence (municipality_id, id, person_id, content_kind, content_id,"
                    " content_version, completed_on, source, unit_id) VALUES (:town, :id, :person,"
                    " 'MODULE', 'x', :version, '2026-10-01', 'ONLINE', :town)"
                ),
                known | {"id": _key(database, uuid.uuid4()), "version": version},
            )
    migrating.migrate(empty_url)
    with database.reading() as db:
        found = db.execute(sa.select(Evidence.code, Evidence.title)).all()
    assert len({code for code, _ in found}) == 2
    assert all(len(code) == 12 and title == "" for code, title in found)
    database.dispose()


def test_a_fixed_item_of_an_older_version_knows_its_months(empty_url: str) -> None:
    migrating.migrate(empty_url, "0021")
    database = Database(empty_url)
    town, account, series, meeting = (_key(database, uuid.uuid4()) for _ in range(4))
    known = {"town": town, "account": account, "series": series, "meeting": meeting}
    at = "2026-11-30 23:30:00+00:00"  # in Amsterdam it is December already
    with database.writing_engine.begin() as connection:
        for statement in (
            "INSERT INTO unit (id, municipality_id, kind, name, opened_on) "
            "VALUES (:town, :town, 'MUNICIPALITY', 'Merendijk', '2010-01-01')",
            "INSERT INTO account (id, municipality_id, email, state, epoch, made_at) "
            f"VALUES (:account, :town, 'fatma@merendijk.example', 'ACTIVE', 0, '{at}')",
            "INSERT INTO meeting_series (id, unit_id, municipality_id, facilitator_id, title, "
            "audience, week, weekday, time, place, from_on) VALUES (:series, :town, :town, "
            ":account, 'Overleg', 'mt', 1, 0, '09:00:00.000000', '', '2026-11-01')",
            "INSERT INTO meeting (id, unit_id, municipality_id, facilitator_id, series_id, kind, "
            "title, explanation, place, starts_at, ends_at, council, guests, sequence, made_at) "
            "VALUES (:meeting, :town, :town, :account, :series, 'werkoverleg', 'x', '', '', "
            f"'{at}', '{at}', false, 0, 0, '{at}')",
        ):
            connection.execute(sa.text(statement), known)
    migrating.migrate(empty_url)
    with database.reading() as db:
        assert db.scalars(sa.select(Meeting.series_month)).all() == [dt.date(2026, 12, 1)]
    database.dispose()


def _key(database: Database, value: uuid.UUID) -> object:
    """An id as this database keeps it."""
    return value if database.engine.dialect.name == "postgresql" else value.hex


def test_the_database_notes_whose_facts_changed_also_after_later_migrations(empty_url: str) -> None:
    """On SQLite a table that is made anew loses its triggers: a migration that alters a watched
    table in batch mode ends with `training.assignments.roster_triggers.make`."""
    migrating.migrate(empty_url)
    database = Database(empty_url)
    with database.engine.connect() as connection:
        assert roster_triggers.present(connection) == roster_triggers.expected()
    database.dispose()
