"""Decides which positions belong to which population, and which audiences a town starts with."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from training.access import Population


class UnitKind(enum.Enum):
    """The kinds of node in the tree, from the top down."""

    REGION = "regio"
    BASE_TEAM = "basisteam"
    COOPERATION = "samenwerking"
    MUNICIPALITY = "gemeente"
    COUNCIL = "raad"
    COLLEGE = "college"
    DEPARTMENT = "afdeling"
    TEAM = "team"


class PositionKind(enum.Enum):
    """What somebody is in the municipality."""

    EMPLOYEE = "medewerker"
    MANAGEMENT = "lid van het MT"
    SECRETARY = "gemeentesecretaris"
    CLERK = "griffier"
    COUNCILLOR = "raadslid"
    COMMITTEE_MEMBER = "commissielid"
    ALDERMAN = "wethouder"
    MAYOR = "burgemeester"


class UploadState(enum.Enum):
    """How far a personnel file is."""

    OPEN = "nog niet verwerkt"
    WAITING = "wacht op een tweede persoon"
    APPLIED = "verwerkt"
    UNDONE = "teruggedraaid"


Kind = PositionKind
POPULATIONS: dict[Population, frozenset[Kind]] = {
    Population.STAFF: frozenset({Kind.EMPLOYEE, Kind.MANAGEMENT, Kind.SECRETARY, Kind.CLERK}),
    Population.MANAGEMENT: frozenset({Kind.MANAGEMENT, Kind.SECRETARY}),
    Population.COUNCIL: frozenset({Kind.COUNCILLOR, Kind.COMMITTEE_MEMBER}),
    Population.COLLEGE: frozenset({Kind.MAYOR, Kind.ALDERMAN}),
}
POLITICIANS = POPULATIONS[Population.COUNCIL] | POPULATIONS[Population.COLLEGE]


@dataclass(frozen=True, slots=True)
class RuleTemplate:
    """An audience rule that every municipality starts with; None asks nothing."""

    audience: str
    kind: Kind | None = None
    job_title: str | None = None
    tag: str | None = None
    first_months: int | None = None


STAFF_KINDS = (Kind.EMPLOYEE, Kind.MANAGEMENT, Kind.SECRETARY, Kind.CLERK)
JOB_TITLES = {
    "baliemedewerkers": ("Medewerker burgerzaken", "Medewerker klantcontact", "Baliemedewerker"),
    "boas": ("Boa", "Handhaver"),
    "toezichthouders": ("Toezichthouder", "Toezichthouder bouwen", "Toezichthouder milieu"),
    "vergunningverleners": ("Vergunningverlener", "Medewerker vergunningen"),
    "sociaal-domein": ("Consulent Wmo", "Consulent jeugd", "Schuldhulpverlener"),
    "inkoop": ("Inkoper", "Adviseur inkoop"),
    "facilitair": ("Medewerker receptie", "Medewerker facilitair", "Bode"),
}


def starting_rules() -> tuple[RuleTemplate, ...]:
    """The audience rules of a new municipality; it may change them."""
    return (
        *(RuleTemplate("alle-medewerkers", kind=kind) for kind in STAFF_KINDS),
        *(
            RuleTemplate("nieuwe-medewerkers", kind=kind, first_months=12)
            for kind in (Kind.EMPLOYEE, Kind.MANAGEMENT)
        ),
        RuleTemplate("sleutelfunctionarissen", tag="sleutelfunctionaris"),
        *(
            RuleTemplate(audience, job_title=title)
            for audience, titles in JOB_TITLES.items()
            for title in titles
        ),
        RuleTemplate("mt", kind=Kind.MANAGEMENT),
        RuleTemplate("mt", kind=Kind.SECRETARY),
        RuleTemplate("college", kind=Kind.MAYOR),
        RuleTemplate("college", kind=Kind.ALDERMAN),
        RuleTemplate("raadsleden", kind=Kind.COUNCILLOR),
        RuleTemplate("raadsleden", kind=Kind.COMMITTEE_MEMBER),
    )


def full_name(given: str | None, infix: str | None, family: str | None) -> str:
    """A name as one writes it: Anna de Vries; empty when nobody is known."""
    return " ".join(part for part in (given, infix, family) if part)
