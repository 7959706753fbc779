"""Tells what time and what day it is: instants in UTC, days in Amsterdam."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> dt.datetime:
    """This instant, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def local_date(instant: dt.datetime) -> dt.date:
    """The Dutch calendar day on which an aware instant falls (23:59 and 00:01 differ by a day,
    also when the clock changes)."""
    return instant.astimezone(AMSTERDAM).date()


def today() -> dt.date:
    """The Dutch calendar day of this instant."""
    return local_date(now())
