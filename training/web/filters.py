"""Writes dates the Dutch way, for every template."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from training.clock import in_words


def install(app: Flask) -> None:
    """Gives the templates of `app` these filters."""
    app.add_template_filter(in_words, "dutch_date")
    app.add_template_filter(short_date)


def short_date(day: dt.date | None) -> str:
    """A date in figures, for a table: 02-11-2026; empty when there is none."""
    return day.strftime("%d-%m-%Y") if day else ""
