"""What the pages of a dilemma send: a choice, or a wish to begin or go back."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.validators import InputRequired

from training.web.form_kit import Form, RadioField


class ChoiceForm(Form):
    """One choice of the scene that is shown. `taken` is how many choices came before, so that a
    form from an older page cannot be taken for this one."""

    choice = RadioField(
        "Wat doe je?",
        coerce=int,
        validators=[InputRequired(message="Kies wat je doet. Daarna kun je verder.")],
        validate_choice=True,
    )
    taken = HiddenField()


class PlainForm(Form):
    """Only the token: for buttons that change something."""
