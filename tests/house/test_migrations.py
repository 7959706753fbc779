"""Migrations make the same tables as the models, on an empty database and on an older one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import training.schema  # noqa: F401 - every table must be known
from training import migrating
from training.db import Base, Database


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
