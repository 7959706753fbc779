"""The pages of messages, mail, feed and report ask no more when there is more to show."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.house.test_query_counts import counted, make_duties
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.access import Population
from training.assignments import message_actions
from training.assignments.message_queries import Aim
from training.content.classes import Library
from training.db import Database
from training.mail import actions as mail
from training.mail.actions import Letter
from training.mail.models import OutboxMessage
from training.mail.rules import MailKind, MailState
from training.reporting.half_year_models import HalfYearReport

NOW = dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC)


def asked(client: FlaskClient, database: Database, address: str) -> int:
    client.get(address)  # what is worked out once, is
    with counted(database) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_a_list_of_messages_asks_the_same_for_two_and_for_twenty(
    client: FlaskClient, town: Town, database: Database
) -> None:
    sign_in(client, town, "carlijn")
    address = f"/programma/{town.units['basisteam']}/berichten"
    counts = []
    for count in (2, 18):
        with database.transaction() as db:
            for number in range(count):
                message_actions.plan_message(
                    db,
                    aim=Aim(town.units["a2"], ("alle-medewerkers",), frozenset(Population)),
                    title=f"Bericht {number}",
                    content_id="bij-wie-meld-je",
                    text=None,
                    dates=[clock.today(), clock.today() + dt.timedelta(days=30)],
                    by="Carlijn",
                    now=NOW,
                )
        counts.append(asked(client, database, address))
    assert counts[0] == counts[1]


def test_the_list_of_troubled_mail_asks_the_same_for_two_and_for_forty(
    client: FlaskClient, town: Town, database: Database
) -> None:
    sign_in(client, town, "bas")
    counts = []
    for first, last in ((0, 2), (2, 40)):
        with database.transaction() as db:
            letters = [
                Letter(
                    MailKind.REMINDER,
                    f"x:{number}",
                    "a@x.example",
                    "x",
                    "y",
                    town.municipality,
                    town.persons["anna" if number % 2 else "vera"],
                )
                for number in range(first, last)
            ]
            mail.write(db, letters, NOW)
            db.execute(sa.update(OutboxMessage).values(state=MailState.FAILED))
        counts.append(asked(client, database, "/mail-die-niet-aankwam"))
    assert counts[0] == counts[1]


def test_the_calendar_asks_the_same_for_two_and_for_eight_duties(
    client: FlaskClient, town: Town, database: Database, library: Library
) -> None:
    sign_in(client, town, "anna")
    counts = []
    for count in (2, 8):
        make_duties(database, town, library, count)
        counts.append(asked(client, database, "/mijn-account/agenda"))
    assert counts[0] == counts[1]


def test_the_list_of_reports_asks_the_same_for_one_and_for_ten(
    client: FlaskClient, town: Town, database: Database
) -> None:
    sign_in(client, town, "hanna")
    counts = []
    empty = {"cells": [], "took_part": [], "held": [], "asked": None, "left_out": None, "hidden": 0}
    for years in (range(2010, 2011), range(2011, 2021)):
        with database.transaction() as db:
            for year in years:
                db.add(
                    HalfYearReport(
                        municipality_id=town.municipality,
                        as_of=dt.date(year, 6, 30),
                        made_at=NOW,
                        figures=empty,
                    )
                )
        counts.append(asked(client, database, "/halfjaarrapport"))
    assert counts[0] == counts[1]
