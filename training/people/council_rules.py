"""Decides what a new term or a replacement does to the seats of a council."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from training.people.personnel_cells import email_of, whole_name
from training.people.rules import PositionKind

DAY = dt.timedelta(days=1)
LONGEST_LIST = 100
PREFIX = re.compile(r"^\s*(?:\d+[.)]\s*)?")


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody who gets a seat."""

    given_name: str
    infix: str
    family_name: str
    faction: str
    email: str | None
    kind: PositionKind

    @property
    def name(self) -> str:
        """The name as one writes it."""
        return " ".join(part for part in (self.given_name, self.infix, self.family_name) if part)


def members_in(text: str, kind: PositionKind) -> list[NewMember]:
    """The people that somebody typed one a line: `Noor van Dam; Lokaal Belang; noor@raad.example`.
    Raises `ValueError` (Dutch) that names the line which cannot be read."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        parts = [" ".join(part.split()) for part in PREFIX.sub("", line).split(";")]
        name = whole_name(parts[0])
        faction = parts[1] if len(parts) > 1 else ""
        try:
            email = email_of(parts[2]) if len(parts) > 2 else None
        except ValueError:
            email = ""
        too_long = max(len(name.given), len(name.infix) * 2, len(name.family) * 2 // 3) > 80
        if email == "" or not name.given or not name.family or len(parts) > 3 or too_long:
            raise ValueError(
                f"‘{line.strip()[:60]}’ begrijpen we niet. "
                "Schrijf bijvoorbeeld: Noor van Dam; Lokaal Belang; noor@raad.nl"
            )
        found.append(NewMember(name.given, name.infix, name.family, faction[:80], email, kind))
    if len(found) > LONGEST_LIST:
        raise ValueError(f"Dit zijn er meer dan {LONGEST_LIST}. Kijk de lijst na.")
    return found


def check_term(from_on: dt.date, last_from_on: dt.date | None, today: dt.date) -> None:
    """Whether a term can begin on a day. Raises `ValueError` (Dutch)."""
    if last_from_on is not None and from_on <= last_from_on:
        raise ValueError(f"De raad van nu begon op {last_from_on:%d-%m-%Y}. Kies een latere dag.")
    if not today - dt.timedelta(days=366) <= from_on <= today + dt.timedelta(days=366):
        raise ValueError("Kies een dag binnen een jaar van vandaag.")
