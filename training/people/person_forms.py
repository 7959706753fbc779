"""Asks who somebody is, what he or she does where, and whom to list."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

from wtforms import DateField, EmailField, SearchField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from training.mail.rules import is_address
from training.people.models import Person, Position, Unit
from training.people.person_actions import PersonFacts, PositionFacts
from training.people.person_queries import PersonSearch, Stand
from training.people.rules import PositionKind
from training.web.form_kit import FilterForm, Form, SelectField


def clean(text: str | None) -> str:
    """What somebody typed, without double spaces."""
    return " ".join((text or "").split())


def good_address(_form: Form, field: EmailField) -> None:
    """Refuses what mail cannot go to."""
    if not is_address(clean(field.data).lower()):
        raise ValidationError("Vul een heel e-mailadres in, zoals naam@gemeente.nl.")


class PersonFilter(FilterForm):
    """Whom to list."""

    zoek = SearchField("Naam, nummer of e-mailadres", [Length(max=100)])
    onderdeel = SelectField("Onderdeel", default="")
    soort = SelectField("Soort", default="")
    kenmerk = SelectField("Kenmerk", default="")
    stand = SelectField(
        "Wie",
        choices=[*((s.name, s.value.capitalize()) for s in Stand), ("ALL", "Iedereen")],
        default=Stand.HERE.name,
    )

    def search(self) -> PersonSearch:
        """What was asked; all that are there when it cannot be used."""
        if not self.validate():
            return PersonSearch()
        return PersonSearch(
            clean(self.zoek.data),
            uuid.UUID(self.onderdeel.data) if self.onderdeel.data else None,
            PositionKind[self.soort.data] if self.soort.data else None,
            self.kenmerk.data or "",
            None if self.stand.data == "ALL" else Stand[self.stand.data],
        )


def _day(field: DateField) -> dt.date:
    """The day in a field that must have one."""
    assert field.data is not None
    return field.data


class NamesForm(Form):
    """Who somebody is, and from when."""

    given_name = StringField("Voornaam", [DataRequired("Vul de voornaam in."), Length(max=80)])
    infix = StringField("Tussenvoegsel", [Length(max=30)])
    family_name = StringField(
        "Achternaam", [DataRequired("Vul de achternaam in."), Length(max=120)]
    )
    email = EmailField(
        "E-mailadres",
        [Optional(), Length(max=254), good_address],
        description="Laat leeg voor wie geen eigen mailbox heeft.",
    )
    employee_number = StringField("Personeelsnummer", [Optional(), Length(max=40)])
    joined_on = DateField("In dienst vanaf", [DataRequired("Kies de eerste dag.")])

    def facts(self) -> PersonFacts:
        """What was typed."""
        return PersonFacts(
            given_name=clean(self.given_name.data),
            infix=clean(self.infix.data).lower(),
            family_name=clean(self.family_name.data),
            email=clean(self.email.data).lower() or None,
            employee_number=clean(self.employee_number.data) or None,
            joined_on=_day(self.joined_on),
        )


class PersonForm(NamesForm):
    """Who somebody is, from when, and until when."""

    left_on = DateField(
        "Laatste dag",
        [Optional()],
        description="Op deze dag eindigen ook de functies. Laat leeg zolang iemand blijft.",
    )

    def facts(self) -> PersonFacts:
        """What was typed."""
        return replace(super().facts(), left_on=self.left_on.data)

    @staticmethod
    def shown(person: Person) -> dict[str, Any]:
        """A person as the form shows it."""
        return {name: getattr(person, name) for name in PersonFacts.__slots__}


class PlaceForm(Form):
    """What somebody does, and where."""

    kind = SelectField("Soort", choices=[])
    unit = SelectField("Onderdeel", choices=[])
    job_title = StringField("Functie", [Length(max=120)])
    manager = StringField(
        "Leidinggevende", [Length(max=200)], description="De hele naam, of het personeelsnummer."
    )
    faction = StringField("Fractie", [Length(max=80)], description="Alleen voor de raad.")

    def offer(self, kinds: list[PositionKind], units: dict[uuid.UUID, str]) -> None:
        """Which kinds and units the visitor may choose."""
        self.kind.choices = [(kind.name, kind.value.capitalize()) for kind in kinds]
        self.unit.choices = [(str(unit_id), words) for unit_id, words in units.items()]

    def place(self, unit: Unit, from_on: dt.date, until_on: dt.date | None) -> PositionFacts:
        """What was typed."""
        return PositionFacts(
            kind=PositionKind[self.kind.data],
            unit=unit,
            job_title=clean(self.job_title.data),
            manager=clean(self.manager.data),
            faction=clean(self.faction.data),
            from_on=from_on,
            until_on=until_on,
        )


class PositionForm(PlaceForm):
    """What somebody does, where, and from when until when."""

    from_on = DateField("Vanaf", [DataRequired("Kies de eerste dag.")])
    until_on = DateField("Tot en met", [Optional()])

    def told(self, unit: Unit) -> PositionFacts:
        """What was typed."""
        return self.place(unit, _day(self.from_on), self.until_on.data)

    @staticmethod
    def shown(position: Position, manager: str) -> dict[str, Any]:
        """A position as the form shows it."""
        return {
            "kind": position.kind.name,
            "unit": str(position.unit_id),
            "job_title": position.job_title,
            "manager": manager,
            "faction": position.faction,
            "from_on": position.from_on,
            "until_on": position.until_on,
        }


class NewPersonForm(NamesForm, PlaceForm):
    """Somebody new with a first position, on one page."""

    def told(self, unit: Unit) -> PositionFacts:
        """What was typed of the position."""
        return self.place(unit, _day(self.joined_on), None)


BULK = {
    "verplaatsen": "Verplaats naar een onderdeel",
    "uit-dienst": "Zet uit dienst",
    "kenmerk": "Geef een kenmerk",
    "kenmerk-weg": "Haal een kenmerk weg",
}


class BulkForm(Form):
    """What to do with many persons at once."""

    what = SelectField("Wat wil je doen?", choices=list(BULK.items()))
    unit = SelectField("Naar onderdeel", choices=[])
    on = DateField("Vanaf, of laatste dag", [Optional()])
    tag = StringField(
        "Kenmerk",
        [Length(max=40)],
        description="Een doelgroep kan om een kenmerk vragen, zoals sleutelfunctionaris.",
    )
