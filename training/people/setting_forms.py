"""Asks what a municipality decides: a field for each setting, and its own words for a contact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, DateField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from training.people.municipality_settings import (
    Chosen,
    Number,
    OneOf,
    Periods,
    Setting,
    Text,
    YesNo,
    periods_in,
)
from training.web.form_kit import Form, SelectField

ONE_A_LINE = " Schrijf één periode per regel, zoals 12-07-2027 t/m 22-08-2027: Zomerreces."


def settings_form(settings: Sequence[Setting[Any]], chosen: Chosen) -> Form:
    """A form with a field for each of these settings, filled with what was chosen."""
    fields = {one.key: _field(one) for one in settings}
    made = type("SettingsForm", (Form,), fields)
    return made(data={one.key: _shown(one, chosen[one]) for one in settings})  # type: ignore[no-any-return]


def values_in(form: Form, settings: Sequence[Setting[Any]]) -> dict[Setting[Any], Any] | None:
    """What somebody chose for each; None when something is not allowed: the form then tells it."""
    good = form.validate()
    values: dict[Setting[Any], Any] = {}
    for setting in settings:
        field = form[setting.key]
        if field.errors:
            continue
        try:
            value = _told(setting, field.data)
        except ValueError as problem:
            field.errors = [str(problem)]
            good = False
            continue
        if problem_text := setting.problem(value):
            field.errors = [problem_text]
            good = False
        values[setting] = value
    return values if good else None


def _field(setting: Setting[Any]) -> Any:
    if isinstance(setting, Number):
        told = f"{setting.label} ({setting.unit})" if setting.unit else setting.label
        effect = f"{setting.effect} Van {setting.least} tot en met {setting.most}."
        needed = InputRequired(f"Vul een getal in bij ‘{setting.label}’.")
        return IntegerField(told, [needed], description=effect)
    if isinstance(setting, YesNo):
        return BooleanField(setting.label, description=setting.effect)
    if isinstance(setting, OneOf):
        choices = list(setting.options.items())
        return SelectField(setting.label, choices=choices, description=setting.effect)
    if isinstance(setting, Periods):
        return TextAreaField(setting.label, description=setting.effect + ONE_A_LINE)
    long = isinstance(setting, Text) and setting.lines > 1
    kind = TextAreaField if long else StringField
    return kind(setting.label, description=setting.effect)


def _shown(setting: Setting[Any], value: Any) -> Any:
    if isinstance(setting, Periods):
        return "\n".join(map(str, value))
    return value


def _told(setting: Setting[Any], data: Any) -> Any:
    if isinstance(setting, Periods):
        return periods_in(data or "")
    if isinstance(setting, Text):
        return "\n".join(line.rstrip() for line in (data or "").strip().splitlines())
    return data


class InsertForm(Form):
    """The municipality's own words for a contact."""

    text = TextAreaField(
        "Eigen tekst",
        [Length(max=500, message="Schrijf hoogstens 500 tekens.")],
        description="Dit staat in alle teksten waar dit contact voorkomt. Laat leeg voor de "
        "algemene tekst.",
    )
    checked_until = DateField(
        "Klopt zeker tot en met",
        [Optional()],
        description="Na deze dag vragen we je om de tekst na te kijken. De tekst blijft staan.",
    )
