"""Keeps what a municipality decides for itself, and writes it into the log."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from training.access import Visitor
from training.audit import actions as audit
from training.audit.models import Action
from training.people.models import LocalInsertText, MunicipalitySetting
from training.people.municipality_settings import Group, Setting, settings_of


def change_settings(
    db: Session,
    key: bytes,
    *,
    at: dt.datetime,
    actor: Visitor | None,
    municipality_id: uuid.UUID,
    values: Mapping[Setting[Any], Any],
) -> list[Setting[Any]]:
    """Keeps those of `values` that differ, one line in the log for each; returns them. Raises
    `ValueError` (Dutch) for a value that is not allowed: then nothing was kept."""
    for setting, value in values.items():
        if problem := setting.problem(value):
            raise ValueError(f"{setting.label}: {problem}")
    before = settings_of(db, municipality_id)
    changed = [one for one, value in values.items() if before[one] != value]
    for setting in changed:
        kept = {"value": setting.kept(values[setting])}
        row = db.get(MunicipalitySetting, (municipality_id, setting.key))
        if row is None:
            row = MunicipalitySetting(municipality_id=municipality_id, key=setting.key)
            db.add(row)
        row.value = kept
    db.flush()
    for setting in changed:
        keeping = setting.group is Group.KEEPING
        audit.record(
            db,
            key,
            at=at,
            actor=actor,
            action=Action.CHANGED_RETENTION if keeping else Action.CHANGED_SETTING,
            municipality_id=municipality_id,
            what=setting.label,
            details={
                "key": setting.key,
                "before": setting.kept(before[setting]),
                "after": setting.kept(values[setting]),
            },
        )
    return changed


def write_insert(
    db: Session, municipality_id: uuid.UUID, name: str, text: str, checked_until: dt.date | None
) -> None:
    """Keeps the municipality's own words for a local insert; without words they are removed, and
    the general text stands in its place again."""
    row = db.get(LocalInsertText, (municipality_id, name))
    if not text:
        if row is not None:
            db.delete(row)
    elif row is None:
        row = LocalInsertText(municipality_id=municipality_id, name=name)
        row.text, row.checked_until = text, checked_until
        db.add(row)
    else:
        row.text, row.checked_until = text, checked_until
    db.flush()
