"""Writes down what the rules say: assignments, cycles and what became of them.

The nightly job only *keeps* what anybody could derive. Run twice it does nothing the second time;
not run for a hundred days it writes what a hundred runs would have written.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments import rules, set_actions
from training.assignments.brake_actions import Brakes, Key, Stored, transitions
from training.assignments.facts import DutyFacts, duties_at, quiet_of
from training.assignments.models import (
    Assignment,
    Brake,
    Cycle,
    CycleEvent,
    Duty,
    DutyAudience,
    DutyContent,
    DutyPolicy,
    Reminder,
    RosterChange,
)
from training.assignments.queries import (
    EVERYBODY,
    DutyStanding,
    in_batches,
    people_with_news,
    standings_of_people,
)
from training.assignments.rules import Cause, Choose, Closing, Policy, Round, Transition
from training.assignments.turn_actions import keep_turns
from training.content.classes import ContentKind
from training.db import ask, columns
from training.evidence.models import Evidence
from training.people.models import Person, Unit
from training.people.queries import units_below
from training.people.rules import UnitKind


@dataclass(slots=True)
class Outcome:
    """What one run of the nightly job wrote, in numbers of rows."""

    assignments: int = 0
    ended: int = 0
    cycles: int = 0
    settled: int = 0
    stopped: list[Brake] = field(default_factory=list)
    per_duty: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def make_duty(
    db: Session,
    *,
    unit_id: uuid.UUID,
    title: str,
    contents: Sequence[tuple[ContentKind, str]],
    audiences: Sequence[str],
    policy: Policy,
    choose: Choose = Choose.ALL,
    programme_slug: str | None = None,
    by: str = "",
) -> Duty:
    """A new duty at a node, in force from the first day of its policy."""
    duty = Duty(
        unit_id=unit_id,
        title=title,
        programme_slug=programme_slug,
        choose=choose,
        in_force_from=policy.from_on,
    )
    duty.contents = [
        DutyContent(kind=kind, content_id=content_id, place=place)
        for place, (kind, content_id) in enumerate(contents)
    ]
    duty.audiences = [DutyAudience(audience=audience) for audience in audiences]
    names = list(Policy.__slots__)
    values = {name: getattr(policy, name) for name in names}
    lists = {"quiet": list(policy.quiet), "opens_for": list(policy.opens_for)}
    duty.policies = [DutyPolicy(**{**values, **lists}, changed_by=by)]
    db.add(duty)
    db.flush()
    return duty


def open_cycles(db: Session, today: dt.date, at: dt.datetime | None = None) -> Outcome:
    """Writes every assignment and cycle that follows from the facts on `today`, without a brake.
    `at`: the instant under which events are written; five o'clock of that day when not given."""
    return run_pass(db, today, at)


def run_pass(
    db: Session,
    today: dt.date,
    at: dt.datetime | None = None,
    shares: Mapping[uuid.UUID, float] | None = None,
) -> Outcome:
    """The nightly pass. What many have in common is written in sets; who has something of his or
    her own is asked of the rules, in batches. `shares`: of each municipality the share of its
    people (0 to 1) above which a transition stops and asks; None: nothing stops."""
    outcome = Outcome()
    writer = Writer(db, today, at or dt.datetime.combine(today, dt.time(4), dt.UTC), outcome)
    set_actions.prepare(db)
    duties = {duty.id: duty for duty in duties_at(db, sa.true())}
    fresh = _open_duties(db, duties, outcome)
    everywhere = _take_changes(db, EVERYBODY)
    for municipality_id in _municipalities_with_news(db, today, bool(everywhere)):
        share = None if shares is None else shares[municipality_id]
        brakes = Brakes(db, municipality_id, today, share, fresh)
        _pass_in(db, municipality_id, duties, writer, brakes, bool(everywhere))
        outcome.stopped.extend(brakes.stopped)
    set_actions.clear(db)
    return outcome


def _open_duties(
    db: Session, duties: Mapping[uuid.UUID, DutyFacts], outcome: Outcome
) -> frozenset[uuid.UUID]:
    """Puts people under the duties that are new, in sets; returns which those are."""
    fresh = frozenset(db.scalars(sa.select(Duty.id).where(Duty.is_new)))
    for duty_id in sorted(fresh):
        duty = duties[duty_id]
        units = units_below([duty.unit_id])
        municipalities = sa.select(Unit.municipality_id).where(
            Unit.id.in_(units), Unit.municipality_id.is_not(None)
        )
        for municipality_id in db.scalars(municipalities.distinct().order_by(Unit.municipality_id)):
            assert municipality_id is not None
            if duty.ended_on is None:
                number = set_actions.assign_set(db, municipality_id, duty, units)
                outcome.assignments += number
            set_actions.mark_others(db, municipality_id, duty, units)
        db.execute(sa.update(Duty).where(Duty.id == duty_id).values(is_new=False))
    return fresh


