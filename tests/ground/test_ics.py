"""A calendar file, read back: entries that can be moved and withdrawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from icalendar import Calendar, Event

from training.clock import AMSTERDAM
from training.ics import Entry, Method, calendar_of

CHANGED = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
DUE = Entry(
    uid="due-1@weerbaar.example",
    sequence=0,
    changed_at=CHANGED,
    title="Uiterlijk vandaag: Ondermijning; wat zie je?",
    begins=dt.date(2026, 12, 1),
    ends=dt.date(2026, 12, 1),
    text="Ga naar Weerbaar.\nDaar staat het klaar.",
)
EVENING = Entry(
    uid="evening@weerbaar.example",
    sequence=3,
    changed_at=CHANGED,
    title="Raadsavond",
    begins=dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC),  # 02:30, before the clock changes
    ends=dt.datetime(2026, 10, 25, 2, 30, tzinfo=dt.UTC),  # 03:30, after it
    place="Raadzaal",
    busy=True,
    organizer="griffie@example.nl",
    attendee="rachid@example.nl",
)


def read(data: bytes) -> Calendar:
    return Calendar.from_ical(data)


def events(data: bytes) -> list[Event]:
    return list(read(data).events)


def test_a_whole_day_ends_on_the_day_itself() -> None:
    [event] = events(calendar_of([DUE]))
    assert event.start == dt.date(2026, 12, 1)
    assert event.end == dt.date(2026, 12, 2)  # exclusive, in iCalendar
    assert (event["UID"], event["SEQUENCE"]) == ("due-1@weerbaar.example", 0)
    assert event["SUMMARY"] == DUE.title
    assert event["DESCRIPTION"] == DUE.text
    assert event["TRANSP"] == "TRANSPARENT"  # a due date does not make somebody busy


def test_a_moved_date_moves_the_entry() -> None:
    moved = replace(DUE, sequence=1, begins=dt.date(2027, 1, 4), ends=dt.date(2027, 1, 4))
    [before], [after] = events(calendar_of([DUE])), events(calendar_of([moved]))
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_a_timed_entry_is_in_dutch_time_with_its_rules() -> None:
    data = calendar_of([EVENING], method=Method.REQUEST)
    [event] = events(data)
    assert b"DTSTART;TZID=Europe/Amsterdam:20261025T023000" in data
    assert event.end == dt.datetime(2026, 10, 25, 3, 30, tzinfo=AMSTERDAM)
    [zone] = read(data).timezones
    for month, hours in ((1, 1), (7, 2), (3, 1), (10, 2)):
        day = dt.datetime(2026, month, 20, 12, 0)
        assert zone.to_tz().utcoffset(day) == dt.timedelta(hours=hours), month
    assert event["ORGANIZER"] == "mailto:griffie@example.nl"
    assert event["ATTENDEE"] == "mailto:rachid@example.nl"
    assert event["STATUS"] == "CONFIRMED"
    assert read(data)["METHOD"] == "REQUEST"


def test_a_file_of_whole_days_needs_no_time_zone() -> None:
    assert b"VTIMEZONE" not in calendar_of([DUE])


def test_a_withdrawn_entry_says_so() -> None:
    [by_file] = events(calendar_of([EVENING], method=Method.CANCEL))
    [by_entry] = events(calendar_of([replace(EVENING, cancelled=True)]))
    assert by_file["STATUS"] == by_entry["STATUS"] == "CANCELLED"
    assert by_entry["TRANSP"] == "TRANSPARENT"


def test_the_same_facts_give_the_same_bytes() -> None:
    one = calendar_of([DUE, EVENING], name="Weerbaar")
    assert one == calendar_of([DUE, EVENING], name="Weerbaar")
    assert read(one)["X-WR-CALNAME"] == "Weerbaar"
    assert one.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in one.split(b"\r\n")) <= 75


@pytest.mark.parametrize(
    "wrong",
    [
        replace(DUE, ends=dt.date(2026, 11, 30)),
        replace(DUE, ends=CHANGED),
        replace(EVENING, ends=EVENING.begins - dt.timedelta(minutes=1)),
    ],
)
def test_an_impossible_entry_is_refused(wrong: Entry) -> None:
    with pytest.raises(ValueError, match=wrong.uid):
        calendar_of([wrong])


def test_a_title_cannot_add_a_line() -> None:
    data = calendar_of([replace(DUE, title="a\r\nATTENDEE:mailto:x@example.nl")])
    assert not any(line.startswith(b"ATTENDEE") for line in data.split(b"\r\n"))
