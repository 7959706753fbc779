"""Who looks at too many people in an hour is stopped, once noted, and the privacy officer hears."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.reporting import offices
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.audit import pace_rules
from training.audit.models import Action, AuditEntry
from training.db import Database
from training.mail.models import OutboxMessage
from training.retention.alarm_actions import tell_alarms


@pytest.fixture
def hanna(
    client: FlaskClient, town: Town, database: Database, monkeypatch: pytest.MonkeyPatch
) -> FlaskClient:
    with database.transaction() as db:
        offices.fill(db, town, clock.today())
    monkeypatch.setattr(pace_rules, "MOST", 3)
    return sign_in(client, town, "hanna")


def entries(database: Database, action: Action) -> list[AuditEntry]:
    with database.reading() as db:
        return list(db.scalars(sa.select(AuditEntry).filter_by(action=action)))


def test_one_page_too_many_is_refused_and_noted_once(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    assert [hanna.get("/deelname").status_code for _ in range(3)] == [200, 200, 200]
    refused = hanna.get("/deelname")
    assert refused.status_code == 429
    assert "Anna" not in refused.get_data(as_text=True)
    assert hanna.get("/deelname/afdruk").status_code == 429
    assert hanna.post("/deelname/export/csv").status_code == 429
    alarms = entries(database, Action.LOOKED_TOO_MUCH)
    assert {alarm.municipality_id for alarm in alarms} == {town.municipality, town.units["other"]}
    assert len(alarms) == 2, "once for each municipality, not for each try"
    assert {alarm.actor_name for alarm in alarms} == {"Hanna Prins"}


def test_looks_of_before_this_hour_do_not_count(
    hanna: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        hanna.get("/deelname")
    monkeypatch.setattr(pace_rules, "WINDOW", dt.timedelta(0))
    assert hanna.get("/deelname").status_code == 200


def test_others_go_on_looking(
    hanna: FlaskClient, client: FlaskClient, town: Town, database: Database
) -> None:
    for _ in range(4):
        hanna.get("/deelname")
    assert sign_in(client, town, "griet").get("/deelname").status_code == 200


def test_the_privacy_officer_is_mailed_once_without_a_name_and_sees_it(
    hanna: FlaskClient, client: FlaskClient, town: Town, database: Database
) -> None:
    for _ in range(5):
        hanna.get("/deelname")
    with database.transaction() as db:
        assert tell_alarms(db, "https://x.example", clock.today(), clock.now()) == 1, "of Merendijk"
        assert tell_alarms(db, "https://x.example", clock.today(), clock.now()) == 0
        mail = db.scalars(sa.select(OutboxMessage)).one()
        assert mail.to_address == "piet@merendijk.example"
        assert "Hanna" not in f"{mail.subject}{mail.text}"
    sign_in(client, town, "piet")
    page = client.get("/logboek").get_data(as_text=True)
    assert "bekeek iemand één keer te veel mensen in een uur" in page
    found = client.get("/logboek?handeling=LOOKED_TOO_MUCH").get_data(as_text=True)
    assert "Hanna Prins" in found
