"""Keeps who went in a small file beside the data, so that a backup put back brings nobody back.

The file holds random numbers only. It is written again from the table each time that somebody goes,
and read after a restore. Keep a copy of it elsewhere than the backups (docs/deployment.md).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.people.models import Person
from training.retention import person_actions
from training.retention.models import ErasedPerson
from training.retention.rules import Gone

FILE = "erased.jsonl"


def write(db: Session, folder: Path) -> int:
    """Writes the file of all who went, whole: lines that it holds and the table does not (of a
    database that was lost) stay. Returns how many."""
    lines = {_line(one) for one in db.scalars(sa.select(ErasedPerson))}
    path = folder / FILE
    if path.exists():
        lines |= {line for line in path.read_text().splitlines() if line.strip()}
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(f"{line}\n" for line in sorted(lines))
    new.replace(path)
    return len(lines)


def _line(one: ErasedPerson) -> str:
    return json.dumps(
        {
            "municipality_id": str(one.municipality_id),
            "person_id": str(one.person_id),
            "how": one.how.name,
            "into_id": str(one.into_id) if one.into_id else None,
            "gone_on": one.gone_on.isoformat(),
        },
        sort_keys=True,
    )


def replay(db: Session, path: Path, audit_key: bytes, now: dt.datetime, today: dt.date) -> int:
    """Does again what the file says to persons that a restore brought back; returns to how many.
    A file that is not there says nothing. Raises `ValueError` for a file that cannot be read."""
    if not path.exists():
        return 0
    again = 0
    for line in path.read_text().splitlines():
        if line.strip():
            again += _once_more(db, json.loads(line), audit_key, now, today)
    return again


def _once_more(
    db: Session, said: dict[str, str], audit_key: bytes, now: dt.datetime, today: dt.date
) -> int:
    key = (uuid.UUID(said["municipality_id"]), uuid.UUID(said["person_id"]))
    how, gone_on = Gone[said["how"]], dt.date.fromisoformat(said["gone_on"])
    person = db.get(Person, key)
    if person is None:
        person_actions.remember(db, key, how, gone_on, _into(said))
        return 0
    if how is Gone.PSEUDONYM:
        if db.get(ErasedPerson, (*key, how)) is not None:
            return 0
        person_actions.pseudonymise(db, key, audit_key, gone_on)
    elif how is Gone.MERGED:
        into = _into(said)
        if into is None or db.get(Person, (key[0], into)) is None:
            person_actions.erase(db, key, how, gone_on)
        else:
            person_actions.merge(
                db, audit_key, keep=(key[0], into), drop=key, actor=None, now=now, today=gone_on
            )
    else:
        person_actions.erase(db, key, how, gone_on)
    return 1


def _into(said: dict[str, str]) -> uuid.UUID | None:
    return uuid.UUID(said["into_id"]) if said.get("into_id") else None
