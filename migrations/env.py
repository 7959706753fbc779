"""Runs migrations on the database of this installation, in one transaction."""

from __future__ import annotations

from alembic import context

import training.schema
from training.db import Base, make_engine

config = context.config


def run() -> None:
    """Migrates the database of `sqlalchemy.url`."""
    engine = make_engine(config.get_main_option("sqlalchemy.url"))
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
