"""Decides what the page /onderdelen shows: every component in every state, on invented data."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    IntegerField,
    PasswordField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from training.web.form_kit import FilterForm, RadioField, SelectField, SelectMultipleField

REQUIRED = "Vul dit in."


class ExampleForm(FilterForm):
    """One field of each kind; it is never sent."""

    email = EmailField(
        "E-mailadres",
        [InputRequired("Vul je e-mailadres in.")],
        description="Het adres dat je van je gemeente hebt.",
    )
    password = PasswordField("Wachtwoord", [InputRequired("Vul je wachtwoord in.")])
    name = StringField("Naam van het team", [InputRequired(REQUIRED)])
    size = IntegerField("Aantal personen")
    unit = SelectField(
        "Afdeling",
        [InputRequired("Kies een afdeling.")],
        choices=[("", "Kies een afdeling"), ("p", "Publiekszaken"), ("v", "Vergunningen")],
    )
    note = TextAreaField("Toelichting", description="Schrijf geen namen op.")
    as_of = DateField("Peildatum")
    file = FileField("Personeelsbestand", description="CSV of XLSX, hoogstens 12 MB.")
    agreed = BooleanField("Ik heb dit gelezen", [InputRequired("Zet een vinkje als je dit las.")])
    act = RadioField(
        "Wat doe je nu?",
        [InputRequired("Kies een antwoord.")],
        choices=[("a", "Ik bel het meldpunt"), ("b", "Ik vraag een collega mee te kijken")],
    )
    signals = SelectMultipleField(
        "Wat valt je op?",
        [InputRequired("Kies minstens één antwoord.")],
        choices=[("a", "Er wordt contant betaald"), ("b", "Niemand kent de huurder")],
    )


class ExampleFilter(FilterForm):
    """A filter as above a list."""

    unit = SelectField("Afdeling", choices=[("", "Alle afdelingen"), ("p", "Publiekszaken")])
    status = SelectField("Status", choices=[("", "Alle"), ("open", "Open"), ("late", "Te laat")])
    as_of = DateField("Peildatum")


class ExampleStep(NamedTuple):
    """A part of a module, or a moment of a timeline."""

    title: str
    url: str = ""
    done: bool = False
    current: bool = False
    kind: str = ""
    text: str = ""
    when: str = ""


class ExampleRung(NamedTuple):
    """A rung of a learner's own ladder."""

    name: str
    value: str


class ExamplePlace(NamedTuple):
    """A scene on the map of a run."""

    x: int
    y: int
    number: int
    is_ending: bool = False


class ExampleContact(NamedTuple):
    """A local insert, or the municipality's own words for it."""

    label: str = ""
    general: str = ""
    text: str = ""
    checked_until: dt.date | None = None


def examples() -> dict[str, Any]:
    """What the template onderdelen.html needs besides the context of every page."""
    known = {"vol-email": "anna@duinrade.example", "vol-act": "a", "vol-signals": "a"}
    refused = ExampleForm(MultiDict({"fout-name": "Balie"}), prefix="fout-")
    refused.validate()
    return {
        "empty_form": ExampleForm(),
        "filled_form": ExampleForm(MultiDict(known), prefix="vol-"),
        "refused_form": refused,
        "filter_form": ExampleFilter(prefix="filter-"),
        "rungs": RUNGS,
        "example_map": MAP,
        "example_route": ROUTE,
        "example_day": dt.date(2026, 3, 1),
        "steps": STEPS,
        "moments": MOMENTS,
        "weeks": WEEKS,
        "shown": lambda number: str(number) if number >= FEWEST else f"minder dan {FEWEST}",
    }


class ExampleWeek(NamedTuple):
    """A week in which so many people have something due."""

    begins_on: dt.date
    people: int

    @property
    def ends_on(self) -> dt.date:
        """The Sunday."""
        return self.begins_on + dt.timedelta(days=6)

    @property
    def number(self) -> int:
        """The number of the week."""
        return self.begins_on.isocalendar().week


FEWEST = 10  # as for who may not see names
WEEKS = [
    ExampleWeek(dt.date(2026, 11, 30) + dt.timedelta(weeks=number), people)
    for number, people in enumerate((12, 0, 0, 0, 24, 61, 38, 4, 17, 22, 0, 11))
]
RUNGS = (
    (ExampleRung("UNAWARE_UNABLE", "onbewust onbekwaam"), 1),
    (ExampleRung("AWARE_UNABLE", "bewust onbekwaam"), 2),
    (ExampleRung("UNAWARE_ABLE", "onbewust bekwaam"), 4),
    (ExampleRung("AWARE_ABLE", "bewust bekwaam"), 3),
)
MAP = {
    "width": 140,
    "height": 184,
    "places": (
        ExamplePlace(84, 28, 1),
        ExamplePlace(56, 92, 2),
        ExamplePlace(112, 92, 0),
        ExamplePlace(56, 156, 3, is_ending=True),
        ExamplePlace(112, 156, 0, is_ending=True),
    ),
    "ways": (
        {"line": "M84 28L112 92", "taken": False},
        {"line": "M112 92L112 156", "taken": False},
        {"line": "M84 28L56 92", "taken": True},
        {"line": "M56 92L56 156", "taken": True},
    ),
    "unseen": 1,
    "unseen_endings": 1,
}
ROUTE = (
    (
        ExampleContact("Meldpunt ondermijning: naam, telefoon"),
        ExampleContact(text="Kees Post, 0118-123456, elke dag", checked_until=dt.date(2026, 9, 1)),
    ),
    (
        ExampleContact("Vertrouwenspersoon: naam, telefoon"),
        ExampleContact(text="Ria Maas, 0118-654321", checked_until=dt.date(2026, 2, 1)),
    ),
    (ExampleContact("Privacy officer: naam", "de privacy officer van je gemeente"), None),
)
STEPS = (
    ExampleStep("Wat is ondermijning?", "#stappen", done=True),
    ExampleStep("Signalen aan de balie", "#stappen", current=True),
    ExampleStep("Wat je kunt doen", "#stappen"),
    ExampleStep("Vragen"),
)
MOMENTS = (
    ExampleStep("De huurder betaalt een jaar vooruit", kind="seen", when="09:10", text="Contant."),
    ExampleStep("De ramen zijn afgeplakt", kind="missed", when="09:40", text="Dag en nacht."),
    ExampleStep("Er hangt een nieuwe lamp", kind="wrong", when="10:05", text="Dat doet iedereen."),
    ExampleStep("Je praat erover met een collega", when="10:30"),
)
