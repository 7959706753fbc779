"""Lets people in and out: with a password, with a link by mail, after an invitation."""

from __future__ import annotations

import datetime as dt
from typing import cast

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.identity import actions, attempts, gate, passwords, queries, rules
from training.identity.attempts import Try
from training.identity.forms import (
    AskLinkForm,
    FirstAdministratorForm,
    NewPasswordForm,
    SignInForm,
    said,
)
from training.identity.models import Account
from training.identity.rules import TokenPurpose
from training.settings import Settings
from training.web.doors import open_to, visitor_or_none
from training.web.request_db import db, separate_transaction

blueprint = Blueprint("identity", __name__)
TOKEN, NEXT = "one_time_token", "next"


def base_url() -> str:
    """The address of this site, as mails give it."""
    return cast(Settings, current_app.extensions["settings"]).base_url


def network() -> str:
    """The network from which this request comes."""
    return rules.network_of(request.remote_addr)


@blueprint.route("/inloggen", methods=["GET", "POST"])
@open_to(Permission.PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Signs in with e-mail address and password. What goes wrong, and how long it takes, is the
    same whether there is such an account or not."""
    target = rules.safe_next(request.args.get("next"))
    form = SignInForm()
    if request.method == "GET":
        if visitor_or_none():
            return redirect(target)
        return _sign_in_page(form, target)
    if not form.validate():
        return _sign_in_page(form, target), 422
    email, now = rules.clean_email(said(form.email)), clock.now()
    here = Try(rules.PASSWORD_HERE, (email, network()))
    everywhere = Try(rules.PASSWORD_NETWORK, (network(),))
    with separate_transaction() as own:  # no lock is held while the password is checked
        wait = attempts.take(own, current_app.config["SECRET_KEY"], (here, everywhere), now)
        account = queries.account_of_email(own, email)
    if wait:
        return wait_page(wait, now)
    right = passwords.verify(account.password_hash if account else None, said(form.password))
    holder = queries.holder(db(), account.id, clock.today()) if account and right else None
    if holder is None:
        form.form_errors.append(
            "We konden je niet inloggen. Controleer je e-mailadres en je wachtwoord."
        )
        return _sign_in_page(form, target), 422
    attempts.forget(db(), current_app.config["SECRET_KEY"], here)
    attempts.forget(db(), current_app.config["SECRET_KEY"], everywhere, at=now)
    gate.begin_session(holder, now)
    return redirect(target, 303)


def _sign_in_page(form: SignInForm, target: str) -> str:
    session[NEXT] = target
    return render_template("identity/sign_in.html", form=form)


def wait_page(until: dt.datetime, now: dt.datetime) -> ResponseReturnValue:
    """Says how long to wait, and what can be done meanwhile."""
    minutes = rules.minutes_to_wait(until, now)
    headers = {"Retry-After": str(minutes * 60)}
    return render_template("identity/wait.html", minutes=minutes), 429, headers


@blueprint.post("/uitloggen")
@open_to(Permission.PUBLIC)
def sign_out() -> ResponseReturnValue:
    """Ends the session of this browser; a shared computer is ready for the next."""
    back = gate.sign_in_page()
    gate.end_session()
    flash("Je bent uitgelogd.", "ok")
    return redirect(url_for(back), 303)


@blueprint.route("/inloggen/link-aanvragen", methods=["GET", "POST"])
@open_to(Permission.PUBLIC)
def ask_link() -> ResponseReturnValue:
    """Mails a link to sign in with."""
    return _ask(TokenPurpose.SIGN_IN_LINK)


@blueprint.route("/wachtwoord-vergeten", methods=["GET", "POST"])
@open_to(Permission.PUBLIC)
def ask_reset() -> ResponseReturnValue:
    """Mails a link to choose a new password with."""
    return _ask(TokenPurpose.RESET)


def _ask(purpose: TokenPurpose) -> ResponseReturnValue:
    form = AskLinkForm()
    reset = purpose is TokenPurpose.RESET
    if not form.validate_on_submit():
        page = render_template("identity/ask_link.html", form=form, reset=reset)
        return page, 422 if request.method == "POST" else 200
    email, now = rules.clean_email(said(form.email)), clock.now()
    tries = (
        Try(rules.MAIL_HERE, (email, network())),
        Try(rules.MAIL_NETWORK, (network(),)),
        Try(rules.MAIL_ACCOUNT, (email,)),
    )
    with separate_transaction() as own:
        wait = attempts.take(own, current_app.config["SECRET_KEY"], tries, now)
    if wait:
        return wait_page(wait, now)
    actions.send_asked_link(db(), email, purpose, base_url(), now)
    return redirect(url_for("identity.show_link_sent"), 303)


@blueprint.get("/inloggen/link-verstuurd")
@open_to(Permission.PUBLIC)
def show_link_sent() -> ResponseReturnValue:
    """Says to look in the mail; the same for everybody."""
    return render_template("identity/link_sent.html")


@blueprint.get("/toegang/<token>")
@open_to(Permission.PUBLIC)
def take_token(token: str) -> ResponseReturnValue:
    """Takes a token out of the address at once: it goes into the session, and no next page leaks
    it. Opening the link changes nothing, so a mail scanner does no harm."""
    found = queries.account_of_token(db(), actions.hash_of_token(token), clock.now())
    if found is None:
        return _gone_page()
    account, purpose = found
    session[TOKEN] = token
    if account.email == actions.NOBODYS_ADDRESS:
        return redirect(url_for("identity.set_up"))
    if purpose is TokenPurpose.SIGN_IN_LINK:
        return redirect(url_for("identity.confirm_sign_in"))
    return redirect(url_for("identity.choose_password"))


def _gone_page() -> ResponseReturnValue:
    return render_template("identity/link_gone.html"), 410


def _account_of_session(*purposes: TokenPurpose) -> tuple[Account, TokenPurpose] | None:
    """Whose link was followed in this browser, as long as it works."""
    raw = session.get(TOKEN)
    if not isinstance(raw, str):
        return None
    found = queries.account_of_token(db(), actions.hash_of_token(raw), clock.now())
    return found if found and found[1] in purposes else None


@blueprint.route("/inloggen/bevestigen", methods=["GET", "POST"])
@open_to(Permission.PUBLIC)
def confirm_sign_in() -> ResponseReturnValue:
    """Shows a button, and signs in when it is pressed."""
    found = _account_of_session(TokenPurpose.SIGN_IN_LINK)
    if found is None:
        return _gone_page()
    if request.method == "GET":
        return render_template("identity/confirm.html", name=queries.name_of(db(), found[0]))
    return _enter(found[0], TokenPurpose.SIGN_IN_LINK, None)


@blueprint.route("/wachtwoord-kiezen", methods=["GET", "POST"])
@open_to(Permission.PUBLIC)
def choose_password() -> ResponseReturnValue:
    """Chooses a password after an invitation, or a new one after a reset."""
    found = _account_of_session(TokenPurpose.INVITE, TokenPurpose.RESET)
    if found is None:
        return _gone_page()
    account, purpose = found
    name = queries.name_of(db(), account)
    form = NewPasswordForm(data={"email": account.email})
    form.email.data = account.email
    if form.validate_on_submit():
        problem = rules.password_problem(said(form.new_password), [name], account.email)
        if problem is None:
            return _enter(account, purpose, said(form.new_password))
        form.new_password.errors = [problem]
    invited = purpose is TokenPurpose.INVITE
    page = render_template("identity/choose_password.html", form=form, name=name, invited=invited)
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/zonder-wachtwoord")
@open_to(Permission.PUBLIC)
def start_without_password() -> ResponseReturnValue:
    """Accepts an invitation by somebody who wants to sign in by mail link."""
    found = _account_of_session(TokenPurpose.INVITE)
    if found is None:
        return _gone_page()
    return _enter(found[0], TokenPurpose.INVITE, None)


@blueprint.route("/eerste-beheerder", methods=["GET", "POST"])
@open_to(Permission.PUBLIC)
def set_up() -> ResponseReturnValue:
    """Tells an empty installation whose it is."""
    found = _account_of_session(TokenPurpose.INVITE)
    if found is None or found[0].email != actions.NOBODYS_ADDRESS:
        return _gone_page()
    form = FirstAdministratorForm()
    if form.validate_on_submit():
        names = [said(form.given_name), said(form.family_name)]
        problem = rules.password_problem(said(form.new_password), names, said(form.email))
        if problem is None:
            actions.name_first_administrator(
                db(),
                found[0],
                municipality=said(form.municipality).strip(),
                given_name=said(form.given_name).strip(),
                family_name=said(form.family_name).strip(),
                email=said(form.email),
                today=clock.today(),
            )
            return _enter(found[0], TokenPurpose.INVITE, said(form.new_password))
        form.new_password.errors = [problem]
    page = render_template("identity/set_up.html", form=form)
    return page, 422 if request.method == "POST" else 200


def _enter(account: Account, purpose: TokenPurpose, password: str | None) -> ResponseReturnValue:
    """Uses the link of this session up and signs in; with a password it is set first."""
    now, target = clock.now(), rules.safe_next(session.get(NEXT))
    if actions.use_token(db(), session[TOKEN], purpose, now) != account.id:
        return _gone_page()
    if purpose is not TokenPurpose.SIGN_IN_LINK:
        actions.activate(db(), account, password, now)
    holder = queries.holder(db(), account.id, clock.today())
    if holder is None:
        return _gone_page()
    gate.begin_session(holder, now)
    return redirect(target, 303)