def _municipalities_with_news(db: Session, today: dt.date, everywhere: bool) -> list[uuid.UUID]:
    """The municipalities in which there is something to do, in a fixed order."""
    if everywhere:
        kind = UnitKind.MUNICIPALITY
        return sorted(db.scalars(sa.select(Unit.id).where(Unit.kind == kind)))
    parts: list[sa.Select[Any]] = [
        sa.select(Cycle.municipality_id).where(
            Cycle.closed_on.is_(None), Cycle.next_opens_on <= today
        ),
        sa.select(Assignment.municipality_id).where(Assignment.awaits_on <= today),
        sa.select(Evidence.municipality_id).where(
            Evidence.noted_on.is_(None), Evidence.completed_on <= today
        ),
        sa.select(RosterChange.municipality_id),
    ]
    return sorted(db.scalars(sa.union(*parts)))


def _pass_in(
    db: Session,
    municipality_id: uuid.UUID,
    duties: Mapping[uuid.UUID, DutyFacts],
    writer: Writer,
    brakes: Brakes,
    everybody: bool,
) -> None:
    today, outcome = writer.today, writer.outcome
    quiet = quiet_of(db, municipality_id, duties.values())
    own = list(duties.values())
    brakes.watch_rounds(own)
    moving = [duty for duty in own if not brakes.stops(Transition.OPEN, duty.id)]
    set_actions.find_first(db, municipality_id, moving, today)
    _tell(outcome, duties, set_actions.found_by_duty(db))
    outcome.cycles += set_actions.open_first(db, duties, quiet, today)
    set_actions.find_next(db, municipality_id, moving, today)
    _tell(outcome, duties, set_actions.found_by_duty(db))
    outcome.cycles += set_actions.open_next(db, duties, quiet, today)
    changed = _take_changes(db, municipality_id)
    if everybody or EVERYBODY in changed:
        of_here = Person.municipality_id == municipality_id
        changed |= set(db.scalars(sa.select(Person.id).where(of_here)))
    others = people_with_news(db, today, of=[municipality_id]).get(municipality_id, set())
    people = sorted((changed | others) - {EVERYBODY})
    for batch in in_batches(people):
        keep_turns(db, municipality_id, batch, today)
    brakes.watch_people(people)
    for batch in in_batches(people):
        writer.keep_up(municipality_id, batch, brakes)


MOST_AT_ONCE = 50  # people; what a request changed for more is left to the nightly pass
JUST_CHANGED = sa.union(
    sa.select(columns(RosterChange).municipality_id, columns(RosterChange).person_id).where(
        columns(RosterChange).person_id != sa.bindparam("everybody", EVERYBODY, sa.Uuid())
    ),
    sa.select(columns(Evidence).municipality_id, columns(Evidence).person_id).where(
        columns(Evidence).noted_on.is_(None),
        columns(Evidence).completed_on <= sa.bindparam("today", type_=sa.Date()),
    ),
).limit(MOST_AT_ONCE + 1)


def keep_current(db: Session, today: dt.date, at: dt.datetime) -> None:
    """Writes what follows from the facts that changed just now, of at most `MOST_AT_ONCE` people:
    called at the end of a request, in its transaction. One query when nothing changed."""
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    rows = ask(db, JUST_CHANGED, today=today)
    if not rows or len(rows) > MOST_AT_ONCE:
        return
    for municipality_id, person_id in rows:
        found[municipality_id].add(person_id)
    writer = Writer(db, today, at, Outcome())
    for municipality_id, people in sorted(found.items()):
        of_them = sa.and_(
            RosterChange.municipality_id == municipality_id, RosterChange.person_id.in_(people)
        )
        db.execute(sa.delete(RosterChange).where(of_them))
        keep_turns(db, municipality_id, sorted(people), today)
        writer.keep_up(municipality_id, sorted(people))


def _tell(
    outcome: Outcome, duties: Mapping[uuid.UUID, DutyFacts], found: Mapping[uuid.UUID, int]
) -> None:
    for duty_id, number in found.items():
        outcome.per_duty[duties[duty_id].title] += number


def _take_changes(db: Session, municipality_id: uuid.UUID) -> set[uuid.UUID]:
    """Takes the notes that somebody's facts changed, so that each is taken once: a second worker
    waits for the first, and finds none. `EVERYBODY` may be among them."""
    mine = RosterChange.municipality_id == municipality_id
    return set(db.scalars(sa.delete(RosterChange).where(mine).returning(RosterChange.person_id)))


