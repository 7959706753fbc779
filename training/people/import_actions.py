"""Carries out the plan of a personnel file: all of it or nothing, in the caller's transaction; and
undoes it."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from training.access import Population
from training.db import Base, new_id
from training.people.import_rules import (
    Changed,
    Existing,
    Facts,
    Held,
    Known,
    PlaceChange,
    Plan,
    UnitFact,
)
from training.people.models import Person, Position, Unit
from training.people.rules import POPULATIONS, PositionKind
from training.people.tree_queries import earlier_names

Row = dict[str, Any]
TABLES = {model: Base.metadata.tables[model.__tablename__] for model in (Person, Position)}
DAY = dt.timedelta(days=1)
FACTS = (
    "given_name",
    "infix",
    "family_name",
    "email",
    "employee_number",
    "joined_on",
    "left_on",
)
PLACE = ("unit_id", "job_title", "manager_id", "until_on")
STAFF = POPULATIONS[Population.STAFF]
BATCH = 500


class UndoRefused(Exception):
    """Why a personnel file cannot be undone, in Dutch."""


@dataclass(frozen=True, slots=True)
class Roster:
    """All rows of a municipality that a personnel file is about: plain values by name and no
    objects, as everybody may move in one file, and others wait for the lock meanwhile."""

    persons: list[Row]
    positions: list[Row]


def roster_of(db: Session, municipality_id: uuid.UUID) -> Roster:
    """What there is now; two queries for any number of people."""
    return Roster(_rows(db, Person, municipality_id), _rows(db, Position, municipality_id))


def _rows(
    db: Session, model: type[Person] | type[Position], municipality_id: uuid.UUID
) -> list[Row]:
    table = TABLES[model]
    found = db.execute(sa.select(table).where(table.c.municipality_id == municipality_id))
    names = list(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found.all()]


def existing_of(
    db: Session, municipality_id: uuid.UUID, today: dt.date, roster: Roster | None = None
) -> Existing:
    """What a municipality has now, as the plan wants it; a few queries for any number. `roster`:
    its rows, read here if not given."""
    roster = roster or roster_of(db, municipality_id)
    numbers = {person["id"]: person["employee_number"] for person in roster.persons}
    held: dict[uuid.UUID, list[Held]] = defaultdict(list)
    staff: set[uuid.UUID] = set()
    for position in sorted(roster.positions, key=itemgetter("from_on", "id")):
        if position["kind"] not in STAFF:
            continue
        staff.add(position["person_id"])
        if position["until_on"] is None or position["until_on"] >= today:
            held[position["person_id"]].append(
                Held(
                    position["id"],
                    position["unit_id"],
                    position["job_title"],
                    position["kind"],
                    numbers.get(position["manager_id"]),
                    position["from_on"],
                )
            )
    units = db.scalars(
        sa.select(Unit).where(Unit.municipality_id == municipality_id, Unit.closed_on.is_(None))
    )
    return Existing(
        persons=tuple(
            Known(
                person["id"],
                Facts(**{name: person[name] for name in FACTS}),
                tuple(held[person["id"]]),
            )
            for person in sorted(roster.persons, key=itemgetter("id"))
            if person["id"] in staff
        ),
        units=tuple(UnitFact(u.id, u.name, u.kind, u.parent_id) for u in units),
        of_others=frozenset(
            person["employee_number"]
            for person in roster.persons
            if person["id"] not in staff and person["employee_number"]
        ),
        earlier_names=tuple(earlier_names(db, municipality_id)),
    )


def apply_plan(
    db: Session,
    municipality_id: uuid.UUID,
    plan: Plan,
    today: dt.date,
    roster: Roster | None = None,
) -> bytes:
    """Makes what is new, changes what differs, and sets a last day where the file tells one.
    Returns the journal by which `undo` brings back what was. `roster`: as the plan was made from,
    read here if not given; its rows become what they are after it."""
    work = _Work(db, municipality_id, today, roster or roster_of(db, municipality_id))
    work.make(plan)
    for change in (*plan.changed, *plan.left):
        work.change(change)
    db.flush()
    journal = work.journal()
    db.expire_all()  # rows were written that objects may still show as they were
    return journal


class _Work:
    """One plan being carried out, with every row that it may touch in memory: no query for each."""

    def __init__(
        self, db: Session, municipality_id: uuid.UUID, today: dt.date, roster: Roster
    ) -> None:
        self.db, self.municipality_id, self.today = db, municipality_id, today
        self.persons = {row["id"]: row for row in roster.persons}
        self.ids = {
            row["employee_number"]: row["id"] for row in roster.persons if row["employee_number"]
        }
        self.positions = {row["id"]: row for row in roster.positions}
        self.of: dict[uuid.UUID, list[Row]] = defaultdict(list)
        for position in roster.positions:
            self.of[position["person_id"]].append(position)
        self.before: dict[str, list[Row]] = {"person": [], "position": []}
        self.after: dict[str, list[Row]] = {"person": [], "position": []}
        self.ended: dict[dt.date, list[str]] = defaultdict(list)
        self.rewritten: dict[uuid.UUID, Row] = {}
        self.made_persons: list[Row] = []
        self.made_positions: list[Row] = []

    def make(self, plan: Plan) -> None:
        """Adds who is new; after this everybody's number is known, to find managers by."""
        new_ids = [new_id() for _ in plan.new]
        for person_id, new in zip(new_ids, plan.new, strict=True):
            facts = new.facts
            self.made_persons.append(
                {"municipality_id": self.municipality_id, "id": person_id}
                | {name: getattr(facts, name) for name in FACTS}
            )
            if facts.employee_number:
                self.ids[facts.employee_number] = person_id
        for change in plan.changed:
            if change.after.employee_number:  # somebody who is known, by a new number
                self.ids[change.after.employee_number] = change.person_id
        if self.made_persons:
            self.db.execute(sa.insert(TABLES[Person]), self.made_persons)
        for person_id, new in zip(new_ids, plan.new, strict=True):
            for place in new.places:
                self._begin(person_id, place, new.facts.joined_on, until_on=new.facts.left_on)

    def change(self, change: Changed) -> None:
        """Changes somebody who is known, and the places that differ."""
        person, facts = self.persons[change.person_id], change.after
        touched = self.of[change.person_id]
        self.before["person"].append(_plain(person))
        self.before["position"].extend(map(_plain, touched))
        person.update({name: getattr(facts, name) for name in FACTS})
        for place in change.places:
            if place.is_change:
                self._move(change.person_id, place, facts.left_on)
        if facts.left_on is not None:
            self._leave(person, touched, facts.left_on)
        self.after["person"].append(_plain(person))
        self.after["position"].extend(map(_plain, touched))

    def _leave(self, person: Row, touched: Iterable[Row], last: dt.date) -> None:
        """Ends what the personnel file is about. Who also sits on the council has not left."""
        remains = False
        for position in touched:
            if position["until_on"] is not None and position["until_on"] <= last:
                continue
            if position["kind"] in STAFF:
                self._end(position, max(last, position["from_on"]))
            else:
                remains = True
        if remains:
            person["left_on"] = None

    def _move(self, person_id: uuid.UUID, place: PlaceChange, left_on: dt.date | None) -> None:
        """Ends the place as it was yesterday and begins it as it is; what had not begun is
        changed."""
        if place.held is None:
            self._begin(person_id, place, self.today, until_on=left_on)
            return
        position = self.positions[place.held.position_id]
        if position["from_on"] >= self.today:
            position["unit_id"], position["job_title"] = place.unit_id, place.job_title
            position["manager_id"] = self.ids.get(place.manager) if place.manager else None
            self.rewritten[position["id"]] = position
            return
        self._end(position, self.today - DAY)
        self._begin(person_id, place, self.today, place.held.kind, left_on)

    def _end(self, position: Row, last: dt.date) -> None:
        """Sets a last day, to be written for many at once: row by row is far slower."""
        position["until_on"] = last
        self.ended[last].append(str(position["id"]))

    def _begin(
        self,
        person_id: uuid.UUID,
        place: PlaceChange,
        from_on: dt.date,
        kind: PositionKind = PositionKind.EMPLOYEE,
        until_on: dt.date | None = None,
    ) -> None:
        self.made_positions.append(
            {
                "municipality_id": self.municipality_id,
                "id": new_id(),
                "person_id": person_id,
                "unit_id": place.unit_id,
                "kind": kind,
                "job_title": place.job_title,
                "manager_id": self.ids.get(place.manager) if place.manager else None,
                "from_on": from_on,
                "until_on": max(until_on, from_on) if until_on else None,
                "recorded_on": self.today,
                "faction": "",
                "replaces_id": None,
            }
        )

    def journal(self) -> bytes:
        """Everything that changed, before and after; writes it."""
        changed = [
            new
            for old, new in zip(self.before["person"], self.after["person"], strict=True)
            if old != new
        ]
        _write(self.db, Person, [self.persons[uuid.UUID(row["id"])] for row in changed], FACTS)
        _write(self.db, Position, self.rewritten.values(), PLACE)
        for last, ids in self.ended.items():
            for part in _parts(ids):
                self.db.execute(
                    sa.update(Position)
                    .where(Position.municipality_id == self.municipality_id, Position.id.in_(part))
                    .values(until_on=last)
                    .execution_options(synchronize_session=False)
                )
        if self.made_positions:
            self.db.execute(sa.insert(TABLES[Position]), self.made_positions)
        kept = {
            "before": self.before,
            "after": self.after,
            "made_persons": [_plain(row) for row in self.made_persons],
            "made_positions": [_plain(row) for row in self.made_positions],
        }
        return gzip.compress(json.dumps(kept).encode(), 1)  # quick: others wait for the lock


