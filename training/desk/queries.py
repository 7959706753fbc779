"""Answers which nodes and duties somebody runs, and how many people they are about."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from training.access import Population, Reach
from training.assignments.facts import DutyFacts, duties_at
from training.assignments.models import (
    Assignment,
    Duty,
    DutyAudience,
    DutyEvent,
    DutyPolicy,
    ExtraOpening,
)
from training.clock import local_date
from training.db import AddDays, AddMonths
from training.people.models import AudienceRule, Position, Unit
from training.people.queries import held_on, membership_rows, units_below, units_of
from training.people.rules import UnitKind

LARGE = (UnitKind.REGION, UnitKind.BASE_TEAM, UnitKind.COOPERATION, UnitKind.MUNICIPALITY)


def nodes(db: Session, reach: Reach) -> list[Unit]:
    """The nodes that have a programme page for this visitor: where the role is held, and the
    municipalities and cooperations below; from the top of the tree down."""
    own = {grant.unit_id for grant in reach}
    found = [u for u in units_of(db, own) if u.kind in LARGE or u.id in own]
    return sorted(found, key=lambda unit: (list(UnitKind).index(unit.kind), unit.name))


def path_of(db: Session, unit_id: uuid.UUID) -> list[Unit]:
    """A unit and all above it, from the top down; empty when there is no such unit."""
    path = (
        sa.select(Unit.id, Unit.parent_id, sa.literal(0).label("height"))
        .where(Unit.id == unit_id)
        .cte("path", recursive=True)
    )
    parent = aliased(Unit)
    path = path.union_all(
        sa.select(parent.id, parent.parent_id, path.c.height + 1).where(
            parent.id == path.c.parent_id
        )
    )
    query = sa.select(Unit).join(path, path.c.id == Unit.id).order_by(path.c.height.desc())
    return list(db.scalars(query))


def populations_at(path: Iterable[Unit], reach: Reach) -> frozenset[Population]:
    """For whom the visitor decides at the end of this path; nobody when it is out of reach."""
    ids = {unit.id for unit in path}
    return frozenset(
        population for grant in reach if grant.unit_id in ids for population in grant.populations
    )


def populations_below(db: Session, unit_id: uuid.UUID, reach: Reach) -> frozenset[Population]:
    """For whom the visitor decides somewhere below a unit: a duty there is about them too."""
    below = set(db.scalars(units_below([unit_id])))
    return frozenset(
        population for grant in reach if grant.unit_id in below for population in grant.populations
    )


def duties_of_node(db: Session, path: Sequence[Unit]) -> list[DutyFacts]:
    """The duties at the last unit of the path, above it and below it, by title."""
    above = [unit.id for unit in path]
    here = sa.or_(Duty.unit_id.in_(above), Duty.unit_id.in_(units_below([path[-1].id])))
    return duties_at(db, here)


def slugs_of(db: Session, duty_ids: Collection[uuid.UUID]) -> frozenset[str]:
    """The entries of the ready programme from which these duties were made."""
    query = sa.select(Duty.programme_slug).where(
        Duty.id.in_(duty_ids), Duty.programme_slug.is_not(None)
    )
    return frozenset(slug for slug in db.scalars(query) if slug)


def names_of(db: Session, unit_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of units; of a part of a municipality with that of the municipality, as two towns
    have teams of the same name."""
    municipality = aliased(Unit)
    query = (
        sa.select(Unit.id, Unit.name, Unit.municipality_id, municipality.name.label("town"))
        .outerjoin(municipality, municipality.id == Unit.municipality_id)
        .where(Unit.id.in_(unit_ids))
    )
    return {
        row.id: row.name if row.municipality_id in (None, row.id) else f"{row.name} ({row.town})"
        for row in db.execute(query)
    }


@dataclass(frozen=True, slots=True)
class Member:
    """A person under a duty: where, and from when until when (inclusive; None: open)."""

    municipality_id: uuid.UUID
    person_id: uuid.UUID
    unit_id: uuid.UUID
    from_on: dt.date


def members(
    db: Session, node_id: uuid.UUID, audiences: Collection[str], day: dt.date
) -> list[Member]:
    """Who belongs to one of these audiences, at or below a node, on `day` or at some later time,
    each once: in the unit of the oldest membership. One query, a row for each membership."""
    rows = _memberships(node_id, audiences)
    query = sa.select(
        rows.c.municipality_id, rows.c.person_id, rows.c.unit_id, rows.c.from_on
    ).where(rows.c.ends_on >= day)
    found: dict[uuid.UUID, Member] = {}
    for row in db.execute(query.order_by(rows.c.from_on, rows.c.unit_id)):
        found.setdefault(row.person_id, Member(*row))
    return list(found.values())


def _memberships(node_id: uuid.UUID, audiences: Collection[str]) -> sa.Subquery:
    rows = membership_rows().subquery()
    limit = AddDays(AddMonths(rows.c.joined_on, rows.c.first_months, sa.null()), -1)
    ends = sa.case(
        (sa.and_(rows.c.first_months.is_not(None), limit < rows.c.until_on), limit),
        else_=rows.c.until_on,
    )
    return (
        sa.select(rows, ends.label("ends_on"))
        .where(rows.c.audience.in_(audiences), rows.c.unit_id.in_(units_below([node_id])))
        .subquery("members")
    )


def audiences_in_use(db: Session, node_id: uuid.UUID) -> frozenset[str]:
    """The audiences for which a municipality at or below a node has a rule: nobody has an account
    in the others."""
    below = units_below([node_id])
    query = sa.select(AudienceRule.audience).where(
        AudienceRule.municipality_id.in_(sa.select(Unit.municipality_id).where(Unit.id.in_(below)))
    )
    return frozenset(db.scalars(query.distinct()))


