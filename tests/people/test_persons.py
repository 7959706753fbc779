"""Hanna, Griet and Bas look after their own people by hand: one by one, and many at once."""

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
from training.audit.models import Action, AuditEntry, AuditSubject
from training.db import Database
from training.people.models import Person, Position, Tag
from training.people.queries import audiences_of
from training.people.rules import PositionKind

DAY = dt.timedelta(days=1)


@pytest.fixture
def hanna(client: FlaskClient, town: Town) -> FlaskClient:
    return sign_in(client, town, "hanna")


def positions(database: Database, person_id: uuid.UUID) -> list[Position]:
    with database.reading() as db:
        query = sa.select(Position).where(Position.person_id == person_id)
        return list(db.scalars(query.order_by(Position.from_on, Position.until_on)))


def new_person(town: Town, **changed: str) -> dict[str, str]:
    return {
        "given_name": " Noor ",
        "infix": "Van",
        "family_name": "Bakker",
        "email": "Noor@merendijk.example",
        "employee_number": "2001",
        "joined_on": clock.today().isoformat(),
        "kind": "EMPLOYEE",
        "unit": str(town.units["handhaving"]),
        "job_title": "Boa",
        "manager": "marga bos",
        "faction": "",
    } | changed


def test_hanna_adds_somebody_who_then_belongs_to_the_right_audiences(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    address = f"/personen/nieuw?gemeente={town.municipality}"
    answer = hanna.post(address, data=new_person(town))
    assert answer.status_code == 303
    person_id = uuid.UUID(answer.location.rsplit("/", 1)[1])
    page = hanna.get(answer.location).text
    assert "Noor van Bakker" in page and "Marga Bos" in page and "noor@merendijk" in page
    with database.reading() as db:
        audiences = audiences_of(db, town.municipality, person_id, clock.today())
        assert audiences == {"boas", "alle-medewerkers", "nieuwe-medewerkers"}
        entry = db.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == Action.CHANGED_PERSON)
        ).one()
        assert (entry.actor_name, entry.municipality_id) == ("Hanna Prins", town.municipality)


def test_hanna_of_three_municipalities_begins_with_her_own(hanna: FlaskClient, town: Town) -> None:
    assert "Je voegt iemand toe aan Merendijk" in hanna.get("/personen/nieuw").text
    page = hanna.get(f"/personen/nieuw?gemeente={town.units['other']}").text
    assert "Je voegt iemand toe aan Oosterwaard" in page
    assert hanna.get(f"/personen/nieuw?gemeente={town.units['outside']}").status_code == 404


def test_adding_one_after_the_other_keeps_the_place_and_no_name_in_the_address(
    hanna: FlaskClient, town: Town
) -> None:
    form = new_person(town) | {"another": "y"}
    answer = hanna.post(f"/personen/nieuw?gemeente={town.municipality}", data=form)
    assert "job_title=Boa" in answer.location and "marga" not in answer.location.lower()
    page = hanna.get(answer.location).text
    assert 'value="Boa"' in page and "Noor van Bakker is toegevoegd" in page


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("employee_number", "1001", "al van iemand anders"),
        ("email", "noor", "heel e-mailadres"),
        ("given_name", " ", "Vul de voornaam in"),
        ("joined_on", "morgen", "Kies de eerste dag"),
        ("manager", "Niemand Hier", "vinden niemand anders"),
        ("unit", "00000000-0000-4000-8000-000000000000", "Onderdeel"),
        ("kind", "COUNCILLOR", "Soort"),
    ],
)
def test_what_cannot_be_kept_is_told_and_nothing_typed_is_lost(
    hanna: FlaskClient, database: Database, town: Town, field: str, value: str, why: str
) -> None:
    address = f"/personen/nieuw?gemeente={town.municipality}"
    answer = hanna.post(address, data=new_person(town, **{field: value}))
    assert answer.status_code == 422
    assert "Er klopt nog iets niet" in answer.text and why in answer.text
    assert 'value="Bakker"' in answer.text
    with database.reading() as db:
        query = sa.select(Person).where(Person.family_name == "Bakker")
        assert db.scalars(query).all() == []


