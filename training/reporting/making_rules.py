"""Decides how far a report is, when it goes to the background, and when a saved view is mailed."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from typing import Any

from training.access import Grant, Population, Reach
from training.clock import add_months

AT_ONCE = 4_000  # rows of a spreadsheet that are made within two seconds, while somebody waits
KEPT_FOR = dt.timedelta(hours=24)
ABANDONED_AFTER = dt.timedelta(minutes=30)  # a worker that stopped: somebody else begins again


class ReportState(enum.Enum):
    """How far a report is."""

    WAITING = "wacht"
    MAKING = "wordt gemaakt"
    COUNTING = "wordt geteld"
    READY = "klaar"
    GONE = "bestand verwijderd"
    FAILED = "mislukt"


class Rhythm(enum.Enum):
    """How often a link to a saved view is mailed."""

    NEVER = "niet"
    WEEKLY = "elke week"
    MONTHLY = "elke maand"
    QUARTERLY = "elk kwartaal"


def next_on(rhythm: Rhythm, today: dt.date) -> dt.date | None:
    """The first day after `today` on which a view is mailed: a Monday, or the first of a month or
    of a quarter; None: never."""
    if rhythm is Rhythm.WEEKLY:
        return today + dt.timedelta(days=7 - today.weekday())
    if rhythm is Rhythm.NEVER:
        return None
    first = today.replace(day=1)
    months = 1 if rhythm is Rhythm.MONTHLY else 3 - (today.month - 1) % 3
    return add_months(first, months)


def reach_kept(reach: Reach) -> dict[str, Any]:
    """A reach as JSON holds it."""
    return {str(g.unit_id): sorted(p.name for p in g.populations) for g in reach}


def reach_from(kept: Mapping[str, Any]) -> Reach:
    """The reach that `reach_kept` wrote."""
    return frozenset(
        Grant(uuid.UUID(unit), frozenset(Population[name] for name in names))
        for unit, names in kept.items()
    )
