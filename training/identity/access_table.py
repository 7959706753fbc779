"""Decides what each role may do and over whom: the one table, of which all doors are a view."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from functools import lru_cache

from training.access import Grant, Permission, Population, Reach
from training.identity.rules import Role
from training.people.rules import UnitKind

P = Permission
Populations = frozenset[Population]

STAFF: Populations = frozenset({Population.STAFF})
COUNCIL: Populations = frozenset({Population.COUNCIL})
COLLEGE_AND_MANAGEMENT: Populations = frozenset({Population.COLLEGE, Population.MANAGEMENT})
ALL: Populations = frozenset(Population)

ACCESS: Mapping[Role, Mapping[Permission, Populations]] = {
    Role.TEAM_LEAD: {
        P.SEE_PERSONS_STATUS: STAFF,
        P.SEE_COUNTS: STAFF,
        P.SEE_CHOICE_FIGURES: STAFF,
    },
    Role.FACILITATOR: {
        P.RUN_MEETINGS: ALL,
    },
    Role.SECRETARY: {
        P.SEE_PERSONS_STATUS: COLLEGE_AND_MANAGEMENT,
        P.DECIDE_FOR_PERSON: COLLEGE_AND_MANAGEMENT,
        P.SEE_COUNTS: ALL,
        P.SEE_CHOICE_FIGURES: ALL,
        P.SEE_HALF_YEARLY_REPORT: ALL,
    },
    Role.HR: {
        P.SEE_PERSONS_STATUS: STAFF,
        P.SEE_COUNTS: ALL,
        P.SEE_CHOICE_FIGURES: ALL,
        P.SEE_HALF_YEARLY_REPORT: ALL,
        P.MANAGE_PERSONS: STAFF,
        P.READ_PERSONS: STAFF,
        P.EXPORT_PARTICIPATION: STAFF,
        P.DECIDE_FOR_PERSON: STAFF,
        P.MANAGE_DUTIES: STAFF,
    },
    Role.CLERK: {
        P.SEE_PERSONS_STATUS: COUNCIL,
        P.SEE_COUNTS: COUNCIL,
        P.SEE_CHOICE_FIGURES: COUNCIL,
        P.MANAGE_PERSONS: COUNCIL,
        P.READ_PERSONS: COUNCIL,
        P.EXPORT_PARTICIPATION: COUNCIL,
        P.DECIDE_FOR_PERSON: COUNCIL,
        P.MANAGE_DUTIES: COUNCIL,
    },
    Role.PRIVACY_OFFICER: {
        P.READ_PERSONS: ALL,
        P.SEE_COUNTS: ALL,
        P.SEE_CHOICE_FIGURES: ALL,
        P.MANAGE_RETENTION: ALL,
        P.READ_ROLES: ALL,
        P.READ_AUDIT: ALL,
        P.DECIDE_ERASURE: ALL,
    },
    Role.ADMINISTRATOR: {
        P.MANAGE_PERSONS: ALL,
        P.READ_PERSONS: ALL,
        P.SEE_COUNTS: ALL,
        P.MANAGE_DUTIES: ALL,
        P.MANAGE_SETTINGS: ALL,
        P.MANAGE_ACCOUNTS: ALL,
        P.GIVE_ROLES: ALL,
        P.READ_TECHNICAL_AUDIT: ALL,
    },
    Role.COORDINATOR: {
        P.SEE_COUNTS: ALL,
        P.SEE_CHOICE_FIGURES: ALL,
        P.EXPORT_AGGREGATES: ALL,
        P.MANAGE_DUTIES: ALL,
    },
}

_MUNICIPALITY_OR_SHARED = frozenset({UnitKind.MUNICIPALITY, UnitKind.COOPERATION})

ROLE_UNITS: Mapping[Role, frozenset[UnitKind]] = {
    Role.TEAM_LEAD: frozenset({UnitKind.DEPARTMENT, UnitKind.TEAM}),
    Role.FACILITATOR: frozenset(UnitKind),
    Role.SECRETARY: frozenset({UnitKind.MUNICIPALITY}),
    Role.HR: _MUNICIPALITY_OR_SHARED,
    Role.CLERK: frozenset({UnitKind.MUNICIPALITY, UnitKind.COUNCIL}),
    Role.PRIVACY_OFFICER: _MUNICIPALITY_OR_SHARED,
    Role.ADMINISTRATOR: _MUNICIPALITY_OR_SHARED,
    Role.COORDINATOR: frozenset({UnitKind.REGION, UnitKind.BASE_TEAM, UnitKind.COOPERATION}),
}
"""At which kinds of unit a role can be held."""


def permissions_of(roles: Iterable[Role], has_person: bool) -> frozenset[Permission]:
    """All that these roles may do anywhere; whoever is a person may also learn."""
    return _permissions_of(frozenset(roles), has_person)


@lru_cache(maxsize=1024)
def _permissions_of(roles: frozenset[Role], has_person: bool) -> frozenset[Permission]:
    found = {P.PUBLIC, P.SIGNED_IN}
    if has_person:
        found.add(P.LEARN)
    for role in roles:
        found |= ACCESS[role].keys()
    return frozenset(found)


def reach_of(held: Iterable[tuple[Role, uuid.UUID]], permission: Permission) -> Reach:
    """The nodes at which these roles (each at its unit) give a permission, and over whom. Two
    roles at one unit add up."""
    populations: dict[uuid.UUID, Populations] = {}
    for role, unit_id in held:
        given = ACCESS[role].get(permission)
        if given:
            populations[unit_id] = populations.get(unit_id, frozenset()) | given
    return frozenset(Grant(unit_id, over) for unit_id, over in populations.items())
