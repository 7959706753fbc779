"""Decides which duty follows from an entry of the ready programme, and who may have it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from training.access import Population
from training.assignments.rules import Basis, Cause, Choose, Policy, RefresherForm
from training.clock import add_months
from training.content.classes import Audience, ContentKind, Library
from training.people.rules import UnitKind

BASES = {
    "afronding": Basis.COMPLETION,
    "verjaardag": Basis.ANNIVERSARY,
    "kalender": Basis.CALENDAR,
}
FORMS = {
    "volledig": RefresherForm.FULL,
    "opfrissen": RefresherForm.REFRESHER,
    "dilemma": RefresherForm.DILEMMA,
}
TURNS = {"raadsperiode": Cause.TERM, "opvolging": Cause.SUCCESSOR, "andere-rol": Cause.ROLE}
LEVELS = {
    "lokaal": UnitKind.MUNICIPALITY,
    "a2": UnitKind.COOPERATION,
    "basisteam": UnitKind.BASE_TEAM,
}
KINDS = {
    "module": ContentKind.MODULE,
    "dilemma": ContentKind.DILEMMA,
    "bijeenkomst": ContentKind.MEETING,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A duty that is not made yet."""

    title: str
    contents: tuple[tuple[ContentKind, str], ...]
    audiences: tuple[str, ...]
    choose: Choose
    policy: Policy
    slug: str | None = None
    level: UnitKind | None = None


def ready_drafts(library: Library, today: dt.date) -> dict[str, Draft]:
    """The duties of the ready programme, by their slug; the content check has read them."""
    duties: Any = library.programme.get("verplichtingen") or {}
    return {slug: draft_from(slug, entry, today) for slug, entry in duties.items()}


def draft_from(slug: str, entry: Mapping[str, Any], today: dt.date) -> Draft:
    """One duty of the ready programme, as it would begin today. A date without a year is the next
    one that leaves the time of the notice."""
    first = entry.get("eerste-keer") or {}
    notice = int(entry.get("aankondiging-dagen", 14))
    basis = BASES[entry.get("basis", "afronding")]
    fixed = _month_and_day(first.get("datum"))
    policy = Policy(
        version=1,
        from_on=today,
        first_due_days=None if fixed else int(first.get("dagen", 90)),
        first_due_on=_next(fixed, today + dt.timedelta(days=notice)) if fixed else None,
        validity_months=entry.get("geldig-maanden"),
        basis=basis,
        fixed_month=fixed[0] if fixed and basis is Basis.CALENDAR else None,
        fixed_day=fixed[1] if fixed and basis is Basis.CALENDAR else None,
        minimum_days=int(entry.get("minimum-dagen", 90)),
        window_days=int(entry.get("venster-dagen", 42)),
        grace_days=int(entry.get("respijt-dagen", 28)),
        notice_days=notice,
        spread_days=int(entry.get("spreiding-dagen", 0)),
        form=FORMS[entry.get("herhaling", "opfrissen")],
        quiet=tuple(entry.get("rustig") or ()),
        opens_for=tuple(TURNS[name].name for name in entry.get("extra-ronde-bij") or ()),
    )
    return Draft(
        title=str(entry["titel"]),
        contents=tuple(
            (KINDS[kind], name)
            for item in entry.get("inhoud") or []
            for kind, name in item.items()
            if kind in KINDS
        ),
        audiences=tuple(entry.get("doelgroepen") or ()),
        choose=Choose.ONE if entry.get("kies") == "een" else Choose.ALL,
        policy=policy,
        slug=slug,
        level=LEVELS.get(str(entry.get("niveau"))),
    )


def _month_and_day(text: str | None) -> tuple[int, int] | None:
    if not text:
        return None
    month, day = text.split("-")
    return int(month), int(day)


def _next(fixed: tuple[int, int], earliest: dt.date) -> dt.date:
    month, day = fixed
    this_year = add_months(dt.date(earliest.year, month, 1), 0, anchor_day=day)
    if this_year >= earliest:
        return this_year
    return add_months(dt.date(earliest.year + 1, month, 1), 0, anchor_day=day)


def population_of(audience: Audience) -> Population:
    """Whose records the members of an audience are."""
    if audience.slug == "college":
        return Population.COLLEGE
    return Population.COUNCIL if audience.council else Population.STAFF


def may_ask(
    audiences: Collection[str], populations: Collection[Population], library: Library
) -> bool:
    """Whether who decides for these populations may ask something of all these audiences."""
    return all(
        slug in library.audiences and population_of(library.audiences[slug]) in populations
        for slug in audiences
    )


def may_see(
    audiences: Collection[str], populations: Collection[Population], library: Library
) -> bool:
    """Whether a duty is about anybody for whom the visitor decides."""
    return any(
        slug in library.audiences and population_of(library.audiences[slug]) in populations
        for slug in audiences
    )


@dataclass(frozen=True, slots=True)
class PlanAction:
    """One action of the plan (A01 to A28), and by what it is done: a duty, a kind of meeting, a
    report, a message of the programme."""

    code: str
    title: str
    audiences: tuple[str, ...]
    level: UnitKind | None
    duty: str | None
    meeting: str | None
    report: str | None
    message: str | None


def plan_actions(library: Library) -> list[PlanAction]:
    """The action plan as the content holds it, by code."""
    actions: Any = library.programme.get("acties") or {}
    return [
        PlanAction(
            code=code,
            title=str(entry["titel"]),
            audiences=tuple(entry.get("voor") or ()),
            level=LEVELS.get(str(entry.get("niveau"))),
            duty=entry.get("verplichting"),
            meeting=entry.get("bijeenkomst"),
            report=entry.get("rapport"),
            message=entry.get("bericht"),
        )
        for code, entry in sorted(actions.items())
    ]


def messages_in(
    library: Library, populations: Collection[Population], month: dt.date
) -> list[tuple[str, dt.date, str]]:
    """The messages that the ready programme has for the month of this first day, for somebody for
    whom the visitor decides: id, day and title, by day."""
    entries: Any = library.programme.get("berichten") or {}
    found = []
    for slug, entry in entries.items():
        if not may_see(entry.get("doelgroepen") or (), populations, library):
            continue
        for text in entry.get("wanneer") or ():
            fixed = _month_and_day(text)
            if fixed is not None and fixed[0] == month.month:
                found.append((slug, month.replace(day=fixed[1]), str(entry["titel"])))
    return sorted(found, key=lambda item: (item[1], item[2]))
