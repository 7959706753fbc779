"""Shows the tree as it is or was, and lets an administrator open, move, merge and close units."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import NOWHERE, Permission
from training.audit.models import Action
from training.people import tree_actions, tree_queries, tree_rules
from training.people.desk_views import tabs
from training.people.models import Unit
from training.people.noting_views import note
from training.people.rules import UnitKind
from training.people.tree_forms import (
    CloseUnitForm,
    OpenUnitForm,
    OtherUnitForm,
    RenameUnitForm,
    TreeFilter,
)
from training.people.tree_rules import TreeRefused
from training.web.doors import open_to, reach, visitor
from training.web.form_kit import Form
from training.web.request_db import db

blueprint = Blueprint("tree", __name__)
SEES = (Permission.MANAGE_SETTINGS, Permission.READ_PERSONS, Permission.EXPORT_AGGREGATES)
FORMS: dict[str, type[Form]] = {
    "openen": OpenUnitForm,
    "hernoemen": RenameUnitForm,
    "verplaatsen": OtherUnitForm,
    "samenvoegen": OtherUnitForm,
    "sluiten": CloseUnitForm,
}


def _seen_units() -> list[uuid.UUID]:
    return [g.unit_id for permission in SEES for g in reach(permission)]


def _may_change(unit: Unit) -> bool:
    held = [grant.unit_id for grant in reach(Permission.MANAGE_SETTINGS)]
    return unit.municipality_id is not None and bool(
        held and tree_queries.unit_within(db(), held, unit.id)
    )


@blueprint.get("/organisatie")
@open_to(*SEES)
def show_tree() -> ResponseReturnValue:
    """The whole tree that the visitor reaches, today or on another day."""
    form = TreeFilter(request.args)
    day = (form.peildatum.data if form.validate() else None) or clock.today()
    who = visitor()
    covered = reach(Permission.READ_PERSONS) if who.may(Permission.READ_PERSONS) else NOWHERE
    nodes = tree_queries.tree_on(db(), _seen_units(), day, covered)
    return render_template(
        "people/tree.html",
        tabs=tabs("Organisatie"),
        filter=form,
        nodes=nodes,
        day=day,
        is_today=day == clock.today(),
        counts=covered != NOWHERE,
    )


@blueprint.get("/organisatie/<uuid:unit_id>")
@open_to(*SEES)
def show_unit(unit_id: uuid.UUID) -> ResponseReturnValue:
    """One unit: where it stands, stood, and what can be done. A merged unit leads on."""
    unit = _unit(unit_id)
    into = tree_queries.led_on(db(), unit.id)
    if into != unit.id and "toen" not in request.args:
        flash(f"{unit.name} is samengevoegd. Dit is waar het nu bij hoort.", "info")
        return redirect(url_for("tree.show_unit", unit_id=into))
    return _unit_page(unit, {})


def _unit(unit_id: uuid.UUID) -> Unit:
    unit = tree_queries.unit_within(db(), _seen_units(), unit_id)
    if unit is None:
        abort(404)
    return unit


def _unit_page(unit: Unit, sent: dict[str, Form]) -> str:
    may_change = _may_change(unit)
    forms = {what: sent.get(what) or _form(what, unit) for what in _possible(unit, may_change)}
    municipality = db().get(Unit, unit.municipality_id) if unit.municipality_id else None
    return render_template(
        "people/unit.html",
        unit=unit,
        municipality=municipality,
        history=tree_queries.history_of(db(), unit),
        people=tree_queries.people_after(db(), unit.id, clock.today()),
        may_change=may_change,
        may_read=visitor().may(Permission.READ_PERSONS),
        forms=forms,
        refused=next(iter(sent.values()), None),
    )


def _possible(unit: Unit, may_change: bool) -> list[str]:
    """What can be done to a unit, as the last words of an address."""
    if not may_change or unit.closed_on is not None:
        return []
    found = ["openen"] if unit.kind in tree_rules.ABOVE else []
    found.append("hernoemen")
    if unit.kind in tree_rules.OPENABLE:
        found += ["verplaatsen", "samenvoegen", "sluiten"]
    return found


def _form(what: str, unit: Unit) -> Form:
    day = {"on": clock.today()}
    form = FORMS[what](prefix=f"{what}-", data=day)
    if isinstance(form, OtherUnitForm) and unit.municipality_id:
        units = [
            one
            for one in tree_queries.open_units(db(), unit.municipality_id)
            if one.kind in tree_rules.ABOVE and one.id != unit.id
        ]
        if what == "samenvoegen":
            units = [one for one in units if one.kind in tree_rules.OPENABLE]
        labels = tree_queries.labels_of(units)
        form.other.choices = [(str(unit_id), words) for unit_id, words in labels.items()]
    return form


@blueprint.post(
    "/organisatie/<uuid:unit_id>/<any(openen,hernoemen,verplaatsen,samenvoegen,sluiten):what>"
)
@open_to(Permission.MANAGE_SETTINGS)
def change_unit(unit_id: uuid.UUID, what: str) -> ResponseReturnValue:
    """Does one thing to a unit, from the day that the form tells."""
    unit = _unit(unit_id)
    if not _may_change(unit):
        abort(404)
    form = _form(what, unit)
    if form.validate():
        try:
            told, shown = ACTS[what](unit, form, clock.today())
        except TreeRefused as problem:
            db().rollback()
            form.form_errors.append(str(problem))
        else:
            note(Action.CHANGED_UNIT, unit.municipality_id, what=told)
            flash(f"{told}.", "ok")
            return redirect(url_for("tree.show_unit", unit_id=shown.id), 303)
    return _unit_page(_unit(unit_id), {what: form}), 422


Act = Callable[[Unit, Form, dt.date], tuple[str, Unit]]


def _open(unit: Unit, form: Form, today: dt.date) -> tuple[str, Unit]:
    made = tree_actions.open_unit(
        db(),
        parent=unit,
        kind=UnitKind[form.kind.data],
        name=_clean(form),
        on=form.on.data,
        today=today,
    )
    return f"{made.name} geopend onder {unit.name}", made


def _rename(unit: Unit, form: Form, today: dt.date) -> tuple[str, Unit]:
    before = unit.name
    tree_actions.rename_unit(db(), unit, _clean(form), form.on.data, today)
    return f"{before} heet nu {unit.name}", unit


def _move(unit: Unit, form: Form, today: dt.date) -> tuple[str, Unit]:
    parent = db().get_one(Unit, form.other.data)
    tree_actions.move_unit(db(), unit, parent, form.on.data, today)
    return f"{unit.name} hoort nu bij {parent.name}", unit


def _merge(unit: Unit, form: Form, today: dt.date) -> tuple[str, Unit]:
    into = db().get_one(Unit, form.other.data)
    moved = tree_actions.merge_unit(db(), unit, into, form.on.data, today)
    return f"{unit.name} samengevoegd met {into.name}, {moved} personen verplaatst", into


def _close(unit: Unit, form: Form, today: dt.date) -> tuple[str, Unit]:
    tree_actions.close_unit(db(), unit, form.on.data, today)
    return f"{unit.name} gesloten", unit


def _clean(form: Form) -> str:
    return " ".join(form.name.data.split())


ACTS: dict[str, Act] = {
    "openen": _open,
    "hernoemen": _rename,
    "verplaatsen": _move,
    "samenvoegen": _merge,
    "sluiten": _close,
}
