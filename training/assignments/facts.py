"""Gathers the facts from which standings follow: duties, memberships, evidence, pauses."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
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
from training.assignments.rules import Asked, Policy, Proof, RefresherForm, Round, Span
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
    """The duties that meet a condition on `Duty`, by title; one query for any number."""
    query = sa.select(*DUTY_COLUMNS).join(DutyPolicy.__table__, OF_DUTY).where(condition)
    return _facts(db.execute(query.order_by(*DUTY_ORDER)).all())


def duties_above(
    db: Session, unit_ids: Collection[uuid.UUID]
) -> tuple[list[DutyFacts], dict[uuid.UUID, frozenset[uuid.UUID]]]:
    """The duties at these units or above them, and for each node of one: which of these units lie
    at or below it. One query."""
    rows = ask(db, DUTIES_ABOVE, unit_ids=list(unit_ids))
    covered: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for row in rows:
        covered[row.unit_id].add(row.leaf)
    return _facts(rows), {node: frozenset(leaves) for node, leaves in covered.items()}


DUTY, POLICY, UNIT = columns(Duty), columns(DutyPolicy), columns(Unit)
CONTENT, AUDIENCES = columns(DutyContent), columns(DutyAudience)
PROOF, CYCLE, PAUSE, EXEMPTION = map(columns, (Evidence, Cycle, Pause, Exemption))
BETWEEN = "\n"  # what a query puts between the parts of a duty: it is in no name


def _of_this_duty(text: sa.ColumnElement[str], owner: sa.ColumnElement[uuid.UUID]) -> Any:
    every = sa.func.aggregate_strings(text, BETWEEN)
    return sa.select(every).where(owner == DUTY.id).correlate(Duty.__table__).scalar_subquery()


PLACED = sa.cast(CONTENT.place, sa.String) + " " + sa.cast(CONTENT.kind, sa.String) + " "
DUTY_COLUMNS = (
    DUTY.id,
    DUTY.unit_id,
    DUTY.title,
    DUTY.in_force_from,
    DUTY.ended_on,
    DUTY.choose,
    *(POLICY[name] for name in Policy.__slots__),
    _of_this_duty(PLACED + CONTENT.content_id, CONTENT.duty_id).label("contents"),
    _of_this_duty(AUDIENCES.audience, AUDIENCES.duty_id).label("audiences"),
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


def _facts(rows: Iterable[Any]) -> list[DutyFacts]:
    """The duties in these rows (one for each policy, and perhaps for each unit below)."""
    policies: dict[uuid.UUID, dict[int, Policy]] = defaultdict(dict)
    heads: dict[uuid.UUID, Any] = {}
    for row in rows:
        heads[row.id] = row
        if row.version not in policies[row.id]:
            values = {name: getattr(row, name) for name in Policy.__slots__}
            policies[row.id][row.version] = Policy(**values)
    return [
        DutyFacts(
            id=row.id,
            unit_id=row.unit_id,
            title=row.title,
            in_force_from=row.in_force_from,
            ended_on=row.ended_on,
            asked=Asked(_contents(row.contents), row.choose),
            audiences=frozenset(row.audiences.split(BETWEEN) if row.audiences else ()),
            policies=tuple(policies[row.id].values()),
        )
        for row in heads.values()
    ]


def _contents(text: str | None) -> tuple[tuple[str, str], ...]:
    """(kind name, content id) in the order of the duty, from what the query put together."""
    placed = []
    for part in text.split(BETWEEN) if text else ():
        place, kind, content_id = part.split(" ", 2)
        placed.append((int(place), content_id, kind))
    return tuple((kind, content_id) for _place, content_id, kind in sorted(placed))


def _of_people(table: ReadOnlyColumnCollection[str, Any]) -> sa.ColumnElement[bool]:
    return sa.and_(
        table.municipality_id == sa.bindparam("municipality_id"),
        table.person_id.in_(sa.bindparam("person_ids", expanding=True)),
    )


def _nothing(kind: type[sa.types.TypeEngine[Any]]) -> sa.ColumnElement[Any]:
    return sa.cast(sa.null(), kind())


# Rows of four kinds in one statement. Of proof `name` is the kind of content, and `from_on` the day
# of completion; of a cycle `name` is its form, and the days are those of a `Round`, in its order.
PERSON_FACTS = sa.union_all(
    sa.select(
        PROOF.person_id,
        _nothing(sa.Uuid).label("duty_id"),
        sa.cast(PROOF.content_kind, sa.String).label("name"),
        PROOF.content_id,
        PROOF.content_version.label("version"),
        _nothing(sa.Integer).label("number"),
        PROOF.completed_on.label("from_on"),
        _nothing(sa.Date).label("until_on"),
        _nothing(sa.Date).label("grace_until"),
        _nothing(sa.Date).label("was_valid_until"),
    ).where(_of_people(PROOF)),
    sa.select(
        CYCLE.person_id,
        CYCLE.duty_id,
        sa.cast(CYCLE.form, sa.String),
        _nothing(sa.String),
        CYCLE.policy_version,
        CYCLE.number,
        CYCLE.opens_on,
        CYCLE.due_on,
        CYCLE.grace_until,
        CYCLE.was_valid_until,
    ).where(_of_people(CYCLE)),
    *(
        sa.select(
            table.person_id,
            duty_id,
            *(_nothing(kind) for kind in (sa.String, sa.String, sa.Integer, sa.Integer)),
            table.from_on,
            table.until_on,
            *(_nothing(kind) for kind in (sa.Date, sa.Date)),
        ).where(_of_people(table))
        for table, duty_id in ((PAUSE, _nothing(sa.Uuid)), (EXEMPTION, EXEMPTION.duty_id))
    ),
).order_by("number")


def person_facts(
    db: Session, municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, PersonFacts]:
    """The facts of these people of one municipality, in one query for any number."""
    facts: dict[uuid.UUID, PersonFacts] = defaultdict(PersonFacts)
    people: dict[str, Any] = {"municipality_id": municipality_id, "person_ids": list(person_ids)}
    for row in ask(db, PERSON_FACTS, **people):
        known = facts[row.person_id]
        if row.number is not None:
            known.written[row.duty_id].append(_round(row))
        elif row.content_id is not None:
            known.proofs.append(Proof((row.name, row.content_id), row.from_on, row.version))
        elif row.duty_id is not None:
            known.exemptions[row.duty_id].append(Span(row.from_on, row.until_on))
        else:
            known.pauses.append(Span(row.from_on, row.until_on))
    return facts


def _round(row: Any) -> Round:
    """A written cycle with its frozen dates; what follows from proof is derived again."""
    return Round(
        number=row.number,
        policy_version=row.version,
        form=RefresherForm[row.name],
        opens_on=row.from_on,
        due_on=row.until_on,
        grace_until=row.grace_until,
        was_valid_until=row.was_valid_until,
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
