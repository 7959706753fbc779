"""Holds the organisation tree, persons, their positions, and a municipality's own settings."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base, enum_name, new_id
from training.people.rules import PositionKind, UnitKind, UploadState, full_name


class Unit(Base):
    """A node of the tree: regio → basisteam → samenwerking → gemeente → afdeling → team.
    `municipality_id` is the municipality that it belongs to, itself included; None above it.
    `closed_on` is its last day."""

    __tablename__ = "unit"
    __table_args__ = (sa.Index("ix_unit_parent", "parent_id", "id"),)  # what is below, at once

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    parent_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("unit.id"))
    municipality_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    kind: Mapped[UnitKind] = mapped_column(enum_name(UnitKind))
    name: Mapped[str] = mapped_column(sa.String(120))
    opened_on: Mapped[dt.date]
    closed_on: Mapped[dt.date | None]


class UnitPast(Base):
    """Where a unit stood, and what it was called, from a day until a day (both included), before
    it was moved or renamed. What holds now stands in `Unit`: so whoever makes a unit needs to
    write nothing here."""

    __tablename__ = "unit_past"

    unit_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    from_on: Mapped[dt.date] = mapped_column(primary_key=True)
    until_on: Mapped[dt.date]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))


class UnitMerge(Base):
    """Which unit took the place of one that was closed: who looks for the old one is led on."""

    __tablename__ = "unit_merge"

    unit_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    into_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    merged_on: Mapped[dt.date]


class Person(Base):
    """Somebody who learns. A person is a fact, an account a key (identity room).
    `employee_number` is the key of the personnel file; `email` an attribute that may change."""

    __tablename__ = "person"
    __table_args__ = (
        sa.UniqueConstraint("municipality_id", "employee_number"),
        sa.Index("ix_person_name", "municipality_id", "family_name", "given_name"),
        sa.Index("ix_person_email", "municipality_id", "email"),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    given_name: Mapped[str] = mapped_column(sa.String(80))
    infix: Mapped[str] = mapped_column(sa.String(30), default="")
    family_name: Mapped[str] = mapped_column(sa.String(120))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    employee_number: Mapped[str | None] = mapped_column(sa.String(40))
    joined_on: Mapped[dt.date]
    left_on: Mapped[dt.date | None]

    @property
    def name(self) -> str:
        """The name as one writes it: Anna de Vries."""
        return full_name(self.given_name, self.infix, self.family_name)


class Position(Base):
    """What a person is, in which unit, from when until when (inclusive); a person can have two.
    `recorded_on` is the day it was entered: nobody is late for what was not known yet. `faction` is
    of the council; `replaces_id` is the person whose seat is filled for sixteen weeks."""

    __tablename__ = "position"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
        sa.Index("ix_position_person", "municipality_id", "person_id"),
        sa.Index("ix_position_unit", "municipality_id", "unit_id"),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID]
    unit_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"))
    kind: Mapped[PositionKind] = mapped_column(enum_name(PositionKind))
    job_title: Mapped[str] = mapped_column(sa.String(120), default="")
    manager_id: Mapped[uuid.UUID | None]
    from_on: Mapped[dt.date]
    until_on: Mapped[dt.date | None]
    recorded_on: Mapped[dt.date]
    faction: Mapped[str] = mapped_column(sa.String(80), default="")
    replaces_id: Mapped[uuid.UUID | None]


class CouncilTerm(Base):
    """A term of a municipality's council; `until_on` None: the one that sits now."""

    __tablename__ = "council_term"

    municipality_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    from_on: Mapped[dt.date] = mapped_column(primary_key=True)
    until_on: Mapped[dt.date | None]


class Tag(Base):
    """A mark on a person that an audience rule can ask for (for example: key official)."""

    __tablename__ = "tag"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    from_on: Mapped[dt.date]


class AudienceRule(Base):
    """Who belongs to an audience in one municipality: everybody whose position meets *all* that
    this row names (None asks nothing). Several rows of one audience add up. Membership is derived
    from these, never stored. `first_months` limits it to that many months after joining."""

    __tablename__ = "audience_rule"
    __table_args__ = (sa.Index("ix_audience_rule_audience", "municipality_id", "audience"),)

    municipality_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    audience: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[PositionKind | None] = mapped_column(enum_name(PositionKind))
    job_title: Mapped[str | None] = mapped_column(sa.String(120))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("unit.id"))
    tag: Mapped[str | None] = mapped_column(sa.String(40))
    first_months: Mapped[int | None]


class LocalInsertText(Base):
    """The municipality's own words for a local insert (a contact), and until when they are
    checked."""

    __tablename__ = "local_insert_text"

    municipality_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    text: Mapped[str] = mapped_column(sa.String(500))
    checked_until: Mapped[dt.date | None]


class MunicipalitySetting(Base):
    """One thing that a municipality decides for itself (thresholds, retention, sender, theme)."""

    __tablename__ = "municipality_setting"

    municipality_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    value: Mapped[dict[str, Any]]


class MunicipalityLogo(Base):
    """The logo above the pages of a municipality. `ratio` is its width in percent of its height;
    `digest` changes with the picture."""

    __tablename__ = "municipality_logo"

    municipality_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    media_type: Mapped[str] = mapped_column(sa.String(40))
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)
    ratio: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(16))


class PersonnelUpload(Base):
    """A personnel file that somebody sent, kept for a day: to choose, to confirm, and to undo.
    `asked_by` confirmed a large change and waits for a second person; `shown` is the fingerprint
    of the plan that was confirmed. `journal` is what the rows were before (gzipped JSON)."""

    __tablename__ = "personnel_upload"

    municipality_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    state: Mapped[UploadState] = mapped_column(enum_name(UploadState))
    file_name: Mapped[str] = mapped_column(sa.String(120))
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)
    mapping: Mapped[dict[str, Any]]
    answers: Mapped[dict[str, Any]]
    left_ids: Mapped[list[str]]
    sent_at: Mapped[dt.datetime]
    sent_by: Mapped[uuid.UUID | None]
    asked_by: Mapped[uuid.UUID | None]
    shown: Mapped[str | None] = mapped_column(sa.String(64))
    applied_at: Mapped[dt.datetime | None]
    applied_by: Mapped[uuid.UUID | None]
    journal: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    told: Mapped[str] = mapped_column(sa.String(200), default="")
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class RememberedColumn(Base):
    """What a column of the personnel file holds, as somebody chose it; an empty field: nothing
    that is used. `name` is the plain name of the column."""

    __tablename__ = "remembered_column"

    municipality_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    field: Mapped[str] = mapped_column(sa.String(40))
