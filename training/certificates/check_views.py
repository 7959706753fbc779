"""Lets anybody check a certificate by its code, without telling whose it is."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.certificates import queries
from training.certificates.forms import CodeForm, NameForm
from training.certificates.rules import Certificate, read_code, same_name
from training.content.views import library
from training.identity import attempts
from training.identity.attempts import Try
from training.identity.rules import Limit, minutes_to_wait, network_of
from training.people.models import Person
from training.web.doors import open_to
from training.web.origin import require_same_origin
from training.web.request_db import db, separate_transaction

blueprint = Blueprint("certificate_check", __name__)
blueprint.before_request(require_same_origin)
WRONG_CODES = Limit("wrong certificate code from network", 20, dt.timedelta(minutes=15))
WRONG_NAMES = Limit("wrong name on certificate", 10, dt.timedelta(hours=1))
Found = tuple[Certificate, Person, str]


@blueprint.get("/bewijs")
@open_to(Permission.PUBLIC)
def ask_code() -> ResponseReturnValue:
    """Asks for a code, and goes to what is behind it."""
    if "code" not in request.args:
        return render_template("certificates/ask_code.html", form=CodeForm())
    form = CodeForm(request.args)
    if not form.validate():
        return render_template("certificates/ask_code.html", form=form), 422
    return redirect(url_for("certificate_check.check_code", code=read_code(form.code.data or "")))


@blueprint.get("/bewijs/<code>")
@open_to(Permission.PUBLIC)
def check_code(code: str) -> ResponseReturnValue:
    """What was completed, when, and whether it holds today; never by whom."""
    found = _found(code)
    if found is None:
        return _unknown()
    return _page(found, NameForm(), None)


@blueprint.post("/bewijs/<code>")
@open_to(Permission.PUBLIC)
def check_name(code: str) -> ResponseReturnValue:
    """Whether the certificate is of who is named; wrong names are limited."""
    found = _found(code)
    if found is None:
        return _unknown()
    form = NameForm(request.form)
    if not form.validate():
        return _page(found, form, None), 422
    right = same_name(form.holder.data or "", found[1].name)
    if not right:
        wait = _count(Try(WRONG_NAMES, (found[0].code,)))
        if wait:
            return wait
    return _page(found, form, right)


def _found(code: str) -> Found | None:
    read = read_code(code)
    return queries.certificate_behind(db(), library(), read, clock.today()) if read else None


def _page(found: Found, form: NameForm, right: bool | None) -> str:
    certificate, _person, municipality = found
    return render_template(
        "certificates/check.html",
        certificate=certificate,
        municipality=municipality,
        holds=certificate.validity(clock.today()),
        form=form,
        right=right,
    )


def _unknown() -> ResponseReturnValue:
    """The answer to a code that is not (or no longer) behind a certificate."""
    wait = _count(Try(WRONG_CODES, (network_of(request.remote_addr),)))
    if wait:
        return wait
    form = CodeForm(code=request.view_args["code"] if request.view_args else "")
    form.code.errors = ["Bij deze code hoort geen bewijs. Controleer de code."]
    return render_template("certificates/ask_code.html", form=form), 404


def _count(one: Try) -> ResponseReturnValue | None:
    """Counts a wrong try; the answer when there were too many."""
    now = clock.now()
    db().rollback()  # lets go of the database, so that the count can be written beside it
    with separate_transaction() as own:
        until = attempts.take(own, current_app.config["SECRET_KEY"], (one,), now)
    if until is None:
        return None
    minutes = minutes_to_wait(until, now)
    page = render_template("certificates/wait.html", minutes=minutes)
    return page, 429, {"Retry-After": str(minutes * 60)}
