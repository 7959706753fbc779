"""Somebody sees and downloads what is stored, asks to be erased, and the privacy officer decides."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.reporting import offices
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.audit.models import Action, AuditEntry
from training.db import Database
from training.mail.models import OutboxMessage
from training.people.models import MunicipalitySetting, Person
from training.retention.models import ErasureRequest


@pytest.fixture(autouse=True)
def duties(database: Database, town: Town) -> None:
    with database.transaction() as db:
        offices.fill(db, town, clock.today())


def asked(client: FlaskClient, town: Town, short: str) -> None:
    sign_in(client, town, short)
    client.post("/mijn-gegevens/wissen", data={"words": "Ik wil weg"})


def request_of(database: Database) -> ErasureRequest:
    with database.reading() as db:
        return db.scalars(sa.select(ErasureRequest)).one()


def test_anna_sees_her_data_and_who_looked(
    client: FlaskClient, town: Town, database: Database
) -> None:
    sign_in(client, town, "hanna")
    client.get("/deelname")
    sign_in(client, town, "anna")
    page = client.get("/mijn-gegevens").get_data(as_text=True)
    for text in ("Anna", "Team Burgerzaken", "drugshandel-herkennen", "Hanna Prins"):
        assert text in page, text
    assert "Vera" not in page
    data = json.loads(client.post("/mijn-gegevens/download/json").get_data())
    assert data["gegevens"]["Persoon"][0]["family_name"] == "Vries"
    assert data["gegevens"]["Gedaan"][0]["content_id"] == "drugshandel-herkennen"
    text = client.post("/mijn-gegevens/download/txt").get_data(as_text=True)
    assert "- verplichting: Integriteit" in text
    assert "Wat je kiest in een dilemma staat hier niet bij" in text
    with database.reading() as db:
        entries = db.scalars(sa.select(AuditEntry).filter_by(action=Action.GAVE_OWN_DATA)).all()
        assert [entry.what for entry in entries] == ["json", "txt"]


def test_the_privacy_officer_erases_after_being_sure(
    client: FlaskClient, town: Town, database: Database
) -> None:
    asked(client, town, "boaz")
    with database.reading() as db:
        mail = db.scalars(sa.select(OutboxMessage)).one()
        assert mail.to_address == "piet@merendijk.example"
        assert "Boaz" not in f"{mail.subject}{mail.text}"
    assert "beslist binnen een maand" in client.get("/mijn-gegevens").get_data(as_text=True)
    sign_in(client, town, "piet")
    assert "Boaz van den Berg" in client.get("/wissen").get_data(as_text=True)
    address = f"/wissen/{request_of(database).id}"
    assert "Ik wil weg" in client.get(address).get_data(as_text=True)
    unsure = client.post(address, data={"decision": "GRANTED"})
    assert unsure.status_code == 422
    assert "niet terug te draaien" in unsure.get_data(as_text=True)
    done = client.post(address, data={"decision": "GRANTED", "sure": "y"}, follow_redirects=True)
    assert "Alles van deze persoon is gewist" in done.get_data(as_text=True)
    with database.reading() as db:
        assert db.get(Person, (town.municipality, town.persons["boaz"])) is None
        assert db.scalars(sa.select(AuditEntry).filter_by(action=Action.ERASED_PERSON)).one()
        told = db.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.written_at.desc()))
        assert {mail.to_address for mail in told} >= {"boaz@merendijk.example"}
    sign_in(client, town, "boaz")
    assert client.get("/mijn-gegevens").status_code == 302, "the account opens nothing any more"
    assert client.get(address).status_code in (302, 404)


def test_a_refusal_needs_a_reason_which_the_person_reads(
    client: FlaskClient, town: Town, database: Database
) -> None:
    asked(client, town, "boaz")
    sign_in(client, town, "piet")
    address = f"/wissen/{request_of(database).id}"
    assert client.post(address, data={"decision": "REFUSED"}).status_code == 422
    client.post(address, data={"decision": "REFUSED", "answer": "Nog nodig voor je functie."})
    sign_in(client, town, "boaz")
    assert "Nog nodig voor je functie." in client.get("/mijn-gegevens").get_data(as_text=True)
    assert client.post("/mijn-gegevens/wissen", data={}).status_code == 303, "may ask again"


def test_nobody_decides_on_oneself_or_on_another_municipality(
    client: FlaskClient, town: Town, database: Database
) -> None:
    asked(client, town, "piet")
    address = f"/wissen/{request_of(database).id}"
    answer = client.post(address, data={"decision": "GRANTED", "sure": "y"}, follow_redirects=True)
    assert "Een andere privacy officer moet beslissen" in answer.get_data(as_text=True)
    with database.transaction() as db:
        assert db.get(Person, (town.municipality, town.persons["piet"]))
        db.execute(sa.delete(ErasureRequest))
    asked(client, town, "other_anna")
    sign_in(client, town, "piet")
    assert client.get(f"/wissen/{request_of(database).id}").status_code == 404
    assert "Anna" not in client.get("/wissen").get_data(as_text=True)


def test_asking_twice_is_one_request(client: FlaskClient, town: Town, database: Database) -> None:
    asked(client, town, "boaz")
    asked(client, town, "boaz")
    assert request_of(database)


def test_the_privacy_page_tells_the_terms_that_the_job_uses(
    client: FlaskClient, town: Town, database: Database
) -> None:
    page = client.get("/privacy").get_data(as_text=True)
    assert "Daarna 30 dagen op naam" in page
    assert "met de hand" not in page
    with database.transaction() as db:
        db.add(MunicipalitySetting(municipality_id=town.municipality, key="days_by_name",
                                   value={"value": 7}))  # fmt: skip
    sign_in(client, town, "anna")
    assert "Daarna 7 dagen op naam" in client.get("/privacy").get_data(as_text=True)
    sign_in(client, town, "other_anna")
    assert "Daarna 30 dagen op naam" in client.get("/privacy").get_data(as_text=True)


def test_who_sees_what_on_the_privacy_page_comes_from_the_table_of_rights(
    client: FlaskClient,
) -> None:
    page = client.get("/privacy").get_data(as_text=True)
    row = re.search(r"Welke training je hebt gedaan.*?</tr>", page, re.S)
    assert row
    for role in ("leidinggevende", "HR", "griffie", "gemeentesecretaris"):
        assert role in row[0]
    for role in ("beheerder", "coördinator", "privacy officer"):
        assert role not in row[0]


def test_the_privacy_officer_sees_what_the_job_removed(
    client: FlaskClient, town: Town, database: Database
) -> None:
    from training.audit.rules import derive_key
    from training.retention import actions

    with database.transaction() as db:
        left = clock.today() - dt.timedelta(days=40)
        db.execute(sa.update(Person).where(Person.id == town.persons["vera"]).values(left_on=left))
    actions.run(database, derive_key("x" * 40), clock.today(), clock.now())
    sign_in(client, town, "piet")
    page = client.get("/bewaren").get_data(as_text=True)
    assert "namen vervangen door een schuilnaam: 1" in page
