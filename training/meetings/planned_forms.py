"""Asks when and where a meeting is, who comes, and who was there."""

from __future__ import annotations

import datetime as dt

from wtforms import (
    BooleanField,
    DateField,
    FileField,
    IntegerField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from training.clock import AMSTERDAM
from training.meetings.series_rules import WEEKDAYS, WEEKS
from training.web.form_kit import FilterForm, Form, SelectField, SelectMultipleField


class PlanForm(Form):
    """When and where a meeting is, and for whom. Choices are offered by the view."""

    title = StringField(
        "Naam van de bijeenkomst", [InputRequired("Geef de bijeenkomst een naam."), Length(max=120)]
    )
    kind = SelectField("Soort bijeenkomst", [InputRequired("Kies een soort.")])
    unit = SelectField(
        "Voor welk onderdeel?",
        [InputRequired("Kies een onderdeel.")],
        description="Je kunt mensen uitnodigen die daaronder vallen.",
    )
    day = DateField("Dag", [InputRequired("Kies een dag.")])
    starts = TimeField("Begint om", [InputRequired("Vul in hoe laat het begint.")])
    ends = TimeField("Eindigt om", [InputRequired("Vul in hoe laat het eindigt.")])
    place = StringField("Plaats", [Optional(), Length(max=200)])
    places = IntegerField(
        "Aantal plaatsen",
        [Optional(), NumberRange(1, 5000, "Vul een getal in van 1 tot en met 5000.")],
        description="Leeg: er is plaats voor iedereen. Is het vol, dan komt er een wachtlijst.",
    )
    explanation = TextAreaField(
        "Uitleg", [Optional(), Length(max=2000, message="Houd de uitleg korter.")]
    )
    council = BooleanField(
        "Er doen raadsleden mee",
        description="Speel je een dilemma, dan staat op elk scherm dat het een oefening is.",
    )

    def validate_ends(self, field: TimeField) -> None:
        """A meeting ends after it begins."""
        if self.starts.data and field.data and field.data <= self.starts.data:
            raise ValidationError("De eindtijd ligt voor de begintijd. Kies een latere tijd.")

    def moment(self, time: dt.time | None) -> dt.datetime:
        """The instant of a time on the chosen day."""
        assert self.day.data is not None and time is not None
        return dt.datetime.combine(self.day.data, time, AMSTERDAM).astimezone(dt.UTC)


class InviteForm(Form):
    """Which audiences to invite."""

    audiences = SelectMultipleField("Nodig hele doelgroepen uit", [Optional()])


class NameFilter(FilterForm):
    """Whom to look for by name."""

    zoek = StringField("Zoek iemand op naam", [Optional(), Length(max=100)])


class MaterialForm(Form):
    """A file that goes with the meeting."""

    file = FileField(
        "Bestand", description="PDF, presentatie, document of afbeelding. Hoogstens 8 MB."
    )


class GuestsForm(Form):
    """How many guests from outside were there."""

    guests = IntegerField(
        "Gasten van buiten",
        [Optional(), NumberRange(0, 5000, "Vul een getal in van 0 tot en met 5000.")],
        description="Alleen het aantal. We bewaren geen namen van gasten.",
    )


class PasteForm(Form):
    """Names or numbers, one a line."""

    lines = TextAreaField(
        "Namen of personeelsnummers",
        [InputRequired("Plak minstens één naam of nummer."), Length(max=60_000)],
        description="Eén per regel. Je ziet eerst wie we vonden.",
    )


class SeriesForm(Form):
    """A fixed item of a team's meetings. Units and audiences are offered by the view."""

    title = StringField("Naam", [InputRequired("Geef het agendapunt een naam."), Length(max=80)])
    unit = SelectField("Voor welk team?", [InputRequired("Kies een onderdeel.")])
    audience = SelectField(
        "Dilemma’s voor welke doelgroep?", [InputRequired("Kies een doelgroep.")]
    )
    week = SelectField(
        "Welke week van de maand?",
        [InputRequired("Kies een week.")],
        choices=[(str(n), word) for n, word in WEEKS.items()],
    )
    weekday = SelectField(
        "Welke dag?",
        [InputRequired("Kies een dag.")],
        choices=[(str(n), word) for n, word in enumerate(WEEKDAYS)],
    )
    time = TimeField("Hoe laat?", [InputRequired("Vul in hoe laat het begint.")])
    place = StringField("Plaats", [Optional(), Length(max=200)])
    from_on = DateField("Vanaf", [InputRequired("Kies een dag.")])


class CheckInForm(Form):
    """The code of this minute."""

    code = StringField(
        "Code op het scherm", [InputRequired("Vul de code in die nu op het scherm staat.")]
    )
