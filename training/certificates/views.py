"""Shows a learner the own certificates, and makes one on paper."""

from __future__ import annotations

import base64
import datetime as dt
import io
from pathlib import Path
from typing import cast

import segno
from flask import Blueprint, abort, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.certificates import queries
from training.certificates.rules import Certificate, written
from training.content.views import library
from training.pdf import PdfError, pdf_of
from training.people.models import MunicipalityLogo
from training.people.municipality_settings import LOOK, settings_of
from training.settings import Settings
from training.web.doors import open_to, visitor
from training.web.request_db import db

blueprint = Blueprint("certificates", __name__)
TEMPLATE = Path(__file__).parent / "templates" / "certificate.typ"


@blueprint.get("/mijn-bewijzen")
@open_to(Permission.LEARN)
def show_own_certificates() -> ResponseReturnValue:
    """Everything that the visitor completed, each with its certificate."""
    return render_template(
        "certificates/own.html", certificates=_own(clock.today()), today=clock.today()
    )


@blueprint.get("/mijn-bewijzen/<code>.pdf")
@open_to(Permission.LEARN)
def show_certificate(code: str) -> ResponseReturnValue:
    """One certificate of the visitor on paper (PDF/UA, A4)."""
    found = next((own for own in _own(clock.today()) if own.code == written(code)), None)
    if found is None:
        abort(404)
    title = f"Bewijs van deelname: {found.title}"
    data = _data(found)
    try:
        made = pdf_of(TEMPLATE, data, title=title, made_at=clock.now())
    except PdfError:  # a logo that a browser draws and typst does not: better without than nothing
        made = pdf_of(TEMPLATE, data | {"logo": ""}, title=title, made_at=clock.now())
    return made, {
        "Content-Type": "application/pdf",
        "Content-Disposition": f'attachment; filename="bewijs-{found.code.lower()}.pdf"',
    }


def _own(today: dt.date) -> list[Certificate]:
    who = visitor()
    if who.municipality_id is None or who.person_id is None:
        abort(404)
    return queries.own_certificates(db(), library(), who.municipality_id, who.person_id, today)


def _data(found: Certificate) -> dict[str, object]:
    """What the template prints, each a text that is ready to read."""
    who = visitor()
    assert who.municipality_id
    settings = cast(Settings, current_app.extensions["settings"])
    look = settings_of(db(), who.municipality_id)[LOOK]
    address = settings.base_url + url_for(
        "certificate_check.check_code", code=found.code.replace("-", "")
    )
    return {
        "holder": who.name,
        "municipality": queries.municipality_name(db(), who.municipality_id),
        "training": found.title,
        "kind": found.kind,
        "version": str(found.version),
        "completed": clock.in_words(found.completed_on),
        "until": clock.in_words(found.valid_until) if found.valid_until else "",
        "source": "in een bijeenkomst" if found.in_meeting else "online",
        "code": found.code,
        "address": address.split("://", 1)[1],
        "qr": _qr(address),
        "logo": _logo(db().get(MunicipalityLogo, who.municipality_id)),
        "strong": look["color-primary-strong"],
        "colour": look["color-link"],
        "accent": look["color-accent"],
    }


def _logo(kept: MunicipalityLogo | None) -> str:
    """The logo of the municipality in SVG text; empty when it has none."""
    if kept is None:
        return ""
    if kept.media_type == "image/svg+xml":
        return kept.data.decode("utf-8", "replace")
    picture = base64.b64encode(kept.data).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {kept.ratio} 100">'
        f'<image width="{kept.ratio}" height="100" href="data:{kept.media_type};base64,{picture}"/>'
        "</svg>"
    )


def _qr(address: str) -> str:
    """The address as a QR code, in SVG text."""
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", border=0, xmldecl=False, svgns=True)
    return picture.getvalue().decode()
