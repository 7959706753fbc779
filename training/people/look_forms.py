"""Asks for the look of a municipality: the twelve values of its theme, and its logo."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import ColorField, StringField
from wtforms.validators import InputRequired, Length

from training.web.form_kit import Form
from training.web.theme import COLOURS, NAMES, OTHERS

HELP = {
    "color-header": "Het vlak met het logo.",
    "color-primary": "Ook de randen van kaarten.",
    "color-dark-primary": "Voor wie het scherm donker heeft ingesteld.",
    "font-text": "Namen van lettertypen met komma's ertussen. Het eerste dat iemand heeft, telt.",
    "radius": "Van 0rem (recht) tot 1rem (heel rond).",
}


def field_of(name: str) -> str:
    """The name of the field for a value of the theme."""
    return name.replace("-", "_")


def _fields() -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, label in COLOURS.items():
        needed = InputRequired(f"Kies een kleur voor ‘{label}’.")
        fields[field_of(name)] = ColorField(label, [needed], description=HELP.get(name, ""))
    for name, label in OTHERS.items():
        needed = InputRequired(f"Vul ‘{label}’ in.")
        fields[field_of(name)] = StringField(
            label, [needed, Length(max=300)], description=HELP.get(name, "")
        )
    return fields


LookForm = type("LookForm", (Form,), _fields())


def values_of(form: Form) -> dict[str, str]:
    """What somebody filled in, by the names of the theme."""
    return {name: (form[field_of(name)].data or "").strip() for name in NAMES}


SHIPPED = (
    ("zee", "Zee: blauw en oranje"),
    ("bos", "Bos: groen, met ronde hoeken"),
    ("stad", "Stad: rood en grijs, met rechte hoeken"),
)
"""The looks that come with the product, to begin from."""


class LogoForm(Form):
    """A picture to put above every page."""

    logo = FileField("Logo", description="PNG of SVG, hoogstens 60 kB.")
