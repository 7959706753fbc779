"""Decides on which dates a message of the programme goes out, and until when it still may."""

from __future__ import annotations

import datetime as dt

from training.clock import add_months

STILL = dt.timedelta(days=28)
"""For so long after its date a message still goes to who could not get it then: in a quiet time,
during a pause, or while the job did not run. After it, it would be a surprise."""
MOST_TIMES = 12


def dates(first_on: dt.date, every_months: int, times: int) -> list[dt.date]:
    """The dates of a message that is repeated: so many, each some months after the one before. The
    31st of a month is the last day of a shorter one."""
    count = times if every_months else 1
    return [add_months(first_on, number * every_months, first_on.day) for number in range(count)]


def may_go(send_on: dt.date, today: dt.date) -> bool:
    """Whether a message of this date may go out today."""
    return send_on <= today <= send_on + STILL


def state(send_on: dt.date, reached: int, stopped_at: dt.datetime | None, today: dt.date) -> str:
    """How far a date of a message is, in words."""
    if reached:
        return "uitgegaan"
    if stopped_at is not None:
        return "gestopt"
    return "komt nog" if today <= send_on + STILL else "had niemand om naar toe te gaan"


def earliest(today: dt.date) -> dt.date:
    """The earliest date of which a message may still go out today."""
    return today - STILL
