"""Decides in which week, and in which month, how many people have something due or open."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from training.assignments.rules import DAY, Basis, Policy, Standing
from training.clock import add_months

WEEK = 7 * DAY
LATE = frozenset({Standing.OVERDUE, Standing.GRACE, Standing.EXPIRED})
OPEN_NOW = frozenset({Standing.OPEN, Standing.REFRESHER_OPEN, Standing.PAUSED})


@dataclass(frozen=True, slots=True)
class Stand:
    """So many people of one group (a municipality or a team) who stand alike under a duty."""

    duty_id: uuid.UUID
    group_id: uuid.UUID
    standing: Standing
    due_on: dt.date | None
    valid_until: dt.date | None
    people: int


@dataclass(frozen=True, slots=True)
class Coming:
    """So many people of one group for whom a round of a duty opens and is due."""

    duty_id: uuid.UUID
    group_id: uuid.UUID
    opens_on: dt.date | None
    due_on: dt.date
    people: int


def coming(
    stands: Iterable[Stand], policies: Mapping[uuid.UUID, Policy], today: dt.date, until: dt.date
) -> Iterator[Coming]:
    """The rounds that are due from today t/m `until`, as if everybody does each on its last day.
    Who is late already is not in it. `policies`: the newest of each duty."""
    for stand in stands:
        policy = policies[stand.duty_id]
        if stand.standing in OPEN_NOW and stand.due_on is not None:
            opens, due = None, stand.due_on
        elif stand.standing is Standing.VALID and stand.valid_until is not None:
            opens, due = _opening(stand.valid_until, policy, today), stand.valid_until
        else:
            continue
        while due <= until:
            if due >= today:
                yield Coming(stand.duty_id, stand.group_id, opens, due, stand.people)
            after = _next(due, policy)
            if after is None:
                break
            opens, due = _opening(after, policy, due + DAY), after


def _opening(due: dt.date, policy: Policy, earliest: dt.date) -> dt.date:
    return max(due - policy.window_days * DAY, earliest)


def _next(due: dt.date, policy: Policy) -> dt.date | None:
    if policy.validity_months is None:
        return None
    months = 12 if policy.basis is Basis.CALENDAR else policy.validity_months
    return add_months(due, months)


def late(stands: Iterable[Stand]) -> int:
    """How many are late, or have let it run out, now."""
    return sum(stand.people for stand in stands if stand.standing in LATE)


def monday(day: dt.date) -> dt.date:
    """The Monday of the week of a day."""
    return day - day.weekday() * DAY


@dataclass(frozen=True, slots=True)
class Week:
    """So many people have something due in the week from this Monday."""

    begins_on: dt.date
    people: int

    @property
    def ends_on(self) -> dt.date:
        """The Sunday."""
        return self.begins_on + 6 * DAY

    @property
    def number(self) -> int:
        """The number of the week (ISO 8601)."""
        return self.begins_on.isocalendar().week


def weeks(rounds: Iterable[Coming], today: dt.date, until: dt.date) -> list[Week]:
    """The weeks from today t/m `until`, also those in which nothing is due."""
    counted: Counter[dt.date] = Counter()
    for one in rounds:
        counted[monday(one.due_on)] += one.people
    first, last = monday(today), monday(until)
    count = (last - first).days // 7 + 1
    return [Week(first + n * WEEK, counted[first + n * WEEK]) for n in range(count)]


def months(today: dt.date, count: int = 12) -> list[dt.date]:
    """The first days of so many months, from this month on."""
    first = today.replace(day=1)
    return [add_months(first, number) for number in range(count)]


def by_month(rounds: Iterable[Coming], opening: bool) -> dict[dt.date, Counter[uuid.UUID]]:
    """How many people of each duty have a round that opens (or else: is due) in each month."""
    found: dict[dt.date, Counter[uuid.UUID]] = {}
    for one in rounds:
        day = one.opens_on if opening else one.due_on
        if day is not None:
            found.setdefault(day.replace(day=1), Counter())[one.duty_id] += one.people
    return found


def by_group(rounds: Iterable[Coming]) -> dict[uuid.UUID, Counter[dt.date]]:
    """How many people of each group have something due in each month."""
    found: dict[uuid.UUID, Counter[dt.date]] = {}
    for one in rounds:
        found.setdefault(one.group_id, Counter())[one.due_on.replace(day=1)] += one.people
    return found


def peak(found: Iterable[Week]) -> Week | None:
    """The fullest week; the first of several; None when nothing is due."""
    return max(
        (week for week in found if week.people),
        key=lambda week: (week.people, -week.begins_on.toordinal()),
        default=None,
    )
