"""Shows HR, the griffie or the secretary how one person stands, and lets them decide about it.

Not for a coordinator, and never about oneself. Who looked is in the log.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.assignments import opening_actions, person_actions
from training.assignments.person_actions import Decision, RefusedError
from training.assignments.rules import Cause
from training.assignments.why_queries import Why, why
from training.assignments.why_views import title_of
from training.audit.models import Action
from training.content.classes import Content, ContentKind
from training.content.views import library
from training.desk.common_views import tabs
from training.desk.forms import (
    EarlierForm,
    ExemptForm,
    ExtraForPersonForm,
    FindPersonForm,
    PauseForm,
)
from training.desk.person_queries import MOST, decided_about, persons_named
from training.desk.queries import names_of
from training.people.models import Person
from training.people.noting_views import note, note_looked
from training.people.queries import person_within, positions_of
from training.web.doors import open_to, reach, visitor
from training.web.form_kit import Form
from training.web.request_db import db

blueprint = Blueprint("one_person", __name__)


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms on the page of a person."""

    pause: PauseForm
    exempt: ExemptForm
    earlier: EarlierForm
    extra: ExtraForPersonForm

    def errors(self) -> list[tuple[str, str]]:
        """What must be mended: the id of the field, and the message."""
        found = []
        for form in (self.pause, self.exempt, self.earlier, self.extra):
            found += [("", message) for message in form.form_errors]
            found += [(field.id, message) for field in form for message in field.errors]
        return found


@blueprint.get("/per-persoon")
@open_to(Permission.DECIDE_FOR_PERSON)
def find_person() -> ResponseReturnValue:
    """Looks up somebody by name; whom the visitor sees is in the log."""
    form = FindPersonForm(request.args)
    text = (form.zoek.data or "").strip() if form.validate() else ""
    found = []
    if text:
        found = persons_named(db(), reach(Permission.DECIDE_FOR_PERSON), text, clock.today())
    note_looked((person for person, _ in found[:MOST]), "zoeken op naam")
    return render_template(
        "desk/find_person.html",
        tabs=tabs("one_person.find_person"),
        filter=form,
        asked=text,
        found=found[:MOST],
        more=len(found) > MOST,
    )


@blueprint.get("/per-persoon/<uuid:person_id>")
@open_to(Permission.DECIDE_FOR_PERSON)
def show_person(person_id: uuid.UUID) -> ResponseReturnValue:
    """Why each duty, how each date came about, all rounds, and what was decided."""
    person = _person(person_id)
    found = why(db(), person, clock.today())
    note_looked([person], "training van één persoon")
    return _page(person, found, _forms(found))


def _person(person_id: uuid.UUID) -> Person:
    found = person_within(db(), reach(Permission.DECIDE_FOR_PERSON), person_id, clock.today())
    if found is None:
        abort(404)
    return found


def _is_visitor(person: Person) -> bool:
    return (person.municipality_id, person.id) == (visitor().municipality_id, visitor().person_id)


def _forms(found: Why, sent: str = "") -> Forms:
    """The forms of the page; only the one that was sent reads what was sent."""

    def make(kind: type[Form], name: str) -> Form:
        return kind() if sent == name else kind(formdata=None)

    exempt = make(ExemptForm, "exempt")
    extra = make(ExtraForPersonForm, "extra")
    exempt.duty.choices = extra.extra_duty.choices = [
        (str(item.standing.duty.id), item.standing.duty.title) for item in found.duties
    ]
    earlier = make(EarlierForm, "earlier")
    shelf = library()
    everything: list[Content] = [
        *shelf.modules.values(),
        *shelf.dilemmas.values(),
        *shelf.meetings.values(),
    ]
    earlier.content.choices = [
        (f"{item.kind.name}:{item.id}", f"{item.title} ({item.kind.value})")
        for item in sorted(everything, key=lambda item: item.title)
    ]
    return Forms(make(PauseForm, "pause"), exempt, earlier, extra)


def _page(person: Person, found: Why, forms: Forms) -> str:
    today = clock.today()
    positions = positions_of(db(), person.municipality_id, person.id, today)
    units = names_of(db(), [position.unit_id for position in positions])
    return render_template(
        "desk/person.html",
        person=person,
        positions=[(position, units[position.unit_id]) for position in positions],
        found=found,
        decided=decided_about(db(), person),
        year=found.due_within(today, clock.add_months(today, 12)),
        forms=forms,
        own=_is_visitor(person),
        titles=title_of,
        audiences=library().audiences,
        by_hand=person_actions.BY_HAND,
        local_date=clock.local_date,
        today=today,
    )


def _other(person_id: uuid.UUID) -> tuple[Person, Decision]:
    """The person to decide about; 404 for oneself, as nobody decides about him- or herself."""
    person = _person(person_id)
    if _is_visitor(person):
        abort(404)
    who = visitor()
    return person, Decision(
        person.municipality_id, person.id, who.name, clock.now(), own_id=who.person_id
    )


def _done(person: Person, action: Action, what: str, message: str) -> ResponseReturnValue:
    note(action, person.municipality_id, person.id, what)
    flash(message, "ok")
    return redirect(url_for("one_person.show_person", person_id=person.id), 303)


@blueprint.post("/per-persoon/<uuid:person_id>/pauze")
@open_to(Permission.DECIDE_FOR_PERSON)
def pause_person(person_id: uuid.UUID) -> ResponseReturnValue:
    """Takes somebody out for a while."""
    person, decision = _other(person_id)
    found = why(db(), person, clock.today())
    forms = _forms(found, "pause")
    form = forms.pause
    if form.validate() and form.pause_from.data and form.pause_until.data:
        try:
            person_actions.pause(db(), decision, form.pause_from.data, form.pause_until.data)
        except RefusedError as problem:
            form.pause_until.errors = [str(problem)]
        else:
            return _done(person, Action.PAUSED, "", "De pauze staat erin. De datums schuiven op.")
    return _page(person, found, forms), 422


