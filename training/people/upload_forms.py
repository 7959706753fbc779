"""Asks for a personnel file."""

from __future__ import annotations

from wtforms import FileField, ValidationError

from training.web.form_kit import Form, SelectField


class UploadForm(Form):
    """A file, and of which municipality it is."""

    municipality = SelectField("Gemeente", choices=[])
    file = FileField(
        "Personeelsbestand",
        description="Een CSV, XLSX of ODS van hoogstens 12 MB, met een regel voor elke medewerker.",
    )

    def validate_file(self, field: FileField) -> None:
        """Refuses a form without a file."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError("Kies eerst een bestand.")
