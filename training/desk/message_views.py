"""Lets who runs a programme plan messages, see how they read and whom they reach, and stop them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from training import clock
from training.access import Permission
from training.assignments import message_actions, message_queries, message_rules
from training.assignments.message_models import ProgrammeMessage
from training.assignments.message_queries import Aim
from training.assignments.reminder_queries import NO_REST, mail_rest
from training.audit.models import Action
from training.content.views import library
from training.desk import count_rules, draft_rules, queries
from training.desk.common_views import Place, least_to_count, managed, own_node, place_at, tabs
from training.desk.message_forms import MessageForm
from training.people.noting_views import note
from training.people.queries import inserts_of, unit_ids_below
from training.web.doors import open_to, visitor
from training.web.request_db import db

blueprint = Blueprint("messages", __name__)


@blueprint.get("/programma/berichten")
@open_to(Permission.MANAGE_DUTIES)
def show_own_messages() -> ResponseReturnValue:
    """The messages of the highest node that the visitor runs."""
    return _list_page(own_node())


@blueprint.get("/programma/<uuid:unit_id>/berichten")
@open_to(Permission.MANAGE_DUTIES)
def show_messages(unit_id: uuid.UUID) -> ResponseReturnValue:
    """The messages that were planned at a node, and below it."""
    return _list_page(unit_id)


def _list_page(unit_id: uuid.UUID) -> str:
    place, today = place_at(unit_id), clock.today()
    found = message_queries.messages_at(db(), unit_ids_below(db(), [unit_id]))
    mine = [
        message
        for message in found
        if draft_rules.may_see(message.audiences, place.populations, library())
    ]
    return render_template(
        "desk/messages.html",
        tabs=tabs("messages.show_own_messages"),
        nodes=queries.nodes(db(), managed()),
        place=place,
        lines=[(one, message_queries.next_date(one.dates, today)) for one in mine],
        where=queries.names_of(db(), {one.unit_id for one in mine}),
        shelf=library(),
    )


@blueprint.get("/programma/<uuid:unit_id>/berichten/nieuw")
@open_to(Permission.MANAGE_DUTIES)
def write_message(unit_id: uuid.UUID) -> ResponseReturnValue:
    """The form of a message; `uit` names one that is ready."""
    place = place_at(unit_id)
    form = _form(place)
    form.first_on.data = clock.today()
    ready = library().messages.get(request.args.get("uit", ""))
    if ready is not None:
        form.content.data = ready.id
        offered = _audiences(place)
        form.audiences.data = [slug for slug in ready.audiences if slug in offered]
    return _form_page(place, form)


@blueprint.post("/programma/<uuid:unit_id>/berichten/nieuw")
@open_to(Permission.MANAGE_DUTIES)
def plan_message(unit_id: uuid.UUID) -> ResponseReturnValue:
    """Shows how the message reads and whom it reaches, and then plans it."""
    place = place_at(unit_id)
    form, step = _form(place), request.form.get("step")
    if step == "back":
        return _form_page(place, form)
    if not form.check(clock.today()):
        return _form_page(place, form), 422
    aim = Aim(place.unit.id, tuple(form.audiences.data or []), place.populations)
    if step != "save":
        return _check_page(place, form, aim)
    message = message_actions.plan_message(
        db(),
        aim=aim,
        title=form.subject(library()),
        content_id=form.content_id(),
        text=form.text.data,
        dates=form.dates(),
        by=visitor().name,
        now=clock.now(),
    )
    note(Action.CHANGED_MESSAGE, place.unit.municipality_id, None, f"gepland: {message.title}")
    flash(f"“{message.title}” is gepland.", "ok")
    return redirect(url_for("messages.show_message", message_id=message.id), 303)


def _form(place: Place) -> MessageForm:
    form = MessageForm()
    form.offer(_audiences(place), library())
    return form


def _audiences(place: Place) -> list[str]:
    in_use = queries.audiences_in_use(db(), place.unit.id)
    return [
        slug
        for slug in library().audiences
        if slug in in_use and draft_rules.may_ask([slug], place.populations, library())
    ]


def _form_page(place: Place, form: MessageForm) -> str:
    return render_template("desk/message_form.html", place=place, form=form)


def _check_page(place: Place, form: MessageForm, aim: Aim) -> str:
    today = clock.today()
    reach = message_queries.reach_by_municipality(db(), aim, today, NO_REST)
    inserts = inserts_of(db(), place.unit.municipality_id)
    body = message_queries.body_of(form.content_id(), form.text.data, library(), inserts)
    return render_template(
        "desk/message_check.html",
        place=place,
        form=form,
        subject=form.subject(library()),
        body=Markup(body or ""),  # noqa: S704 - made safe by the content room
        dates=form.dates(),
        audiences=_labels(aim.audiences),
        people=count_rules.shown(sum(reach.values()), least_to_count()),
        some=sum(reach.values()) > 0,
        units=_by_municipality(reach),
        resting=mail_rest(db(), today).everybody & reach.keys(),
        carried=[pair for pair in request.form.items(multi=True) if pair[0] not in HANDLED],
    )


HANDLED = {"csrf_token", "step"}


def _by_municipality(reach: Mapping[uuid.UUID, int]) -> list[count_rules.UnitCount]:
    """The counts by municipality; nothing when they tell no more than the whole."""
    names = queries.names_of(db(), reach.keys())
    found = count_rules.by_unit(reach, names, least_to_count())
    return found if len(found) > 1 else []


def _labels(audiences: tuple[str, ...]) -> list[str]:
    shelf = library().audiences
    return [shelf[slug].label if slug in shelf else slug for slug in audiences]


@blueprint.get("/programma/berichten/<uuid:message_id>")
@open_to(Permission.MANAGE_DUTIES)
def show_message(message_id: uuid.UUID) -> ResponseReturnValue:
    """One message: how it reads, to whom, on which days, and how many had it."""
    message, place = _message(message_id)
    inserts = inserts_of(db(), place.unit.municipality_id)
    body = message_queries.body_of(message.content_id, message.text, library(), inserts)
    return render_template(
        "desk/message.html",
        place=place,
        message=message,
        body=None if body is None else Markup(body),  # noqa: S704 - made safe by the content room
        audiences=_labels(tuple(message.audiences)),
        dates=[
            (
                one.send_on,
                message_rules.state(one.send_on, one.reached, message.stopped_at, clock.today()),
                count_rules.shown(one.reached, least_to_count()),
            )
            for one in message.dates
        ],
        made_on=clock.local_date(message.made_at),
        stopped_on=clock.local_date(message.stopped_at) if message.stopped_at else None,
        may_stop=_may_stop(message, place),
    )


@blueprint.post("/programma/berichten/<uuid:message_id>/stop")
@open_to(Permission.MANAGE_DUTIES)
def stop_message(message_id: uuid.UUID) -> ResponseReturnValue:
    """Nobody gets it any more."""
    message, place = _message(message_id)
    if not _may_stop(message, place):
        abort(404)
    message_actions.stop_message(message, visitor().name, clock.now())
    note(Action.CHANGED_MESSAGE, place.unit.municipality_id, None, f"gestopt: {message.title}")
    flash(f"“{message.title}” gaat naar niemand meer.", "ok")
    return redirect(url_for("messages.show_message", message_id=message.id), 303)


def _message(message_id: uuid.UUID) -> tuple[ProgrammeMessage, Place]:
    message = message_queries.message(db(), message_id)
    if message is None:
        abort(404)
    place = place_at(message.unit_id)
    if not draft_rules.may_see(message.audiences, place.populations, library()):
        abort(404)
    return message, place


def _may_stop(message: ProgrammeMessage, place: Place) -> bool:
    return message_queries.aim_of(message).populations <= place.populations
