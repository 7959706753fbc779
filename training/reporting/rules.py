"""Decides what the participation overview shows: its columns, its filters, what a cell may hold."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from training.assignments.rules import Standing


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of the overview. None or empty asks nothing; `as_of` is the reference date:
    what was (or, from the facts as now known, will be) true on that day."""

    as_of: dt.date
    unit_id: uuid.UUID | None = None
    audience: str = ""
    duty_id: uuid.UUID | None = None
    standing: Standing | None = None
    name: str = ""

    def in_words(self, unit: str = "", duty: str = "", audience: str = "") -> list[tuple[str, str]]:
        """The filters as a reader sees them, for beside an export."""
        return [
            ("Peildatum", self.as_of.strftime("%d-%m-%Y")),
            ("Onderdeel", unit or "alles"),
            ("Doelgroep", audience or "alle"),
            ("Verplichting", duty or "alle"),
            ("Status", self.standing.value if self.standing else "alle"),
            ("Naam", self.name or "alle"),
        ]


@dataclass(frozen=True, slots=True)
class Row:
    """One person under one duty on the reference date. Dates only: never a time of day, a score,
    a duration or a number of tries."""

    municipality: str
    unit: str
    name: str
    employee_number: str
    duty: str
    standing: Standing
    due_on: dt.date | None
    done_on: dt.date | None
    valid_until: dt.date | None
    municipality_id: uuid.UUID
    person_id: uuid.UUID

    def cells(self) -> tuple[str | dt.date | None, ...]:
        """The cells in the order of `COLUMNS`."""
        return (
            self.municipality,
            self.unit,
            self.name,
            self.employee_number,
            self.duty,
            self.standing.value,
            self.due_on,
            self.done_on,
            self.valid_until,
        )


COLUMNS = (
    "Gemeente",
    "Afdeling of team",
    "Naam",
    "Personeelsnummer",
    "Verplichting",
    "Status",
    "Doen voor",
    "Gedaan op",
    "Geldig tot en met",
)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_text(value: str) -> str:
    """A cell that no spreadsheet takes for a formula. Source: OWASP, CSV injection."""
    clean = value.replace("\x00", "")
    return f"'{clean}" if clean.startswith(DANGEROUS) else clean


def dutch(day: dt.date | None) -> str:
    """A date as Excel reads it in Dutch: 02-11-2026; empty when there is none."""
    return day.strftime("%d-%m-%Y") if day else ""


DEFINITIONS = (
    ("Wie tellen mee", "Iedereen die op de peildatum in dienst is en onder de verplichting valt."),
    ("open", "De eerste keer moet nog, en de datum is niet voorbij."),
    ("te laat", "De eerste keer moest al gedaan zijn."),
    ("geldig", "Gedaan, en nog geldig op de peildatum."),
    ("herhaling open", "Nog geldig; de opfrisser kan nu worden gedaan."),
    ("respijt", "Niet meer geldig, maar nog binnen de tijd die daarvoor staat."),
    ("verlopen", "Te lang geleden gedaan, en niet opnieuw."),
    ("vrijgesteld", "Hoeft dit niet te doen, met een reden en een einddatum."),
    ("gepauzeerd", "Tijdelijk afwezig; de datum schuift op."),
    ("toekomstig", "De verplichting begint later."),
)
