"""Decides at the moment of sending what becomes of a planned reminder, and when digests go out."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass

from training.assignments.rules import DAY, ReminderKind, Round, Standing

NOT_UNDER = frozenset({Standing.LAPSED, Standing.MISSED, Standing.EXEMPT})
REST = 7 * DAY  # at most one digest in this time for one person
TWO_WEEKS = 14 * DAY


class Fate(enum.Enum):
    """What becomes of a reminder; all but the first two end it for ever."""

    TELL = "in overzicht"
    WAIT = "wacht"
    NO_ADDRESS = "geen e-mailadres"
    LEFT = "uit dienst"
    NOT_ASKED = "niet meer nodig"
    DONE = "gedaan"
    WITHDRAWN = "niet meer aangeboden"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom a reminder is for, as far as mail cares."""

    email: str | None
    left_on: dt.date | None


def fate(
    kind: ReminderKind,
    number: int,
    receiver: Receiver,
    standing: Standing | None,
    current: Round | None,
    published: bool,
    today: dt.date,
) -> Fate:
    """What becomes of the reminder of a kind about cycle `number`, given how the person stands
    under the duty today (None: not any more) with the newest cycle, and whether any of the
    content is still published."""
    if receiver.left_on is not None and receiver.left_on < today:
        return Fate.LEFT
    if not receiver.email:
        return Fate.NO_ADDRESS
    if standing is None or current is None or standing in NOT_UNDER:
        return Fate.NOT_ASKED
    if standing is Standing.PAUSED:
        return Fate.WAIT  # a pause holds mail back
    if number < current.number:
        return Fate.NOT_ASKED  # a newer cycle has its own reminders
    if not standing.asks_for_work:
        return Fate.DONE
    if not published:
        return Fate.WITHDRAWN
    return Fate.TELL if _is_time(kind, current, today) else Fate.WAIT


def _is_time(kind: ReminderKind, current: Round, today: dt.date) -> bool:
    """Whether it is time yet, by the dates as they are now: a date may have moved since the
    reminder was planned."""
    if kind is ReminderKind.OVERDUE:
        return today > current.due_on
    if kind is ReminderKind.TWO_WEEKS_LEFT:
        return today >= max(current.due_on - TWO_WEEKS, current.opens_on)
    return today >= current.opens_on


@dataclass(slots=True)
class TeamCounts:
    """How many people of a team stand where; somebody with two duties counts once, at the worst."""

    good: int = 0
    busy: int = 0
    late: int = 0

    @property
    def people(self) -> int:
        """Everybody who is asked anything."""
        return self.good + self.busy + self.late


def team_lines(counts: TeamCounts) -> list[str]:
    """The counts in words, for a mail: no names."""
    said = [
        (counts.good, "is op orde", "zijn op orde"),
        (counts.busy, "heeft nog tijd", "hebben nog tijd"),
        (counts.late, "is te laat", "zijn te laat"),
    ]
    return [
        f"- 1 persoon {one}" if number == 1 else f"- {number} mensen {many}"
        for number, one, many in said
        if number
    ]


def month_of(today: dt.date) -> str:
    """The month in which a team lead gets one digest: 2026-11."""
    return f"{today:%Y-%m}"