@blueprint.post("/per-persoon/<uuid:person_id>/pauze/<from_on>/intrekken")
@open_to(Permission.DECIDE_FOR_PERSON)
def withdraw_pause(person_id: uuid.UUID, from_on: str) -> ResponseReturnValue:
    """Takes a pause back, or ends the one that runs."""
    person, decision = _other(person_id)
    day = clock.date_or_none(from_on)
    if day is None or not person_actions.withdraw_pause(db(), decision, day, clock.today()):
        abort(404)
    return _done(person, Action.WITHDREW, "pauze", "De pauze is beëindigd.")


@blueprint.post("/per-persoon/<uuid:person_id>/vrijstelling")
@open_to(Permission.DECIDE_FOR_PERSON)
def exempt_person(person_id: uuid.UUID) -> ResponseReturnValue:
    """Lets somebody off a duty for a while."""
    person, decision = _other(person_id)
    found = why(db(), person, clock.today())
    forms = _forms(found, "exempt")
    form = forms.exempt
    if form.validate() and form.exempt_from.data and form.exempt_until.data:
        try:
            person_actions.exempt(
                db(),
                decision,
                uuid.UUID(form.duty.data),
                form.exempt_from.data,
                form.exempt_until.data,
                (form.reason.data or "").strip(),
            )
        except RefusedError as problem:
            form.exempt_until.errors = [str(problem)]
        else:
            titles = {str(i.standing.duty.id): i.standing.duty.title for i in found.duties}
            what = titles[form.duty.data]
            return _done(person, Action.EXEMPTED, what, "De vrijstelling staat erin.")
    return _page(person, found, forms), 422


@blueprint.post("/per-persoon/<uuid:person_id>/vrijstelling/<uuid:duty_id>/<from_on>/intrekken")
@open_to(Permission.DECIDE_FOR_PERSON)
def withdraw_exemption(
    person_id: uuid.UUID, duty_id: uuid.UUID, from_on: str
) -> ResponseReturnValue:
    """Takes an exemption back, or ends the one that runs."""
    person, decision = _other(person_id)
    day = clock.date_or_none(from_on)
    if day is None or not person_actions.withdraw_exemption(
        db(), decision, duty_id, day, clock.today()
    ):
        abort(404)
    return _done(person, Action.WITHDREW, "vrijstelling", "De vrijstelling is beëindigd.")


@blueprint.post("/per-persoon/<uuid:person_id>/extra-ronde")
@open_to(Permission.DECIDE_FOR_PERSON)
def open_extra(person_id: uuid.UUID) -> ResponseReturnValue:
    """Opens a round out of its turn for one person."""
    person, decision = _other(person_id)
    found = why(db(), person, clock.today())
    forms = _forms(found, "extra")
    form = forms.extra
    if form.validate() and form.extra_from.data:
        asked = opening_actions.Asked(
            uuid.UUID(form.extra_duty.data),
            Cause[form.extra_cause.data],
            form.extra_from.data,
            form.extra_days.data or 0,
            (form.extra_why.data or "").strip(),
            decision.by,
            municipality_id=person.municipality_id,
            people=[person.id],
            own_id=visitor().person_id,
        )
        try:
            opening_actions.open_extra(db(), asked, clock.today(), decision.at)
        except opening_actions.RefusedError as problem:
            form.extra_from.errors = [str(problem)]
        else:
            return _done(person, Action.CHANGED_DUTY, "extra ronde", "De extra ronde staat erin.")
    return _page(person, found, forms), 422


@blueprint.post("/per-persoon/<uuid:person_id>/eerder")
@open_to(Permission.DECIDE_FOR_PERSON)
def record_earlier(person_id: uuid.UUID) -> ResponseReturnValue:
    """Records proof of what somebody did before, or elsewhere."""
    person, decision = _other(person_id)
    today = clock.today()
    found = why(db(), person, today)
    forms = _forms(found, "earlier")
    form = forms.earlier
    if form.validate() and form.completed_on.data:
        kind, _, content_id = str(form.content.data).partition(":")
        item = library().content(ContentKind[kind], content_id)
        assert item is not None
        unit_id = positions_of(db(), person.municipality_id, person.id, today)[0].unit_id
        try:
            person_actions.record_earlier(
                db(),
                decision,
                unit_id=unit_id,
                content=(ContentKind[kind], content_id),
                version=item.version,
                completed_on=form.completed_on.data,
                title=item.title,
                today=today,
            )
        except RefusedError as problem:
            form.completed_on.errors = [str(problem)]
        else:
            return _done(person, Action.RECORDED_EVIDENCE, item.title, "Het bewijs staat erin.")
    return _page(person, found, forms), 422


@blueprint.post("/per-persoon/<uuid:person_id>/bewijs/<uuid:evidence_id>/intrekken")
@open_to(Permission.DECIDE_FOR_PERSON)
def withdraw_earlier(person_id: uuid.UUID, evidence_id: uuid.UUID) -> ResponseReturnValue:
    """Takes back proof that was recorded by hand."""
    person, decision = _other(person_id)
    if not person_actions.withdraw_earlier(db(), decision, evidence_id):
        abort(404)
    return _done(person, Action.WITHDREW, "eerder bewijs", "Het bewijs is ingetrokken.")
