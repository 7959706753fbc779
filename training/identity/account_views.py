"""Lets an administrator make and close accounts and give roles, and shows who holds which role."""

from __future__ import annotations

import math
import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.audit.models import Action
from training.identity import actions, queries
from training.identity.access_table import ROLE_UNITS
from training.identity.actions import NotAllowedError
from training.identity.forms import AccountFilter, GiveRoleForm, NewAccountForm, PersonFilter, said
from training.identity.kiosk_rules import has_mailbox
from training.identity.models import Account
from training.identity.queries import AccountSearch
from training.identity.rules import AccountState, Role, TokenPurpose
from training.identity.views import base_url
from training.identity.views import blueprint as identity
from training.people.models import Person, Unit
from training.people.noting_views import note, note_looked
from training.people.queries import municipalities_below, units_of
from training.web.doors import open_to, reach, visitor
from training.web.request_db import db

PER_PAGE = 50


def _units(permission: Permission) -> frozenset[uuid.UUID]:
    return frozenset(grant.unit_id for grant in reach(permission))


def _municipality_ids() -> frozenset[uuid.UUID]:
    """The municipalities whose accounts the visitor manages."""
    units = _units(Permission.MANAGE_ACCOUNTS)
    return frozenset(unit.id for unit in municipalities_below(db(), units))


def _account(account_id: uuid.UUID) -> tuple[Account, Person]:
    found = queries.account_within(db(), _municipality_ids(), account_id)
    if found is None:
        abort(404)
    return found


@identity.get("/accounts")
@open_to(Permission.MANAGE_ACCOUNTS)
def show_accounts() -> ResponseReturnValue:
    """The accounts of the visitor's municipality, by search."""
    form = AccountFilter(request.args)
    text, state = (said(form.zoek), form.status.data) if form.validate() else ("", "")
    search = AccountSearch(_municipality_ids(), text, AccountState[state] if state else None)
    total = queries.accounts_count(db(), search)
    pages = max(1, math.ceil(total / PER_PAGE))
    page = min(max(1, request.args.get("pagina", 1, type=int)), pages)
    found = queries.accounts(db(), search, (page - 1) * PER_PAGE, PER_PAGE)
    note_looked((person for _, person in found), "lijst van accounts")
    return render_template(
        "identity/accounts.html",
        filter=form,
        found=found,
        technical=Permission.READ_TECHNICAL_AUDIT,
        total=total,
        page=page,
        pages=pages,
        more=url_for("identity.show_accounts", zoek=text, status=state) + "&pagina=",
    )


@identity.get("/accounts/nieuw")
@open_to(Permission.MANAGE_ACCOUNTS)
def choose_person() -> ResponseReturnValue:
    """For whom there is no account yet."""
    form = PersonFilter(request.args)
    text = (said(form.zoek)) if form.validate() else ""
    found = queries.persons_without_account(
        db(), _municipality_ids(), text, clock.today(), PER_PAGE
    )
    note_looked(found, "personen zonder account")
    return render_template("identity/choose_person.html", filter=form, found=found, most=PER_PAGE)


@identity.route("/accounts/nieuw/<uuid:person_id>", methods=["GET", "POST"])
@open_to(Permission.MANAGE_ACCOUNTS)
def make_account(person_id: uuid.UUID) -> ResponseReturnValue:
    """Makes an account for a person and sends the invitation."""
    found = queries.persons_without_account(
        db(), _municipality_ids(), "", clock.today(), 1, person_id
    )
    if not found:
        abort(404)
    person = found[0]
    form = NewAccountForm(data={"email": person.email})
    if request.method == "GET":
        note_looked([person], "nieuw account")
    if form.validate_on_submit():
        try:
            account = actions.make_account(
                db(),
                municipality_id=person.municipality_id,
                person_id=person.id,
                email=said(form.email),
                now=clock.now(),
            )
        except NotAllowedError as problem:
            form.email.errors = [str(problem)]
        else:
            note(Action.MADE_ACCOUNT, person.municipality_id, person.id)
            _send_invitation(account)
            flash("Het account is gemaakt. De uitnodiging is onderweg.", "ok")
            return redirect(url_for("identity.show_account", account_id=account.id), 303)
    page = render_template("identity/new_account.html", form=form, person=person)
    return page, 422 if request.method == "POST" else 200


def _send_invitation(account: Account) -> None:
    actions.send_token(db(), account, TokenPurpose.INVITE, base_url(), clock.now())
    note(Action.INVITED, account.municipality_id, account.person_id)


@identity.get("/accounts/<uuid:account_id>")
@open_to(Permission.MANAGE_ACCOUNTS)
def show_account(account_id: uuid.UUID) -> ResponseReturnValue:
    """One account: its state, its roles, and what can be done with it."""
    account, person = _account(account_id)
    note_looked([person], "account")
    return _account_page(account, person, _role_form())


def _account_page(account: Account, person: Person, form: GiveRoleForm) -> str:
    return render_template(
        "identity/account.html",
        account=account,
        person=person,
        own=account.id == visitor().account_id,
        roles=queries.roles_of(db(), account.id),
        may_end=_units_below(),
        form=form,
        today=clock.today(),
    )


