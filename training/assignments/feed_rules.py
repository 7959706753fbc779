"""Decides which dates stand in a person's calendar, and when an entry moves."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Key = tuple[uuid.UUID, int]  # duty, number of the cycle


@dataclass(frozen=True, slots=True)
class Due:
    """That a cycle of a duty is due on a day."""

    duty_id: uuid.UUID
    number: int
    title: str
    due_on: dt.date

    @property
    def key(self) -> Key:
        """Which cycle it is."""
        return self.duty_id, self.number


@dataclass(frozen=True, slots=True)
class Told:
    """What the calendar was told of a cycle: the date, how often it had moved, and since when."""

    due_on: dt.date
    sequence: int
    changed_on: dt.date


def told_now(due: Due, before: Told | None, today: dt.date) -> Told:
    """What the calendar is told today: the same as before, or one higher when the date moved."""
    if before is None:
        return Told(due.due_on, 0, today)
    if before.due_on == due.due_on:
        return before
    return Told(due.due_on, before.sequence + 1, today)


def changes(dues: Iterable[Due], before: Mapping[Key, Told], today: dt.date) -> dict[Key, Told]:
    """What must be written down of these dates: only what is new or moved."""
    now = {due.key: told_now(due, before.get(due.key), today) for due in dues}
    return {key: told for key, told in now.items() if before.get(key) != told}


def uid(person_id: uuid.UUID, due: Due) -> str:
    """The name of the entry for calendar programs: steady, and it tells nothing of whom."""
    return f"{uuid.uuid5(person_id, f'{due.duty_id}:{due.number}')}@weerbaar"


def hash_of(token: str) -> str:
    """What is kept of an address: its secret part is random and long, so a plain hash does."""
    return hashlib.sha256(token.encode()).hexdigest()
