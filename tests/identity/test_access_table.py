"""What each role may do, and over whom."""

from __future__ import annotations

import uuid

import pytest

from training.access import Grant, Permission, Population
from training.identity import access_table
from training.identity.rules import Role

HERE, THERE = uuid.uuid4(), uuid.uuid4()
NAMES_SEEN = {  # role, and whose status and dates it sees by name
    Role.TEAM_LEAD: {Population.STAFF},
    Role.FACILITATOR: set(),
    Role.SECRETARY: {Population.COLLEGE, Population.MANAGEMENT},
    Role.HR: {Population.STAFF},
    Role.CLERK: {Population.COUNCIL},
    Role.PRIVACY_OFFICER: set(),
    Role.ADMINISTRATOR: set(),
    Role.COORDINATOR: set(),
}


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_only_its_own_population_by_name(role: Role) -> None:
    reach = access_table.reach_of([(role, HERE)], Permission.SEE_PERSONS_STATUS)
    seen = {population for grant in reach for population in grant.populations}
    assert seen == NAMES_SEEN[role]


def test_a_coordinator_holds_nothing_that_names_a_person() -> None:
    held = access_table.permissions_of([Role.COORDINATOR], has_person=False)
    assert held == {
        Permission.PUBLIC,
        Permission.SIGNED_IN,
        Permission.SEE_COUNTS,
        Permission.SEE_CHOICE_FIGURES,
        Permission.EXPORT_AGGREGATES,
        Permission.MANAGE_DUTIES,
    }


def test_whoever_is_a_person_may_learn() -> None:
    assert Permission.LEARN in access_table.permissions_of([], has_person=True)
    assert Permission.LEARN not in access_table.permissions_of([], has_person=False)


def test_two_roles_at_one_unit_add_up_and_roles_elsewhere_stay_there() -> None:
    held = [(Role.HR, HERE), (Role.CLERK, HERE), (Role.CLERK, THERE)]
    assert access_table.reach_of(held, Permission.EXPORT_PARTICIPATION) == {
        Grant(HERE, frozenset({Population.STAFF, Population.COUNCIL})),
        Grant(THERE, frozenset({Population.COUNCIL})),
    }


def test_every_role_has_a_place_and_rights() -> None:
    assert set(access_table.ACCESS) == set(access_table.ROLE_UNITS) == set(Role)
    assert all(access_table.ACCESS[role] and access_table.ROLE_UNITS[role] for role in Role)


def test_only_the_administrator_gives_roles_and_only_the_privacy_officer_reads_the_log() -> None:
    def holders(permission: Permission) -> set[Role]:
        return {role for role in Role if permission in access_table.ACCESS[role]}

    assert holders(Permission.GIVE_ROLES) == {Role.ADMINISTRATOR}
    assert holders(Permission.MANAGE_ACCOUNTS) == {Role.ADMINISTRATOR}
    assert holders(Permission.READ_AUDIT) == {Role.PRIVACY_OFFICER}
    assert holders(Permission.DECIDE_ERASURE) == {Role.PRIVACY_OFFICER}
