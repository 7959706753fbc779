"""Lets a learner have the own due dates in a calendar, by a secret address or as a file."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training import clock, ics
from training.access import Permission
from training.assignments import feed_actions, feed_queries
from training.identity import attempts, rules
from training.identity.attempts import Try
from training.identity.views import base_url, network
from training.web.doors import open_to, visitor
from training.web.request_db import db, separate_transaction

blueprint = Blueprint("feed", __name__)
NAME = "Weerbaar"


def _me() -> tuple[uuid.UUID, uuid.UUID]:
    who = visitor()
    if who.municipality_id is None or who.person_id is None:
        abort(404)
    return who.municipality_id, who.person_id


@blueprint.get("/mijn-account/agenda")
@open_to(Permission.LEARN)
def show_feed() -> ResponseReturnValue:
    """Whether the feed is on, what stands in it, and how to get it."""
    return _page()


def _page(address: str = "") -> str:
    return render_template(
        "assignments/feed.html",
        feed=feed_queries.feed_of(db(), *_me()),
        entries=feed_queries.entries(db(), *_me(), clock.today()),
        address=address,
    )


@blueprint.post("/mijn-account/agenda")
@open_to(Permission.LEARN)
def renew_feed() -> ResponseReturnValue:
    """A new secret address, shown this once; an older one stops."""
    token = feed_actions.new_address(db(), *_me(), clock.today())
    return _page(base_url() + url_for("feed.send_feed", token=token))


@blueprint.post("/mijn-account/agenda/uit")
@open_to(Permission.LEARN)
def switch_off_feed() -> ResponseReturnValue:
    """No feed any more."""
    feed_actions.switch_off(db(), *_me())
    flash("Je agenda krijgt geen datums meer van Weerbaar.", "ok")
    return redirect(url_for("feed.show_feed"), 303)


@blueprint.get("/mijn-account/agenda.ics")
@open_to(Permission.LEARN)
def download_calendar() -> ResponseReturnValue:
    """The same dates as a file, for who wants them once."""
    answer = _calendar(*_me())
    answer.headers["Content-Disposition"] = 'attachment; filename="weerbaar.ics"'
    return answer


@blueprint.get("/agenda/<token>.ics")
@open_to(Permission.PUBLIC)
def send_feed(token: str) -> ResponseReturnValue:
    """The feed, for a calendar program that holds the address. A wrong address is not there, and
    who tries many of them must wait; a right one is never limited."""
    today = clock.today()
    feed = feed_queries.owner_of(db(), token, today)
    if feed is None:
        now = clock.now()
        tried = Try(rules.FEED_NETWORK, (network(),))
        with separate_transaction() as own:
            wait = attempts.take(own, current_app.config["SECRET_KEY"], (tried,), now)
        if wait:
            seconds = max(1, int((wait - now).total_seconds()))
            return "", 429, {"Retry-After": str(seconds)}
        abort(404)
    return _calendar(feed.municipality_id, feed.person_id)


def _calendar(municipality_id: uuid.UUID, person_id: uuid.UUID) -> Response:
    entries = feed_queries.entries(db(), municipality_id, person_id, clock.today())
    answer = Response(ics.calendar_of(entries, name=NAME), content_type=ics.MIME_TYPE)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
