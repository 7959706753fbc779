"""Asks for one more rule of an audience."""

from __future__ import annotations

import uuid

from wtforms import IntegerField, StringField
from wtforms.validators import Length, NumberRange, Optional

from training.people.audience_rules import Ask
from training.people.person_forms import clean
from training.people.rules import PositionKind
from training.web.form_kit import Form, SelectField


class AudienceRuleForm(Form):
    """What a position must be; empty asks nothing, and all that is filled in must be met."""

    kind = SelectField("Soort", choices=[], default="")
    job_title = StringField(
        "Functie", [Length(max=120)], description="Precies zoals de functie heet, zoals Boa."
    )
    unit = SelectField(
        "Onderdeel",
        choices=[],
        default="",
        description="Alleen wie in dit onderdeel zelf werkt, niet wie in een team eronder werkt.",
    )
    tag = StringField("Kenmerk", [Length(max=40)])
    first_months = IntegerField(
        "Alleen de eerste maanden na in dienst",
        [Optional(), NumberRange(1, 120, "Kies een getal van 1 tot en met 120.")],
        description="Zoals 12 voor nieuwe medewerkers. Leeg: zolang iemand dit werk doet.",
    )

    def ask(self) -> Ask | None:
        """The rule; None when nothing was filled in."""
        found = Ask(
            PositionKind[self.kind.data] if self.kind.data else None,
            clean(self.job_title.data) or None,
            uuid.UUID(self.unit.data) if self.unit.data else None,
            clean(self.tag.data).lower() or None,
            self.first_months.data,
        )
        return None if found == Ask() else found
