"""Gathers the facts from which standings follow: duties, memberships, evidence, pauses."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

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
    """The duties that meet a condition on `Duty`, by title; two queries for any number."""
    query = sa.select(*DUTY_COLUMNS).join(DutyPolicy).where(condition)
    return _facts(db, db.execute(query.order_by(*DUTY_ORDER)).all())


def duties_above(
    db: Session, unit_ids: Collection[uuid.UUID]
) -> tuple[list[DutyFacts], dict[uuid.UUID, frozenset[uuid.UUID]]]:
    """The duties at these units or above them, and for each node of one: which of these units lie
    at or below it. Two queries."""
    path = (
        sa.select(Unit.id.label("leaf"), Unit.id, Unit.parent_id)
        .where(Unit.id.in_(unit_ids))
        .cte("path", recursive=True)
    )
    parent = aliased(Unit)
    path = path.union_all(
        sa.select(path.c.leaf, parent.id, parent.parent_id).where(parent.id == path.c.parent_id)
    )
    query = (
        sa.select(*DUTY_COLUMNS, path.c.leaf)
        .join(DutyPolicy)
        .join(path, path.c.id == Duty.unit_id)
        .order_by(*DUTY_ORDER)
    )
    rows = db.execute(query).all()
    covered: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for row in rows:
        covered[row.unit_id].add(row.leaf)
    return _facts(db, rows), {node: frozenset(leaves) for node, leaves in covered.items()}


POLICY_COLUMNS = tuple(getattr(DutyPolicy, name) for name in Policy.__slots__)
DUTY_COLUMNS = (
    Duty.id,
    Duty.unit_id,
    Duty.title,
    Duty.in_force_from,
    Duty.ended_on,
    Duty.choose,
    *POLICY_COLUMNS,
)
DUTY_ORDER = (Duty.title, Duty.id, DutyPolicy.version)


def _facts(db: Session, rows: Sequence[Any]) -> list[DutyFacts]:
    """The duties in these rows (one for each policy, and perhaps for each unit below)."""
    policies: dict[uuid.UUID, dict[int, Policy]] = defaultdict(dict)
    heads: dict[uuid.UUID, Any] = {}
    for row in rows:
        heads[row.id] = row
        if row.version not in policies[row.id]:
            values = {name: getattr(row, name) for name in Policy.__slots__}
            policies[row.id][row.version] = Policy(**values)
    parts = _parts(db, list(heads))
    return [
        DutyFacts(
            id=row.id,
            unit_id=row.unit_id,
            title=row.title,
            in_force_from=row.in_force_from,
            ended_on=row.ended_on,
            asked=Asked(
                tuple((kind, name) for kind, name in parts[row.id] if kind != AUDIENCE), row.choose
            ),
            audiences=frozenset(name for kind, name in parts[row.id] if kind == AUDIENCE),
            policies=tuple(policies[row.id].values()),
        )
        for row in heads.values()
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
