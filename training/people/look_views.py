"""Lets a municipality choose its look: colours, letters and logo, seen before they are kept."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.audit.models import Action
from training.people import queries, setting_actions
from training.people.logo_rules import LogoRefused, read_logo
from training.people.look_forms import SHIPPED, LogoForm, LookForm, field_of, values_of
from training.people.models import MunicipalityLogo, Unit
from training.people.municipality_settings import LOOK, settings_of
from training.people.noting_views import audit_key, note
from training.web import theme
from training.web.doors import open_to, reach, visitor
from training.web.form_kit import Form
from training.web.request_db import db

blueprint = Blueprint("look", __name__)
SHEET = {"Content-Type": "text/css; charset=utf-8"}
LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def _municipality(municipality_id: uuid.UUID) -> Unit:
    units = [grant.unit_id for grant in reach(Permission.MANAGE_SETTINGS)]
    for unit in queries.municipalities_below(db(), units):
        if unit.id == municipality_id:
            return unit
    abort(404)


@blueprint.get("/instellingen/<uuid:municipality_id>/huisstijl")
@open_to(Permission.MANAGE_SETTINGS)
def show_look(municipality_id: uuid.UUID) -> ResponseReturnValue:
    """The look as it is, or as one of the three to begin from."""
    municipality = _municipality(municipality_id)
    values = settings_of(db(), municipality_id)[LOOK]
    start = request.args.get("start", "")
    if start in theme.THEMES:
        return _page(municipality, _filled(theme.THEMES[start]), theme.THEMES[start])
    return _page(municipality, _filled(values), None)


@blueprint.post("/instellingen/<uuid:municipality_id>/huisstijl")
@open_to(Permission.MANAGE_SETTINGS)
def change_look(municipality_id: uuid.UUID) -> ResponseReturnValue:
    """Shows the look that was filled in, or keeps it; what cannot be read is refused."""
    municipality = _municipality(municipality_id)
    form = LookForm()
    values = values_of(form)
    if not form.validate():
        return _page(municipality, form, None), 422
    for name, problem in theme.problems_by_name(values):
        form[field_of(name)].errors = [*form[field_of(name)].errors, problem]
    if form.errors:
        return _page(municipality, form, None), 422
    if "bekijk" in request.form:
        return _page(municipality, form, values)
    setting_actions.change_settings(
        db(),
        audit_key(),
        at=clock.now(),
        actor=visitor(),
        municipality_id=municipality_id,
        values={LOOK: values},
    )
    flash("De huisstijl is bewaard. Binnen vijf minuten ziet iedereen haar.", "ok")
    return redirect(url_for("look.show_look", municipality_id=municipality_id), 303)


@blueprint.post("/instellingen/<uuid:municipality_id>/logo")
@open_to(Permission.MANAGE_SETTINGS)
def change_logo(municipality_id: uuid.UUID) -> ResponseReturnValue:
    """Keeps another logo, or takes it away."""
    municipality = _municipality(municipality_id)
    back = redirect(url_for("look.show_look", municipality_id=municipality_id), 303)
    if "weg" in request.form:
        db().execute(
            sa.delete(MunicipalityLogo).where(MunicipalityLogo.municipality_id == municipality_id)
        )
        note(Action.CHANGED_SETTING, municipality_id, what="Logo weggehaald")
        flash("Het logo is weg. Het schild staat er weer.", "ok")
        return back
    form = LogoForm()
    sent = form.logo.data
    data = sent.read() if sent else b""
    try:
        if not data:
            raise LogoRefused("Kies eerst een bestand.")
        logo = read_logo(data)
    except LogoRefused as problem:
        form.logo.errors = [str(problem)]
        values = settings_of(db(), municipality_id)[LOOK]
        return _page(municipality, _filled(values), None, form), 422
    db().merge(
        MunicipalityLogo(
            municipality_id=municipality_id,
            media_type=logo.media_type,
            data=logo.data,
            ratio=logo.ratio,
            digest=logo.digest,
        )
    )
    note(Action.CHANGED_SETTING, municipality_id, what="Logo")
    flash("Het logo is bewaard. Binnen vijf minuten ziet iedereen het.", "ok")
    return back


def _filled(values: Mapping[str, str]) -> Form:
    made: Form = LookForm(
        formdata=None, data={field_of(name): value for name, value in values.items()}
    )
    return made


def _page(
    municipality: Unit, form: Form, preview: Mapping[str, str] | None, logo_form: Form | None = None
) -> str:
    """`preview`: the whole page is shown in these values."""
    return render_template(
        "people/look.html",
        municipality=municipality,
        form=form,
        shipped=SHIPPED,
        logo_form=logo_form or LogoForm(formdata=None),
        has_logo=db().get(MunicipalityLogo, municipality.id) is not None,
        preview_url=f"{url_for('look.show_trial')}?{urlencode(preview)}" if preview else "",
        colours=[field_of(name) for name in theme.COLOURS],
        others=[field_of(name) for name in theme.OTHERS],
    )


@blueprint.get("/huisstijl/proef.css")
@open_to(Permission.MANAGE_SETTINGS)
def show_trial() -> ResponseReturnValue:
    """A look that is not kept, as a style sheet; only values that are allowed."""
    try:
        return theme.style_sheet(request.args.to_dict()), SHEET
    except ValueError:
        abort(400)


@blueprint.get("/huisstijl/<uuid:municipality_id>.css")
@open_to(Permission.PUBLIC)
def show_sheet(municipality_id: uuid.UUID) -> ResponseReturnValue:
    """The look of a municipality as a style sheet."""
    if db().get(Unit, municipality_id) is None:
        abort(404)
    sheet = theme.style_sheet(settings_of(db(), municipality_id)[LOOK])
    logo = (
        db()
        .execute(
            sa.select(MunicipalityLogo.digest, MunicipalityLogo.ratio).where(
                MunicipalityLogo.municipality_id == municipality_id
            )
        )
        .first()
    )
    if logo:
        address = url_for("look.show_logo", municipality_id=municipality_id, v=logo.digest)
        sheet += theme.logo_rules(address, logo.ratio)
    response = Response(sheet, headers={**SHEET, "Cache-Control": "private, max-age=300"})
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/huisstijl/<uuid:municipality_id>/logo")
@open_to(Permission.PUBLIC)
def show_logo(municipality_id: uuid.UUID) -> ResponseReturnValue:
    """The logo; its address changes with the picture."""
    found = db().get(MunicipalityLogo, municipality_id)
    if found is None:
        abort(404)
    response = Response(found.data, mimetype=found.media_type)
    response.headers["Cache-Control"] = "max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = LOGO_POLICY
    return response
