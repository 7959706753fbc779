"""Gathers the facts from which standings follow: duties, memberships, evidence, pauses."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection

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
from training.db import ask, columns
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
    query = sa.select(*DUTY_COLUMNS).join(DutyPolicy.__table__, OF_DUTY).where(condition)
    return _facts(db, db.execute(query.order_by(*DUTY_ORDER)).all())


def duties_above(
    db: Session, unit_ids: Collection[uuid.UUID]
) -> tuple[list[DutyFacts], dict[uuid.UUID, frozenset[uuid.UUID]]]:
    """The duties at these units or above them, and for each node of one: which of these units lie
    at or below it. Two queries."""
    rows = ask(db, DUTIES_ABOVE, unit_ids=list(unit_ids))
    covered: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for row in rows:
        covered[row.unit_id].add(row.leaf)
    return _facts(db, rows), {node: frozenset(leaves) for node, leaves in covered.items()}


DUTY, POLICY, UNIT = columns(Duty), columns(DutyPolicy), columns(Unit)
CONTENT, AUDIENCES = columns(DutyContent), columns(DutyAudience)
PROOF, CYCLE, PAUSE, EXEMPTION = map(columns, (Evidence, Cycle, Pause, Exemption))
DUTY_COLUMNS = (
    DUTY.id,
    DUTY.unit_id,
    DUTY.title,
    DUTY.in_force_from,
    DUTY.ended_on,
    DUTY.choose,
    *(POLICY[name] for name in Policy.__slots__),
)
DUTY_ORDER = (DUTY.title, DUTY.id, POLICY.version)
OF_DUTY = POLICY.duty_id == DUTY.id


def _duties_above() -> sa.Select[Any]:
    asked = UNIT.id.in_(sa.bindparam("unit_ids", expanding=True))
    path = (
        sa.select(UNIT.id.label("leaf"), UNIT.id, UNIT.parent_id)
        .where(asked)
        .cte("path", recursive=True)
    )
    parent = Unit.__table__.alias("parent").c
    above = sa.select(path.c.leaf, parent.id, parent.parent_id)
    path = path.union_all(above.where(parent.id == path.c.parent_id))
    return (
        sa.select(*DUTY_COLUMNS, path.c.leaf)
        .join(DutyPolicy.__table__, OF_DUTY)
        .join(path, path.c.id == DUTY.unit_id)
        .order_by(*DUTY_ORDER)
    )


DUTIES_ABOVE = _duties_above()


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


def _duty_parts() -> sa.CompoundSelect[Any]:
    ids: sa.BindParameter[Any] = sa.bindparam("duty_ids", expanding=True)
    contents = sa.select(
        CONTENT.duty_id,
        sa.cast(CONTENT.kind, sa.String).label("kind"),
        CONTENT.content_id.label("name"),
        CONTENT.place.label("place"),
    ).where(CONTENT.duty_id.in_(ids))
    audiences = sa.select(
        AUDIENCES.duty_id, sa.literal(AUDIENCE), AUDIENCES.audience, sa.literal(0)
    ).where(AUDIENCES.duty_id.in_(ids))
    return contents.union_all(audiences).order_by("place", "name")


DUTY_PARTS = _duty_parts()


def _parts(db: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[tuple[str, str]]]:
    found: dict[uuid.UUID, list[tuple[str, str]]] = defaultdict(list)
    for duty_id, kind, name, _place in ask(db, DUTY_PARTS, duty_ids=list(ids)):
        found[duty_id].append((kind, name))
    return found


def _of_people(table: ReadOnlyColumnCollection[str, Any]) -> sa.ColumnElement[bool]:
    return sa.and_(
        table.municipality_id == sa.bindparam("municipality_id"),
        table.person_id.in_(sa.bindparam("person_ids", expanding=True)),
    )


PROOFS = sa.select(
    PROOF.person_id,
    PROOF.content_kind,
    PROOF.content_id,
    PROOF.completed_on,
    PROOF.content_version,
).where(_of_people(PROOF))
ABSENCES = sa.union_all(
    sa.select(
        PAUSE.person_id,
        sa.cast(sa.null(), sa.Uuid()).label("duty_id"),
        PAUSE.from_on,
        PAUSE.until_on,
    ).where(_of_people(PAUSE)),
    sa.select(EXEMPTION.person_id, EXEMPTION.duty_id, EXEMPTION.from_on, EXEMPTION.until_on).where(
        _of_people(EXEMPTION)
    ),
)
CYCLES = (
    sa.select(
        CYCLE.person_id,
        CYCLE.duty_id,
        CYCLE.number,
        CYCLE.policy_version,
        CYCLE.form,
        CYCLE.opens_on,
        CYCLE.due_on,
        CYCLE.grace_until,
        CYCLE.was_valid_until,
    )
    .where(_of_people(CYCLE))
    .order_by(CYCLE.number)
)


def person_facts(
    db: Session, municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, PersonFacts]:
    """The facts of these people of one municipality, in three queries for any number."""
    facts: dict[uuid.UUID, PersonFacts] = defaultdict(PersonFacts)
    people: dict[str, Any] = {"municipality_id": municipality_id, "person_ids": list(person_ids)}
    for person_id, kind, content_id, day, version in ask(db, PROOFS, **people):
        facts[person_id].proofs.append(Proof((kind.name, content_id), day, version))
    for person_id, duty_id, from_on, until_on in ask(db, ABSENCES, **people):
        span = Span(from_on, until_on)
        if duty_id is None:
            facts[person_id].pauses.append(span)
        else:
            facts[person_id].exemptions[duty_id].append(span)
    for cycle in ask(db, CYCLES, **people):
        facts[cycle.person_id].written[cycle.duty_id].append(round_from(cycle))
    return facts


def round_from(cycle: Any) -> Round:
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
