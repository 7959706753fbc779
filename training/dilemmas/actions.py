"""Ends a run: the completion is recorded first, then the choices go into the box, without name."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.ballots.box import Ballot
from training.ballots.models import Voters
from training.ballots.rules import Thresholds, home_of
from training.content.classes import ContentKind, Dilemma
from training.dilemmas.rules import path_of
from training.evidence import actions as evidence
from training.evidence.queries import has_completed
from training.people.models import Position, Unit
from training.people.queries import held_on, positions_of, units_below
from training.people.rules import POLITICIANS, POPULATIONS


def finish(
    db: Session,
    dilemma: Dilemma,
    municipality_id: uuid.UUID,
    person_id: uuid.UUID,
    choices: Sequence[int],
    today: dt.date,
) -> list[Ballot]:
    """Records that the person finished the dilemma today. Returns the ballots that the caller
    drops in the box *after* the commit; none when it was not the first run."""
    positions = positions_of(db, municipality_id, person_id, today)
    if not positions:
        return []
    first = not has_completed(db, municipality_id, person_id, ContentKind.DILEMMA, dilemma.id)
    evidence.record(
        db,
        municipality_id=municipality_id,
        person_id=person_id,
        unit_id=positions[0].unit_id,
        kind=ContentKind.DILEMMA,
        content_id=dilemma.id,
        version=dilemma.version,
        completed_on=today,
        title=dilemma.title,
    )
    return ballots_of(db, dilemma, positions[0], choices, today) if first else []


def ballots_of(
    db: Session, dilemma: Dilemma, position: Position, choices: Sequence[int], today: dt.date
) -> list[Ballot]:
    """One ballot for each scene that was left, under the lowest unit that is large enough."""
    voters = Voters.POLITICIANS if position.kind in POLITICIANS else Voters.STAFF
    unit_id = home_of(_units_upward(db, position, today), Thresholds())
    return [
        Ballot(
            municipality=str(position.municipality_id),
            unit=str(unit_id),
            voters=voters.name,
            dilemma=dilemma.id,
            version=dilemma.version,
            scene=step.scene.id,
            choice=step.choice.index,
        )
        for step in path_of(dilemma, choices)
    ]


def _units_upward(db: Session, position: Position, today: dt.date) -> list[tuple[uuid.UUID, int]]:
    """The units from the position's own up to its municipality, each with its number of people
    of the same kind (staff or politicians)."""
    same = (
        POLITICIANS
        if position.kind in POLITICIANS
        else frozenset(kind for kinds in POPULATIONS.values() for kind in kinds) - POLITICIANS
    )
    found: list[tuple[uuid.UUID, int]] = []
    unit = db.get(Unit, position.unit_id)
    while unit is not None:
        people = db.scalar(
            sa.select(sa.func.count(sa.distinct(Position.person_id))).where(
                Position.unit_id.in_(units_below([unit.id])),
                Position.kind.in_(same),
                held_on(today),
            )
        )
        found.append((unit.id, people or 0))
        if unit.id == position.municipality_id:
            break
        unit = db.get(Unit, unit.parent_id) if unit.parent_id else None
    return found
