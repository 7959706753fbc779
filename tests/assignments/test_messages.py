"""Messages of the programme reach each reader once, with the contacts of the own municipality."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.town import Town
from training.access import Population
from training.assignments import message_actions
from training.assignments.message_models import MessageDate, MessageReceipt, ProgrammeMessage
from training.assignments.message_queries import Aim
from training.assignments.models import Pause, QuietPeriod
from training.assignments.rules import DAY
from training.content.classes import Library
from training.content.typed_markdown import typed_html
from training.db import Database
from training.mail.models import OutboxMessage
from training.mail.rules import MailKind
from training.people.models import LocalInsertText, MunicipalitySetting, Person

START = dt.date(2026, 11, 2)
NOW = dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC)
READY = "bij-wie-meld-je"
STAFF = frozenset({Population.STAFF})


def plan(
    database: Database,
    town: Town,
    unit: str = "a2",
    audiences: tuple[str, ...] = ("alle-medewerkers",),
    populations: frozenset[Population] = frozenset(Population),
    content_id: str | None = READY,
    text: str | None = None,
    dates: tuple[dt.date, ...] = (START,),
) -> ProgrammeMessage:
    with database.transaction() as db:
        return message_actions.plan_message(
            db,
            aim=Aim(town.units[unit], audiences, populations),
            title="Bij wie meld je?",
            content_id=content_id,
            text=text,
            dates=dates,
            by="Carlijn Vos",
            now=NOW,
        )


def night(database: Database, library: Library, today: dt.date = START) -> int:
    with database.transaction() as db:
        return message_actions.write_messages(db, library, today, NOW)


def letters(database: Database) -> dict[str, OutboxMessage]:
    with database.reading() as db:
        query = sa.select(OutboxMessage).where(OutboxMessage.kind == MailKind.MESSAGE)
        return {mail.to_address: mail for mail in db.scalars(query)}


def test_everybody_of_the_audience_below_the_node_gets_it_once(
    database: Database, library: Library, town: Town
) -> None:
    message = plan(database, town)
    written = night(database, library)
    found = letters(database)
    assert written == len(found) == 12  # staff of Merendijk and Oosterwaard
    assert "anna@other.example" in found
    assert "anna@outside.example" not in found  # not below the node
    assert "rachid@merendijk.example" not in found  # no staff
    assert [night(database, library, START + day * DAY) for day in range(3)] == [0, 0, 0]
    with database.reading() as db:
        [date] = db.scalars(sa.select(MessageDate))
        assert (date.message_id, date.reached) == (message.id, 12)


def test_it_holds_the_contacts_of_the_readers_own_municipality(
    database: Database, library: Library, town: Town
) -> None:
    with database.transaction() as db:
        for unit, words in (("merendijk", "Fatma, kamer 12"), ("other", "het loket van Oost")):
            db.add(LocalInsertText(municipality_id=town.units[unit], name="meldpunt", text=words))
    plan(database, town)
    night(database, library)
    found = letters(database)
    anna, other = found["anna@merendijk.example"], found["anna@other.example"]
    assert "Fatma, kamer 12" in (anna.text or "") and "Fatma, kamer 12" in (anna.html or "")
    assert "het loket van Oost" in (other.text or "")
    assert "Fatma" not in (other.text or "")
    assert (anna.text or "").startswith("Dag Anna,")
    assert anna.subject == "Bij wie meld je?"


def test_each_date_is_a_message_of_its_own(
    database: Database, library: Library, town: Town
) -> None:
    plan(database, town, unit="merendijk", dates=(START, START + 30 * DAY))
    first = night(database, library)
    assert night(database, library, START + 29 * DAY) == 0
    assert night(database, library, START + 30 * DAY) == first


def test_who_is_away_gets_it_after_return_and_not_after_four_weeks(
    database: Database, library: Library, town: Town
) -> None:
    plan(database, town, unit="merendijk")
    with database.transaction() as db:
        for who, days in (("anna", 10), ("vera", 40)):
            db.add(
                Pause(
                    municipality_id=town.municipality,
                    person_id=town.persons[who],
                    from_on=START,
                    until_on=START + days * DAY,
                )
            )
    night(database, library)
    assert not {"anna@merendijk.example", "vera@merendijk.example"} & letters(database).keys()
    for day in range(1, 60):
        night(database, library, START + day * DAY)
    assert "anna@merendijk.example" in letters(database)
    assert "vera@merendijk.example" not in letters(database)


def test_who_left_or_has_no_address_gets_nothing(
    database: Database, library: Library, town: Town
) -> None:
    plan(database, town)
    with database.transaction() as db:
        db.get_one(Person, (town.municipality, town.persons["anna"])).left_on = START - DAY
        db.get_one(Person, (town.municipality, town.persons["vera"])).email = None
    assert night(database, library) == 10


def test_in_a_quiet_time_it_waits(database: Database, library: Library, town: Town) -> None:
    plan(database, town)
    with database.transaction() as db:
        db.add(
            MunicipalitySetting(
                municipality_id=town.municipality, key="school_region", value={"value": "zuid"}
            )
        )
        db.execute(sa.delete(QuietPeriod))
        db.add(
            QuietPeriod(
                calendar="schoolvakanties",
                region="zuid",
                from_on=START - DAY,
                until_on=START + DAY,
                name="Vakantie",
            )
        )
    assert night(database, library) == 1  # Oosterwaard
    assert night(database, library, START + 2 * DAY) == 11


def test_the_council_rests_in_its_recess(database: Database, library: Library, town: Town) -> None:
    plan(database, town, audiences=("alle-medewerkers", "raadsleden"))
    with database.transaction() as db:
        kept = [[START.isoformat(), START.isoformat(), "Reces"]]
        db.add(
            MunicipalitySetting(
                municipality_id=town.municipality, key="council_recess", value={"value": kept}
            )
        )
    night(database, library)
    assert "rachid@merendijk.example" not in letters(database)
    assert "rachid@other.example" in letters(database)
    night(database, library, START + DAY)
    assert "rachid@merendijk.example" in letters(database)


def test_hr_reaches_staff_only(database: Database, library: Library, town: Town) -> None:
    plan(database, town, audiences=("alle-medewerkers", "raadsleden"), populations=STAFF)
    night(database, library)
    assert not any(address.startswith("rachid") for address in letters(database))


def test_a_stopped_message_goes_to_nobody_more(
    database: Database, library: Library, town: Town
) -> None:
    message = plan(database, town)
    with database.transaction() as db:
        message_actions.stop_message(db.get_one(ProgrammeMessage, message.id), "Carlijn", NOW)
    assert night(database, library) == 0


def test_after_a_year_of_silence_an_old_message_stays_home(
    database: Database, library: Library, town: Town
) -> None:
    plan(database, town, dates=(START, START + 30 * DAY, START + 300 * DAY))
    assert night(database, library, START + 310 * DAY) == 12
    assert night(database, library, START + 400 * DAY) == 0


def test_what_left_the_library_goes_to_nobody(
    database: Database, library: Library, town: Town
) -> None:
    plan(database, town)
    assert night(database, replace(library, messages={})) == 0
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(MessageReceipt)) == 0


def test_two_workers_at_once_write_it_once(
    database: Database, library: Library, town: Town
) -> None:
    plan(database, town)
    with ThreadPoolExecutor(2) as pool:
        written = sum(pool.map(lambda _: night(database, library), range(2)))
    assert written == len(letters(database)) == 12


def test_own_words_become_text_and_html(database: Database, library: Library, town: Town) -> None:
    plan(database, town, content_id=None, text="Let op **dit**:\n\n- een\n- twee")
    night(database, library)
    mail = letters(database)["anna@merendijk.example"]
    assert mail.text == "Dag Anna,\n\nLet op dit:\n\n- een\n- twee"
    assert "<strong>dit</strong>" in (mail.html or "")


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("# Kop\n\nTekst", "<h2>Kop</h2>\n<p>Tekst</p>"),
        ("### Kop", "<h3>Kop</h3>"),
        ("a <script>alert(1)</script>", "<p>a &lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("![x](https://x.example/a.png)", '<p>!<a href="https://x.example/a.png" rel="noopener noreferrer">x</a></p>'),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](http://x.example)", '<p><a rel="noopener noreferrer">x</a></p>'),
        ("een\ntwee", "<p>een\ntwee</p>"),
    ],
)  # fmt: skip
def test_typed_markdown_is_safe(typed: str, html: str) -> None:
    assert typed_html(typed) == html


def test_typed_code_stays_readable() -> None:
    assert "<pre" not in typed_html("```\nx < y\n```")
    assert "x &lt; y" in typed_html("```\nx < y\n```")
