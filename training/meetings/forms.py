"""Asks for the code of a room, how to play a dilemma with a group, and what the next step is."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from training.content.classes import PathBy
from training.meetings.rules import CODE_LENGTH, Step, read_code
from training.web.form_kit import FilterForm, Form, RadioField, SelectField, SelectMultipleField


class CodeForm(FilterForm):
    """The code on the screen; on a page without a session, so without a token."""

    code = StringField(
        "Code",
        [InputRequired("Vul de code in die op het scherm staat.")],
        description="De code heeft zes tekens. Hij staat op het scherm in de zaal.",
    )

    def validate_code(self, field: StringField) -> None:
        """A code has six signs; spaces and small letters do not matter."""
        if len(read_code(field.data or "")) != CODE_LENGTH:
            raise ValidationError("De code heeft zes letters of cijfers. Kijk nog eens goed.")


class PrepareForm(Form):
    """How a meeting plays a dilemma. The scenes are offered by the view."""

    unit = SelectField("Voor welk onderdeel?", [InputRequired("Kies een onderdeel.")])
    shape = RadioField(
        "Hoe spelen jullie?",
        [InputRequired("Kies een vorm.")],
        choices=[
            ("heel", "Het hele dilemma, tot en met de afloop"),
            ("kort", "Kort: één scène, één stemming, tien minuten"),
        ],
    )
    vote = SelectMultipleField(
        "Over welke scènes stemmen jullie?",
        [Optional()],
        description="Bij de andere scènes kies jij het pad.",
    )
    second_round = SelectMultipleField(
        "Waar stemmen jullie twee keer?",
        [Optional()],
        description="Eerst stemmen, dan praten, dan nog een keer stemmen.",
    )
    path_by = RadioField(
        "Wie kiest het pad?",
        [InputRequired("Kies wie het pad kiest.")],
        choices=[
            (PathBy.FACILITATOR.name, "Ik, als gespreksleider"),
            (PathBy.MAJORITY.name, "De meerderheid; bij gelijke stemmen ik"),
        ],
    )
    council = BooleanField(
        "Er doen raadsleden mee",
        description="Dan staat op elk scherm dat dit een oefening is, en geen besluit.",
    )

    def validate_second_round(self, field: SelectMultipleField) -> None:
        """A second round needs a first one."""
        if set(field.data or ()) - set(self.vote.data or ()):
            raise ValidationError("Kies een tweede ronde alleen bij een scène met een stemming.")

    def validate_vote(self, field: SelectMultipleField) -> None:
        """The whole dilemma needs at least one vote."""
        if self.shape.data == "heel" and not field.data:
            raise ValidationError("Kies minstens één scène om over te stemmen.")


class StepForm(Form):
    """One press on a button of the desk, from the page of a version of the stand."""

    stap = SelectField(
        choices=[(step.name, step.value) for step in Step], validators=[InputRequired()]
    )
    stand = HiddenField(validators=[InputRequired()])
    keuze = HiddenField()
    wat_als = HiddenField()
    eigen = StringField(
        "Of typ zelf een wat als",
        [Length(max=200, message="Houd de vraag korter dan 200 tekens.")],
    )
