"""Holds reports that were made, the files that wait to be fetched, and views that somebody kept."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base, enum_name, new_id
from training.reporting.making_rules import ReportState, Rhythm


class Report(Base):
    """A report that somebody asked for: with what is kept here it can be made again, and compared.
    `reach` holds unit ids with names of populations; `counts` the rows by standing; `checksum` is
    over the cells of all rows. No row of the report itself is kept."""

    __tablename__ = "report"
    __table_args__ = (
        sa.Index("ix_report_account", "account_id", "asked_at"),
        sa.Index("ix_report_state", "state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    asked_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    state: Mapped[ReportState] = mapped_column(enum_name(ReportState))
    filters: Mapped[dict[str, Any]]
    in_words: Mapped[dict[str, Any]]
    columns: Mapped[list[str]]
    reach: Mapped[dict[str, Any]]
    expected: Mapped[int]
    done: Mapped[int]
    counts: Mapped[dict[str, Any]]
    checksum: Mapped[str] = mapped_column(sa.String(64), default="")


class ReportPiece(Base):
    """A part of the file of a report, kept for a day at most: in the database, so that any web
    process can send what any worker made."""

    __tablename__ = "report_piece"

    report_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("report.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class SavedView(Base):
    """A choice of filters and columns under a name of one's own, and when a link to it is mailed.
    `asked` is the query of its address."""

    __tablename__ = "saved_view"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "name"),
        sa.Index("ix_saved_view_next", "next_on"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    asked: Mapped[str] = mapped_column(sa.String(2000))
    rhythm: Mapped[Rhythm] = mapped_column(enum_name(Rhythm), default=Rhythm.NEVER)
    next_on: Mapped[dt.date | None]


class FigureMonth(Base):
    """How many people stood where on the first of a month, per municipality, population and duty:
    frozen, without persons, so that it outlives them. Groups under ten people are not kept."""

    __tablename__ = "figure_month"

    municipality_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    month: Mapped[dt.date] = mapped_column(primary_key=True)
    population: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    duty_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("duty.id"), primary_key=True)
    people: Mapped[int]
    good: Mapped[int]
    late: Mapped[int]
