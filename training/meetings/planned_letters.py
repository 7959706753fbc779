"""Writes the mails about a meeting: invitation, change, cancelling, a place, a reminder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training import ics
from training.clock import AMSTERDAM, in_words
from training.mail.actions import Letter, write
from training.mail.rules import MailKind
from training.meetings.models import Invitation, Meeting
from training.meetings.planning_rules import Invited
from training.people.models import Person

BEFORE = dt.timedelta(days=2)
WORDS = {  # what → subject, first line, last line
    "uitnodiging": (
        "Uitnodiging: {title}",
        "Je bent uitgenodigd voor een bijeenkomst.",
        "Laat hier weten of je komt. Je kunt hem daar ook in je agenda zetten:",
    ),
    "wijziging": (
        "Gewijzigd: {title}",
        "Een bijeenkomst waarvoor je bent uitgenodigd, is veranderd. Zo is het nu.",
        "Kijk of je nog kunt komen, en zet de nieuwe tijd in je agenda:",
    ),
    "vervallen": (
        "Gaat niet door: {title}",
        "Deze bijeenkomst gaat niet door.",
        "Je hoeft niets te doen. Haal hem hier uit je agenda:",
    ),
    "plek": (
        "Je hebt een plek: {title}",
        "Je stond op de wachtlijst. Er is een plek voor je vrijgekomen.",
        "Kun je toch niet? Meld je hier af, dan kan een ander:",
    ),
    "herinnering": (
        "Binnenkort: {title}",
        "Je bent aangemeld voor deze bijeenkomst.",
        "Kun je toch niet? Meld je hier af:",
    ),
}


def address_of(meeting: Meeting, base_url: str) -> str:
    """Where an invited person sees the meeting."""
    return f"{base_url}/mijn-bijeenkomsten/{meeting.id}"


def when_of(meeting: Meeting) -> str:
    """Day and times in Dutch words."""
    starts, ends = (at.astimezone(AMSTERDAM) for at in (meeting.starts_at, meeting.ends_at))
    return f"{in_words(starts.date())}, van {starts:%H.%M} tot {ends:%H.%M} uur"


def tell(
    db: Session,
    meeting: Meeting,
    invitations: Iterable[Invitation],
    what: str,
    base_url: str,
    now: dt.datetime,
) -> int:
    """Writes one mail to each of these invited persons who has an address; returns how many are
    new. The same news is told once."""
    wanted = {(i.municipality_id, i.person_id) for i in invitations}
    if not wanted:
        return 0
    query = (
        sa.select(Person)
        .join(
            Invitation,
            sa.and_(
                Invitation.municipality_id == Person.municipality_id,
                Invitation.person_id == Person.id,
            ),
        )
        .where(Invitation.meeting_id == meeting.id, Person.email.is_not(None))
    )
    people = [p for p in db.scalars(query) if (p.municipality_id, p.id) in wanted]
    return write(db, [_letter(meeting, person, what, base_url, now) for person in people], now)


def _letter(meeting: Meeting, person: Person, what: str, base_url: str, now: dt.datetime) -> Letter:
    subject, first, last = WORDS[what]
    place = f"\nWaar: {meeting.place}" if meeting.place else ""
    return Letter(
        kind=MailKind.MEETING,
        unique_key=f"meeting:{meeting.id}:{meeting.sequence}:{what}:{person.id}",
        to_address=person.email or "",
        subject=subject.format(title=meeting.title),
        text=(
            f"Dag {person.given_name},\n\n{first}\n\n{meeting.title}\n"
            f"Wanneer: {when_of(meeting)}{place}\n\n{last}\n{address_of(meeting, base_url)}\n\n"
            "Groet,\nWeerbaar"
        ),
        municipality_id=person.municipality_id,
        person_id=person.id,
        not_after=max(meeting.ends_at, meeting.starts_at),
        calendar=_calendar(meeting, person, what, base_url, now),
    )


def _calendar(
    meeting: Meeting, person: Person, what: str, base_url: str, now: dt.datetime
) -> str | None:
    """The entry that a calendar program puts in its place, moves or removes by itself; none goes
    with a reminder. Nobody reads an answer to it: signing up is done in Weerbaar."""
    if what == "herinnering":
        return None
    entry = replace(
        entry_of(meeting, base_url, now),
        organizer=f"weerbaar@{urlsplit(base_url).hostname}",
        attendee=person.email or "",
    )
    method = ics.Method.CANCEL if what == "vervallen" else ics.Method.REQUEST
    return ics.calendar_of([entry], method=method).decode()


def remind(db: Session, base_url: str, now: dt.datetime) -> int:
    """Reminds who signed up, once, in the two days before; returns how many mails are new."""
    query = (
        sa.select(Meeting, Invitation)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .where(
            Meeting.cancelled_at.is_(None),
            Meeting.starts_at > now,
            Meeting.starts_at <= now + BEFORE,
            Invitation.answer == Invited.SIGNED_UP,
            Invitation.reminded.is_(False),
        )
    )
    found: dict[Meeting, list[Invitation]] = {}
    for meeting, invitation in db.execute(query):
        found.setdefault(meeting, []).append(invitation)
        invitation.reminded = True
    return sum(
        tell(db, meeting, invitations, "herinnering", base_url, now)
        for meeting, invitations in found.items()
    )


def entry_of(meeting: Meeting, base_url: str, now: dt.datetime) -> ics.Entry:
    """The meeting as an entry of a calendar, as it is `now`: the same UID for ever, a sequence
    that goes up."""
    return ics.Entry(
        uid=f"bijeenkomst-{meeting.id}@weerbaar",
        sequence=meeting.sequence,
        changed_at=now,
        title=meeting.title,
        begins=meeting.starts_at,
        ends=meeting.ends_at,
        text=meeting.explanation,
        place=meeting.place,
        url=address_of(meeting, base_url),
        cancelled=meeting.cancelled_at is not None,
        busy=True,
    )
