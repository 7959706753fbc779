"""Opens rounds by themselves for who begins anew: a council term, a seat in mid-term, another role.

What began follows from positions (`people.turn_rules`); a duty asks for it in its policy, from the
first day of that version. The openings are rows with an id that follows from what they are for, so
that any number of workers writes each once, and a position that is corrected takes its own away.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.models import DutyPolicy, ExtraOpening
from training.assignments.queries import DutyStanding, standings_of_people
from training.assignments.rules import TURN_DAYS, Cause, policy_on
from training.assignments.set_actions import insert_into
from training.clock import in_words
from training.people.turn_queries import turns_of_people
from training.people.turn_rules import Turn

BY_ITSELF = "Weerbaar"
CAUSES = {Turn.TERM: Cause.TERM, Turn.SUCCESSOR: Cause.SUCCESSOR, Turn.ROLE: Cause.ROLE}


def keep_turns(
    db: Session, municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID], today: dt.date
) -> None:
    """Makes the openings of these people of one municipality as they follow from their positions.
    One small query when no duty asks for any."""
    asks = sa.cast(DutyPolicy.opens_for, sa.String) != "[]"
    if db.scalar(sa.select(sa.func.count()).select_from(DutyPolicy).where(asks)) == 0:
        return
    began = turns_of_people(db, municipality_id, person_ids)
    own = sa.and_(
        ExtraOpening.municipality_id == municipality_id,
        ExtraOpening.person_id.in_(person_ids),
        ExtraOpening.opened_by == BY_ITSELF,
    )
    known = {row.id for row in db.execute(sa.select(ExtraOpening.id).where(own))}
    wanted: dict[uuid.UUID, dict[str, Any]] = {}
    if began:
        found = standings_of_people(db, municipality_id, began.keys(), today)
        for person_id, turns in began.items():
            for day, turn in turns:
                for standing in found[person_id]:
                    if _asks(standing, day, CAUSES[turn]):
                        row = _row(municipality_id, person_id, standing.duty.id, day, turn)
                        wanted[row["id"]] = row
    new = [row for key, row in sorted(wanted.items()) if key not in known]
    if new:
        db.execute(insert_into(db, ExtraOpening).on_conflict_do_nothing(), new)
    gone = known - wanted.keys()
    if gone:
        db.execute(sa.delete(ExtraOpening).where(ExtraOpening.id.in_(gone)))


def _asks(standing: DutyStanding, day: dt.date, cause: Cause) -> bool:
    """Whether the duty opens for this on that day, while the person is under it. On the first day
    there is a first round already."""
    placed, policy = standing.placement, policy_on(standing.duty.policies, day)
    under = placed.from_on < day and (placed.lapses_on is None or day < placed.lapses_on)
    return under and policy.from_on <= day and cause.name in policy.opens_for


def _row(
    municipality_id: uuid.UUID, person_id: uuid.UUID, duty_id: uuid.UUID, day: dt.date, turn: Turn
) -> dict[str, Any]:
    cause = CAUSES[turn]
    return {
        "id": uuid.uuid5(duty_id, f"{municipality_id}:{person_id}:{cause.name}:{day}"),
        "municipality_id": municipality_id,
        "person_id": person_id,
        "duty_id": duty_id,
        "opens_on": day,
        "due_days": TURN_DAYS,
        "cause": cause,
        "least_version": 1,
        "why": f"{turn.value} op {in_words(day)}",
        "opened_by": BY_ITSELF,
    }
