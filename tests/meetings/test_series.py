"""A fixed item: each month a dilemma the team did not have, a card of one page, and a calendar."""

from __future__ import annotations

import datetime as dt
import re
import zlib

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.clock import AMSTERDAM, local_date
from training.content.classes import Library
from training.db import Database
from training.identity.models import RoleGrant
from training.identity.rules import Role
from training.mail.models import OutboxMessage
from training.meetings import series_rules
from training.meetings.models import Meeting, MeetingSeries
from training.meetings.series_actions import plan_ahead

DATA = {
    "title": "Integriteit in het overleg",
    "audience": "raadsleden",
    "week": "2",
    "weekday": "1",
    "time": "09:30",
    "place": "Kantine",
}


@pytest.fixture
def fatma(app: Flask, town: Town) -> FlaskClient:
    return sign_in(app.test_client(), town, "fatma")


def make(desk: FlaskClient, town: Town) -> None:
    data = DATA | {"unit": str(town.units["burgerzaken"]), "from_on": f"{clock.today():%Y-%m-%d}"}
    assert desk.post("/bijeenkomsten/vast", data=data).status_code == 303


def planned(database: Database) -> list[Meeting]:
    with database.reading() as db:
        return list(db.scalars(sa.select(Meeting).order_by(Meeting.starts_at)))


@pytest.mark.parametrize(
    ("month", "week", "weekday", "day"),
    [
        ("2026-11-01", 1, 0, 2),
        ("2026-11-01", 4, 4, 27),
        ("2027-02-01", 1, 0, 1),
        ("2026-12-01", 4, 4, 18),  # Christmas is the fourth Friday, and the next is in January
        ("2027-01-01", 1, 4, 8),  # New Year's Day is the first Friday
        ("2027-05-01", 3, 0, 24),  # Whit Monday is the third Monday
    ],
)
def test_the_second_tuesday_is_found_and_no_holiday(
    month: str, week: int, weekday: int, day: int
) -> None:
    assert series_rules.day_in(dt.date.fromisoformat(month), week, weekday).day == day


def test_a_dilemma_does_not_come_back_before_all_were_had(library: Library) -> None:
    dilemmas, chosen = library.dilemmas.values(), []
    fitting = {d.id for d in dilemmas if "raadsleden" in d.audiences}
    for _ in fitting:
        found = series_rules.next_dilemma(dilemmas, "raadsleden", chosen)
        assert found is not None
        assert found.id not in chosen
        chosen.append(found.id)
    assert set(chosen) == fitting
    again = series_rules.next_dilemma(dilemmas, "raadsleden", chosen)
    assert again is not None
    assert again.id == chosen[0], "then the one that is longest ago"
    assert series_rules.next_dilemma(dilemmas, "niemand", []) is None


def test_the_coming_months_are_planned_once_each_with_another_dilemma(
    fatma: FlaskClient, town: Town, database: Database, library: Library
) -> None:
    make(fatma, town)
    first = planned(database)
    assert 2 <= len(first) <= 3
    assert len({m.dilemma_id for m in first}) == len(first)
    for meeting in first:
        local = meeting.starts_at.astimezone(AMSTERDAM)
        assert (local.weekday(), f"{local:%H.%M}") == (1, "09.30")
        assert 8 <= local.day <= 14
    with database.transaction() as db:
        assert plan_ahead(db, library, clock.today(), clock.now()) == 0
        later = clock.today() + dt.timedelta(days=62)
        assert plan_ahead(db, library, later, clock.now()) == 2
    assert len({m.dilemma_id for m in planned(database)}) == len(first) + 2


