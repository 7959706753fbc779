"""What a learner asks, and what the privacy officer decides."""

from __future__ import annotations

from wtforms import BooleanField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from training.web.form_kit import Form, RadioField


class AskErasureForm(Form):
    """A request to be erased."""

    words = TextAreaField(
        "Wat wil je ons erbij vertellen?",
        validators=[Optional(), Length(max=1000, message="Schrijf hoogstens duizend tekens.")],
    )


class DecisionForm(Form):
    """What the privacy officer decides, and why."""

    decision = RadioField(
        "Wat besluit je?",
        choices=[
            ("GRANTED", "Alles van deze persoon wissen"),
            ("REFUSED", "Niet wissen"),
        ],
        validators=[InputRequired("Kies wat je besluit.")],
    )
    answer = TextAreaField(
        "Wat zeg je tegen deze persoon?",
        validators=[Length(max=1000, message="Schrijf hoogstens duizend tekens.")],
        description="Bij niet wissen leest de persoon dit in Weerbaar. Schrijf ook hoe je bezwaar "
        "kunt maken.",
    )
    sure = BooleanField("Ik weet dat wissen niet terug te draaien is")

    def validate_answer(self, field: TextAreaField) -> None:
        """Who is refused must know why (GDPR, article 12, paragraph 4)."""
        if self.decision.data == "REFUSED" and not (field.data or "").strip():
            raise ValidationError("Schrijf waarom je niet wist.")

    def validate_sure(self, field: BooleanField) -> None:
        """Erasing is asked for twice."""
        if self.decision.data == "GRANTED" and not field.data:
            raise ValidationError("Zet een vinkje: wissen is niet terug te draaien.")


class MergeForm(Form):
    """Which of two persons is kept."""

    keep = RadioField(
        "Wie houden we?", choices=[], validators=[InputRequired("Kies wie we houden.")]
    )
    sure = BooleanField(
        "Ik weet zeker dat dit dezelfde persoon is",
        validators=[InputRequired("Zet een vinkje als je dit zeker weet.")],
    )