def _write(
    db: Session, model: type[Person] | type[Position], rows: Iterable[Row], names: Sequence[str]
) -> None:
    """Writes these columns of rows that are there, for all rows at once."""
    table = TABLES[model]
    own = {f"own_{name}": table.c[name] for name in ("municipality_id", "id")}
    where = [column == sa.bindparam(name) for name, column in own.items()]
    values = [
        {"own_municipality_id": row["municipality_id"], "own_id": row["id"]}
        | {name: row[name] for name in names}
        for row in rows
    ]
    if values:
        statement = sa.update(table).where(*where)
        db.connection().execute(statement.values({n: sa.bindparam(n) for n in names}), values)


def undo(db: Session, municipality_id: uuid.UUID, journal: bytes, today: dt.date) -> int:
    """Brings back every row as it was. Raises `UndoRefused` when one of them was changed since, or
    when somebody who was new has proof or an account by now: then nothing is undone. Returns how
    many persons it was about."""
    kept = json.loads(gzip.decompress(journal))
    people = {
        str(person.id): person
        for person in db.scalars(sa.select(Person).where(Person.municipality_id == municipality_id))
    }
    places = {
        str(position.id): position
        for position in db.scalars(
            sa.select(Position).where(Position.municipality_id == municipality_id)
        )
    }
    known: dict[str, dict[str, Any]] = {"person": people, "position": places}
    expected = [("person", row) for row in (*kept["after"]["person"], *kept["made_persons"])]
    expected += [("position", row) for row in (*kept["after"]["position"], *kept["made_positions"])]
    changed = sum(
        row["id"] not in known[table] or _row(known[table][row["id"]]) != row
        for table, row in expected
    )
    if changed:
        raise UndoRefused(
            f"Er is na het verwerken iets veranderd bij {changed} "
            f"{'gegeven' if changed == 1 else 'gegevens'}. Daarom kan terugdraaien niet meer. "
            "Verbeter het met de hand, of met een nieuw bestand."
        )
    _delete(db, Position, municipality_id, [row["id"] for row in kept["made_positions"]])
    try:
        with db.begin_nested():
            _forget_derived(db, municipality_id, [row["id"] for row in kept["made_persons"]])
            _delete(db, Person, municipality_id, [row["id"] for row in kept["made_persons"]])
    except IntegrityError:
        raise UndoRefused(
            "Iemand die nieuw was, heeft al een account of een bewijs. Daarom kan terugdraaien "
            "niet meer. Zet die persoon met de hand uit dienst."
        ) from None
    for table, model in (("position", Position), ("person", Person)):
        for row in kept["before"][table]:
            for name, value in _typed(model, row).items():
                setattr(known[table][row["id"]], name, value)
    db.flush()
    return len(kept["before"]["person"]) + len(kept["made_persons"])


