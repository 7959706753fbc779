"""Names what somebody may do, and over whom: the words that doors, rooms and queries share."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Iterable
from dataclasses import dataclass


class Permission(enum.Enum):
    """What a door asks for. Who holds which is one table: `identity.access_table`."""

    PUBLIC = "zonder account"
    SIGNED_IN = "met een account"
    LEARN = "eigen training volgen"
    SEE_PERSONS_STATUS = "status en data per persoon zien"
    SEE_COUNTS = "aantallen zien"
    SEE_CHOICE_FIGURES = "cijfers over keuzes en antwoorden zien"
    SEE_HALF_YEARLY_REPORT = "halfjaarrapport zien"
    RUN_MEETINGS = "bijeenkomsten leiden"
    MANAGE_PERSONS = "personen en doelgroepen beheren"
    READ_PERSONS = "personen inzien"
    EXPORT_PARTICIPATION = "deelnameoverzicht exporteren"
    EXPORT_AGGREGATES = "totalen exporteren"
    DECIDE_FOR_PERSON = "één persoon inzien, pauzeren en vrijstellen"
    MANAGE_DUTIES = "verplichtingen en programma beheren"
    MANAGE_SETTINGS = "instellingen van de gemeente beheren"
    MANAGE_RETENTION = "bewaartermijnen beheren"
    MANAGE_ACCOUNTS = "accounts beheren"
    GIVE_ROLES = "rollen geven"
    READ_ROLES = "rollen inzien"
    READ_AUDIT = "logboek inzien"
    READ_TECHNICAL_AUDIT = "technisch logboek inzien"
    DECIDE_ERASURE = "over wissen beslissen"


class Population(enum.Enum):
    """Whose records they are: staff are HR's, the council the griffie's, the college and the
    management the secretary's. Which positions belong to which is `people.rules.POPULATIONS`."""

    STAFF = "medewerkers"
    MANAGEMENT = "MT"
    COUNCIL = "raad en commissies"
    COLLEGE = "college"


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission at one node of the tree: it reaches that unit and all below it, and in them
    only the people of these populations."""

    unit_id: uuid.UUID
    populations: frozenset[Population]


Reach = frozenset[Grant]
NOWHERE: Reach = frozenset()
LEAST_TO_COUNT = 10
"""People from whom somebody who may not see names sees a count of participation."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sends this request. A coordinator of a region has an account but is no person of a
    municipality: then `municipality_id` and `person_id` are None, and `municipality_name` empty."""

    account_id: uuid.UUID
    name: str
    municipality_id: uuid.UUID | None
    person_id: uuid.UUID | None
    permissions: frozenset[Permission]
    municipality_name: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether the visitor holds this permission anywhere."""
        return permission in self.permissions


def covers(wide: Reach, narrow: Reach) -> bool:
    """Whether everybody in `narrow` is also in `wide`, by grants at the same nodes."""
    given = {grant.unit_id: grant.populations for grant in wide}
    return all(g.populations <= given.get(g.unit_id, frozenset()) for g in narrow)


def only(reach: Reach, populations: Iterable[Population]) -> Reach:
    """The part of a reach that is about these populations."""
    wanted = frozenset(populations)
    return frozenset(
        Grant(grant.unit_id, grant.populations & wanted)
        for grant in reach
        if grant.populations & wanted
    )
