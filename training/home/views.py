"""Shows the learner's own overview and the catalogue, and the pages that everybody may read."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.assignments.queries import overview
from training.assignments.rules import Standing
from training.content.classes import Theme
from training.content.search import index_of
from training.content.views import library
from training.home import rules
from training.home.forms import CatalogueForm
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
    """Everything there is to learn: by theme, or what was looked for."""
    who = visitor()
    items = _shelf()
    form = CatalogueForm.of(request.args, library(), who.may(Permission.LEARN))
    wish = form.wish()
    allowed = {item.key: item for item in items if wish.allows(item)}
    looks_after = who.may(Permission.MANAGE_DUTIES) or who.may(Permission.MANAGE_SETTINGS)
    index = index_of(library())
    found = index.search(form.words, allowed) if form.words else []
    return render_template(
        "home/catalogue.html",
        form=form,
        filtered=bool(form.words) or wish != rules.Wish(),
        by_theme=[
            (theme, [item for item in allowed.values() if theme in item.content.themes])
            for theme in Theme
            if wish.theme in (None, theme)
        ],
        hits=[(allowed[key], index.hit(key, form.words)) for key in found],
        may_learn=who.may(Permission.LEARN),
        total=len(found) if form.words else len(allowed),
        concepts=sum(not item.content.reviewed for item in items) if looks_after else 0,
        looks_after=looks_after,
    )


def _shelf() -> list[rules.Item]:
    """The whole catalogue, with how the visitor stands to each thing in it."""
    who = visitor()
    if who.municipality_id is None or who.person_id is None:
        return rules.shelf(library())
    today = clock.today()
    found, done = overview(db(), who.municipality_id, who.person_id, today)
    begun = progress_of(db(), who.municipality_id, who.person_id)
    return rules.shelf(library(), rules.tasks(found, library(), done, today), done, begun)


@blueprint.get("/beheer")
@open_to(Permission.SIGNED_IN)
def show_management() -> ResponseReturnValue:
    """What the visitor looks after for others, in short."""
    return render_template("home/management.html")


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
