"""Reads, adds and removes the rules of audiences."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.access import Reach
from training.db import new_id
from training.people.audience_rules import Ask, Holder
from training.people.models import AudienceRule, Person, Position, Tag
from training.people.person_queries import of_person
from training.people.queries import held_on, within


def ask_of(rule: AudienceRule) -> Ask:
    """A rule as the preview wants it."""
    return Ask(rule.kind, rule.job_title, rule.unit_id, rule.tag, rule.first_months)


def rules_of(db: Session, municipality_id: uuid.UUID) -> dict[str, list[AudienceRule]]:
    """The rules of a municipality by audience."""
    query = sa.select(AudienceRule).where(AudienceRule.municipality_id == municipality_id)
    found: dict[str, list[AudienceRule]] = defaultdict(list)
    for rule in db.scalars(query.order_by(AudienceRule.audience, AudienceRule.id)):
        found[rule.audience].append(rule)
    return found


def holders_within(
    db: Session, reach: Reach, municipality_id: uuid.UUID, today: dt.date
) -> list[Holder]:
    """Every position in a municipality that the reach covers and that is held today; two queries
    for any number."""
    tags: dict[uuid.UUID, set[str]] = defaultdict(set)
    query = sa.select(Tag.person_id, Tag.name).where(
        Tag.municipality_id == municipality_id, Tag.from_on <= today
    )
    for person_id, name in db.execute(query):
        tags[person_id].add(name)
    positions = (
        sa.select(
            Position.person_id,
            Position.kind,
            Position.job_title,
            Position.unit_id,
            Person.given_name,
            Person.infix,
            Person.family_name,
            Person.joined_on,
        )
        .join(Person, of_person())
        .where(
            Position.municipality_id == municipality_id,
            held_on(today),
            within(reach),
            Person.joined_on <= today,
            sa.or_(Person.left_on.is_(None), Person.left_on >= today),
        )
    )
    return [
        Holder(
            row.person_id,
            " ".join(filter(None, (row.given_name, row.infix, row.family_name))),
            row.kind,
            row.job_title,
            row.unit_id,
            row.joined_on,
            frozenset(tags[row.person_id]),
        )
        for row in db.execute(positions)
    ]


def change_rules(
    db: Session,
    municipality_id: uuid.UUID,
    audience: str,
    remove: Collection[uuid.UUID],
    add: Ask | None,
) -> None:
    """Removes rules of an audience and adds one."""
    if remove:
        db.execute(
            sa.delete(AudienceRule).where(
                AudienceRule.municipality_id == municipality_id,
                AudienceRule.audience == audience,
                AudienceRule.id.in_(list(remove)),
            )
        )
    if add is not None:
        db.add(
            AudienceRule(
                municipality_id=municipality_id,
                id=new_id(),
                audience=audience,
                kind=add.kind,
                job_title=add.job_title,
                unit_id=add.unit_id,
                tag=add.tag,
                first_months=add.first_months,
            )
        )
    db.flush()