@dataclass(slots=True)
class Writer:
    """Writes what the rules say of people who have something of their own. `by`: who is named in
    the events."""

    db: Session
    today: dt.date
    at: dt.datetime
    outcome: Outcome
    by: str = "Weerbaar"
    why: str = ""

    def keep_up(
        self,
        municipality_id: uuid.UUID,
        person_ids: Sequence[uuid.UUID],
        brakes: Brakes | None = None,
    ) -> None:
        """Writes the assignments and cycles of these people of one municipality as they follow
        from the facts; what a brake stops is left as it was, and looked at again next time."""
        db, today = self.db, self.today
        found = standings_of_people(db, municipality_id, person_ids, today)
        before = Stored.of(db, municipality_id, person_ids)
        waiting: set[uuid.UUID] = set()
        further: set[uuid.UUID] = set()
        changes = Changes()
        for person_id in person_ids:
            for standing in found[person_id]:
                key = (person_id, standing.duty.id)
                if _is_written_further(before.cycles.get(key, {}), today):
                    before.seen.add(key)
                    further.add(person_id)
                    continue
                if brakes and brakes.stops_any(transitions(before, key, standing, today), key[1]):
                    waiting.add(person_id)
                    before.seen.add(key)
                    continue
                self._assign(changes, before, municipality_id, key, standing)
                self._cycles(changes, before, municipality_id, key, standing)
        self._gone(changes, before, brakes, waiting)
        changes.write(db, self.outcome)
        set_actions.mark(db, municipality_id, sorted(waiting))
        db.execute(
            sa.update(Evidence)
            .where(
                Evidence.municipality_id == municipality_id,
                Evidence.person_id.in_(set(person_ids) - waiting - further),
                Evidence.noted_on.is_(None),
                Evidence.completed_on <= today,
            )
            .values(noted_on=today)
            .execution_options(synchronize_session=False)
        )

    def _assign(
        self,
        changes: Changes,
        before: Stored,
        municipality_id: uuid.UUID,
        key: Key,
        standing: DutyStanding,
    ) -> None:
        placed, chain = standing.placement, standing.chain
        lapsed = placed.lapses_on is not None and placed.lapses_on <= self.today
        awaits = placed.from_on if not chain and not lapsed else placed.lapses_on
        values = {
            "municipality_id": municipality_id,
            "person_id": key[0],
            "duty_id": key[1],
            "from_on": placed.from_on,
            "until_on": placed.until_on,
            "lapses_on": placed.lapses_on,
            "reasons": list(placed.audiences),
            "gaps": [f"{gap.from_on}/{gap.until_on}" for gap in placed.gaps] or None,
            "awaits_on": None if lapsed else awaits,
        }
        before.seen.add(key)
        old = before.assignments.get(key)
        if old is None:
            changes.new_assignments.append(values)
        elif any(old[name] != values[name] for name in values):
            changes.assignments.append(values)
            if old["until_on"] != values["until_on"]:
                self.outcome.ended += values["until_on"] is not None

    def _cycles(
        self,
        changes: Changes,
        before: Stored,
        municipality_id: uuid.UUID,
        key: Key,
        standing: DutyStanding,
    ) -> None:
        written = before.cycles.get(key, {})
        for round_ in standing.chain:
            values = cycle_values(municipality_id, *key, round_)
            old = written.get(round_.number)
            if old is None:
                changes.new_cycles.append(values)
                changes.reminders.extend(_plans(values, round_))
                self.outcome.per_duty[standing.duty.title] += 1
                if round_.cause is not Cause.TURN:
                    self._event(changes, values, f"extra ronde: {round_.cause.value}", {})
            elif any(old[name] != values[name] for name in values):
                changes.cycles.append(values)
                self._dates_moved(changes, old, values)
        numbers = {round_.number for round_ in standing.chain}
        for number, old in written.items():
            if number not in numbers and old["opens_on"] <= self.today:
                changes.gone.append(old)
                self._event(changes, old, "ronde vervalt: er was niets te doen", {})

    def _dates_moved(
        self, changes: Changes, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> None:
        moved = {
            name: [_iso(old[name]), _iso(new[name])]
            for name in ("due_on", "was_valid_until")
            if old[name] != new[name]
        }
        if old["fulfilled_on"] == new["fulfilled_on"] and old["valid_until"] != new["valid_until"]:
            moved["valid_until"] = [_iso(old["valid_until"]), _iso(new["valid_until"])]
        if moved:
            self._event(changes, new, "datum verplaatst", moved)
        if new["closing"] is Closing.LAPSED and old["closing"] is not Closing.LAPSED:
            self._event(changes, new, "vervallen", {})
        if old["closing"] is Closing.LAPSED and new["closing"] is not Closing.LAPSED:
            self._event(changes, new, "gaat verder", {})

    def _event(
        self, changes: Changes, cycle: Mapping[str, Any], what: str, details: dict[str, Any]
    ) -> None:
        if self.why:
            details = {**details, "why": self.why}
        key = [cycle[name] for name in ("municipality_id", "person_id", "duty_id", "number")]
        told = json.dumps([*map(str, key), what, details, self.today.isoformat()], sort_keys=True)
        changes.events.append(
            {
                "municipality_id": key[0],
                "id": uuid.uuid5(uuid.NAMESPACE_OID, told),
                "person_id": key[1],
                "duty_id": key[2],
                "number": key[3],
                "at": self.at,
                "by": self.by,
                "what": what,
                "details": details,
            }
        )

    def _gone(
        self, changes: Changes, before: Stored, brakes: Brakes | None, waiting: set[uuid.UUID]
    ) -> None:
        """Ends the assignments that no membership explains any more: a position was corrected."""
        yesterday = self.today - rules.DAY
        for key, old in before.assignments.items():
            if key in before.seen or (old["lapses_on"] and old["lapses_on"] <= self.today):
                continue
            if brakes and brakes.stops_any({Transition.LAPSE}, key[1]):
                waiting.add(key[0])
                continue
            until = min(old["until_on"] or yesterday, yesterday)
            changes.assignments.append(
                {**old, "until_on": until, "lapses_on": self.today, "awaits_on": None}
            )
            self.outcome.ended += 1
            for cycle in before.cycles.get(key, {}).values():
                if cycle["closed_on"] is None:
                    changes.cycles.append(
                        {**cycle, "closed_on": self.today, "closing": Closing.LAPSED}
                    )
                    self._event(changes, cycle, "vervallen", {})


def _is_written_further(cycles: Mapping[int, Mapping[str, Any]], today: dt.date) -> bool:
    """Whether a pass of a later day has been here: a pass of an earlier day must not undo it."""
    return any(
        day is not None and day > today
        for cycle in cycles.values()
        for day in (cycle["opens_on"], cycle["closed_on"], cycle["fulfilled_on"])
    )


@dataclass(slots=True)
class Changes:
    """The rows of one batch that are new or differ."""

    new_assignments: list[dict[str, Any]] = field(default_factory=list)
    assignments: list[dict[str, Any]] = field(default_factory=list)
    new_cycles: list[dict[str, Any]] = field(default_factory=list)
    cycles: list[dict[str, Any]] = field(default_factory=list)
    reminders: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    gone: list[dict[str, Any]] = field(default_factory=list)

    def write(self, db: Session, outcome: Outcome) -> None:
        """Writes them, in the order of their keys, so that two workers never wait in a ring."""
        outcome.assignments += insert_once(db, Assignment, self.new_assignments)
        outcome.cycles += insert_once(db, Cycle, self.new_cycles)
        outcome.settled += len(self.cycles)
        for table, rows in ((Assignment, self.assignments), (Cycle, self.cycles)):
            if rows:
                db.execute(sa.update(table), sorted(rows, key=_order))
        for old in self.gone:
            for gone in (Reminder, Cycle):
                same = (gone.__table__.c[name] == old[name] for name in CYCLE_KEY)
                db.execute(sa.delete(gone).where(*same))
        insert_once(db, Reminder, self.reminders)
        insert_once(db, CycleEvent, self.events)
        db.expire_all()


CYCLE_KEY = ("municipality_id", "person_id", "duty_id", "number")


def _order(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row.get(name, "")) for name in (*CYCLE_KEY, "kind", "id"))


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def cycle_values(
    municipality_id: uuid.UUID, person_id: uuid.UUID, duty_id: uuid.UUID, round_: Round
) -> dict[str, Any]:
    """The row of a cycle."""
    own = ("only", "closed_on")
    only = round_.only
    return {
        "municipality_id": municipality_id,
        "person_id": person_id,
        "duty_id": duty_id,
        **{name: getattr(round_, name) for name in Round.__slots__ if name not in own},
        "only_kind": None if only is None else ContentKind[only[0]],
        "only_id": None if only is None else only[1],
        "closed_on": round_.closed_on,
    }


def _plans(cycle: Mapping[str, Any], round_: Round) -> Iterator[dict[str, Any]]:
    for kind, day in set_actions.reminder_days(round_):
        yield {**{name: cycle[name] for name in CYCLE_KEY}, "kind": kind, "planned_on": day}


def insert_once(db: Session, table: type[Any], values: Sequence[dict[str, Any]]) -> int:
    """Inserts rows in the order of their keys, leaving those that are there already; how many were
    given."""
    if not values:
        return 0
    statement = set_actions.insert_into(db, table).on_conflict_do_nothing()
    db.execute(statement, sorted(values, key=_order))
    return len(values)
