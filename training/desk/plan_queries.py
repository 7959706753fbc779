"""Answers how everybody within reach stands under the duties of a node, counted by group."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.access import Reach
from training.assignments.queries import standing_rows, unwritten
from training.assignments.rules import Standing
from training.desk.look_ahead_rules import Stand
from training.meetings.models import Meeting
from training.people.models import Position, Unit
from training.people.queries import held_on, units_below, within


def _placed(reach: Reach, node_id: uuid.UUID, day: dt.date, by_municipality: bool) -> sa.Subquery:
    """Everybody in reach below a node, once, by the oldest position there: municipality, person,
    and the group in which they are counted: the municipality, or the unit itself."""
    first = (
        sa.func.row_number()
        .over(
            partition_by=(Position.municipality_id, Position.person_id),
            order_by=(Position.from_on, Position.id),
        )
        .label("place")
    )
    group: Any = Position.municipality_id if by_municipality else Position.unit_id
    ranked = (
        sa.select(Position.municipality_id, Position.person_id, group.label("group_id"), first)
        .where(held_on(day), within(reach), Position.unit_id.in_(units_below([node_id])))
        .subquery("ranked")
    )
    return sa.select(ranked).where(ranked.c.place == 1).subquery("placed")


def stands(
    db: Session, reach: Reach, node_id: uuid.UUID, day: dt.date, by_municipality: bool
) -> list[Stand]:
    """How everybody in reach below a node stands on a day, counted by group; two queries
    when everything is written down."""
    placed = _placed(reach, node_id, day, by_municipality)
    rows = standing_rows(day, unwritten(db, day, placed))
    columns = (
        rows.c.duty_id,
        placed.c.group_id,
        rows.c.standing,
        rows.c.due_on,
        rows.c.valid_until,
    )
    query = (
        sa.select(*columns, sa.func.count())
        .select_from(placed)
        .join(
            rows,
            sa.and_(
                rows.c.municipality_id == placed.c.municipality_id,
                rows.c.person_id == placed.c.person_id,
            ),
        )
        .where(rows.c.standing != Standing.LAPSED.name)
        .group_by(*columns)
    )
    return [
        Stand(duty_id, group_id, Standing[name], due_on, valid_until, people)
        for duty_id, group_id, name, due_on, valid_until, people in db.execute(query)
    ]


def sizes(
    db: Session, reach: Reach, node_id: uuid.UUID, day: dt.date, by_municipality: bool
) -> dict[uuid.UUID, int]:
    """How many people in reach each group below a node has; one query."""
    placed = _placed(reach, node_id, day, by_municipality)
    query = sa.select(placed.c.group_id, sa.func.count()).group_by(placed.c.group_id)
    return {row[0]: row[1] for row in db.execute(query)}


def meetings_between(
    db: Session, node_id: uuid.UUID, begin: dt.datetime, end: dt.datetime, council: Collection[bool]
) -> list[tuple[Meeting, str]]:
    """The meetings planned at or below a node in a time, with the name of their unit, by time;
    of the council, of the others, or both."""
    query = (
        sa.select(Meeting, Unit.name)
        .join(Unit, Unit.id == Meeting.unit_id)
        .where(
            Meeting.unit_id.in_(units_below([node_id])),
            Meeting.starts_at >= begin,
            Meeting.starts_at < end,
            Meeting.cancelled_at.is_(None),
            Meeting.council.in_(council),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [(row[0], row[1]) for row in db.execute(query)]
