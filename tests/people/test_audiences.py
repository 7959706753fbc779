"""Hanna changes who belongs to an audience, and sees who that is before she keeps it."""

from __future__ import annotations

import datetime as dt
import random

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.access import Grant, Population
from training.audit.models import Action, AuditEntry
from training.db import Database
from training.people.audience_actions import (
    ask_of,
    change_rules,
    holders_within,
    rules_of,
)
from training.people.audience_rules import Ask, members
from training.people.models import Position, Tag
from training.people.queries import audiences_of
from training.people.rules import PositionKind


@pytest.fixture
def hanna(client: FlaskClient, town: Town) -> FlaskClient:
    return sign_in(client, town, "hanna")


def address(town: Town, slug: str = "boas") -> str:
    return f"/doelgroepen/{slug}?gemeente={town.municipality}"


def rule(**filled: str) -> dict[str, str]:
    return {"kind": "", "job_title": "", "unit": "", "tag": "", "first_months": ""} | filled


def test_hanna_sees_who_comes_in_before_a_rule_is_kept(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    page = hanna.get(address(town)).text
    assert "Hoort erbij: 1" in page and "Boaz van den Berg" in page
    data = rule(unit=str(town.units["burgerzaken"]))
    page = hanna.post(address(town), data=data).text
    assert "2 komen erbij, 0 gaan eruit" in page and "Komt erbij: 2" in page
    with database.reading() as db:
        assert "boas" not in audiences_of(
            db, town.municipality, town.persons["anna"], clock.today()
        )
    hanna.post(address(town), data=data | {"confirm": "y"})
    with database.reading() as db:
        assert "boas" in audiences_of(db, town.municipality, town.persons["anna"], clock.today())
        entry = db.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == Action.CHANGED_AUDIENCE)
        ).one()
        assert "0 regels weg, 1 erbij" in entry.what


def test_a_rule_is_taken_away_and_who_is_in_none_is_named(
    hanna: FlaskClient, database: Database, town: Town
) -> None:
    with database.reading() as db:
        own = rules_of(db, town.municipality)["alle-medewerkers"]
        ids = [str(one.id) for one in own]
    slug = "alle-medewerkers"
    page = hanna.post(address(town, slug), data=rule() | {"remove": ids}).text
    assert "4 regels gaan weg" in page
    nowhere = page.split("Hoort bij geen enkele doelgroep")[1]
    assert "Piet Jansen" in nowhere and "Boaz" not in nowhere
    hanna.post(address(town, slug), data=rule() | {"remove": ids, "confirm": "y"})
    assert "horen bij geen enkele doelgroep" in hanna.get("/doelgroepen").text


@pytest.mark.parametrize(
    ("filled", "why"),
    [
        ({"first_months": "12"}, "Kies minstens een soort"),
        ({"first_months": "0", "kind": "EMPLOYEE"}, "van 1 tot en met 120"),
        ({"kind": "COUNCILLOR"}, "Soort"),
        ({"unit": "00000000-0000-4000-8000-000000000000"}, "Onderdeel"),
    ],
)
def test_a_rule_that_cannot_be_is_told(
    hanna: FlaskClient, database: Database, town: Town, filled: dict[str, str], why: str
) -> None:
    answer = hanna.post(address(town), data=rule(**filled) | {"confirm": "y"})
    assert (answer.status_code, why in answer.text) == (422, True)
    with database.reading() as db:
        assert len(rules_of(db, town.municipality)["boas"]) == 2


def test_each_desk_has_its_own_audiences(app: Flask, town: Town) -> None:
    for who, sees, never in (
        ("hanna", "boas", "raadsleden"),
        ("griet", "raadsleden", "boas"),
    ):
        client = sign_in(app.test_client(), town, who)
        assert client.get(f"/doelgroepen/{sees}").status_code == 200
        assert client.get(f"/doelgroepen/{never}").status_code == 404
        assert client.get(f"/doelgroepen?gemeente={town.units['outside']}").status_code == 404
    griet = sign_in(app.test_client(), town, "griet")
    page = griet.get("/doelgroepen/raadsleden").text
    assert "Rachid" in page and "Anna" not in page
    assert "Rachid" not in sign_in(app.test_client(), town, "hanna").get("/doelgroepen/boas").text


@pytest.mark.parametrize("seed", range(5))
def test_the_preview_says_what_the_database_then_does(
    database: Database, town: Town, seed: int
) -> None:
    """Random rules, on everybody: the pure preview and the query of memberships agree."""
    chance = random.Random(seed)
    reach = frozenset({Grant(town.municipality, frozenset(Population))})
    with database.writing() as db:
        for short in chance.sample(["anna", "vera", "boaz", "rachid"], 2):
            db.add(
                Tag(
                    municipality_id=town.municipality,
                    person_id=town.persons[short],
                    name="sleutelfunctionaris",
                    from_on=clock.today() - dt.timedelta(days=3),
                )
            )
        units = list(db.scalars(sa.select(Position.unit_id).distinct()))
        titles = list(db.scalars(sa.select(Position.job_title).distinct()))
        for _ in range(6):
            ask = Ask(
                chance.choice([None, *PositionKind]),
                chance.choice([None, None, *titles, "BOA"]) or None,
                chance.choice([None, None, *units]),
                chance.choice([None, "sleutelfunctionaris"]),
                chance.choice([None, 1, 6, 200]),
            )
            change_rules(db, town.municipality, "inkoop", [], ask)
        rules = rules_of(db, town.municipality)
        holders = holders_within(db, reach, town.municipality, clock.today())
        for slug, own in rules.items():
            told = members([ask_of(one) for one in own], holders, clock.today())
            found = {
                holder.person_id
                for holder in holders
                if slug in audiences_of(db, town.municipality, holder.person_id, clock.today())
            }
            assert told == found, slug
