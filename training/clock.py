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


def add_months(day: dt.date, months: int, anchor_day: int | None = None) -> dt.date:
    """`day` moved by a number of months. Clamps to the end of the month (29-02 → 28-02), and
    keeps the anchor day, so that a monthly 31st does not drift to the 28th for ever."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (dt.date(year + month // 11, (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(anchor_day or day.day, last))


MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus"),
    *("september", "oktober", "november", "december"),
)


def in_words(day: dt.date) -> str:
    """A date in Dutch words: 2 november 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def date_or_none(text: str) -> dt.date | None:
    """The date that a part of an address says (2026-11-02), or None when it says none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
