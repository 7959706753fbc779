"""Anna has her due dates in her own calendar, by an address that only she knows."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.assignments import actions, feed_actions
from training.assignments.feed_models import CalendarEntry, CalendarFeed
from training.assignments.feed_rules import Due, Told, changes, told_now
from training.assignments.models import Cycle
from training.assignments.rules import Policy
from training.content.classes import ContentKind
from training.db import Database
from training.evidence import actions as evidence
from training.identity import rules as identity_rules
from training.identity.models import Account
from training.identity.rules import AccountState
from training.people.models import Person

CONTENT = "bij-wie-meld-ik-wat"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _a_duty_for_all_staff(database: Database, town: Town) -> None:
    with database.transaction() as db:
        actions.make_duty(
            db,
            unit_id=town.units["a2"],
            title="Weten waar je meldt",
            contents=[(ContentKind.MODULE, CONTENT)],
            audiences=["alle-medewerkers"],
            policy=Policy(1, dt.date(2026, 10, 1)),
        )
        actions.open_cycles(db, clock.today())


@pytest.fixture
def anna(client: FlaskClient, town: Town) -> FlaskClient:
    return sign_in(client, town, "anna")


def make_address(browser: FlaskClient) -> str:
    page = browser.post("/mijn-account/agenda").text
    found = re.search(r"<code>https?://[^/]+(/agenda/[\w-]{43}\.ics)</code>", page)
    assert found, page
    return found[1]


def events(answer_bytes: bytes) -> list[Event]:
    return list(Calendar.from_ical(answer_bytes).events)


@pytest.fixture
def stranger(app: Flask) -> Iterator[FlaskClient]:
    """A calendar program: no session, no cookie."""
    yield app.test_client()


def test_anna_gets_her_dates_and_nothing_else(
    anna: FlaskClient, stranger: FlaskClient, database: Database, town: Town
) -> None:
    address = make_address(anna)
    answer = stranger.get(address)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    [event] = events(answer.data)
    with database.reading() as db:
        due = db.scalar(sa.select(Cycle.due_on).where(Cycle.person_id == town.persons["anna"]))
    assert event.start == due
    assert event["SUMMARY"] == "Uiterlijk vandaag klaar: Weten waar je meldt"
    assert event["SEQUENCE"] == 0
    for private in ("Anna", "Vries", "anna@", str(town.persons["anna"]), "Vera"):
        assert private not in answer.text


def test_the_address_is_shown_once_and_kept_as_a_hash(
    anna: FlaskClient, database: Database
) -> None:
    address = make_address(anna)
    token = address.removeprefix("/agenda/").removesuffix(".ics")
    assert token not in anna.get("/mijn-account/agenda").text
    with database.reading() as db:
        kept = db.scalars(sa.select(CalendarFeed)).one()
    assert token not in kept.token_hash


def test_a_new_address_ends_the_old_and_keeps_the_names_of_entries(
    anna: FlaskClient, stranger: FlaskClient
) -> None:
    old = make_address(anna)
    [before] = events(stranger.get(old).data)
    new = make_address(anna)
    assert stranger.get(old).status_code == 404
    [after] = events(stranger.get(new).data)
    assert (after["UID"], after["SEQUENCE"]) == (before["UID"], before["SEQUENCE"])


def test_switched_off_it_is_gone(
    anna: FlaskClient, stranger: FlaskClient, database: Database
) -> None:
    address = make_address(anna)
    assert anna.post("/mijn-account/agenda/uit").status_code == 303
    assert stranger.get(address).status_code == 404
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(CalendarEntry)) == 0
    assert "Maak mijn adres" in anna.get("/mijn-account/agenda").text


def move_due(database: Database, person_id: uuid.UUID, days: int) -> None:
    with database.transaction() as db:
        cycle = db.scalars(sa.select(Cycle).where(Cycle.person_id == person_id)).one()
        cycle.due_on += days * DAY
        cycle.planned_on = cycle.due_on
        cycle.grace_until += days * DAY


def test_a_moved_date_moves_the_entry_at_once_and_for_good(
    anna: FlaskClient, stranger: FlaskClient, database: Database, town: Town
) -> None:
    address = make_address(anna)
    [before] = events(stranger.get(address).data)
    move_due(database, town.persons["anna"], 9)
    [moved] = events(stranger.get(address).data)
    assert moved["UID"] == before["UID"]
    assert (moved.start, moved["SEQUENCE"]) == (before.start + 9 * DAY, 1)
    with database.transaction() as db:
        assert feed_actions.keep_entries(db, clock.today()) == 1
        assert feed_actions.keep_entries(db, clock.today()) == 0  # twice is once
    [kept] = events(stranger.get(address).data)
    assert (kept.start, kept["SEQUENCE"]) == (moved.start, 1)
    move_due(database, town.persons["anna"], -9)
    [back] = events(stranger.get(address).data)
    assert (back.start, back["SEQUENCE"]) == (before.start, 2)


def test_what_is_done_makes_room_for_what_comes_next(
    anna: FlaskClient, stranger: FlaskClient, database: Database, town: Town
) -> None:
    address = make_address(anna)
    [before] = events(stranger.get(address).data)
    today = clock.today()
    with database.transaction() as db:
        evidence.record(
            db,
            municipality_id=town.municipality,
            person_id=town.persons["anna"],
            unit_id=town.units["burgerzaken"],
            kind=ContentKind.MODULE,
            content_id=CONTENT,
            version=1,
            completed_on=today,
        )
    [after] = events(stranger.get(address).data)
    assert after["UID"] != before["UID"]
    assert after.start > today + 300 * DAY


def test_who_left_or_lost_the_account_has_no_feed(
    anna: FlaskClient, stranger: FlaskClient, database: Database, town: Town
) -> None:
    address = make_address(anna)
    with database.transaction() as db:
        account = db.get_one(Account, town.accounts["anna"])
        account.state = AccountState.CLOSED
    assert stranger.get(address).status_code == 404
    with database.transaction() as db:
        account = db.get_one(Account, town.accounts["anna"])
        account.state = AccountState.ACTIVE
        person = db.get_one(Person, (town.municipality, town.persons["anna"]))
        person.left_on = clock.today() - DAY
    assert stranger.get(address).status_code == 404


def test_wrong_addresses_are_limited_and_right_ones_never(
    anna: FlaskClient, stranger: FlaskClient
) -> None:
    address = make_address(anna)
    codes = [
        stranger.get(f"/agenda/{number:043}.ics").status_code
        for number in range(identity_rules.FEED_NETWORK.most + 1)
    ]
    assert set(codes[:-1]) == {404}
    assert codes[-1] == 429
    assert stranger.get(address).status_code == 200


def test_the_file_to_download_holds_the_same_dates(anna: FlaskClient, town: Town) -> None:
    answer = anna.get("/mijn-account/agenda.ics")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="weerbaar.ics"'
    assert len(events(answer.data)) == 1


def test_who_has_no_dates_sees_an_empty_calendar(
    client: FlaskClient, town: Town, stranger: FlaskClient
) -> None:
    rachid = sign_in(client, town, "rachid")
    assert "Nog geen datums" in rachid.get("/mijn-account/agenda").text
    assert events(stranger.get(make_address(rachid)).data) == []


days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))


@settings(deadline=None)
@given(st.lists(st.tuples(days, days), min_size=2, max_size=12))
def test_a_sequence_only_rises_and_rises_whenever_the_date_moves(
    seen: list[tuple[dt.date, dt.date]],
) -> None:
    """Each pair is a day on which the nightly run looks, and the due date of that day."""
    duty = uuid.uuid4()
    kept: dict[tuple[uuid.UUID, int], Told] = {}
    last: Told | None = None
    for today, due_on in seen:
        due = Due(duty, 1, "x", due_on)
        told = told_now(due, kept.get(due.key), today)
        kept.update(changes([due], kept, today))
        assert kept[due.key] == told
        if last is not None:
            assert (told.sequence > last.sequence) == (told.due_on != last.due_on)
            assert told.sequence >= last.sequence
        last = told
