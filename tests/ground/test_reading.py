"""What only reads writes nothing, and PostgreSQL keeps what it worked out for it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.town import Town
from training.db import Database
from training.people.models import Unit

PREPARED = "SELECT count(*) FROM pg_prepared_statements"


def rename(town: Town) -> sa.Update:
    return sa.update(Unit).where(Unit.id == town.municipality).values(name="Nergens")


def test_a_reading_session_changes_nothing(database: Database, town: Town) -> None:
    with database.reading() as db:
        if database.engine.dialect.name == "postgresql":
            with pytest.raises(sa.exc.InternalError, match="read-only"):
                db.execute(rename(town))
        else:
            db.execute(rename(town))
    with database.reading() as db:
        assert db.get_one(Unit, town.municipality).name == "Merendijk"
    with database.writing() as db:
        db.execute(rename(town))
    with database.reading() as db:
        assert db.get_one(Unit, town.municipality).name == "Merendijk", "it was not committed"
    with database.transaction() as db:
        db.execute(rename(town))
    with database.reading() as db:
        assert db.get_one(Unit, town.municipality).name == "Nergens"


def test_what_was_prepared_stays_so_when_a_reading_session_is_over(
    database: Database, town: Town
) -> None:
    """On PostgreSQL; SQLite works a statement out again for each page, and the answer is one."""
    for _page in range(12):
        with database.reading() as db:
            found = db.execute(sa.select(Unit.name).where(Unit.id == town.municipality)).all()
            assert found == [("Merendijk",)]
    if database.engine.dialect.name == "postgresql":
        with database.reading() as db:
            assert db.execute(sa.text(PREPARED)).scalar_one() > 0