def people_by_duty(
    db: Session, node_ids: Collection[uuid.UUID], duty_ids: Collection[uuid.UUID], day: dt.date
) -> dict[uuid.UUID, int]:
    """How many people of the municipalities of these nodes are under each duty on a day. Who is,
    is stored by the nightly pass; of a duty that is newer than that, it is asked of the
    audiences. Two queries."""
    towns = sa.select(Unit.municipality_id).where(
        Unit.id.in_(units_below(node_ids)), Unit.municipality_id.is_not(None)
    )
    stored = (
        sa.select(Assignment.duty_id, sa.func.count())
        .where(
            Assignment.duty_id.in_(duty_ids),
            Assignment.municipality_id.in_(towns),
            Assignment.from_on <= day,
            sa.or_(Assignment.until_on.is_(None), Assignment.until_on >= day),
        )
        .group_by(Assignment.duty_id)
    )
    fresh = set(db.scalars(sa.select(Duty.id).where(Duty.id.in_(duty_ids), Duty.is_new)))
    return {row[0]: row[1] for row in db.execute(stored)} | _members_of(db, node_ids, fresh, day)


def _members_of(
    db: Session, node_ids: Collection[uuid.UUID], duty_ids: Collection[uuid.UUID], day: dt.date
) -> dict[uuid.UUID, int]:
    """How many people at or below these nodes are in the audiences of each duty on a day."""
    if not duty_ids:
        return {}
    tree = (
        sa.select(Duty.id.label("duty_id"), Duty.unit_id)
        .where(Duty.id.in_(duty_ids))
        .cte("tree", recursive=True)
    )
    tree = tree.union_all(
        sa.select(tree.c.duty_id, Unit.id).where(Unit.parent_id == tree.c.unit_id)
    )
    rows = membership_rows().subquery()
    limit = AddDays(AddMonths(rows.c.joined_on, rows.c.first_months, sa.null()), -1)
    query = (
        sa.select(tree.c.duty_id, sa.func.count(rows.c.person_id.distinct()))
        .select_from(tree)
        .join(DutyAudience, DutyAudience.duty_id == tree.c.duty_id)
        .join(
            rows,
            sa.and_(
                rows.c.unit_id == tree.c.unit_id,
                rows.c.audience == DutyAudience.audience,
            ),
        )
        .where(
            rows.c.unit_id.in_(units_below(node_ids)),
            rows.c.from_on <= day,
            rows.c.until_on >= day,
            sa.or_(rows.c.first_months.is_(None), limit >= day),
        )
        .group_by(tree.c.duty_id)
    )
    return {row[0]: row[1] for row in db.execute(query)}


def duty_within(db: Session, duty_id: uuid.UUID) -> DutyFacts | None:
    """One duty; whether the visitor may see it follows from its path and audiences."""
    found = duties_at(db, Duty.id == duty_id)
    return found[0] if found else None


def duties_by_id(db: Session, duty_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, DutyFacts]:
    """These duties by their id."""
    return {duty.id: duty for duty in duties_at(db, Duty.id.in_(duty_ids))} if duty_ids else {}


@dataclass(frozen=True, slots=True)
class Told:
    """What was done to a duty, on which day, by whom and why. `version`: of the rules it made."""

    on: dt.date
    what: str
    by: str
    why: str
    version: int | None


def openings_by_hand(db: Session, duty_id: uuid.UUID) -> list[ExtraOpening]:
    """The extra rounds that somebody opened for everybody under a duty, the newest first."""
    query = sa.select(ExtraOpening).where(
        ExtraOpening.duty_id == duty_id,
        ExtraOpening.person_id.is_(None),
        ExtraOpening.content_id.is_(None),
    )
    return list(db.scalars(query.order_by(ExtraOpening.opens_on.desc(), ExtraOpening.id)))


def history_of(db: Session, duty_id: uuid.UUID) -> list[Told]:
    """Who did what to a duty, when and why, the newest first. Rules that are older than this
    record are told by the day from which they hold. Two queries."""
    events = db.scalars(sa.select(DutyEvent).where(DutyEvent.duty_id == duty_id)).all()
    told = [
        (event.at, Told(local_date(event.at), event.what, event.by, event.why, event.version))
        for event in events
    ]
    known = {event.version for event in events}
    found = [line for _at, line in sorted(told, key=lambda pair: pair[0], reverse=True)]
    rules = sa.select(DutyPolicy).where(DutyPolicy.duty_id == duty_id)
    for policy in db.scalars(rules.order_by(DutyPolicy.version.desc())):
        if policy.version not in known:
            what = "aangezet" if policy.version == 1 else "regels veranderd"
            line = Told(policy.from_on, what, policy.changed_by, policy.why, policy.version)
            found.append(line)
    return found


def units_of_people(
    db: Session,
    node_id: uuid.UUID,
    people: Collection[uuid.UUID],
    day: dt.date,
) -> dict[uuid.UUID, uuid.UUID]:
    """In which unit at or below a node each of these people is on a day: by the oldest position
    there. One query for everybody below the node."""
    if not people:
        return {}
    query = sa.select(Position.person_id, Position.unit_id).where(
        held_on(day), Position.unit_id.in_(units_below([node_id]))
    )
    found: dict[uuid.UUID, uuid.UUID] = {}
    for person_id, unit_id in db.execute(query.order_by(Position.from_on, Position.id)):
        if person_id in people:
            found.setdefault(person_id, unit_id)
    return found
