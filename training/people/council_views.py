"""Shows the council, and lets the griffie begin a term and fill a seat."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission, Population, Reach, only
from training.audit.models import Action
from training.people import council_actions, council_queries, council_rules
from training.people.council_forms import ReplaceForm, TermForm
from training.people.council_queries import Seat
from training.people.council_rules import NewMember, members_in
from training.people.desk_views import chosen_municipality, municipalities, tabs
from training.people.models import Unit
from training.people.noting_views import note, note_looked, note_preview
from training.people.person_forms import clean
from training.people.person_queries import names_of
from training.people.person_rules import PersonRefused
from training.people.personnel_cells import whole_name
from training.people.rules import PositionKind
from training.web.doors import open_to, reach, visitor
from training.web.request_db import db

blueprint = Blueprint("council", __name__)


def _of_council(permission: Permission) -> Reach:
    found = only(reach(permission), {Population.COUNCIL})
    if not found:
        abort(404)
    return found


@blueprint.get("/raad")
@open_to(Permission.READ_PERSONS)
def show_council() -> ResponseReturnValue:
    """Who sits on the council, and who will."""
    within = _of_council(Permission.READ_PERSONS)
    municipality, today = chosen_municipality(within), clock.today()
    seats = council_queries.seats_from(db(), municipality.id, today)
    note_looked((seat.person for seat in seats), "raad en commissies")
    replaced = {
        (municipality.id, seat.position.replaces_id) for seat in seats if seat.position.replaces_id
    }
    return render_template(
        "people/council.html",
        tabs=tabs("Raad"),
        municipality=municipality,
        others=[one for one in municipalities(within) if one.id != municipality.id],
        seats=seats,
        names=names_of(db(), replaced),
        terms=council_queries.terms_of(db(), municipality.id),
        may_change=visitor().may(Permission.MANAGE_PERSONS),
        today=today,
    )


@blueprint.route("/raad/nieuwe-periode", methods=["GET", "POST"])
@open_to(Permission.MANAGE_PERSONS)
def begin_term() -> ResponseReturnValue:
    """Who stays, who is new, and from when; shown once more before it is done."""
    municipality = chosen_municipality(_of_council(Permission.MANAGE_PERSONS))
    seats = _one_each(council_queries.seats_from(db(), municipality.id, clock.today()))
    form = TermForm()
    new: list[NewMember] = []
    if "confirm" not in request.form:
        keys = {(municipality.id, seat.person.id) for seat in seats}
        note_preview(keys, "nieuwe raadsperiode")
        seats = _one_each(council_queries.seats_from(db(), municipality.id, clock.today()))
    ticked = [seat for seat in seats if f"stay-{seat.person.id}" in request.form]
    staying = {seat.person.id: _kept(seat) for seat in ticked}
    if request.method == "POST" and form.validate():
        found = _told(form, municipality)
        new = found or []
        if found is not None and "confirm" in request.form:
            return _begin(form, municipality, staying, new)
    preview = request.method == "POST" and not form.errors
    page = render_template(
        "people/term.html",
        municipality=municipality,
        form=form,
        seats=seats,
        staying=staying,
        leaving=[seat for seat in seats if seat.person.id not in staying],
        new=new,
        preview=preview,
    )
    return page, 422 if form.errors else 200


def _one_each(seats: list[Seat]) -> list[Seat]:
    """One seat for each person: of who sits in the council and a committee the council's."""
    found: dict[uuid.UUID, Seat] = {}
    for seat in sorted(seats, key=lambda s: s.position.kind is not PositionKind.COUNCILLOR):
        found.setdefault(seat.person.id, seat)
    return sorted(found.values(), key=lambda s: (s.position.faction, s.person.family_name))


def _kept(seat: Seat) -> tuple[PositionKind, str]:
    faction = request.form.get(f"faction-{seat.person.id}", seat.position.faction)
    return seat.position.kind, clean(faction)[:80]


