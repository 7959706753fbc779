"""Lets who runs a duty change its rules, spread it or end it, after seeing what that does."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass, replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.assignments import duty_actions, opening_actions, word_rules
from training.assignments.duty_actions import Reason
from training.assignments.facts import DutyFacts
from training.assignments.models import ExtraOpening
from training.assignments.rules import Cause, Policy, Standing
from training.audit.models import Action
from training.desk import (
    count_rules,
    impact_rules,
    look_ahead_rules,
    plan_queries,
    queries,
    sample_rules,
)
from training.desk.common_views import Place, least_to_count, managed, tabs
from training.desk.forms import (
    ChangeForm,
    EndDutyForm,
    ExtraForm,
    PolicyForm,
    ReasonForm,
    SpreadForm,
)
from training.desk.programme_views import calendar_for, carried, duty_place
from training.people.noting_views import note
from training.web.doors import open_to, visitor
from training.web.request_db import db

blueprint = Blueprint("change", __name__)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of the rules does: to how many people, in which units, and to which dates."""

    people: int
    moved: int
    by_unit: dict[uuid.UUID, int]
    moves: list[impact_rules.Move]


def _own(duty_id: uuid.UUID) -> tuple[DutyFacts, Place]:
    """A duty that the visitor may change; else 404."""
    duty, place, may_change = duty_place(duty_id)
    if not may_change:
        abort(404)
    return duty, place


def _reason(form: ReasonForm) -> Reason:
    return Reason(visitor().name, clock.now(), (form.why.data or "").strip())


def _effect(duty: DutyFacts, place: Place, policy: Policy, today: dt.date) -> Effect:
    found = list(duty_actions.under(db(), duty, policy, today))
    moved = [held for held in found if held.date_before != held.date_after]
    if place.unit.municipality_id is None and least_to_count() > 1:
        by_unit = Counter(held.municipality_id for held in moved)
    else:
        people = {held.person_id for held in moved}
        by_unit = Counter(queries.units_of_people(db(), duty.unit_id, people, today).values())
    return Effect(
        people=len(found),
        moved=len(moved),
        by_unit=dict(by_unit),
        moves=impact_rules.moves((held.date_before, held.date_after) for held in moved),
    )


@blueprint.get("/programma/verplichting/<uuid:duty_id>/wijzigen")
@open_to(Permission.MANAGE_DUTIES)
def plan_change(duty_id: uuid.UUID) -> ResponseReturnValue:
    """The rules as they are, to change."""
    duty, place = _own(duty_id)
    form = PolicyForm()
    form.fill(replace(duty.policies[-1], from_on=max(clock.today(), duty.in_force_from)))
    return _form_page(duty, place, form)


def _form_page(duty: DutyFacts, place: Place, form: PolicyForm) -> str:
    samples: list[sample_rules.Sample] = []
    if not form.errors and form.in_force_from.data is not None:
        calendar = calendar_for(place, form.quiet_names())
        samples = sample_rules.samples(form.policy(), calendar, clock.today())
    return render_template(
        "desk/change_form.html",
        tabs=tabs(""),
        duty=duty,
        place=place,
        form=form,
        samples=samples,
    )


@blueprint.post("/programma/verplichting/<uuid:duty_id>/wijzigen")
@open_to(Permission.MANAGE_DUTIES)
def change_duty(duty_id: uuid.UUID) -> ResponseReturnValue:
    """Shows what other rules do to whom, for future rounds or also for open ones; then saves."""
    duty, place = _own(duty_id)
    form, step, today = PolicyForm(), request.form.get("step"), clock.today()
    if step == "back":
        return _form_page(duty, place, form)
    if not form.validate() or not form.begins_from(today):
        return _form_page(duty, place, form), 422
    if step == "show":
        return _form_page(duty, place, form)
    if step != "save":
        return _check_page(duty, place, form, ChangeForm(formdata=None))
    reason = ChangeForm()
    if not reason.validate():
        return _check_page(duty, place, form, reason), 422
    moved = duty_actions.change_policy(
        db(),
        duty,
        form.policy(),
        _reason(reason),
        today,
        open_too=reason.scope.data == ChangeForm.OPEN_TOO,
    )
    return _saved(duty, place, f"regels veranderd: {duty.title}", _moved_in_words(moved))


