"""Answers what the log says: by search, about one person, or whole, to verify it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.audit.models import Action, AuditEntry, AuditHead, AuditSubject
from training.audit.rules import Line, Signed

BATCH = 1000  # entries read at once when a chain is verified


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for in the log; None or empty asks nothing. Days are instants from (included)
    and until (not included)."""

    municipality_ids: Collection[uuid.UUID]
    actions: Collection[Action] = ()
    text: str = ""
    person_ids: Collection[uuid.UUID] | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def _matching(search: Search) -> sa.ColumnElement[bool]:
    parts: list[sa.ColumnElement[bool]] = [AuditEntry.municipality_id.in_(search.municipality_ids)]
    if search.actions:
        parts.append(AuditEntry.action.in_(search.actions))
    if search.text:
        parts.append(
            sa.or_(
                AuditEntry.actor_name.icontains(search.text, autoescape=True),
                AuditEntry.what.icontains(search.text, autoescape=True),
            )
        )
    if search.person_ids is not None:
        parts.append(
            sa.exists().where(
                AuditSubject.municipality_id == AuditEntry.municipality_id,
                AuditSubject.sequence == AuditEntry.sequence,
                AuditSubject.person_id.in_(search.person_ids),
            )
        )
    if search.since:
        parts.append(AuditEntry.at >= search.since)
    if search.until:
        parts.append(AuditEntry.at < search.until)
    return sa.and_(*parts)


def found_count(db: Session, search: Search) -> int:
    """How many entries a search finds."""
    query = sa.select(sa.func.count()).select_from(AuditEntry).where(_matching(search))
    return db.scalar(query) or 0


def found(db: Session, search: Search, offset: int, limit: int) -> list[AuditEntry]:
    """A page of what a search finds, the newest first."""
    query = sa.select(AuditEntry).where(_matching(search))
    newest = query.order_by(AuditEntry.at.desc(), AuditEntry.sequence.desc())
    return list(db.scalars(newest.offset(offset).limit(limit)))


def subjects_of(
    db: Session, entries: Collection[AuditEntry], at_most: int
) -> dict[tuple[uuid.UUID, int], tuple[int, list[uuid.UUID]]]:
    """About whom entries are: for each (municipality_id, sequence) how many persons, and the ids
    of the first `at_most` of them."""
    if not entries:
        return {}
    keys = [(entry.municipality_id, entry.sequence) for entry in entries]
    place = sa.tuple_(AuditSubject.municipality_id, AuditSubject.sequence)
    ranked = (
        sa.select(
            AuditSubject.municipality_id,
            AuditSubject.sequence,
            AuditSubject.person_id,
            sa.func.row_number()
            .over(
                partition_by=(AuditSubject.municipality_id, AuditSubject.sequence),
                order_by=AuditSubject.person_id,
            )
            .label("rank"),
            sa.func.count()
            .over(partition_by=(AuditSubject.municipality_id, AuditSubject.sequence))
            .label("total"),
        )
        .where(place.in_(keys))
        .subquery()
    )
    result: dict[tuple[uuid.UUID, int], tuple[int, list[uuid.UUID]]] = {}
    for row in db.execute(sa.select(ranked).where(ranked.c.rank <= at_most)):
        result.setdefault((row.municipality_id, row.sequence), (row.total, []))[1].append(
            row.person_id
        )
    return result


def about(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID, limit: int
) -> list[AuditEntry]:
    """The newest entries about one person: who looked, and who changed what."""
    query = (
        sa.select(AuditEntry)
        .join(
            AuditSubject,
            sa.and_(
                AuditSubject.municipality_id == AuditEntry.municipality_id,
                AuditSubject.sequence == AuditEntry.sequence,
            ),
        )
        .where(AuditSubject.municipality_id == municipality_id, AuditSubject.person_id == person_id)
    )
    newest = query.order_by(AuditEntry.at.desc(), AuditEntry.sequence.desc())
    return list(db.scalars(newest.limit(limit)))


