"""Lets a municipality see and change its settings and its own words for contacts."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.audit.models import Action
from training.content.classes import LocalInsert
from training.content.views import library
from training.people import queries, setting_actions
from training.people.models import Unit
from training.people.municipality_settings import LOOK, SETTINGS, Group, Setting, settings_of
from training.people.noting_views import audit_key, note
from training.people.queries import LocalText
from training.people.setting_forms import InsertForm, settings_form, values_in
from training.web.doors import open_to, reach, visitor
from training.web.request_db import db

blueprint = Blueprint("settings", __name__)
SOON = dt.timedelta(days=30)


def _municipalities() -> list[Unit]:
    units = [
        grant.unit_id
        for permission in (Permission.MANAGE_SETTINGS, Permission.MANAGE_RETENTION)
        for grant in reach(permission)
    ]
    return queries.municipalities_below(db(), units)


def _municipality(municipality_id: uuid.UUID) -> Unit:
    for unit in _municipalities():
        if unit.id == municipality_id:
            return unit
    abort(404)


def _own_settings(municipality_id: uuid.UUID) -> tuple[Setting[Any], ...]:
    """What the visitor may change here: everything, or only how long things are kept."""
    units = [grant.unit_id for grant in reach(Permission.MANAGE_SETTINGS)]
    if any(unit.id == municipality_id for unit in queries.municipalities_below(db(), units)):
        return SETTINGS
    return tuple(one for one in SETTINGS if one.group is Group.KEEPING)


@blueprint.get("/instellingen")
@open_to(Permission.MANAGE_SETTINGS, Permission.MANAGE_RETENTION)
def choose_municipality() -> ResponseReturnValue:
    """For which municipality; straight on when there is one."""
    found = _municipalities()
    if len(found) == 1:
        return redirect(url_for("settings.show_settings", municipality_id=found[0].id))
    return render_template("people/choose_municipality.html", found=found)


@blueprint.route("/instellingen/<uuid:municipality_id>", methods=["GET", "POST"])
@open_to(Permission.MANAGE_SETTINGS, Permission.MANAGE_RETENTION)
def show_settings(municipality_id: uuid.UUID) -> ResponseReturnValue:
    """All settings with their effect in words, and what is missing or out of date."""
    municipality = _municipality(municipality_id)
    settings = _own_settings(municipality_id)
    chosen = settings_of(db(), municipality_id)
    form = settings_form(settings, chosen)
    if request.method == "POST":
        values = values_in(form, settings)
        if values is not None:
            changed = setting_actions.change_settings(
                db(),
                audit_key(),
                at=clock.now(),
                actor=visitor(),
                municipality_id=municipality_id,
                values=values,
            )
            told = ", ".join(one.label for one in changed)
            flash(f"Bewaard: {told}." if changed else "Er was niets veranderd.", "ok")
            return redirect(url_for("settings.show_settings", municipality_id=municipality_id), 303)
    whole = settings is SETTINGS
    page = render_template(
        "people/settings.html",
        municipality=municipality,
        form=form,
        groups=[(g, [s for s in settings if s.group is g]) for g in Group],
        unset=chosen.unset(settings),
        inserts=_insert_lines(municipality_id) if whole else [],
        whole=whole,
        look=LOOK.in_words(chosen[LOOK]),
        several=len(_municipalities()) > 1,
    )
    return page, 422 if request.method == "POST" else 200


def _insert_lines(
    municipality_id: uuid.UUID,
) -> list[tuple[LocalInsert, LocalText | None, str]]:
    """Each contact with the municipality's own words, and what is wrong with them in words."""
    own = queries.insert_texts_of(db(), municipality_id)
    return [
        (insert, own.get(name), _state(own.get(name), clock.today()))
        for name, insert in library().inserts.items()
    ]


def _state(text: LocalText | None, today: dt.date) -> str:
    if text is None:
        return "niet ingevuld"
    if text.checked_until is None:
        return "geen datum"
    if text.checked_until < today:
        return "nakijken"
    return "bijna nakijken" if text.checked_until < today + SOON else "klopt"


@blueprint.route("/instellingen/<uuid:municipality_id>/contact/<name>", methods=["GET", "POST"])
@open_to(Permission.MANAGE_SETTINGS)
def write_insert(municipality_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """The municipality's own words for one contact."""
    municipality = _municipality(municipality_id)
    insert = library().inserts.get(name)
    if insert is None or _own_settings(municipality_id) is not SETTINGS:
        abort(404)
    own = queries.insert_texts_of(db(), municipality_id).get(name)
    form = InsertForm(obj=own)
    if form.validate_on_submit():
        text = " ".join((form.text.data or "").split())
        until = form.checked_until.data
        if text and until is None:
            form.checked_until.errors = ["Kies tot en met welke dag dit zeker klopt."]
        elif text and until and until < clock.today():
            form.checked_until.errors = ["Deze dag is al voorbij. Kies een latere dag."]
        else:
            setting_actions.write_insert(db(), municipality_id, name, text, until)
            note(Action.CHANGED_SETTING, municipality_id, what=insert.label)
            flash("De tekst is bewaard en staat meteen in alle teksten.", "ok")
            back = url_for("settings.show_settings", municipality_id=municipality_id)
            return redirect(f"{back}#contacten", 303)
    page = render_template(
        "people/insert.html", municipality=municipality, insert=insert, form=form
    )
    return page, 422 if request.method == "POST" else 200
