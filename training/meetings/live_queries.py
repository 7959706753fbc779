"""Answers where a dilemma in a room stands, for whoever has its code or leads it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.db import Database
from training.meetings.models import Meeting, MeetingRound, MeetingStand, OpenVote
from training.meetings.rules import Phase, Plan, Round, Stand
from training.people.queries import units_below


@dataclass(frozen=True, slots=True)
class Count:
    """What a waiting phone asks: the version of the stand, and how many joined and voted."""

    version: int
    joined: int
    voted: int


@dataclass(frozen=True, slots=True)
class Room:
    """A meeting with its stand and the votes on the scene where it stands, the oldest first."""

    meeting: Meeting
    row: MeetingStand
    rows: tuple[MeetingRound, ...]

    @property
    def stand(self) -> Stand:
        """The stand as the rules know it."""
        return Stand(self.row.phase, tuple(self.row.path), self.row.paused, self.row.can_go_back)

    @property
    def plan(self) -> Plan:
        """How this meeting plays the dilemma."""
        row = self.row
        return Plan(tuple(row.vote), tuple(row.second_round), row.path_by, row.quick)

    @property
    def rounds(self) -> tuple[Round, ...]:
        """The votes on this scene as the rules know them."""
        return tuple(_round_of(row) for row in self.rows)

    @property
    def open_round(self) -> MeetingRound | None:
        """The vote that is open."""
        return next((row for row in self.rows if row.id == self.row.round_id), None)


def _round_of(row: MeetingRound) -> Round:
    steps = None if row.steps is None else tuple(row.steps)
    return Round(
        row.kind, tuple(row.options), row.closed, row.voted, row.question, steps, row.majority
    )


_VOTED = (
    sa.select(sa.func.count())
    .select_from(OpenVote)
    .where(OpenVote.round_id == MeetingStand.round_id)
    .correlate(MeetingStand)
    .scalar_subquery()
)
_COUNT = sa.select(MeetingStand.version, MeetingStand.joined, _VOTED).where(
    MeetingStand.code == sa.bindparam("code")
)


def count_of(database: Database, code: str) -> Count | None:
    """What a waiting phone asks every two seconds, in one indexed query."""
    row = database.glance(_COUNT, {"code": code})
    return Count(row[0], row[1], row[2]) if row else None


def voted_in(db: Session, round_id: uuid.UUID | None) -> int:
    """How many phones voted in an open round."""
    if round_id is None:
        return 0
    query = sa.select(sa.func.count()).select_from(OpenVote).where(OpenVote.round_id == round_id)
    return db.scalar(query) or 0


_SEALED = sa.select(OpenVote.sealed).where(
    OpenVote.round_id == sa.bindparam("round"), OpenVote.voter == sa.bindparam("voter")
)


def vote_of(database: Database, round_id: uuid.UUID, voter: bytes) -> bytes | None:
    """The sealed vote of one phone in an open round."""
    row = database.glance(_SEALED, {"round": round_id, "voter": voter})
    return row[0] if row else None


def room_of_code(db: Session, code: str) -> Room | None:
    """The meeting that this code opens, while it lasts."""
    return _room(db, MeetingStand.code == code)


def room_of_facilitator(
    db: Session, meeting_id: uuid.UUID, account_id: uuid.UUID, units: Sequence[uuid.UUID]
) -> Room | None:
    """The meeting, when this account leads it below one of the units in which it still may, and
    its dilemma has not ended."""
    return _room(
        db,
        sa.and_(
            MeetingStand.meeting_id == meeting_id,
            MeetingStand.code.is_not(None),
            Meeting.facilitator_id == account_id,
            Meeting.unit_id.in_(units_below(units)),
        ),
    )


def _room(db: Session, which: sa.ColumnElement[bool]) -> Room | None:
    query = (
        sa.select(Meeting, MeetingStand)
        .join(MeetingStand, MeetingStand.meeting_id == Meeting.id)
        .where(which)
    )
    found = db.execute(query).one_or_none()
    if found is None:
        return None
    meeting, stand = found
    return Room(meeting, stand, rounds_at(db, meeting.id, len(stand.path)))


def rounds_at(db: Session, meeting_id: uuid.UUID, step: int) -> tuple[MeetingRound, ...]:
    """The votes of a meeting after so many choices of its path, the oldest first."""
    query = sa.select(MeetingRound).where(
        MeetingRound.meeting_id == meeting_id, MeetingRound.step == step
    )
    return tuple(db.scalars(query.order_by(MeetingRound.number)))


def open_meetings(db: Session, account_id: uuid.UUID) -> Sequence[tuple[Meeting, MeetingStand]]:
    """The dilemmas that this account leads and that have not ended, the newest first."""
    query = (
        sa.select(Meeting, MeetingStand)
        .join(MeetingStand, MeetingStand.meeting_id == Meeting.id)
        .where(Meeting.facilitator_id == account_id, MeetingStand.code.is_not(None))
        .order_by(Meeting.starts_at.desc(), Meeting.id)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def waiting_room_of(
    db: Session, account_id: uuid.UUID, unit_id: uuid.UUID, dilemma_id: str, since: dt.datetime
) -> Meeting | None:
    """The meeting, made since an instant, whose waiting room for this dilemma and unit this
    account has open."""
    query = (
        sa.select(Meeting)
        .join(MeetingStand, MeetingStand.meeting_id == Meeting.id)
        .where(
            Meeting.facilitator_id == account_id,
            Meeting.unit_id == unit_id,
            Meeting.made_at >= since,
            MeetingStand.dilemma_id == dilemma_id,
            MeetingStand.phase == Phase.LOBBY,
            MeetingStand.code.is_not(None),
        )
        .order_by(Meeting.made_at.desc())
    )
    return db.scalars(query.limit(1)).first()


def own_meeting(
    db: Session, meeting_id: uuid.UUID, account_id: uuid.UUID, units: Sequence[uuid.UUID]
) -> Meeting | None:
    """A meeting that this account leads, below one of the units in which it still may; None as if
    there were none."""
    query = sa.select(Meeting).where(
        Meeting.id == meeting_id,
        Meeting.facilitator_id == account_id,
        Meeting.unit_id.in_(units_below(units)),
    )
    return db.scalars(query).one_or_none()


def played_by(db: Session, unit_ids: Sequence[uuid.UUID]) -> frozenset[str]:
    """The dilemmas that were chosen for a meeting of these units."""
    query = sa.select(Meeting.dilemma_id).where(
        Meeting.unit_id.in_(unit_ids),
        Meeting.dilemma_id.is_not(None),
        Meeting.cancelled_at.is_(None),
    )
    return frozenset(slug for slug in db.scalars(query) if slug)
