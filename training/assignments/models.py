"""Holds duties with their policies, who is under them, and the cycles with their frozen dates."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.assignments.rules import (
    Basis,
    Cause,
    Choose,
    Closing,
    RefresherForm,
    ReminderKind,
    Transition,
)
from training.content.classes import Change, ContentKind
from training.db import Base, enum_name, new_id

# What follows from other facts: of somebody who was never there after all it may go (the people
# room then undoes a personnel file).
DERIVED = {"info": {"derived": True}}


class Duty(Base):
    """What must be learned, by which audiences, at and below which node, from which day. `is_new`
    until the nightly pass has put people under it."""

    __tablename__ = "duty"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(160))
    programme_slug: Mapped[str | None] = mapped_column(sa.String(80))
    choose: Mapped[Choose] = mapped_column(enum_name(Choose), default=Choose.ALL)
    in_force_from: Mapped[dt.date]
    ended_on: Mapped[dt.date | None]
    is_new: Mapped[bool] = mapped_column(default=True)
    contents: Mapped[list[DutyContent]] = relationship(
        order_by="DutyContent.place", cascade="all, delete-orphan"
    )
    audiences: Mapped[list[DutyAudience]] = relationship(cascade="all, delete-orphan")
    policies: Mapped[list[DutyPolicy]] = relationship(
        order_by="DutyPolicy.version", cascade="all, delete-orphan"
    )


class DutyContent(Base):
    """One module, dilemma or kind of meeting that a duty asks for."""

    __tablename__ = "duty_content"

    duty_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("duty.id"), primary_key=True)
    kind: Mapped[ContentKind] = mapped_column(enum_name(ContentKind), primary_key=True)
    content_id: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    place: Mapped[int] = mapped_column(default=0)


class DutyAudience(Base):
    """An audience that is under a duty."""

    __tablename__ = "duty_audience"

    duty_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("duty.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(sa.String(40), primary_key=True)


class DutyPolicy(Base):
    """When a duty is due and how long it holds. A change is a new version from a day on; cycles
    keep the version under which they opened. Days and months are whole numbers."""

    __tablename__ = "duty_policy"

    duty_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("duty.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    from_on: Mapped[dt.date]
    first_due_days: Mapped[int | None]
    first_due_on: Mapped[dt.date | None]
    validity_months: Mapped[int | None]
    basis: Mapped[Basis] = mapped_column(enum_name(Basis), default=Basis.COMPLETION)
    fixed_month: Mapped[int | None]
    fixed_day: Mapped[int | None]
    minimum_days: Mapped[int] = mapped_column(default=90)
    window_days: Mapped[int] = mapped_column(default=42)
    grace_days: Mapped[int] = mapped_column(default=28)
    notice_days: Mapped[int] = mapped_column(default=14)
    spread_days: Mapped[int] = mapped_column(default=0)
    quiet: Mapped[list[str]] = mapped_column(default=list)
    opens_for: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    form: Mapped[RefresherForm] = mapped_column(
        enum_name(RefresherForm), default=RefresherForm.REFRESHER
    )
    why: Mapped[str] = mapped_column(sa.String(300), default="")
    changed_by: Mapped[str] = mapped_column(sa.String(160), default="")


class DutyEvent(Base):
    """Who did what to a duty, when and why; append-only. `version`: of the policy that it made."""

    __tablename__ = "duty_event"
    __table_args__ = (sa.Index("ix_duty_event_duty", "duty_id", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    duty_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("duty.id"))
    at: Mapped[dt.datetime]
    by: Mapped[str] = mapped_column(sa.String(160))
    what: Mapped[str] = mapped_column(sa.String(300))
    why: Mapped[str] = mapped_column(sa.String(300))
    version: Mapped[int | None]


class Assignment(Base):
    """A person under a duty, with every reason; derived from audiences, kept so that the past
    can be told. `until_on` is the last day on which the person belonged to the audience,
    `lapses_on` the first on which its cycles are over, `gaps` ("2026-03-01/2026-05-31") the times
    that somebody was away from it. `awaits_on`: when there is something to do for the nightly
    pass that no cycle tells (the first one opens, the last one lapses); None when there is not."""

    __tablename__ = "assignment"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
        sa.Index("ix_assignment_duty", "municipality_id", "duty_id"),
        sa.Index(
            "ix_assignment_awaits",
            "awaits_on",
            postgresql_where=sa.text("awaits_on IS NOT NULL"),
            sqlite_where=sa.text("awaits_on IS NOT NULL"),
        ),
        sa.Index(
            "ix_assignment_gaps",
            "municipality_id",
            "person_id",
            postgresql_where=sa.text("gaps IS NOT NULL"),
            sqlite_where=sa.text("gaps IS NOT NULL"),
        ),
        DERIVED,
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    duty_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("duty.id"), primary_key=True)
    from_on: Mapped[dt.date]
    until_on: Mapped[dt.date | None]
    reasons: Mapped[list[str]]
    lapses_on: Mapped[dt.date | None]
    gaps: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True))
    awaits_on: Mapped[dt.date | None]


class Cycle(Base):
    """One round of an assignment. Its dates are frozen when it opens; `fulfilled_on` and what
    follows from it are written by the nightly job, but never waited for: evidence decides. The
    other columns are those of `rules.Round`; `next_due_on` is for looking ahead."""

    __tablename__ = "cycle"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id", "duty_id"],
            ["assignment.municipality_id", "assignment.person_id", "assignment.duty_id"],
        ),
        sa.Index("ix_cycle_duty", "municipality_id", "duty_id", "number"),
        sa.Index("ix_cycle_due", "municipality_id", "due_on"),
        sa.Index(
            "ix_cycle_next",
            "next_opens_on",
            "municipality_id",
            postgresql_where=sa.text("closed_on IS NULL"),
            sqlite_where=sa.text("closed_on IS NULL"),
        ),
        DERIVED,
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    duty_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    policy_version: Mapped[int]
    form: Mapped[RefresherForm] = mapped_column(enum_name(RefresherForm))
    opens_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    was_valid_until: Mapped[dt.date | None]
    grace_until: Mapped[dt.date]
    fulfilled_on: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]
    next_opens_on: Mapped[dt.date | None]
    next_due_on: Mapped[dt.date | None]
    planned_on: Mapped[dt.date | None]
    anchor_day: Mapped[int | None]
    cause: Mapped[Cause] = mapped_column(enum_name(Cause), default=Cause.TURN)
    only_kind: Mapped[ContentKind | None] = mapped_column(enum_name(ContentKind))
    only_id: Mapped[str | None] = mapped_column(sa.String(100))
    least_version: Mapped[int] = mapped_column(default=1)
    keeps_until: Mapped[dt.date | None]
    closed_on: Mapped[dt.date | None]
    closing: Mapped[Closing | None] = mapped_column(enum_name(Closing))


class Pause(Base):
    """Somebody is away for a while, t/m `until_on`. No reason: leave and illness are nobody's
    business here."""

    __tablename__ = "pause"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    from_on: Mapped[dt.date] = mapped_column(primary_key=True)
    until_on: Mapped[dt.date]


class Exemption(Base):
    """Somebody need not do a duty, with a reason and an end."""

    __tablename__ = "exemption"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    duty_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("duty.id"), primary_key=True)
    from_on: Mapped[dt.date] = mapped_column(primary_key=True)
    until_on: Mapped[dt.date]
    reason: Mapped[str] = mapped_column(sa.String(300))
    given_by: Mapped[str] = mapped_column(sa.String(160))


class CycleEvent(Base):
    """Who or what changed which date, and why; append-only."""

    __tablename__ = "cycle_event"
    __table_args__ = (
        sa.Index("ix_cycle_event_person", "municipality_id", "person_id", "duty_id", "at"),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
        DERIVED,
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID]
    duty_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("duty.id"))
    number: Mapped[int]
    at: Mapped[dt.datetime]
    by: Mapped[str] = mapped_column(sa.String(160))
    what: Mapped[str] = mapped_column(sa.String(300))
    details: Mapped[dict[str, Any]]


class Reminder(Base):
    """That somebody was, or will be, told of a cycle: once for each kind, for ever."""

    __tablename__ = "reminder"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id", "duty_id", "number"],
            ["cycle.municipality_id", "cycle.person_id", "cycle.duty_id", "cycle.number"],
        ),
        sa.Index("ix_reminder_planned", "decided_on", "planned_on"),
        DERIVED,
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    duty_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ReminderKind] = mapped_column(enum_name(ReminderKind), primary_key=True)
    planned_on: Mapped[dt.date]
    decided_on: Mapped[dt.date | None]
    outcome: Mapped[str | None] = mapped_column(sa.String(60))


class ExtraOpening(Base):
    """A cycle out of its turn, for one person or (no person) for everybody under the duty."""

    __tablename__ = "extra_opening"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
        sa.Index("ix_extra_opening_person", "municipality_id", "person_id"),
        sa.Index("ix_extra_opening_duty", "duty_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    municipality_id: Mapped[uuid.UUID | None]
    person_id: Mapped[uuid.UUID | None]
    duty_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("duty.id"))
    opens_on: Mapped[dt.date]
    due_days: Mapped[int]
    cause: Mapped[Cause] = mapped_column(enum_name(Cause))
    content_kind: Mapped[ContentKind | None] = mapped_column(enum_name(ContentKind))
    content_id: Mapped[str | None] = mapped_column(sa.String(100))
    least_version: Mapped[int] = mapped_column(default=1)
    why: Mapped[str] = mapped_column(sa.String(300), default="")
    opened_by: Mapped[str] = mapped_column(sa.String(160), default="")


class ContentRelease(Base):
    """The day on which this installation first had a version of a piece of content, and what its
    author decided that it means."""

    __tablename__ = "content_release"

    kind: Mapped[ContentKind] = mapped_column(enum_name(ContentKind), primary_key=True)
    content_id: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    change: Mapped[Change] = mapped_column(enum_name(Change))
    since_on: Mapped[dt.date]


class QuietPeriod(Base):
    """A quiet time of the calendars in the content (content/kalenders.yaml), as last read;
    `region`: only for municipalities in that region. A council's recess is its own setting."""

    __tablename__ = "quiet_period"

    calendar: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    region: Mapped[str] = mapped_column(sa.String(20), primary_key=True, default="")
    from_on: Mapped[dt.date] = mapped_column(primary_key=True)
    until_on: Mapped[dt.date]
    name: Mapped[str] = mapped_column(sa.String(80))


class RosterChange(Base):
    """That a person's positions, tags or service changed since the nightly pass last looked;
    written by the database itself (`roster_triggers`). The nil id stands for everybody."""

    __tablename__ = "roster_change"

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class Brake(Base):
    """A transition that would touch so many people of a municipality that somebody must say yes
    first. Nothing of it was written. `approved` is None until a coordinator decides."""

    __tablename__ = "brake"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    municipality_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    duty_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("duty.id"))
    transition: Mapped[Transition] = mapped_column(enum_name(Transition))
    noticed_on: Mapped[dt.date]
    people: Mapped[int]
    headcount: Mapped[int]
    approved: Mapped[bool | None]
    decided_on: Mapped[dt.date | None]
    decided_by: Mapped[str] = mapped_column(sa.String(160), default="")


class CheckFinding(Base):
    """What the nightly self check found wrong, for the administrator: a rule that must always
    hold, and in how many records it did not. Holds no names."""

    __tablename__ = "check_finding"

    rule: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    noticed_on: Mapped[dt.date] = mapped_column(primary_key=True)
    count: Mapped[int]
    example: Mapped[str] = mapped_column(sa.String(300), default="")
    gone_on: Mapped[dt.date | None]
