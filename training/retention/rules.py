"""Decides from when something may no longer be kept, and how a term is said in words."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from training.clock import add_months
from training.people.municipality_settings import (
    DAYS_BY_NAME,
    HOURS_OF_FILES,
    MONTHS_AS_PSEUDONYM,
    MONTHS_OF_LOG,
    Chosen,
)
from training.retention.register import Term

DAYS_OF_MAIL = 30
DAYS_OF_TOKENS = 30
PSEUDONYM = "Oud-deelnemer"
GONE_NAME = "(gewist)"


class Gone(enum.Enum):
    """How somebody went."""

    PSEUDONYM = "naam vervangen"
    REMOVED = "bewaartermijn voorbij"
    ERASED = "gewist op verzoek"
    MERGED = "samengevoegd"


@dataclass(frozen=True, slots=True)
class Limits:
    """The days before which something may no longer be kept in one municipality, on a day."""

    by_name: dt.date
    as_pseudonym: dt.date
    log: dt.date
    mail: dt.date
    files: dt.timedelta


def limits(chosen: Chosen, today: dt.date) -> Limits:
    """The limits of a municipality: who left before `by_name` loses the name, before
    `as_pseudonym` goes; entries of the log before `log`, and mail before `mail`."""
    by_name = today - dt.timedelta(days=chosen[DAYS_BY_NAME])
    return Limits(
        by_name=by_name,
        as_pseudonym=add_months(by_name, -chosen[MONTHS_AS_PSEUDONYM]),
        log=add_months(today, -chosen[MONTHS_OF_LOG]),
        mail=today - dt.timedelta(days=DAYS_OF_MAIL),
        files=dt.timedelta(hours=chosen[HOURS_OF_FILES]),
    )


def in_words(term: Term, chosen: Chosen) -> str:
    """How long something is kept, as the page says it."""
    days, months = chosen[DAYS_BY_NAME], chosen[MONTHS_AS_PSEUDONYM]
    if term is Term.SERVICE:
        return (
            f"Zolang je hier werkt of in de raad zit. Daarna {days} dagen op naam, dan hoogstens "
            f"{months} maanden onder een schuilnaam, dan weg"
        )
    if term is Term.DONE:
        return "Tot je de module afrondt, en anders tot je hier weg bent"
    if term is Term.LOG:
        return f"{chosen[MONTHS_OF_LOG]} maanden"
    if term is Term.MAIL:
        return f"{DAYS_OF_MAIL} dagen na verzending"
    return (
        f"Bestanden {chosen[HOURS_OF_FILES]} uur. Waaruit ze zijn gemaakt {chosen[MONTHS_OF_LOG]} "
        "maanden"
    )


def pseudonym_of(salt: bytes, person_id: bytes) -> str:
    """A name that tells nothing, steady for one person in one municipality."""
    return hashlib.sha256(salt + person_id).hexdigest()[:8].upper()


@dataclass(slots=True)
class Removed:
    """What a run removed, or would remove, in one municipality (or of the system)."""

    pseudonyms: int = 0
    persons: int = 0
    log_lines: int = 0
    mails: int = 0
    tokens: int = 0
    files: int = 0
    reports: int = 0
    tables: dict[str, int] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        """Whether there was anything to remove."""
        return any(self.counts().values())

    def counts(self) -> Mapping[str, int]:
        """The numbers, by what they count in Dutch."""
        return {
            "namen vervangen door een schuilnaam": self.pseudonyms,
            "mensen helemaal weg": self.persons,
            "regels van het logboek": self.log_lines,
            "mails": self.mails,
            "inloglinks": self.tokens,
            "bestanden": self.files,
            "overzichten": self.reports,
        }
