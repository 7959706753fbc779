"""Decides what a new duty, or a change of one, does to the people under it: how many, and when."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from training.assignments.rules import Calendar, Policy, first_round
from training.clock import MONTHS, in_words
from training.desk.sample_rules import first_mail_on


@dataclass(frozen=True, slots=True)
class Starter:
    """Somebody for whom a new duty begins. `number` stays the same for that person."""

    number: int
    unit_id: uuid.UUID
    from_on: dt.date


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new duty does: how many people in which unit, and the dates of their first round.
    The dates are None when it is about nobody."""

    people: int
    by_unit: dict[uuid.UUID, int]
    opens_first: dt.date | None = None
    due_first: dt.date | None = None
    due_last: dt.date | None = None
    mail_on: dt.date | None = None


def opening(
    policy: Policy, calendar: Calendar, starters: Sequence[Starter], today: dt.date
) -> Opening:
    """What switching on a duty does, by the same rules as the nightly job."""
    by_unit = Counter(starter.unit_id for starter in starters)
    if not starters:
        return Opening(0, {})
    rounds = [
        first_round(policy, max(starter.from_on, policy.from_on), calendar, starter.number)
        for starter in starters
    ]
    opens = min(round_.opens_on for round_ in rounds)
    return Opening(
        people=len(starters),
        by_unit=dict(by_unit),
        opens_first=opens,
        due_first=min(round_.due_on for round_ in rounds),
        due_last=max(round_.due_on for round_ in rounds),
        mail_on=first_mail_on(opens, calendar, today),
    )


@dataclass(frozen=True, slots=True)
class Move:
    """How many people go from one due date to another; None: no date."""

    before: dt.date | None
    after: dt.date | None
    people: int


def moves(pairs: Iterable[tuple[dt.date | None, dt.date | None]]) -> list[Move]:
    """The dates that change, the earliest first; who keeps the date is not in it."""
    counted = Counter(pair for pair in pairs if pair[0] != pair[1])
    found = [Move(before, after, number) for (before, after), number in counted.items()]
    return sorted(found, key=lambda m: (m.before or dt.date.max, m.after or dt.date.max))


MOST_LINES = 15  # dates one by one; with more, they are told by month


def move_lines(found: Sequence[Move], least: int) -> tuple[list[tuple[str, str, int]], int]:
    """The moves in words (from, to, people), by month when they are many; and how many people are
    in lines below `least`, which are left out."""
    if len(found) <= MOST_LINES:
        lines = [(_day(move.before), _day(move.after), move.people) for move in found]
    else:
        counted: Counter[tuple[str, str]] = Counter()
        for move in found:  # in order of date, so the months come in order too
            counted[_month(move.before), _month(move.after)] += move.people
        lines = [(before, after, people) for (before, after), people in counted.items()]
    shown = [line for line in lines if line[2] >= least]
    return shown, sum(line[2] for line in lines) - sum(line[2] for line in shown)


def _day(day: dt.date | None) -> str:
    return "geen datum" if day is None else in_words(day)


def _month(day: dt.date | None) -> str:
    return "geen datum" if day is None else f"{MONTHS[day.month - 1]} {day.year}"
