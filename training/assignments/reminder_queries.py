"""Answers where mail rests today, who waits for a digest, and how teams stand."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.access import Population
from training.assignments.models import QuietPeriod, Reminder
from training.assignments.queries import standing_rows, unwritten
from training.assignments.reminder_rules import NOT_UNDER, TeamCounts
from training.assignments.rules import Standing
from training.people.models import Person, Position, Unit
from training.people.municipality_settings import COUNCIL_RECESS, SCHOOL_REGION, settings_of_all
from training.people.queries import held_on
from training.people.rules import POPULATIONS, UnitKind


@dataclass(frozen=True, slots=True)
class MailRest:
    """The municipalities in which no mail of the programme goes out today: to nobody (a school
    holiday of their region, an election), or not to the council (its recess)."""

    everybody: frozenset[uuid.UUID]
    council: frozenset[uuid.UUID]


NO_REST = MailRest(frozenset(), frozenset())


def mail_rest(db: Session, today: dt.date) -> MailRest:
    """Where mail rests today: by the calendars of the content and the settings of municipalities.
    Three queries."""
    quiet = sa.select(QuietPeriod.region).where(
        QuietPeriod.from_on <= today, QuietPeriod.until_on >= today
    )
    regions = set(db.scalars(quiet))
    ids = db.scalars(sa.select(Unit.id).where(Unit.kind == UnitKind.MUNICIPALITY)).all()
    chosen = settings_of_all(db)
    return MailRest(
        frozenset(one for one in ids if regions & {"", chosen[one][SCHOOL_REGION]}),
        frozenset(
            one
            for one in ids
            if any(p.from_on <= today <= p.until_on for p in chosen[one][COUNCIL_RECESS])
        ),
    )


def people_waiting(
    db: Session, today: dt.date, resting: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The people with a reminder that was planned for today or earlier and not decided on, by
    municipality, without those that rest. Only their ids are held: one query for any number."""
    query = (
        sa.select(Reminder.municipality_id, Reminder.person_id)
        .where(
            Reminder.decided_on.is_(None),
            Reminder.planned_on <= today,
            Reminder.municipality_id.not_in(sorted(resting)),
        )
        .distinct()
        .order_by(Reminder.municipality_id, Reminder.person_id)
    )
    found: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for municipality_id, person_id in db.execute(query.execution_options(yield_per=5000)):
        found[municipality_id].append(person_id)
    return found


def council_only(
    db: Session, municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID], today: dt.date
) -> set[uuid.UUID]:
    """Those of these people who hold positions in the council today and no other."""
    query = sa.select(Position.person_id, Position.kind).where(
        Position.municipality_id == municipality_id,
        Position.person_id.in_(person_ids),
        held_on(today),
    )
    kinds: dict[uuid.UUID, set[object]] = defaultdict(set)
    for person_id, kind in db.execute(query):
        kinds[person_id].add(kind)
    return {one for one, held in kinds.items() if held <= POPULATIONS[Population.COUNCIL]}


LEFT_OUT = frozenset({*NOT_UNDER, Standing.PAUSED, Standing.FUTURE})
LATE = (Standing.OVERDUE, Standing.EXPIRED)


def team_counts(
    db: Session,
    municipality_id: uuid.UUID,
    teams: Mapping[uuid.UUID, Collection[uuid.UUID]],
    today: dt.date,
) -> dict[uuid.UUID, TeamCounts]:
    """How the staff of each of these teams (unit ids by the key of the team) stand today; the
    number of queries does not grow with the teams."""
    own = (
        sa.select(Person.municipality_id, Person.id.label("person_id"))
        .where(Person.municipality_id == municipality_id)
        .subquery("own")
    )
    rows = standing_rows(today, unwritten(db, today, own))
    asked = rows.c.standing.in_([s.name for s in Standing if s.asks_for_work])
    late = rows.c.standing.in_([standing.name for standing in LATE])
    of_person = (
        sa.select(
            rows.c.person_id,
            sa.func.max(sa.case((late, 2), (asked, 1), else_=0)),
        )
        .join(
            Person,
            sa.and_(
                Person.municipality_id == rows.c.municipality_id, Person.id == rows.c.person_id
            ),
        )
        .where(
            rows.c.municipality_id == municipality_id,
            rows.c.standing.not_in([standing.name for standing in LEFT_OUT]),
            sa.or_(Person.left_on.is_(None), Person.left_on >= today),
        )
        .group_by(rows.c.person_id)
    )
    worst = dict(db.execute(of_person).all())
    places = sa.select(Position.person_id, Position.unit_id).where(
        Position.municipality_id == municipality_id,
        Position.kind.in_(POPULATIONS[Population.STAFF]),
        held_on(today),
    )
    people: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for person_id, unit_id in db.execute(places):
        people[unit_id].add(person_id)
    found = {}
    for key, units in teams.items():
        members = set().union(*(people.get(unit_id, set()) for unit_id in units))
        numbers = [worst[person_id] for person_id in members if person_id in worst]
        found[key] = TeamCounts(numbers.count(0), numbers.count(1), numbers.count(2))
    return found
