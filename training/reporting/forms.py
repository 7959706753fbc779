"""What can be asked of the participation overview."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from wtforms import DateField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from training.assignments.rules import Standing
from training.reporting.making_rules import Rhythm
from training.reporting.rules import ALL_COLUMNS, USUAL, Column, Filters, Placing, columns_of
from training.web.form_kit import FilterForm, Form, SelectField, SelectMultipleField

EVERYTHING = ("", "Alles")
Content = frozenset[tuple[str, str]]


class ParticipationForm(FilterForm):
    """The filters; every one may be left open."""

    onderdeel = SelectField("Onderdeel", validators=[Optional()])
    doelgroep = SelectField("Doelgroep", validators=[Optional()])
    thema = SelectField("Thema", validators=[Optional()])
    verplichting = SelectField("Verplichting", validators=[Optional()])
    status = SelectField("Status", validators=[Optional()])
    naam = StringField("Naam", validators=[Optional(), Length(max=80)])
    peildatum = DateField(
        "Peildatum", validators=[Optional()], description="Wat is er op deze dag waar?"
    )
    indeling = SelectField(
        "Ingedeeld naar",
        choices=[(p.name, p.value) for p in Placing],
        default=Placing.THEN.name,
        validators=[Optional()],
    )
    gedaan_van = DateField("Gedaan vanaf", validators=[Optional()])
    gedaan_tot = DateField("Gedaan tot en met", validators=[Optional()])
    kolommen = SelectMultipleField(
        "Kolommen",
        choices=[(c.key, c.label) for c in ALL_COLUMNS if c.key != "name"],
        validators=[Optional()],
    )

    def offer(
        self,
        units: Sequence[tuple[uuid.UUID, str]],
        audiences: Sequence[tuple[str, str]],
        duties: Sequence[tuple[uuid.UUID, str]],
        themes: Mapping[str, tuple[str, Content]],
    ) -> None:
        """Fills the lists with what this visitor may choose from. `themes`: slug → label and the
        content about it."""
        self.onderdeel.choices = [EVERYTHING, *((str(key), name) for key, name in units)]
        self.doelgroep.choices = [EVERYTHING, *audiences]
        self.verplichting.choices = [EVERYTHING, *((str(key), name) for key, name in duties)]
        self.thema.choices = [EVERYTHING, *((slug, label) for slug, (label, _) in themes.items())]
        self.themes = themes
        shown = [s for s in Standing if s not in {Standing.LAPSED, Standing.MISSED}]
        self.status.choices = [EVERYTHING, *((s.name, s.value) for s in shown)]
        if not self.kolommen.data:
            self.kolommen.data = [key for key in USUAL if key != "name"]

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """The choices of a list as pairs of a value and its words."""
        field = self[name]
        assert isinstance(field, SelectField)
        return tuple((str(value), label) for value, label, *_ in field.iter_choices())

    def validate_gedaan_tot(self, field: DateField) -> None:
        """A period ends after it begins."""
        if field.data and self.gedaan_van.data and field.data < self.gedaan_van.data:
            raise ValidationError("Deze dag ligt voor de dag waarop de periode begint.")

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns as chosen."""
        return columns_of(self.kolommen.data or ())

    def filters(self, today: dt.date) -> Filters:
        """The filters as asked; an open reference date is today."""
        theme = self.thema.data or ""
        return Filters(
            as_of=self.peildatum.data or today,
            today=today,
            unit_id=uuid.UUID(self.onderdeel.data) if self.onderdeel.data else None,
            placing=Placing[self.indeling.data or Placing.THEN.name],
            audience=self.doelgroep.data or "",
            duty_id=uuid.UUID(self.verplichting.data) if self.verplichting.data else None,
            theme=theme,
            content=self.themes[theme][1] if theme else frozenset(),
            standing=Standing[self.status.data] if self.status.data else None,
            name=(self.naam.data or "").strip(),
            done_from=self.gedaan_van.data,
            done_until=self.gedaan_tot.data,
        )

    def words(self, filters: Filters) -> list[tuple[str, str]]:
        """The filters with the names that the visitor chose from."""

        def label(field: SelectField) -> str:
            return next((str(c.label) for c in field.choices or () if c.value == field.data), "")

        return filters.in_words(
            label(self.onderdeel),
            label(self.verplichting),
            label(self.doelgroep),
            label(self.thema),
        )


class ExportForm(Form):
    """Only the token: the filters travel in the address, as on the screen."""


class ViewForm(Form):
    """A name for these filters and columns, and how often a link to them is mailed."""

    name = StringField(
        "Naam van de weergave",
        validators=[DataRequired("Geef de weergave een naam."), Length(max=80)],
    )
    rhythm = SelectField(
        "Mail mij een link",
        choices=[(r.name, r.value) for r in Rhythm],
        default=Rhythm.NEVER.name,
        description="In de mail staat alleen een link. Je ziet de gegevens als je bent ingelogd.",
    )
