"""Answers which persons somebody looks after, and what they are."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.access import Reach
from training.people.models import Person, Position, Tag, Unit
from training.people.queries import held_on, units_below, within
from training.people.rules import PositionKind

LOOK_BACK = dt.timedelta(days=90)  # as long as a municipality may keep a leaver by name
Key = tuple[uuid.UUID, uuid.UUID]


class Stand(enum.Enum):
    """Whether somebody is there, for a filter."""

    HERE = "in dienst"
    COMING = "komt nog"
    LEFT = "uit dienst"
    NO_MAIL = "zonder e-mailadres"
    NO_MANAGER = "zonder leidinggevende"


@dataclass(frozen=True, slots=True)
class PersonSearch:
    """Whom to list; empty and None ask nothing."""

    text: str = ""
    unit_id: uuid.UUID | None = None
    kind: PositionKind | None = None
    tag: str = ""
    stand: Stand | None = Stand.HERE


@dataclass(slots=True)
class Listed:
    """Somebody on a list, with the positions and tags that the reader may see."""

    person: Person
    positions: list[Position] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def of_person() -> sa.ColumnElement[bool]:
    """The condition that joins `Position` to `Person`."""
    return sa.and_(
        Position.municipality_id == Person.municipality_id, Position.person_id == Person.id
    )


def lasting(today: dt.date) -> sa.ColumnElement[bool]:
    """The condition on `Position` that it is held now, later, or until a short while ago."""
    return sa.or_(Position.until_on.is_(None), Position.until_on >= today - LOOK_BACK)


def _here(today: dt.date) -> sa.ColumnElement[bool]:
    return sa.and_(
        Person.joined_on <= today, sa.or_(Person.left_on.is_(None), Person.left_on >= today)
    )


def _matching(reach: Reach, search: PersonSearch, today: dt.date) -> sa.ColumnElement[bool]:
    position: list[sa.ColumnElement[bool]] = [of_person(), within(reach), lasting(today)]
    if search.stand in {Stand.HERE, Stand.NO_MAIL, Stand.NO_MANAGER}:
        position.append(held_on(today))
    if search.unit_id:
        position.append(Position.unit_id.in_(units_below([search.unit_id])))
    if search.kind:
        position.append(Position.kind == search.kind)
    if search.stand is Stand.NO_MANAGER:
        position.append(Position.manager_id.is_(None))
    parts: list[sa.ColumnElement[bool]] = [
        sa.select(sa.literal(1)).select_from(Position).where(*position).exists()
    ]
    columns = (
        Person.given_name,
        Person.infix,
        Person.family_name,
        Person.email,
        Person.employee_number,
    )
    for word in search.text.split():
        parts.append(sa.or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if search.tag:
        tagged = (
            Tag.municipality_id == Person.municipality_id,
            Tag.person_id == Person.id,
            sa.func.lower(Tag.name) == search.tag.lower(),
        )
        parts.append(sa.select(sa.literal(1)).select_from(Tag).where(*tagged).exists())
    match search.stand:
        case Stand.HERE | Stand.NO_MANAGER:
            parts.append(_here(today))
        case Stand.NO_MAIL:
            parts += [_here(today), Person.email.is_(None)]
        case Stand.COMING:
            parts.append(Person.joined_on > today)
        case Stand.LEFT:
            parts.append(Person.left_on < today)
    return sa.and_(*parts)


def persons_count(db: Session, reach: Reach, search: PersonSearch, today: dt.date) -> int:
    """How many persons a search finds."""
    query = sa.select(sa.func.count()).select_from(Person)
    return db.scalar(query.where(_matching(reach, search, today))) or 0


def persons(
    db: Session, reach: Reach, search: PersonSearch, today: dt.date, offset: int, limit: int
) -> list[Listed]:
    """A page of persons by name, each with positions and tags; three queries for any number."""
    query = sa.select(Person).where(_matching(reach, search, today))
    by_name = query.order_by(Person.family_name, Person.given_name, Person.id)
    found = list(db.scalars(by_name.offset(offset).limit(limit)))
    return with_positions(db, reach, found, today)


def person_keys(
    db: Session, reach: Reach, search: PersonSearch, today: dt.date, limit: int
) -> list[Key]:
    """The keys of all persons that a search finds, at most `limit`."""
    query = sa.select(Person.municipality_id, Person.id).where(_matching(reach, search, today))
    return [(row[0], row[1]) for row in db.execute(query.order_by(Person.id).limit(limit))]


def with_positions(
    db: Session, reach: Reach, found: Sequence[Person], today: dt.date
) -> list[Listed]:
    """These persons with their positions that the reach covers, the newest first, and tags."""
    if not found:
        return []
    listed = {(one.municipality_id, one.id): Listed(one) for one in found}
    ids = [one.id for one in found]
    municipalities = {one.municipality_id for one in found}
    positions = sa.select(Position).where(
        Position.municipality_id.in_(municipalities),
        Position.person_id.in_(ids),
        within(reach),
        lasting(today),
    )
    for position in db.scalars(positions.order_by(Position.from_on.desc(), Position.id)):
        listed[position.municipality_id, position.person_id].positions.append(position)
    tags = sa.select(Tag).where(Tag.municipality_id.in_(municipalities), Tag.person_id.in_(ids))
    for tag in db.scalars(tags.order_by(Tag.name)):
        listed[tag.municipality_id, tag.person_id].tags.append(tag.name)
    return list(listed.values())


def persons_within(
    db: Session, reach: Reach, keys: Collection[uuid.UUID], today: dt.date
) -> list[Listed]:
    """Those of these persons (by id) whom the reach covers; by name."""
    if not keys:
        return []
    covered = sa.select(sa.literal(1)).select_from(Position)
    covered = covered.where(of_person(), within(reach), lasting(today))
    query = sa.select(Person).where(Person.id.in_(list(keys)), covered.exists())
    found = list(db.scalars(query.order_by(Person.family_name, Person.given_name, Person.id)))
    return with_positions(db, reach, found, today)


def every_position(db: Session, person: Person) -> list[Position]:
    """All positions of a person, past and future, the newest first; also of other desks."""
    query = sa.select(Position).where(
        Position.municipality_id == person.municipality_id, Position.person_id == person.id
    )
    return list(db.scalars(query.order_by(Position.from_on.desc(), Position.id)))


def names_of(db: Session, keys: Collection[Key]) -> dict[Key, str]:
    """The names of persons."""
    if not keys:
        return {}
    place = sa.tuple_(Person.municipality_id, Person.id)
    query = sa.select(Person).where(place.in_(list(keys)))
    return {(one.municipality_id, one.id): one.name for one in db.scalars(query)}


def tags_in(db: Session, municipality_ids: Collection[uuid.UUID]) -> list[str]:
    """The tags that are in use in these municipalities, by name."""
    query = sa.select(Tag.name).where(Tag.municipality_id.in_(municipality_ids)).distinct()
    return sorted(db.scalars(query), key=str.casefold)


def units_by_id(db: Session, unit_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Unit]:
    """Units by id."""
    if not unit_ids:
        return {}
    query = sa.select(Unit).where(Unit.id.in_(set(unit_ids)))
    return {unit.id: unit for unit in db.scalars(query)}


def people_named(db: Session, municipality_id: uuid.UUID, text: str) -> list[Person]:
    """Who has this employee number, or else exactly this name; for choosing a manager."""
    mine = sa.select(Person).where(Person.municipality_id == municipality_id)
    by_number = list(db.scalars(mine.where(Person.employee_number == text)))
    if by_number:
        return by_number
    last = text.split()[-1] if text.split() else ""
    maybe = db.scalars(mine.where(sa.func.lower(Person.family_name).endswith(last.lower())))
    return [one for one in maybe if one.name.casefold() == " ".join(text.split()).casefold()]


def same_number(
    db: Session, municipality_id: uuid.UUID, number: str, but: uuid.UUID | None
) -> Person | None:
    """Somebody else with this employee number."""
    query = sa.select(Person).where(
        Person.municipality_id == municipality_id, Person.employee_number == number
    )
    return db.scalars(query.where(Person.id != but) if but else query).first()


def staff_count(db: Session, reach: Reach, today: dt.date) -> int:
    """How many people the reach covers today."""
    return persons_count(db, reach, PersonSearch(), today)
