"""Asks who sits on the next council, and who takes whose seat."""

from __future__ import annotations

from wtforms import DateField, EmailField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from training.people.person_forms import good_address
from training.web.form_kit import Form, RadioField, SelectField

A_LINE = (
    "Eén per regel: naam; fractie; e-mailadres. Zoals: Noor van Dam; Lokaal Belang; noor@raad.nl"
)


class TermForm(Form):
    """The next term: its first day, and who is new. Who stays is ticked beside it."""

    from_on = DateField(
        "Eerste dag van de nieuwe raad",
        [DataRequired("Kies de eerste dag van de nieuwe raad.")],
        description="De raad van nu stopt de dag ervoor.",
    )
    councillors = TextAreaField("Nieuwe raadsleden", [Length(max=20_000)], description=A_LINE)
    members = TextAreaField("Nieuwe commissieleden", [Length(max=20_000)], description=A_LINE)


class ReplaceForm(Form):
    """Who takes whose seat, and for how long."""

    seat = SelectField("Wie gaat weg?", choices=[])
    how = RadioField(
        "Voor hoe lang?",
        [InputRequired("Kies voor hoe lang.")],
        choices=[
            ("lasting", "Voorgoed: er komt een opvolger"),
            ("while", "Zestien weken, wegens ziekte, zwangerschap of bevalling"),
        ],
    )
    from_on = DateField("Eerste dag van de ander", [DataRequired("Kies de eerste dag.")])
    name = StringField(
        "Wie komt er?",
        [DataRequired("Vul de hele naam in."), Length(max=200)],
        description="Zit deze persoon al in een commissie? Schrijf de naam dan precies zo.",
    )
    email = EmailField("E-mailadres", [Optional(), Length(max=254), good_address])
