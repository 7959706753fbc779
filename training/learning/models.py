"""Holds where somebody is in a module, gone when it is completed, and the count of open modules."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base, enum_name
from training.learning.rules import Form


class Attempt(Base):
    """One person in one module. `seed` orders the answers and draws the questions; `since` is the
    version that was completed before (for a refresher); `seen` holds the ids of sections read."""

    __tablename__ = "attempt_module"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"], ["person.municipality_id", "person.id"]
        ),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    module_id: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    form: Mapped[Form] = mapped_column(enum_name(Form))
    seed: Mapped[int]
    draw_number: Mapped[int]
    since: Mapped[int | None]
    place: Mapped[str] = mapped_column(sa.String(120))
    seen: Mapped[list[str]]
    begun_on: Mapped[dt.date]


class AttemptAnswer(Base):
    """The newest answer to one question, for the learner alone; deleted when the module is done.
    `given` holds answer ids of the content file, what would be done with signals, and how the first
    answer went and felt, which the learner's own ladder counts."""

    __tablename__ = "attempt_answer"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id", "module_id"],
            [
                "attempt_module.municipality_id",
                "attempt_module.person_id",
                "attempt_module.module_id",
            ],
            ondelete="CASCADE",
        ),
    )

    municipality_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    module_id: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    question_id: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    given: Mapped[dict[str, Any]]
    correct: Mapped[bool]


class OpenCompletions(Base):
    """How many certificates of an open module were made on a day, by people whom nobody knows."""

    __tablename__ = "open_completions"

    day_on: Mapped[dt.date] = mapped_column(primary_key=True)
    module_id: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    number: Mapped[int]
