"""Shows the learner's own overview and the catalogue, and the pages that everybody may read."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.assignments.queries import overview
from training.assignments.rules import Standing
from training.content.classes import Dilemma, Module, Theme
from training.content.views import library
from training.home import rules
from training.learning.queries import progress_of
from training.web.doors import open_to, visitor, visitor_or_none
from training.web.request_db import db

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@open_to(Permission.PUBLIC)
def show_start() -> ResponseReturnValue:
    """The first page: to the own overview, or to what the visitor is for."""
    who = visitor_or_none()
    if who is None:
        return redirect(url_for("identity.sign_in"))
    if who.may(Permission.LEARN):
        return redirect(url_for("home.show_overview"))
    return redirect(url_for("home.show_catalogue"))


@blueprint.get("/overzicht")
@open_to(Permission.LEARN)
def show_overview() -> ResponseReturnValue:
    """What to do, until when, why and how long; what is valid; what was done."""
    who = visitor()
    if who.municipality_id is None or who.person_id is None:
        abort(404)
    today = clock.today()
    found, done = overview(db(), who.municipality_id, who.person_id, today)
    return render_template(
        "home/overview.html",
        first_name=who.name.split(" ")[0],
        tasks=rules.tasks(found, library(), done, today),
        progress=progress_of(db(), who.municipality_id, who.person_id),
        later=[s for s in found if s.standing in (Standing.VALID, Standing.FUTURE)],
        paused=any(s.standing is Standing.PAUSED for s in found),
        exempt=[s for s in found if s.standing is Standing.EXEMPT],
        history=rules.history(done, library()),
        today=today,
    )


@blueprint.get("/leren")
@open_to(Permission.SIGNED_IN)
def show_catalogue() -> ResponseReturnValue:
    """Everything there is to learn, by theme."""
    shelf = library()
    by_theme = [
        (
            theme,
            [m for m in shelf.modules.values() if m.theme is theme],
            [d for d in shelf.dilemmas.values() if theme in d.themes],
        )
        for theme in Theme
    ]
    who = visitor()
    looks_after = who.may(Permission.MANAGE_DUTIES) or who.may(Permission.MANAGE_SETTINGS)
    everything: list[Module | Dilemma] = [*shelf.modules.values(), *shelf.dilemmas.values()]
    return render_template(
        "home/catalogue.html",
        by_theme=by_theme,
        may_learn=who.may(Permission.LEARN),
        concepts=sum(not item.reviewed for item in everything) if looks_after else 0,
        concept=lambda item: "Concept. " if looks_after and not item.reviewed else "",
    )


@blueprint.get("/privacy")
@open_to(Permission.PUBLIC)
def show_privacy() -> ResponseReturnValue:
    """What is kept, who sees it, for how long; and what can never be known."""
    return render_template("home/privacy.html")


@blueprint.get("/toegankelijkheid")
@open_to(Permission.PUBLIC)
def show_accessibility() -> ResponseReturnValue:
    """The accessibility statement, and what is known not to conform."""
    return render_template("home/accessibility.html")
