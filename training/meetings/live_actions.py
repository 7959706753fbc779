"""Moves a dilemma in a room on: begins it, takes a step, takes a vote, counts and forgets."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from training.content import play
from training.content.classes import Dilemma, PathBy
from training.db import Database, new_id
from training.meetings import rules
from training.meetings.live_queries import Room
from training.meetings.models import Meeting, MeetingRound, MeetingStand, OpenVote
from training.meetings.round_box import (
    LAST_TURN,
    Ballot,
    Outcome,
    RoundBox,
    count,
    is_token,
    outcome_of,
    seal,
    secret_of,
    unseal,
    voter_of,
)
from training.meetings.rules import Phase, Plan, RoundKind, Step

IDLE = dt.timedelta(hours=12)
MOST_PHONES = 5000
TRIES = 20  # to find a code that is not in use


class OlderStandError(Exception):
    """The page from which this came is older than where the meeting stands now."""


class RoundLostError(Exception):
    """The secret of the open vote is gone: it must be opened again, empty."""


class GoneError(Exception):
    """The code opens nothing (any more)."""


class FullError(Exception):
    """More phones than a room can have."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the facilitator wants: a step, seen from a version of the stand. `choice` is the path,
    `question` the words of a "wat als"."""

    step: Step
    version: int
    choice: int | None = None
    question: str = ""


@dataclass(frozen=True, slots=True)
class Cast:
    """A vote that came in: for which round, by which token, and what."""

    round_id: uuid.UUID
    token: str
    ballot: Ballot


def begin(
    db: Session, meeting: Meeting, dilemma: Dilemma, plan: Plan, now: dt.datetime
) -> MeetingStand:
    """Opens the waiting room of a meeting, under a new code. A dilemma that was played in this
    meeting before makes place."""
    end(db, meeting.id)
    db.execute(sa.delete(MeetingStand).where(MeetingStand.meeting_id == meeting.id))
    for _ in range(TRIES):
        stand = MeetingStand(
            meeting_id=meeting.id,
            code=rules.new_code(),
            version=1,
            dilemma_id=dilemma.id,
            dilemma_version=dilemma.version,
            vote=list(plan.vote),
            second_round=list(plan.second_round),
            path_by=plan.path_by,
            quick=plan.quick,
            phase=Phase.LOBBY,
            path=[],
            joined=0,
            touched_at=now,
        )
        try:
            with db.begin_nested():
                db.add(stand)
        except IntegrityError:
            continue  # the code is in use
        meeting.dilemma_id = dilemma.id
        return stand
    raise LookupError("no free code found")


def prepare_again(
    db: Session, meeting_id: uuid.UUID, dilemma: Dilemma, plan: Plan, now: dt.datetime
) -> bool:
    """Gives a waiting room that is open for this dilemma another plan: its code stays on the
    screen, its phones stay in. Whether there was one."""
    query = sa.select(MeetingStand).where(
        MeetingStand.meeting_id == meeting_id,
        MeetingStand.code.is_not(None),
        MeetingStand.phase == Phase.LOBBY,
        MeetingStand.dilemma_id == dilemma.id,
        MeetingStand.dilemma_version == dilemma.version,
    )
    stand = db.scalars(query.with_for_update()).one_or_none()
    if stand is None:
        return False
    stand.vote, stand.second_round = list(plan.vote), list(plan.second_round)
    stand.path_by, stand.quick = plan.path_by, plan.quick
    stand.version += 1
    stand.touched_at = now
    return True


def join(db: Session, meeting_id: uuid.UUID) -> None:
    """Counts one phone more; nothing else is kept of it. Raises `FullError`."""
    query = (
        sa.update(MeetingStand)
        .where(MeetingStand.meeting_id == meeting_id, MeetingStand.joined < MOST_PHONES)
        .values(joined=MeetingStand.joined + 1)
        .execution_options(synchronize_session=False)
    )
    if not db.execute(query).rowcount:  # type: ignore[attr-defined]
        raise FullError


_WHERE_IT_STANDS = (
    sa.select(MeetingStand.meeting_id, MeetingStand.round_id, MeetingRound.options, OpenVote.sealed)
    .select_from(MeetingStand)
    .outerjoin(MeetingRound, MeetingRound.id == MeetingStand.round_id)
    .outerjoin(
        OpenVote,
        sa.and_(
            OpenVote.round_id == MeetingStand.round_id, OpenVote.voter == sa.bindparam("voter")
        ),
    )
    .where(MeetingStand.code == sa.bindparam("code"))
)


def vote(db: Session, box: RoundBox, key: str, code: str, cast: Cast) -> None:
    """Puts the phone's vote in the box of the open round, in the place of the one it had there.
    Raises `GoneError` when the code opens nothing; `OlderStandError` when that round is not open,
    has no such choice, is not this phone's, or has a later vote of it; `RoundLostError` when its
    secret is gone. Three statements; writes one row of one table, which nothing links to
    anything else."""
    secret = box.secret(cast.round_id)
    voter = voter_of(secret or b"", cast.token)
    _lock_vote(db, cast.round_id, voter)
    row = db.execute(_WHERE_IT_STANDS, {"voter": voter, "code": code}).one_or_none()
    if row is None:
        raise GoneError
    if row.round_id != cast.round_id or cast.ballot.choice not in row.options:
        raise OlderStandError
    if not is_token(key, row.meeting_id, cast.token):
        raise OlderStandError
    if secret is None:
        raise RoundLostError
    if row.sealed and unseal(secret, voter, row.sealed).turn > cast.ballot.turn:
        raise OlderStandError
    kept = Ballot(cast.ballot.choice, min(cast.ballot.turn + 1, LAST_TURN))
    values = {"round_id": cast.round_id, "voter": voter, "sealed": seal(secret, voter, kept)}
    db.execute(_put(db), values)


def _put(db: Session) -> sa.Executable:
    return _PUT[db.get_bind().dialect.name]


def _put_in(insert: Any) -> sa.Executable:
    statement = insert(OpenVote)
    done: sa.Executable = statement.on_conflict_do_update(
        index_elements=["round_id", "voter"], set_={"sealed": statement.excluded.sealed}
    )
    return done


_PUT = {"postgresql": _put_in(postgresql.insert), "sqlite": _put_in(sqlite.insert)}


def take_step(
    db: Session, box: RoundBox, dilemma: Dilemma, room: Room, wish: Wish, now: dt.datetime
) -> list[str]:
    """Moves the meeting on and raises its version. Returns the files of the box that the caller
    drops *after* the commit. Raises `OlderStandError` for a wish from an older page, and
    `rules.NotPossibleError`."""
    row = db.scalars(
        sa.select(MeetingStand)
        .where(MeetingStand.meeting_id == room.meeting.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if row.version != wish.version or row.code is None:
        raise OlderStandError
    stand = rules.after(dilemma, room.plan, room.stand, room.rounds, wish.step, wish.choice)
    done: list[str] = []
    if wish.step is Step.CLOSE_VOTE:
        done = _close(db, box, row)
    elif wish.step is Step.SHOW_FIGURES:
        done = _reveal(box, room.rows[-1])
    elif stand.phase is Phase.VOTE and wish.step not in (Step.PAUSE, Step.RESUME):
        row.round_id = _open(db, box, dilemma, room, wish)
    row.phase, row.path = stand.phase, list(stand.path)
    row.paused, row.can_go_back = stand.paused, stand.back
    row.version += 1
    row.touched_at = now
    return done


def _open(db: Session, box: RoundBox, dilemma: Dilemma, room: Room, wish: Wish) -> uuid.UUID:
    """A new, empty box on the scene where the meeting stands. Opened again, the figures of the
    vote that it replaces go."""
    state = rules.state_of(dilemma, room.stand)
    last = room.rows[-1] if room.rows else None
    kind = {Step.OPEN_SECOND: RoundKind.SECOND, Step.ASK_WHAT_IF: RoundKind.WHAT_IF}.get(
        wish.step, RoundKind.FIRST
    )
    question = wish.question
    if wish.step is Step.REOPEN and last is not None:
        kind, question = last.kind, last.question
        db.delete(last)
        box.drop([outcome_of(last.id)])  # nobody saw it, and nobody will
    elif not room.rows:  # after a step back and another path: what hung on the old path goes
        _forget_rounds_after(db, room.meeting.id, len(room.stand.path))
    made = MeetingRound(
        id=new_id(),
        meeting_id=room.meeting.id,
        step=len(room.stand.path),
        number=last.number + 1 if last else 1,
        scene=state.scene,
        kind=kind,
        question=question,
        options=[c.index for c in play.available(dilemma, state)],
    )
    db.add(made)
    db.flush()
    box.make(made.id)
    return made.id


def _forget_rounds_after(db: Session, meeting_id: uuid.UUID, step: int) -> None:
    db.execute(
        sa.delete(MeetingRound).where(
            MeetingRound.meeting_id == meeting_id, MeetingRound.step >= step
        )
    )


def _close(db: Session, box: RoundBox, row: MeetingStand) -> list[str]:
    """Counts the open votes and deletes every one, in the caller's transaction. The outcome waits
    in the box until it is shown. A vote whose secret is gone cannot be read: then there is none."""
    if row.round_id is None:
        return []
    opened = db.get_one(MeetingRound, row.round_id)
    _lock_votes(db, opened.id)
    secret = box.secret(opened.id)
    here = OpenVote.round_id == opened.id
    votes = db.execute(sa.select(OpenVote.voter, OpenVote.sealed).where(here)).all()
    counts = count(secret, [(v.voter, v.sealed) for v in votes]) if secret else {}
    steps = rules.in_steps(counts, opened.options)
    picks = row.path_by is PathBy.MAJORITY and opened.kind is not RoundKind.WHAT_IF
    if secret:
        outcome = Outcome(
            None if steps is None else list(steps), rules.majority_of(counts) if picks else None
        )
        box.keep_outcome(opened.id, outcome)
    opened.closed = True
    opened.voted = sum(counts.values())
    db.execute(sa.delete(OpenVote).where(here))
    row.round_id = None
    return [secret_of(opened.id)]


def _reveal(box: RoundBox, last: MeetingRound) -> list[str]:
    """Takes the outcome of the last vote out of the box, to be shown."""
    outcome = box.outcome(last.id)
    if outcome is not None:
        last.steps, last.majority = outcome.steps, outcome.majority
    return [outcome_of(last.id)]


def _lock_votes(db: Session, round_id: uuid.UUID) -> None:
    """Lets counting wait for votes that are being written, and the other way round. An advisory
    lock leaves no trace on any row (SQLite has one writer at a time)."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(round_id.int >> 65)))