def looks_since(db: Session, account_id: uuid.UUID, since: dt.datetime) -> int:
    """How many pages and files with names somebody saw since an instant: of the municipality of
    which it were most."""
    each = (
        sa.select(sa.func.count().label("number"))
        .where(
            AuditEntry.actor_account_id == account_id,
            AuditEntry.at > since,
            AuditEntry.action.in_([Action.LOOKED, Action.EXPORTED]),
        )
        .group_by(AuditEntry.municipality_id)
        .subquery("each")
    )
    return db.scalar(sa.select(sa.func.max(each.c.number))) or 0


def last_alarm(db: Session, account_id: uuid.UUID, since: dt.datetime) -> AuditEntry | None:
    """The newest entry since an instant that this account looked too much."""
    query = sa.select(AuditEntry).where(
        AuditEntry.actor_account_id == account_id,
        AuditEntry.at > since,
        AuditEntry.action == Action.LOOKED_TOO_MUCH,
    )
    return db.scalars(query.order_by(AuditEntry.at.desc()).limit(1)).first()


def alarms_since(db: Session, since: dt.datetime) -> list[AuditEntry]:
    """The entries since an instant that somebody looked too much, the oldest first."""
    query = sa.select(AuditEntry).where(
        AuditEntry.at > since, AuditEntry.action == Action.LOOKED_TOO_MUCH
    )
    return list(db.scalars(query.order_by(AuditEntry.at)))


def hash_at(db: Session, chain: uuid.UUID, sequence: int) -> str | None:
    """The hash of one entry; None when it is not there."""
    query = sa.select(AuditEntry.hash).where(
        AuditEntry.municipality_id == chain, AuditEntry.sequence == sequence
    )
    return db.scalar(query)


def chains(db: Session) -> list[uuid.UUID]:
    """Whose chains there are (the nil id: of the system)."""
    return list(db.scalars(sa.select(AuditHead.municipality_id).order_by(AuditHead.sequence)))


def ends(db: Session, chain: uuid.UUID) -> tuple[Signed, Signed]:
    """The checkpoint and the head of a chain that there is."""
    head = db.get_one(AuditHead, chain)
    return (
        Signed(chain, head.checkpoint_sequence, head.checkpoint_hash, head.checkpoint_signature),
        Signed(chain, head.sequence, head.hash, head.signature),
    )


def lines(db: Session, chain: uuid.UUID, after: int, until: int) -> Iterator[Line]:
    """The entries of a chain after a number until (and with) another, a batch at a time: what is
    added meanwhile is left out."""
    while True:
        query = sa.select(AuditEntry).where(
            AuditEntry.municipality_id == chain,
            AuditEntry.sequence > after,
            AuditEntry.sequence <= until,
        )
        batch = list(db.scalars(query.order_by(AuditEntry.sequence).limit(BATCH)))
        if not batch:
            return
        about_whom = _person_ids(db, chain, batch[0].sequence, batch[-1].sequence)
        for entry in batch:
            yield _line(entry, frozenset(about_whom[entry.sequence]))
            db.expunge(entry)
        after = batch[-1].sequence


def _person_ids(
    db: Session, chain: uuid.UUID, first: int, last: int
) -> defaultdict[int, set[uuid.UUID]]:
    found_ids: defaultdict[int, set[uuid.UUID]] = defaultdict(set)
    query = sa.select(AuditSubject.sequence, AuditSubject.person_id).where(
        AuditSubject.municipality_id == chain, AuditSubject.sequence.between(first, last)
    )
    for sequence, person_id in db.execute(query):
        found_ids[sequence].add(person_id)
    return found_ids


def _line(entry: AuditEntry, person_ids: frozenset[uuid.UUID]) -> Line:
    return Line(
        municipality_id=entry.municipality_id,
        sequence=entry.sequence,
        at=entry.at,
        actor_account_id=entry.actor_account_id,
        actor_name=entry.actor_name,
        action=entry.action.name,
        what=entry.what,
        details=entry.details,
        person_ids=person_ids,
        previous_hash=entry.previous_hash,
        hash=entry.hash,
    )
