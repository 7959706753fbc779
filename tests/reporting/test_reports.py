"""Reports that can be made again, large files in the background, and views under a name."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.reporting import offices
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.assignments.models import Duty
from training.db import Database
from training.identity.models import RoleGrant
from training.mail.models import OutboxMessage
from training.people.models import Person
from training.reporting import export_views, making_actions
from training.reporting.making_rules import ReportState
from training.reporting.models import Report, ReportPiece, SavedView


@pytest.fixture
def duties(database: Database, town: Town) -> dict[str, Duty]:
    with database.transaction() as db:
        return offices.fill(db, town, clock.today())


def newest(database: Database) -> Report:
    with database.reading() as db:
        return db.scalars(sa.select(Report).order_by(Report.asked_at.desc())).first()  # type: ignore[return-value]


def test_a_large_file_is_made_by_the_worker_and_fetched_later(
    client: FlaskClient,
    town: Town,
    duties: dict[str, Duty],
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export_views, "AT_ONCE", 5)
    sign_in(client, town, "hanna")
    waiting = client.post("/deelname/export/xlsx?thema=integriteit")
    assert waiting.status_code == 303
    page = client.get(waiting.location).get_data(as_text=True)
    assert "We maken je bestand" in page
    assert "Ververs" in page
    assert client.get(f"{waiting.location}/bestand").status_code == 404, "not ready yet"
    assert making_actions.make_waiting(database, clock.now()) == 1
    assert "Download het bestand" in client.get(waiting.location).get_data(as_text=True)
    cells = offices.in_xlsx(client.get(f"{waiting.location}/bestand").get_data())
    assert {row[4] for row in cells[1:]} == {"Integriteit"}
    sign_in(client, town, "griet")
    for address in (waiting.location, f"{waiting.location}/bestand"):
        assert client.get(address).status_code == 404, "somebody else's"


def test_the_file_says_what_it_is(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    import io

    import openpyxl

    sign_in(client, town, "hanna")
    data = client.post("/deelname/export/xlsx?naam=Anna+de+Vries").get_data()
    notes = openpyxl.load_workbook(io.BytesIO(data))["Toelichting"]
    told = {row[0]: row[1] for row in notes.iter_rows(values_only=True)}
    report = newest(database)
    assert told["Gemaakt door"] == "Hanna Prins"
    assert told["Naam"] == "Anna de Vries"
    assert told["Kenmerk"] == str(report.id)
    assert told["Controlegetal (SHA-256 van de regels)"] == report.checksum
    assert int(told["Geteld: mensen"]) == 2
    assert "Wie niet" in told


def test_the_same_report_is_made_again_until_something_is_corrected_or_erased(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    sign_in(client, town, "hanna")
    client.post("/deelname/export/csv").get_data()
    making_actions.make_waiting(database, clock.now())
    address = f"/deelname/exports/{newest(database).id}"
    assert "Elke regel is precies gelijk" in client.post(f"{address}/opnieuw").get_data(
        as_text=True
    )
    with database.transaction() as db:
        offices.prove(db, town, "boaz", offices.DRUGS, clock.today() - dt.timedelta(days=2))
        db.execute(
            sa.update(Person)
            .where(Person.id == town.persons["vera"])
            .values(left_on=clock.today() - dt.timedelta(days=3))
        )
    page = client.post(f"{address}/opnieuw").get_data(as_text=True)
    assert "Er is sindsdien iets gecorrigeerd of gewist" in page
    assert "1 mens is er niet meer" in page
    assert re.search(r">Te laat</th>.*?>-\d<", page, re.S)


def test_a_report_is_not_made_again_when_the_rights_are_gone(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    sign_in(client, town, "hanna")
    client.post("/deelname/export/csv").get_data()
    address = f"/deelname/exports/{newest(database).id}"
    with database.transaction() as db:
        grant = db.scalars(
            sa.select(RoleGrant).where(RoleGrant.account_id == town.accounts["hanna"])
        ).one()
        grant.unit_id = town.units["other"]
    answer = client.post(f"{address}/opnieuw", follow_redirects=True).get_data(as_text=True)
    assert "je rechten zijn veranderd" in answer


def test_files_go_after_a_day_and_what_they_were_made_from_stays(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    sign_in(client, town, "hanna")
    client.post("/deelname/export/ods").get_data()
    for hours, left in ((23, 1), (25, 0)):
        with database.transaction() as db:
            making_actions.remove_files(db, clock.now() + dt.timedelta(hours=hours))
            count = sa.select(sa.func.count()).select_from(ReportPiece)
            assert (db.scalar(count) or 0) >= left
    assert newest(database).state is ReportState.GONE
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(ReportPiece)) == 0


def test_a_view_is_kept_opened_mailed_as_a_link_and_removed(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database, app: Flask
) -> None:
    sign_in(client, town, "hanna")
    asked = "thema=integriteit&kolommen=unit&kolommen=standing"
    client.post(f"/deelname/weergaven?{asked}", data={"name": "Te laat", "rhythm": "WEEKLY"})
    page = client.get("/deelname").get_data(as_text=True)
    view = re.search(r'href="(/deelname/weergaven/[^"]+)"', page)
    assert view
    opened = client.get(view[1])
    assert opened.location == f"/deelname?{asked}"
    monday = clock.today() + dt.timedelta(days=7 - clock.today().weekday())
    for day, mails in ((monday - dt.timedelta(days=1), 0), (monday, 1), (monday, 0)):
        with database.transaction() as db:
            assert making_actions.send_views(db, "https://x.example", day, clock.now()) == mails
    with database.reading() as db:
        mail = db.scalars(sa.select(OutboxMessage)).one()
        assert f"https://x.example{view[1]}" in (mail.text or "")
        assert not re.search("Anna|Vera|Te laat|Prins", f"{mail.subject}{mail.text}")
    sign_in(client, town, "griet")
    assert client.get(view[1]).status_code == 404
    assert client.post(f"{view[1]}/verwijderen").status_code == 404
    sign_in(client, town, "hanna")
    client.post(f"{view[1]}/verwijderen")
    assert client.get(view[1]).status_code == 404


def test_a_view_is_not_mailed_to_who_may_not_see_it_any_more(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    sign_in(client, town, "hanna")
    client.post("/deelname/weergaven?", data={"name": "Alles", "rhythm": "MONTHLY"})
    with database.transaction() as db:
        db.execute(
            sa.update(RoleGrant)
            .where(RoleGrant.account_id == town.accounts["hanna"])
            .values(until_on=clock.today())
        )
        later = clock.today() + dt.timedelta(days=40)
        assert making_actions.send_views(db, "https://x.example", later, clock.now()) == 0
        assert db.scalars(sa.select(SavedView)).one().next_on
