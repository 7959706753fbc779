"""Writes what many people have in common in sets: the rules count the dates once for each shape of
dates, and one statement copies them to everybody whose dates have that shape."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from training.assignments import rules
from training.assignments.facts import DutyFacts, Quiet
from training.assignments.models import (
    Assignment,
    Cycle,
    DutyAudience,
    DutyContent,
    ExtraOpening,
    Pause,
    Reminder,
    RosterChange,
)
from training.assignments.queries import EVERYBODY, json_rows, plain
from training.assignments.rules import (
    Calendar,
    Cause,
    Closing,
    Life,
    ReminderKind,
    Round,
)
from training.db import Base
from training.evidence.models import Evidence
from training.people.queries import FOREVER, membership_rows

SCRATCH = sa.MetaData()
DUE = sa.Table(
    "pass_due",
    SCRATCH,
    sa.Column("municipality_id", sa.Uuid()),
    sa.Column("person_id", sa.Uuid()),
    sa.Column("duty_id", sa.Uuid()),
    sa.Column("number", sa.Integer()),
    sa.Column("shape", sa.Integer()),
    prefixes=["TEMPORARY"],
)
"""Who has a round to open, and which shape of dates: rows (first rounds have number 0)."""


def insert_into(db: Session, table: type[Base]) -> Any:
    """An insert that leaves alone what is there already."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table)


def prepare(db: Session) -> None:
    """Makes the scratch table of this connection, empty."""
    SCRATCH.create_all(db.connection())
    db.execute(sa.delete(DUE))


def clear(db: Session) -> None:
    """Removes the scratch table."""
    SCRATCH.drop_all(db.connection())


# ------------------------------------------------------------------ a duty for many at once


def assign_set(
    db: Session, municipality_id: uuid.UUID, duty: DutyFacts, units: sa.Select[Any]
) -> int:
    """Puts everybody of a municipality who belongs to the duty's audiences in one plain way (one
    open membership) under it; returns how many. The others are left to the rules. `units`: the
    ids of the units at and below the duty's node."""
    members = membership_rows().subquery()
    wanted = sa.select(DutyAudience.audience).where(DutyAudience.duty_id == duty.id)
    earliest = sa.func.min(members.c.from_on)
    start = sa.case((earliest >= duty.in_force_from, earliest), else_=duty.in_force_from)
    reasons: Any = sa.literal('["') + sa.func.min(members.c.audience) + sa.literal('"]')
    if db.get_bind().dialect.name == "postgresql":
        reasons = sa.cast(reasons, sa.JSON)
    plain = (
        sa.select(
            members.c.municipality_id,
            members.c.person_id,
            sa.literal(duty.id, sa.Uuid()),
            start,
            reasons,
            start,
        )
        .where(
            members.c.municipality_id == municipality_id,
            members.c.audience.in_(wanted),
            members.c.unit_id.in_(units),
        )
        .group_by(members.c.municipality_id, members.c.person_id)
        .having(
            sa.func.count() == 1,
            sa.func.max(members.c.until_on) == FOREVER,
            sa.func.count(members.c.first_months) == 0,
        )
    )
    names = ["municipality_id", "person_id", "duty_id", "from_on", "reasons", "awaits_on"]
    statement = insert_into(db, Assignment).from_select(names, plain).on_conflict_do_nothing()
    return _count(db.execute(statement, execution_options={"preserve_rowcount": True}))


def mark_others(
    db: Session, municipality_id: uuid.UUID, duty: DutyFacts, units: sa.Select[Any]
) -> None:
    """Notes everybody in the duty's audiences who is not under it yet, for the rules to look at."""
    members = membership_rows().subquery()
    wanted = sa.select(DutyAudience.audience).where(DutyAudience.duty_id == duty.id)
    known = (
        sa.select(sa.literal(1))
        .where(
            Assignment.municipality_id == members.c.municipality_id,
            Assignment.person_id == members.c.person_id,
            Assignment.duty_id == duty.id,
        )
        .exists()
    )
    query = (
        sa.select(members.c.person_id)
        .where(
            members.c.municipality_id == municipality_id,
            members.c.audience.in_(wanted),
            members.c.unit_id.in_(units),
            ~known,
        )
        .distinct()
    )
    mark(db, municipality_id, list(db.scalars(query)))


def mark(db: Session, municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID]) -> None:
    """Notes that something changed for these people."""
    if person_ids:
        rows = [
            {"municipality_id": municipality_id, "person_id": person_id, "id": uuid.uuid4()}
            for person_id in person_ids
        ]
        db.execute(sa.insert(RosterChange), rows)


