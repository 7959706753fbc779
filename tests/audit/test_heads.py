"""Ends of the log that were kept elsewhere find what the key's owner could hide."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.town import Town
from training.audit import actions, cli, rules
from training.audit.models import Action, AuditEntry, AuditHead
from training.db import Database

SECRET = "a secret for tests only, of more than 32 characters"
KEY = rules.derive_key(SECRET)
TODAY = dt.date(2026, 11, 2)
NOW = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)


@pytest.fixture
def heads(database: Database, town: Town, tmp_path: Path) -> Path:
    """Five lines, of which the end is kept."""
    with database.transaction() as db:
        write(db, town, 5)
    path = tmp_path / cli.HEADS
    assert cli.keep_heads(database, path, TODAY) == 1
    return path


def write(db: Session, town: Town, number: int, what: str = "x") -> None:
    for one in range(number):
        actions.record(db, KEY, at=NOW - dt.timedelta(days=10 - one), actor=None,
                       action=Action.LOOKED, municipality_id=town.municipality, what=what)  # fmt: skip


def verified(database: Database, heads: Path) -> tuple[int, str]:
    said: list[str] = []
    code = cli.verify(database, SECRET, said.append, heads)
    return code, "\n".join(said)


def test_a_log_that_grew_holds(database: Database, town: Town, heads: Path) -> None:
    with database.transaction() as db:
        write(db, town, 3)
    assert verified(database, heads)[0] == 0


def test_a_log_that_retention_shortened_holds(database: Database, town: Town, heads: Path) -> None:
    for days in (8, 1, 0):
        with database.transaction() as db:
            actions.remove_before(db, KEY, town.municipality, NOW - dt.timedelta(days=days))
            write(db, town, 1)
        assert verified(database, heads)[0] == 0, days


def test_a_log_that_was_cut_off_with_the_key_is_found(
    database: Database, town: Town, heads: Path
) -> None:
    with database.transaction() as db:
        last = db.scalars(sa.select(AuditEntry).where(AuditEntry.sequence == 3)).one()
        db.execute(sa.delete(AuditEntry).where(AuditEntry.sequence > 3))
        head = db.scalars(sa.select(AuditHead)).one()
        head.sequence, head.hash = 3, last.hash
        head.signature = rules.signature_of(KEY, "head", town.municipality, 3, last.hash)
    code, said = verified(database, heads)
    assert code == 1
    assert "afgekapt of teruggezet" in said
    assert cli.verify(database, SECRET, lambda _line: None) == 0, "without the kept end it holds"


def test_a_log_that_was_written_anew_with_the_key_is_found(
    database: Database, town: Town, heads: Path
) -> None:
    with database.transaction() as db:
        db.execute(sa.delete(AuditEntry))
        db.execute(sa.delete(AuditHead))
        write(db, town, 6, what="something else")
    code, said = verified(database, heads)
    assert code == 1
    assert "herschreven" in said


def test_a_log_that_is_gone_is_found(database: Database, heads: Path) -> None:
    with database.transaction() as db:
        db.execute(sa.delete(AuditEntry))
        db.execute(sa.delete(AuditHead))
    code, said = verified(database, heads)
    assert code == 1
    assert "Het hele logboek is verdwenen" in said
