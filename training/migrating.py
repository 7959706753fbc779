"""Brings a database to the tables of this version, and tells how far it is."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

FOLDER = Path(__file__).parent.parent / "migrations"


def config_for(url: str) -> Config:
    """Alembic's configuration for one database address."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def migrate(url: str, version: str = "head") -> None:
    """Applies every migration up to a version that the database has not had yet."""
    command.upgrade(config_for(url), version)


def is_current(engine: sa.Engine) -> bool:
    """Whether the database has had every migration."""
    head = ScriptDirectory.from_config(config_for(str(engine.url))).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
