"""Decides what the menu shows to whom, and what every page knows about its visitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


MENU = (
    Entry("Mijn overzicht", "home.show_overview", Permission.LEARN),
    Entry("Leren", "home.show_catalogue", Permission.SIGNED_IN),
    Entry("Deelname", "reporting.show_participation", Permission.SEE_PERSONS_STATUS),
    Entry("Cijfers", "figures.show_figures", Permission.SEE_COUNTS),
    Entry("Programma", "programme.show_own_programme", Permission.MANAGE_DUTIES),
    Entry("Bijeenkomsten", "meetings.show_meetings", Permission.RUN_MEETINGS),
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
        "Bewaren",
        "settings.choose_municipality",
        Permission.MANAGE_RETENTION,
        "Hoe lang gegevens blijven.",
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

    @app.context_processor
    def _shared() -> dict[str, Any]:
        visitor = doors.visitor_or_none()
        own = [(entry, url) for entry, url in menu if visitor and visitor.may(entry.permission)]
        apart = [(entry, url) for entry, url in own if entry.about]
        short = [(entry, url) for entry, url in own if not entry.about]
        return {
            "visitor": visitor,
            "navigation": _lines([*short, management] if apart else short),
            "management": apart,
            "current_person_name": visitor.name if visitor else None,
            "municipality_name": visitor.municipality_name if visitor else "",
            "theme_url": f"/huisstijl/{visitor.municipality_id}.css"
            if visitor and visitor.municipality_id
            else "",
        }


def _lines(entries: list[tuple[Entry, str]]) -> list[dict[str, Any]]:
    """The lines of the menu: label, url, and whether it is the current page."""
    return [
        {"label": entry.label, "url": url, "current": request.endpoint == entry.endpoint}
        for entry, url in entries
    ]