def _moved_in_words(moved: int) -> str:
    if not moved:
        return "De regels zijn veranderd. Alle datums die er al waren, blijven staan."
    shown = count_rules.people(moved, least_to_count())
    return f"De regels zijn veranderd. De datum is veranderd voor {shown}."


def _saved(duty: DutyFacts, place: Place, what: str, message: str) -> ResponseReturnValue:
    note(Action.CHANGED_DUTY, place.unit.municipality_id, None, what)
    flash(message, "ok")
    return redirect(url_for("programme.show_duty", duty_id=duty.id), 303)


def _check_page(duty: DutyFacts, place: Place, form: PolicyForm, reason: ChangeForm) -> str:
    today, least = clock.today(), least_to_count()
    policy = form.policy(max(one.version for one in duty.policies) + 1)
    effect = _effect(duty, place, policy, today)
    names = queries.names_of(db(), effect.by_unit)
    moves, left_out = impact_rules.move_lines(effect.moves, least)
    return render_template(
        "desk/check_change.html",
        tabs=tabs(""),
        duty=duty,
        place=place,
        form=reason,
        before=word_rules.policy_lines(duty.policies[-1]),
        after=word_rules.policy_lines(policy),
        from_on=policy.from_on,
        effect=effect,
        people=count_rules.people(effect.people, least),
        moved=count_rules.people(effect.moved, least),
        units=count_rules.by_unit(effect.by_unit, names, least),
        moves=moves,
        left_out=left_out,
        mail_on=sample_rules.first_mail_on(today, calendar_for(place, policy.quiet), today),
        least=least,
        carried=carried(),
    )


@blueprint.get("/programma/verplichting/<uuid:duty_id>/spreiden")
@open_to(Permission.MANAGE_DUTIES)
def spread_duty(duty_id: uuid.UUID) -> ResponseReturnValue:
    """The weeks of a duty as they are, and as they would be with another spreading."""
    duty, place = _own(duty_id)
    form = SpreadForm(request.args)
    if request.args.get("spread_days") is None:
        form.spread_days.data = duty.policies[-1].spread_days
        return _spread_page(duty, place, form, ReasonForm(formdata=None))
    code = 200 if form.validate() else 422
    return _spread_page(duty, place, form, ReasonForm(formdata=None)), code


def _spread_page(duty: DutyFacts, place: Place, form: SpreadForm, reason: ReasonForm) -> str:
    today = clock.today()
    until = clock.add_months(today, 12)
    days = form.spread_days.data if not form.errors else None
    found = list(plan_queries.stands(db(), managed(), place.unit.id, today, True))
    mine = [stand for stand in found if stand.duty_id == duty.id]
    now = list(look_ahead_rules.coming(mine, {duty.id: duty.policies[-1]}, today, until))
    least = least_to_count()
    weeks = look_ahead_rules.weeks(now, today, until)
    spread = None
    if days is not None and days != duty.policies[-1].spread_days:
        pairs = _spread_pairs(duty, replace(duty.policies[-1], spread_days=days), today)
        spread = look_ahead_rules.weeks(pairs, today, until)
    return render_template(
        "desk/spread.html",
        tabs=tabs(""),
        duty=duty,
        place=place,
        filter=form,
        form=reason,
        days=days,
        weeks=weeks,
        spread=spread,
        peak=look_ahead_rules.peak(weeks),
        new_peak=look_ahead_rules.peak(spread or []),
        shown=lambda number: count_rules.shown(number, least),
        people=lambda number: count_rules.people(number, least),
    )


