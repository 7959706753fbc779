"""Makes every form Dutch, guarded against forgery, and deaf to fields that it does not have."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, session
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from itsdangerous import URLSafeTimedSerializer
from wtforms import Form as PlainForm
from wtforms import fields

TOKEN = "csrf_token"  # noqa: S105 - the name of a field


def install(app: Flask) -> None:
    """Lets the templates of `app` write the token of this session; comes after Flask-WTF, which
    gives them its own in both places."""
    app.jinja_env.globals[TOKEN] = token
    app.context_processor(lambda: {TOKEN: token})


def token() -> str:
    """What each form of this session carries against forgery. Flask-WTF signs it anew for every
    request; the same session gets the same here, for it holds as long as the session."""
    raw = session.get(TOKEN)
    if TOKEN not in g and isinstance(raw, str):
        setattr(g, TOKEN, _signed(str(current_app.secret_key), raw))
    return str(generate_csrf())


@lru_cache(maxsize=4096)
def _signed(secret_key: str, raw: str) -> str:
    return str(URLSafeTimedSerializer(secret_key, salt="wtf-csrf-token").dumps(raw))


class Form(FlaskForm):  # type: ignore[misc]
    """The base of all forms of signed-in pages: Dutch messages, CSRF token."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        locales = ("nl",)

        def build_csrf(self, form: Any) -> Any:
            """The guard of a form; called only for one that has a token."""
            token()
            return super().build_csrf(form)


class FilterForm(PlainForm):
    """The base of forms sent by GET: they change nothing, so they carry no token."""

    class Meta:
        locales = ("nl",)


KIT: Any = fields  # the types that are known of WTForms are of before it had these objects


class InPairs(KIT.SelectField):  # type: ignore[misc]
    """A field of which the choices are written as (value, label) pairs. WTForms has an object for
    that, with more in it than we use."""

    def __init__(self, *args: Any, choices: Any = None, **options: Any) -> None:
        super().__init__(*args, choices=_made_of(choices), **options)

    @property
    def choices(self) -> Any:
        """The choices, each with a value and a label."""
        return super().choices

    @choices.setter
    def choices(self, pairs: Any) -> None:
        KIT.SelectField.choices.fset(self, _made_of(pairs))


def _made_of(pairs: Any) -> Any:
    return pairs and [KIT.SelectChoice(*one) if isinstance(one, tuple) else one for one in pairs]


class SelectField(InPairs, fields.SelectField):
    """One of some choices, in a list that opens."""


class RadioField(InPairs, fields.RadioField):
    """One of some choices, all in sight."""


class SelectMultipleField(InPairs, fields.SelectMultipleField):
    """Any of some choices."""
