"""Answers how a batch of people stand, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.facts import DutyFacts, Placement, duties_at, person_facts
from training.assignments.models import Assignment, Duty
from training.assignments.queries import DutyStanding, standing_of


def standings_of_many(
    db: Session, municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID], today: dt.date
) -> Mapping[uuid.UUID, list[DutyStanding]]:
    """For each of these people of one municipality: the standing under every duty to which he or
    she is (or was) assigned, as the nightly run wrote the assignments down."""
    assigned = list(
        db.scalars(
            sa.select(Assignment).where(
                Assignment.municipality_id == municipality_id, Assignment.person_id.in_(person_ids)
            )
        )
    )
    duties: dict[uuid.UUID, DutyFacts] = {
        duty.id: duty for duty in duties_at(db, Duty.id.in_({row.duty_id for row in assigned}))
    }
    facts = person_facts(db, municipality_id, person_ids)
    found: dict[uuid.UUID, list[DutyStanding]] = defaultdict(list)
    for row in assigned:
        placed = Placement(row.from_on, row.until_on, tuple(row.reasons))
        duty = duties[row.duty_id]
        found[row.person_id].append(
            standing_of(duty, placed, facts[row.person_id], row.person_id, today)
        )
    return found
