"""Adds people to the town, for counts that need more than its named ones."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from tests.town import Town
from training.people.models import Person, Position, Unit
from training.people.rules import PositionKind


def newcomers(db: Session, town: Town, unit: str, count: int) -> list[uuid.UUID]:
    """So many desk officers more in a unit, in service since 1 September 2020."""
    municipality = db.get_one(Unit, town.units[unit]).municipality_id
    assert municipality is not None
    since = dt.date(2020, 9, 1)
    made = []
    for _ in range(count):
        person = Person(
            municipality_id=municipality,
            id=uuid.uuid4(),
            given_name="Sam",
            infix="",
            family_name="Bakker",
            employee_number=uuid.uuid4().hex[:12],
            joined_on=since,
        )
        db.add(person)
        db.flush()
        db.add(
            Position(
                municipality_id=municipality,
                person_id=person.id,
                unit_id=town.units[unit],
                kind=PositionKind.EMPLOYEE,
                job_title="Medewerker burgerzaken",
                from_on=since,
                recorded_on=since,
            )
        )
        made.append(person.id)
    db.flush()
    return made
