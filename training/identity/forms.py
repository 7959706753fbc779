"""Asks who somebody is, for which address, and which role to give."""

from __future__ import annotations

import uuid

from wtforms import DateField, EmailField, HiddenField, PasswordField, SearchField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from training.identity.rules import LONGEST_PASSWORD, AccountState, Role, clean_email
from training.mail.rules import is_address
from training.web.form_kit import FilterForm, Form, SelectField

HELP_TO_CHOOSE = (
    "Minstens 12 tekens. Een zin die alleen jij bedenkt, onthoud je makkelijk. "
    "Je mag alle tekens gebruiken, ook spaties."
)


def said(field: StringField) -> str:
    """What somebody typed in a field; empty when nothing."""
    return field.data or ""


def _good_address(_form: Form, field: EmailField) -> None:
    if not is_address(clean_email(said(field))):
        raise ValidationError("Vul een heel e-mailadres in, zoals naam@gemeente.nl.")


ADDRESS = (DataRequired("Vul je e-mailadres in."), Length(max=254), _good_address)


class SignInForm(Form):
    """Signing in with a password."""

    email = EmailField("E-mailadres", ADDRESS)
    password = PasswordField(
        "Wachtwoord", [DataRequired("Vul je wachtwoord in."), Length(max=LONGEST_PASSWORD)]
    )


class AskLinkForm(Form):
    """Asking for a mail with a link."""

    email = EmailField("E-mailadres", ADDRESS)


class NewPasswordForm(Form):
    """Choosing a password after following a link. `email` tells password managers whose it is."""

    email = HiddenField()
    new_password = PasswordField(
        "Nieuw wachtwoord",
        [DataRequired("Kies een wachtwoord.")],
        description=HELP_TO_CHOOSE,
    )


class FirstAdministratorForm(Form):
    """Setting up an empty installation."""

    municipality = StringField(
        "Naam van je gemeente", [DataRequired("Vul de naam van je gemeente in."), Length(max=120)]
    )
    given_name = StringField("Voornaam", [DataRequired("Vul je voornaam in."), Length(max=80)])
    family_name = StringField(
        "Achternaam", [DataRequired("Vul je achternaam in."), Length(max=120)]
    )
    email = EmailField("E-mailadres", ADDRESS)
    new_password = PasswordField(
        "Nieuw wachtwoord",
        [DataRequired("Kies een wachtwoord.")],
        description=HELP_TO_CHOOSE,
    )


class ChangePasswordForm(Form):
    """Changing one's own password."""

    password = PasswordField("Wachtwoord van nu", [Length(max=LONGEST_PASSWORD)])
    new_password = PasswordField(
        "Nieuw wachtwoord",
        [DataRequired("Kies een wachtwoord.")],
        description=HELP_TO_CHOOSE,
    )


class AccountFilter(FilterForm):
    """Which accounts to show."""

    zoek = SearchField("Naam of e-mailadres", [Length(max=100)])
    status = SelectField(
        "Status",
        choices=[("", "Alle"), *((state.name, state.value.capitalize()) for state in AccountState)],
        default="",
    )


class PersonFilter(FilterForm):
    """For whom to make an account."""

    zoek = SearchField("Naam", [Length(max=100)])


class NewAccountForm(Form):
    """The address of a new account."""

    email = EmailField(
        "E-mailadres",
        ADDRESS,
        description="Hier gaat de uitnodiging naartoe. Hiermee logt deze persoon straks in.",
    )


class GiveRoleForm(Form):
    """Which role, where and until when."""

    role = SelectField("Rol", choices=[(role.name, role.value.capitalize()) for role in Role])
    unit = SelectField("Bij", coerce=uuid.UUID)
    until_on = DateField(
        "Tot en met",
        [DataRequired("Kies tot en met welke dag.")],
        description="Hoogstens twee jaar. Daarna kiest iemand opnieuw.",
    )


class LogFilter(FilterForm):
    """What to look for in the log."""

    zoek = SearchField("Door wie, of wat", [Length(max=100)])
    over = SearchField("Over wie", [Length(max=100)])
    handeling = SelectField("Handeling", default="")
    van = DateField("Vanaf", [Optional()])
    tot = DateField("Tot en met", [Optional()])
