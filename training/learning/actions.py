"""Begins a module, keeps answers, and records the proof when nothing is missing."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from training.ballots.box import Ballot, ladder_ballot
from training.ballots.models import Voters
from training.content.classes import ContentKind, Module
from training.evidence import actions as evidence
from training.evidence.models import Evidence
from training.learning.models import Attempt, AttemptAnswer, OpenCompletions
from training.learning.queries import (
    attempt_of,
    completed_in_year,
    earlier_completions,
    taking_of,
)
from training.learning.rules import (
    Form,
    Given,
    Missing,
    Rung,
    Taking,
    counted_under,
    ladder,
    missing_steps,
    own_rung,
    pages,
)
from training.people.models import Position
from training.people.queries import audiences_of, positions_of
from training.people.rules import POLITICIANS


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
    if version is None and form is Form.REFRESHER:
        form = Form.FULL
    attempt = attempt_of(db, municipality_id, person_id, module.id, lock=True)
    if attempt is not None and (attempt.form is form or _begun_already(attempt, form)):
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


def _begun_already(attempt: Attempt, form: Form) -> bool:
    """Whether an attempt goes on as it is: the whole module may be taken questions first, and who
    changes to that keeps every answer."""
    if form is Form.KNOWN and attempt.form is Form.FULL:
        attempt.form = Form.KNOWN
    return attempt.form is Form.KNOWN and form in (Form.FULL, Form.KNOWN)


def steady_seed(person_id: uuid.UUID, module_id: str) -> int:
    """The same number for one person and module over the years, so that the next draw from the
    pool is another one."""
    return uuid.uuid5(person_id, module_id).int % 2**31


def read_section(attempt: Attempt, section_id: str, next_id: str | None) -> None:
    """Marks a section as read, and where to go on."""
    if section_id not in attempt.seen:
        attempt.seen = [*attempt.seen, section_id]
    attempt.place = next_id or section_id


def keep_answer(db: Session, attempt: Attempt, question_id: str, given: Given) -> None:
    """Keeps the newest answer to a question; the same answer twice is one answer."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    kept: dict[str, object] = {"ids": list(given.ids), "reporting": given.reporting}
    if given.first:
        kept["first"] = {"correct": given.first.correct, "sure": given.first.sure}
    statement = insert(AttemptAnswer).values(
        municipality_id=attempt.municipality_id,
        person_id=attempt.person_id,
        module_id=attempt.module_id,
        question_id=question_id,
        given=kept,
        correct=given.correct,
    )
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["municipality_id", "person_id", "module_id", "question_id"],
            set_={"given": statement.excluded.given, "correct": statement.excluded.correct},
        )
    )


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of finishing: what is missing, or the proof. `ballot` is dropped in the box by the
    caller *after* the commit."""

    missing: Missing
    proof: Evidence | None = None
    ballot: Ballot | None = None


def finish(
    db: Session,
    attempt: Attempt,
    module: Module,
    today: dt.date,
    same_theme: Collection[str],
) -> Finished:
    """Records the proof and forgets the answers when nothing is missing; else says what is.
    `same_theme`: the ids of all modules of this theme."""
    taking = taking_of(db, attempt, module)
    missing = missing_steps(taking)
    if not missing.nothing:
        return Finished(missing)
    municipality_id, person_id = attempt.municipality_id, attempt.person_id
    positions = positions_of(db, municipality_id, person_id, today)
    ballot = _ladder_ballot(db, attempt, taking, positions, today, same_theme)
    proof = evidence.record(
        db,
        municipality_id=municipality_id,
        person_id=person_id,
        unit_id=positions[0].unit_id if positions else municipality_id,
        kind=ContentKind.MODULE,
        content_id=module.id,
        version=module.version,
        completed_on=today,
        title=module.title,
    )
    db.execute(
        sa.delete(AttemptAnswer).where(
            AttemptAnswer.municipality_id == municipality_id,
            AttemptAnswer.person_id == person_id,
            AttemptAnswer.module_id == module.id,
        )
    )
    db.delete(attempt)
    return Finished(missing, proof, ballot)


def _ladder_ballot(
    db: Session,
    attempt: Attempt,
    taking: Taking,
    positions: Sequence[Position],
    today: dt.date,
    same_theme: Collection[str],
) -> Ballot | None:
    """The learner's own rung, without who: once a year for each theme, under one audience, so that
    ten ballots of a cell are ten people."""
    rung = own_rung(ladder(taking))
    person = (attempt.municipality_id, attempt.person_id)
    if rung is None or not positions or completed_in_year(db, *person, same_theme, today.year):
        return None
    politician = positions[0].kind in POLITICIANS
    return ladder_ballot(
        municipality_id=attempt.municipality_id,
        voters=Voters.POLITICIANS if politician else Voters.STAFF,
        theme=taking.module.theme.value,
        year=today.year,
        audience=counted_under(taking.module, audiences_of(db, *person, today)),
        rung=list(Rung).index(rung),
    )


def count_open_completion(db: Session, module_id: str, today: dt.date) -> None:
    """Counts one certificate of an open module on a day: no person, no time, nothing else."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(OpenCompletions).values(day_on=today, module_id=module_id, number=1)
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["day_on", "module_id"], set_={"number": OpenCompletions.number + 1}
        )
    )
