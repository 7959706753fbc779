"""Asks what happens to a unit of the tree, and from which day."""

from __future__ import annotations

import uuid

from wtforms import DateField, StringField
from wtforms.validators import DataRequired, Length, Optional

from training.people.rules import UnitKind
from training.people.tree_rules import OPENABLE
from training.web.form_kit import FilterForm, Form, SelectField

NAME = (DataRequired("Vul een naam in."), Length(max=120))
FROM = "Vanaf"


def _day(label: str) -> DateField:
    return DateField(label, [DataRequired("Kies een dag, vandaag of eerder.")])


class TreeFilter(FilterForm):
    """On which day to see the tree."""

    peildatum = DateField("Zoals het was op", [Optional()])


class OpenUnitForm(Form):
    """A unit below another."""

    name = StringField("Naam", NAME)
    kind = SelectField("Soort", choices=[(kind.name, kind.value.capitalize()) for kind in OPENABLE])
    on = _day("Bestaat vanaf")

    @property
    def kind_told(self) -> UnitKind:
        """The kind that was chosen."""
        return UnitKind[self.kind.data]


class RenameUnitForm(Form):
    """Another name."""

    name = StringField("Nieuwe naam", NAME)
    on = _day(FROM)


class OtherUnitForm(Form):
    """Another unit, and from when: to move below it, or to merge into it."""

    other = SelectField("Onderdeel", coerce=uuid.UUID)
    on = _day(FROM)


class CloseUnitForm(Form):
    """The last day."""

    on = _day("Laatste dag")
