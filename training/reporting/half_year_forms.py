"""Asks for which reference date a report is made again."""

from __future__ import annotations

from wtforms import DateField
from wtforms.validators import InputRequired

from training.web.form_kit import FilterForm


class AsOfForm(FilterForm):
    """Another reference date for a report."""

    peildatum = DateField(
        "Peildatum",
        validators=[InputRequired("Kies een datum, zoals 31-12-2026.")],
        description="Je ziet wat er op deze dag waar was, met wat we nu weten.",
    )
