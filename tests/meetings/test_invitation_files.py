"""The mails about a meeting bring a calendar entry that moves and goes with it."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from tests.meetings.test_planned import in_a_month, invite, key_of, mails, plan
from tests.signing import sign_in
from tests.town import Town
from training.db import Database
from training.mail.models import OutboxMessage


def entry_in(mail: OutboxMessage) -> tuple[str, str, int, str, str]:
    """Method, name, sequence, status and receiver of the one entry in a mail."""
    found = Calendar.from_ical(mail.calendar or "")
    [event] = found.events
    return (
        str(found["METHOD"]),
        str(event["UID"]),
        int(event["SEQUENCE"]),
        str(event["STATUS"]),
        str(event["ATTENDEE"]),
    )


def test_each_mail_brings_the_same_entry_with_a_higher_sequence(
    app: Flask, town: Town, database: Database
) -> None:
    fatma: FlaskClient = sign_in(app.test_client(), town, "fatma")
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"))
    [invited] = mails(database, "Uitnodiging")
    method, uid, sequence, status, receiver = entry_in(invited)
    assert (method, sequence, status) == ("REQUEST", 0, "CONFIRMED")
    assert receiver == "mailto:vera@merendijk.example"
    data = {
        "title": "Signalen herkennen",
        "kind": "training-signalen",
        "unit": str(town.municipality),
        "day": in_a_month(),
        "starts": "15:00",
        "ends": "17:00",
        "place": "Gemeentehuis, zaal 2",
    }
    fatma.post(f"/bijeenkomsten/{meeting}/wijzigen", data=data)
    [moved] = mails(database, "Gewijzigd")
    assert entry_in(moved)[:4] == ("REQUEST", uid, 1, "CONFIRMED")
    fatma.post(f"/bijeenkomsten/{meeting}/vervalt")
    [cancelled] = mails(database, "Gaat niet door")
    assert entry_in(cancelled)[:4] == ("CANCEL", uid, 2, "CANCELLED")
