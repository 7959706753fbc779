"""Writes down what the rules say: assignments, cycles and what became of them.

The nightly job only *keeps* what anybody could derive. Run twice it does nothing the second time;
not run for a hundred days it writes what a hundred runs would have written.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from training.assignments import rules
from training.assignments.facts import (
    DutyFacts,
    PersonFacts,
    Placement,
    duties_at,
    person_facts,
    placement,
)
from training.assignments.models import (
    Assignment,
    Cycle,
    Duty,
    DutyAudience,
    DutyContent,
    DutyPolicy,
    Reminder,
)
from training.assignments.queries import standing_of
from training.assignments.rules import Choose, Closing, Policy, ReminderKind, Round
from training.clock import add_months
from training.content.classes import ContentKind
from training.evidence.models import Evidence
from training.people.models import Unit
from training.people.queries import FOREVER, Membership, membership_rows
from training.people.rules import UnitKind

BATCH = 500  # people whose facts are in memory together
Key = tuple[uuid.UUID, uuid.UUID]  # person, duty


@dataclass(slots=True)
class Outcome:
    """What one run of the nightly job wrote, in numbers of rows."""

    assignments: int = 0
    ended: int = 0
    cycles: int = 0
    settled: int = 0
    per_duty: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def make_duty(
    db: Session,
    *,
    unit_id: uuid.UUID,
    title: str,
    contents: Sequence[tuple[ContentKind, str]],
    audiences: Sequence[str],
    policy: Policy,
    choose: Choose = Choose.ALL,
    programme_slug: str | None = None,
    by: str = "",
) -> Duty:
    """A new duty at a node, in force from the first day of its policy."""
    duty = Duty(
        unit_id=unit_id,
        title=title,
        programme_slug=programme_slug,
        choose=choose,
        in_force_from=policy.from_on,
    )
    duty.contents = [
        DutyContent(kind=kind, content_id=content_id, place=place)
        for place, (kind, content_id) in enumerate(contents)
    ]
    duty.audiences = [DutyAudience(audience=audience) for audience in audiences]
    names = list(Policy.__slots__)
    duty.policies = [
        DutyPolicy(**{name: getattr(policy, name) for name in names}, quiet=[], changed_by=by)
    ]
    db.add(duty)
    db.flush()
    return duty


def open_cycles(db: Session, today: dt.date) -> Outcome:
    """Writes every assignment and cycle that follows from the facts on `today`."""
    outcome = Outcome()
    duties = duties_at(db, sa.true())
    covered = _covered_units(db, duties)
    municipalities = sa.select(Unit.id).where(Unit.kind == UnitKind.MUNICIPALITY).order_by(Unit.id)
    for municipality_id in list(db.scalars(municipalities)):
        own = [duty for duty in duties if covered[duty.id] & covered_by(db, municipality_id)]
        if own:
            _open_in(db, municipality_id, own, covered, today, outcome)
    return outcome


def covered_by(db: Session, municipality_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """The units of one municipality."""
    return frozenset(db.scalars(sa.select(Unit.id).where(Unit.municipality_id == municipality_id)))


def _covered_units(
    db: Session, duties: Sequence[DutyFacts]
) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    """For each duty: the units at and below its node."""
    children: dict[uuid.UUID | None, list[uuid.UUID]] = defaultdict(list)
    for unit_id, parent_id in db.execute(sa.select(Unit.id, Unit.parent_id)):
        children[parent_id].append(unit_id)
    below: dict[uuid.UUID, frozenset[uuid.UUID]] = {}
    for node in {duty.unit_id for duty in duties}:
        found, waiting = set(), [node]
        while waiting:
            unit_id = waiting.pop()
            found.add(unit_id)
            waiting.extend(children[unit_id])
        below[node] = frozenset(found)
    return {duty.id: below[duty.unit_id] for duty in duties}


def _open_in(
    db: Session,
    municipality_id: uuid.UUID,
    duties: Sequence[DutyFacts],
    covered: dict[uuid.UUID, frozenset[uuid.UUID]],
    today: dt.date,
    outcome: Outcome,
) -> None:
    placements = _placements(db, municipality_id, duties, covered)
    before = {
        (row.person_id, row.duty_id): row
        for row in db.scalars(
            sa.select(Assignment).where(Assignment.municipality_id == municipality_id)
        )
    }
    stale = _write_assignments(db, municipality_id, placements, before, today, outcome)
    stale |= _with_news(db, municipality_id, today)
    by_id = {duty.id: duty for duty in duties}
    people = sorted({person_id for person_id, _ in stale})
    for batch in _batches(people):
        facts = person_facts(db, municipality_id, batch)
        rows = [
            (key, chain)
            for key in stale
            if key[0] in batch and key in placements and key[1] in by_id
            for chain in [_chain(by_id[key[1]], placements[key], facts[key[0]], key[0], today)]
        ]
        _write_chains(db, municipality_id, rows, facts, by_id, outcome)


def _batches(people: Sequence[uuid.UUID]) -> Iterator[frozenset[uuid.UUID]]:
    waiting = iter(people)
    while batch := frozenset(islice(waiting, BATCH)):
        yield batch


def _placements(
    db: Session,
    municipality_id: uuid.UUID,
    duties: Sequence[DutyFacts],
    covered: dict[uuid.UUID, frozenset[uuid.UUID]],
) -> dict[Key, Placement]:
    wanted = {audience for duty in duties for audience in duty.audiences}
    rows = membership_rows().subquery()
    query = sa.select(rows).where(
        rows.c.municipality_id == municipality_id, rows.c.audience.in_(wanted)
    )
    of_person: dict[uuid.UUID, list[Membership]] = defaultdict(list)
    for row in db.execute(query):
        until = row.until_on
        if row.first_months is not None:
            limit = add_months(row.joined_on, row.first_months) - dt.timedelta(days=1)
            until = min(until, limit)
        if until >= row.from_on:
            of_person[row.person_id].append(
                Membership(
                    row.audience, row.unit_id, row.from_on, None if until == FOREVER else until
                )
            )
    found: dict[Key, Placement] = {}
    for person_id, memberships in of_person.items():
        for duty in duties:
            placed = placement(duty, memberships, covered[duty.id])
            if placed is not None:
                found[person_id, duty.id] = placed
    return found


def _write_assignments(
    db: Session,
    municipality_id: uuid.UUID,
    placements: dict[Key, Placement],
    before: dict[Key, Assignment],
    today: dt.date,
    outcome: Outcome,
) -> set[Key]:
    """Inserts the new, changes what moved, ends what is over; returns what is new."""
    new = {
        key for key, placed in placements.items() if key not in before and placed.from_on <= today
    }
    values = [
        {
            "municipality_id": municipality_id,
            "person_id": key[0],
            "duty_id": key[1],
            "from_on": placements[key].from_on,
            "until_on": placements[key].until_on,
            "reasons": list(placements[key].audiences),
        }
        for key in new
    ]
    outcome.assignments += insert_once(db, Assignment, values)
    for key, row in before.items():
        placed = placements.get(key)
        until = placed.until_on if placed else min(row.until_on or today, today)
        if placed is None and row.until_on is None:
            until = today - dt.timedelta(days=1)
        if until != row.until_on:
            row.until_on = until
            outcome.ended += 1
        if placed and list(placed.audiences) != row.reasons:
            row.reasons = list(placed.audiences)
    db.flush()
    return new


def _with_news(db: Session, municipality_id: uuid.UUID, today: dt.date) -> set[Key]:
    """The assignments whose newest cycle has a successor due to open, or proof not yet noted."""
    later = aliased(Cycle)
    successor = (
        sa.select(later.number)
        .where(
            later.municipality_id == Cycle.municipality_id,
            later.person_id == Cycle.person_id,
            later.duty_id == Cycle.duty_id,
            later.number > Cycle.number,
        )
        .exists()
    )
    proof = (
        sa.select(Evidence.id)
        .join(
            DutyContent,
            sa.and_(
                DutyContent.kind == Evidence.content_kind,
                DutyContent.content_id == Evidence.content_id,
            ),
        )
        .where(
            Evidence.municipality_id == Cycle.municipality_id,
            Evidence.person_id == Cycle.person_id,
            DutyContent.duty_id == Cycle.duty_id,
            Evidence.completed_on >= Cycle.opens_on,
        )
        .exists()
    )
    query = sa.select(Cycle.person_id, Cycle.duty_id).where(
        Cycle.municipality_id == municipality_id,
        Cycle.closed_on.is_(None),
        ~successor,
        sa.or_(Cycle.next_opens_on <= today, sa.and_(Cycle.fulfilled_on.is_(None), proof)),
    )
    return {(person_id, duty_id) for person_id, duty_id in db.execute(query)}


def _chain(
    duty: DutyFacts, placed: Placement, facts: PersonFacts, person_id: uuid.UUID, today: dt.date
) -> tuple[Round, ...]:
    return standing_of(duty, placed, facts, person_id, today).chain


def _write_chains(
    db: Session,
    municipality_id: uuid.UUID,
    rows: Sequence[tuple[Key, tuple[Round, ...]]],
    facts: dict[uuid.UUID, PersonFacts],
    duties: dict[uuid.UUID, DutyFacts],
    outcome: Outcome,
) -> None:
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for (person_id, duty_id), chain in rows:
        written = {round_.number for round_ in facts[person_id].written.get(duty_id, ())}
        for round_ in chain:
            values = cycle_values(municipality_id, person_id, duty_id, round_)
            (changed if round_.number in written else new).append(values)
            if round_.number not in written:
                outcome.per_duty[duties[duty_id].title] += 1
    outcome.cycles += insert_once(db, Cycle, new)
    outcome.settled += len(changed)
    if changed:
        db.execute(sa.update(Cycle), changed)
    insert_once(db, Reminder, [plan for values in new for plan in _plans(values)])


def cycle_values(
    municipality_id: uuid.UUID, person_id: uuid.UUID, duty_id: uuid.UUID, round_: Round
) -> dict[str, Any]:
    """The row of a cycle."""
    return {
        "municipality_id": municipality_id,
        "person_id": person_id,
        "duty_id": duty_id,
        "number": round_.number,
        "policy_version": round_.policy_version,
        "form": round_.form,
        "opens_on": round_.opens_on,
        "due_on": round_.due_on,
        "grace_until": round_.grace_until,
        "was_valid_until": round_.was_valid_until,
        "fulfilled_on": round_.fulfilled_on,
        "valid_until": round_.valid_until,
        "next_opens_on": round_.next_opens_on,
        "closed_on": round_.next_opens_on if round_.closing else None,
        "closing": round_.closing,
    }


def _plans(cycle: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The reminders of a new cycle, planned from its own dates."""
    if cycle["fulfilled_on"] is not None or cycle["closing"] is Closing.MISSED:
        return
    days = {
        ReminderKind.OPENED: cycle["opens_on"],
        ReminderKind.TWO_WEEKS_LEFT: cycle["due_on"] - 14 * rules.DAY,
        ReminderKind.OVERDUE: cycle["due_on"] + rules.DAY,
    }
    for kind, day in days.items():
        yield {
            **{name: cycle[name] for name in ("municipality_id", "person_id", "duty_id", "number")},
            "kind": kind,
            "planned_on": max(day, cycle["opens_on"]),
        }


def insert_once(db: Session, table: type[Any], values: Sequence[dict[str, Any]]) -> int:
    """Inserts rows, leaving those that are there already; how many were given."""
    if not values:
        return 0
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    db.execute(insert(table).on_conflict_do_nothing(), list(values))
    return len(values)
