"""Decides at the moment of sending which reminders still make sense, and writes one digest each.

A reminder is planned with its cycle; here it is checked (still assigned, in service, not paused,
content still published, not done) and only then written to the outbox. One person gets at most one
digest a week; after days of silence only what still makes sense is sent, in one mail.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.models import Reminder
from training.assignments.queries import DutyStanding
from training.assignments.reminder_queries import standings_of_many
from training.assignments.rules import DAY, Standing
from training.clock import in_words
from training.content.classes import Library
from training.mail.actions import Letter, write
from training.mail.rules import MailKind
from training.people.models import Person

BATCH = 500  # people whose reminders are decided together
REST = 7 * DAY  # at most one digest in this time
IN_DIGEST = "in overzicht"


def write_digests(db: Session, library: Library, today: dt.date, now: dt.datetime) -> int:
    """Writes the digests that are due on `today`; returns how many."""
    waiting: dict[uuid.UUID, list[Reminder]] = defaultdict(list)
    query = sa.select(Reminder).where(Reminder.decided_on.is_(None), Reminder.planned_on <= today)
    people: dict[uuid.UUID, uuid.UUID] = {}
    for reminder in db.scalars(query):
        waiting[reminder.person_id].append(reminder)
        people[reminder.person_id] = reminder.municipality_id
    of_municipality: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for person_id, municipality_id in people.items():
        of_municipality[municipality_id].append(person_id)
    written = 0
    for municipality_id, person_ids in sorted(of_municipality.items()):
        rest = iter(sorted(person_ids))
        while batch := list(islice(rest, BATCH)):
            letters = _decide(db, library, municipality_id, batch, waiting, today)
            written += write(db, letters, now)
    return written


def _decide(
    db: Session,
    library: Library,
    municipality_id: uuid.UUID,
    batch: Sequence[uuid.UUID],
    waiting: dict[uuid.UUID, list[Reminder]],
    today: dt.date,
) -> list[Letter]:
    standings = standings_of_many(db, municipality_id, batch, today)
    people = {
        person.id: person
        for person in db.scalars(
            sa.select(Person).where(Person.municipality_id == municipality_id, Person.id.in_(batch))
        )
    }
    resting = _told_lately(db, municipality_id, batch, today)
    letters = []
    for person_id in batch:
        person, reminders = people[person_id], waiting[person_id]
        open_now = _still_asked(standings[person_id], library)
        held = {s.duty.id for s in standings[person_id] if s.standing is Standing.PAUSED}
        reason = _not_sent(person, today)
        to_tell = []
        for reminder in reminders:
            if reminder.duty_id in held:
                continue  # a pause holds mail back; the reminder waits
            if reason or reminder.duty_id not in open_now:
                reminder.decided_on, reminder.outcome = today, reason or "niet meer nodig"
            else:
                to_tell.append(reminder)
        if to_tell and person_id not in resting:
            letters.append(_digest(person, list(open_now.values()), library, today))
            for reminder in to_tell:
                reminder.decided_on, reminder.outcome = today, IN_DIGEST
    db.flush()
    return letters


def _still_asked(
    standings: Sequence[DutyStanding], library: Library
) -> dict[uuid.UUID, DutyStanding]:
    """By duty: what there is to do now, of content that is still published."""
    return {
        found.duty.id: found
        for found in standings
        if found.standing.asks_for_work
        and any(library.content(kind, name) for kind, name in found.duty.content())
    }


def _not_sent(person: Person, today: dt.date) -> str:
    """Why this person gets no mail at all; empty when he or she does."""
    if person.left_on is not None and person.left_on < today:
        return "uit dienst"
    return "" if person.email else "geen e-mailadres"


def _told_lately(
    db: Session, municipality_id: uuid.UUID, batch: Sequence[uuid.UUID], today: dt.date
) -> set[uuid.UUID]:
    query = sa.select(Reminder.person_id).where(
        Reminder.municipality_id == municipality_id,
        Reminder.person_id.in_(batch),
        Reminder.outcome == IN_DIGEST,
        Reminder.decided_on > today - REST,
    )
    return set(db.scalars(query.distinct()))


def _digest(
    person: Person, standings: Sequence[DutyStanding], library: Library, today: dt.date
) -> Letter:
    """One mail with all that this person has to do. It says in words where to go: a mail with a
    sign-in link looks like phishing."""
    lines = []
    for found in sorted(standings, key=lambda s: s.current.due_on if s.current else today):
        assert found.current is not None
        due = in_words(found.current.due_on)
        late = " (te laat)" if found.standing is Standing.OVERDUE else ""
        lines.append(f"- {found.duty.title}: doen voor {due}{late}")
    count = len(lines)
    text = (
        f"Dag {person.given_name},\n\n"
        f"Dit staat voor je klaar in Weerbaar:\n\n" + "\n".join(lines) + "\n\n"
        "Open Weerbaar zoals je dat altijd doet, bijvoorbeeld via intranet, en kies "
        "‘Mijn overzicht’. Je vindt daar ook waarom je dit krijgt en hoe lang het duurt.\n\n"
        "In deze mail staat met opzet geen link. Zo herken je een mail die niet van ons is.\n"
    )
    return Letter(
        kind=MailKind.REMINDER,
        unique_key=f"digest:{person.id}:{today.isoformat()}",
        to_address=person.email or "",
        subject="Weerbaar: er staat 1 training klaar"
        if count == 1
        else f"Weerbaar: er staan {count} trainingen klaar",
        text=text,
        municipality_id=person.municipality_id,
        person_id=person.id,
    )
