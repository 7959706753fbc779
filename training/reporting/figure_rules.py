"""Decides how counts of people become figures: which may be shown, and what percentage they are."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from training.access import Population, Reach, covers, only
from training.assignments.rules import Standing
from training.clock import add_months
from training.reporting.rules import is_shown, share

LEFT_OUT = frozenset({Standing.EXEMPT, Standing.PAUSED, Standing.FUTURE})
LATE = frozenset({Standing.OVERDUE, Standing.EXPIRED})
FORECAST_MONTHS = 6
MONTHS_BACK = 12
NEWCOMER_MONTHS = 3


@dataclass(slots=True)
class Cell:
    """How many stand where, in one group. `people` is the least number of different people that
    can be in it (somebody with two duties counts once)."""

    people: int = 0
    whole: int = 0
    good: int = 0
    late: int = 0
    _per_duty: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, duty: str, standing: Standing, number: int) -> None:
        """Counts so many people with this standing under a duty."""
        self._per_duty[duty] += number
        self.people = max(self._per_duty.values())
        if standing in LEFT_OUT:
            return
        self.whole += number
        self.good += number if standing.counts_as_valid else 0
        self.late += number if standing in LATE else 0

    @property
    def percent(self) -> int:
        """The share that is up to date."""
        return share(self.good, self.whole)


@dataclass(frozen=True, slots=True)
class Counted:
    """One line of the counts: in which group (`first`, `second` are ids or names), under which
    duty, with which standing, how many."""

    part: str
    first: str
    duty_id: str
    standing: Standing
    number: int


def cells_of(
    lines: Iterable[Counted], part: str, columns: Mapping[str, frozenset[str]]
) -> dict[tuple[str, str], Cell]:
    """The cells of one part: (group, column) → cell, where `columns` says in which columns (of
    themes, or of duties) a duty stands."""
    found: dict[tuple[str, str], Cell] = defaultdict(Cell)
    for line in lines:
        if line.part == part:
            for column in columns.get(line.duty_id, frozenset()):
                found[line.first, column].add(line.duty_id, line.standing, line.number)
    return dict(found)


def together_of(
    lines: Iterable[Counted], apart: Mapping[tuple[str, str], Cell], least: int
) -> dict[str, Cell]:
    """All municipalities together, per duty: those large enough, unless what they add to the
    municipalities that are shown apart is about a few."""
    found: dict[str, Cell] = defaultdict(Cell)
    for line in lines:
        if line.part == "municipality":
            found[line.duty_id].add(line.duty_id, line.standing, line.number)
    hidden: dict[str, int] = defaultdict(int)
    for (_municipality, duty_id), cell in apart.items():
        hidden[duty_id] += 0 if is_shown(cell.people, least) else cell.people
    return {
        duty_id: cell
        for duty_id, cell in found.items()
        if is_shown(cell.people, least) and not 0 < hidden[duty_id] < least
    }


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of cells: rows by label, columns by label; None where nothing may be shown, or where
    nobody is. `hidden` counts the first kind."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]
    hidden: int


def grid(
    cells: Mapping[tuple[str, str], Cell],
    row_labels: Mapping[str, str],
    column_labels: Mapping[str, str],
    least: int,
) -> Grid:
    """The cells that may be shown to somebody for whom counts begin at `least`, by label. Rows and
    columns without anything to show are left out."""
    shown = {key: cell for key, cell in cells.items() if is_shown(cell.people, least)}
    columns = [c for c in column_labels if any(key[1] == c for key in shown)]
    keys = sorted({key[0] for key in shown}, key=lambda key: (row_labels.get(key, key), key))
    return Grid(
        tuple(column_labels[c] for c in columns),
        tuple(
            (row_labels.get(key, key), tuple(shown.get((key, c)) for c in columns)) for key in keys
        ),
        len(cells) - len(shown),
    )


def sees_names(names: Reach, counted: Reach) -> bool:
    """Whether who may count these people may also see the names of all of them."""
    return bool(counted) and covers(names, counted)


def groups_of(reach: Reach) -> list[Population]:
    """The populations that can be counted apart: staff, the council, the college."""
    held = {population for grant in reach for population in grant.populations}
    apart = (Population.STAFF, Population.COUNCIL, Population.COLLEGE)
    return [one for one in apart if one in held]


def reach_of_group(reach: Reach, group: Population) -> Reach:
    """The part of a reach that is about one population. Management is staff."""
    return only(reach, {group})


def months_ahead(day: dt.date) -> list[dt.date]:
    """The first days of this month and of the months of the forecast."""
    first = day.replace(day=1)
    return [add_months(first, number) for number in range(FORECAST_MONTHS + 1)]


def months_back(day: dt.date) -> list[dt.date]:
    """The first days of the last months, this one last."""
    first = day.replace(day=1)
    return [add_months(first, number - MONTHS_BACK) for number in range(MONTHS_BACK + 1)]
