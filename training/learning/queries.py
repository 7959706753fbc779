"""Answers where somebody is in a module."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.content.classes import ContentKind, Module
from training.evidence.models import Evidence
from training.learning.models import Attempt, AttemptAnswer
from training.learning.rules import Given, Taking


def attempt_of(
    db: Session,
    municipality_id: uuid.UUID,
    person_id: uuid.UUID,
    module_id: str,
    lock: bool = False,
) -> Attempt | None:
    """The running attempt of a person at a module; with `lock`, for this transaction alone."""
    return db.get(
        Attempt, (municipality_id, person_id, module_id), with_for_update=True if lock else None
    )


def taking_of(db: Session, attempt: Attempt, module: Module) -> Taking:
    """Everything that the pages of this attempt follow from. Sections keep their progress when a
    heading was renamed in a newer version."""
    query = sa.select(AttemptAnswer).where(
        AttemptAnswer.municipality_id == attempt.municipality_id,
        AttemptAnswer.person_id == attempt.person_id,
        AttemptAnswer.module_id == attempt.module_id,
    )
    answers = {
        row.question_id: Given(
            tuple(row.given["ids"]), row.correct, str(row.given.get("reporting", ""))
        )
        for row in db.scalars(query)
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


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is: sections read, and where he or she was."""

    read: int
    place: str


def progress_of(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID
) -> dict[str, Progress]:
    """By module id: the running attempts of one person."""
    query = sa.select(Attempt.module_id, Attempt.seen, Attempt.place).where(
        Attempt.municipality_id == municipality_id, Attempt.person_id == person_id
    )
    return {module_id: Progress(len(seen), place) for module_id, seen, place in db.execute(query)}


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
