"""Writes dates and telephone numbers the way a reader needs them, for every template."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from flask import Flask
from markupsafe import Markup, escape

from training.clock import AMSTERDAM, in_words


def install(app: Flask) -> None:
    """Gives the templates of `app` these filters."""
    app.add_template_filter(in_words, "dutch_date")
    app.add_template_filter(short_date)
    app.add_template_filter(dutch_moment)
    app.add_template_filter(phone_links)


def short_date(day: dt.date | None) -> str:
    """A date in figures, for a table: 02-11-2026; empty when there is none."""
    return day.strftime("%d-%m-%Y") if day else ""


def dutch_moment(instant: dt.datetime) -> str:
    """An aware instant in Dutch time: 2 november 2026, 19.30 uur."""
    local = instant.astimezone(AMSTERDAM)
    return f"{in_words(local.date())}, {local:%H.%M} uur"


PHONE = re.compile(r"(?<![\w-])(?:(?:\+31|0)\d(?:[ -]?\d){6,9}|112|14 ?0\d{2,3})(?![\w-])")


@lru_cache(maxsize=4096)
def phone_links(text: str) -> Markup:
    """A text in which each Dutch telephone number can be called by touching it."""
    found, end = Markup(), 0
    for number in PHONE.finditer(text):
        bare = re.sub(r"[ -]", "", number[0])
        link = Markup('<a class="utrecht-link" href="tel:{}">{}</a>').format(bare, number[0])
        found += escape(text[end : number.start()]) + link
        end = number.end()
    return found + escape(text[end:])
