"""Decides how a number of people is shown to somebody who may not see names."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

REST = "Kleinere onderdelen samen"


def shown(number: int, least: int) -> str:
    """A number of people in words: the number itself from `least` on, and nobody is nobody."""
    return str(number) if number >= least or number == 0 else f"minder dan {least}"


def people(number: int, least: int) -> str:
    """The same with the noun: 1 persoon, 12 mensen, minder dan 10 mensen."""
    return f"{shown(number, least)} {'persoon' if number == 1 and least <= 1 else 'mensen'}"


@dataclass(frozen=True, slots=True)
class UnitCount:
    """How many people of one unit something is about."""

    name: str
    number: int


def by_unit(
    counts: Mapping[uuid.UUID, int], names: Mapping[uuid.UUID, str], least: int
) -> list[UnitCount]:
    """The counts by unit, the largest first. Units below `least` go together in one line, which
    is left out when it is too small itself, or when it would tell on a single unit."""
    large = [(names[u], n) for u, n in counts.items() if n >= least]
    small = [n for n in counts.values() if n < least]
    lines = [UnitCount(*pair) for pair in sorted(large, key=lambda pair: (-pair[1], pair[0]))]
    if len(small) > 1 and sum(small) >= least:
        lines.append(UnitCount(REST, sum(small)))
    return lines
