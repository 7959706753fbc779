"""Writes into the log what the visitor of this request sees or does."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from flask import abort, current_app

from training import clock
from training.audit import actions as audit
from training.audit import pace_rules, queries
from training.audit.models import Action
from training.audit.rules import derive_key
from training.people.models import Person
from training.web.doors import visitor
from training.web.request_db import database, db, separate_transaction


def note_looked(persons: Iterable[Person], what: str) -> None:
    """Records, before a page is sent, that the visitor sees data of these persons."""
    note_looked_at({(person.municipality_id, person.id) for person in persons}, what)


def note_looked_at(keys: Collection[tuple[uuid.UUID, uuid.UUID]], what: str) -> None:
    """The same for (municipality_id, person_id). In a POST use `note_preview`: this is a
    transaction of its own, that would wait for the lock of `db()`."""
    if not keys:
        return
    keep_pace({municipality_id for municipality_id, _person_id in keys})
    with separate_transaction() as own:
        audit.record_looked(
            own, audit_key(), at=clock.now(), actor=visitor(), persons=keys, what=what
        )


def keep_pace(municipality_ids: Collection[uuid.UUID]) -> None:
    """Refuses (429) somebody who saw names too often within an hour, and writes that down once an
    hour: the privacy officer sees it, and is mailed by a job."""
    now, account_id = clock.now(), visitor().account_id
    since = now - pace_rules.WINDOW
    with database().reading() as reading:
        if not pace_rules.is_too_much(queries.looks_since(reading, account_id, since)):
            return
        known = queries.last_alarm(reading, account_id, since)
    if known is None:
        db().rollback()  # a POST lets go of the database: the alarm has a transaction of its own
        with separate_transaction() as own:
            for municipality_id in sorted(municipality_ids):
                audit.record(
                    own,
                    audit_key(),
                    at=now,
                    actor=visitor(),
                    action=Action.LOOKED_TOO_MUCH,
                    municipality_id=municipality_id,
                    what=f"{pace_rules.MOST} keer binnen een uur",
                )
    abort(429)


def note_preview(keys: Collection[tuple[uuid.UUID, uuid.UUID]], what: str) -> None:
    """Records that the visitor sees these persons in the answer to a POST that keeps nothing: it
    rolls `db()` back first, so read again what the page needs."""
    db().rollback()
    note_looked_at(keys, what)


def note(
    action: Action,
    municipality_id: uuid.UUID | None,
    person_id: uuid.UUID | None = None,
    what: str = "",
    others: Iterable[uuid.UUID] = (),
) -> None:
    """Records what the visitor does to a person, or to several, in the transaction of this
    request."""
    audit.record(
        db(),
        audit_key(),
        at=clock.now(),
        actor=visitor(),
        action=action,
        municipality_id=municipality_id,
        what=what,
        person_ids=[*([person_id] if person_id else []), *others],
    )


def audit_key() -> bytes:
    """The key of the log of this installation."""
    return derive_key(str(current_app.secret_key))
