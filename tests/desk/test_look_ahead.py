"""What is coming, by week, month and team: by tables, and through the pages."""

from __future__ import annotations

import datetime as dt
import uuid

import icalendar
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.desk.helpers import newcomers
from tests.house.test_query_counts import counted
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.assignments import actions
from training.assignments.message_models import MessageDate, ProgrammeMessage
from training.assignments.models import QuietPeriod
from training.assignments.rules import Basis, Policy, Standing
from training.content.classes import ContentKind
from training.db import Database
from training.desk import look_ahead_rules
from training.desk.look_ahead_rules import Coming, Stand

D = dt.date.fromisoformat
DUTY, TEAM = uuid.uuid4(), uuid.uuid4()
TODAY = D("2026-11-25")  # a Wednesday


def coming(standing: Standing, due: str, until: str, policy: Policy) -> list[tuple[str, str]]:
    stand = Stand(DUTY, TEAM, standing, D(due) if due else None, D(until) if until else None, 3)
    found = look_ahead_rules.coming([stand], {DUTY: policy}, TODAY, D("2027-11-25"))
    return [(str(one.opens_on or ""), str(one.due_on)) for one in found]


YEARLY = Policy(1, D("2026-01-01"))
TWICE = Policy(1, D("2026-01-01"), validity_months=6, window_days=14)
ONCE = Policy(1, D("2026-01-01"), validity_months=None)


@pytest.mark.parametrize(
    ("standing", "due", "until", "policy", "expected"),
    [
        (Standing.OPEN, "2026-12-10", "", YEARLY, [("", "2026-12-10")]),
        (Standing.OPEN, "2026-12-10", "", ONCE, [("", "2026-12-10")]),
        (Standing.PAUSED, "2027-02-10", "", ONCE, [("", "2027-02-10")]),
        (Standing.VALID, "2026-03-01", "2027-03-01", YEARLY, [("2027-01-18", "2027-03-01")]),
        (Standing.VALID, "2026-03-01", "", ONCE, []),
        (Standing.VALID, "2025-12-10", "2028-01-01", YEARLY, []),
        (Standing.OVERDUE, "2026-11-01", "", YEARLY, []),
        (Standing.EXEMPT, "2026-12-10", "", YEARLY, []),
        (
            Standing.OPEN,
            "2026-12-10",
            "",
            TWICE,
            [("", "2026-12-10"), ("2027-05-27", "2027-06-10")],
        ),
    ],
)
def test_what_is_coming_follows_from_how_people_stand(
    standing: Standing, due: str, until: str, policy: Policy, expected: list[tuple[str, str]]
) -> None:
    assert coming(standing, due, until, policy) == expected


def test_a_week_runs_from_monday_to_sunday() -> None:
    rounds = [
        Coming(DUTY, TEAM, None, D(day), people)
        for day, people in (("2026-11-25", 1), ("2026-11-29", 2), ("2026-11-30", 4))
    ]
    weeks = look_ahead_rules.weeks(rounds, TODAY, D("2026-12-20"))
    assert [(str(week.begins_on), week.number, week.people) for week in weeks] == [
        ("2026-11-23", 48, 3),
        ("2026-11-30", 49, 4),
        ("2026-12-07", 50, 0),
        ("2026-12-14", 51, 0),
    ]
    peak = look_ahead_rules.peak(weeks)
    assert peak is not None
    assert peak.number == 49


def rounds_of() -> st.SearchStrategy[list[Coming]]:
    one = st.builds(
        Coming,
        st.just(DUTY),
        st.just(TEAM),
        st.none(),
        st.dates(TODAY, D("2027-11-25")),
        st.integers(1, 60),
    )
    return st.lists(one, max_size=8)


@given(rounds_of())
def test_every_round_is_in_one_week_and_one_month(rounds: list[Coming]) -> None:
    total = sum(one.people for one in rounds)
    weeks = look_ahead_rules.weeks(rounds, TODAY, D("2027-11-25"))
    assert sum(week.people for week in weeks) == total
    by_month = look_ahead_rules.by_month(rounds, opening=False)
    assert sum(sum(counted.values()) for counted in by_month.values()) == total


