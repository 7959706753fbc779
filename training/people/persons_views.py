"""Lists persons, and lets who looks after them add and change them, one by one or many at once."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.audit.models import Action
from training.people import person_actions, person_queries, person_rules
from training.people.desk_views import (
    chosen_municipality,
    kinds_within,
    managed,
    municipalities,
    readable,
    tabs,
    units_to_choose,
)
from training.people.models import Position, Unit
from training.people.noting_views import note, note_looked, note_preview
from training.people.person_forms import (
    BULK,
    BulkForm,
    NewPersonForm,
    PersonFilter,
    PersonForm,
    PositionForm,
    clean,
)
from training.people.person_queries import Listed
from training.people.person_rules import PersonRefused
from training.web.doors import open_to, visitor
from training.web.form_kit import Form
from training.web.request_db import db

blueprint = Blueprint("persons", __name__)
PER_PAGE = 100
MOST_IN_BULK = 2_000


@blueprint.get("/personen")
@open_to(Permission.READ_PERSONS)
def show_persons() -> ResponseReturnValue:
    """The persons whom the visitor looks after, by search and filters."""
    within, today = readable(), clock.today()
    form = _filter()
    search = form.search()
    total = person_queries.persons_count(db(), within, search, today)
    pages = max(1, math.ceil(total / PER_PAGE))
    page = min(max(1, request.args.get("pagina", 1, type=int)), pages)
    found = person_queries.persons(db(), within, search, today, (page - 1) * PER_PAGE, PER_PAGE)
    note_looked((one.person for one in found), "lijst van personen")
    asked = {key: value for key, value in request.args.items() if key != "pagina" and value}
    may_change = visitor().may(Permission.MANAGE_PERSONS)
    owners = {unit.id: unit.name for unit in municipalities(within)}
    return render_template(
        "people/persons.html",
        tabs=tabs("Personen"),
        filter=form,
        found=found,
        units=_units_of(found),
        total=total,
        page=page,
        pages=pages,
        today=today,
        owners=owners if len(owners) > 1 else {},
        may_change=may_change,
        bulk=_bulk_form() if may_change else None,
        asked=urlencode(asked),
        more=f"{url_for('persons.show_persons')}?{urlencode({**asked, 'pagina': ''})}",
    )


def _filter() -> PersonFilter:
    within = readable()
    form = PersonFilter(request.args)
    units: list[tuple[str, str]] = [("", "Alle")]
    owners = municipalities(within)
    for owner in owners:
        for unit_id, words in units_to_choose(within, owner.id).items():
            label = f"{owner.name}: {words}" if len(owners) > 1 else words
            units.append((str(unit_id), label))
    form.onderdeel.choices = units
    kinds = [(kind.name, kind.value.capitalize()) for kind in kinds_within(within)]
    form.soort.choices = [("", "Alle"), *kinds]
    tags = person_queries.tags_in(db(), [owner.id for owner in owners])
    form.kenmerk.choices = [("", "Alle"), *((tag, tag) for tag in tags)]
    return form


def _units_of(found: list[Listed]) -> dict[uuid.UUID, Unit]:
    ids = {position.unit_id for one in found for position in one.positions}
    return person_queries.units_by_id(db(), ids)


def _bulk_form() -> BulkForm:
    form = BulkForm(data={"on": clock.today()})
    within = managed()
    owners = municipalities(within)
    choices: list[tuple[str, str]] = []
    for owner in owners:
        for unit_id, words in units_to_choose(within, owner.id).items():
            label = f"{owner.name}: {words}" if len(owners) > 1 else words
            choices.append((str(unit_id), label))
    form.unit.choices = choices
    return form


@blueprint.get("/personen/<uuid:person_id>")
@open_to(Permission.READ_PERSONS)
def show_person(person_id: uuid.UUID) -> ResponseReturnValue:
    """One person: who it is, what he or she does and did, and tags."""
    found = person_queries.persons_within(db(), readable(), [person_id], clock.today())
    if not found:
        abort(404)
    one = found[0]
    note_looked([one.person], "persoon")
    may_change = bool(
        visitor().may(Permission.MANAGE_PERSONS)
        and person_queries.persons_within(db(), managed(), [person_id], clock.today())
    )
    keys = {
        (one.person.municipality_id, other)
        for position in one.positions
        for other in (position.manager_id, position.replaces_id)
        if other
    }
    return render_template(
        "people/person.html",
        one=one,
        units=_units_of(found),
        names=person_queries.names_of(db(), keys),
        may_change=may_change,
        today=clock.today(),
    )


def _managed(person_id: uuid.UUID) -> Listed:
    found = person_queries.persons_within(db(), managed(), [person_id], clock.today())
    if not found:
        abort(404)
    return found[0]


@blueprint.route("/personen/nieuw", methods=["GET", "POST"])
@open_to(Permission.MANAGE_PERSONS)
def add_person() -> ResponseReturnValue:
    """Adds a person with a first position; "another" leads on to the next with the same place."""
    within = managed()
    municipality = chosen_municipality(within)
    kept = {name: request.args.get(name) for name in ("kind", "unit", "job_title")}
    form = NewPersonForm(data={**kept, "joined_on": clock.today()})
    form.offer(kinds_within(within), units_to_choose(within, municipality.id))
    if form.validate_on_submit():
        try:
            person = person_actions.add_person(
                db(),
                municipality.id,
                form.facts(),
                form.told(db().get_one(Unit, uuid.UUID(form.unit.data))),
                clock.today(),
            )
        except PersonRefused as problem:
            db().rollback()
            _tell(form, problem)
        else:
            note(Action.CHANGED_PERSON, municipality.id, person.id, "toegevoegd")
            flash(f"{person.name} is toegevoegd.", "ok")
            if "another" in request.form:
                same = {name: form[name].data for name in kept}
                return redirect(
                    url_for("persons.add_person", gemeente=municipality.id, **same), 303
                )
            return redirect(url_for("persons.show_person", person_id=person.id), 303)
    page = render_template(
        "people/new_person.html",
        form=form,
        municipality=municipality,
        others=[one for one in municipalities(within) if one.id != municipality.id],
    )
    return page, 422 if request.method == "POST" else 200


def _tell(form: Form, problem: PersonRefused) -> None:
    if problem.field and problem.field in form:
        form[problem.field].errors = [str(problem)]
    else:
        form.form_errors.append(str(problem))


@blueprint.route("/personen/<uuid:person_id>/wijzigen", methods=["GET", "POST"])
@open_to(Permission.MANAGE_PERSONS)
def change_person(person_id: uuid.UUID) -> ResponseReturnValue:
    """Changes name, address, number and dates."""
    one = _managed(person_id)
    form = PersonForm(data=PersonForm.shown(one.person))
    if request.method == "GET":
        note_looked([one.person], "persoon wijzigen")
    if form.validate_on_submit():
        try:
            person_actions.change_person(db(), one, form.facts(), clock.today())
        except PersonRefused as problem:
            db().rollback()
            _tell(form, problem)
        else:
            note(Action.CHANGED_PERSON, one.person.municipality_id, person_id, "gegevens")
            flash("De gegevens zijn bewaard.", "ok")
            return redirect(url_for("persons.show_person", person_id=person_id), 303)
    page = render_template("people/change_person.html", form=form, one=_managed(person_id))
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/personen/<uuid:person_id>/functie", methods=["GET", "POST"])
@open_to(Permission.MANAGE_PERSONS)
def add_position(person_id: uuid.UUID) -> ResponseReturnValue:
    """Adds a position beside those that somebody has."""
    return _position_page(_managed(person_id), None)


@blueprint.route("/personen/<uuid:person_id>/functie/<uuid:position_id>", methods=["GET", "POST"])
@open_to(Permission.MANAGE_PERSONS)
def change_position(person_id: uuid.UUID, position_id: uuid.UUID) -> ResponseReturnValue:
    """Changes or ends a position."""
    one = _managed(person_id)
    found = [position for position in one.positions if position.id == position_id]
    if not found:
        abort(404)
    return _position_page(one, found[0])


def _position_page(one: Listed, position: Position | None) -> ResponseReturnValue:
    person, within = one.person, managed()
    units = units_to_choose(within, person.municipality_id)
    data = {"from_on": clock.today()}
    if position is not None:
        key = (person.municipality_id, position.manager_id or person.id)
        manager = person_queries.names_of(db(), [key])[key] if position.manager_id else ""
        data = PositionForm.shown(position, manager)
        if position.unit_id not in units:
            units = {position.unit_id: db().get_one(Unit, position.unit_id).name, **units}
    form = PositionForm(data=data)
    form.offer(kinds_within(within), units)
    if request.method == "GET":
        note_looked([person], "functie wijzigen")
    if form.validate_on_submit():
        told = form.told(db().get_one(Unit, uuid.UUID(form.unit.data)))
        try:
            if position is None:
                person_actions.add_position(db(), person, told, clock.today())
            else:
                person_actions.change_position(db(), person, position, told, clock.today())
        except PersonRefused as problem:
            db().rollback()
            _tell(form, problem)
        else:
            note(Action.CHANGED_PERSON, person.municipality_id, person.id, "functie")
            flash("De functie is bewaard.", "ok")
            return redirect(url_for("persons.show_person", person_id=person.id), 303)
    page = render_template(
        "people/position.html",
        form=form,
        one=_managed(person.id),
        is_new=position is None,
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/personen/samen")
@open_to(Permission.MANAGE_PERSONS)
def change_many() -> ResponseReturnValue:
    """Shows what would happen to the persons that were ticked; does it when that is confirmed."""
    form, today = _bulk_form(), clock.today()
    chosen = person_queries.persons_within(db(), managed(), _ticked(today), today)
    problem = _bulk_problem(form, chosen)
    if problem is None and "confirm" in request.form:
        try:
            told = _do(form, chosen, today)
        except PersonRefused as refused:
            db().rollback()
            problem = str(refused)
        else:
            _note_many(chosen, told)
            flash(f"{told}.", "ok")
            return redirect(url_for("persons.show_persons"), 303)
    shown = {(one.person.municipality_id, one.person.id) for one in chosen}
    note_preview(shown, "personen samen wijzigen")
    chosen = person_queries.persons_within(db(), managed(), [key[1] for key in shown], today)
    page = render_template(
        "people/bulk.html",
        form=form,
        chosen=chosen,
        units=_units_of(chosen),
        problem=problem,
        doing=BULK.get(form.what.data or "", ""),
        today=today,
    )
    return page, 422 if problem else 200


def _ticked(today: dt.date) -> list[uuid.UUID]:
    """The persons that were ticked, or all that the filter of the list finds."""
    if "everybody" in request.form:
        keys = person_queries.person_keys(
            db(), managed(), _filter().search(), today, MOST_IN_BULK + 1
        )
        return [key[1] for key in keys]
    found = []
    for text in request.form.getlist("person"):
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _bulk_problem(form: BulkForm, chosen: list[Listed]) -> str | None:
    """Why this cannot be done to these persons, in Dutch."""
    if not chosen:
        return "Je hebt niemand gekozen. Ga terug en zet een vinkje bij wie je bedoelt."
    if len(chosen) > MOST_IN_BULK:
        return f"Kies hoogstens {MOST_IN_BULK} personen tegelijk."
    if not form.validate():
        return "Kijk na wat je wilt doen: er ontbreekt nog iets."
    what = form.what.data
    if what in {"verplaatsen", "uit-dienst"} and form.on.data is None:
        return "Kies een dag."
    if what in {"kenmerk", "kenmerk-weg"} and not clean(form.tag.data):
        return "Vul een kenmerk in."
    staff = person_queries.staff_count(db(), managed(), clock.today())
    if what == "uit-dienst" and person_rules.needs_second_person(len(chosen), staff):
        return (
            "Dit zijn er meer dan 5 procent van je mensen. Gebruik hiervoor het personeelsbestand: "
            "daar kijkt een ander met je mee."
        )
    return None


def _do(form: BulkForm, chosen: list[Listed], today: dt.date) -> str:
    """Does what was asked; tells it in Dutch."""
    persons = [one.person for one in chosen]
    tag = clean(form.tag.data).lower()
    match form.what.data:
        case "verplaatsen":
            unit = db().get_one(Unit, uuid.UUID(form.unit.data))
            assert form.on.data
            moved = person_actions.move_many(db(), chosen, unit, form.on.data, today)
            return f"{moved} verplaatst naar {unit.name}"
        case "uit-dienst":
            assert form.on.data
            person_actions.end_service(db(), chosen, form.on.data)
            return f"{len(chosen)} uit dienst per {form.on.data:%d-%m-%Y}"
        case "kenmerk":
            given = person_actions.give_tag(db(), persons, tag, today)
            return f"{given} kregen het kenmerk {tag}"
        case _:
            removed = person_actions.remove_tag(db(), persons, tag)
            return f"{removed} hebben het kenmerk {tag} niet meer"


def _note_many(chosen: list[Listed], told: str) -> None:
    for municipality_id in sorted({one.person.municipality_id for one in chosen}):
        ids = [o.person.id for o in chosen if o.person.municipality_id == municipality_id]
        note(Action.CHANGED_PERSON, municipality_id, what=told, others=ids)
