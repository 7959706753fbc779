"""Decides what the menu shows to whom, and what every page knows about its visitor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask, request

from training.access import Permission
from training.web import doors


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu: shown to who holds the permission. With `about` (what one does there)
    it stands on the page "Beheer" instead, so that the menu stays short."""

    label: str
    endpoint: str
    permission: Permission
    about: str = ""


class Shown(NamedTuple):
    """A line of the menu as a page shows it; `current`: it leads to this page."""

    label: str
    url: str
    current: bool


Line = tuple[Entry, str]  # with its address
Menu = tuple[Shown, ...]

MENU = (
    Entry("Mijn overzicht", "home.show_overview", Permission.LEARN),
    Entry("Leren", "home.show_catalogue", Permission.SIGNED_IN),
    Entry("Deelname", "reporting.show_participation", Permission.SEE_PERSONS_STATUS),
    Entry("Cijfers", "figures.show_figures", Permission.SEE_COUNTS),
    Entry("Programma", "programme.show_own_programme", Permission.MANAGE_DUTIES),
    Entry("Bijeenkomsten", "invited.show_own_meetings", Permission.LEARN),
    Entry("Bijeenkomsten leiden", "meetings.show_meetings", Permission.RUN_MEETINGS),
    Entry(
        "Halfjaarrapport",
        "half_year.show_reports",
        Permission.SEE_HALF_YEARLY_REPORT,
        "Hoe weerbaar de gemeente is, per thema en doelgroep. Ook als PDF.",
    ),
    Entry(
        "Mensen",
        "persons.show_persons",
        Permission.READ_PERSONS,
        "Wie er werkt of in de raad zit, met functie, team en doelgroep.",
    ),
    Entry(
        "Per persoon",
        "one_person.find_person",
        Permission.DECIDE_FOR_PERSON,
        "Hoe iemand ervoor staat en waarom. Pauze, vrijstelling en eerder bewijs.",
    ),
    Entry(
        "Organisatie",
        "tree.show_tree",
        Permission.EXPORT_AGGREGATES,
        "De boom van gemeenten, afdelingen en teams.",
    ),
    Entry(
        "Accounts",
        "identity.show_accounts",
        Permission.MANAGE_ACCOUNTS,
        "Mensen uitnodigen, accounts sluiten en rollen geven.",
    ),
    Entry(
        "Instellingen",
        "settings.choose_municipality",
        Permission.MANAGE_SETTINGS,
        "Contacten, huisstijl, rustige tijden, mail en drempels van je gemeente.",
    ),
    Entry(
        "Bewaren en wissen",
        "officer.show_retention",
        Permission.MANAGE_RETENTION,
        "Hoe lang alles blijft, en wat er elke nacht is gewist.",
    ),
    Entry(
        "Verzoeken om te wissen",
        "officer.list_requests",
        Permission.DECIDE_ERASURE,
        "Beslis binnen een maand over wie vraagt om te worden gewist.",
    ),
    Entry(
        "Logboek",
        "audit.show_log",
        Permission.READ_AUDIT,
        "Wie wat deed, en wie naar wie keek.",
    ),
)
MANAGEMENT = Entry("Beheer", "home.show_management", Permission.SIGNED_IN)


def install(app: Flask) -> None:
    """Gives every template the menu and the visitor. Comes after the rooms: their addresses are
    asked once, not for every page."""
    address = app.url_map.bind("").build
    menu = tuple((entry, address(entry.endpoint)) for entry in MENU)
    management = (MANAGEMENT, address(MANAGEMENT.endpoint))

    @lru_cache(maxsize=1024)
    def menu_for(permissions: frozenset[Permission], here: str | None) -> tuple[Menu, list[Line]]:
        """What stands in the menu, and what on the page "Beheer"."""
        own = [(entry, url) for entry, url in menu if entry.permission in permissions]
        apart = [(entry, url) for entry, url in own if entry.about]
        short = [(entry, url) for entry, url in own if not entry.about]
        shown = [*short, management] if apart else short
        return tuple(Shown(e.label, url, e.endpoint == here) for e, url in shown), apart

    @app.context_processor
    def _shared() -> dict[str, Any]:
        visitor = doors.visitor_or_none()
        permissions = visitor.permissions if visitor else frozenset()
        short, apart = menu_for(permissions, request.endpoint)
        return {
            "visitor": visitor,
            "navigation": short,
            "management": apart,
            "current_person_name": visitor.name if visitor else None,
            "municipality_name": visitor.municipality_name if visitor else "",
            "theme_url": f"/huisstijl/{visitor.municipality_id}.css"
            if visitor and visitor.municipality_id
            else "",
        }
