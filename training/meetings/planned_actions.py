"""Plans, moves and cancels meetings, invites to them, and makes evidence of who was there."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from training.clock import local_date
from training.content.classes import ContentKind, Library
from training.evidence import actions as evidence
from training.evidence.models import Evidence, Source
from training.meetings import planned_queries
from training.meetings.models import (
    Attendance,
    Invitation,
    Meeting,
    MeetingAudience,
    MeetingMaterial,
)
from training.meetings.planning_rules import Invited, Key, Presence, answer_for, may_undo

DAY = dt.timedelta(days=1)
TOLD = frozenset({"title", "kind", "starts_at", "ends_at", "place", "explanation"})


class TooManyError(Exception):
    """More people than can be invited to one meeting; nobody was invited."""


def invite(db: Session, meeting: Meeting, keys: Iterable[Key]) -> int:
    """Invites persons; who was invited before keeps the answer. Returns how many are new."""
    rows = [
        {
            "municipality_id": municipality_id,
            "meeting_id": meeting.id,
            "person_id": person_id,
            "answer": Invited.OPEN,
            "reminded": False,
        }
        for municipality_id, person_id in keys
    ]
    if not rows:
        return 0
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Invitation).on_conflict_do_nothing().returning(Invitation.person_id)
    return sum(
        len(db.execute(statement.values(rows[n : n + 500])).all()) for n in range(0, len(rows), 500)
    )


def invite_audiences(db: Session, meeting: Meeting, audiences: Collection[str]) -> int:
    """Invites everybody of these audiences below the meeting's node, and remembers which they
    are. Returns how many persons are new. Raises `TooManyError`."""
    day = local_date(meeting.starts_at)
    keys = planned_queries.in_audiences(db, meeting.unit_id, audiences, day)
    if len(keys) > planned_queries.MOST_INVITED:
        raise TooManyError
    known = set(planned_queries.audiences_of(db, meeting.id))
    db.add_all(
        MeetingAudience(meeting_id=meeting.id, audience=audience)
        for audience in sorted(set(audiences) - known)
    )
    return invite(db, meeting, keys)


def sign_up(db: Session, meeting: Meeting, invitation: Invitation, now: dt.datetime) -> Invited:
    """Gives a place, or one on the waiting list when it is full."""
    _lock(db, meeting.id)
    db.refresh(invitation)
    if invitation.answer in (Invited.SIGNED_UP, Invited.WAITING):
        return invitation.answer
    taken = planned_queries.counts_of(db, meeting.id)[Invited.SIGNED_UP]
    invitation.answer = answer_for(taken, meeting.places)
    invitation.place_at = now
    return invitation.answer


def sign_off(db: Session, meeting: Meeting, invitation: Invitation) -> list[Invitation]:
    """Gives up a place. Returns who got a place by it from the waiting list."""
    _lock(db, meeting.id)
    db.refresh(invitation)
    invitation.answer, invitation.place_at = Invited.DECLINED, None
    db.flush()
    return fill_places(db, meeting)


def fill_places(db: Session, meeting: Meeting) -> list[Invitation]:
    """Gives free places to who waits longest; returns them."""
    db.flush()
    query = (
        sa.select(Invitation)
        .where(Invitation.meeting_id == meeting.id, Invitation.answer == Invited.WAITING)
        .order_by(Invitation.place_at, Invitation.person_id)
    )
    if meeting.places is not None:
        taken = planned_queries.counts_of(db, meeting.id)[Invited.SIGNED_UP]
        query = query.limit(max(0, meeting.places - taken))
    promoted = list(db.scalars(query))
    for invitation in promoted:
        invitation.answer = Invited.SIGNED_UP
    return promoted


def _lock(db: Session, meeting_id: uuid.UUID) -> None:
    """Lets who signs up for one meeting wait for each other."""
    db.execute(sa.select(Meeting.id).where(Meeting.id == meeting_id).with_for_update())


def change(db: Session, meeting: Meeting, values: dict[str, object]) -> frozenset[str]:
    """Changes a meeting. When something of it is for who comes (`TOLD`) its sequence goes up, so
    that calendars follow. Returns what changed."""
    changed = {name: value for name, value in values.items() if getattr(meeting, name) != value}
    for name, value in changed.items():
        setattr(meeting, name, value)
    if TOLD & changed.keys():
        meeting.sequence += 1
    if "starts_at" in changed:
        db.execute(
            sa.update(Invitation).where(Invitation.meeting_id == meeting.id).values(reminded=False)
        )
    return frozenset(changed)


def cancel(meeting: Meeting, now: dt.datetime) -> None:
    """Cancels a meeting; it stays to be seen, as cancelled."""
    if meeting.cancelled_at is None:
        meeting.cancelled_at = now
        meeting.sequence += 1


def add_material(
    db: Session, meeting: Meeting, name: str, media_type: str, content: bytes
) -> MeetingMaterial:
    """Keeps a file with a meeting."""
    made = MeetingMaterial(
        meeting_id=meeting.id, name=name[:120], media_type=media_type[:120], content=content
    )
    db.add(made)
    return made


# ---------------------------------------------------------------- attendance


def mark(
    db: Session, meeting: Meeting, presences: dict[Key, Presence | None], today: dt.date
) -> None:
    """Writes down who was there; None takes it away. What became evidence already stays. The rows
    are written in the order of their ids, so that their places say nothing about who came when."""
    query = sa.select(Attendance).where(Attendance.meeting_id == meeting.id)
    there = {(row.municipality_id, row.person_id): row for row in db.scalars(query)}
    for key in sorted(presences):
        row, presence = there.get(key), presences[key]
        if row is not None and row.proofs:
            continue
        if presence is None:
            if row is not None:
                db.delete(row)
        elif row is not None:
            row.presence = presence
        else:
            db.add(
                Attendance(
                    municipality_id=key[0],
                    meeting_id=meeting.id,
                    person_id=key[1],
                    presence=presence,
                    recorded_on=today,
                    proofs=[],
                )
            )
    db.flush()


def settle(db: Session, library: Library, meeting: Meeting, now: dt.datetime) -> list[Key]:
    """Makes evidence of everybody who was there and has none of it yet: of this kind of meeting,
    and of the dilemma that was played. It lands with each person's own municipality. Returns for
    whom it is new."""
    day = local_date(meeting.starts_at)
    query = (
        sa.select(Attendance)
        .where(Attendance.meeting_id == meeting.id, Attendance.presence == Presence.PRESENT)
        .order_by(Attendance.municipality_id, Attendance.person_id)
    )
    kind = library.meetings.get(meeting.kind)
    dilemma = library.dilemmas.get(meeting.dilemma_id or "")
    contents = [
        (
            ContentKind.MEETING,
            meeting.kind,
            kind.version if kind else 1,
            kind.title if kind else "",
        ),
    ]
    if dilemma is not None:
        contents.append((ContentKind.DILEMMA, dilemma.id, dilemma.version, dilemma.title))
    over = meeting.settled_at is not None and not may_undo(meeting.settled_at, now)
    done = []
    for row in db.scalars(query):
        row.final = row.final or (over and bool(row.proofs))
        key = (row.municipality_id, row.person_id)
        unit_id = planned_queries.unit_of(db, meeting.unit_id, key, day)
        if row.proofs or unit_id is None:
            continue
        row.proofs = [
            proof for content in contents for proof in _new_proof(db, key, unit_id, content, day)
        ]
        done.append(key)
    if done:
        meeting.settled_at = now
    return done


def _new_proof(
    db: Session,
    key: Key,
    unit_id: uuid.UUID,
    content: tuple[ContentKind, str, int, str],
    day: dt.date,
) -> list[str]:
    """Records one proof; its id when it was not there before."""
    kind, content_id, version, title = content
    before = db.scalars(
        sa.select(Evidence.id).filter_by(
            municipality_id=key[0],
            person_id=key[1],
            content_kind=kind,
            content_id=content_id,
            content_version=version,
            completed_on=day,
            source=Source.MEETING,
        )
    ).first()
    proof = evidence.record(
        db,
        municipality_id=key[0],
        person_id=key[1],
        unit_id=unit_id,
        kind=kind,
        content_id=content_id,
        version=version,
        completed_on=day,
        source=Source.MEETING,
        title=title,
    )
    return [] if before else [str(proof.id)]


def take_back(db: Session, meeting: Meeting, now: dt.datetime) -> list[Key] | None:
    """Takes back the evidence that this meeting gave, within a day; None when it is too late.
    Returns of whom. What somebody did here alone stays."""
    if not may_undo(meeting.settled_at, now):
        return None
    done = []
    query = sa.select(Attendance).where(Attendance.meeting_id == meeting.id)
    for row in db.scalars(query):
        if not row.proofs or row.final:
            continue
        db.execute(
            sa.delete(Evidence).where(
                Evidence.municipality_id == row.municipality_id,
                Evidence.person_id == row.person_id,
                Evidence.id.in_([uuid.UUID(proof) for proof in row.proofs]),
                Evidence.source == Source.MEETING,
            )
        )
        row.proofs = []
        done.append((row.municipality_id, row.person_id))
    meeting.settled_at = None
    return done
