"""Writes calendar files (iCalendar, RFC 5545) whose entries can be moved and withdrawn."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from training.clock import AMSTERDAM

MIME_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Weerbaar//Weerbaar//NL"
LOOK_AGAIN, LOOK_AGAIN_TEXT = dt.timedelta(hours=12), "PT12H"  # how often a feed is fetched
RULES_OF_AMSTERDAM = """\
BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""  # directive 2000/84/EC; the library's own gives its changes an hour late (7.3)


class Method(enum.Enum):
    """What a calendar program must do with the file (RFC 5546)."""

    PUBLISH = "PUBLISH"  # show it: a feed, or a file to download
    REQUEST = "REQUEST"  # an invitation, or a change of one: with organizer and attendee
    CANCEL = "CANCEL"  # withdraw the entries


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a calendar. The same `uid` is the same entry, for ever; a higher `sequence`
    (from 0) replaces a lower one. All day: `begins` and `ends` are dates, `ends` the last day
    ("t/m"). Timed: aware instants, shown in Dutch time. `changed_at` is the instant of the last
    change, so the same facts give the same bytes. `organizer` and `attendee` are mail addresses,
    for `Method.REQUEST` and `CANCEL` only."""

    uid: str
    sequence: int
    changed_at: dt.datetime
    title: str
    begins: dt.date | dt.datetime
    ends: dt.date | dt.datetime
    text: str = ""
    place: str = ""
    url: str = ""
    cancelled: bool = False
    busy: bool = False
    organizer: str = ""
    attendee: str = ""


def calendar_of(
    entries: Iterable[Entry], *, name: str = "", method: Method = Method.PUBLISH
) -> bytes:
    """The calendar file with these entries. `name` is what a program calls a feed. Raises
    `ValueError` for an entry that ends before it begins or mixes dates and instants."""
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", method.value)
    if name:  # of both the standard's word and the one that programs read
        calendar.add("NAME", name)
        calendar.add("X-WR-CALNAME", name)
        calendar.add("REFRESH-INTERVAL", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
        calendar.add("X-PUBLISHED-TTL", LOOK_AGAIN_TEXT)
    events = [_event(entry, method) for entry in entries]
    if any(isinstance(event.start, dt.datetime) for event in events):
        calendar.add_component(Timezone.from_ical(RULES_OF_AMSTERDAM))
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(entry: Entry, method: Method) -> Event:
    event = Event()
    event.add("UID", entry.uid)
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTAMP", entry.changed_at.astimezone(dt.UTC))
    event.add("SUMMARY", entry.title)
    begins, ends = _moments(entry)
    event.add("DTSTART", begins)
    event.add("DTEND", ends)
    for key, text in (("DESCRIPTION", entry.text), ("LOCATION", entry.place), ("URL", entry.url)):
        if text:
            event.add(key, text)
    cancelled = entry.cancelled or method is Method.CANCEL
    event.add("STATUS", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("TRANSP", "OPAQUE" if entry.busy and not cancelled else "TRANSPARENT")
    if entry.organizer:
        event.add("ORGANIZER", vCalAddress(f"mailto:{entry.organizer}"))
    if entry.attendee:
        attendee = vCalAddress(f"mailto:{entry.attendee}")
        attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
        attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
        attendee.params["RSVP"] = vText("FALSE")  # who is invited answers in Weerbaar
        event.add("ATTENDEE", attendee)
    return event


def _moments(entry: Entry) -> tuple[dt.date, dt.date]:
    """Begin and end as iCalendar means them: the end of an all-day entry is the day after it."""
    begins, ends = entry.begins, entry.ends
    if isinstance(begins, dt.datetime) and isinstance(ends, dt.datetime):
        if ends < begins:
            raise ValueError(f"{entry.uid} ends before it begins")
        return begins.astimezone(AMSTERDAM), ends.astimezone(AMSTERDAM)
    if isinstance(begins, dt.datetime) or isinstance(ends, dt.datetime):
        raise ValueError(f"{entry.uid} mixes a date and an instant")
    if ends < begins:
        raise ValueError(f"{entry.uid} ends before it begins")
    return begins, ends + dt.timedelta(days=1)
