"""Answers where somebody is in a module."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.at_once import AtOnce
from training.content.classes import ContentKind, Module
from training.db import ask, columns
from training.evidence.models import Evidence
from training.evidence.queries import LAST_COMPLETED, last_completed_in
from training.learning.models import Attempt, AttemptAnswer, OpenCompletions
from training.learning.rules import First, Given, Taking
from training.people.queries import MEMBERSHIPS, held_audiences, memberships_in

ATTEMPT = sa.select(Attempt).where(
    Attempt.municipality_id == sa.bindparam("municipality_id"),
    Attempt.person_id == sa.bindparam("person_id"),
    Attempt.module_id == sa.bindparam("module_id"),
)
LOCKED_ATTEMPT = ATTEMPT.with_for_update().execution_options(populate_existing=True)
ANSWER, RUNNING = columns(AttemptAnswer), columns(Attempt)
ANSWERS = sa.select(ANSWER.question_id, ANSWER.given, ANSWER.correct).where(
    ANSWER.municipality_id == sa.bindparam("municipality_id"),
    ANSWER.person_id == sa.bindparam("person_id"),
    ANSWER.module_id == sa.bindparam("module_id"),
)
TAKING = (
    sa.select(
        RUNNING.form,
        RUNNING.seed,
        RUNNING.draw_number,
        RUNNING.since,
        RUNNING.seen,
        ANSWER.question_id,
        ANSWER.given,
        ANSWER.correct,
    )
    .select_from(Attempt.__table__)
    .outerjoin(
        AttemptAnswer.__table__,
        sa.and_(
            ANSWER.municipality_id == RUNNING.municipality_id,
            ANSWER.person_id == RUNNING.person_id,
            ANSWER.module_id == RUNNING.module_id,
        ),
    )
    .where(
        RUNNING.municipality_id == sa.bindparam("municipality_id"),
        RUNNING.person_id == sa.bindparam("person_id"),
        RUNNING.module_id == sa.bindparam("module_id"),
    )
)
PROGRESS = sa.select(RUNNING.module_id, RUNNING.seen, RUNNING.place).where(
    RUNNING.municipality_id == sa.bindparam("municipality_id"),
    RUNNING.person_id == sa.bindparam("person_id"),
)


def attempt_of(
    db: Session,
    municipality_id: uuid.UUID,
    person_id: uuid.UUID,
    module_id: str,
    lock: bool = False,
) -> Attempt | None:
    """The running attempt of a person at a module; with `lock`, for this transaction alone."""
    key = {"municipality_id": municipality_id, "person_id": person_id, "module_id": module_id}
    return db.scalars(LOCKED_ATTEMPT if lock else ATTEMPT, key).one_or_none()


def taking_of(db: Session, attempt: Attempt, module: Module) -> Taking:
    """Everything that the pages of this attempt follow from. Sections keep their progress when a
    heading was renamed in a newer version."""
    rows = ask(
        db,
        ANSWERS,
        municipality_id=attempt.municipality_id,
        person_id=attempt.person_id,
        module_id=attempt.module_id,
    )
    return _taking(module, attempt, rows)


TAKING_AND_DONE = AtOnce(TAKING, LAST_COMPLETED)


def taking_and_done(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID, module: Module
) -> tuple[Taking | None, dt.date | None]:
    """`taking_of` the running attempt, if there is one, and the last day on which the module was
    completed, if it was; in one query."""
    key = {"municipality_id": municipality_id, "person_id": person_id, "module_id": module.id}
    rows, done = TAKING_AND_DONE.ask(db, **key)
    completed = last_completed_in(done)
    taking = _taking(module, rows[0], rows) if rows else None
    return taking, completed.get((ContentKind.MODULE, module.id))


TAKING_BY_WHOM = AtOnce(TAKING, MEMBERSHIPS)


def taking_now(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID, module: Module, day: dt.date
) -> tuple[Taking, frozenset[str]] | None:
    """`taking_of` the running attempt, to show it, with the learner's audiences on a day, in one
    query; None without an attempt."""
    key = {"municipality_id": municipality_id, "person_id": person_id, "module_id": module.id}
    rows, own = TAKING_BY_WHOM.ask(db, **key)
    if not rows:
        return None
    return _taking(module, rows[0], rows), held_audiences(memberships_in(own), day)


def _taking(module: Module, attempt: Any, rows: Iterable[Any]) -> Taking:
    answers = {
        row.question_id: Given(
            tuple(row.given["ids"]),
            row.correct,
            str(row.given.get("reporting", "")),
            _first(row.given.get("first")),
        )
        for row in rows
        if row.question_id is not None
    }
    seen = {module.previous_ids.get(section_id, section_id) for section_id in attempt.seen}
    return Taking(
        module=module,
        form=attempt.form,
        seed=attempt.seed,
        draw_number=attempt.draw_number,
        since=attempt.since,
        seen=frozenset(seen),
        answers=answers,
    )


def _first(kept: dict[str, Any] | None) -> First | None:
    return First(bool(kept["correct"]), kept.get("sure")) if kept else None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is: sections read, and where he or she was."""

    read: int
    place: str


def progress_in(rows: Iterable[Any]) -> dict[str, Progress]:
    """The running attempts in rows of `PROGRESS`, by module id."""
    return {row.module_id: Progress(len(row.seen), row.place) for row in rows}


def completed_in_year(
    db: Session,
    municipality_id: uuid.UUID,
    person_id: uuid.UUID,
    module_ids: Collection[str],
    year: int,
) -> bool:
    """Whether a person completed any of these modules in a calendar year."""
    query = sa.select(Evidence.id).where(
        Evidence.municipality_id == municipality_id,
        Evidence.person_id == person_id,
        Evidence.content_kind == ContentKind.MODULE,
        Evidence.content_id.in_(module_ids),
        Evidence.completed_on.between(dt.date(year, 1, 1), dt.date(year, 12, 31)),
    )
    return db.scalars(query.limit(1)).first() is not None


def open_completions(db: Session, from_on: dt.date) -> dict[str, int]:
    """How many certificates of each open module were made since a day, by module id."""
    query = sa.select(OpenCompletions.module_id, sa.func.sum(OpenCompletions.number)).where(
        OpenCompletions.day_on >= from_on
    )
    return {
        module_id: int(n) for module_id, n in db.execute(query.group_by(OpenCompletions.module_id))
    }


def earlier_completions(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID, module_id: str
) -> tuple[int, int | None]:
    """How often a person completed a module, and the newest version completed (None: never)."""
    query = sa.select(sa.func.count(), sa.func.max(Evidence.content_version)).where(
        Evidence.municipality_id == municipality_id,
        Evidence.person_id == person_id,
        Evidence.content_kind == ContentKind.MODULE,
        Evidence.content_id == module_id,
    )
    times, version = db.execute(query).one()
    return times, version
