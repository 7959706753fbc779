"""Changes the rules of a duty, or ends it, and keeps who did so, when and why."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments import rules, set_actions
from training.assignments.facts import DutyFacts, Quiet, quiet_of
from training.assignments.models import (
    Assignment,
    Cycle,
    CycleEvent,
    Duty,
    DutyEvent,
    DutyPolicy,
    Pause,
    Reminder,
)
from training.assignments.rules import Calendar, Policy, Round, Span
from training.assignments.set_actions import reminder_days
from training.db import new_id
from training.people.models import Unit
from training.people.queries import units_below


@dataclass(frozen=True, slots=True)
class Reason:
    """Who changes a duty, when and why; it stays visible with the duty."""

    by: str
    at: dt.datetime
    why: str


def tell(
    db: Session, duty_id: uuid.UUID, reason: Reason, what: str, version: int | None = None
) -> None:
    """Writes down what was done to a duty. `version`: the policy that it made."""
    db.add(
        DutyEvent(
            duty_id=duty_id,
            at=reason.at,
            by=reason.by,
            what=what,
            why=reason.why,
            version=version,
        )
    )
    db.flush()


@dataclass(frozen=True, slots=True)
class Held:
    """The newest round of somebody under a duty, as stored, with the round before it; and how the
    newest becomes under another policy."""

    municipality_id: uuid.UUID
    person_id: uuid.UUID
    last: Round
    after: Round

    @property
    def date_before(self) -> dt.date | None:
        """The day by which something must be done, as it is."""
        return self.last.valid_until if self.last.fulfilled_on else self.last.due_on

    @property
    def date_after(self) -> dt.date | None:
        """That day under the other policy."""
        return self.after.valid_until if self.after.fulfilled_on else self.after.due_on


def under(db: Session, duty: DutyFacts, policy: Policy, today: dt.date) -> Iterator[Held]:
    """Everybody who is under a duty now, with the newest round dated again under `policy`; who is
    not under it any more is left out. Three queries, and one for each municipality that rests."""
    pauses = _pauses(db, duty.id)
    quiet: dict[uuid.UUID, Quiet] = {}
    with_new = replace_policies(duty, policy)
    for municipality_id, person_id, last, before in _newest(db, duty.id, today):
        if municipality_id not in quiet:
            quiet[municipality_id] = quiet_of(db, municipality_id, [with_new])
        absences = tuple(pauses.get(person_id, ()))
        calendar = Calendar(pauses=absences, named=quiet[municipality_id])
        after = rules.under_new_policy(last, before, policy, calendar, today, person_id.int)
        if last.fulfilled_on is None and last.due_on < today:
            # Who is late stays late, unless the new rules by themselves give more time.
            own = rules.under_new_policy(
                last, before, policy, calendar, last.opens_on, person_id.int
            )
            if own.due_on < today:
                after = replace(last, policy_version=policy.version)
        if after.fulfilled_on is not None:
            after = rules.settle(after, policy, after.fulfilled_on)
        yield Held(municipality_id, person_id, last, after)


def replace_policies(duty: DutyFacts, policy: Policy) -> DutyFacts:
    """The duty with one version of its policy more."""
    return replace(duty, policies=(*duty.policies, policy))


def _pauses(db: Session, duty_id: uuid.UUID) -> dict[uuid.UUID, list[Span]]:
    query = sa.select(Pause.person_id, Pause.from_on, Pause.until_on).join(
        Assignment,
        sa.and_(
            Assignment.municipality_id == Pause.municipality_id,
            Assignment.person_id == Pause.person_id,
        ),
    )
    found: dict[uuid.UUID, list[Span]] = defaultdict(list)
    for person_id, from_on, until_on in db.execute(query.where(Assignment.duty_id == duty_id)):
        found[person_id].append(Span(from_on, until_on))
    return found


def _newest(
    db: Session, duty_id: uuid.UUID, today: dt.date
) -> Iterator[tuple[uuid.UUID, uuid.UUID, Round, Round | None]]:
    """The newest round and the one before it of everybody who is under a duty."""
    place = (
        sa.func.row_number()
        .over(
            partition_by=(Cycle.municipality_id, Cycle.person_id),
            order_by=Cycle.number.desc(),
        )
        .label("place")
    )
    ranked = (
        sa.select(Cycle.__table__, place)
        .join(
            Assignment,
            sa.and_(
                Assignment.municipality_id == Cycle.municipality_id,
                Assignment.person_id == Cycle.person_id,
                Assignment.duty_id == Cycle.duty_id,
            ),
        )
        .where(
            Cycle.duty_id == duty_id,
            sa.or_(Assignment.until_on.is_(None), Assignment.until_on >= today),
        )
        .subquery("ranked")
    )
    query = (
        sa.select(ranked)
        .where(ranked.c.place <= 2)
        .order_by(ranked.c.municipality_id, ranked.c.person_id, ranked.c.number.desc())
    )
    waiting: Any = None
    for row in db.execute(query):
        if row.place == 1:
            if waiting is not None:
                yield waiting.municipality_id, waiting.person_id, _stored(waiting), None
            waiting = row
        elif waiting is not None:
            yield row.municipality_id, row.person_id, _stored(waiting), _stored(row)
            waiting = None
    if waiting is not None:
        yield waiting.municipality_id, waiting.person_id, _stored(waiting), None


SAME = tuple(name for name in Round.__slots__ if name != "only")  # columns named as in the rules


def _stored(row: Any) -> Round:
    """A stored round with what followed from its proof."""
    only = (row.only_kind.name, row.only_id) if row.only_id is not None else None
    return Round(**{name: getattr(row, name) for name in SAME}, only=only)


def change_policy(
    db: Session,
    duty: DutyFacts,
    policy: Policy,
    reason: Reason,
    today: dt.date,
    *,
    open_too: bool,
) -> int:
    """A new version of the rules of a duty, for the rounds that open from its first day on; with
    `open_too` also for the rounds that people have now. Returns how many dates moved."""
    version = max(one.version for one in duty.policies) + 1
    policy = replace(policy, version=version, from_on=today if open_too else policy.from_on)
    values = {name: getattr(policy, name) for name in Policy.__slots__}
    db.add(
        DutyPolicy(
            duty_id=duty.id,
            **{**values, "quiet": list(policy.quiet), "opens_for": list(policy.opens_for)},
            changed_by=reason.by,
            why=reason.why,
        )
    )
    what = "regels veranderd, ook voor lopende rondes" if open_too else "regels veranderd"
    tell(db, duty.id, reason, what, version)
    if set(policy.opens_for) - set(duty.policies[-1].opens_for):
        _look_again(db, duty.unit_id)
    if not open_too:
        return 0
    found = list(under(db, duty, policy, today))
    _write(db, duty.id, found, reason, today)
    return sum(held.date_before != held.date_after for held in found)


def _look_again(db: Session, unit_id: uuid.UUID) -> None:
    """Has the nightly pass look at everybody at a node: what begins for them later was recorded
    before the duty asked for it."""
    of_these = sa.select(Unit.municipality_id).where(Unit.id.in_(units_below([unit_id])))
    for municipality_id in db.scalars(of_these.distinct()).all():
        if municipality_id is not None:
            set_actions.mark_everybody(db, municipality_id)


def _write(
    db: Session, duty_id: uuid.UUID, found: Sequence[Held], reason: Reason, today: dt.date
) -> None:
    keys = ("due_on", "planned_on", "grace_until", "was_valid_until", "keeps_until")
    then = ("policy_version", "valid_until", "next_opens_on", "next_due_on", "anchor_day")
    rounds, events, reminders = [], [], []
    for held in found:
        key = {
            "municipality_id": held.municipality_id,
            "person_id": held.person_id,
            "duty_id": duty_id,
            "number": held.last.number,
        }
        rounds.append(key | {name: getattr(held.after, name) for name in (*keys, *then)})
        if held.date_before == held.date_after:
            continue
        moved = [str(held.date_before or ""), str(held.date_after or "")]
        details = {"due_on": moved, "why": reason.why}
        events.append(
            key
            | {
                "id": new_id(),
                "at": reason.at,
                "by": reason.by,
                "what": "datum verplaatst door andere regels",
                "details": details,
            }
        )
        if held.after.fulfilled_on is None:
            reminders += [
                key | {"kind": kind, "planned_on": max(day, today)}
                for kind, day in reminder_days(held.after)
            ]
    if rounds:
        db.execute(sa.update(Cycle), rounds)
    if events:
        db.execute(sa.insert(CycleEvent), events)
    for row in reminders:
        same = [Reminder.__table__.c[name] == row[name] for name in (*CYCLE_KEY, "kind")]
        db.execute(
            sa.update(Reminder)
            .where(*same, Reminder.decided_on.is_(None))
            .values(planned_on=row["planned_on"])
        )
    db.expire_all()


CYCLE_KEY = ("municipality_id", "person_id", "duty_id", "number")


def end_duty(db: Session, duty_id: uuid.UUID, last_day: dt.date | None, reason: Reason) -> None:
    """Ends a duty after `last_day`: open rounds are over then, proof stays. None: it goes on."""
    duty = db.get_one(Duty, duty_id)
    duty.ended_on = last_day
    what = "loopt toch door" if last_day is None else f"eindigt op {last_day:%d-%m-%Y}"
    tell(db, duty_id, reason, what)