def _role_units() -> list[Unit]:
    """The units at which the visitor may give roles."""
    return units_of(db(), _units(Permission.GIVE_ROLES))


def _units_below() -> frozenset[uuid.UUID]:
    return frozenset(unit.id for unit in _role_units())


def _role_form() -> GiveRoleForm:
    form = GiveRoleForm()
    units = _role_units()
    kinds = {unit.kind for unit in units}
    form.unit.choices = [(str(unit.id), f"{unit.name} ({unit.kind.value})") for unit in units]
    form.role.choices = [
        (role.name, role.value.capitalize()) for role in Role if ROLE_UNITS[role] & kinds
    ]
    return form


@identity.post("/accounts/<uuid:account_id>/sluiten")
@open_to(Permission.MANAGE_ACCOUNTS)
def close_account(account_id: uuid.UUID) -> ResponseReturnValue:
    """Closes an account at once."""
    account, person = _account(account_id)
    try:
        actions.close_account(db(), account, visitor().account_id, clock.now())
    except NotAllowedError as problem:
        flash(str(problem), "error")
    else:
        note(Action.CLOSED_ACCOUNT, person.municipality_id, person.id)
        flash("Het account is gesloten. Wie ermee was ingelogd, is uitgelogd.", "ok")
    return _back(account)


@identity.post("/accounts/<uuid:account_id>/heropenen")
@open_to(Permission.MANAGE_ACCOUNTS)
def reopen_account(account_id: uuid.UUID) -> ResponseReturnValue:
    """Opens a closed account again, with a new invitation."""
    account, person = _account(account_id)
    try:
        actions.reopen_account(db(), account)
    except NotAllowedError as problem:
        flash(str(problem), "error")
    else:
        note(Action.REOPENED_ACCOUNT, person.municipality_id, person.id)
        if has_mailbox(account.email):
            _send_invitation(account)
            flash("Het account is weer open. De uitnodiging is onderweg.", "ok")
        else:
            flash("Het account is weer open. Deze persoon heeft geen e-mailadres: vraag HR om een "
                  "nieuwe kaart te printen. De oude kaart werkt niet meer.", "ok")  # fmt: skip
    return _back(account)


@identity.post("/accounts/<uuid:account_id>/uitnodigen")
@open_to(Permission.MANAGE_ACCOUNTS)
def invite_again(account_id: uuid.UUID) -> ResponseReturnValue:
    """Sends the invitation again to who has not used it."""
    account, _person = _account(account_id)
    if account.state is AccountState.INVITED:
        _send_invitation(account)
        flash("De uitnodiging is onderweg.", "ok")
    else:
        flash("Dit account is al in gebruik, of gesloten. Er is geen mail verstuurd.", "error")
    return _back(account)


@identity.post("/accounts/<uuid:account_id>/rollen")
@open_to(Permission.GIVE_ROLES)
def give_role(account_id: uuid.UUID) -> ResponseReturnValue:
    """Gives a role to somebody else."""
    account, person = _account(account_id)
    form = _role_form()
    if form.validate():
        role, unit = Role[form.role.data], db().get_one(Unit, form.unit.data)
        try:
            actions.give_role(
                db(),
                account=account,
                role=role,
                unit=unit,
                from_on=clock.today(),
                until_on=form.until_on.data,
                by=visitor().account_id,
            )
        except NotAllowedError as problem:
            form.form_errors.append(str(problem))
        else:
            note(Action.GAVE_ROLE, person.municipality_id, person.id, f"{role.value}: {unit.name}")
            flash("De rol is gegeven en werkt meteen.", "ok")
            return _back(account)
    return _account_page(account, person, form), 422


@identity.post("/accounts/<uuid:account_id>/rollen/<uuid:grant_id>/beeindigen")
@open_to(Permission.GIVE_ROLES)
def end_role(account_id: uuid.UUID, grant_id: uuid.UUID) -> ResponseReturnValue:
    """Ends a role of somebody at once."""
    account, person = _account(account_id)
    held = [role for role in queries.roles_of(db(), account.id) if role.grant.id == grant_id]
    if not held or held[0].unit.id not in _units_below():
        abort(404)
    actions.end_role(db(), held[0].grant, clock.today())
    what = f"{held[0].grant.role.value}: {held[0].unit.name}"
    note(Action.ENDED_ROLE, person.municipality_id, person.id, what)
    flash("De rol is beëindigd.", "ok")
    return _back(account)


def _back(account: Account) -> ResponseReturnValue:
    return redirect(url_for("identity.show_account", account_id=account.id), 303)


@identity.get("/rollen")
@open_to(Permission.READ_ROLES, Permission.GIVE_ROLES)
def show_roles() -> ResponseReturnValue:
    """Who holds which role today, here or above it."""
    units = _units(Permission.READ_ROLES) | _units(Permission.GIVE_ROLES)
    found = queries.roles_that_reach(db(), units, clock.today())
    note_looked((held.person for held in found if held.person), "lijst van rollen")
    return render_template("identity/roles.html", found=found)
