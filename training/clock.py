"""Tells what time and what day it is: instants in UTC, days in Amsterdam."""

from __future__ import annotations

import datetime as dt
import functools
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY = dt.timedelta(days=1)


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


@functools.cache
def public_holidays(year: int) -> frozenset[dt.date]:
    """The days on which Dutch municipalities are closed. Source: Algemene termijnenwet art. 3,
    without Good Friday; Liberation Day as in the collective agreement."""
    easter = easter_sunday(year)
    kings_day = dt.date(year, 4, 27)
    if kings_day.weekday() == 6:
        kings_day -= DAY
    fixed = [(1, 1), (5, 5), (12, 25), (12, 26)]
    return frozenset(
        [
            kings_day,
            *(easter + days * DAY for days in (0, 1, 39, 49, 50)),
            *(dt.date(year, month, day) for month, day in fixed),
        ]
    )


def easter_sunday(year: int) -> dt.date:
    """Easter in the Gregorian calendar. Source: the anonymous algorithm of 1876 (Butcher)."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)