def _spread_pairs(duty: DutyFacts, policy: Policy, today: dt.date) -> list[look_ahead_rules.Coming]:
    """The dates that people would have under other rules, one by one."""
    found = []
    for held in duty_actions.under(db(), duty, policy, today):
        if held.date_after is not None and held.date_after >= today:
            found.append(
                look_ahead_rules.Coming(
                    duty.id, held.municipality_id, None, held.date_after, people=1
                )
            )
    return found


@blueprint.post("/programma/verplichting/<uuid:duty_id>/spreiden")
@open_to(Permission.MANAGE_DUTIES)
def save_spread(duty_id: uuid.UUID) -> ResponseReturnValue:
    """Spreads the open rounds of a duty, and those to come."""
    duty, place = _own(duty_id)
    form, reason = SpreadForm(request.form), ReasonForm()
    if not form.validate() or not reason.validate():
        return _spread_page(duty, place, form, reason), 422
    policy = replace(duty.policies[-1], spread_days=form.spread_days.data or 0)
    moved = duty_actions.change_policy(
        db(), duty, policy, _reason(reason), clock.today(), open_too=True
    )
    return _saved(duty, place, f"gespreid: {duty.title}", _moved_in_words(moved))


@blueprint.get("/programma/verplichting/<uuid:duty_id>/beeindigen")
@open_to(Permission.MANAGE_DUTIES)
def plan_end(duty_id: uuid.UUID) -> ResponseReturnValue:
    """What ending a duty does, and until when it may go on."""
    duty, place = _own(duty_id)
    form = EndDutyForm()
    form.last_day.data = duty.ended_on or clock.today()
    return _end_page(duty, place, form)


def _end_page(duty: DutyFacts, place: Place, form: EndDutyForm) -> str:
    today = clock.today()
    own = [grant.unit_id for grant in managed()]
    people = queries.people_by_duty(db(), own, [duty.id], today).get(duty.id, 0)
    return render_template(
        "desk/end_duty.html",
        tabs=tabs(""),
        duty=duty,
        place=place,
        form=form,
        people=count_rules.people(people, least_to_count()),
        today=today,
    )


@blueprint.post("/programma/verplichting/<uuid:duty_id>/beeindigen")
@open_to(Permission.MANAGE_DUTIES)
def end_duty(duty_id: uuid.UUID) -> ResponseReturnValue:
    """Ends a duty after a day, or lets it go on after all."""
    duty, place = _own(duty_id)
    form, today = EndDutyForm(), clock.today()
    goes_on = request.form.get("step") == "go_on"
    if goes_on:
        form.last_day.data = today
    if not form.validate():
        return _end_page(duty, place, form), 422
    if duty.ended_on is not None and duty.ended_on < today:
        abort(404)
    last_day = form.last_day.data or today
    if last_day < today:
        form.last_day.errors = ["Kies vandaag of een latere dag: wat was, verandert niet."]
        return _end_page(duty, place, form), 422
    duty_actions.end_duty(db(), duty.id, None if goes_on else last_day, _reason(form))
    message = "De verplichting loopt door." if goes_on else "De verplichting eindigt op die dag."
    return _saved(duty, place, f"einde: {duty.title}", message)


@blueprint.get("/programma/verplichting/<uuid:duty_id>/extra-ronde")
@open_to(Permission.MANAGE_DUTIES)
def plan_extra(duty_id: uuid.UUID) -> ResponseReturnValue:
    """For how many people an extra round would open."""
    duty, place = _own(duty_id)
    form = ExtraForm()
    form.opens_on.data = clock.today()
    return _extra_page(duty, place, form)


