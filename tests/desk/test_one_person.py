"""Hanna, Griet and Sjoerd look at one person and decide; the coordinator cannot, and nobody for
him- or herself."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.house.test_query_counts import counted
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.assignments import actions
from training.assignments.models import Cycle, CycleEvent, Exemption, Pause
from training.assignments.rules import Policy
from training.audit.models import Action, AuditEntry, AuditSubject
from training.content.classes import ContentKind, Library
from training.db import Database
from training.evidence.actions import record
from training.evidence.models import Evidence

MODULE = (ContentKind.MODULE, "drugshandel-herkennen")
DAY = dt.timedelta(days=1)


@pytest.fixture
def duty(database: Database, town: Town) -> uuid.UUID:
    """A duty for everybody in the A2, from 1 October 2026, due in ninety days."""
    with database.transaction() as db:
        made = actions.make_duty(
            db,
            unit_id=town.units["a2"],
            title="Drugshandel herkennen in je werk",
            contents=[MODULE],
            audiences=["alle-medewerkers", "raadsleden", "mt"],
            policy=Policy(1, dt.date(2026, 10, 1)),
        )
        actions.open_cycles(db, clock.today())
        return made.id


def address(town: Town, short: str, rest: str = "") -> str:
    return f"/per-persoon/{town.persons[short]}{rest}"


@pytest.mark.parametrize(
    ("who", "whom", "code"),
    [
        ("hanna", "anna", 200),
        ("hanna", "other_anna", 200),
        ("hanna", "rachid", 404),
        ("hanna", "outside_anna", 404),
        ("griet", "rachid", 200),
        ("griet", "anna", 404),
        ("griet", "other_rachid", 404),
        ("sjoerd", "wim", 200),
        ("sjoerd", "marga", 200),
        ("sjoerd", "anna", 404),
        ("carlijn", "anna", 404),
        ("bas", "anna", 404),
        ("theo", "anna", 404),
    ],
)
def test_each_sees_the_own_people_and_nobody_else(
    client: FlaskClient, town: Town, who: str, whom: str, code: int
) -> None:
    sign_in(client, town, who)
    assert client.get(address(town, whom)).status_code == code
    data = {"pause_from": "2026-12-01", "pause_until": "2026-12-31"}
    answer = client.post(address(town, whom, "/pauze"), data=data)
    assert answer.status_code == (303 if code == 200 else 404)


def test_looking_somebody_up_by_name(client: FlaskClient, town: Town) -> None:
    sign_in(client, town, "hanna")
    page = client.get("/per-persoon?zoek=de+vries").get_data(as_text=True)
    assert str(town.persons["anna"]) in page
    assert str(town.persons["other_anna"]) in page
    assert str(town.persons["outside_anna"]) not in page
    page = client.get("/per-persoon?zoek=rachid").get_data(as_text=True)
    assert "Niemand gevonden" in page


def test_the_page_tells_why_and_how_each_date_came_about(
    client: FlaskClient, town: Town, duty: uuid.UUID
) -> None:
    sign_in(client, town, "hanna")
    page = client.get(address(town, "anna")).get_data(as_text=True)
    assert "hoort bij de doelgroep alle medewerkers" in page
    assert "<strong>Uiterlijk 30 december 2026</strong>" in page
    assert "90 dagen na de start van de verplichting (1 oktober 2026)" in page


def test_who_looked_is_in_the_log(
    client: FlaskClient, town: Town, database: Database, duty: uuid.UUID
) -> None:
    sign_in(client, town, "hanna")
    client.get(address(town, "anna"))
    with database.reading() as db:
        entry = db.scalars(sa.select(AuditEntry).where(AuditEntry.action == Action.LOOKED)).one()
        about = db.scalars(sa.select(AuditSubject.person_id)).all()
    assert entry.actor_name == "Hanna Prins"
    assert about == [town.persons["anna"]]


def test_a_pause_is_given_and_taken_back(
    client: FlaskClient, town: Town, database: Database, duty: uuid.UUID
) -> None:
    sign_in(client, town, "hanna")
    start, end = clock.today() + DAY, clock.today() + 60 * DAY
    data = {"pause_from": start.isoformat(), "pause_until": end.isoformat()}
    answer = client.post(address(town, "anna", "/pauze"), data=data)
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    moved = clock.in_words(end + 14 * DAY)
    assert f"<strong>Uiterlijk {moved}</strong>" in page
    assert f"verschoven na de pauze tot en met {clock.in_words(end)}" in page
    assert f"Van {clock.in_words(start)} tot en met {clock.in_words(end)}" in page
    assert "pauze van" in page  # what happened stays visible
    twice = client.post(address(town, "anna", "/pauze"), data=data)
    assert twice.status_code == 422
    assert "Er is al een pauze" in twice.get_data(as_text=True)

    own = sign_in(client, town, "anna").get("/overzicht/waarom").get_data(as_text=True)
    assert "Er komt een pauze" in own

    sign_in(client, town, "hanna")
    undo = address(town, "anna", f"/pauze/{start.isoformat()}/intrekken")
    assert client.post(undo).status_code == 303
    assert client.post(undo).status_code == 404
    with database.reading() as db:
        assert db.scalars(sa.select(Pause)).all() == []
        decided = CycleEvent.by != "Weerbaar"
        told = sa.select(CycleEvent.what).where(decided).order_by(CycleEvent.at)
        events = db.scalars(told).all()
        actions_done = db.scalars(sa.select(AuditEntry.action)).all()
    assert events.count("datum verplaatst") == 2  # there, and back
    assert sum(what.startswith("pauze") for what in events) == 2
    page = client.get(address(town, "anna")).get_data(as_text=True)
    assert "<strong>Uiterlijk 30 december 2026</strong>" in page
    assert {Action.PAUSED, Action.WITHDREW} <= set(actions_done)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("", "2026-12-31", "Kies de eerste dag van de pauze."),
        ("2026-12-31", "2026-12-01", "De laatste dag ligt voor de eerste."),
        ("2026-12-01", "2029-12-01", "langer dan twee jaar"),
        ("9999-12-01", "9999-12-31", "Kies een datum tussen 1950 en 2100."),
        ("2026-12-01", "morgen", "Kies de laatste dag van de pauze."),
    ],
)
def test_a_wrong_pause_is_refused_in_words(
    client: FlaskClient, town: Town, start: str, end: str, message: str
) -> None:
    sign_in(client, town, "hanna")
    data = {"pause_from": start, "pause_until": end}
    answer = client.post(address(town, "anna", "/pauze"), data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert message in page
    assert start in page  # what was typed is still there


def test_an_exemption_has_a_reason_and_an_end(
    client: FlaskClient, town: Town, database: Database, duty: uuid.UUID
) -> None:
    sign_in(client, town, "hanna")
    today = clock.today()
    data = {
        "duty": str(duty),
        "exempt_from": today.isoformat(),
        "exempt_until": (today + 90 * DAY).isoformat(),
        "reason": "Gaf deze training zelf.",
    }
    refused = client.post(address(town, "anna", "/vrijstelling"), data=data | {"reason": " "})
    assert refused.status_code == 422
    assert "Schrijf waarom." in refused.get_data(as_text=True)
    answer = client.post(address(town, "anna", "/vrijstelling"), data=data)
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "Gaf deze training zelf." in page
    assert "vrijgesteld" in page
    undo = address(town, "anna", f"/vrijstelling/{duty}/{today.isoformat()}/intrekken")
    assert client.post(undo).status_code == 303
    with database.reading() as db:
        assert db.scalars(sa.select(Exemption)).all() == []


def test_a_duty_that_somebody_does_not_have_cannot_be_exempted(
    client: FlaskClient, town: Town, duty: uuid.UUID
) -> None:
    sign_in(client, town, "hanna")
    data = {
        "duty": str(uuid.uuid4()),
        "exempt_from": "2026-12-01",
        "exempt_until": "2026-12-31",
        "reason": "Zomaar.",
    }
    assert client.post(address(town, "anna", "/vrijstelling"), data=data).status_code == 422


def test_earlier_proof_is_recorded_and_can_be_taken_back(
    client: FlaskClient, town: Town, database: Database, duty: uuid.UUID
) -> None:
    sign_in(client, town, "hanna")
    data = {"content": "MODULE:drugshandel-herkennen", "completed_on": "2026-10-20"}
    answer = client.post(address(town, "anna", "/eerder"), data=data)
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "20 oktober 2026 (eerder gevolgd)" in page
    assert "geldig" in page
    tomorrow = (clock.today() + DAY).isoformat()
    late = client.post(address(town, "anna", "/eerder"), data=data | {"completed_on": tomorrow})
    assert late.status_code == 422
    with database.reading() as db:
        proof = db.scalars(sa.select(Evidence)).one()
    undo = address(town, "anna", f"/bewijs/{proof.id}/intrekken")
    assert client.post(undo).status_code == 303
    with database.reading() as db:
        assert db.scalars(sa.select(Evidence)).all() == []


def test_what_somebody_did_here_cannot_be_taken_back(
    client: FlaskClient, town: Town, database: Database
) -> None:
    with database.transaction() as db:
        proof = record(
            db,
            municipality_id=town.municipality,
            person_id=town.persons["anna"],
            unit_id=town.units["burgerzaken"],
            kind=MODULE[0],
            content_id=MODULE[1],
            version=1,
            completed_on=dt.date(2026, 10, 1),
        )
        proof_id = proof.id
    sign_in(client, town, "hanna")
    assert client.post(address(town, "anna", f"/bewijs/{proof_id}/intrekken")).status_code == 404


@pytest.mark.parametrize("who", ["hanna", "sjoerd"])
def test_nobody_decides_about_oneself(
    app: Flask, town: Town, database: Database, duty: uuid.UUID, who: str
) -> None:
    client = sign_in(app.test_client(), town, who)
    page = client.get(address(town, who)).get_data(as_text=True)
    assert "Dit ben jij zelf." in page
    assert "Geef een pauze" not in page
    dates = {"pause_from": "2026-12-01", "pause_until": "2026-12-31"}
    assert client.post(address(town, who, "/pauze"), data=dates).status_code == 404
    data = {"content": "MODULE:drugshandel-herkennen", "completed_on": "2026-10-20"}
    assert client.post(address(town, who, "/eerder"), data=data).status_code == 404
    data = {
        "duty": str(duty),
        "exempt_from": "2026-12-01",
        "exempt_until": "2026-12-31",
        "reason": "Zomaar.",
    }
    assert client.post(address(town, who, "/vrijstelling"), data=data).status_code == 404
    with database.reading() as db:
        assert db.scalars(sa.select(Pause)).all() == []
        assert db.scalars(sa.select(Evidence)).all() == []


def test_a_learner_reads_why_and_what_comes_next(
    client: FlaskClient, town: Town, duty: uuid.UUID
) -> None:
    sign_in(client, town, "anna")
    overview = client.get("/overzicht").get_data(as_text=True)
    assert f"/overzicht/waarom#{duty}" in overview
    page = client.get("/overzicht/waarom").get_data(as_text=True)
    assert f'id="{duty}"' in page
    assert "je hoort bij de doelgroep alle medewerkers" in page
    assert "<strong>30 december 2026</strong>: Drugshandel herkennen in je werk" in page
    assert "90 dagen na de start van de verplichting" in page


def test_an_extra_round_for_one_person(
    client: FlaskClient, town: Town, database: Database, duty: uuid.UUID
) -> None:
    sign_in(client, town, "hanna")
    today = clock.today()
    data = {"content": "MODULE:drugshandel-herkennen", "completed_on": today.isoformat()}
    assert client.post(address(town, "anna", "/eerder"), data=data).status_code == 303
    extra = {
        "extra_duty": str(duty),
        "extra_from": (today + DAY).isoformat(),
        "extra_days": "21",
        "extra_cause": "ROLE",
        "extra_why": "Werkt nu bij de bouwbalie.",
    }
    past = client.post(
        address(town, "anna", "/extra-ronde"), data=extra | {"extra_from": "2020-01-01"}
    )
    assert past.status_code == 422
    assert client.post(address(town, "anna", "/extra-ronde"), data=extra).status_code == 303
    assert client.post(address(town, "hanna", "/extra-ronde"), data=extra).status_code == 404
    with database.transaction() as db:
        actions.open_cycles(db, today + DAY)
    with database.reading() as db:
        query = sa.select(Cycle.person_id, Cycle.due_on).where(Cycle.number == 2)
        assert db.execute(query).all() == [(town.persons["anna"], today + 22 * DAY)]


def test_the_pages_about_one_person_ask_no_more_for_more_duties(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    pages = (("hanna", address(town, "anna")), ("anna", "/overzicht/waarom"))
    asked = []
    for count in (2, 9):
        with database.transaction() as db:
            for number, module_id in enumerate(sorted(library.modules)[:count]):
                actions.make_duty(
                    db,
                    unit_id=town.units["a2"],
                    title=f"Verplichting {number}",
                    contents=[(ContentKind.MODULE, module_id)],
                    audiences=["alle-medewerkers"],
                    policy=Policy(1, dt.date(2026, 10, 1), quiet=("schoolvakanties",)),
                )
            actions.open_cycles(db, clock.today())
        found = []
        for who, page in pages:
            sign_in(client, town, who)
            client.get(page)  # the first look begins the log of the municipality
            with counted(database) as queries:
                assert client.get(page).status_code == 200
            found.append(len(queries))
        asked.append(found)
    assert asked[0] == asked[1]
