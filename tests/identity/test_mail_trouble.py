"""Bas sees which mail of his municipality did not arrive, and that he looked is recorded."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training.audit.models import AuditSubject
from training.db import Database
from training.mail import actions
from training.mail.actions import Letter
from training.mail.models import OutboxMessage
from training.mail.rules import MailKind, MailState

NOON = dt.datetime(2026, 11, 2, 11, tzinfo=dt.UTC)
STATES = {"anna": MailState.IN_DOUBT, "vera": MailState.FAILED, "theo": MailState.SENT}


@pytest.fixture(autouse=True)
def _mail(database: Database, town: Town) -> None:
    with database.transaction() as db:
        for short in ("anna", "vera", "theo", "other_anna"):
            place = town.units["other"] if short == "other_anna" else town.municipality
            key, address = f"test:{short}", f"{short}@x.example"
            letter = Letter(
                MailKind.REMINDER, key, address, "x", "y", place, town.persons[short], None
            )
            actions.write(db, [letter], NOON)
            db.execute(
                sa.update(OutboxMessage)
                .where(OutboxMessage.unique_key == key)
                .values(state=STATES.get(short, MailState.FAILED), last_error=f"reden {short}")
            )


def test_bas_sees_what_failed_and_what_is_in_doubt(client: FlaskClient, town: Town) -> None:
    page = sign_in(client, town, "bas").get("/mail-die-niet-aankwam").text
    assert "2 mails" in page
    assert "Anna de Vries" in page and "Misschien verstuurd" in page
    assert "Vera Kok" in page and "reden vera" in page
    assert "Theo Smit" not in page
    assert "reden other_anna" not in page  # of another municipality
    assert "@x.example" not in page


def test_who_is_listed_can_see_that_bas_looked(
    client: FlaskClient, town: Town, database: Database
) -> None:
    sign_in(client, town, "bas").get("/mail-die-niet-aankwam")
    with database.reading() as db:
        seen = set(db.scalars(sa.select(AuditSubject.person_id)))
    assert seen == {town.persons["anna"], town.persons["vera"]}


def test_without_trouble_the_page_says_so(
    client: FlaskClient, town: Town, database: Database
) -> None:
    with database.transaction() as db:
        db.execute(sa.delete(OutboxMessage))
    page = sign_in(client, town, "bas").get("/mail-die-niet-aankwam").text
    assert "Alles is aangekomen" in page
