"""Decides at the moment of sending which reminders still make sense, and writes one digest each.

A reminder is planned with its cycle; here it is checked (still assigned, in service, not paused,
content still published, not done) and only then written to the outbox. One person gets at most one
digest a week, and none in a quiet time; after days of silence only what still makes sense is sent,
in one mail.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.models import Reminder
from training.assignments.queries import DutyStanding, in_batches, standings_of_people
from training.assignments.reminder_queries import council_only, mail_rest, people_waiting
from training.assignments.reminder_rules import REST, Fate, Receiver, fate
from training.assignments.rules import Standing
from training.clock import in_words
from training.content.classes import Library
from training.mail.actions import Letter, write
from training.mail.rules import MailKind
from training.people.models import Person

LATE = frozenset({Standing.OVERDUE, Standing.EXPIRED})
BATCH = 500  # people whose reminders are decided together
TEXT = """\
Dag {name},

Dit staat voor je klaar in Weerbaar:

{lines}

Open Weerbaar zoals je dat altijd doet, bijvoorbeeld via intranet, en kies ‘Mijn overzicht’. \
Je vindt daar ook waarom je dit krijgt en hoe lang het duurt.

Wil je deze datums in je agenda? Kies dan ‘Mijn account’.

In deze mail staat met opzet geen link. Zo herken je een mail die niet van ons is.
"""


def write_digests(db: Session, library: Library, today: dt.date, now: dt.datetime) -> int:
    """Writes the digests that are due on `today`; returns how many. The people are taken in
    batches, so memory does not grow with them."""
    rest, written = mail_rest(db, today), 0
    for municipality_id, people in people_waiting(db, today, rest.everybody).items():
        for batch in in_batches(people, BATCH):
            if municipality_id in rest.council:
                resting = council_only(db, municipality_id, batch, today)
                batch = [person_id for person_id in batch if person_id not in resting]
            if batch:
                written += write(db, _decide(db, library, municipality_id, batch, today), now)
            db.expunge_all()
    return written


def _decide(
    db: Session,
    library: Library,
    municipality_id: uuid.UUID,
    people: Sequence[uuid.UUID],
    today: dt.date,
) -> list[Letter]:
    standings = standings_of_people(db, municipality_id, people, today)
    persons = _persons(db, municipality_id, people)
    waiting = _waiting(db, municipality_id, people, today)
    told_lately = _told_lately(db, municipality_id, people, today)
    letters = []
    for person_id in people:
        person = persons[person_id]
        receiver = Receiver(person.email, person.left_on)
        by_duty = {found.duty.id: found for found in standings[person_id]}
        to_tell = []
        for reminder in waiting[person_id]:
            found = by_duty.get(reminder.duty_id)
            what = fate(
                reminder.kind,
                reminder.number,
                receiver,
                found.standing if found else None,
                found.current if found else None,
                found is not None and _is_published(found, library),
                today,
            )
            if what is Fate.TELL:
                to_tell.append(reminder)
            elif what is not Fate.WAIT:
                reminder.decided_on, reminder.outcome = today, what.value
        if to_tell and person_id not in told_lately:
            asked = [one for one in by_duty.values() if _asks(one, library)]
            letters.append(_digest(person, asked, today))
            for reminder in to_tell:
                reminder.decided_on, reminder.outcome = today, Fate.TELL.value
    db.flush()
    return letters


def _persons(
    db: Session, municipality_id: uuid.UUID, people: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Person]:
    query = sa.select(Person).where(
        Person.municipality_id == municipality_id, Person.id.in_(people)
    )
    return {person.id: person for person in db.scalars(query)}


def _waiting(
    db: Session, municipality_id: uuid.UUID, people: Sequence[uuid.UUID], today: dt.date
) -> dict[uuid.UUID, list[Reminder]]:
    query = sa.select(Reminder).where(
        Reminder.municipality_id == municipality_id,
        Reminder.person_id.in_(people),
        Reminder.decided_on.is_(None),
        Reminder.planned_on <= today,
    )
    found: dict[uuid.UUID, list[Reminder]] = defaultdict(list)
    for reminder in db.scalars(query):
        found[reminder.person_id].append(reminder)
    return found


def _is_published(found: DutyStanding, library: Library) -> bool:
    return any(library.content(kind, name) for kind, name in found.duty.content())


def _asks(found: DutyStanding, library: Library) -> bool:
    """Whether there is something to do now, of content that is still published."""
    return found.standing.asks_for_work and _is_published(found, library)


def _told_lately(
    db: Session, municipality_id: uuid.UUID, people: Sequence[uuid.UUID], today: dt.date
) -> set[uuid.UUID]:
    query = sa.select(Reminder.person_id).where(
        Reminder.municipality_id == municipality_id,
        Reminder.person_id.in_(people),
        Reminder.outcome == Fate.TELL.value,
        Reminder.decided_on > today - REST,
    )
    return set(db.scalars(query.distinct()))


def _digest(person: Person, asked: Sequence[DutyStanding], today: dt.date) -> Letter:
    """One mail with all that this person has to do. It says in words where to go: a mail with a
    sign-in link looks like phishing."""
    lines = []
    due = [(one.current.due_on, one.duty.title, one.standing) for one in asked if one.current]
    for due_on, title, standing in sorted(due, key=lambda line: line[:2]):
        late = " (te laat)" if standing in LATE else ""
        lines.append(f"- {title}: uiterlijk {in_words(due_on)}{late}")
    count = len(lines)
    return Letter(
        kind=MailKind.REMINDER,
        unique_key=f"digest:{person.id}:{today.isoformat()}",
        to_address=person.email or "",
        subject="Weerbaar: er staat 1 training klaar"
        if count == 1
        else f"Weerbaar: er staan {count} trainingen klaar",
        text=TEXT.format(name=person.given_name, lines="\n".join(lines)),
        municipality_id=person.municipality_id,
        person_id=person.id,
    )
