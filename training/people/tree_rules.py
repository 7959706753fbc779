"""Decides what may happen to a unit of the tree, and when."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from training.people.rules import UnitKind

LASTING = frozenset({UnitKind.MUNICIPALITY, UnitKind.COUNCIL, UnitKind.COLLEGE})
"""Kinds that a municipality always has: they are renamed, but not moved or closed."""
OPENABLE = (UnitKind.DEPARTMENT, UnitKind.TEAM)
ABOVE = frozenset({UnitKind.MUNICIPALITY, UnitKind.DEPARTMENT, UnitKind.TEAM})
"""Under which kinds a department or a team can stand; at any depth."""
FURTHEST_BACK = dt.timedelta(days=731)


class TreeRefused(Exception):
    """What cannot be done to a unit; the message (Dutch) says why and what to do."""


@dataclass(frozen=True, slots=True)
class UnitNow:
    """A unit as the rules need it. `since` is the day from which it stands where it stands."""

    id: uuid.UUID
    municipality_id: uuid.UUID | None
    kind: UnitKind
    name: str
    parent_id: uuid.UUID | None
    since: dt.date
    closed_on: dt.date | None


def check_day(unit: UnitNow, on: dt.date, today: dt.date) -> None:
    """Whether something can happen to a unit on a day: not in the future, and not before what
    happened to it last."""
    if unit.closed_on is not None:
        raise TreeRefused("Dit onderdeel is gesloten. Er verandert niets meer aan.")
    if on > today:
        raise TreeRefused("Deze dag moet nog komen. Verander dit op de dag zelf.")
    if on < today - FURTHEST_BACK:
        raise TreeRefused("Deze dag is langer dan twee jaar geleden. Kies een latere dag.")
    if on < unit.since:
        raise TreeRefused(
            f"Dit onderdeel is voor het laatst veranderd op {unit.since:%d-%m-%Y}. "
            "Kies die dag of een latere."
        )


def check_place(unit: UnitNow, parent: UnitNow, below: Collection[uuid.UUID]) -> None:
    """Whether a unit may stand under another; `below` are the unit itself and all below it."""
    if unit.kind in LASTING or unit.kind not in OPENABLE:
        raise TreeRefused(f"Een onderdeel van de soort {unit.kind.value} blijft waar het staat.")
    if parent.id in below:
        raise TreeRefused("Een onderdeel kan niet onder zichzelf staan. Kies een ander.")
    if parent.municipality_id != unit.municipality_id or parent.kind not in ABOVE:
        raise TreeRefused("Kies een afdeling of team van dezelfde gemeente.")
    if parent.closed_on is not None:
        raise TreeRefused(f"{parent.name} is gesloten. Kies een ander onderdeel.")


def check_close(unit: UnitNow, people: int, open_below: int) -> None:
    """Whether a unit may be closed: nobody works there, and nothing stands below it."""
    if unit.kind in LASTING or unit.kind not in OPENABLE:
        raise TreeRefused(f"Een onderdeel van de soort {unit.kind.value} kan niet sluiten.")
    if people:
        raise TreeRefused(
            f"Hier {'werkt' if people == 1 else 'werken'} na die dag nog {people} "
            f"{'persoon' if people == 1 else 'personen'}. Verplaats ze eerst, of voeg dit "
            "onderdeel samen met een ander."
        )
    if open_below:
        raise TreeRefused("Er staan nog onderdelen onder. Verplaats of sluit die eerst.")


def check_merge(unit: UnitNow, into: UnitNow, below: Collection[uuid.UUID]) -> None:
    """Whether one unit may take the place of another."""
    if unit.id == into.id:
        raise TreeRefused("Kies een ander onderdeel dan dit.")
    check_place(unit, into, below)


@dataclass(frozen=True, slots=True)
class Node:
    """A unit in the tree of a page: how deep, and how many people (None: not told)."""

    id: uuid.UUID
    name: str
    kind: UnitKind
    depth: int
    people: int | None = None
    closed_on: dt.date | None = None


def in_order(
    places: Mapping[uuid.UUID, tuple[uuid.UUID | None, str, UnitKind]],
    people: Mapping[uuid.UUID, int],
) -> list[Node]:
    """The units from the top down, each under its parent and by name; `places` tells of each its
    parent, name and kind. Who has a parent that is not among them stands at the top."""
    order = list(UnitKind)
    children: dict[uuid.UUID | None, list[uuid.UUID]] = {}
    for unit_id, (parent_id, _, _) in places.items():
        children.setdefault(parent_id if parent_id in places else None, []).append(unit_id)
    found: list[Node] = []

    def walk(parent_id: uuid.UUID | None, depth: int) -> None:
        below = children.get(parent_id, [])
        for one in sorted(below, key=lambda u: (order.index(places[u][2]), places[u][1])):
            found.append(Node(one, places[one][1], places[one][2], depth, people.get(one, 0)))
            walk(one, depth + 1)

    walk(None, 0)
    return found