def test_hanna_sees_every_team_and_carlijn_only_what_is_large(
    client: FlaskClient, town: Town, database: Database
) -> None:
    with database.transaction() as db:
        newcomers(db, town, "burgerzaken", 12)
        duty = actions.make_duty(
            db,
            unit_id=town.units["a2"],
            title="Drugshandel aan de balie",
            contents=[(ContentKind.MODULE, "drugshandel-herkennen")],
            audiences=["baliemedewerkers"],
            policy=Policy(1, clock.today(), first_due_days=30, basis=Basis.COMPLETION),
        )
        duty_id = duty.id
        actions.open_cycles(db, clock.today())
    merendijk = town.units["merendijk"]
    sign_in(client, town, "hanna")
    page = client.get(f"/vooruitblik?knoop={merendijk}").get_data(as_text=True)
    assert "dan moeten 13 mensen iets klaar hebben" in page
    assert "Team Burgerzaken" in page
    assert "Team Vergunningen" in page
    sign_in(client, town, "carlijn")
    page = client.get(f"/vooruitblik?knoop={merendijk}").get_data(as_text=True)
    assert "Team Burgerzaken" in page
    assert "Team Vergunningen" not in page
    team = town.units["vergunningen"]
    assert client.get(f"/vooruitblik?knoop={merendijk}&team={team}").status_code == 404
    other = town.units["other"]
    page = client.get(f"/vooruitblik?knoop={other}&verplichting={duty_id}").get_data(as_text=True)
    assert "dan moeten minder dan 10 mensen iets klaar hebben" in page


@pytest.mark.parametrize("page", ["vooruitblik", "jaarplan", "jaarplan.ics"])
def test_another_node_is_not_there(client: FlaskClient, town: Town, page: str) -> None:
    for who, node in (("hanna", "outside"), ("griet", "other"), ("bas", "a2")):
        sign_in(client, town, who)
        assert client.get(f"/{page}?knoop={town.units[node]}").status_code == 404
    assert client.get(f"/{page}?knoop={uuid.uuid4()}").status_code == 404


def test_the_year_plan_shows_months_meetings_and_messages(
    client: FlaskClient, town: Town, database: Database
) -> None:
    first = clock.add_months(clock.today().replace(day=1), 1)
    with database.transaction() as db:
        db.add(
            QuietPeriod(
                calendar="verkiezingsdag", from_on=first, until_on=first, name="Verkiezingsdag"
            )
        )
        own = ProgrammeMessage(
            unit_id=town.units["a2"],
            title="Bel ons gerust",
            text="Twijfel je? Bel.",
            audiences=["alle-medewerkers"],
            populations=["STAFF"],
            made_by="Hanna Prins",
            made_at=clock.now(),
            dates=[MessageDate(send_on=first)],
        )
        council = ProgrammeMessage(
            unit_id=town.units["merendijk"],
            title="Alleen voor de raad",
            text="Welkom.",
            audiences=["raadsleden"],
            populations=["COUNCIL"],
            made_by="Griet Willems",
            made_at=clock.now(),
            dates=[MessageDate(send_on=first)],
        )
        db.add_all([own, council])
        actions.make_duty(
            db,
            unit_id=town.municipality,
            title="Samen oefenen met agressie",
            contents=[(ContentKind.MEETING, "training-agressie")],
            audiences=["alle-medewerkers"],
            policy=Policy(1, clock.today(), first_due_days=20),
        )
        actions.open_cycles(db, clock.today())
    sign_in(client, town, "hanna")
    page = client.get(f"/jaarplan?knoop={town.municipality}").get_data(as_text=True)
    assert page.count('class="weerbaar-month"') == 12
    assert "Samen oefenen met agressie" in page
    assert "Training omgaan met agressie: nog te plannen" in page
    assert "Even kijken in een dossier (idee, nog niet gepland)" in page  # for January
    assert f"{first:%d-%m}: Bel ons gerust" in page
    assert "Alleen voor de raad" not in page
    assert f"Verkiezingsdag: {first:%d-%m}" in page
    answer = client.get(f"/jaarplan.ics?knoop={town.municipality}")
    calendar = icalendar.Calendar.from_ical(answer.get_data())
    (event,) = calendar.walk("VEVENT")
    assert event["SUMMARY"] == "Uiterlijk: Samen oefenen met agressie"
    assert event["DTSTART"].dt == clock.today() + dt.timedelta(days=20)


def test_the_pages_ask_no_more_for_more_people(
    client: FlaskClient, town: Town, database: Database
) -> None:
    sign_in(client, town, "hanna")
    addresses = ("/vooruitblik", "/jaarplan", "/programma")
    asked = []
    for _ in range(2):
        with database.transaction() as db:
            newcomers(db, town, "burgerzaken", 8)
            for number in range(3):
                actions.make_duty(
                    db,
                    unit_id=town.units["a2"],
                    title=f"Verplichting {number}",
                    contents=[(ContentKind.MODULE, "drugshandel-herkennen")],
                    audiences=["alle-medewerkers"],
                    policy=Policy(1, clock.today()),
                )
            actions.open_cycles(db, clock.today())
        found = []
        for address in addresses:
            with counted(database) as queries:
                assert client.get(address).status_code == 200
            found.append(len(queries))
        asked.append(found)
    assert asked[0] == asked[1]
