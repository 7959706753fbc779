"""Figures of groups: from ten people for who may not see names, and never less than they say."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.reporting import offices
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.assignments import actions
from training.assignments.models import Duty
from training.db import Database
from training.people.models import MunicipalitySetting, Person, Position
from training.people.rules import PositionKind
from training.reporting.figure_actions import write_months
from training.reporting.models import FigureMonth


@pytest.fixture
def duties(database: Database, town: Town) -> dict[str, Duty]:
    with database.transaction() as db:
        return offices.fill(db, town, clock.today())


def more_people(database: Database, town: Town, unit: str, number: int) -> None:
    """So many new employees in a unit, who joined four months ago."""
    joined = clock.today() - dt.timedelta(days=125)
    with database.transaction() as db:
        municipality = town.units["other"] if unit.startswith("other") else town.municipality
        for n in range(number):
            person = Person(
                municipality_id=municipality,
                id=uuid.uuid4(),
                given_name=f"N{n}",
                family_name="Nieuw",
                joined_on=joined,
            )
            db.add(person)
            db.flush()
            db.add(
                Position(
                    municipality_id=municipality,
                    person_id=person.id,
                    unit_id=town.units[unit],
                    kind=PositionKind.EMPLOYEE,
                    job_title="Medewerker",
                    from_on=joined,
                    recorded_on=joined,
                )
            )
        db.flush()
        actions.open_cycles(db, clock.today())


def table(page: str, name: str) -> list[list[str]]:
    """The cells of one table of the page."""
    if f'id="{name}-titel"' not in page:
        return []
    body = page.split(f'id="{name}-titel"', 1)[1].split("<tbody", 1)[1].split("</tbody", 1)[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    return [
        [
            " ".join(offices.plain(c).split())
            for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        ]
        for row in rows
    ]


def test_who_sees_names_sees_small_groups_and_others_do_not(
    client: FlaskClient, town: Town, duties: dict[str, Duty]
) -> None:
    """Merendijk has eleven employees, Oosterwaard one."""
    sign_in(client, town, "hanna")
    seen = {row[0] for row in table(client.get("/cijfers").get_data(as_text=True), "cijfers")}
    assert seen == {"Merendijk", "Oosterwaard", "Alle gemeenten samen"}
    sign_in(client, town, "carlijn")
    page = client.get("/cijfers").get_data(as_text=True)
    assert {row[0] for row in table(page, "cijfers")} == {"Merendijk"}
    assert "Weggelaten: 2 groepen" in page
    assert "Op orde:" not in page, "the total would tell about the one in Oosterwaard"
    assert table(page, "teams") == []


def test_staff_and_council_are_counted_apart(
    client: FlaskClient, town: Town, duties: dict[str, Duty]
) -> None:
    sign_in(client, town, "hanna")
    page = client.get("/cijfers?groep=COUNCIL").get_data(as_text=True)
    assert table(page, "cijfers") == [], "HR sees no names of the council, and there are only two"
    sign_in(client, town, "griet")
    page = client.get("/cijfers").get_data(as_text=True)
    assert [row[2] for row in table(page, "cijfers")] == ["2"]


def test_the_basisteam_cannot_choose_a_team(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    more_people(database, town, "burgerzaken", 12)
    sign_in(client, town, "carlijn")
    page = client.get("/cijfers").get_data(as_text=True)
    options = re.findall(r"<option[^>]*>([^<]+)</option>", page)
    assert "Merendijk (gemeente)" in options
    assert not [option for option in options if "team)" in option and "basisteam" not in option]
    forced = client.get(f"/cijfers?onderdeel={town.units['burgerzaken']}")
    assert forced.status_code == 422
    assert table(forced.get_data(as_text=True), "cijfers") == []


def test_a_municipality_may_raise_the_least_and_not_lower_it(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    sign_in(client, town, "bas")
    for value, shown in ((5, True), (12, False)):
        with database.transaction() as db:
            db.merge(
                MunicipalitySetting(
                    municipality_id=town.municipality, key="least_to_count", value={"value": value}
                )
            )
        page = client.get("/cijfers").get_data(as_text=True)
        assert bool(table(page, "cijfers")) == shown


def test_coverage_and_heat_map_count_the_same_people(
    client: FlaskClient, town: Town, duties: dict[str, Duty]
) -> None:
    sign_in(client, town, "hanna")
    page = client.get(f"/cijfers?onderdeel={town.municipality}").get_data(as_text=True)
    drugs = next(r for r in table(page, "cijfers") if r[1] == "Drugshandel herkennen")
    assert drugs[3:5] == ["11", "3"]
    everybody = next(r for r in table(page, "dekking") if r[0] == "Alle medewerkers")
    assert "3 van 11" in everybody[1]
    teams = table(page, "teams")
    counts = [re.search(r"(\d+) van (\d+)", row[1]) for row in teams]
    assert sum(int(c[1]) for c in counts if c) == 3
    assert sum(int(c[2]) for c in counts if c) == 11


def test_newcomers_are_followed_for_three_months(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    more_people(database, town, "burgerzaken", 3)
    with database.transaction() as db:
        person = db.scalars(sa.select(Person).where(Person.given_name == "N0")).one()
        position = db.scalars(sa.select(Position).where(Position.person_id == person.id)).one()
        from training.evidence.actions import record

        for kind, content in (offices.DRUGS, offices.INTEGRITY):
            record(
                db,
                municipality_id=person.municipality_id,
                person_id=person.id,
                unit_id=position.unit_id,
                kind=kind,
                content_id=content,
                version=1,
                completed_on=person.joined_on + dt.timedelta(days=30),
            )
        actions.open_cycles(db, clock.today())
    sign_in(client, town, "hanna")
    rows = table(client.get("/cijfers").get_data(as_text=True), "nieuw")
    assert any("1 van 3" in row[2] for row in rows), rows


def test_the_months_are_frozen_without_small_groups_and_written_once(
    client: FlaskClient, town: Town, duties: dict[str, Duty], database: Database
) -> None:
    with database.transaction() as db:
        assert write_months(db, clock.today()) > 0
        assert write_months(db, clock.today()) == 0
        rows = list(db.scalars(sa.select(FigureMonth)))
        assert all(row.people >= 10 for row in rows)
        assert {row.municipality_id for row in rows} == {town.municipality}
    sign_in(client, town, "hanna")
    page = client.get(f"/cijfers?onderdeel={town.municipality}").get_data(as_text=True)
    assert table(page, "tijd")


def test_the_coordinator_exports_totals_without_names(
    client: FlaskClient, town: Town, duties: dict[str, Duty]
) -> None:
    sign_in(client, town, "carlijn")
    cells = offices.in_xlsx(client.post("/cijfers/export/xlsx").get_data())
    assert cells[0][0] == "Gemeente"
    assert {row[0] for row in cells[1:]} == {"Merendijk"}
    assert client.post("/cijfers/export/csv").status_code == 404
