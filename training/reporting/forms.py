"""What can be asked of the participation overview."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional

from training.assignments.rules import Standing
from training.reporting.rules import Filters
from training.web.form_kit import FilterForm, Form

EVERYTHING = ("", "Alles")


class ParticipationForm(FilterForm):
    """The filters; every one may be left open."""

    onderdeel = SelectField("Onderdeel", validators=[Optional()])
    doelgroep = SelectField("Doelgroep", validators=[Optional()])
    verplichting = SelectField("Verplichting", validators=[Optional()])
    status = SelectField("Status", validators=[Optional()])
    naam = StringField("Naam", validators=[Optional(), Length(max=80)])
    peildatum = DateField(
        "Peildatum", validators=[Optional()], description="Wat was er op deze dag waar?"
    )

    def offer(
        self,
        units: Sequence[tuple[uuid.UUID, str]],
        audiences: Sequence[tuple[str, str]],
        duties: Sequence[tuple[uuid.UUID, str]],
    ) -> None:
        """Fills the lists with what this visitor may choose from."""
        self.onderdeel.choices = [EVERYTHING, *((str(key), name) for key, name in units)]
        self.doelgroep.choices = [EVERYTHING, *audiences]
        self.verplichting.choices = [EVERYTHING, *((str(key), name) for key, name in duties)]
        shown = [s for s in Standing if s is not Standing.LAPSED]
        self.status.choices = [EVERYTHING, *((s.name, s.value) for s in shown)]

    def filters(self, today: dt.date) -> Filters:
        """The filters as asked; an open reference date is today."""
        return Filters(
            as_of=self.peildatum.data or today,
            unit_id=uuid.UUID(self.onderdeel.data) if self.onderdeel.data else None,
            audience=self.doelgroep.data or "",
            duty_id=uuid.UUID(self.verplichting.data) if self.verplichting.data else None,
            standing=Standing[self.status.data] if self.status.data else None,
            name=(self.naam.data or "").strip(),
        )


class ExportForm(Form):
    """Only the token: the filters travel in the address, as on the screen."""
