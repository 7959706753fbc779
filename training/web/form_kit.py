"""Makes every form Dutch, guarded against forgery, and deaf to fields that it does not have."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import Form as PlainForm


class Form(FlaskForm):  # type: ignore[misc]
    """The base of all forms of signed-in pages: Dutch messages, CSRF token."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        locales = ("nl",)


class FilterForm(PlainForm):
    """The base of forms sent by GET: they change nothing, so they carry no token."""

    class Meta:
        locales = ("nl",)
