"""Holds the half-yearly reports that were made, as they were made."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base


class HalfYearReport(Base):
    """The state of awareness of a municipality at the end of a half year. `figures` holds only
    what may be shown (groups of ten people or more), so nothing of smaller groups is kept."""

    __tablename__ = "half_year_report"

    municipality_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    as_of: Mapped[dt.date] = mapped_column(primary_key=True)
    made_at: Mapped[dt.datetime]
    figures: Mapped[dict[str, Any]]
