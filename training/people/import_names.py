"""Decides when two names in a personnel file are the same: of a person, of a unit."""

from __future__ import annotations

import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol

from training.people.personnel_cells import whole_name

PREFIXES = ("team ", "afdeling ", "cluster ", "domein ", "bureau ", "sector ")


def folded(text: str) -> str:
    """A name without capitals, accents and double spaces."""
    if not text.isascii():
        marks = unicodedata.normalize("NFKD", text)
        text = "".join(mark for mark in marks if not unicodedata.combining(mark))
    return " ".join(text.casefold().split())


def folded_name(text: str) -> str:
    """The name of a person in one cell (`Smit, Theo`), as `folded` has it for Theo Smit."""
    return folded(" ".join(part for part in whole_name(text) if part))


def folded_unit(text: str) -> str:
    """The name of a unit, also without `team` or `afdeling` before it."""
    name = folded(text)
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


class UnitLike(Protocol):
    """What is needed of a unit to find it by name."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def parent_id(self) -> uuid.UUID | None: ...


class Units:
    """Finds units by the names in a file; `earlier` are names that units had before, or of units
    that were merged into them."""

    def __init__(
        self, units: Iterable[UnitLike], earlier: Iterable[tuple[str, uuid.UUID]] = ()
    ) -> None:
        self.by_id: dict[uuid.UUID, UnitLike] = {}
        self.by_name: dict[str, list[UnitLike]] = defaultdict(list)
        for unit in units:
            self.by_id[unit.id] = unit
            self.by_name[folded_unit(unit.name)].append(unit)
        renamed: dict[str, set[uuid.UUID]] = defaultdict(set)
        for name, unit_id in earlier:
            if folded_unit(name) not in self.by_name and unit_id in self.by_id:
                renamed[folded_unit(name)].add(unit_id)
        for folded_name_, ids in renamed.items():
            self.by_name[folded_name_] = [self.by_id[one] for one in sorted(ids)]
        self.found: dict[tuple[str, str], UnitLike | None] = {}

    def find(self, department: str, team: str) -> UnitLike | None:
        """The unit that these cells name: the team, or else the department. None when there is
        none, or when it could be more than one."""
        key = (department, team)
        if key not in self.found:
            self.found[key] = self._find(folded_unit(department), folded_unit(team))
        return self.found[key]

    def _find(self, department: str, team: str) -> UnitLike | None:
        candidates = self.by_name.get(team or department, [])
        if team and department and len(candidates) > 1:
            candidates = [unit for unit in candidates if department in self._above(unit)]
        return candidates[0] if len(candidates) == 1 else None

    def _above(self, unit: UnitLike) -> Sequence[str]:
        names = []
        parent = self.by_id.get(unit.parent_id) if unit.parent_id else None
        while parent is not None:
            names.append(folded_unit(parent.name))
            parent = self.by_id.get(parent.parent_id) if parent.parent_id else None
        return names

    def label(self, unit: UnitLike) -> str:
        """A unit with the one above it, to choose from: Dienstverlening: Team Burgerzaken."""
        parent = self.by_id.get(unit.parent_id) if unit.parent_id else None
        return f"{parent.name}: {unit.name}" if parent else unit.name
