"""Shows everybody what needs no account, and a page for each theme that can be shared."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.content.classes import ContentKind, Dilemma, Module, Theme
from training.content.search import index_of
from training.content.views import library
from training.home.forms import Looking
from training.learning.queries import open_completions
from training.learning.rules import always_there
from training.web.doors import open_to
from training.web.request_db import db

blueprint = Blueprint("open_pages", __name__)


@blueprint.get("/openbaar")
@open_to(Permission.PUBLIC)
def show_open() -> ResponseReturnValue:
    """The modules and dilemmas for citizens and businesses, or those that were looked for."""
    looking = Looking.read(request.args)
    offered = _offered()
    index = index_of(library())
    found = index.search(looking.words, offered) if looking.words else []
    return render_template(
        "home/open.html",
        looking=looking,
        offered=list(offered.values()),
        hits=[
            (offered[key], hit)
            for key, hit in zip(found, index.hits(found, looking.words), strict=True)
        ],
        themes=list(Theme),
    )


@blueprint.get("/thema/<theme>")
@open_to(Permission.PUBLIC)
def show_theme(theme: str) -> ResponseReturnValue:
    """What a theme is about, what one can notice, where to report, and what one can do here."""
    found = next((one for one in Theme if one.value == theme), None)
    if found is None or found not in library().themes:
        abort(404)
    offered = list(_offered().values())
    return render_template(
        "home/theme.html",
        theme=found,
        text=library().themes[found],
        offered=[item for item in offered if found in item.themes] or offered,
        always=always_there(library()),
        insert=library().inserts.get("meldpunt-inwoners"),
        today=clock.today(),
    )


@blueprint.get("/cijfers/voor-iedereen")
@open_to(Permission.SEE_COUNTS)
def show_open_figures() -> ResponseReturnValue:
    """How many certificates of the open modules were made, this year and lately; nobody's names,
    for there are none."""
    today = clock.today()
    year = open_completions(db(), today.replace(month=1, day=1))
    lately = open_completions(db(), today - dt.timedelta(days=30))
    return render_template(
        "home/open_figures.html",
        rows=[(m.title, year.get(m.id, 0), lately.get(m.id, 0)) for m in library().public_modules],
        year=today.year,
    )


def _offered() -> dict[tuple[ContentKind, str], Module | Dilemma]:
    """What is open to everybody, by what the search knows it by."""
    everything: list[Module | Dilemma] = [*library().public_modules, *library().public_dilemmas]
    return {(item.kind, item.id): item for item in everything}
