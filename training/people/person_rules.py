"""Decides whether dates and positions of a person fit together."""

from __future__ import annotations

import datetime as dt

from training.access import Population
from training.people.rules import POPULATIONS, PositionKind, UnitKind

REPLACEMENT = dt.timedelta(weeks=16)  # Kieswet, art. X 10: temporary leave ends by itself
MOST_REPLACEMENTS = 3  # in one term, Kieswet, art. X 10
LARGE_SHARE, ALWAYS_SMALL = 0.05, 10  # who may end service in bulk without a second person
COUNCIL_KINDS = POPULATIONS[Population.COUNCIL]
COLLEGE_KINDS = POPULATIONS[Population.COLLEGE]


class PersonRefused(Exception):
    """What cannot be kept of a person; the message (Dutch) says why and what to do. `field` names
    the field of the form that it is about."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def check_service(joined_on: dt.date, left_on: dt.date | None) -> None:
    """Whether somebody leaves after joining."""
    if left_on is not None and left_on < joined_on:
        raise PersonRefused("De laatste dag ligt voor de eerste dag.", "left_on")


def check_place(kind: PositionKind, unit_kind: UnitKind) -> None:
    """Whether a position belongs to a unit: the council's in the council, the college's in the
    college, the clerk's in either the council or the staff."""
    if kind in COUNCIL_KINDS and unit_kind is not UnitKind.COUNCIL:
        raise PersonRefused(f"Een {kind.value} hoort bij de raad. Kies dat onderdeel.", "unit")
    if kind in COLLEGE_KINDS and unit_kind is not UnitKind.COLLEGE:
        raise PersonRefused(f"Een {kind.value} hoort bij het college.", "unit")
    politicians = COUNCIL_KINDS | COLLEGE_KINDS
    if unit_kind is UnitKind.COLLEGE and kind not in politicians:
        raise PersonRefused("Een medewerker hoort niet bij het college.", "unit")
    if unit_kind is UnitKind.COUNCIL and kind not in politicians | {PositionKind.CLERK}:
        raise PersonRefused("Bij de raad horen alleen raad, commissies en griffie.", "unit")


def check_position(
    from_on: dt.date, until_on: dt.date | None, joined_on: dt.date, left_on: dt.date | None
) -> None:
    """Whether a position lies within somebody's service."""
    if until_on is not None and until_on < from_on:
        raise PersonRefused("De laatste dag ligt voor de eerste dag.", "until_on")
    if from_on < joined_on:
        raise PersonRefused(
            f"Deze persoon is er pas vanaf {joined_on:%d-%m-%Y}. Kies die dag of een latere.",
            "from_on",
        )
    if left_on is not None and from_on > left_on:
        raise PersonRefused("Deze persoon is dan al uit dienst.", "from_on")


def needs_second_person(leaving: int, staff: int) -> bool:
    """Whether ending the service of so many at once is for the personnel file, that a second
    person confirms."""
    return leaving > ALWAYS_SMALL and leaving > LARGE_SHARE * staff


def replacement_until(from_on: dt.date, end_of_term: dt.date | None) -> dt.date:
    """The last day of a temporary replacement: sixteen weeks, or the end of the term if that comes
    first (Kieswet, art. X 12)."""
    last = from_on + REPLACEMENT - dt.timedelta(days=1)
    return last if end_of_term is None else min(last, end_of_term)