def test_somebody_without_a_mailbox_and_with_two_positions(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    boaz = town.persons["boaz"]
    data = {
        "given_name": "Boaz",
        "infix": "van den",
        "family_name": "Berg",
        "email": "",
        "employee_number": "1004",
        "joined_on": "2018-01-01",
    }
    assert hanna.post(f"/personen/{boaz}/wijzigen", data=data).status_code == 303
    desk = {
        "kind": "EMPLOYEE",
        "unit": str(town.units["burgerzaken"]),
        "job_title": "Medewerker klantcontact",
        "from_on": clock.today().isoformat(),
    }
    assert hanna.post(f"/personen/{boaz}/functie", data=desk).status_code == 303
    assert "geen eigen mailbox" in hanna.get(f"/personen/{boaz}").text
    assert "Boaz" in hanna.get("/personen?stand=NO_MAIL").text
    with database.reading() as db:
        audiences = audiences_of(db, town.municipality, boaz, clock.today())
        assert {"boas", "baliemedewerkers"} <= audiences


def test_another_unit_from_a_later_day_keeps_what_was(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    vera = town.persons["vera"]
    old = positions(database, vera)[0]
    data = {
        "kind": "EMPLOYEE",
        "unit": str(town.units["burgerzaken"]),
        "job_title": "Medewerker burgerzaken",
        "manager": "1002",
        "from_on": clock.today().isoformat(),
    }
    assert hanna.post(f"/personen/{vera}/functie/{old.id}", data=data).status_code == 303
    was, now = positions(database, vera)
    assert (was.unit_id, was.until_on) == (town.units["vergunningen"], clock.today() - DAY)
    assert (now.unit_id, now.from_on, now.until_on) == (
        town.units["burgerzaken"],
        clock.today(),
        None,
    )
    assert now.manager_id == town.persons["theo"]


def bulk(town: Town, people: list[str], what: str, **more: str) -> dict[str, object]:
    return {
        "person": [str(town.persons[one]) for one in people],
        "what": what,
        "unit": str(town.units["veiligheid"]),
        "on": clock.today().isoformat(),
        "tag": "",
    } | more


def test_many_are_moved_after_seeing_who(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    data = bulk(town, ["anna", "vera", "rachid", "outside_anna"], "verplaatsen")
    page = hanna.post("/personen/samen", data=data).text
    assert "Dit geldt voor 2 personen" in page and "Rachid" not in page
    assert len(positions(database, town.persons["anna"])) == 1
    answer = hanna.post("/personen/samen", data=data | {"confirm": "y"}, follow_redirects=True)
    assert "2 verplaatst naar Veiligheid" in answer.text
    for short in ("anna", "vera"):
        assert positions(database, town.persons[short])[-1].unit_id == town.units["veiligheid"]
    assert len(positions(database, town.persons["rachid"])) == 1
    with database.reading() as db:
        about = db.scalars(
            sa.select(AuditSubject.person_id)
            .join(
                AuditEntry,
                sa.and_(
                    AuditEntry.municipality_id == AuditSubject.municipality_id,
                    AuditEntry.sequence == AuditSubject.sequence,
                ),
            )
            .where(AuditEntry.action == Action.CHANGED_PERSON)
        )
        assert set(about) == {town.persons["anna"], town.persons["vera"]}


def test_all_that_were_found_get_a_tag_and_lose_it_again(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    address = f"/personen/samen?onderdeel={town.units['veiligheid']}"
    data = bulk(town, [], "kenmerk", tag="Sleutelfunctionaris", everybody="y", confirm="y")
    assert "2 kregen het kenmerk" in hanna.post(address, data=data, follow_redirects=True).text
    with database.reading() as db:
        tagged = set(db.scalars(sa.select(Tag.person_id)))
        assert tagged == {town.persons["boaz"], town.persons["marga"]}
        audiences = audiences_of(db, town.municipality, town.persons["boaz"], clock.today())
        assert "sleutelfunctionarissen" in audiences
    assert "Boaz" in hanna.get("/personen?kenmerk=sleutelfunctionaris").text
    data = bulk(town, ["boaz"], "kenmerk-weg", tag="sleutelfunctionaris", confirm="y")
    hanna.post("/personen/samen", data=data)
    assert "Boaz" not in hanna.get("/personen?kenmerk=sleutelfunctionaris").text


def test_leaving_ends_positions_and_keeps_the_person_on_the_list_of_leavers(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    last = (clock.today() - DAY).isoformat()
    data = bulk(town, ["anna"], "uit-dienst", on=last, confirm="y")
    assert "1 uit dienst" in hanna.post("/personen/samen", data=data, follow_redirects=True).text
    assert positions(database, town.persons["anna"])[0].until_on == clock.today() - DAY
    assert str(town.persons["anna"]) not in hanna.get("/personen").text
    assert str(town.persons["anna"]) in hanna.get("/personen?stand=LEFT").text


def test_hr_does_not_end_the_council_seat_of_somebody_who_also_works_here(
    hanna: FlaskClient, database: Database, town: Town
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
    assert "ommissielid" not in hanna.get(f"/personen/{town.persons['anna']}").text
    data = bulk(town, ["anna"], "uit-dienst", on=clock.today().isoformat(), confirm="y")
    hanna.post("/personen/samen", data=data)
    ended, seat = positions(database, town.persons["anna"])
    assert (ended.until_on, seat.until_on) == (clock.today(), None)
    with database.reading() as db:
        assert db.get_one(Person, (town.municipality, town.persons["anna"])).left_on is None


@pytest.mark.parametrize(
    ("people", "more", "why"),
    [
        ([], {}, "niemand gekozen"),
        (["anna"], {"on": ""}, "Kies een dag"),
        (["anna"], {"what": "kenmerk"}, "Vul een kenmerk in"),
        (["anna"], {"what": "wissen"}, "Kijk na"),
        (["anna"], {"unit": "00000000-0000-4000-8000-000000000000"}, "Kijk na"),
    ],
)
def test_a_bulk_action_that_cannot_be_is_told(
    hanna: FlaskClient, town: Town, people: list[str], more: dict[str, str], why: str
) -> None:
    data = bulk(town, people, "verplaatsen") | more | {"confirm": "y"}
    answer = hanna.post("/personen/samen", data=data)
    assert (answer.status_code, why in answer.text) == (422, True)


def crowd(database: Database, town: Town, count: int) -> None:
    with database.transaction() as db:
        for number in range(count):
            person_id = uuid.uuid4()
            db.add(
                Person(
                    municipality_id=town.municipality,
                    id=person_id,
                    given_name="Kim",
                    family_name=f"Crowd {number:03}",
                    employee_number=f"9{number:03}",
                    joined_on=dt.date(2020, 1, 1),
                )
            )
            db.flush()
            db.add(
                Position(
                    municipality_id=town.municipality,
                    person_id=person_id,
                    unit_id=town.units["bedrijfsvoering"],
                    kind=PositionKind.EMPLOYEE,
                    from_on=dt.date(2020, 1, 1),
                    recorded_on=dt.date(2020, 1, 1),
                )
            )


def test_so_many_leaving_at_once_is_for_the_personnel_file(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    crowd(database, town, 40)
    data = bulk(town, [], "uit-dienst", everybody="y", confirm="y")
    answer = hanna.post("/personen/samen?zoek=crowd", data=data)
    assert (answer.status_code, "een ander met je mee" in answer.text) == (422, True)


def test_the_list_asks_no_more_for_more_people(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    with counted(database) as few:
        hanna.get("/personen")
    crowd(database, town, 120)
    with counted(database) as many:
        page = hanna.get("/personen").text
    assert "Pagina 1 van 2" in page
    # One line of the log is written a hundred names at a time: the same number of statements.
    assert len(many) <= len(few)


@pytest.mark.parametrize(
    ("who", "sees", "never"),
    [
        ("hanna", {"vera", "other_anna"}, {"rachid", "outside_anna", "wim"}),
        ("griet", {"rachid", "ineke"}, {"anna", "wim", "other_rachid", "griet"}),
        ("bas", {"vera", "rachid", "wim"}, {"other_anna", "outside_anna"}),
        ("piet", {"vera", "rachid", "wim"}, {"other_anna", "outside_anna"}),
    ],
)
def test_each_desk_sees_its_own_people_and_it_is_recorded(
    app: Flask, database: Database, town: Town, who: str, sees: set[str], never: set[str]
) -> None:
    client = sign_in(app.test_client(), town, who)
    page = client.get("/personen").text
    for short in sees:
        assert str(town.persons[short]) in page
        assert client.get(f"/personen/{town.persons[short]}").status_code == 200
    for short in never:
        assert str(town.persons[short]) not in page
        for path in ("", "/wijzigen", "/functie"):
            assert client.get(f"/personen/{town.persons[short]}{path}").status_code == 404
    with database.reading() as db:
        looked = set(db.scalars(sa.select(AuditSubject.person_id)))
    assert {town.persons[short] for short in sees} <= looked
    if who == "piet":
        for path in ("/wijzigen", "/functie"):
            assert client.get(f"/personen/{town.persons['vera']}{path}").status_code == 404
        assert "Wijzig gegevens" not in client.get(f"/personen/{town.persons['vera']}").text
