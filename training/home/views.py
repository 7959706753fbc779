"""Shows the learner's own overview and the catalogue, and the pages that everybody may read."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.assignments.queries import overview
from training.assignments.rules import Standing
from training.at_once import AtOnce
from training.content.classes import ContentKind, Dilemma, Module, Theme
from training.content.search import index_of
from training.content.views import library
from training.evidence.queries import LAST_COMPLETED, last_completed_in
from training.home import rules
from training.home.forms import Looking, choices_of
from training.identity.gate import own
from training.learning.queries import PROGRESS, progress_in
from training.people.municipality_settings import OPENING_TEXT
from training.web.doors import open_to, visitor, visitor_or_none
from training.web.request_db import db

blueprint = Blueprint("home", __name__)
_STANDING = AtOnce(LAST_COMPLETED, PROGRESS)
FIRST_HITS = 9  # what a search shows at first; the rest is one click away


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
    found, done, begun = overview(db(), who.municipality_id, who.person_id, today)
    return render_template(
        "home/overview.html",
        opening=own().chosen[OPENING_TEXT],
        first_name=who.name.split(" ")[0],
        tasks=rules.tasks(found, library(), done, today),
        progress=begun,
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
    looking = Looking.read(request.args)
    wish = looking.wish
    looks_after = who.may(Permission.MANAGE_DUTIES) or who.may(Permission.MANAGE_SETTINGS)
    contents = [content for content in rules.contents(library()) if wish.suits(content)]
    found: list[Module | Dilemma] = []
    if looking.words:
        by_key = {(content.kind, content.id): content for content in contents}
        found = [by_key[key] for key in index_of(library()).search(looking.words, by_key)]
    if looking.words and wish.status is None:
        total, shown = len(found), found if "alles" in request.args else found[:FIRST_HITS]
        items = _shelf(shown, with_duties=False)
    else:
        allowed = [
            item
            for item in _shelf(found if looking.words else contents, with_duties=True)
            if wish.allows(item)
        ]
        total = len(allowed)
        items = allowed[:FIRST_HITS] if looking.words and "alles" not in request.args else allowed
    keys = [item.key for item in items] if looking.words else []
    return render_template(
        "home/catalogue.html",
        looking=looking,
        choices=choices_of(library()),
        filtered=bool(looking.words) or wish != rules.Wish(),
        by_theme=[] if looking.words else _by_theme(items, wish.theme),
        hits=list(zip(items, index_of(library()).hits(keys, looking.words), strict=False)),
        more_url=f"{request.full_path}&alles=ja",
        may_learn=who.may(Permission.LEARN),
        total=total,
        concepts=sum(not content.reviewed for content in rules.contents(library()))
        if looks_after
        else 0,
        looks_after=looks_after,
    )


def _by_theme(
    items: Iterable[rules.Item], only: Theme | None
) -> list[tuple[Theme, list[rules.Item]]]:
    found = list(items)
    return [
        (theme, [item for item in found if theme in item.content.themes])
        for theme in Theme
        if only in (None, theme)
    ]


def _shelf(contents: list[Module | Dilemma], with_duties: bool) -> list[rules.Item]:
    """Part of the catalogue, with how the visitor stands to each thing in it; what still has to be
    done only when that matters, for it is half the cost of the page."""
    who = visitor()
    if who.municipality_id is None or who.person_id is None:
        return rules.shelf(contents)
    key = (who.municipality_id, who.person_id)
    if not with_duties:
        proofs, runs = _STANDING.ask(db(), municipality_id=key[0], person_id=key[1])
        return rules.shelf(contents, done=last_completed_in(proofs), begun=progress_in(runs))
    found, proofs, begun = overview(db(), *key, clock.today())  # the newest first
    done = {(ContentKind[p.content[0]], p.content[1]): p.completed_on for p in reversed(proofs)}
    to_do = rules.tasks(found, library(), proofs, clock.today())
    return rules.shelf(contents, to_do, done, begun)


@blueprint.get("/beheer")
@open_to(Permission.SIGNED_IN)
def show_management() -> ResponseReturnValue:
    """What the visitor looks after for others, in short."""
    return render_template("home/management.html")


@blueprint.get("/toegankelijkheid")
@open_to(Permission.PUBLIC)
def show_accessibility() -> ResponseReturnValue:
    """The accessibility statement, and what is known not to conform."""
    return render_template("home/accessibility.html")
