"""Shows who belongs to which audience by which rules, and changes rules after a preview."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission, Population
from training.audit.models import Action
from training.content.classes import Audience
from training.content.views import library
from training.people import audience_actions
from training.people.audience_forms import AudienceRuleForm
from training.people.audience_rules import Ask, Preview, members, preview
from training.people.desk_views import (
    chosen_municipality,
    kinds_within,
    managed,
    municipalities,
    populations_of,
    tabs,
    units_to_choose,
)
from training.people.models import AudienceRule, Unit
from training.people.noting_views import note, note_preview
from training.people.person_queries import units_by_id
from training.web.doors import open_to
from training.web.request_db import db

blueprint = Blueprint("audiences", __name__)
SHOWN = 100  # names in one list of a preview; the rest is counted


def _own_audiences() -> list[Audience]:
    """The audiences that are the visitor's: of staff, of politicians, or all."""
    own = populations_of(managed())
    staff = Population.STAFF in own
    politicians = bool(own & {Population.COUNCIL, Population.COLLEGE})
    return [one for one in library().audiences.values() if (politicians if one.council else staff)]


def _audience(slug: str) -> Audience:
    for one in _own_audiences():
        if one.slug == slug:
            return one
    abort(404)


@blueprint.get("/doelgroepen")
@open_to(Permission.MANAGE_PERSONS)
def show_audiences() -> ResponseReturnValue:
    """The audiences with how many belong to each, and to none."""
    within, today = managed(), clock.today()
    municipality = chosen_municipality(within)
    rules = audience_actions.rules_of(db(), municipality.id)
    holders = audience_actions.holders_within(db(), within, municipality.id, today)
    asks = {slug: [audience_actions.ask_of(rule) for rule in own] for slug, own in rules.items()}
    placed = members((ask for own in asks.values() for ask in own), holders, today)
    everybody = {holder.person_id for holder in holders}
    return render_template(
        "people/audiences.html",
        tabs=tabs("Doelgroepen"),
        municipality=municipality,
        others=[one for one in municipalities(within) if one.id != municipality.id],
        rows=[
            (
                one,
                len(rules.get(one.slug, ())),
                len(members(asks.get(one.slug, ()), holders, today)),
            )
            for one in _own_audiences()
        ],
        total=len(everybody),
        nowhere=len(everybody - placed),
    )


@blueprint.route("/doelgroepen/<slug>", methods=["GET", "POST"])
@open_to(Permission.MANAGE_PERSONS)
def show_audience(slug: str) -> ResponseReturnValue:
    """The rules of one audience; a change is shown before it is kept."""
    audience, within, today = _audience(slug), managed(), clock.today()
    municipality = chosen_municipality(within)
    form = _form(municipality)
    rules = audience_actions.rules_of(db(), municipality.id)
    own = rules.get(slug, [])
    removed = {rule.id for rule in own if str(rule.id) in request.form.getlist("remove")}
    add = form.ask() if request.method == "POST" and form.validate() else None
    if add is not None and add.is_empty:
        form.form_errors.append("Kies minstens een soort, functie, onderdeel of kenmerk.")
    changes = bool(removed or add) and not form.errors
    if changes and "confirm" in request.form:
        audience_actions.change_rules(db(), municipality.id, slug, removed, add)
        what = f"{audience.label}: {len(removed)} regels weg, {int(add is not None)} erbij"
        note(Action.CHANGED_AUDIENCE, municipality.id, what=what)
        flash("De doelgroep is bewaard. Wie erbij hoort, verandert meteen.", "ok")
        return redirect(url_for(".show_audience", slug=slug, gemeente=municipality.id), 303)
    holders = audience_actions.holders_within(db(), within, municipality.id, today)
    then = [audience_actions.ask_of(rule) for rule in own if rule.id not in removed]
    now = {one: [audience_actions.ask_of(r) for r in asks] for one, asks in rules.items()}
    if changes and add:
        then.append(add)
    shown = preview(slug, now, then, holders, today)
    labels = _labels(own, add)
    words = [(rule.id, _in_words(audience_actions.ask_of(rule), labels)) for rule in own]
    keys = {(municipality.id, one) for one in _named(shown)}
    note_preview(keys, "leden van een doelgroep")
    page = render_template(
        "people/audience.html",
        audience=audience,
        municipality=municipality,
        form=form,
        rules=words,
        removed=removed,
        added=_in_words(add, labels) if add else "",
        changes=changes,
        lists=_lists(shown, changes),
        names={holder.person_id: holder.name for holder in holders},
        most=SHOWN,
    )
    return page, 422 if form.errors else 200


def _form(municipality: Unit) -> AudienceRuleForm:
    within = managed()
    form = AudienceRuleForm()
    kinds = [(kind.name, kind.value.capitalize()) for kind in kinds_within(within)]
    form.kind.choices = [("", "Alle"), *kinds]
    units = units_to_choose(within, municipality.id)
    form.unit.choices = [("", "Alle"), *((str(one), words) for one, words in units.items())]
    return form


def _labels(rules: list[AudienceRule], add: Ask | None) -> dict[uuid.UUID, str]:
    ids = {rule.unit_id for rule in rules if rule.unit_id}
    if add and add.unit_id:
        ids.add(add.unit_id)
    return {unit_id: unit.name for unit_id, unit in units_by_id(db(), ids).items()}


def _in_words(ask: Ask, labels: dict[uuid.UUID, str]) -> str:
    parts = []
    if ask.kind:
        parts.append(ask.kind.value)
    if ask.job_title:
        parts.append(f"functie {ask.job_title}")
    if ask.unit_id:
        parts.append(f"in {labels.get(ask.unit_id, 'een gesloten onderdeel')}")
    if ask.tag:
        parts.append(f"met kenmerk {ask.tag}")
    if ask.first_months:
        parts.append(f"de eerste {ask.first_months} maanden")
    return ", ".join(parts) or "iedereen"


def _lists(shown: Preview, changes: bool) -> list[tuple[str, list[uuid.UUID]]]:
    found = [("Komt erbij", shown.coming), ("Gaat eruit", shown.going)] if changes else []
    found += [
        ("Hoort erbij", shown.inside),
        ("Hoort er niet bij", shown.outside),
        ("Hoort bij geen enkele doelgroep", shown.nowhere),
    ]
    return [(title, list(ids)) for title, ids in found]


def _named(shown: Preview) -> set[uuid.UUID]:
    """Whose names the page holds."""
    return {one for _, ids in _lists(shown, True) for one in ids[:SHOWN]}