def _told(form: TermForm, municipality: Unit) -> list[NewMember] | None:
    last = council_queries.terms_of(db(), municipality.id)
    found: list[NewMember] = []
    try:
        assert form.from_on.data
        council_rules.check_term(
            form.from_on.data, last[0].from_on if last else None, clock.today()
        )
    except ValueError as problem:
        form.from_on.errors = [str(problem)]
    for field, kind in (
        (form.councillors, PositionKind.COUNCILLOR),
        (form.members, PositionKind.COMMITTEE_MEMBER),
    ):
        try:
            found += members_in(field.data or "", kind)
        except ValueError as problem:
            field.errors = [str(problem)]
    return None if form.errors else found


def _begin(
    form: TermForm,
    municipality: Unit,
    staying: dict[uuid.UUID, tuple[PositionKind, str]],
    new: list[NewMember],
) -> ResponseReturnValue:
    assert form.from_on.data
    try:
        touched = council_actions.begin_term(
            db(), municipality.id, form.from_on.data, staying, new, clock.today()
        )
    except PersonRefused as problem:
        db().rollback()
        flash(str(problem), "error")
        return redirect(url_for("council.begin_term", gemeente=municipality.id), 303)
    what = f"nieuwe raadsperiode vanaf {form.from_on.data:%d-%m-%Y}"
    note(Action.CHANGED_PERSON, municipality.id, what=what, others=touched)
    flash(f"De {what} is bewaard.", "ok")
    return redirect(url_for("council.show_council", gemeente=municipality.id), 303)


@blueprint.route("/raad/zetel", methods=["GET", "POST"])
@open_to(Permission.MANAGE_PERSONS)
def fill_seat() -> ResponseReturnValue:
    """Somebody takes the seat of another, for good or for sixteen weeks."""
    municipality = chosen_municipality(_of_council(Permission.MANAGE_PERSONS))
    today = clock.today()
    seats = {
        str(seat.position.id): seat
        for seat in council_queries.seats_on(db(), municipality.id, today)
    }
    form = ReplaceForm(data={"from_on": today})
    form.seat.choices = [
        (key, f"{seat.person.name} ({seat.position.faction or seat.position.kind.value})")
        for key, seat in seats.items()
    ]
    if form.validate_on_submit():
        try:
            told, about = _fill(form, seats[form.seat.data])
        except PersonRefused as problem:
            keys = {(municipality.id, seat.person.id) for seat in seats.values()}
            note_preview(keys, "zetel van de raad")
            name = problem.field if problem.field in form else "name"
            form[name].errors = [str(problem)]
        else:
            note(Action.CHANGED_PERSON, municipality.id, what="zetel van de raad", others=about)
            flash(told, "ok")
            return redirect(url_for("council.show_council", gemeente=municipality.id), 303)
    if request.method == "GET":
        note_looked((seat.person for seat in seats.values()), "zetel van de raad")
    page = render_template("people/seat.html", form=form, municipality=municipality)
    return page, 422 if request.method == "POST" else 200


def _fill(form: ReplaceForm, seat: Seat) -> tuple[str, list[uuid.UUID]]:
    name = whole_name(clean(form.name.data))
    if not name.given or not name.family:
        raise PersonRefused("Vul de voornaam en de achternaam in.", "name")
    position, person = seat.position, seat.person
    email = clean(form.email.data).lower() or None
    member = NewMember(*name, position.faction, email, position.kind)
    assert form.from_on.data
    if form.how.data == "while":
        other, until = council_actions.replace_for_a_while(
            db(), seat, member, form.from_on.data, clock.today()
        )
        told = f"{other.name} vervangt {person.name} tot en met {until:%d-%m-%Y}."
    else:
        other = council_actions.succeed(db(), seat, member, form.from_on.data, clock.today())
        told = f"{other.name} volgt {person.name} op."
    return told, [person.id, other.id]
