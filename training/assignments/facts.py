"""Gathers the facts from which standings follow: duties, memberships, evidence, pauses."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.models import (
    Cycle,
    Duty,
    DutyAudience,
    DutyContent,
    DutyPolicy,
    Exemption,
    Pause,
)
from training.assignments.rules import Asked, Policy, Proof, Round, Span
from training.content.classes import ContentKind
from training.evidence.models import Evidence
from training.people.models import Unit
from training.people.queries import Membership


@dataclass(frozen=True, slots=True)
class DutyFacts:
    """A duty as the rules want it. `asked.contents` holds (kind name, content id)."""

    id: uuid.UUID
    unit_id: uuid.UUID
    title: str
    in_force_from: dt.date
    ended_on: dt.date | None
    asked: Asked
    audiences: frozenset[str]
    policies: tuple[Policy, ...]

    def content(self) -> list[tuple[ContentKind, str]]:
        """What the duty asks for, in order."""
        return [(ContentKind[kind], content_id) for kind, content_id in self.asked.contents]


@dataclass(slots=True)
class PersonFacts:
    """What is known of one person, as far as duties care."""

    proofs: list[Proof] = field(default_factory=list)
    pauses: list[Span] = field(default_factory=list)
    exemptions: dict[uuid.UUID, list[Span]] = field(default_factory=lambda: defaultdict(list))
    written: dict[uuid.UUID, list[Round]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Placement:
    """That a person is under a duty, from when until when, and every reason for it."""

    from_on: dt.date
    until_on: dt.date | None
    audiences: tuple[str, ...]


def duties_at(db: Session, condition: sa.ColumnElement[bool]) -> list[DutyFacts]:
    """The duties that meet a condition on `Duty`, by title; three queries for any number."""
    duties = list(db.scalars(sa.select(Duty).where(condition).order_by(Duty.title, Duty.id)))
    ids = [duty.id for duty in duties]
    parts = _parts(db, ids)
    policies: dict[uuid.UUID, list[Policy]] = defaultdict(list)
    rows = sa.select(DutyPolicy).where(DutyPolicy.duty_id.in_(ids)).order_by(DutyPolicy.version)
    for row in db.scalars(rows):
        policies[row.duty_id].append(policy_from(row))
    return [
        DutyFacts(
            id=duty.id,
            unit_id=duty.unit_id,
            title=duty.title,
            in_force_from=duty.in_force_from,
            ended_on=duty.ended_on,
            asked=Asked(
                tuple((kind, name) for kind, name in parts[duty.id] if kind != AUDIENCE),
                duty.choose,
            ),
            audiences=frozenset(name for kind, name in parts[duty.id] if kind == AUDIENCE),
            policies=tuple(policies[duty.id]),
        )
        for duty in duties
    ]


AUDIENCE = "audience"


def _parts(db: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[tuple[str, str]]]:
    contents = sa.select(
        DutyContent.duty_id,
        sa.cast(DutyContent.kind, sa.String).label("kind"),
        DutyContent.content_id.label("name"),
        DutyContent.place.label("place"),
    ).where(DutyContent.duty_id.in_(ids))
    audiences = sa.select(
        DutyAudience.duty_id, sa.literal(AUDIENCE), DutyAudience.audience, sa.literal(0)
    ).where(DutyAudience.duty_id.in_(ids))
    found: dict[uuid.UUID, list[tuple[str, str]]] = defaultdict(list)
    both = contents.union_all(audiences).order_by("place", "name")
    for duty_id, kind, name, _place in db.execute(both):
        found[duty_id].append((kind, name))
    return found


def policy_from(row: DutyPolicy) -> Policy:
    """The stored policy as the rules want it."""
    return Policy(
        version=row.version,
        from_on=row.from_on,
        first_due_days=row.first_due_days,
        first_due_on=row.first_due_on,
        validity_months=row.validity_months,
        basis=row.basis,
        fixed_month=row.fixed_month,
        fixed_day=row.fixed_day,
        minimum_days=row.minimum_days,
        window_days=row.window_days,
        grace_days=row.grace_days,
        notice_days=row.notice_days,
        spread_days=row.spread_days,
        form=row.form,
    )


def units_above(unit_ids: Collection[uuid.UUID]) -> sa.Select[tuple[uuid.UUID]]:
    """The ids of these units and all above them, as a subquery."""
    path = (
        sa.select(Unit.id, Unit.parent_id).where(Unit.id.in_(unit_ids)).cte("path", recursive=True)
    )
    path = path.union_all(sa.select(Unit.id, Unit.parent_id).where(Unit.id == path.c.parent_id))
    return sa.select(path.c.id)


def person_facts(
    db: Session, municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, PersonFacts]:
    """The facts of these people of one municipality, in three queries for any number."""
    facts: dict[uuid.UUID, PersonFacts] = defaultdict(PersonFacts)
    proofs = sa.select(
        Evidence.person_id,
        Evidence.content_kind,
        Evidence.content_id,
        Evidence.completed_on,
        Evidence.content_version,
    ).where(Evidence.municipality_id == municipality_id, Evidence.person_id.in_(person_ids))
    for person_id, kind, content_id, day, version in db.execute(proofs):
        facts[person_id].proofs.append(Proof((kind.name, content_id), day, version))
    for person_id, duty_id, from_on, until_on in db.execute(_absences(municipality_id, person_ids)):
        span = Span(from_on, until_on)
        if duty_id is None:
            facts[person_id].pauses.append(span)
        else:
            facts[person_id].exemptions[duty_id].append(span)
    cycles = (
        sa.select(Cycle)
        .where(Cycle.municipality_id == municipality_id, Cycle.person_id.in_(person_ids))
        .order_by(Cycle.number)
    )
    for cycle in db.scalars(cycles):
        facts[cycle.person_id].written[cycle.duty_id].append(round_from(cycle))
    return facts


def _absences(
    municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> sa.CompoundSelect[uuid.UUID, uuid.UUID | None, dt.date, dt.date]:
    pauses = sa.select(
        Pause.person_id,
        sa.cast(sa.null(), sa.Uuid()).label("duty_id"),
        Pause.from_on,
        Pause.until_on,
    ).where(Pause.municipality_id == municipality_id, Pause.person_id.in_(person_ids))
    exemptions = sa.select(
        Exemption.person_id, Exemption.duty_id, Exemption.from_on, Exemption.until_on
    ).where(Exemption.municipality_id == municipality_id, Exemption.person_id.in_(person_ids))
    return pauses.union_all(exemptions)


def round_from(cycle: Cycle) -> Round:
    """A written cycle with its frozen dates; what follows from proof is derived again."""
    return Round(
        number=cycle.number,
        policy_version=cycle.policy_version,
        form=cycle.form,
        opens_on=cycle.opens_on,
        due_on=cycle.due_on,
        grace_until=cycle.grace_until,
        was_valid_until=cycle.was_valid_until,
    )


def placement(
    duty: DutyFacts, memberships: Iterable[Membership], covered: Collection[uuid.UUID]
) -> Placement | None:
    """How somebody with these memberships is under a duty; None when not. `covered` are the units
    at and below the duty's node. Two reasons for one duty are one placement."""
    own = [m for m in memberships if m.audience in duty.audiences and m.unit_id in covered]
    if not own:
        return None
    ends = [m.until_on for m in own]
    end = None if None in ends else max(day for day in ends if day is not None)
    if duty.ended_on is not None:
        end = min(end or duty.ended_on, duty.ended_on)
    start = max(min(m.from_on for m in own), duty.in_force_from)
    if end is not None and end < start:
        return None
    return Placement(start, end, tuple(sorted({m.audience for m in own})))
