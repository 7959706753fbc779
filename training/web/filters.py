"""Writes dates the Dutch way, for every template."""

from __future__ import annotations

from flask import Flask

from training.clock import in_words


def install(app: Flask) -> None:
    """Gives the templates of `app` these filters."""
    app.add_template_filter(in_words, "dutch_date")
