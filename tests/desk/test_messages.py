"""Carlijn plans a message for six municipalities, sees how it reads and whom it reaches, stops it."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.assignments.message_actions import write_messages
from training.assignments.message_models import ProgrammeMessage
from training.audit.models import Action, AuditEntry
from training.content.classes import Library
from training.db import Database

READY = {
    "source": "klaar",
    "content": "bij-wie-meld-je",
    "audiences": ["alle-medewerkers"],
    "every": "0",
}
OWN = {
    "source": "eigen",
    "title": "Nieuw meldpunt",
    "text": "Vanaf nu meld je **hier**.\n\n<script>x</script>",
    "audiences": ["alle-medewerkers"],
    "every": "3",
    "times": "4",
}


def sent(client: FlaskClient, town: Town, node: str, data: dict[str, object], step: str) -> str:
    own = {"first_on": clock.today().isoformat(), "step": step}
    answer = client.post(f"/programma/{town.units[node]}/berichten/nieuw", data=own | data)
    assert answer.status_code == (303 if step == "save" else 200), answer.text
    return str(answer.location) if step == "save" else answer.text


def planned(database: Database) -> list[ProgrammeMessage]:
    with database.reading() as db:
        return list(db.scalars(sa.select(ProgrammeMessage)))


@pytest.fixture
def carlijn(client: FlaskClient, town: Town) -> FlaskClient:
    return sign_in(client, town, "carlijn")


def test_before_planning_carlijn_sees_the_mail_and_the_number_of_readers(
    carlijn: FlaskClient, town: Town, database: Database
) -> None:
    page = sent(carlijn, town, "basisteam", READY, "check")
    assert "Zo ziet de mail eruit" in page
    assert "Zeker weten hoeft niet." in page
    assert "Vandaag zou dit naar 13 mensen gaan" in page
    assert "Oosterwaard" not in page  # fewer than ten of one municipality are no count for her
    assert planned(database) == []


def test_she_plans_it_and_finds_it_again(
    carlijn: FlaskClient, town: Town, database: Database, library: Library
) -> None:
    place = sent(carlijn, town, "basisteam", READY, "save")
    page = carlijn.get(place).text
    assert "Carlijn Vos" in page and "is gepland" in page
    with database.transaction() as db:
        write_messages(db, library, clock.today(), clock.now())
    assert "uitgegaan" in carlijn.get(place).text
    listed = carlijn.get(f"/programma/{town.units['basisteam']}/berichten").text
    assert "Twijfel is genoeg" in listed
    with database.reading() as db:
        lines = list(db.scalars(sa.select(AuditEntry.what)))
        action = db.scalar(sa.select(AuditEntry.action).limit(1))
    assert lines == ["gepland: Twijfel is genoeg: bij wie meld je?"]
    assert action is Action.CHANGED_MESSAGE


def test_own_words_come_back_four_times_and_a_script_is_text(
    carlijn: FlaskClient, town: Town, database: Database
) -> None:
    page = sent(carlijn, town, "a2", OWN, "check")
    assert "<strong>hier</strong>" in page
    assert "&lt;script&gt;" in page
    sent(carlijn, town, "a2", OWN, "save")
    [message] = planned(database)
    assert (message.title, message.content_id, len(message.dates)) == ("Nieuw meldpunt", None, 4)
    assert message.populations == ["COLLEGE", "COUNCIL", "MANAGEMENT", "STAFF"]


def test_back_to_the_form_nothing_typed_is_lost(carlijn: FlaskClient, town: Town) -> None:
    page = sent(carlijn, town, "a2", OWN, "back")
    assert "Nieuw meldpunt" in page and "Vanaf nu meld je **hier**." in page
    assert 'value="4"' in page


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"content": ""}, "Kies welk bericht."),
        ({"audiences": []}, "Kies minstens één doelgroep."),
        ({"first_on": "2020-01-01"}, "Deze dag is al voorbij."),
        ({"first_on": "morgen"}, "Kies een dag."),
        ({"every": "3"}, "Vul in hoeveel keer"),
        ({"every": "3", "times": "99"}, "1 tot en met 12"),
        ({"source": "eigen"}, "Geef het bericht een onderwerp."),
        ({"source": "eigen", "title": "x"}, "Schrijf wat er in het bericht staat."),
        ({"source": "eigen", "title": "x", "text": "y" * 6001}, "hoogstens 6000"),
        ({"content": "bestaat-niet"}, "keuze"),
    ],
)
def test_what_is_missing_is_said(
    carlijn: FlaskClient, town: Town, wrong: dict[str, object], told: str, database: Database
) -> None:
    data = {"first_on": clock.today().isoformat(), "step": "save"} | READY | wrong
    answer = carlijn.post(f"/programma/{town.units['a2']}/berichten/nieuw", data=data)
    assert answer.status_code == 422
    assert told in answer.text
    assert planned(database) == []


def test_the_form_opens_with_a_message_that_is_ready(carlijn: FlaskClient, town: Town) -> None:
    page = carlijn.get(f"/programma/{town.units['a2']}/berichten/nieuw?uit=bij-wie-meld-je").text
    assert 'selected value="bij-wie-meld-je"' in page
    [ticked] = [
        box for box in re.findall(r"<input[^>]*>", page) if 'value="alle-medewerkers"' in box
    ]
    assert "checked" in ticked


def test_a_message_is_stopped_by_who_runs_it(
    carlijn: FlaskClient, town: Town, database: Database, library: Library
) -> None:
    place = sent(carlijn, town, "a2", READY, "save")
    assert carlijn.post(f"{place}/stop").status_code == 303
    page = carlijn.get(place).text
    assert "Gestopt door Carlijn Vos" in page and "Stop dit bericht" not in page
    with database.transaction() as db:
        assert write_messages(db, library, clock.today(), clock.now()) == 0


@pytest.mark.parametrize(
    ("who", "node", "code"),
    [
        ("hanna", "a2", 200),
        ("hanna", "merendijk", 200),
        ("hanna", "basisteam", 404),
        ("hanna", "outside", 404),
        ("griet", "merendijk", 200),
        ("griet", "other", 404),
        ("bas", "merendijk", 200),
        ("bas", "a2", 404),
        ("carlijn", "basisteam", 200),
        ("carlijn", "regio", 404),
    ],
)
def test_each_plans_at_own_nodes_only(
    client: FlaskClient, town: Town, who: str, node: str, code: int
) -> None:
    sign_in(client, town, who)
    for path in ("berichten", "berichten/nieuw"):
        assert client.get(f"/programma/{town.units[node]}/{path}").status_code == code


def test_griet_writes_to_the_council_and_hanna_to_staff(
    app: Flask, town: Town, database: Database
) -> None:
    griet = sign_in(app.test_client(), town, "griet")
    page = griet.get(f"/programma/{town.municipality}/berichten/nieuw").text
    assert 'value="raadsleden"' in page and 'value="alle-medewerkers"' not in page
    data = READY | {"first_on": clock.today().isoformat(), "step": "save"}
    place = f"/programma/{town.municipality}/berichten/nieuw"
    assert griet.post(place, data=data).status_code == 422  # staff are not hers
    hanna = sign_in(app.test_client(), town, "hanna")
    made = hanna.post(place, data=data)
    assert made.status_code == 303
    [message] = planned(database)
    assert message.populations == ["STAFF"]
    assert griet.get(made.location).status_code == 404
    assert griet.post(f"{made.location}/stop").status_code == 404
    assert hanna.get(f"/programma/berichten/{uuid.uuid4()}").status_code == 404


def test_hanna_does_not_stop_what_the_coordinator_sends_to_the_council_too(
    app: Flask, town: Town
) -> None:
    carlijn = sign_in(app.test_client(), town, "carlijn")
    place = sent(carlijn, town, "merendijk", READY, "save")
    hanna = sign_in(app.test_client(), town, "hanna")
    page = hanna.get(place).text
    assert "Stop dit bericht" not in page
    assert hanna.post(f"{place}/stop").status_code == 404


def test_a_message_in_the_past_is_told_so(carlijn: FlaskClient, town: Town) -> None:
    tomorrow = (clock.today() + dt.timedelta(days=1)).isoformat()
    place = sent(carlijn, town, "a2", READY | {"first_on": tomorrow}, "save")
    assert "komt nog" in carlijn.get(place).text
