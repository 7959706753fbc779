"""Tells the pages of the desk at which nodes the visitor runs the programme, and for whom."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import abort, url_for

from training.access import LEAST_TO_COUNT, Permission, Population, Reach, covers
from training.desk import queries
from training.people.models import Unit
from training.web.doors import reach, visitor
from training.web.request_db import db


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the tree at which the visitor decides, and for which populations."""

    path: tuple[Unit, ...]
    populations: frozenset[Population]

    @property
    def unit(self) -> Unit:
        """The node itself."""
        return self.path[-1]


def managed() -> Reach:
    """Where and for whom the visitor runs duties."""
    return reach(Permission.MANAGE_DUTIES)


def place_at(unit_id: uuid.UUID) -> Place:
    """The node, when it lies within the visitor's reach; else 404."""
    path = tuple(queries.path_of(db(), unit_id))
    populations = queries.populations_at(path, managed())
    if not populations:
        abort(404)
    return Place(path, populations)


def own_node() -> uuid.UUID:
    """The highest node at which the visitor runs the programme; else 404."""
    found = queries.nodes(db(), managed())
    if not found:
        abort(404)
    return found[0].id


def least_to_count() -> int:
    """From how many people the visitor sees a count: whoever may see the names sees all."""
    names = reach(Permission.SEE_PERSONS_STATUS)
    return 1 if covers(names, managed()) else LEAST_TO_COUNT


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """The pages of the desk that this visitor may open: label, address, whether it is this one."""
    pages = [
        ("Programma", "programme.show_own_programme", Permission.MANAGE_DUTIES),
        ("Berichten", "messages.show_own_messages", Permission.MANAGE_DUTIES),
        ("Jaarplan", "plan.show_year", Permission.MANAGE_DUTIES),
        ("Vooruitblik", "plan.look_ahead", Permission.MANAGE_DUTIES),
        ("Vragen", "brakes.show_questions", Permission.MANAGE_DUTIES),
        ("Zelfcontrole", "brakes.show_findings", Permission.READ_TECHNICAL_AUDIT),
        ("Per persoon", "one_person.find_person", Permission.DECIDE_FOR_PERSON),
    ]
    return [
        (label, url_for(endpoint), endpoint == current)
        for label, endpoint, permission in pages
        if visitor().may(permission)
    ]
