"""Answers on which days people began anew, from their positions and the terms of their council."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.people.models import CouncilTerm, Position
from training.people.turn_rules import Held, Turn, turns


def turns_of_people(
    db: Session, municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[tuple[dt.date, Turn]]]:
    """The days on which each of these people began anew, with what; two queries for any number.
    Who never did is left out."""
    terms = db.scalars(
        sa.select(CouncilTerm.from_on).where(CouncilTerm.municipality_id == municipality_id)
    ).all()
    query = sa.select(
        Position.person_id,
        Position.kind,
        Position.job_title,
        Position.from_on,
        Position.until_on,
        Position.recorded_on,
    ).where(Position.municipality_id == municipality_id, Position.person_id.in_(person_ids))
    held: dict[uuid.UUID, list[Held]] = defaultdict(list)
    for person_id, kind, job_title, from_on, until_on, recorded_on in db.execute(query):
        held[person_id].append(Held(kind, job_title, from_on, until_on, recorded_on))
    found = {person_id: turns(positions, terms) for person_id, positions in held.items()}
    return {person_id: days for person_id, days in found.items() if days}
