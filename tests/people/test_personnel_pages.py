"""Hanna sends the personnel file: columns, preview, choices, a second person, and back again."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.people.test_personnel_import import STAFF, text
from tests.people.test_persons import crowd
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.assignments import actions as duties
from training.assignments.models import Assignment
from training.assignments.rules import Policy
from training.audit.models import Action, AuditEntry, AuditSubject
from training.content.classes import ContentKind
from training.db import Database
from training.evidence.models import Evidence, Source
from training.people import tree_actions, upload_actions
from training.people.models import Person, PersonnelUpload, Position, RememberedColumn, Unit
from training.people.rules import PositionKind, UploadState

NEW = "2001;Noor;van;Bakker;noor@merendijk.example;Veiligheid;Team Handhaving;Boa;1-11-2026;"


@pytest.fixture
def hanna(client: FlaskClient, town: Town) -> FlaskClient:
    return sign_in(client, town, "hanna")


def send(client: FlaskClient, town: Town, data: bytes, name: str = "personeel.csv") -> str:
    """Sends a file and takes the columns as they are recognised; the address of the preview."""
    form = {"municipality": str(town.municipality), "file": (io.BytesIO(data), name)}
    answer = client.post("/personeelsbestand", data=form)
    assert answer.status_code == 303, answer.text
    columns = answer.location
    chosen = dict(
        re.findall(
            r'name="(column-\d+)">.*?<option value="(\w+)" selected', client.get(columns).text
        )
    )
    answer = client.post(columns, data=chosen)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def confirm(client: FlaskClient, address: str) -> str:
    """Confirms what the preview shows; the page after it."""
    page = client.get(address).text
    shown = re.search(r'name="fingerprint" value="(\w+)"', page)
    assert shown, "there is something to confirm"
    data = {"fingerprint": shown[1]}
    return client.post(f"{address}/verwerken", data=data, follow_redirects=True).text


def everything(database: Database, town: Town) -> list[tuple[object, ...]]:
    with database.reading() as db:
        found: list[tuple[object, ...]] = []
        for table in (Person.__table__, Position.__table__):
            rows = db.execute(sa.select(table).where(table.c.municipality_id == town.municipality))
            found += sorted((tuple(row) for row in rows), key=str)
        return found


def test_a_file_is_seen_confirmed_and_taken_back_in_one_step(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    before = everything(database, town)
    married = STAFF[0].replace("de;Vries", ";Bakker").replace("anna@", "a.bakker@")
    address = send(hanna, town, text(married, STAFF[1], NEW))
    page = hanna.get(f"{address}?deel=gewijzigd").text
    assert "1 nieuw, 1 gewijzigd, 0 vertrokken" in page
    assert "naam: Anna de Vries wordt Anna Bakker" in page
    assert "komt bij Team Handhaving als Boa" in hanna.get(f"{address}?deel=nieuw").text
    assert everything(database, town) == before, "a preview changes nothing"
    assert "Het bestand is verwerkt: 1 nieuw, 1 anders, 0 weg" in confirm(hanna, address)
    with database.reading() as db:
        anna = db.get_one(Person, (town.municipality, town.persons["anna"]))
        assert anna.name == "Anna Bakker"
        entry = db.scalars(sa.select(AuditEntry).where(AuditEntry.action == Action.IMPORTED)).one()
        assert (entry.actor_name, entry.what) == ("Hanna Prins", "1 nieuw, 1 anders, 0 weg")
    page = hanna.post(f"{address}/terugdraaien", follow_redirects=True).text
    assert "Alles is weer zoals voor het bestand" in page
    assert everything(database, town) == before
    page = hanna.post(f"{address}/terugdraaien", follow_redirects=True).text
    assert "al teruggedraaid" in page


def test_columns_are_corrected_and_remembered(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    head = (
        "Personeelsnummer;Roepnaam;Tussenv;Achternaam;Post;Afdeling;Team;Werk;In dienst;Uit dienst"
    )
    data = text(*STAFF, head=head)
    form = {"municipality": str(town.municipality), "file": (io.BytesIO(data), "p.csv")}
    columns = hanna.post("/personeelsbestand", data=form).location
    assert "anna@merendijk.example" in hanna.get(columns).text
    chosen = {
        "column-0": "EMPLOYEE_NUMBER",
        "column-1": "GIVEN_NAME",
        "column-2": "INFIX",
        "column-3": "FAMILY_NAME",
        "column-4": "EMAIL",
        "column-7": "JOB_TITLE",
    }
    wrong = hanna.post(columns, data=chosen | {"column-5": "EMAIL"})
    assert (wrong.status_code, "Twee kolommen zijn" in wrong.text) == (422, True)
    wrong = hanna.post(columns, data={"column-1": "GIVEN_NAME"})
    assert "Kies nog een kolom voor: personeelsnummer, achternaam" in wrong.text
    assert hanna.post(columns, data=chosen).status_code == 303
    with database.reading() as db:
        kept = {row.name: row.field for row in db.scalars(sa.select(RememberedColumn))}
        assert (kept["werk"], kept["post"], kept["afdeling"]) == ("JOB_TITLE", "EMAIL", "")
    form["file"] = (io.BytesIO(data), "volgende.csv")
    page = hanna.get(hanna.post("/personeelsbestand", data=form).location).text
    selected = re.findall(r'name="column-(\d)">.*?<option value="(\w+)" selected', page)
    assert ("4", "EMAIL") in selected and ("7", "JOB_TITLE") in selected
    assert "5" not in dict(selected)


def test_missing_is_not_left_until_somebody_says_so(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    crowd(database, town, 40)
    address = send(hanna, town, text(*STAFF))
    page = hanna.get(f"{address}?deel=ontbreekt").text
    assert "Vera Kok" in page and "Rachid" not in page and "vertrokken" in page
    vera = str(town.persons["vera"])
    choice = {"deel": "ontbreekt", "listed": [vera], "left": [vera]}
    page = hanna.post(f"{address}/keuzes", data=choice, follow_redirects=True).text
    assert "0 nieuw, 0 gewijzigd, 1 vertrokken" in page
    assert "Vera Kok" in hanna.get(f"{address}?deel=vertrokken").text
    page = hanna.post(f"{address}/keuzes", data=choice | {"left": []}, follow_redirects=True).text
    assert "0 vertrokken" in page
    hanna.post(f"{address}/keuzes", data=choice)
    confirm(hanna, address)
    with database.reading() as db:
        left = db.scalars(sa.select(Person.id).where(Person.left_on.is_not(None))).all()
        assert left == [town.persons["vera"]]


def test_a_doubt_waits_for_a_choice(hanna: FlaskClient, database: Database, town: Town) -> None:
    double = STAFF[0].replace("1001;", "7001;")
    address = send(hanna, town, text(double, NEW.replace("Team Handhaving", "Team Onbekend")))
    page = hanna.get(address).text
    assert "Over 2 punten is twijfel" in page and "Lijkt op Anna de Vries (nummer 1001)" in page
    keys = re.findall(r'name="doubt" value="([^"]+)"', page)
    same = re.search(r'value="(same:[^"]+)"', page)
    assert same and len(keys) == 2
    answers = {
        key: same[1] if key.startswith("row:") else str(town.units["handhaving"]) for key in keys
    }
    data: dict[str, object] = {"deel": "twijfel", "doubt": keys}
    data |= {f"answer-{number}": answers[key] for number, key in enumerate(keys)}
    page = hanna.post(f"{address}/keuzes", data=data, follow_redirects=True).text
    assert "is twijfel" not in page and "1 nieuw, 1 gewijzigd" in page
    confirm(hanna, address)
    with database.reading() as db:
        anna = db.get_one(Person, (town.municipality, town.persons["anna"]))
        assert anna.employee_number == "7001", "the same person by a new number"
        noor = db.scalars(sa.select(Person).where(Person.employee_number == "2001")).one()
        place = db.scalars(sa.select(Position).where(Position.person_id == noor.id)).one()
        assert place.unit_id == town.units["handhaving"]


def test_a_large_change_needs_a_second_person_who_is_somebody_else(
    hanna: FlaskClient, app: Flask, database: Database, town: Town
) -> None:
    before = everything(database, town)
    address = send(hanna, town, text(*(line + "31-10-2026" for line in STAFF)))
    assert "Grote wijziging" in hanna.get(address).text
    assert "Nu moet een collega" in confirm(hanna, address)
    assert everything(database, town) == before
    page = hanna.get(address).text
    assert 'name="fingerprint"' not in page, "Hanna has done her part"
    with database.reading() as db:
        shown = db.scalars(sa.select(PersonnelUpload.shown)).one()
    data = {"fingerprint": shown}
    page = hanna.post(f"{address}/verwerken", data=data, follow_redirects=True).text
    assert "zelf al bevestigd" in page and everything(database, town) == before
    griet = sign_in(app.test_client(), town, "griet")
    assert griet.post(f"{address}/verwerken", data=data).status_code == 404
    bas = sign_in(app.test_client(), town, "bas")
    assert "Bevestig als tweede persoon" in bas.get(address).text
    assert "Het bestand is verwerkt" in confirm(bas, address)
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).where(Person.left_on.is_not(None))) == 2


def test_another_choice_asks_for_both_persons_again(
    hanna: FlaskClient, app: Flask, database: Database, town: Town
) -> None:
    address = send(hanna, town, text(*(line + "31-10-2026" for line in STAFF)))
    confirm(hanna, address)
    vera = str(town.persons["vera"])
    choice = {"deel": "ontbreekt", "listed": [vera], "left": [vera]}
    bas = sign_in(app.test_client(), town, "bas")
    bas.post(f"{address}/keuzes", data=choice)
    assert "Nu moet een collega" in confirm(bas, address)
    assert "Het bestand is verwerkt" in confirm(hanna, address)


def test_a_plan_that_is_not_what_was_shown_is_shown_again(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    address = send(hanna, town, text(*STAFF, NEW))
    page = hanna.get(address).text
    shown = re.search(r'name="fingerprint" value="(\w+)"', page)
    assert shown
    with database.transaction() as db:
        db.get_one(Person, (town.municipality, town.persons["anna"])).family_name = "Blom"
    page = hanna.post(
        f"{address}/verwerken", data={"fingerprint": shown[1]}, follow_redirects=True
    ).text
    assert "intussen iets veranderd" in page and "1 gewijzigd" in page
    with database.reading() as db:
        assert db.scalars(sa.select(Person).where(Person.employee_number == "2001")).all() == []


def test_taking_back_is_refused_when_somebody_was_changed_since(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    address = send(hanna, town, text(*STAFF, NEW))
    confirm(hanna, address)
    with database.transaction() as db:
        noor = db.scalars(sa.select(Person).where(Person.employee_number == "2001")).one()
        noor.email = "other@merendijk.example"
    after = everything(database, town)
    page = hanna.post(f"{address}/terugdraaien", follow_redirects=True).text
    assert "iets veranderd bij 1 gegeven" in page
    assert everything(database, town) == after


def test_duties_that_followed_by_themselves_go_when_a_file_is_taken_back(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    with database.transaction() as db:
        duties.make_duty(
            db,
            unit_id=town.municipality,
            title="Voor boa's",
            contents=[(ContentKind.MODULE, "bij-wie-meld-ik-wat")],
            audiences=["boas"],
            policy=Policy(1, dt.date(2026, 10, 1)),
        )
        duties.open_cycles(db, clock.today())
    before = everything(database, town)
    address = send(hanna, town, text(*STAFF, NEW))
    confirm(hanna, address)
    with database.transaction() as db:
        duties.open_cycles(db, clock.today())
        noor = db.scalars(sa.select(Person.id).where(Person.employee_number == "2001")).one()
        theirs = (
            sa.select(sa.func.count()).select_from(Assignment).where(Assignment.person_id == noor)
        )
        assert db.scalar(theirs) == 1
    page = hanna.post(f"{address}/terugdraaien", follow_redirects=True).text
    assert "Alles is weer zoals voor het bestand" in page
    assert everything(database, town) == before
    with database.reading() as db:
        assert db.scalar(theirs) == 0


def test_taking_back_is_refused_when_somebody_new_has_proof(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    address = send(hanna, town, text(*STAFF, NEW))
    confirm(hanna, address)
    with database.transaction() as db:
        noor = db.scalars(sa.select(Person).where(Person.employee_number == "2001")).one()
        db.add(
            Evidence(
                municipality_id=town.municipality,
                person_id=noor.id,
                content_kind=ContentKind.MODULE,
                content_id="bij-wie-meld-ik-wat",
                content_version=1,
                completed_on=clock.today(),
                source=Source.ONLINE,
                unit_id=town.units["handhaving"],
            )
        )
    after = everything(database, town)
    page = hanna.post(f"{address}/terugdraaien", follow_redirects=True).text
    assert "al een account of een bewijs" in page
    assert everything(database, town) == after


def test_a_unit_by_its_old_name_is_found(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    with database.transaction() as db:
        team = db.get_one(Unit, town.units["handhaving"])
        tree_actions.rename_unit(db, team, "Team Toezicht", clock.today(), clock.today())
        old = db.get_one(Unit, town.units["vergunningen"])
        into = db.get_one(Unit, town.units["burgerzaken"])
        tree_actions.merge_unit(db, old, into, clock.today(), clock.today())
    vera = "1003;Vera;;Kok;vera@merendijk.example;Dienstverlening;Team Vergunningen;Vergunningverlener;1-6-2019;"
    address = send(hanna, town, text(NEW, vera))
    page = hanna.get(f"{address}?deel=nieuw").text
    assert "komt bij Team Toezicht als Boa" in page and "In twijfel (0)" in page
    assert "Gewijzigd (0)" in page


def test_the_seat_on_the_council_of_a_leaver_stays(
    hanna: FlaskClient, app: Flask, database: Database, town: Town
) -> None:
    with database.transaction() as db:
        db.add(
            Position(
                municipality_id=town.municipality,
                person_id=town.persons["anna"],
                unit_id=town.units["raad"],
                kind=PositionKind.COMMITTEE_MEMBER,
                from_on=dt.date(2026, 9, 2),
                recorded_on=dt.date(2026, 9, 2),
            )
        )
    address = send(hanna, town, text(STAFF[0] + "31-10-2026", STAFF[1]))
    confirm(hanna, address)
    bas = sign_in(app.test_client(), town, "bas")
    confirm(bas, address)
    with database.reading() as db:
        found = db.scalars(
            sa.select(Position)
            .where(Position.person_id == town.persons["anna"])
            .order_by(Position.from_on)
        ).all()
        assert [one.until_on for one in found] == [dt.date(2026, 10, 31), None]
        assert db.get_one(Person, (town.municipality, town.persons["anna"])).left_on is None


def test_a_file_is_gone_after_a_day(hanna: FlaskClient, database: Database, town: Town) -> None:
    address = send(hanna, town, text(*STAFF, NEW))
    with database.transaction() as db:
        now = clock.now()
        assert upload_actions.remove_expired(db, now) == 0
        upload = db.scalars(sa.select(PersonnelUpload)).one()
        assert upload.expires_at - upload.sent_at == dt.timedelta(hours=24)
        upload.expires_at = now - dt.timedelta(seconds=1)
    assert hanna.get(address).status_code == 404
    with database.transaction() as db:
        assert upload_actions.remove_expired(db, now) == 1
    address = send(hanna, town, text(*STAFF, NEW))
    assert hanna.post(f"{address}/weggooien").status_code == 303
    assert hanna.get(address).status_code == 404


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "leeg"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "oud of beveiligd Excel"),
        (b"%PDF-1.7 hello", "kennen we niet"),
        (b"PK\x03\x04rubbish", "beschadigd"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_on_the_page(
    hanna: FlaskClient, town: Town, data: bytes, why: str
) -> None:
    form = {"municipality": str(town.municipality), "file": (io.BytesIO(data), "x.xlsx")}
    answer = hanna.post("/personeelsbestand", data=form)
    assert (answer.status_code, why in answer.text) == (422, True)
    answer = hanna.post("/personeelsbestand", data={"municipality": str(town.municipality)})
    assert (answer.status_code, "Kies eerst een bestand" in answer.text) == (422, True)


def test_what_is_typed_in_a_file_is_text_on_the_page(hanna: FlaskClient, town: Town) -> None:
    nasty = NEW.replace("Noor", "<script>alert(1)</script>").replace("Boa", "=1+1")
    address = send(hanna, town, text(nasty), name="../../<b>x</b>.csv")
    page = hanna.get(address).text
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    assert "<b>x</b>" not in page and "../" not in page.split("<main")[1]


def test_another_municipality_and_another_desk_see_nothing_of_a_file(
    hanna: FlaskClient, app: Flask, database: Database, town: Town
) -> None:
    address = send(hanna, town, text(*STAFF, NEW))
    with database.transaction() as db:
        upload = db.scalars(sa.select(PersonnelUpload)).one()
        upload.municipality_id = town.units["other"]
    bas = sign_in(app.test_client(), town, "bas")
    for path in ("", "/kolommen"):
        assert bas.get(address + path).status_code == 404
    for path in ("/keuzes", "/verwerken", "/terugdraaien", "/weggooien"):
        assert bas.post(address + path).status_code == 404
    assert "personeel.csv" not in bas.get("/personeelsbestand").text
    form = {"municipality": str(town.units["outside"]), "file": (io.BytesIO(text(NEW)), "x.csv")}
    assert hanna.post("/personeelsbestand", data=form).status_code == 422


def test_whose_data_a_preview_shows_is_in_the_log(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    address = send(hanna, town, text(STAFF[0].replace("Vries", "Blom"), STAFF[1]))
    hanna.get(f"{address}?deel=gewijzigd")
    with database.reading() as db:
        assert set(db.scalars(sa.select(AuditSubject.person_id))) == {town.persons["anna"]}
        assert (
            uuid.UUID(address.rsplit("/", 1)[1])
            == db.scalars(
                sa.select(PersonnelUpload.id).where(PersonnelUpload.state == UploadState.OPEN)
            ).one()
        )
