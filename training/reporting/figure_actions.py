"""Writes down how it stood on the first of each month, so that it is known when people are gone."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.access import Population
from training.reporting import figure_queries
from training.reporting.figure_rules import months_back
from training.reporting.models import FigureMonth

COLUMNS = ("municipality_id", "month", "population", "duty_id", "people", "good", "late")


def write_months(db: Session, today: dt.date) -> int:
    """Writes the months that are not written yet, a year back at most; returns how many rows. A
    month is frozen once it is written."""
    written = 0
    known = figure_queries.known_months(db)
    for month in months_back(today):
        if month in known:
            continue
        for group in (Population.STAFF, Population.COUNCIL, Population.COLLEGE):
            rows = figure_queries.month_rows(month, group)
            insert = sa.insert(FigureMonth).from_select(COLUMNS, rows)
            written += len(db.execute(insert.returning(FigureMonth.month)).all())
    return written
