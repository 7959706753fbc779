"""Shows who took part to who may see names: on the screen, on paper and in files."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission, Reach
from training.content.classes import ContentKind, Theme
from training.content.views import library
from training.people.noting_views import note_looked_at
from training.people.queries import units_of
from training.reporting import making_actions, queries
from training.reporting.forms import Content, ParticipationForm, ViewForm
from training.reporting.making_rules import Rhythm
from training.reporting.models import SavedView
from training.reporting.rules import DEFINITIONS, MOST_COUNTED, PRINTED, Filters, Row
from training.web.doors import open_to, reach, visitor
from training.web.request_db import db

blueprint = Blueprint("reporting", __name__)


def themes() -> dict[str, tuple[str, Content]]:
    """The themes: slug → label, and the content that is about it."""
    shelf = library()
    found: dict[str, tuple[str, Content]] = {}
    for theme in Theme:
        modules = {
            (ContentKind.MODULE.name, m.id) for m in shelf.modules.values() if m.theme is theme
        }
        dilemmas = {
            (ContentKind.DILEMMA.name, d.id) for d in shelf.dilemmas.values() if theme in d.themes
        }
        found[theme.value] = (theme.label, frozenset(modules | dilemmas))
    return found


def asked_form(within: Reach) -> tuple[ParticipationForm, list[uuid.UUID]]:
    """The filters of this address, with what this visitor may choose from; and the municipalities
    in which he or she may look."""
    form = ParticipationForm(request.args)
    units = units_of(db(), [grant.unit_id for grant in within])
    ids = sorted({unit.municipality_id for unit in units if unit.municipality_id})
    form.offer(
        [(unit.id, f"{unit.name} ({unit.kind.value})") for unit in units],
        [(a.slug, a.label) for a in library().audiences.values()],
        queries.duties_within(db(), ids, within, clock.today()),
        themes(),
    )
    return form, ids


def asked() -> str:
    """The query of this address, without the page."""
    kept = [(k, v) for k, v in request.args.items(multi=True) if v and k != "pagina"]
    return urlencode(kept)


@blueprint.get("/deelname")
@open_to(Permission.SEE_PERSONS_STATUS)
def show_participation() -> ResponseReturnValue:
    """The overview: whether and when, never how."""
    within = reach(Permission.SEE_PERSONS_STATUS)
    form, ids = asked_form(within)
    if not form.validate():
        return _page(form, [], 0, 1), 422
    filters = form.filters(clock.today())
    number = min(max(request.args.get("pagina", 1, type=int), 1), -(-MOST_COUNTED // queries.PAGE))
    late = queries.news(db(), ids, filters.as_of)
    rows = queries.page_of(db(), ids, within, filters, form.columns, number, late=late)
    total = len(rows)
    if number > 1 or total == queries.PAGE:
        total = queries.count_up_to(db(), ids, within, filters, late=late)
    note_rows(rows, "deelnameoverzicht")
    return _page(form, rows, total, number, filters)


def _page(
    form: ParticipationForm,
    rows: list[Row],
    total: int,
    number: int,
    filters: Filters | None = None,
) -> str:
    query = asked()
    account = visitor().account_id
    views = db().scalars(
        sa.select(SavedView).filter_by(account_id=account).order_by(SavedView.name)
    )
    return render_template(
        "reporting/participation.html",
        form=form,
        rows=rows,
        total=min(total, MOST_COUNTED),
        more=total > MOST_COUNTED,
        number=number,
        pages=-(-min(total, MOST_COUNTED) // queries.PAGE),
        columns=form.columns,
        filters=filters,
        today=clock.today(),
        may_export=visitor().may(Permission.EXPORT_PARTICIPATION),
        view_form=ViewForm(),
        views=list(views),
        asked=query,
        base=f"{url_for('reporting.show_participation')}?{query}{'&' if query else ''}pagina=",
    )


@blueprint.get("/deelname/uitleg")
@open_to(Permission.SEE_PERSONS_STATUS)
def explain_participation() -> ResponseReturnValue:
    """What the figures mean: who counts, who is left out and why, how many."""
    within = reach(Permission.SEE_PERSONS_STATUS)
    form, ids = asked_form(within)
    if not form.validate():
        return _page(form, [], 0, 1), 422
    filters = form.filters(clock.today())
    counts = queries.counts_of(db(), ids, within, filters)
    return render_template(
        "reporting/explanation.html",
        words=form.words(filters),
        counts=counts.in_words(),
        definitions=DEFINITIONS,
        asked=asked(),
    )


@blueprint.get("/deelname/afdruk")
@open_to(Permission.SEE_PERSONS_STATUS)
def print_participation() -> ResponseReturnValue:
    """The same rows on one page, for paper."""
    within = reach(Permission.SEE_PERSONS_STATUS)
    form, ids = asked_form(within)
    if not form.validate():
        return _page(form, [], 0, 1), 422
    filters = form.filters(clock.today())
    rows = queries.page_of(db(), ids, within, filters, form.columns, 1, PRINTED + 1)
    note_rows(rows, "deelnameoverzicht (afdruk)")
    return render_template(
        "reporting/printed.html",
        rows=rows[:PRINTED],
        more=len(rows) > PRINTED,
        most=PRINTED,
        columns=form.columns,
        words=form.words(filters),
        maker=visitor().name,
        today=clock.today(),
        asked=asked(),
    )


@blueprint.post("/deelname/weergaven")
@open_to(Permission.SEE_PERSONS_STATUS)
def keep_view() -> ResponseReturnValue:
    """Keeps these filters and columns under a name."""
    form = ViewForm()
    query = asked()
    if form.validate():
        view = making_actions.keep_view(
            db(),
            visitor().account_id,
            (form.name.data or "").strip(),
            query[:2000],
            Rhythm[form.rhythm.data],
            clock.today(),
        )
        flash(f"De weergave ‘{view.name}’ is bewaard.", "ok")
    else:
        flash("Geef de weergave een naam van hoogstens tachtig tekens.", "error")
    return redirect(f"{url_for('reporting.show_participation')}?{query}", 303)


@blueprint.get("/deelname/weergaven/<uuid:view_id>")
@open_to(Permission.SEE_PERSONS_STATUS)
def open_view(view_id: uuid.UUID) -> ResponseReturnValue:
    """Goes to the overview as it was kept; only one's own."""
    view = _own_view(view_id)
    return redirect(f"{url_for('reporting.show_participation')}?{view.asked}")


@blueprint.post("/deelname/weergaven/<uuid:view_id>/verwijderen")
@open_to(Permission.SEE_PERSONS_STATUS)
def remove_view(view_id: uuid.UUID) -> ResponseReturnValue:
    """Removes a kept view, and with it its mails."""
    view = _own_view(view_id)
    db().delete(view)
    flash(f"De weergave ‘{view.name}’ is verwijderd.", "ok")
    return redirect(url_for("reporting.show_participation"), 303)


def _own_view(view_id: uuid.UUID) -> SavedView:
    view = db().get(SavedView, view_id)
    if view is None or view.account_id != visitor().account_id:
        abort(404)
    return view


def note_rows(rows: Iterable[Row], what: str) -> None:
    """Records who looked at whom, committed before the page is sent: the one thing a GET writes."""
    note_looked_at({(row.municipality_id, row.person_id) for row in rows}, what)
