"""Asks for the number and code of somebody at a shared computer."""

from __future__ import annotations

from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

from training.web.form_kit import Form, SelectField


class KioskForm(Form):
    """Signing in with employee number and personal code. With a card the number is known."""

    municipality = SelectField("Gemeente", choices=[])
    number = StringField(
        "Personeelsnummer", [DataRequired("Vul je personeelsnummer in."), Length(max=40)]
    )
    code = PasswordField("Persoonlijke code", [DataRequired("Vul je code in."), Length(max=40)])


class OwnCodeForm(Form):
    """Choosing one's own code, in place of the printed one."""

    new_code = PasswordField(
        "Je nieuwe code",
        [DataRequired("Kies een code."), Length(max=40)],
        description="6 tot en met 20 letters of cijfers, die alleen jij weet.",
    )
    again = PasswordField(
        "Nog een keer", [DataRequired("Vul de code nog een keer in."), Length(max=40)]
    )
