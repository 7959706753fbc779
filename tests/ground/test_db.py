"""A database server that starts anew costs nobody a page."""

from __future__ import annotations

import time

import sqlalchemy as sa

from training.db import PAUSE, Database, make_engine


def test_connections_that_died_in_a_pause_are_replaced(database: Database) -> None:
    """On PostgreSQL every connection of the application is ended by the server; SQLite has no
    server that can start anew, and answers as it did."""
    with database.reading() as one, database.reading() as other:
        for session in (one, other):
            assert session.scalar(sa.text("SELECT 1")) == 1
    if database.engine.dialect.name == "postgresql":
        outside = make_engine(database.engine.url.render_as_string(hide_password=False))
        with outside.connect() as connection:
            ended = connection.scalar(
                sa.text(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        outside.dispose()
        assert ended >= 2
    time.sleep(PAUSE + 0.1)
    with database.reading() as one, database.reading() as other:
        for session in (one, other):
            assert session.scalar(sa.text("SELECT 1")) == 1
    assert database.glance(sa.select(sa.literal(1)), {}) == (1,)