def mark_everybody(db: Session, municipality_id: uuid.UUID = EVERYBODY) -> None:
    """Notes that something changed for all people of a municipality, or of all of them."""
    mark(db, municipality_id, [EVERYBODY])


# ------------------------------------------------------------------ rounds that open


@dataclass(frozen=True, slots=True)
class Opened:
    """A round to copy to everybody of a shape; `step` counts on from the round before."""

    shape: int
    step: int
    round: Round


def find_first(
    db: Session, municipality_id: uuid.UUID, duties: Sequence[DutyFacts], today: dt.date
) -> None:
    """Fills the scratch table with people whose first round opens, and nothing special is known of
    them: no pause, no time away, no proof from before, nothing out of turn."""
    has_cycle = (
        sa.select(sa.literal(1))
        .where(*_same(Cycle, Assignment), Cycle.duty_id == Assignment.duty_id)
        .exists()
    )
    order = (Assignment.duty_id, Assignment.from_on, *_spread(Assignment, duties))
    query = sa.select(
        Assignment.municipality_id,
        Assignment.person_id,
        Assignment.duty_id,
        sa.literal(0),
        sa.func.dense_rank().over(order_by=order),
    ).where(
        Assignment.municipality_id == municipality_id,
        Assignment.duty_id.in_([duty.id for duty in duties]),
        Assignment.awaits_on <= today,
        Assignment.awaits_on == Assignment.from_on,
        Assignment.lapses_on.is_(None),
        Assignment.gaps.is_(None),
        ~has_cycle,
        *_plain_people(Assignment, Assignment.from_on, None),
    )
    _fill(db, query)


def find_next(
    db: Session, municipality_id: uuid.UUID, duties: Sequence[DutyFacts], today: dt.date
) -> None:
    """Fills the scratch table with people whose next round opens, when nothing special is known
    of them since the round before opened."""
    order = (*_shape(), *_spread(Cycle, duties))
    query = (
        sa.select(
            Cycle.municipality_id,
            Cycle.person_id,
            Cycle.duty_id,
            Cycle.number,
            sa.func.dense_rank().over(order_by=order),
        )
        .join(Assignment, sa.and_(*_same(Assignment, Cycle), Assignment.duty_id == Cycle.duty_id))
        .where(
            Cycle.municipality_id == municipality_id,
            Cycle.duty_id.in_([duty.id for duty in duties]),
            Cycle.closed_on.is_(None),
            Cycle.next_opens_on <= today,
            Assignment.lapses_on.is_(None),
            Assignment.gaps.is_(None),
            *_plain_people(Cycle, Cycle.opens_on, Cycle.next_opens_on),
        )
    )
    _fill(db, query)


def _shape() -> tuple[Any, ...]:
    """What the next round follows from; people who have this in common have it in common too."""
    return (
        Cycle.duty_id,
        Cycle.policy_version,
        Cycle.form,
        Cycle.next_opens_on,
        Cycle.next_due_on,
        Cycle.valid_until,
        Cycle.fulfilled_on.is_not(None).label("is_done"),
        Cycle.anchor_day,
        Cycle.keeps_until,
    )


def _spread(
    table: type[Assignment] | type[Cycle], duties: Sequence[DutyFacts]
) -> list[sa.ColumnElement[int]]:
    """By how many days somebody's date is spread, when any of these duties spreads."""
    whens = []
    for duty in duties:
        most = max(policy.spread_days for policy in duty.policies)
        if most:
            # policies that spread differently each need the number itself
            one = len({policy.spread_days for policy in duty.policies}) == 1
            bucket = _bucket(table.person_id)
            whens.append((table.duty_id == duty.id, bucket % (most + 1) if one else bucket))
    return [sa.case(*whens, else_=0)] if whens else []


def _bucket(person_id: Any) -> Any:
    """The first three hexadecimal digits of an id as a number: by it due dates are spread."""
    text = sa.func.lower(sa.cast(person_id, sa.String))
    digits = {digit: number for number, digit in enumerate("0123456789abcdef")}
    parts = [
        sa.case(digits, value=sa.func.substr(text, place, 1), else_=0) * 16 ** (3 - place)
        for place in (1, 2, 3)
    ]
    return parts[0] + parts[1] + parts[2]


def _same(one: Any, other: Any) -> tuple[sa.ColumnElement[bool], ...]:
    return (one.municipality_id == other.municipality_id, one.person_id == other.person_id)


