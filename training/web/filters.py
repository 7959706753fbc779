"""Writes dates and numbers the Dutch way, for every template."""

from __future__ import annotations

import datetime as dt

from flask import Flask

MONTHS = (
    "januari februari maart april mei juni juli augustus september oktober november december"
).split()


def install(app: Flask) -> None:
    """Gives the templates of `app` these filters."""
    app.add_template_filter(dutch_date)


def dutch_date(day: dt.date) -> str:
    """A date in words: 2 november 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
