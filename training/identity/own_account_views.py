"""Shows somebody the own account: password, sessions, roles, and who looked."""

from __future__ import annotations

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.audit import queries as audit
from training.audit.models import Action
from training.identity import actions, attempts, gate, passwords, queries, rules
from training.identity.attempts import Try
from training.identity.forms import ChangePasswordForm, said
from training.identity.models import Account
from training.identity.views import blueprint as identity
from training.identity.views import network, wait_page
from training.people.noting_views import note
from training.web.doors import open_to, visitor
from training.web.request_db import db, separate_transaction

LOOKS_SHOWN = 100


@identity.get("/mijn-account")
@open_to(Permission.SIGNED_IN)
def show_own_account() -> ResponseReturnValue:
    """What is known of the own account, and who looked."""
    return _page(ChangePasswordForm())


def _page(form: ChangePasswordForm) -> str:
    who = visitor()
    looks = []
    if who.municipality_id and who.person_id:
        looks = audit.about(db(), who.municipality_id, who.person_id, LOOKS_SHOWN)
    today = clock.today()
    return render_template(
        "identity/own_account.html",
        form=form,
        account=_account(),
        looks=[(clock.local_date(entry.at), entry) for entry in looks],
        roles=[held for held in queries.roles_of(db(), who.account_id) if held.is_valid_on(today)],
    )


def _account() -> Account:
    return db().get_one(Account, visitor().account_id)


@identity.post("/mijn-account/wachtwoord")
@open_to(Permission.SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Changes the own password; other browsers are signed out."""
    form = ChangePasswordForm()
    if not form.validate():
        return _page(form), 422
    now = clock.now()
    account_id, email, kept = _account().id, _account().email, _account().password_hash
    db().rollback()  # lets go of the database: nobody waits while the password is checked
    here = Try(rules.PASSWORD_HERE, (email, network()))
    with separate_transaction() as own:
        wait = attempts.take(own, current_app.config["SECRET_KEY"], (here,), now)
    if wait:
        return wait_page(wait, now)
    if kept and not passwords.verify(kept, said(form.password)):
        form.password.errors = ["Dit is niet je wachtwoord van nu."]
        return _page(form), 422
    problem = rules.password_problem(said(form.new_password), [visitor().name], email)
    if problem:
        form.new_password.errors = [problem]
        return _page(form), 422
    actions.activate(db(), _account(), said(form.new_password), now)
    attempts.forget(db(), current_app.config["SECRET_KEY"], here)
    note(Action.CHANGED_PASSWORD, visitor().municipality_id, visitor().person_id)
    holder = queries.holder(db(), account_id, clock.today())
    if holder is None:
        abort(404)
    gate.begin_session(holder, now)
    flash("Je wachtwoord is gewijzigd. Op andere apparaten ben je uitgelogd.", "ok")
    return redirect(url_for("identity.show_own_account"), 303)


@identity.post("/mijn-account/overal-uitloggen")
@open_to(Permission.SIGNED_IN)
def sign_out_everywhere() -> ResponseReturnValue:
    """Ends all sessions of the account, also this one."""
    actions.end_sessions(db(), _account(), clock.now())
    note(Action.ENDED_SESSIONS, visitor().municipality_id, visitor().person_id)
    gate.end_session()
    flash("Je bent op alle apparaten uitgelogd.", "ok")
    return redirect(url_for("identity.sign_in"), 303)