def _plain_people(table: Any, since: Any, proof_since: Any) -> list[sa.ColumnElement[bool]]:
    """The conditions that nothing is known of somebody which only the rules can weigh. `since`:
    from when a pause or an opening matters; `proof_since`: from when proof does (None: always)."""

    def none(*where: Any) -> sa.ColumnElement[bool]:
        return ~sa.select(sa.literal(1)).where(*where).correlate(table).exists()

    proof = [] if proof_since is None else [Evidence.completed_on >= proof_since]
    return [
        none(*_same(Pause, table), Pause.until_on >= since),
        none(*_same(Evidence, table), Evidence.noted_on.is_(None)),
        none(
            *_same(Evidence, table),
            DutyContent.duty_id == table.duty_id,
            Evidence.content_kind == DutyContent.kind,
            Evidence.content_id == DutyContent.content_id,
            *proof,
        ),
        none(
            ExtraOpening.duty_id == table.duty_id,
            ExtraOpening.opens_on >= since,
            sa.or_(ExtraOpening.person_id.is_(None), ExtraOpening.person_id == table.person_id),
        ),
        none(
            RosterChange.municipality_id.in_([table.municipality_id, EVERYBODY]),
            RosterChange.person_id.in_([table.person_id, EVERYBODY]),
        ),
    ]


def _fill(db: Session, query: sa.Select[*tuple[Any, ...]]) -> None:
    db.execute(sa.delete(DUE))
    db.execute(sa.insert(DUE).from_select([column.name for column in DUE.columns], query))


def open_first(
    db: Session, duties: Mapping[uuid.UUID, DutyFacts], quiet: Quiet, today: dt.date
) -> int:
    """Opens the first rounds of whom `find_first` found; returns how many rounds."""
    query = (
        sa.select(
            DUE.c.shape, DUE.c.duty_id, Assignment.from_on, sa.func.min(_text(DUE.c.person_id))
        )
        .join(Assignment, sa.and_(*_same(Assignment, DUE.c), Assignment.duty_id == DUE.c.duty_id))
        .group_by(DUE.c.shape, DUE.c.duty_id, Assignment.from_on)
    )
    opened: list[Opened] = []
    for shape, duty_id, from_on, person in db.execute(query):
        duty = duties[duty_id]
        life = Life(from_on, calendar=Calendar(named=quiet), spread_by=uuid.UUID(person).int)
        chain = rules.lived(duty.policies, duty.asked, life, today)
        opened.extend(Opened(shape, round_.number, round_) for round_ in chain)
    number = _write(db, opened)
    db.execute(
        sa.update(Assignment)
        .where(*_same(Assignment, DUE.c), Assignment.duty_id == DUE.c.duty_id)
        .values(awaits_on=None)
        .execution_options(synchronize_session=False)
    )
    return number


def open_next(
    db: Session, duties: Mapping[uuid.UUID, DutyFacts], quiet: Quiet, today: dt.date
) -> int:
    """Opens the rounds of whom `find_next` found, and closes those before; returns how many were
    opened."""
    query = (
        sa.select(DUE.c.shape, *_shape(), sa.func.min(_text(DUE.c.person_id)).label("person"))
        .join(Cycle, _of_due())
        .group_by(DUE.c.shape, *_shape())
    )
    opened: list[Opened] = []
    for row in db.execute(query):
        opened.extend(_after(row, duties[row.duty_id], Calendar(named=quiet), today))
    number = _write(db, opened)
    closing = sa.case(
        (Cycle.fulfilled_on.is_(None), sa.literal(Closing.MISSED, Cycle.closing.type)),
        else_=sa.literal(Closing.FULFILLED, Cycle.closing.type),
    )
    db.execute(
        sa.update(Cycle)
        .where(_of_due(), Cycle.closed_on.is_(None))
        .values(closed_on=Cycle.next_opens_on, closing=closing)
        .execution_options(synchronize_session=False)
    )
    return number


def _text(person_id: Any) -> Any:
    return sa.cast(person_id, sa.String)


def _of_due() -> sa.ColumnElement[bool]:
    return sa.and_(
        *_same(Cycle, DUE.c), Cycle.duty_id == DUE.c.duty_id, Cycle.number == DUE.c.number
    )


