"""Decides what the half-yearly report tells: its period, its figures, and which may be shown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from training.assignments.rules import Standing
from training.clock import add_months

DAY = dt.timedelta(days=1)
LEFT_OUT = frozenset({Standing.EXEMPT, Standing.PAUSED, Standing.FUTURE})
LATE = frozenset({Standing.OVERDUE, Standing.EXPIRED})
SLUG = re.compile(r"(20\d\d)-([12])")


@dataclass(frozen=True, slots=True)
class Period:
    """Six months (both days included); the last day is the reference date."""

    from_on: dt.date
    as_of: dt.date

    @property
    def slug(self) -> str:
        """A half year in an address: 2026-2; empty for other six months."""
        if (self.as_of.month, self.as_of.day) == (6, 30):
            return f"{self.as_of.year}-1"
        return f"{self.as_of.year}-2" if (self.as_of.month, self.as_of.day) == (12, 31) else ""

    @property
    def name(self) -> str:
        """What the half year is called."""
        which = {"1": "eerste", "2": "tweede"}.get(self.slug[-1:], "")
        return f"{which} half jaar van {self.as_of.year}" if which else "zes maanden"


def until(as_of: dt.date) -> Period:
    """The six months that end on a day."""
    return Period(add_months(as_of + DAY, -6), as_of)


def last_ended(today: dt.date) -> Period:
    """The half year that ended last: its report is made in January or July."""
    if today.month > 6:
        return until(dt.date(today.year, 6, 30))
    return until(dt.date(today.year - 1, 12, 31))


def period_of(slug: str) -> Period | None:
    """The half year of an address; None when it is none."""
    found = SLUG.fullmatch(slug)
    if found is None:
        return None
    year = int(found[1])
    return until(dt.date(year, 6, 30) if found[2] == "1" else dt.date(year, 12, 31))


@dataclass(frozen=True, slots=True)
class Cell:
    """How many people of an audience, asked something about a theme, stand where."""

    theme: str
    audience: str
    people: int
    good: int
    late: int

    @property
    def busy(self) -> int:
        """Who is neither up to date nor late."""
        return self.people - self.good - self.late

    @property
    def percent(self) -> int:
        """The share that is up to date, in whole percents."""
        return round(100 * self.good / self.people) if self.people else 0


@dataclass(frozen=True, slots=True)
class TookPart:
    """How many different people completed something about a theme in the period."""

    theme: str
    people: int


@dataclass(frozen=True, slots=True)
class Held:
    """How many meetings of a kind were held in the period, and how many were present in all;
    `present` is None where it may not be shown."""

    kind: str
    meetings: int
    present: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a report. `asked` are the people who were asked anything, `left_out` who were
    so too but are away or exempted; None where it may not be shown. `hidden` counts the groups
    that are too small."""

    cells: tuple[Cell, ...]
    took_part: tuple[TookPart, ...]
    held: tuple[Held, ...]
    asked: int | None
    left_out: int | None
    hidden: int = 0


def shown(figures: Figures, least: int) -> Figures:
    """What may be shown when groups count from `least` people. Showing it again with the same or a
    lower number changes nothing."""
    cells = tuple(cell for cell in figures.cells if cell.people >= least)
    took_part = tuple(one for one in figures.took_part if one.people >= least)
    return Figures(
        cells,
        took_part,
        tuple(Held(one.kind, one.meetings, _from(one.present, least)) for one in figures.held),
        _from(figures.asked, least),
        _from(figures.left_out, least),
        figures.hidden + len(figures.cells) - len(cells) + len(figures.took_part) - len(took_part),
    )


def _from(number: int | None, least: int) -> int | None:
    return number if number is not None and number >= least else None


def as_kept(figures: Figures) -> dict[str, Any]:
    """The figures as the database holds them."""
    return {
        "cells": [[c.theme, c.audience, c.people, c.good, c.late] for c in figures.cells],
        "took_part": [[one.theme, one.people] for one in figures.took_part],
        "held": [[one.kind, one.meetings, one.present] for one in figures.held],
        "asked": figures.asked,
        "left_out": figures.left_out,
        "hidden": figures.hidden,
    }


def from_kept(kept: Mapping[str, Any]) -> Figures:
    """The figures that the database held."""
    return Figures(
        tuple(Cell(*row) for row in kept["cells"]),
        tuple(TookPart(*row) for row in kept["took_part"]),
        tuple(Held(*row) for row in kept["held"]),
        kept["asked"],
        kept["left_out"],
        kept["hidden"],
    )


def differences(before: Figures, now: Figures) -> int:
    """How many figures of a report that was kept come out otherwise when it is made again: what
    was corrected or erased since."""
    old = {(cell.theme, cell.audience): cell for cell in before.cells}
    new = {(cell.theme, cell.audience): cell for cell in now.cells}
    taken = {one.theme: one.people for one in before.took_part}
    takes = {one.theme: one.people for one in now.took_part}
    return sum(old.get(key) != new.get(key) for key in old.keys() | new.keys()) + sum(
        taken.get(key) != takes.get(key) for key in taken.keys() | takes.keys()
    )


def step(cell: Cell, before: Iterable[Cell]) -> str:
    """How the share moved since the report before, in words; empty when there is none."""
    earlier = next(
        (b for b in before if (b.theme, b.audience) == (cell.theme, cell.audience)), None
    )
    if earlier is None:
        return ""
    points = cell.percent - earlier.percent
    return "gelijk" if points == 0 else f"{points:+d} procentpunt".replace("-", "−")


DEFINITIONS = (
    (
        "Peildatum",
        "De dag waarop we tellen. Wat daarna gebeurde, telt niet mee. Wat daarna is verbeterd of "
        "gewist, wel: daarom kan een rapport dat je opnieuw maakt iets anders tellen.",
    ),
    (
        "Mensen",
        "Iedereen die op de peildatum in dienst is (of in raad, commissie of college zit), bij de "
        "doelgroep hoort, en iets moet doen over het thema. Wie twee keer bij een doelgroep hoort, "
        "telt één keer. Wie weg is of is vrijgesteld, telt niet mee.",
    ),
    (
        "Op orde",
        "Wie alles heeft gedaan wat over het thema moet, als dat op de peildatum nog gold.",
    ),
    (
        "Te laat of verlopen",
        "Wie iets over het thema niet op tijd deed, of te lang geleden.",
    ),
    (
        "Nog bezig",
        "Wie niet op orde is, maar nog tijd heeft.",
    ),
    (
        "Deden mee",
        "Hoeveel verschillende mensen in dit half jaar iets over het thema afrondden: een module, "
        "een dilemma of een bijeenkomst. Ook wie het niet hoefde.",
    ),
    (
        "Bijeenkomsten",
        "Wat in dit half jaar is gehouden, voor de gemeente of een deel ervan. ‘Aanwezig’ telt "
        "iedereen bij elke bijeenkomst, ook gasten.",
    ),
    (
        "Kleine groepen",
        "Een groep van minder dan {least} mensen laten we weg. Iemand kan bij meer doelgroepen "
        "horen. Tel doelgroepen dus niet op.",
    ),
)
