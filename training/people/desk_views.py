"""Tells the pages about people what the visitor may see and change, and which tabs there are."""

from __future__ import annotations

import uuid

from flask import abort, request, url_for

from training.access import Permission, Population, Reach
from training.people import queries, tree_queries
from training.people.models import Unit
from training.people.rules import POPULATIONS, PositionKind, UnitKind
from training.web.doors import reach, visitor
from training.web.request_db import db

TABS = (
    ("Personen", "persons.show_persons", Permission.READ_PERSONS),
    ("Organisatie", "tree.show_tree", Permission.READ_PERSONS),
    ("Doelgroepen", "audiences.show_audiences", Permission.MANAGE_PERSONS),
)


PERSONNEL_TAB = ("Personeelsbestand", "personnel.show_uploads")
COUNCIL_TAB = ("Raad", "council.show_council")


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """The pages about people that this visitor may open: label, address, whether it is this."""
    found = [(label, endpoint) for label, endpoint, needed in TABS if visitor().may(needed)]
    if Population.STAFF in populations_of(managed()):
        found.append(PERSONNEL_TAB)
    if Population.COUNCIL in populations_of(readable()):
        found.append(COUNCIL_TAB)
    return [(label, url_for(endpoint), label == current) for label, endpoint in found]


def managed() -> Reach:
    """Whom the visitor may add and change."""
    return reach(Permission.MANAGE_PERSONS)


def readable() -> Reach:
    """Whom the visitor may see."""
    return reach(Permission.READ_PERSONS)


def populations_of(within: Reach) -> frozenset[Population]:
    """All populations in a reach."""
    return frozenset(one for grant in within for one in grant.populations)


def kinds_within(within: Reach) -> list[PositionKind]:
    """The kinds of position in a reach, in the order of the list."""
    own = {kind for one in populations_of(within) for kind in POPULATIONS[one]}
    return [kind for kind in PositionKind if kind in own]


def municipalities(within: Reach) -> list[Unit]:
    """The municipalities that a reach touches."""
    return queries.municipalities_below(db(), [grant.unit_id for grant in within])


def chosen_municipality(within: Reach) -> Unit:
    """The municipality in the address (`gemeente`), or the visitor's own, or the first."""
    found = municipalities(within)
    asked = request.args.get("gemeente", type=uuid.UUID)
    if not found or (asked and asked not in {unit.id for unit in found}):
        abort(404)
    wanted = asked or visitor().municipality_id
    return next((unit for unit in found if unit.id == wanted), found[0])


def units_to_choose(within: Reach, municipality_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """The open units of a municipality in which the visitor may place people, in words."""
    units = tree_queries.open_units(db(), municipality_id)
    reached = queries.unit_ids_below(db(), [grant.unit_id for grant in within])
    own = populations_of(within)
    politics = {Population.COUNCIL: UnitKind.COUNCIL, Population.COLLEGE: UnitKind.COLLEGE}
    shut = {kind for population, kind in politics.items() if population not in own}
    if Population.STAFF not in own:
        shut |= {UnitKind.MUNICIPALITY, UnitKind.DEPARTMENT, UnitKind.TEAM}
    elif UnitKind.COUNCIL in shut:
        shut.discard(UnitKind.COUNCIL)  # the griffie is staff, and works for the council
    labels = tree_queries.labels_of(units)
    kinds = {unit.id: unit.kind for unit in units}
    return {
        one: words for one, words in labels.items() if one in reached and kinds[one] not in shut
    }
