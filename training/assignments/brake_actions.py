"""Stops what would touch a large share of a municipality's people until a coordinator says yes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.facts import DutyFacts
from training.assignments.models import Assignment, Brake, Cycle
from training.assignments.queries import DutyStanding, in_batches, standings_of_people
from training.assignments.rules import DAY, Transition
from training.people.models import Person

LEAST = 20  # people; below this a large share of a small town is no reason to stop
YES_HOLDS = 14 * DAY  # after this a yes is asked again
Key = tuple[uuid.UUID, uuid.UUID]  # person, duty


@dataclass(slots=True)
class Stored:
    """What is stored of some people: their assignments, and their cycles by number."""

    assignments: dict[Key, dict[str, Any]]
    cycles: dict[Key, dict[int, dict[str, Any]]]
    seen: set[Key] = field(default_factory=set)

    @classmethod
    def of(
        cls, db: Session, municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID]
    ) -> Stored:
        """What is stored of these people of one municipality."""
        assigned = sa.select(*Assignment.__table__.columns).where(
            Assignment.municipality_id == municipality_id, Assignment.person_id.in_(person_ids)
        )
        opened = sa.select(*Cycle.__table__.columns).where(
            Cycle.municipality_id == municipality_id, Cycle.person_id.in_(person_ids)
        )
        cycles: dict[Key, dict[int, dict[str, Any]]] = defaultdict(dict)
        for row in db.execute(opened).mappings():
            cycles[row["person_id"], row["duty_id"]][row["number"]] = dict(row)
        return cls(
            {
                (row["person_id"], row["duty_id"]): dict(row)
                for row in db.execute(assigned).mappings()
            },
            cycles,
        )


def transitions(
    before: Stored, key: Key, standing: DutyStanding, today: dt.date
) -> set[Transition]:
    """What would happen to somebody under a duty that a brake may stop."""
    old = before.assignments.get(key)
    found = set()
    if old is None:
        found.add(Transition.ASSIGN)
    elif old["until_on"] is None and standing.placement.until_on is not None:
        found.add(Transition.LAPSE)
    written = before.cycles.get(key, {})
    if old is not None and any(r.number > 1 and r.number not in written for r in standing.chain):
        found.add(Transition.OPEN)
    return found


@dataclass(slots=True)
class Brakes:
    """The brakes of one municipality in one pass. `share`: of its people (0 to 1), above which a
    transition of one duty stops; None: nothing stops. A duty that is `fresh` was shown with its
    effect before it was saved, so putting people under it does not stop."""

    db: Session
    municipality_id: uuid.UUID
    today: dt.date
    share: float | None
    fresh: frozenset[uuid.UUID] = frozenset()
    stopped: list[Brake] = field(default_factory=list)
    _held: set[tuple[Transition, uuid.UUID]] = field(default_factory=set)
    _headcount: int | None = None

    def stops(self, transition: Transition, duty_id: uuid.UUID) -> bool:
        """Whether this transition of this duty waits for a yes."""
        return (transition, duty_id) in self._held

    def stops_any(self, found: Collection[Transition], duty_id: uuid.UUID) -> bool:
        """Whether one of these transitions of this duty waits for a yes."""
        return any(self.stops(transition, duty_id) for transition in found)

    def watch_rounds(self, duties: Sequence[DutyFacts]) -> None:
        """Counts for each duty how many rounds would open."""
        if self.share is None:
            return
        query = (
            sa.select(Cycle.duty_id, sa.func.count())
            .where(
                Cycle.municipality_id == self.municipality_id,
                Cycle.duty_id.in_([duty.id for duty in duties]),
                Cycle.closed_on.is_(None),
                Cycle.next_opens_on <= self.today,
            )
            .group_by(Cycle.duty_id)
        )
        for duty_id, number in self.db.execute(query).all():
            self._consider(Transition.OPEN, duty_id, number)

    def watch_people(self, person_ids: Sequence[uuid.UUID]) -> None:
        """Counts what would begin and end for these people; only when they are many."""
        if self.share is None or len(person_ids) <= self._limit():
            return
        counts: Counter[tuple[Transition, uuid.UUID]] = Counter()
        for batch in in_batches(person_ids):
            found = standings_of_people(self.db, self.municipality_id, batch, self.today)
            before = Stored.of(self.db, self.municipality_id, batch)
            for person_id, standings in found.items():
                for standing in standings:
                    key = (person_id, standing.duty.id)
                    before.seen.add(key)
                    for transition in transitions(before, key, standing, self.today):
                        counts[transition, key[1]] += 1
            for key, old in before.assignments.items():
                if key not in before.seen and old["until_on"] is None:
                    counts[Transition.LAPSE, key[1]] += 1
        for (transition, duty_id), number in counts.items():
            if transition is not Transition.ASSIGN or duty_id not in self.fresh:
                self._consider(transition, duty_id, number)

    def _limit(self) -> float:
        if self._headcount is None:
            query = sa.select(sa.func.count()).where(
                Person.municipality_id == self.municipality_id,
                Person.joined_on <= self.today,
                sa.or_(Person.left_on.is_(None), Person.left_on >= self.today - 30 * DAY),
            )
            self._headcount = self.db.scalar(query) or 0
        return max(self._headcount * (self.share or 0), LEAST)

    def _consider(self, transition: Transition, duty_id: uuid.UUID, number: int) -> None:
        if number <= self._limit() or self.stops(transition, duty_id):
            return
        query = (
            sa.select(Brake)
            .where(
                Brake.municipality_id == self.municipality_id,
                Brake.duty_id == duty_id,
                Brake.transition == transition,
                sa.or_(Brake.approved.is_(None), Brake.decided_on > self.today - YES_HOLDS),
            )
            .order_by(Brake.noticed_on.desc())
        )
        known = self.db.scalars(query.limit(1)).first()
        if known is not None and known.approved and number <= known.people * 1.1:
            return
        self._held.add((transition, duty_id))
        if known is not None and known.approved is not None:
            return  # somebody said no, or yes to fewer people than there are now
        if known is None:
            known = self._ask(transition, duty_id)
        known.people, known.headcount = number, self._headcount or 0
        self.stopped.append(known)
        self.db.flush()

    def _ask(self, transition: Transition, duty_id: uuid.UUID) -> Brake:
        """One question for a day, also when two workers ask it at once."""
        what = f"{self.municipality_id}{duty_id}{transition.name}{self.today}"
        brake = Brake(
            id=uuid.uuid5(uuid.NAMESPACE_OID, what),
            municipality_id=self.municipality_id,
            duty_id=duty_id,
            transition=transition,
            noticed_on=self.today,
        )
        return self.db.merge(brake)


def decide(db: Session, brake_id: uuid.UUID, approved: bool, by: str, today: dt.date) -> bool:
    """A coordinator's yes or no; the next pass acts on it. Whether the question was still open."""
    brake = db.get(Brake, brake_id)
    if brake is None or brake.approved is not None:
        return False
    brake.approved, brake.decided_by, brake.decided_on = approved, by, today
    db.flush()
    return True


def open_brakes(db: Session, municipality_ids: Collection[uuid.UUID] | None = None) -> list[Brake]:
    """The questions still open, of these municipalities (None: of all), the oldest first."""
    query = sa.select(Brake).where(Brake.approved.is_(None))
    if municipality_ids is not None:
        query = query.where(Brake.municipality_id.in_(municipality_ids))
    return list(db.scalars(query.order_by(Brake.noticed_on, Brake.id)))