def _after(row: Any, duty: DutyFacts, calendar: Calendar, today: dt.date) -> Iterator[Opened]:
    """The rounds that opened after the one of this shape, up to today, nothing having been done."""
    before = Round(
        0,
        row.policy_version,
        row.form,
        row.next_opens_on,
        row.next_opens_on,
        row.next_opens_on,
        anchor_day=row.anchor_day,
        keeps_until=row.keeps_until,
        fulfilled_on=row.next_opens_on if row.is_done else None,
        valid_until=row.valid_until,
        next_opens_on=row.next_opens_on,
        next_due_on=row.next_due_on,
    )
    policy = rules.policy_on(duty.policies, row.next_opens_on)
    spread_by = uuid.UUID(row.person).int
    first = rules.following(before, policy, calendar, spread_by)
    # What follows is a life that begins with this round: only its number differs.
    life = Life(
        first.opens_on,
        calendar=calendar,
        written=[replace(first, number=1)],
        spread_by=spread_by,
        anchor_day=first.anchor_day,
    )
    for round_ in rules.lived(duty.policies, duty.asked, life, today):
        yield Opened(row.shape, round_.number, round_)


OPENED: dict[str, Any] = {
    **dict.fromkeys(("shape", "step", "policy_version", "anchor_day"), sa.Integer()),
    **dict.fromkeys(("form", "closing"), sa.String()),
    **dict.fromkeys(
        ("opens_on", "due_on", "grace_until", "was_valid_until", "planned_on"), sa.Date()
    ),
    **dict.fromkeys(("next_opens_on", "next_due_on", "closed_on"), sa.Date()),
}
PLANNED: dict[str, Any] = {
    **dict.fromkeys(("shape", "step"), sa.Integer()),
    "kind": sa.String(),
    "planned_on": sa.Date(),
}


def _write(db: Session, opened: Sequence[Opened]) -> int:
    """Copies the rounds, and the reminders of those still to do, to everybody of their shapes."""
    if not opened:
        return 0
    dialect = db.get_bind().dialect.name
    taken = [name for name in OPENED if name not in ("shape", "step")]
    rows = [
        plain(shape=one.shape, step=one.step, **{name: getattr(one.round, name) for name in taken})
        for one in opened
    ]
    source = json_rows(dialect, "opened", OPENED, rows)
    keys = ("municipality_id", "person_id", "duty_id")
    query = sa.select(
        *(DUE.c[name] for name in keys),
        (DUE.c.number + source.c.step).label("number"),
        *(source.c[name] for name in taken),
        sa.literal(Cause.TURN.name),
        sa.literal(1),
    ).join(source, source.c.shape == DUE.c.shape)
    names = [*keys, "number", *taken, "cause", "least_version"]
    statement = insert_into(db, Cycle).from_select(names, query.order_by(*(DUE.c[k] for k in keys)))
    number = _count(
        db.execute(
            statement.on_conflict_do_nothing(), execution_options={"preserve_rowcount": True}
        )
    )
    plans = [
        plain(shape=one.shape, step=one.step, kind=kind, planned_on=day)
        for one in opened
        for kind, day in reminder_days(one.round)
    ]
    if plans:
        source = json_rows(dialect, "planned", PLANNED, plans)
        query = sa.select(
            *(DUE.c[name] for name in keys),
            DUE.c.number + source.c.step,
            source.c.kind,
            source.c.planned_on,
        ).join(source, source.c.shape == DUE.c.shape)
        names = [*keys, "number", "kind", "planned_on"]
        statement = insert_into(db, Reminder).from_select(
            names, query.order_by(*(DUE.c[k] for k in keys))
        )
        db.execute(statement.on_conflict_do_nothing())
    return number


def reminder_days(round_: Round) -> list[tuple[ReminderKind, dt.date]]:
    """The reminders of a round that opens, planned from its own dates; none when it is over."""
    if round_.fulfilled_on is not None or round_.closing is not None:
        return []
    days = {
        ReminderKind.OPENED: round_.opens_on,
        ReminderKind.TWO_WEEKS_LEFT: round_.due_on - 14 * rules.DAY,
        ReminderKind.OVERDUE: round_.due_on + rules.DAY,
    }
    return [(kind, max(day, round_.opens_on)) for kind, day in days.items()]


def found_by_duty(db: Session) -> dict[uuid.UUID, int]:
    """How many people the scratch table holds of each duty."""
    query = sa.select(DUE.c.duty_id, sa.func.count().label("number")).group_by(DUE.c.duty_id)
    return {row.duty_id: row.number for row in db.execute(query)}


def _count(result: Any) -> int:
    return max(int(result.rowcount), 0)
