"""Shows the programme of a node, and lets who runs it switch on a duty or make one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.assignments import actions, duty_actions, word_rules
from training.assignments.duty_actions import Reason
from training.assignments.facts import DutyFacts, quiet_of
from training.assignments.rules import Calendar
from training.audit.models import Action
from training.content.views import library
from training.desk import count_rules, draft_rules, impact_rules, queries, sample_rules
from training.desk.brake_views import questions
from training.desk.common_views import Place, least_to_count, managed, own_node, place_at, tabs
from training.desk.forms import DutyForm, PolicyForm, ReasonForm
from training.desk.impact_rules import Starter
from training.people.noting_views import note
from training.people.queries import municipalities_below, units_of
from training.web.doors import open_to, visitor
from training.web.request_db import db

blueprint = Blueprint("programme", __name__)


@blueprint.get("/programma")
@open_to(Permission.MANAGE_DUTIES)
def show_own_programme() -> ResponseReturnValue:
    """The programme of the highest node that the visitor runs."""
    return _programme_page(own_node())


@blueprint.get("/programma/<uuid:unit_id>")
@open_to(Permission.MANAGE_DUTIES)
def show_programme(unit_id: uuid.UUID) -> ResponseReturnValue:
    """What is on at one node, for whom, since when; and what can be switched on."""
    return _programme_page(unit_id)


def _programme_page(unit_id: uuid.UUID) -> str:
    place, today = place_at(unit_id), clock.today()
    duties = _visible(place)
    running = [duty for duty in duties if duty.ended_on is None or duty.ended_on >= today]
    ids = [duty.id for duty in running]
    people = queries.people_by_duty(db(), [place.unit.id], ids, today)
    drafts = draft_rules.ready_drafts(library(), today)
    in_use = queries.audiences_in_use(db(), place.unit.id)
    mine = {
        slug: draft
        for slug, draft in drafts.items()
        if draft_rules.may_ask(draft.audiences, place.populations, library())
    }
    return render_template(
        "desk/programme.html",
        tabs=tabs("programme.show_own_programme"),
        nodes=queries.nodes(db(), managed()),
        place=place,
        running=running,
        ended=[duty for duty in duties if duty not in running],
        people={k: count_rules.shown(n, least_to_count()) for k, n in people.items()},
        where=queries.names_of(db(), {duty.unit_id for duty in duties}),
        ready={slug: d for slug, d in mine.items() if in_use.intersection(d.audiences)},
        on=queries.slugs_of(db(), ids),
        plan=[
            action
            for action in draft_rules.plan_actions(library())
            if draft_rules.may_see(action.audiences, place.populations, library())
        ],
        waiting=len(questions()),
        shelf=library(),
        today=today,
    )


def _visible(place: Place) -> list[DutyFacts]:
    return [
        duty
        for duty in queries.duties_of_node(db(), place.path)
        if draft_rules.may_see(duty.audiences, place.populations, library())
    ]


@blueprint.get("/programma/<uuid:unit_id>/nieuw")
@open_to(Permission.MANAGE_DUTIES)
def plan_duty(unit_id: uuid.UUID) -> ResponseReturnValue:
    """The form of a duty: empty, or with what the ready programme says."""
    place = place_at(unit_id)
    form = _form(place)
    draft = draft_rules.ready_drafts(library(), clock.today()).get(request.args.get("uit", ""))
    if draft is not None:
        form.fill_from(draft, place.unit.id)
    else:
        form.in_force_from.data, form.unit.data = clock.today(), str(place.unit.id)
    return _form_page(place, form)


@blueprint.post("/programma/<uuid:unit_id>/nieuw")
@open_to(Permission.MANAGE_DUTIES)
def make_duty(unit_id: uuid.UUID) -> ResponseReturnValue:
    """Shows the three samples, then what the duty does to whom, and then makes it."""
    place = place_at(unit_id)
    form, step = _form(place), request.form.get("step")
    if step == "back":
        return _form_page(place, form)
    if not form.validate() or not form.begins_from(clock.today()):
        return _form_page(place, form), 422
    if step == "show":
        return _form_page(place, form)
    reason = ReasonForm()
    if step != "save":
        return _check_page(place, form, ReasonForm(formdata=None))
    if not reason.validate():
        return _check_page(place, form, reason), 422
    duty = actions.make_duty(
        db(),
        unit_id=uuid.UUID(form.unit.data),
        title=(form.title.data or "").strip(),
        contents=form.contents(),
        audiences=list(dict.fromkeys(form.audiences.data or [])),
        policy=form.policy(),
        choose=form.chosen(),
        programme_slug=_slug(),
        by=visitor().name,
    )
    why = (reason.why.data or "").strip()
    duty.policies[0].why = why
    duty_actions.tell(db(), duty.id, Reason(visitor().name, clock.now(), why), "aangezet", 1)
    note(Action.CHANGED_DUTY, place.unit.municipality_id, None, f"aangezet: {duty.title}")
    flash(f"“{duty.title}” staat aan.", "ok")
    return redirect(url_for("programme.show_duty", duty_id=duty.id), 303)


def _slug() -> str | None:
    """The entry of the ready programme from which the form was filled."""
    asked = request.args.get("uit", "")
    return asked if asked in draft_rules.ready_drafts(library(), clock.today()) else None


def _form(place: Place) -> DutyForm:
    form = DutyForm()
    in_use = queries.audiences_in_use(db(), place.unit.id)
    audiences = [
        slug
        for slug in library().audiences
        if slug in in_use and draft_rules.may_ask([slug], place.populations, library())
    ]
    form.offer(units_of(db(), [place.unit.id]), audiences, library())
    return form


def _form_page(place: Place, form: DutyForm) -> str:
    draft = draft_rules.ready_drafts(library(), clock.today()).get(request.args.get("uit", ""))
    return render_template(
        "desk/duty_form.html",
        tabs=tabs(""),
        place=place,
        form=form,
        draft=draft,
        samples=_samples(place, form) if not form.errors else [],
    )


def _samples(place: Place, form: PolicyForm) -> Sequence[sample_rules.Sample]:
    """The three sample persons; none while the form cannot be read yet."""
    if form.in_force_from.data is None:
        return []
    calendar = calendar_for(place, form.quiet_names())
    return sample_rules.samples(form.policy(), calendar, clock.today())


def calendar_for(place: Place, names: Sequence[str]) -> Calendar:
    """The quiet times of these names at a node: of its municipality, or of the first one below."""
    if not names:
        return Calendar()
    municipality_id = place.unit.municipality_id
    if municipality_id is None:
        below = municipalities_below(db(), [place.unit.id])
        if not below:
            return Calendar()
        municipality_id = below[0].id
    return Calendar(named=quiet_of(db(), municipality_id))


@blueprint.post("/programma/<uuid:unit_id>/voorbeeld")
@open_to(Permission.MANAGE_DUTIES)
def show_samples(unit_id: uuid.UUID) -> ResponseReturnValue:
    """The three sample persons as a part of a page, for the script that refreshes them."""
    place, form = place_at(unit_id), PolicyForm()
    good = form.validate()
    page = render_template("desk/_samples.html", samples=_samples(place, form) if good else [])
    return page, 200 if good else 422


def _check_page(place: Place, form: DutyForm, reason: ReasonForm) -> str:
    today, least = clock.today(), least_to_count()
    unit_id = uuid.UUID(form.unit.data)
    found = queries.members(db(), unit_id, form.audiences.data or [], today)
    wide = least > 1 and place.unit.municipality_id is None
    starters = [
        Starter(m.person_id.int, m.municipality_id if wide else m.unit_id, m.from_on) for m in found
    ]
    calendar = calendar_for(place, form.quiet_names())
    effect = impact_rules.opening(form.policy(), calendar, starters, today)
    names = queries.names_of(db(), effect.by_unit)
    return render_template(
        "desk/check_duty.html",
        tabs=tabs(""),
        place=place,
        form=reason,
        draft=form,
        unit=queries.names_of(db(), [unit_id])[unit_id],
        audiences=[library().audiences[slug].label for slug in form.audiences.data or []],
        lines=word_rules.policy_lines(form.policy()),
        effect=effect,
        people=count_rules.people(effect.people, least),
        units=count_rules.by_unit(effect.by_unit, names, least),
        least=least,
        carried=carried(),
    )


def carried() -> list[tuple[str, str]]:
    """All that was filled in, for the hidden fields of the next step."""
    own = {"csrf_token", "step", "why"}
    return [(key, value) for key, value in request.form.items(multi=True) if key not in own]


def duty_place(duty_id: uuid.UUID) -> tuple[DutyFacts, Place, bool]:
    """A duty that the visitor may see, where it lies, and whether he or she may change it; else
    404. A duty of a node above the visitor's can be seen, not changed."""
    duty = queries.duty_within(db(), duty_id)
    if duty is None:
        abort(404)
    path = tuple(queries.path_of(db(), duty.unit_id))
    here = queries.populations_at(path, managed())
    populations = here or queries.populations_below(db(), duty.unit_id, managed())
    if not draft_rules.may_see(duty.audiences, populations, library()):
        abort(404)
    return duty, Place(path, populations), draft_rules.may_ask(duty.audiences, here, library())


@blueprint.get("/programma/verplichting/<uuid:duty_id>")
@open_to(Permission.MANAGE_DUTIES)
def show_duty(duty_id: uuid.UUID) -> ResponseReturnValue:
    """One duty: what it asks, of whom, since when, and who changed what and why."""
    duty, place, may_change = duty_place(duty_id)
    today = clock.today()
    own = [grant.unit_id for grant in managed()]
    people = queries.people_by_duty(db(), own, [duty.id], today).get(duty.id, 0)
    return render_template(
        "desk/duty.html",
        tabs=tabs(""),
        duty=duty,
        place=place,
        may_change=may_change,
        people=count_rules.shown(people, least_to_count()),
        lines=word_rules.policy_lines(duty.policies[-1]),
        history=queries.history_of(db(), duty.id),
        openings=queries.openings_by_hand(db(), duty.id),
        policy_lines=word_rules.policy_lines,
        policies={policy.version: policy for policy in duty.policies},
        shelf=library(),
        today=today,
    )
