"""Decides on which days a fixed item is, and which dilemma is its turn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from training.clock import AMSTERDAM, add_months, public_holidays
from training.content.classes import Dilemma

AHEAD = 3  # months that are planned
WEEK = dt.timedelta(days=7)
WEEKS = {1: "eerste", 2: "tweede", 3: "derde", 4: "vierde"}
WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag")


def day_in(month: dt.date, week: int, weekday: int) -> dt.date:
    """The so-maniest weekday (Monday is 0) of a month. On a public holiday nobody meets: then it
    is a week later, or in the same month a week earlier."""
    first = month.replace(day=1)
    ahead = (weekday - first.weekday()) % 7
    day = first + dt.timedelta(days=ahead + 7 * (week - 1))
    around = (day, day + WEEK, day - WEEK, day - 2 * WEEK)
    return next(d for d in around if d.month == day.month and d not in public_holidays(d.year))


def days_ahead(
    week: int, weekday: int, from_on: dt.date, until_on: dt.date | None, today: dt.date
) -> list[dt.date]:
    """The days of a fixed item from today on, this month and the next ones."""
    start = max(from_on, today)
    months = [add_months(start.replace(day=1), number) for number in range(AHEAD)]
    days = [day_in(month, week, weekday) for month in months]
    return [day for day in days if day >= start and (until_on is None or day <= until_on)]


def moment(day: dt.date, time: dt.time) -> dt.datetime:
    """The instant of a Dutch time on a day."""
    return dt.datetime.combine(day, time, AMSTERDAM).astimezone(dt.UTC)


def next_dilemma(
    dilemmas: Iterable[Dilemma], audience: str, chosen: Sequence[str]
) -> Dilemma | None:
    """The dilemma whose turn it is: for this audience, and not chosen before (`chosen`, the
    oldest first). When all were, the one that is longest ago. None: there is none for them."""
    fitting = sorted((d for d in dilemmas if audience in d.audiences), key=lambda d: d.id)
    unplayed = [d for d in fitting if d.id not in chosen]
    if unplayed:
        return unplayed[0]
    last = {slug: place for place, slug in enumerate(chosen)}
    return min(fitting, key=lambda d: last[d.id], default=None)
