"""Holds meetings, the stand of a dilemma in a room, open votes, invitations and attendance."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from training.content.classes import PathBy
from training.db import Base, enum_name, new_id
from training.meetings.planning_rules import Invited, Presence
from training.meetings.rules import Phase, RoundKind


class Meeting(Base):
    """A meeting at a node of the tree, planned or begun at once. `municipality_id` is None when it
    is held for several municipalities. `kind` is a key of the kinds of meeting in the programme.
    `facilitator_id` is the account that leads it; `sequence` counts changes, for calendars.
    `settled_at` is when its attendance became evidence. `series_month` is the first day of the
    month of a fixed item to which it belongs, wherever it moved."""

    __tablename__ = "meeting"
    __table_args__ = (
        sa.Index("ix_meeting_facilitator", "facilitator_id", "starts_at"),
        sa.Index("ix_meeting_unit", "unit_id", "starts_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"))
    municipality_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("unit.id"))
    facilitator_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    series_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("meeting_series.id"))
    series_month: Mapped[dt.date | None]
    kind: Mapped[str] = mapped_column(sa.String(100))
    title: Mapped[str] = mapped_column(sa.String(120))
    explanation: Mapped[str] = mapped_column(sa.String(2000), default="")
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    places: Mapped[int | None]
    council: Mapped[bool] = mapped_column(default=False)
    dilemma_id: Mapped[str | None] = mapped_column(sa.String(100))
    guests: Mapped[int] = mapped_column(default=0)
    sequence: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[dt.datetime]
    cancelled_at: Mapped[dt.datetime | None]
    settled_at: Mapped[dt.datetime | None]


class MeetingSeries(Base):
    """A fixed item of a team's meetings: each month a dilemma that the team did not play yet, on
    the so-maniest (`week`, 1 to 4) `weekday` (Monday is 0) of the month, at a local time."""

    __tablename__ = "meeting_series"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    municipality_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("unit.id"))
    facilitator_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    audience: Mapped[str] = mapped_column(sa.String(40))
    week: Mapped[int]
    weekday: Mapped[int]
    time: Mapped[dt.time]
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    from_on: Mapped[dt.date]
    until_on: Mapped[dt.date | None]


class MeetingStand(Base):
    """Where the dilemma of a meeting stands. Every page is made from this row; `version` goes up
    with each step of the facilitator. `code` opens it to phones, and is gone when it has ended.
    `joined` counts phones; `path` holds the choices of the group; `round_id` is the open vote."""

    __tablename__ = "meeting_stand"
    __table_args__ = (sa.UniqueConstraint("code"),)

    meeting_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("meeting.id"), primary_key=True)
    code: Mapped[str | None] = mapped_column(sa.String(12))
    version: Mapped[int] = mapped_column(default=1)
    dilemma_id: Mapped[str] = mapped_column(sa.String(100))
    dilemma_version: Mapped[int]
    vote: Mapped[list[str]]
    second_round: Mapped[list[str]]
    path_by: Mapped[PathBy] = mapped_column(enum_name(PathBy))
    quick: Mapped[bool] = mapped_column(default=False)
    phase: Mapped[Phase] = mapped_column(enum_name(Phase))
    path: Mapped[list[int]] = mapped_column(sa.JSON())
    paused: Mapped[bool] = mapped_column(default=False)
    can_go_back: Mapped[bool] = mapped_column(default=False)
    round_id: Mapped[uuid.UUID | None]
    joined: Mapped[int] = mapped_column(default=0)
    touched_at: Mapped[dt.datetime] = mapped_column(index=True)


class MeetingRound(Base):
    """One vote in one scene of the path (`step`: choices taken before it). When it is closed only
    `steps` is kept, a step in words per choice; no count. All rounds go when the meeting ends."""

    __tablename__ = "meeting_round"
    __table_args__ = (sa.Index("ix_meeting_round_place", "meeting_id", "step", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    meeting_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("meeting_stand.meeting_id"))
    step: Mapped[int]
    number: Mapped[int]
    scene: Mapped[str] = mapped_column(sa.String(100))
    kind: Mapped[RoundKind] = mapped_column(enum_name(RoundKind))
    question: Mapped[str] = mapped_column(sa.String(300), default="")
    options: Mapped[list[int]] = mapped_column(sa.JSON())
    closed: Mapped[bool] = mapped_column(default=False)
    voted: Mapped[int] = mapped_column(default=0)
    steps: Mapped[list[int] | None] = mapped_column(sa.JSON(none_as_null=True))
    majority: Mapped[int | None]


class OpenVote(Base):
    """A vote while its round is open, and no longer. `voter` is HMAC(token of the phone, secret of
    the round), `sealed` the choice under the same secret: without the secret, a file on
    memory-backed storage, a row says neither who nor what. Not in any backup (`training.backup`
    leaves it out; UNLOGGED on PostgreSQL, `secure_delete` on SQLite). No foreign key: its check
    would write the transaction of each vote onto the round's row."""

    __tablename__ = "open_vote"

    round_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    voter: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary(64))


sa.event.listen(
    OpenVote.__table__,
    "after_create",
    sa.DDL("ALTER TABLE open_vote SET UNLOGGED").execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]
)


class MeetingAudience(Base):
    """An audience that is invited to a meeting, below the meeting's node."""

    __tablename__ = "meeting_audience"

    meeting_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("meeting.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(sa.String(40), primary_key=True)


class MeetingMaterial(Base):
    """A file that goes with a meeting, to download by who is invited."""

    __tablename__ = "meeting_material"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    meeting_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    media_type: Mapped[str] = mapped_column(sa.String(120))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary())


class Invitation(Base):
    """A person who is invited to a meeting, and what he or she answered. `place_at` orders the
    waiting list; `sent_sequence` is the change of the meeting that was last mailed."""

    __tablename__ = "invitation"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
        sa.Index("ix_invitation_meeting", "meeting_id", "answer"),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    meeting_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("meeting.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    answer: Mapped[Invited] = mapped_column(enum_name(Invited))
    place_at: Mapped[dt.datetime | None]
    sent_sequence: Mapped[int | None]
    reminded: Mapped[bool] = mapped_column(default=False)


class Attendance(Base):
    """Whether a person was at a meeting. It holds a day and no time: its place among other rows
    says nothing about a vote, and nothing here is written together with one. `proofs` are the ids
    of the evidence that was made of it, so that it can be taken back for a day; then it is
    `final`, also when others are recorded later."""

    __tablename__ = "attendance"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
        sa.Index("ix_attendance_meeting", "meeting_id"),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    meeting_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("meeting.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    presence: Mapped[Presence] = mapped_column(enum_name(Presence))
    recorded_on: Mapped[dt.date]
    proofs: Mapped[list[str]] = mapped_column(sa.JSON(), server_default="[]", default=list)
    final: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
