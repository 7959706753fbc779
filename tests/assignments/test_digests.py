"""Anna hears what she must do: in one mail a week, never in a quiet time, and only what still is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise

import pytest
import sqlalchemy as sa

from tests.town import Town
from training.assignments import actions
from training.assignments.models import Pause, QuietPeriod, Reminder
from training.assignments.reminder_actions import write_digests
from training.assignments.rules import DAY, Policy
from training.assignments.team_digest_actions import write_team_digests
from training.content.classes import ContentKind, Library
from training.db import Database
from training.evidence import actions as evidence
from training.mail.models import OutboxMessage
from training.mail.rules import MailKind
from training.people.models import MunicipalitySetting, Person

START = dt.date(2026, 11, 2)
MODULES = ("bij-wie-meld-ik-wat", "drugshandel-herkennen")


@pytest.fixture(autouse=True)
def _two_duties(database: Database, town: Town) -> None:
    with database.transaction() as db:
        for number, module in enumerate(MODULES):
            actions.make_duty(
                db,
                unit_id=town.units["a2"],
                title=f"Plicht {number + 1}",
                contents=[(ContentKind.MODULE, module)],
                audiences=["alle-medewerkers", "raadsleden"],
                policy=Policy(1, START, first_due_days=40 + 20 * number),
            )
        actions.open_cycles(db, START)


def night(database: Database, library: Library, today: dt.date) -> int:
    now = dt.datetime.combine(today, dt.time(4), dt.UTC)
    with database.transaction() as db:
        return write_digests(db, library, today, now)


def mails(database: Database, kind: MailKind = MailKind.REMINDER) -> list[OutboxMessage]:
    with database.reading() as db:
        query = sa.select(OutboxMessage).where(OutboxMessage.kind == kind)
        return list(db.scalars(query.order_by(OutboxMessage.written_at, OutboxMessage.to_address)))


def of_anna(database: Database) -> list[OutboxMessage]:
    return [mail for mail in mails(database) if mail.to_address == "anna@merendijk.example"]


def outcomes(database: Database, town: Town, who: str) -> Counter[str | None]:
    with database.reading() as db:
        query = sa.select(Reminder.outcome).where(Reminder.person_id == town.persons[who])
        return Counter(db.scalars(query))


def finish(database: Database, town: Town, who: str, module: str, on: dt.date) -> None:
    with database.transaction() as db:
        evidence.record(
            db,
            municipality_id=town.municipality,
            person_id=town.persons[who],
            unit_id=town.units["burgerzaken"],
            kind=ContentKind.MODULE,
            content_id=module,
            version=1,
            completed_on=on,
        )


def test_two_duties_are_one_mail_without_a_link(database: Database, library: Library) -> None:
    night(database, library, START)
    [mail] = of_anna(database)
    assert mail.subject == "Weerbaar: er staan 2 trainingen klaar"
    text = mail.text or ""
    assert text.startswith("Dag Anna,")
    assert "- Plicht 1: uiterlijk 12 december 2026" in text
    assert "- Plicht 2: uiterlijk 1 januari 2027" in text
    assert "http" not in text and "Mijn overzicht" in text
    assert mail.html is None


def test_running_twice_changes_nothing(database: Database, library: Library) -> None:
    assert night(database, library, START) > 0
    assert night(database, library, START) == 0
    assert night(database, library, START + DAY) == 0


def test_at_most_one_digest_a_week(database: Database, library: Library) -> None:
    for day in range(75):
        night(database, library, START + day * DAY)
    days = [mail.written_at.date() for mail in of_anna(database)]
    assert len(days) == 5  # opened; twice two weeks left; twice overdue
    assert all(later - earlier >= 7 * DAY for earlier, later in pairwise(days))


def test_after_a_hundred_days_of_silence_there_is_one_mail(
    database: Database, library: Library, town: Town
) -> None:
    night(database, library, START + 100 * DAY)
    [mail] = of_anna(database)
    assert (mail.text or "").count("(te laat)") == 2
    assert outcomes(database, town, "anna") == {"in overzicht": 6}
    for day in range(101, 140):
        night(database, library, START + day * DAY)
    assert len(of_anna(database)) == 1


def test_what_is_done_meanwhile_is_not_told(
    database: Database, library: Library, town: Town
) -> None:
    finish(database, town, "anna", MODULES[0], START)
    night(database, library, START)
    [mail] = of_anna(database)
    assert "Plicht 1" not in (mail.text or "")
    finish(database, town, "anna", MODULES[1], START + DAY)
    for day in range(1, 80):
        night(database, library, START + day * DAY)
    assert len(of_anna(database)) == 1
    assert outcomes(database, town, "anna") == {"gedaan": 5, "in overzicht": 1}


def test_who_left_hears_nothing(database: Database, library: Library, town: Town) -> None:
    with database.transaction() as db:
        db.get_one(Person, (town.municipality, town.persons["anna"])).left_on = START - DAY
    night(database, library, START)
    assert of_anna(database) == []
    assert outcomes(database, town, "anna")["uit dienst"] == 2


def test_a_pause_holds_mail_back_and_afterwards_it_comes(
    database: Database, library: Library, town: Town
) -> None:
    with database.transaction() as db:
        db.add(
            Pause(
                municipality_id=town.municipality,
                person_id=town.persons["anna"],
                from_on=START,
                until_on=START + 20 * DAY,
            )
        )
    for day in range(21):
        night(database, library, START + day * DAY)
    assert of_anna(database) == []
    night(database, library, START + 21 * DAY)
    assert len(of_anna(database)) == 1


def test_a_withdrawn_course_is_not_mentioned(
    database: Database, library: Library, town: Town
) -> None:
    from dataclasses import replace

    left = {key: value for key, value in library.modules.items() if key != MODULES[0]}
    night(database, replace(library, modules=left), START)
    [mail] = of_anna(database)
    assert "Plicht 1" not in (mail.text or "")
    assert outcomes(database, town, "anna")["niet meer aangeboden"] == 1


def set_region(database: Database, town: Town, region: str) -> None:
    with database.transaction() as db:
        row = MunicipalitySetting(
            municipality_id=town.municipality, key="school_region", value={"value": region}
        )
        db.add(row)
        db.execute(sa.delete(QuietPeriod))
        db.add(
            QuietPeriod(
                calendar="schoolvakanties",
                region="zuid",
                from_on=START,
                until_on=START + 6 * DAY,
                name="Herfstvakantie",
            )
        )


def test_in_a_school_holiday_nobody_of_that_region_gets_mail(
    database: Database, library: Library, town: Town
) -> None:
    set_region(database, town, "zuid")
    night(database, library, START)
    received = {mail.to_address.split("@")[1] for mail in mails(database)}
    assert received == {"other.example"}  # of the other municipality, which chose no region
    night(database, library, START + 7 * DAY)
    assert len(of_anna(database)) == 1


def test_in_another_region_it_is_no_holiday(
    database: Database, library: Library, town: Town
) -> None:
    set_region(database, town, "noord")
    night(database, library, START)
    assert len(of_anna(database)) == 1


def test_in_its_recess_the_council_gets_no_mail_and_staff_does(
    database: Database, library: Library, town: Town
) -> None:
    until = START + 13 * DAY
    with database.transaction() as db:
        kept = [[START.isoformat(), until.isoformat(), "Reces"]]
        db.add(
            MunicipalitySetting(
                municipality_id=town.municipality, key="council_recess", value={"value": kept}
            )
        )
    night(database, library, START)
    received = {mail.to_address for mail in mails(database)}
    assert "anna@merendijk.example" in received
    assert "rachid@merendijk.example" not in received
    assert "rachid@other.example" in received
    night(database, library, until + DAY)
    assert "rachid@merendijk.example" in {mail.to_address for mail in mails(database)}


def team_night(database: Database, today: dt.date) -> int:
    now = dt.datetime.combine(today, dt.time(4), dt.UTC)
    with database.transaction() as db:
        return write_team_digests(db, today, now)


def test_theo_gets_counts_of_his_team_once_a_month(
    database: Database, library: Library, town: Town
) -> None:
    for module in MODULES:
        finish(database, town, "anna", module, START)
    assert team_night(database, START) == 1
    [mail] = mails(database, MailKind.MANAGER_DIGEST)
    text = mail.text or ""
    assert mail.to_address == "theo@merendijk.example"
    assert "- 1 persoon is op orde" in text  # Anna
    assert "- 1 persoon heeft nog tijd" in text  # Theo himself
    assert "2 november 2026" in text and "Deelname" in text
    for name in ("Anna", "Vries", "Vera", "http"):
        assert name not in text
    for day in range(1, 29):
        assert team_night(database, START + day * DAY) == 0
    assert team_night(database, dt.date(2026, 12, 1)) == 1


@pytest.mark.parametrize("day", [dt.date(2026, 11, 7), dt.date(2026, 12, 25)])
def test_on_a_day_off_no_team_digest_goes_out(database: Database, day: dt.date) -> None:
    assert team_night(database, day) == 0


def test_a_team_lead_who_is_away_gets_it_after_return(database: Database, town: Town) -> None:
    with database.transaction() as db:
        db.add(
            Pause(
                municipality_id=town.municipality,
                person_id=town.persons["theo"],
                from_on=START,
                until_on=START + 3 * DAY,
            )
        )
    assert [team_night(database, START + day * DAY) for day in range(5)] == [0, 0, 0, 0, 1]


def test_in_a_quiet_time_the_team_digest_waits(database: Database, town: Town) -> None:
    set_region(database, town, "zuid")
    assert team_night(database, START) == 0
    assert team_night(database, START + 7 * DAY) == 1