def test_all_times_go_into_a_calendar_and_stop_with_it(
    fatma: FlaskClient, town: Town, database: Database
) -> None:
    make(fatma, town)
    with database.reading() as db:
        series = db.scalars(sa.select(MeetingSeries)).one()
    address = f"/bijeenkomsten/vast/{series.id}"

    def entries() -> list[tuple[int, str]]:
        found = Calendar.from_ical(fatma.get(f"{address}/agenda.ics").get_data()).walk("VEVENT")
        return [(int(e["SEQUENCE"]), str(e["STATUS"])) for e in found]

    assert entries() == [(0, "CONFIRMED")] * len(planned(database))
    assert fatma.post(f"{address}/stop").status_code == 303
    stopped = entries()
    assert (1, "CANCELLED") in stopped
    for (_, status), meeting in zip(stopped, planned(database), strict=True):
        assert (status == "CANCELLED") == (local_date(meeting.starts_at) >= clock.today())


def test_a_fixed_item_of_somebody_else_is_not_there(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    make(fatma, town)
    with database.transaction() as db:
        series = db.scalars(sa.select(MeetingSeries)).one()
        series.facilitator_id = town.accounts["theo"]
    assert fatma.get(f"/bijeenkomsten/vast/{series.id}/agenda.ics").status_code == 404
    assert fatma.post(f"/bijeenkomsten/vast/{series.id}/stop").status_code == 404


def test_who_leads_elsewhere_now_no_longer_finds_the_fixed_item(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    make(fatma, town)
    with database.transaction() as db:
        series = db.scalars(sa.select(MeetingSeries)).one()
        query = sa.select(RoleGrant).where(
            RoleGrant.account_id == town.accounts["fatma"], RoleGrant.role == Role.FACILITATOR
        )
        for grant in db.scalars(query):
            grant.unit_id = town.units["other"]
    again = sign_in(app.test_client(), town, "fatma")
    assert again.get(f"/bijeenkomsten/vast/{series.id}/agenda.ics").status_code == 404
    assert again.post(f"/bijeenkomsten/vast/{series.id}/stop").status_code == 404


def pages_in(pdf: bytes) -> int:
    """How many pages a PDF has, by its own count."""
    plain = pdf
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            plain += zlib.decompress(stream)
        except zlib.error:
            continue
    counts = [int(n) for n in re.findall(rb"/Type ?/Pages.{0,200}?/Count (\d+)", plain, re.S)]
    return max(counts)


def test_every_dilemma_has_a_card_of_one_accessible_page(
    fatma: FlaskClient, library: Library
) -> None:
    for slug in library.dilemmas:
        answer = fatma.get(f"/bijeenkomsten/dilemma/{slug}/kaart.pdf")
        assert answer.status_code == 200, slug
        pdf = answer.get_data()
        assert pdf.startswith(b"%PDF")
        assert b"pdfuaid" in pdf, "typst refuses what is not accessible"
        assert pages_in(pdf) == 1, slug


@pytest.mark.parametrize("days", [-31, 31])
def test_a_time_that_moves_to_another_month_is_not_planned_again(
    fatma: FlaskClient, town: Town, database: Database, library: Library, days: int
) -> None:
    make(fatma, town)
    before = len(planned(database))
    with database.transaction() as db:
        last = db.scalars(sa.select(Meeting).order_by(Meeting.starts_at.desc())).first()
        assert last is not None
        last.starts_at += dt.timedelta(days=days)
        last.ends_at += dt.timedelta(days=days)
        assert plan_ahead(db, library, clock.today(), clock.now()) == 0
    assert len(planned(database)) == before


def test_who_was_invited_hears_that_a_fixed_item_stops(
    fatma: FlaskClient, town: Town, database: Database
) -> None:
    make(fatma, town)
    meeting = planned(database)[-1]
    person = f"{town.municipality}.{town.persons['anna']}"
    fatma.post(f"/bijeenkomsten/{meeting.id}/uitnodigen", data={"persoon": person})
    fatma.post(f"/bijeenkomsten/vast/{meeting.series_id}/stop")
    with database.reading() as db:
        subjects = db.scalars(sa.select(OutboxMessage.subject)).all()
    assert [s for s in subjects if s.startswith("Gaat niet door")] == [
        f"Gaat niet door: {meeting.title}"
    ]