def _lock_vote(db: Session, round_id: uuid.UUID, voter: bytes) -> None:
    """Lets a vote wait while its round is counted, and two votes of one phone for each other
    (SQLite has one writer at a time)."""
    if db.get_bind().dialect.name == "postgresql":
        phone = int.from_bytes(voter[:8], "big") >> 1
        db.execute(_LOCKS, {"round": round_id.int >> 65, "phone": phone})


_LOCKS = sa.select(
    sa.func.pg_advisory_xact_lock_shared(sa.bindparam("round", type_=sa.BigInteger())),
    sa.func.pg_advisory_xact_lock(sa.bindparam("phone", type_=sa.BigInteger())),
)


def end(db: Session, meeting_id: uuid.UUID) -> list[str]:
    """Ends the dilemma of a meeting: its code opens nothing, and every vote, figure and path is
    gone. Returns the files of the box that the caller drops after the commit."""
    rounds = list(
        db.scalars(sa.select(MeetingRound.id).where(MeetingRound.meeting_id == meeting_id))
    )
    for round_id in rounds:
        _lock_votes(db, round_id)
    db.execute(sa.delete(OpenVote).where(OpenVote.round_id.in_(rounds)))
    db.execute(sa.delete(MeetingRound).where(MeetingRound.meeting_id == meeting_id))
    db.execute(
        sa.update(MeetingStand)
        .where(MeetingStand.meeting_id == meeting_id)
        .values(code=None, round_id=None, path=[], joined=0)
    )
    return [name for round_id in rounds for name in (secret_of(round_id), outcome_of(round_id))]


def end_idle(database: Database, box: RoundBox, now: dt.datetime) -> int:
    """Ends every dilemma in which nothing happened for twelve hours, and removes what the box
    holds of votes that are over. Returns how many ended."""
    done: set[str] = set()
    with database.transaction() as db:
        query = sa.select(MeetingStand.meeting_id).where(
            MeetingStand.code.is_not(None), MeetingStand.touched_at < now - IDLE
        )
        meetings = list(db.scalars(query))
        for meeting_id in meetings:
            done.update(end(db, meeting_id))
        old = box.made_before(now - IDLE)  # never of a vote that is being opened right now
        if old:
            needed = {
                outcome_of(row.id) if row.closed else secret_of(row.id)
                for row in db.execute(sa.select(MeetingRound.id, MeetingRound.closed))
            }
            done |= old - needed
    box.drop(done)
    return len(meetings)
