"""Shows who is likely in the list twice, and makes one person of two after a look at both."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.people.desk_views import chosen_municipality, managed, municipalities, tabs
from training.people.double_rules import Candidate, Double, likely_doubles
from training.people.models import Person
from training.people.noting_views import audit_key, note_looked
from training.people.person_queries import (
    Listed,
    PersonSearch,
    persons,
    persons_within,
    units_by_id,
)
from training.retention import person_actions
from training.retention.forms import MergeForm
from training.retention.person_actions import NotMergeableError
from training.retention.views import keep_memory
from training.web.doors import open_to, visitor
from training.web.request_db import db

blueprint = Blueprint("doubles", __name__)
MOST = 50_000


@blueprint.get("/dubbele-personen")
@open_to(Permission.MANAGE_PERSONS)
def show_doubles() -> ResponseReturnValue:
    """The pairs that are likely one person."""
    within = managed()
    municipality = chosen_municipality(within)
    found = persons(db(), within, PersonSearch(stand=None), clock.today(), 0, MOST)
    own = {one.person.id: one for one in found if one.person.municipality_id == municipality.id}
    pairs = likely_doubles(_candidate(one) for one in own.values())
    note_looked(_of(pairs, own), "lijst van mogelijk dubbele personen")
    return render_template(
        "retention/doubles.html",
        tabs=tabs("Personen"),
        municipality=municipality,
        others=[one for one in municipalities(within) if one.id != municipality.id],
        pairs=pairs,
    )


def _candidate(one: Listed) -> Candidate:
    person = one.person
    return Candidate(
        person.id,
        person.given_name,
        person.name,
        person.email,
        person.employee_number,
        person.joined_on,
    )


def _of(pairs: Sequence[Double], own: dict[uuid.UUID, Listed]) -> list[Person]:
    ids = {one.person_id for pair in pairs for one in (pair.one, pair.other)}
    return [own[one].person for one in ids]


@blueprint.route("/dubbele-personen/<uuid:person_id>/<uuid:other_id>", methods=["GET", "POST"])
@open_to(Permission.MANAGE_PERSONS)
def merge_persons(person_id: uuid.UUID, other_id: uuid.UUID) -> ResponseReturnValue:
    """Both beside each other; whoever is kept gets everything of the other."""
    found = persons_within(db(), managed(), [person_id, other_id], clock.today())
    if len(found) != 2:
        abort(404)
    form = MergeForm()
    form.keep.choices = [(str(one.person.id), _described(one)) for one in found]
    if request.method == "GET":
        note_looked((one.person for one in found), "dubbele persoon")
    if form.validate_on_submit():
        keep, drop = sorted(found, key=lambda one: str(one.person.id) != form.keep.data)
        name = keep.person.name
        try:
            person_actions.merge(
                db(),
                audit_key(),
                keep=(keep.person.municipality_id, keep.person.id),
                drop=(drop.person.municipality_id, drop.person.id),
                actor=visitor(),
                now=clock.now(),
                today=clock.today(),
            )
        except NotMergeableError as problem:
            db().rollback()
            form.keep.errors = [str(problem)]
        else:
            db().commit()
            keep_memory()
            flash(f"{name} is nu één persoon. Alle bewijzen staan bij elkaar.", "ok")
            return redirect(url_for("persons.show_person", person_id=form.keep.data), 303)
    found = persons_within(db(), managed(), [person_id, other_id], clock.today())
    units = units_by_id(db(), {p.unit_id for one in found for p in one.positions})
    page = render_template(
        "retention/merge.html", form=form, found=found, units=units, today=clock.today()
    )
    return page, 422 if request.method == "POST" else 200


def _described(one: Listed) -> str:
    number = one.person.employee_number
    told = f"nummer {number}" if number else "zonder nummer"
    return f"{one.person.name}, {told}, vanaf {one.person.joined_on:%d-%m-%Y}"
