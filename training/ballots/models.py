"""Holds counters of choices and the frozen figures made from them; no person, order or time."""

from __future__ import annotations

import enum
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base, enum_name


class Voters(enum.Enum):
    """Whose choices a cell counts: staff and politicians are never added up."""

    STAFF = "medewerkers"
    POLITICIANS = "bestuurders en volksvertegenwoordigers"


class Tally(Base):
    """The counters of one cell: unit × voters × dilemma, version and scene. `counts` maps the
    index of a choice to a number; it is only ever rewritten whole, for ten ballots or more."""

    __tablename__ = "tally"

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    voters: Mapped[Voters] = mapped_column(enum_name(Voters), primary_key=True)
    dilemma_id: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    scene: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    counts: Mapped[dict[str, Any]]


class Snapshot(Base):
    """What was published of a node and scene: frozen until enough newcomers have come. `shares`
    maps the index of a choice to words; it is empty when nothing may be shown."""

    __tablename__ = "snapshot"

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    voters: Mapped[Voters] = mapped_column(enum_name(Voters), primary_key=True)
    dilemma_id: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    scene: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    total: Mapped[int]
    shares: Mapped[dict[str, Any]]
