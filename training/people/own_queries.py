"""Answers what a municipality chose and wrote itself, in two columns of somebody else's question.

Every page of a signed-in visitor begins with one question about who that is. What the municipality
chose (`municipality_settings`) and its own contacts come along in that answer, as text; what is
made of a text is remembered by that text, so it is never out of date and needs no telling.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from training.db import columns
from training.people.models import LocalInsertText, MunicipalitySetting
from training.people.municipality_settings import Chosen
from training.people.queries import LocalText

SETTING, CONTACT = columns(MunicipalitySetting), columns(LocalInsertText)


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """What one municipality chose, and its own words for local inserts, by name; shared by all
    requests, so nobody changes it."""

    chosen: Chosen = field(default_factory=Chosen)
    contacts: Mapping[str, LocalText] = field(default_factory=dict)
    inserts: Mapping[str, str] = field(default_factory=dict)


NOBODYS = Own()


def chosen_by(municipality_id: sa.ColumnElement[Any]) -> sa.ScalarSelect[str]:
    """The settings of the municipality in a column of another table, as text for `own_of`."""
    rows = sa.func.json_rows(SETTING.key, sa.cast(SETTING.value, sa.String))
    return sa.select(rows).where(SETTING.municipality_id == municipality_id).scalar_subquery()


def contacts_of(municipality_id: sa.ColumnElement[Any]) -> sa.ScalarSelect[str]:
    """The contacts of the municipality in a column of another table, as text for `own_of`."""
    rows = sa.func.json_rows(CONTACT.name, CONTACT.text, CONTACT.checked_until)
    return sa.select(rows).where(CONTACT.municipality_id == municipality_id).scalar_subquery()


@lru_cache(maxsize=2048)
def own_of(chosen: str | None, contacts: str | None) -> Own:
    """What the two texts say. The same object for the same texts."""
    texts = {
        name: LocalText(text, dt.date.fromisoformat(day) if day else None)
        for name, text, day in json.loads(contacts or "[]")
    }
    kept = {key: json.loads(value).get("value") for key, value in json.loads(chosen or "[]")}
    return Own(Chosen(kept), texts, {name: one.text for name, one in texts.items()})
