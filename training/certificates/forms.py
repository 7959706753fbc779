"""Asks for the code of a certificate, and for the name on it."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import DataRequired, Length, ValidationError

from training.certificates.rules import read_code
from training.web.form_kit import FilterForm


def _is_code(_form: FilterForm, field: StringField) -> None:
    if read_code(field.data or "") is None:
        raise ValidationError(
            "Een code heeft twaalf letters en cijfers, zoals ABCD-2345-EFGH. Typ de code nog eens."
        )


class CodeForm(FilterForm):
    """Which certificate to check."""

    code = StringField(
        "Code op het bewijs",
        [DataRequired("Vul de code in die onder aan het bewijs staat."), Length(max=60), _is_code],
        description="Bijvoorbeeld ABCD-2345-EFGH. Streepjes en kleine letters maken niet uit.",
    )


class NameForm(FilterForm):
    """Whose name is said to be on it."""

    holder = StringField(
        "Naam op het bewijs",
        [DataRequired("Vul de naam in die op het bewijs staat."), Length(max=240)],
        description="De hele naam, zoals Noor van den Berg.",
    )
