"""Decides what the menu shows to whom, and what every page knows about its visitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request

from training.access import Permission, Visitor
from training.web import doors


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu: shown to who holds the permission."""

    label: str
    endpoint: str
    permission: Permission


MENU = (
    Entry("Mijn overzicht", "home.show_overview", Permission.LEARN),
    Entry("Leren", "home.show_catalogue", Permission.SIGNED_IN),
    Entry("Mijn bewijzen", "certificates.show_own_certificates", Permission.LEARN),
    Entry("Deelname", "reporting.show_participation", Permission.SEE_PERSONS_STATUS),
    Entry("Cijfers", "figures.show_figures", Permission.SEE_COUNTS),
    Entry("Per persoon", "one_person.find_person", Permission.DECIDE_FOR_PERSON),
    Entry("Programma", "programme.show_own_programme", Permission.MANAGE_DUTIES),
    Entry("Bijeenkomsten", "meetings.show_meetings", Permission.RUN_MEETINGS),
    Entry("Accounts", "identity.show_accounts", Permission.MANAGE_ACCOUNTS),
    Entry("Mensen", "persons.show_persons", Permission.READ_PERSONS),
    Entry("Organisatie", "tree.show_tree", Permission.EXPORT_AGGREGATES),
    Entry("Instellingen", "settings.choose_municipality", Permission.MANAGE_SETTINGS),
    Entry("Bewaren", "settings.choose_municipality", Permission.MANAGE_RETENTION),
    Entry("Logboek", "audit.show_log", Permission.READ_AUDIT),
)


def install(app: Flask) -> None:
    """Gives every template the menu and the visitor. Comes after the rooms: their addresses are
    asked once, not for every page."""
    address = app.url_map.bind("").build
    menu = tuple((entry, address(entry.endpoint)) for entry in MENU)

    @app.context_processor
    def _shared() -> dict[str, Any]:
        visitor = doors.visitor_or_none()
        return {
            "visitor": visitor,
            "navigation": _menu_for(visitor, menu),
            "current_person_name": visitor.name if visitor else None,
            "municipality_name": visitor.municipality_name if visitor else "",
            "theme_url": f"/huisstijl/{visitor.municipality_id}.css"
            if visitor and visitor.municipality_id
            else "",
        }


def _menu_for(visitor: Visitor | None, menu: tuple[tuple[Entry, str], ...]) -> list[dict[str, Any]]:
    """The lines of the menu for this visitor: label, url, and whether it is the current page."""
    if visitor is None:
        return []
    lines = {
        entry.label: {
            "label": entry.label,
            "url": url,
            "current": request.endpoint == entry.endpoint,
        }
        for entry, url in menu
        if visitor.may(entry.permission)
    }  # one line, also for who may enter by two permissions
    return list(lines.values())
