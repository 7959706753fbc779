"""Decides what a certificate says: until when it holds, how its code reads, whose name fits."""

from __future__ import annotations

import datetime as dt
import enum
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from training.assignments.rules import Round
from training.evidence.models import CODE_LENGTH, CODE_SIGNS, Source

GROUP = 4  # signs of a code that stand together
PRINTED = frozenset({Source.ONLINE, Source.MEETING})
"""What this municipality saw itself. What was recorded from elsewhere has its own papers."""


class Validity(enum.Enum):
    """How a certificate stands on a day."""

    HOLDS = "geldig"
    ENDED = "verlopen"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What stands on a certificate; `valid_until` None: no end. `code` as it is written."""

    title: str
    kind: str
    version: int
    completed_on: dt.date
    valid_until: dt.date | None
    source: Source
    code: str

    @property
    def in_meeting(self) -> bool:
        """Whether it was done together in a room."""
        return self.source is Source.MEETING

    def validity(self, today: dt.date) -> Validity:
        """Whether it holds on this day, the last day included."""
        ended = self.valid_until is not None and self.valid_until < today
        return Validity.ENDED if ended else Validity.HOLDS


def valid_until(
    content: tuple[str, str],
    completed_on: dt.date,
    cycles: Iterable[tuple[Collection[tuple[str, str]], Round]],
) -> dt.date | None:
    """T/m which day a completion holds: the earliest end of the cycles (each with the content that
    it asks for) that it helped to fulfil; None when it fulfilled none, or one without an end."""
    ends = [
        cycle.valid_until
        for asked, cycle in cycles
        if content in asked
        and cycle.fulfilled_on is not None
        and cycle.opens_on <= completed_on <= cycle.fulfilled_on
        and cycle.valid_until is not None
    ]
    return min(ends, default=None)


def written(code: str) -> str:
    """A code in groups, as a person reads it: ABCD-EFGH-JKMN."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def read_code(text: str) -> str | None:
    """The code in what somebody typed (spaces, dashes and case do not count); None when it can be
    none."""
    signs = "".join(sign for sign in text.upper() if sign.isalnum())
    if len(signs) != CODE_LENGTH or any(sign not in CODE_SIGNS for sign in signs):
        return None
    return signs


def same_name(typed: str, name: str) -> bool:
    """Whether somebody typed this name; case, accents, dots, dashes and spaces do not count."""
    return bool(_plain(typed)) and _plain(typed) == _plain(name)


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if sign.isalnum())
