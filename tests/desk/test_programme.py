"""Carlijn, Hanna, Griet and Bas run the programme of their own nodes, and of no other."""

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
from training.assignments.models import Duty
from training.audit.models import Action, AuditEntry
from training.db import Database

OWN = {
    "title": "Signalen voor de balie",
    "audiences": ["baliemedewerkers"],
    "modules": ["drugshandel-herkennen"],
    "choose": "ALL",
    "first_due": "dagen",
    "first_due_days": "60",
    "notice_days": "14",
    "spread_days": "0",
    "validity_months": "12",
    "basis": "COMPLETION",
    "minimum_days": "90",
    "window_days": "42",
    "grace_days": "28",
    "refresher": "REFRESHER",
}


def filled(town: Town, node: str, **other: object) -> dict[str, object]:
    """The form of a duty as somebody fills it in."""
    own = {"unit": str(town.units[node]), "in_force_from": clock.today().isoformat()}
    return OWN | own | other


def duties(database: Database) -> list[Duty]:
    with database.reading() as db:
        return list(db.scalars(sa.select(Duty).order_by(Duty.title)))


def make(client: FlaskClient, town: Town, node: str, **other: object) -> uuid.UUID:
    """Makes a duty by the form; its id."""
    data = filled(town, node, step="save", why="Afgesproken in het MT.", **other)
    answer = client.post(f"/programma/{town.units[node]}/nieuw", data=data)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return uuid.UUID(answer.location.rsplit("/", 1)[-1])


@pytest.mark.parametrize(
    ("who", "node", "code"),
    [
        ("hanna", "a2", 200),
        ("hanna", "merendijk", 200),
        ("hanna", "other", 200),
        ("hanna", "basisteam", 404),
        ("hanna", "outside", 404),
        ("griet", "merendijk", 200),
        ("griet", "other", 404),
        ("bas", "merendijk", 200),
        ("bas", "a2", 404),
        ("carlijn", "basisteam", 200),
        ("carlijn", "outside", 200),
        ("carlijn", "regio", 404),
    ],
)
def test_each_runs_the_nodes_at_and_below_the_own_role(
    client: FlaskClient, town: Town, who: str, node: str, code: int
) -> None:
    sign_in(client, town, who)
    assert client.get(f"/programma/{town.units[node]}").status_code == code


def test_the_programme_shows_what_is_on_and_what_can_be_switched_on(
    client: FlaskClient, town: Town
) -> None:
    sign_in(client, town, "hanna")
    page = client.get("/programma").get_data(as_text=True)
    assert "Er staat nog niets aan" in page
    assert "Basis ondermijning en melden" in page
    assert "A28 Iedereen weet waar informatie te halen en te brengen is" in page
    assert "Raadslid: je eerste drie maanden" not in page  # the council is the griffie's
    make(client, town, "merendijk")
    page = client.get(f"/programma/{town.units['merendijk']}").get_data(as_text=True)
    assert "Signalen voor de balie" in page
    assert "Signalen voor de balie" in client.get("/programma").get_data(as_text=True)
    other = client.get(f"/programma/{town.units['other']}").get_data(as_text=True)
    assert "Signalen voor de balie" not in other


def test_griet_runs_the_council_only(client: FlaskClient, town: Town, database: Database) -> None:
    sign_in(client, town, "griet")
    page = client.get("/programma").get_data(as_text=True)
    assert "Raadslid: je eerste drie maanden" in page
    assert "Basis ondermijning en melden" not in page
    answer = client.post(
        f"/programma/{town.municipality}/nieuw",
        data=filled(town, "merendijk", step="save", why="Zomaar."),
    )
    assert answer.status_code == 422  # desk staff is no audience of hers
    assert duties(database) == []


