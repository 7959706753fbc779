"""Decides which positions belong to which population, and which audiences a town starts with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from training.access import Population
from training.people.models import PositionKind as Kind

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


def add_months(day: dt.date, months: int, anchor_day: int | None = None) -> dt.date:
    """`day` moved by a number of months. Clamps to the end of the month (29-02 → 28-02), and
    keeps the anchor day, so that a monthly 31st does not drift to the 28th for ever."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (dt.date(year + month // 11, (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(anchor_day or day.day, last))
