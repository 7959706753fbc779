"""Makes, renews and switches off calendar feeds, and writes down which dates they told."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Mapping, Sequence
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.feed_models import CalendarEntry, CalendarFeed
from training.assignments.feed_queries import dues_of, feed_of, told
from training.assignments.feed_rules import changes, hash_of
from training.assignments.queries import DutyStanding, standings, standings_of_people

BATCH = 500  # people whose dates are compared together


def new_address(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID, today: dt.date
) -> str:
    """Switches the feed on, or gives it another address; returns the secret part of the address,
    which is kept nowhere. The old address stops at once; entries keep their names."""
    token = secrets.token_urlsafe(32)
    feed = feed_of(db, municipality_id, person_id)
    if feed is None:
        feed = CalendarFeed(municipality_id=municipality_id, person_id=person_id)
        db.add(feed)
    feed.token_hash, feed.made_on = hash_of(token), today
    db.flush()
    own = {person_id: standings(db, municipality_id, person_id, today)}
    _keep(db, municipality_id, [person_id], own, today)
    return token


def switch_off(db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Ends the feed and forgets what it told; nothing happens when there is none."""
    for table in (CalendarEntry, CalendarFeed):
        db.execute(
            sa.delete(table).where(
                table.municipality_id == municipality_id, table.person_id == person_id
            )
        )


def keep_entries(db: Session, today: dt.date) -> int:
    """Writes down, for everybody with a feed, the dates that are new or moved; returns how many."""
    query = sa.select(CalendarFeed.municipality_id, CalendarFeed.person_id)
    people = db.execute(query.order_by(CalendarFeed.municipality_id, CalendarFeed.person_id))
    written = 0
    for municipality_id, rows in groupby(people.all(), key=lambda row: row.municipality_id):
        ids = [row.person_id for row in rows]
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            found = standings_of_people(db, municipality_id, batch, today)
            written += _keep(db, municipality_id, batch, found, today)
    return written


def _keep(
    db: Session,
    municipality_id: uuid.UUID,
    person_ids: Sequence[uuid.UUID],
    found: Mapping[uuid.UUID, Sequence[DutyStanding]],
    today: dt.date,
) -> int:
    before = told(db, municipality_id, person_ids)
    new: list[dict[str, object]] = []
    moved: list[dict[str, object]] = []
    for person_id in person_ids:
        own = before.get(person_id, {})
        dues = dues_of(found.get(person_id, ()))
        for (duty_id, number), now in changes(dues, own, today).items():
            values: dict[str, object] = {
                "municipality_id": municipality_id,
                "person_id": person_id,
                "duty_id": duty_id,
                "number": number,
                "due_on": now.due_on,
                "sequence": now.sequence,
                "changed_on": now.changed_on,
            }
            (moved if (duty_id, number) in own else new).append(values)
    if new:
        db.execute(sa.insert(CalendarEntry), new)
    if moved:
        db.execute(sa.update(CalendarEntry), moved)
    return len(new) + len(moved)
