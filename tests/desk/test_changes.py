"""Who runs a duty changes its rules, spreads it and ends it, after seeing what that does."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.desk.helpers import newcomers
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.assignments import actions
from training.assignments.models import Cycle, CycleEvent, Duty, DutyEvent, DutyPolicy, Reminder
from training.assignments.reminder_rules import Fate
from training.assignments.rules import Cause, Policy, ReminderKind
from training.content.classes import ContentKind
from training.db import Database
from training.evidence.actions import record

DAY = dt.timedelta(days=1)
RULES = {
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


def rules(**other: str) -> dict[str, str]:
    return RULES | {"in_force_from": clock.today().isoformat()} | other


@pytest.fixture
def duty(database: Database, town: Town) -> uuid.UUID:
    """A duty for the desks of the A2 since today, due in thirty days; fourteen people have it."""
    with database.transaction() as db:
        newcomers(db, town, "burgerzaken", 12)
        made = actions.make_duty(
            db,
            unit_id=town.units["a2"],
            title="Signalen aan de balie",
            contents=[(ContentKind.MODULE, "drugshandel-herkennen")],
            audiences=["baliemedewerkers"],
            policy=Policy(1, clock.today(), first_due_days=30),
        )
        actions.open_cycles(db, clock.today())
        return made.id


def due_dates(database: Database) -> set[dt.date]:
    with database.reading() as db:
        return set(db.scalars(sa.select(Cycle.due_on)))


def test_a_change_shows_first_whom_it_moves_and_to_when(
    client: FlaskClient, town: Town, database: Database, duty: uuid.UUID
) -> None:
    sign_in(client, town, "hanna")
    address = f"/programma/verplichting/{duty}/wijzigen"
    form = client.get(address).get_data(as_text=True)
    assert 'value="30"' in form
    page = client.post(address, data=rules(step="check")).get_data(as_text=True)
    assert "geldt nu voor 14 mensen" in page
    assert "De datum verandert voor 14 mensen" in page
    before, after = clock.today() + 30 * DAY, clock.today() + 60 * DAY
    assert f'<th scope="row">{clock.in_words(before)}</th><td>{clock.in_words(after)}</td>' in page
    assert "Team Burgerzaken" in page
    assert "De eerste keer is het klaar binnen 60 dagen." in page
    assert due_dates(database) == {before}


def test_the_coordinator_sees_the_same_from_ten_people_only(
    client: FlaskClient, town: Town, duty: uuid.UUID
) -> None:
    sign_in(client, town, "carlijn")
    address = f"/programma/verplichting/{duty}/wijzigen"
    page = client.post(address, data=rules(step="check")).get_data(as_text=True)
    assert "De datum verandert voor 14 mensen" in page
    table = page.split("Mensen per onderdeel", 1)[1].split("</table>", 1)[0]
    assert table.count("<tr>") == 1  # Merendijk with its thirteen, not the one of Oosterwaard
    assert "Merendijk" in table
    assert ">13<" in table


@pytest.mark.parametrize(("scope", "days"), [("future", 30), ("open", 60)])
def test_a_change_is_for_future_rounds_or_also_for_open_ones(
    client: FlaskClient, town: Town, database: Database, duty: uuid.UUID, scope: str, days: int
) -> None:
    sign_in(client, town, "hanna")
    address = f"/programma/verplichting/{duty}/wijzigen"
    refused = client.post(address, data=rules(step="save", scope=scope))
    assert refused.status_code == 422
    data = rules(step="save", scope=scope, why="Zestig dagen past beter.")
    answer = client.post(address, data=data)
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "Zestig dagen past beter." in page
    assert "door Hanna Prins" in page
    assert page.index("Regels veranderd") < page.index("Aangezet")
    due = clock.today() + days * DAY
    assert due_dates(database) == {due}
    with database.reading() as db:
        versions = list(db.scalars(sa.select(DutyPolicy.version).order_by(DutyPolicy.version)))
        events = db.scalars(sa.select(DutyEvent)).all()
        moved = db.scalars(sa.select(CycleEvent)).all()
        overdue = set(
            db.scalars(sa.select(Reminder.planned_on).where(Reminder.kind == ReminderKind.OVERDUE))
        )
    assert versions == [1, 2]
    assert [(event.version, event.by) for event in events] == [(2, "Hanna Prins")]
    assert len(moved) == (14 if scope == "open" else 0)
    assert overdue == {due + DAY}
    with database.transaction() as db:  # the job of tonight agrees
        actions.open_cycles(db, clock.today() + DAY)
    assert due_dates(database) == {due}


def test_nobody_becomes_late_by_shorter_rules(
    client: FlaskClient, town: Town, database: Database, duty: uuid.UUID
) -> None:
    sign_in(client, town, "hanna")
    data = rules(step="save", scope="open", why="Het heeft haast.", first_due_days="1")
    assert client.post(f"/programma/verplichting/{duty}/wijzigen", data=data).status_code == 303
    assert due_dates(database) == {clock.today() + 14 * DAY}


@pytest.mark.parametrize(("days", "due"), [("40", -10), ("70", 20)])
def test_who_is_late_stays_late_unless_the_rules_give_more_time(
    client: FlaskClient, town: Town, database: Database, days: str, due: int
) -> None:
    today = clock.today()
    with database.transaction() as db:
        made = actions.make_duty(
            db,
            unit_id=town.municipality,
            title="Al lang bezig",
            contents=[(ContentKind.MODULE, "drugshandel-herkennen")],
            audiences=["baliemedewerkers"],
            policy=Policy(1, today - 50 * DAY, first_due_days=40),
        )
        actions.open_cycles(db, today)
        late = made.id
    sign_in(client, town, "hanna")
    data = rules(step="save", scope="open", why="Er was geen tijd.", first_due_days=days)
    assert client.post(f"/programma/verplichting/{late}/wijzigen", data=data).status_code == 303
    assert due_dates(database) == {today + due * DAY}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("in_force_from", "2020-01-01", "Kies vandaag of een latere dag"),
        ("window_days", "veel", "Vul een getal in van 0"),
        ("first_due_days", "", "Vul in na hoeveel dagen het klaar moet zijn."),
    ],
)
def test_wrong_rules_are_refused_and_nothing_typed_is_lost(
    client: FlaskClient, town: Town, duty: uuid.UUID, field: str, value: str, message: str
) -> None:
    sign_in(client, town, "hanna")
    data = rules(step="check", grace_days="33") | {field: value}
    answer = client.post(f"/programma/verplichting/{duty}/wijzigen", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert message in page
    assert 'value="33"' in page


def test_a_peak_is_moved_by_spreading(
    client: FlaskClient, town: Town, database: Database, duty: uuid.UUID
) -> None:
    sign_in(client, town, "hanna")
    address = f"/programma/verplichting/{duty}/spreiden"
    page = client.get(address).get_data(as_text=True)
    assert "met 14 mensen" in page
    assert "Zo wordt het" not in page
    assert client.get(f"{address}?spread_days=400").status_code == 422
    page = client.get(f"{address}?spread_days=14").get_data(as_text=True)
    assert "Zo wordt het" in page
    assert len(due_dates(database)) == 1
    refused = client.post(address, data={"spread_days": "14", "why": ""})
    assert refused.status_code == 422
    assert "Schrijf in één zin waarom." in refused.get_data(as_text=True)
    data = {"spread_days": "14", "why": "Niet iedereen in één week."}
    assert client.post(address, data=data).status_code == 303
    dates = due_dates(database)
    assert len(dates) > 3
    assert clock.today() + 14 * DAY <= min(dates) < max(dates) <= clock.today() + 30 * DAY


def test_a_duty_is_ended_and_goes_on_after_all(
    client: FlaskClient, town: Town, database: Database, duty: uuid.UUID
) -> None:
    sign_in(client, town, "hanna")
    address = f"/programma/verplichting/{duty}/beeindigen"
    assert "geldt nu voor 14 mensen" in client.get(address).get_data(as_text=True)
    past = {"last_day": "2020-01-01", "why": "Klaar."}
    assert client.post(address, data=past).status_code == 422
    last = clock.today() + 5 * DAY
    data = {"last_day": last.isoformat(), "why": "Er komt een nieuwe training."}
    answer = client.post(address, data=data)
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert f"eindigt op {clock.in_words(last)}" in page
    assert "Er komt een nieuwe training." in page
    go_on = {"step": "go_on", "why": "Toch niet."}
    assert client.post(address, data=go_on).status_code == 303
    with database.reading() as db:
        assert db.get_one(Duty, duty).ended_on is None
    data = {"last_day": clock.today().isoformat(), "why": "Nu echt."}
    assert client.post(address, data=data).status_code == 303
    with database.transaction() as db:
        actions.open_cycles(db, clock.today() + DAY)
    anna = sign_in(client, town, "anna")
    with database.reading() as db:
        lapsed = set(db.scalars(sa.select(Cycle.closing)))
    assert {closing.name for closing in lapsed if closing} == {"LAPSED"}
    assert anna.get("/overzicht").status_code == 200


@pytest.mark.parametrize("page", ["wijzigen", "spreiden", "beeindigen"])
def test_who_does_not_run_a_duty_cannot_change_it(
    app: Flask, town: Town, duty: uuid.UUID, page: str
) -> None:
    """Bas runs Merendijk, not the A2; Griet runs the council."""
    for who in ("bas", "griet"):
        client = sign_in(app.test_client(), town, who)
        address = f"/programma/verplichting/{duty}/{page}"
        assert client.get(address).status_code == 404
        assert client.post(address, data=rules(step="save", why="Zomaar.")).status_code == 404
    for who in ("hanna", "carlijn"):
        client = sign_in(app.test_client(), town, who)
        assert client.get(f"/programma/verplichting/{duty}/{page}").status_code == 200


def test_an_extra_round_opens_for_who_did_it_already(
    client: FlaskClient, town: Town, database: Database, duty: uuid.UUID
) -> None:
    today = clock.today()
    with database.transaction() as db:
        record(
            db,
            municipality_id=town.municipality,
            person_id=town.persons["anna"],
            unit_id=town.units["burgerzaken"],
            kind=ContentKind.MODULE,
            content_id="drugshandel-herkennen",
            version=1,
            completed_on=today,
        )
        actions.open_cycles(db, today + DAY)
    sign_in(client, town, "hanna")
    address = f"/programma/verplichting/{duty}/extra-ronde"
    assert "Dit geldt voor 1 persoon" in client.get(address).get_data(as_text=True)
    data = {"cause": "INCIDENT", "opens_on": today.isoformat(), "due_days": "21", "why": ""}
    assert client.post(address, data=data).status_code == 422
    past = data | {"opens_on": "2020-01-01", "why": "Er was een voorval."}
    assert client.post(address, data=past).status_code == 422
    later = data | {"opens_on": (today + 2 * DAY).isoformat(), "why": "Er was een voorval."}
    answer = client.post(address, data=later)
    assert answer.status_code == 303
    assert "Er was een voorval." in client.get(answer.location).get_data(as_text=True)
    with database.transaction() as db:
        actions.open_cycles(db, today + 3 * DAY)
    with database.reading() as db:
        query = sa.select(Cycle.person_id, Cycle.due_on).where(Cycle.number == 2)
        assert db.execute(query).all() == [(town.persons["anna"], today + 23 * DAY)]


def test_an_extra_round_that_was_opened_by_mistake_is_undone_while_nobody_was_told(
    client: FlaskClient, town: Town, database: Database
) -> None:
    today = clock.today()
    with database.transaction() as db:
        duty = actions.make_duty(
            db,
            unit_id=town.units["a2"],
            title="Signalen aan de balie",
            contents=[(ContentKind.MODULE, "drugshandel-herkennen")],
            audiences=["baliemedewerkers"],
            policy=Policy(1, today - 20 * DAY, first_due_days=90),
        ).id
        record(
            db,
            municipality_id=town.municipality,
            person_id=town.persons["anna"],
            unit_id=town.units["burgerzaken"],
            kind=ContentKind.MODULE,
            content_id="drugshandel-herkennen",
            version=1,
            completed_on=today - DAY,
        )
        actions.open_cycles(db, today)
        before = {tuple(row) for row in db.execute(sa.select(*Cycle.__table__.columns))}
    sign_in(client, town, "hanna")
    address = f"/programma/verplichting/{duty}"
    data = {"cause": "INCIDENT", "opens_on": today.isoformat(), "due_days": "21"}
    opened = client.post(f"{address}/extra-ronde", data=data | {"why": "Een voorval."})
    assert opened.status_code == 303
    page = client.get(address).get_data(as_text=True)
    [undo] = re.findall(rf"{address}/extra-ronde/[0-9a-f-]+", page)
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).where(Cycle.cause == Cause.INCIDENT)) == 1
    assert client.post(undo, data={"why": ""}).status_code == 422
    assert client.post(undo, data={"why": "Verkeerde verplichting."}).status_code == 303
    page = client.get(address).get_data(as_text=True)
    assert "ongedaan gemaakt" in page and "Verkeerde verplichting." in page
    assert client.get(undo).status_code == 404
    with database.reading() as db:
        assert {tuple(row) for row in db.execute(sa.select(*Cycle.__table__.columns))} == before
    client.post(f"{address}/extra-ronde", data=data | {"why": "Nu goed."})
    [undo] = re.findall(
        rf"{address}/extra-ronde/[0-9a-f-]+", client.get(address).get_data(as_text=True)
    )
    with database.transaction() as db:
        told = sa.update(Reminder).values(decided_on=today, outcome=Fate.TELL.value)
        db.execute(told.where(Reminder.number == 2))
    page = client.post(undo, data={"why": "Toch niet."})
    assert page.status_code == 422
    assert "Er ging al mail uit" in page.get_data(as_text=True)