def _extra_page(duty: DutyFacts, place: Place, form: ExtraForm) -> str:
    today = clock.today()
    found = plan_queries.stands(db(), managed(), place.unit.id, today, True)
    done = sum(
        one.people
        for one in found
        if one.duty_id == duty.id and one.standing in (Standing.VALID, Standing.REFRESHER_OPEN)
    )
    return render_template(
        "desk/extra.html",
        tabs=tabs(""),
        duty=duty,
        place=place,
        form=form,
        people=count_rules.people(done, least_to_count()),
        mail_on=sample_rules.first_mail_on(
            today, calendar_for(place, duty.policies[-1].quiet), today
        ),
    )


@blueprint.get("/programma/verplichting/<uuid:duty_id>/extra-ronde/<uuid:opening_id>")
@open_to(Permission.MANAGE_DUTIES)
def plan_undo_extra(duty_id: uuid.UUID, opening_id: uuid.UUID) -> ResponseReturnValue:
    """An extra round that was opened by hand, and whether it can be taken back."""
    duty, place = _own(duty_id)
    return _undo_page(duty, place, _opening(duty, opening_id), ReasonForm())


def _opening(duty: DutyFacts, opening_id: uuid.UUID) -> ExtraOpening:
    found = db().get(ExtraOpening, opening_id)
    if found is None or found.duty_id != duty.id or found.person_id is not None:
        abort(404)
    return found


def _undo_page(duty: DutyFacts, place: Place, opening: ExtraOpening, form: ReasonForm) -> str:
    return render_template(
        "desk/undo_extra.html",
        tabs=tabs(""),
        duty=duty,
        place=place,
        opening=opening,
        problem=opening_actions.why_not_undone(db(), opening),
        form=form,
    )


@blueprint.post("/programma/verplichting/<uuid:duty_id>/extra-ronde/<uuid:opening_id>")
@open_to(Permission.MANAGE_DUTIES)
def undo_extra(duty_id: uuid.UUID, opening_id: uuid.UUID) -> ResponseReturnValue:
    """Takes back an extra round that was opened by mistake, when nobody was told yet."""
    duty, place = _own(duty_id)
    opening, form = _opening(duty, opening_id), ReasonForm()
    if not form.validate():
        return _undo_page(duty, place, opening, form), 422
    reason = _reason(form)
    what = f"extra ronde vanaf {opening.opens_on:%d-%m-%Y} ongedaan gemaakt"
    try:
        opening_actions.undo_extra(db(), opening, reason.by, reason.why, clock.today(), reason.at)
    except opening_actions.RefusedError:
        return _undo_page(duty, place, opening, form), 422
    duty_actions.tell(db(), duty.id, reason, what)
    message = "De extra ronde is ongedaan gemaakt. De datums zijn weer zoals ze waren."
    return _saved(duty, place, f"extra ronde ongedaan: {duty.title}", message)


@blueprint.post("/programma/verplichting/<uuid:duty_id>/extra-ronde")
@open_to(Permission.MANAGE_DUTIES)
def open_extra(duty_id: uuid.UUID) -> ResponseReturnValue:
    """Opens an extra round, after an incident, with a new law, or with a new term."""
    duty, place = _own(duty_id)
    form = ExtraForm()
    if not form.validate():
        return _extra_page(duty, place, form), 422
    reason, cause = _reason(form), Cause[form.cause.data]
    asked = opening_actions.Asked(
        duty.id,
        cause,
        form.opens_on.data or clock.today(),
        form.due_days.data or 0,
        reason.why,
        reason.by,
    )
    try:
        people = opening_actions.open_extra(db(), asked, clock.today(), reason.at)
    except opening_actions.RefusedError as problem:
        form.opens_on.errors = [str(problem)]
        return _extra_page(duty, place, form), 422
    what = f"extra ronde vanaf {asked.opens_on:%d-%m-%Y}: {cause.value}"
    duty_actions.tell(db(), duty.id, reason, what)
    message = f"De extra ronde staat klaar voor {count_rules.people(people, least_to_count())}."
    return _saved(duty, place, f"extra ronde: {duty.title}", message)
