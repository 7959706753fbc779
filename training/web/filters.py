"""Writes dates the Dutch way, for every template."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from training.clock import AMSTERDAM, in_words


def install(app: Flask) -> None:
    """Gives the templates of `app` these filters."""
    app.add_template_filter(in_words, "dutch_date")
    app.add_template_filter(short_date)
    app.add_template_filter(dutch_moment)


def short_date(day: dt.date | None) -> str:
    """A date in figures, for a table: 02-11-2026; empty when there is none."""
    return day.strftime("%d-%m-%Y") if day else ""


def dutch_moment(instant: dt.datetime) -> str:
    """An aware instant in Dutch time: 2 november 2026, 19.30 uur."""
    local = instant.astimezone(AMSTERDAM)
    return f"{in_words(local.date())}, {local:%H.%M} uur"
