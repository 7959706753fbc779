"""Griet begins a term and fills seats; the end of a mandate ends duties by itself."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.assignments import actions as duties
from training.assignments.models import Assignment
from training.assignments.rules import Policy
from training.content.classes import ContentKind
from training.db import Database
from training.people.council_rules import members_in
from training.people.models import CouncilTerm, Person, Position
from training.people.person_rules import replacement_until
from training.people.queries import audiences_of
from training.people.rules import PositionKind

DAY = dt.timedelta(days=1)


def first_day() -> dt.date:
    """The first day of the new council."""
    return clock.today() + dt.timedelta(days=100)


@pytest.fixture
def griet(client: FlaskClient, town: Town) -> FlaskClient:
    return sign_in(client, town, "griet")


def seats(database: Database, person_id: uuid.UUID) -> list[tuple[dt.date, dt.date | None, str]]:
    with database.reading() as db:
        query = sa.select(Position).where(Position.person_id == person_id)
        found = db.scalars(query.order_by(Position.from_on))
        return [(one.from_on, one.until_on, one.faction) for one in found]


def term(town: Town, **more: str) -> dict[str, str]:
    return {
        "from_on": first_day().isoformat(),
        f"stay-{town.persons['rachid']}": "y",
        f"faction-{town.persons['rachid']}": " Lokaal  Belang ",
        "councillors": "1. Noor van Dam; Lokaal Belang; Noor@raad.example\r\n\r\nIneke Visser; Groen",
        "members": "Vries, Jan de",
    } | more


def test_a_new_term_is_shown_first_and_then_begins_for_everybody(
    griet: FlaskClient, database: Database, town: Town
) -> None:
    page = griet.post("/raad/nieuwe-periode", data=term(town)).text
    assert "1 gaan door, 1 stoppen, 3 zijn nieuw" in page
    assert seats(database, town.persons["rachid"]) == [(dt.date(2026, 3, 26), None, "")]
    answer = griet.post("/raad/nieuwe-periode", data=term(town) | {"confirm": "y"})
    assert answer.status_code == 303
    assert seats(database, town.persons["rachid"]) == [
        (dt.date(2026, 3, 26), first_day() - DAY, ""),
        (first_day(), None, "Lokaal Belang"),
    ]
    # Ineke was not ticked, and named as a new councillor: she is the same person.
    assert seats(database, town.persons["ineke"]) == [
        (dt.date(2026, 4, 15), first_day() - DAY, ""),
        (first_day(), None, "Groen"),
    ]
    with database.reading() as db:
        noor = db.scalars(sa.select(Person).where(Person.family_name == "Dam")).one()
        assert (noor.email, noor.joined_on) == ("noor@raad.example", first_day())
        jan = db.scalars(
            sa.select(Person).where(Person.family_name == "Vries", Person.given_name == "Jan")
        ).one()
        kind = db.scalars(sa.select(Position.kind).where(Position.person_id == jan.id)).one()
        assert kind is PositionKind.COMMITTEE_MEMBER
        assert db.get_one(Person, (town.municipality, town.persons["ineke"])).left_on is None
        assert [one.from_on for one in db.scalars(sa.select(CouncilTerm))] == [first_day()]
        griet_herself = db.get_one(Person, (town.municipality, town.persons["griet"]))
        assert griet_herself.left_on is None
    assert "Noor van Dam" in griet.get("/raad").text


def test_the_end_of_a_mandate_ends_the_duties_of_the_council(
    griet: FlaskClient, database: Database, town: Town
) -> None:
    with database.transaction() as db:
        duties.make_duty(
            db,
            unit_id=town.municipality,
            title="Voor de raad",
            contents=[(ContentKind.MODULE, "bij-wie-meld-ik-wat")],
            audiences=["raadsleden"],
            policy=Policy(1, dt.date(2026, 10, 1)),
        )
        duties.open_cycles(db, clock.today())
        open_ones = sa.select(Assignment.person_id).where(Assignment.until_on.is_(None))
        assert town.persons["rachid"] in set(db.scalars(open_ones))
    data = {
        "from_on": (clock.today() + DAY).isoformat(),
        "councillors": "Noor van Dam",
        "confirm": "y",
    }
    griet.post("/raad/nieuwe-periode", data=data)
    after = clock.today() + 2 * DAY
    with database.transaction() as db:
        assert audiences_of(db, town.municipality, town.persons["rachid"], after) == frozenset()
        duties.open_cycles(db, after)
        rachid = db.scalars(
            sa.select(Assignment.until_on).where(Assignment.person_id == town.persons["rachid"])
        ).all()
        assert rachid == [clock.today()]
        assert (
            db.get_one(Person, (town.municipality, town.persons["rachid"])).left_on == clock.today()
        )


def seat_form(database: Database, town: Town, who: str, **more: str) -> dict[str, str]:
    with database.reading() as db:
        query = sa.select(Position.id).where(
            Position.person_id == town.persons[who], Position.until_on.is_(None)
        )
        seat = db.scalars(query).one()
    return {
        "seat": str(seat),
        "how": "while",
        "from_on": clock.today().isoformat(),
        "name": "Noor van Dam",
        "email": "",
    } | more


def test_a_member_on_leave_is_replaced_for_sixteen_weeks_and_comes_back_by_itself(
    griet: FlaskClient, database: Database, town: Town
) -> None:
    data = seat_form(database, town, "rachid")
    page = griet.post("/raad/zetel", data=data, follow_redirects=True).text
    last = clock.today() + dt.timedelta(days=111)
    assert "vervangt Rachid el Amrani" in page and f"{last:%d-%m-%Y}" in page
    assert seats(database, town.persons["rachid"]) == [
        (dt.date(2026, 3, 26), clock.today() - DAY, ""),
        (last + DAY, None, ""),
    ]
    with database.reading() as db:
        noor = db.scalars(sa.select(Person).where(Person.family_name == "Dam")).one()
        audience = {"raadsleden"}
        for day, rachid, other in (
            (clock.today() - DAY, audience, set()),
            (clock.today(), set(), audience),
            (last, set(), audience),
            (last + DAY, audience, set()),
        ):
            who = town.persons["rachid"]
            assert audiences_of(db, town.municipality, who, day) == rachid
            assert audiences_of(db, town.municipality, noor.id, day) == other


def test_a_fourth_replacement_in_a_term_is_refused(
    griet: FlaskClient, database: Database, town: Town
) -> None:
    with database.transaction() as db:
        for weeks in (1, 20, 30):
            db.add(
                Position(
                    municipality_id=town.municipality,
                    person_id=town.persons["ineke"],
                    unit_id=town.units["raad"],
                    kind=PositionKind.COUNCILLOR,
                    from_on=clock.today() - dt.timedelta(weeks=weeks),
                    until_on=clock.today() - dt.timedelta(weeks=weeks),
                    recorded_on=clock.today(),
                    replaces_id=town.persons["rachid"],
                )
            )
    answer = griet.post("/raad/zetel", data=seat_form(database, town, "rachid"))
    assert (answer.status_code, "drie keer vervangen" in answer.text) == (422, True)


def test_a_successor_takes_the_seat_for_good(
    griet: FlaskClient, database: Database, town: Town
) -> None:
    data = seat_form(database, town, "rachid", how="lasting", name="Ineke Visser")
    page = griet.post("/raad/zetel", data=data, follow_redirects=True).text
    assert "Ineke Visser volgt Rachid el Amrani op" in page
    assert seats(database, town.persons["rachid"])[-1][1] == clock.today() - DAY
    assert len(seats(database, town.persons["ineke"])) == 2
    with database.reading() as db:
        rachid = db.get_one(Person, (town.municipality, town.persons["rachid"]))
        assert rachid.left_on == clock.today() - DAY


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("from_on", "", "Kies de eerste dag"),
        ("from_on", "2020-01-01", "Kies een dag binnen een jaar"),
        ("councillors", "Noor", "begrijpen we niet"),
        ("councillors", "Noor Dam; A; geen-adres", "begrijpen we niet"),
        ("members", "Noor Dam; A; n@x.example; meer", "begrijpen we niet"),
    ],
)
def test_a_term_that_cannot_begin_is_told(
    griet: FlaskClient, database: Database, town: Town, field: str, value: str, why: str
) -> None:
    data = term(town, **{field: value}) | {"confirm": "y"}
    answer = griet.post("/raad/nieuwe-periode", data=data)
    assert (answer.status_code, why in answer.text) == (422, True)
    assert "Noor van Dam" in answer.text or field == "councillors"
    assert len(seats(database, town.persons["rachid"])) == 1


def test_hanna_has_no_council_and_griet_only_her_own(
    app: Flask, griet: FlaskClient, town: Town
) -> None:
    assert griet.get(f"/raad?gemeente={town.units['other']}").status_code == 404
    hanna = sign_in(app.test_client(), town, "hanna")
    for path in ("/raad", "/raad/nieuwe-periode", "/raad/zetel"):
        assert hanna.get(path).status_code == 404
    assert "Raad" not in hanna.get("/personen").text.split("<main")[1].split("</nav>")[0]


def test_a_replacement_ends_with_the_term() -> None:
    day = dt.date(2030, 1, 1)
    assert replacement_until(day, None) == dt.date(2030, 4, 22)
    assert replacement_until(day, dt.date(2030, 3, 27)) == dt.date(2030, 3, 27)


def test_a_line_of_a_list_is_read_as_people_write_it() -> None:
    found = members_in("2) de Vries, Anna ; Lokaal\n", PositionKind.COUNCILLOR)
    assert [(one.name, one.faction, one.email) for one in found] == [
        ("Anna de Vries", "Lokaal", None)
    ]
