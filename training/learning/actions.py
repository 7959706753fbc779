"""Begins a module, keeps answers, and records the proof when nothing is missing."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from training.content.classes import ContentKind, Module
from training.evidence import actions as evidence
from training.evidence.models import Evidence
from training.learning.models import Attempt, AttemptAnswer
from training.learning.queries import attempt_of, earlier_completions, taking_of
from training.learning.rules import Form, Missing, missing_steps, pages
from training.people.queries import positions_of


def begin(
    db: Session,
    municipality_id: uuid.UUID,
    person_id: uuid.UUID,
    module: Module,
    today: dt.date,
    form: Form = Form.FULL,
) -> Attempt:
    """The attempt of a person at a module, begun now when there was none in this form. Who asks
    for a refresher without ever having completed the module gets the whole of it."""
    times, version = earlier_completions(db, municipality_id, person_id, module.id)
    if version is None:
        form = Form.FULL
    attempt = attempt_of(db, municipality_id, person_id, module.id, lock=True)
    if attempt is not None and attempt.form is form:
        return attempt
    if attempt is not None:
        db.delete(attempt)
        db.flush()
    values = {
        "municipality_id": municipality_id,
        "person_id": person_id,
        "module_id": module.id,
        "form": form,
        "seed": secrets.randbelow(2**31),
        "draw_number": max(times - 1, 0),
        "since": version,
        "place": module.sections[0].id,
        "seen": [],
        "begun_on": today,
    }
    if form is Form.REFRESHER:
        values["seed"] = steady_seed(person_id, module.id)
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    db.execute(insert(Attempt).values(values).on_conflict_do_nothing())
    made = attempt_of(db, municipality_id, person_id, module.id, lock=True)
    assert made is not None
    made.place = pages(taking_of(db, made, module))[0].section.id
    return made


def steady_seed(person_id: uuid.UUID, module_id: str) -> int:
    """The same number for one person and module over the years, so that the next draw from the
    pool is another one."""
    return uuid.uuid5(person_id, module_id).int % 2**31


def read_section(attempt: Attempt, section_id: str, next_id: str | None) -> None:
    """Marks a section as read, and where to go on."""
    if section_id not in attempt.seen:
        attempt.seen = [*attempt.seen, section_id]
    attempt.place = next_id or section_id


def keep_answer(
    db: Session,
    attempt: Attempt,
    question_id: str,
    given: Sequence[str],
    correct: bool,
    reporting: str = "",
) -> None:
    """Keeps the newest answer to a question; the same answer twice is one answer."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(AttemptAnswer).values(
        municipality_id=attempt.municipality_id,
        person_id=attempt.person_id,
        module_id=attempt.module_id,
        question_id=question_id,
        given={"ids": list(given), "reporting": reporting},
        correct=correct,
    )
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["municipality_id", "person_id", "module_id", "question_id"],
            set_={"given": statement.excluded.given, "correct": statement.excluded.correct},
        )
    )


def finish(
    db: Session, attempt: Attempt, module: Module, today: dt.date
) -> tuple[Missing, Evidence | None]:
    """Records the proof and forgets the answers when nothing is missing; else says what is."""
    missing = missing_steps(taking_of(db, attempt, module))
    if not missing.nothing:
        return missing, None
    positions = positions_of(db, attempt.municipality_id, attempt.person_id, today)
    proof = evidence.record(
        db,
        municipality_id=attempt.municipality_id,
        person_id=attempt.person_id,
        unit_id=positions[0].unit_id if positions else attempt.municipality_id,
        kind=ContentKind.MODULE,
        content_id=module.id,
        version=module.version,
        completed_on=today,
        title=module.title,
    )
    db.execute(
        sa.delete(AttemptAnswer).where(
            AttemptAnswer.municipality_id == attempt.municipality_id,
            AttemptAnswer.person_id == attempt.person_id,
            AttemptAnswer.module_id == attempt.module_id,
        )
    )
    db.delete(attempt)
    return missing, proof