def _parts(ids: list[str]) -> Iterator[list[uuid.UUID]]:
    """Ids in parts that one statement can hold."""
    for start in range(0, len(ids), BATCH):
        yield [uuid.UUID(one) for one in ids[start : start + BATCH]]


def _forget_derived(db: Session, municipality_id: uuid.UUID, ids: list[str]) -> None:
    """Removes what rooms above derived for these persons (duties, rounds): they mark such tables
    themselves. Proof and accounts are not derived, and keep a person."""
    for table in reversed(Base.metadata.sorted_tables):
        if not table.info.get("derived"):
            continue
        for part in _parts(ids):
            about = (table.c.municipality_id == municipality_id, table.c.person_id.in_(part))
            db.execute(sa.delete(table).where(*about))


def _delete(
    db: Session,
    model: type[Person] | type[Position],
    municipality_id: uuid.UUID,
    ids: list[str],
) -> None:
    for part in _parts(ids):
        db.execute(
            sa.delete(model)
            .where(model.municipality_id == municipality_id, model.id.in_(part))
            .execution_options(synchronize_session=False)
        )


def _row(one: Person | Position) -> dict[str, Any]:
    return _plain({name: getattr(one, name) for name in type(one).__table__.columns.keys()})  # noqa: SIM118 - a collection


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> Any:
    if value is None or value.__class__ is str:  # nearly all of them
        return value
    if isinstance(value, PositionKind):
        return value.name
    return str(value) if isinstance(value, dt.date | uuid.UUID) else value


def _typed(model: type[Person] | type[Position], row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in row.items():
        kind = model.__table__.c[name].type
        if value is None:
            found[name] = None
        elif isinstance(kind, sa.Uuid):
            found[name] = uuid.UUID(value)
        elif isinstance(kind, sa.Enum):
            found[name] = PositionKind[value]
        else:
            found[name] = dt.date.fromisoformat(value) if isinstance(kind, sa.Date) else value
    return found
