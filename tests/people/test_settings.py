"""Bas decides what Merendijk decides for itself; bounds hold, and the log tells."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.audit.models import Action, AuditEntry
from training.ballots.actions import count_ballots
from training.ballots.box import Ballot, Box
from training.ballots.models import Snapshot
from training.db import Database
from training.jobs import raised_thresholds
from training.people.models import MunicipalitySetting
from training.people.municipality_settings import (
    ASKS_CONFIDENCE,
    COUNCIL_RECESS,
    DAYS_BY_NAME,
    LEAST_TO_COUNT,
    LOOK,
    OPENING_TEXT,
    SCHOOL_REGION,
    SETTINGS,
    Chosen,
    Number,
    Period,
    Setting,
    periods_in,
    settings_of,
    settings_of_all,
)
from training.people.queries import inserts_of
from training.web.theme import THEMES

RECESS = "12-07-2027 t/m 22-08-2027: Zomerreces\r\n1-3-2027 tot 7-3-2027"


def form(**changed: str) -> dict[str, str]:
    """What the page sends when nothing is touched, but for these."""
    chosen = Chosen()
    values: dict[str, Any] = {one.key: chosen[one] for one in SETTINGS}
    values["council_recess"] = ""
    values["asks_confidence"] = "y"
    return {key: str(value) for key, value in values.items()} | changed


@pytest.fixture
def bas(client: FlaskClient, town: Town) -> FlaskClient:
    return sign_in(client, town, "bas")


@pytest.fixture
def address(town: Town) -> str:
    return f"/instellingen/{town.municipality}"


def test_bas_changes_settings_and_the_log_has_one_line_for_each(
    bas: FlaskClient, address: str, database: Database, town: Town
) -> None:
    assert bas.get("/instellingen").location.endswith(address)
    answer = bas.post(
        address,
        data=form(
            school_region="zuid",
            council_recess=RECESS,
            least_to_count="15",
            opening_text="Welkom bij\r\nMerendijk",
        ),
        follow_redirects=True,
    )
    assert "Bewaard: Tekst boven ieders overzicht, Regio" in answer.text
    with database.reading() as db:
        chosen = settings_of(db, town.municipality)
        assert (chosen[SCHOOL_REGION], chosen[LEAST_TO_COUNT]) == ("zuid", 15)
        assert chosen[COUNCIL_RECESS] == (
            Period(dt.date(2027, 3, 1), dt.date(2027, 3, 7), ""),
            Period(dt.date(2027, 7, 12), dt.date(2027, 8, 22), "Zomerreces"),
        )
        assert settings_of(db, town.units["other"])[LEAST_TO_COUNT] == 10
        lines = db.scalars(sa.select(AuditEntry).where(AuditEntry.actor_name == "Bas Mulder"))
        assert [line.details["key"] for line in lines] == [
            "opening_text",
            "school_region",
            "council_recess",
            "least_to_count",
        ]
    assert (
        "Er was niets veranderd"
        in bas.post(
            address,
            data=form(
                school_region="zuid",
                council_recess=RECESS,
                least_to_count="15",
                opening_text="Welkom bij\nMerendijk",
            ),
            follow_redirects=True,
        ).text
    )


def test_everybody_reads_the_opening_text_of_the_own_municipality(
    bas: FlaskClient, app: Flask, address: str, town: Town
) -> None:
    bas.post(address, data=form(opening_text="Welkom bij <b>ons</b>\nin Merendijk"))
    page = sign_in(app.test_client(), town, "anna").get("/overzicht").text
    assert "Welkom bij &lt;b&gt;ons&lt;/b&gt;\nin Merendijk" in page
    assert "Welkom bij" not in sign_in(app.test_client(), town, "other_anna").get("/overzicht").text


def test_a_municipality_that_asks_for_more_people_sees_choices_later(
    bas: FlaskClient, address: str, database: Database, town: Town, tmp_path: Path
) -> None:
    bas.post(address, data=form(least_for_options="40"))
    box = Box(tmp_path / "ballots")
    for municipality in (town.municipality, town.units["other"]):
        box.drop(
            Ballot(str(municipality), str(municipality), "STAFF", "dilemma", 1, "scene", choice)
            for choice in (0, 1) * 15
        )
    assert count_ballots(database, box, raised_thresholds(database)) == 60
    with database.reading() as db:
        shown = {row.municipality_id: row.shares for row in db.scalars(sa.select(Snapshot))}
    assert shown == {
        town.municipality: {},
        town.units["other"]: {"0": "ongeveer 50 procent", "1": "ongeveer 50 procent"},
    }


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("least_to_count", "9", "van 10 tot en met 200"),
        ("least_to_count", "veel", "number"),
        ("least_for_options", "24", "van 25 tot"),
        ("days_by_name", "91", "van 0 tot en met 90"),
        ("months_as_pseudonym", "25", "van 0 tot en met 24"),
        ("hours_of_files", "0", "van 1 tot en met 24"),
        ("council_recess", "de hele zomer", "begrijpen we niet"),
        ("council_recess", "31-02-2027 t/m 01-03-2027", "begrijpen we niet"),
        ("council_recess", "02-03-2027 t/m 01-03-2027", "eindigt voor ze begint"),
        ("import_report_to", "bas", "heel e-mailadres"),
        ("mail_sender", "x" * 61, "hoogstens 60"),
        ("school_region", "oost", "Regio"),
    ],
)
def test_what_is_not_allowed_is_told_and_nothing_typed_is_lost(
    bas: FlaskClient, address: str, database: Database, field: str, value: str, why: str
) -> None:
    answer = bas.post(address, data=form(opening_text="Dit blijft staan", **{field: value}))
    assert answer.status_code == 422
    assert "Er klopt nog iets niet" in answer.text
    if why != "number":
        assert why in answer.text
    assert "Dit blijft staan" in answer.text
    with database.reading() as db:
        assert db.scalars(sa.select(MunicipalitySetting)).all() == []


def test_the_privacy_officer_changes_how_long_things_are_kept_and_nothing_else(
    client: FlaskClient, address: str, database: Database, town: Town
) -> None:
    piet = sign_in(client, town, "piet")
    page = piet.get(address).text
    assert "Logboek bewaren" in page
    assert "Huisstijl" not in page and "Vertrouwenspersoon" not in page
    answer = piet.post(address, data=form(days_by_name="10", theme="bos"))
    assert answer.status_code == 303
    with database.reading() as db:
        chosen = settings_of(db, town.municipality)
        assert (chosen[DAYS_BY_NAME], chosen[LOOK]) == (10, THEMES["zee"])
        actions = db.scalars(sa.select(AuditEntry.action))
        assert list(actions) == [Action.CHANGED_RETENTION]


def test_the_warning_list_shrinks_as_bas_fills_things_in(
    bas: FlaskClient, address: str, database: Database, town: Town
) -> None:
    page = bas.get(address).text
    assert "Dit vraagt nog aandacht" in page
    assert page.count("niet ingevuld") >= 10
    later = (clock.today() + dt.timedelta(days=200)).isoformat()
    contact = f"{address}/contact/vertrouwenspersoon"
    assert bas.post(contact, data={"text": "Els Blom"}).status_code == 422
    assert bas.post(contact, data={"text": "E", "checked_until": "2020-01-01"}).status_code == 422
    data = {"text": "Els Blom, 0123", "checked_until": later}
    assert "bewaard" in bas.post(contact, data=data, follow_redirects=True).text
    with database.reading() as db:
        assert inserts_of(db, town.municipality) == {"vertrouwenspersoon": "Els Blom, 0123"}
        assert inserts_of(db, town.units["other"]) == {}
    assert bas.post(contact, data={"text": ""}).status_code == 303
    with database.reading() as db:
        assert inserts_of(db, town.municipality) == {}


def test_another_municipality_is_not_there(bas: FlaskClient, town: Town, app: Flask) -> None:
    for other in (town.units["other"], town.units["outside"], town.units["a2"], uuid.uuid4()):
        assert bas.get(f"/instellingen/{other}").status_code == 404
        assert bas.post(f"/instellingen/{other}", data=form()).status_code == 404
        assert bas.get(f"/instellingen/{other}/contact/griffier").status_code == 404
    assert bas.get(f"/instellingen/{town.municipality}/contact/nietbekend").status_code == 404


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.key)
def test_every_setting_allows_its_own_default_and_keeps_it(setting: Setting[Any]) -> None:
    assert setting.problem(setting.default) is None
    assert setting.read(setting.kept(setting.default)) == setting.default
    assert setting.effect.endswith(".") and setting.in_words(setting.default)


@given(st.one_of(st.none(), st.booleans(), st.text(), st.lists(st.text()), st.integers()))
def test_whatever_stands_in_the_table_a_number_is_within_its_bounds(kept: object) -> None:
    for setting in SETTINGS:
        value = Chosen({setting.key: kept})[setting]
        if isinstance(setting, Number):
            assert setting.least <= value <= setting.most


def test_a_period_is_read_as_it_is_written() -> None:
    period = Period(dt.date(2027, 7, 12), dt.date(2027, 8, 22), "Zomerreces")
    assert periods_in(str(period)) == (period,)


def test_many_municipalities_cost_one_query(database: Database, town: Town) -> None:
    with database.reading() as db:
        chosen = settings_of_all(db)
        assert chosen[town.municipality][ASKS_CONFIDENCE] is True
        assert chosen[town.municipality][OPENING_TEXT] == ""