def test_switching_on_from_the_ready_programme(
    client: FlaskClient, town: Town, database: Database
) -> None:
    sign_in(client, town, "carlijn")
    address = f"/programma/{town.units['basisteam']}/nieuw?uit=basis-alle-medewerkers"
    page = client.get(address).get_data(as_text=True)
    assert 'value="Basis ondermijning en melden"' in page
    assert "Net gedaan" in page
    data = filled(
        town, "basisteam", title="Basis ondermijning en melden", audiences=["alle-medewerkers"],
        step="save", why="De coördinator zet het basisprogramma aan.",
    )  # fmt: skip
    answer = client.post(address, data=data)
    assert answer.status_code == 303
    (duty,) = duties(database)
    assert duty.programme_slug == "basis-alle-medewerkers"
    page = client.get(answer.location).get_data(as_text=True)
    assert "De coördinator zet het basisprogramma aan." in page
    assert "door Carlijn Vos" in page
    assert "staat aan" in client.get("/programma").get_data(as_text=True)


def test_what_a_duty_does_is_shown_before_it_is_made(
    client: FlaskClient, town: Town, database: Database
) -> None:
    sign_in(client, town, "hanna")
    address = f"/programma/{town.units['a2']}/nieuw"
    answer = client.post(address, data=filled(town, "a2", step="check"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Dit gaat over 2 mensen" in page  # Anna, and the other Anna
    assert "Team Burgerzaken" in page
    due = clock.today() + dt.timedelta(days=60)
    assert clock.in_words(due) in page
    assert "Eerste mail" in page
    assert duties(database) == []
    back = client.post(address, data=filled(town, "a2", step="back"))
    assert "Signalen voor de balie" in back.get_data(as_text=True)  # nothing typed is lost
    refused = client.post(address, data=filled(town, "a2", step="save", why=""))
    assert refused.status_code == 422
    assert "Schrijf in één zin waarom." in refused.get_data(as_text=True)
    assert duties(database) == []


def test_what_is_ticked_or_named_twice_counts_once(
    client: FlaskClient, town: Town, database: Database
) -> None:
    sign_in(client, town, "hanna")
    data = filled(
        town, "merendijk", step="save", why="Afgesproken.", modules=["drugshandel-herkennen"] * 2,
        audiences=["baliemedewerkers"] * 2,
    )  # fmt: skip
    address = f"/programma/{town.municipality}/nieuw?uit={'x' * 200}"
    assert client.post(address, data=data).status_code == 303
    (duty,) = duties(database)
    assert duty.programme_slug is None


def test_the_coordinator_sees_no_count_below_ten(client: FlaskClient, town: Town) -> None:
    sign_in(client, town, "carlijn")
    data = filled(town, "basisteam", step="check")
    page = client.post(f"/programma/{town.units['basisteam']}/nieuw", data=data).get_data(True)
    assert "minder dan 10 mensen" in page
    assert "Team Burgerzaken" not in page


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", "", "Geef de verplichting een naam."),
        ("audiences", [], "Kies minstens één doelgroep."),
        ("modules", [], "Kies minstens één module, dilemma of bijeenkomst."),
        ("first_due_days", "", "Vul in na hoeveel dagen het klaar moet zijn."),
        ("notice_days", "-1", "Vul een getal in van 0"),
        ("validity_months", "0", "of laat het leeg."),
        ("validity_months", "1", "Kies minder dagen dan het bewijs geldig is."),
        ("in_force_from", "31-02-2026", "Kies een datum."),
        ("in_force_from", "2020-01-01", "Kies vandaag of een latere dag"),
        ("in_force_from", "9999-12-31", "Kies een datum tussen 1950 en 2100."),
    ],
)
def test_a_mistake_is_told_and_nothing_typed_is_lost(
    client: FlaskClient, town: Town, field: str, value: object, message: str
) -> None:
    sign_in(client, town, "hanna")
    data = filled(town, "merendijk", step="check", window_days="33", **{field: value})
    answer = client.post(f"/programma/{town.municipality}/nieuw", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert message in page
    assert 'value="33"' in page


def test_the_samples_are_refreshed_for_the_script(client: FlaskClient, town: Town) -> None:
    sign_in(client, town, "hanna")
    address = f"/programma/{town.municipality}/voorbeeld"
    answer = client.post(address, data=filled(town, "merendijk"))
    assert "Bijna verlopen" in answer.get_data(as_text=True)
    assert "<html" not in answer.get_data(as_text=True)
    bad = client.post(address, data=filled(town, "merendijk", validity_months="x"))
    assert bad.status_code == 422
    assert client.post(f"/programma/{town.units['outside']}/voorbeeld").status_code == 404


def test_both_candidate_dates_are_shown_for_a_fixed_date(client: FlaskClient, town: Town) -> None:
    sign_in(client, town, "hanna")
    data = filled(town, "merendijk", basis="CALENDAR", fixed_day="1", fixed_month="12", step="show")
    page = client.post(f"/programma/{town.municipality}/nieuw", data=data).get_data(as_text=True)
    assert "De twee data" in page
    first = (
        clock.today().year
        if clock.today() < dt.date(clock.today().year, 12, 1)
        else 1 + clock.today().year
    )
    assert f"1 december {first} of 1 december {first + 1}" in page


def test_a_duty_of_another_municipality_is_not_there(
    app: Flask, town: Town, database: Database
) -> None:
    hanna = sign_in(app.test_client(), town, "hanna")
    carlijn = sign_in(app.test_client(), town, "carlijn")
    there = make(hanna, town, "other")
    outside = make(carlijn, town, "outside")
    bas = sign_in(app.test_client(), town, "bas")
    assert bas.get(f"/programma/verplichting/{there}").status_code == 404
    assert hanna.get(f"/programma/verplichting/{outside}").status_code == 404
    assert hanna.get(f"/programma/verplichting/{there}").status_code == 200
    assert hanna.get(f"/programma/verplichting/{uuid.uuid4()}").status_code == 404


def test_a_duty_from_above_can_be_seen_and_not_changed(
    app: Flask, town: Town, database: Database
) -> None:
    carlijn = sign_in(app.test_client(), town, "carlijn")
    duty = make(carlijn, town, "basisteam")
    page = sign_in(app.test_client(), town, "hanna").get(f"/programma/verplichting/{duty}")
    assert "Jij kunt haar bekijken, niet veranderen." in page.get_data(as_text=True)
    assert (
        sign_in(app.test_client(), town, "griet").get(f"/programma/verplichting/{duty}").status_code
        == 404
    )  # it is not about the council


def test_making_a_duty_is_in_the_log(client: FlaskClient, town: Town, database: Database) -> None:
    sign_in(client, town, "hanna")
    make(client, town, "merendijk")
    with database.reading() as db:
        query = sa.select(AuditEntry).where(AuditEntry.action == Action.CHANGED_DUTY)
        (entry,) = db.scalars(query)
    assert entry.actor_name == "Hanna Prins"
    assert entry.what == "aangezet: Signalen voor de balie"


def test_a_duty_says_in_words_for_what_a_round_opens_by_itself(
    client: FlaskClient, town: Town
) -> None:
    sign_in(client, town, "carlijn")
    form = client.get(f"/programma/{town.units['a2']}/nieuw").get_data(as_text=True)
    assert "Wanneer gaat er vanzelf een extra ronde open?" in form
    duty_id = make(client, town, "a2", opens_for=["ROLE", "TERM"])
    page = client.get(f"/programma/verplichting/{duty_id}").get_data(as_text=True)
    words = "bij het begin van een raadsperiode en bij een andere rol: binnen 42 dagen"
    assert words in page
    change = client.get(f"/programma/verplichting/{duty_id}/wijzigen").get_data(as_text=True)
    boxes = re.findall(r"<input[^>]*name=\"opens_for\"[^>]*>", change)
    assert [" checked" in box for box in boxes] == [True, False, True]
