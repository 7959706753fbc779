"""Decides what a municipality may set for itself: type, default, bounds, and the effect in words.

To add one: write a `Setting` below, put it in `SETTINGS`, and read it with
`settings_of(db, municipality_id)[MY_SETTING]`. The page "Instellingen" shows it by itself.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.db import ask, columns
from training.people.models import MunicipalitySetting
from training.web.theme import THEMES
from training.web.theme import problems as theme_problems

T = TypeVar("T")


class Group(enum.Enum):
    """The headings of the page."""

    LEARNING = "Leren"
    CALENDAR = "Rustige tijden"
    MAIL = "Mail"
    FIGURES = "Cijfers"
    KEEPING = "Bewaren"


@dataclass(frozen=True, eq=False)
class Setting(Generic[T]):
    """Something that a municipality decides. `effect` says in Dutch what it does; `wanted`: it is
    listed as missing while nothing was chosen. A stored value that is no longer allowed counts as
    the nearest that is."""

    key: str
    group: Group
    label: str
    effect: str
    default: T
    wanted: bool = False

    def problem(self, value: T) -> str | None:
        """Why a value is not allowed, in Dutch; None when it is."""
        return None

    def kept(self, value: T) -> Any:
        """A value as JSON holds it."""
        return value

    def read(self, kept: Any) -> T:
        """The value that was kept; the default for what cannot be read."""
        return kept if isinstance(kept, type(self.default)) else self.default

    def in_words(self, value: T) -> str:
        """A value as the page and the log write it."""
        return str(value)


@dataclass(frozen=True, eq=False)
class Number(Setting[int]):
    """A whole number between bounds that no municipality can pass."""

    least: int = 0
    most: int = 0
    unit: str = ""

    def problem(self, value: int) -> str | None:
        if self.least <= value <= self.most:
            return None
        return f"Kies een getal van {self.least} tot en met {self.most}."

    def read(self, kept: Any) -> int:
        if not isinstance(kept, int) or isinstance(kept, bool):
            return self.default
        return min(max(kept, self.least), self.most)

    def in_words(self, value: int) -> str:
        return f"{value} {self.unit}".strip()


@dataclass(frozen=True, eq=False)
class YesNo(Setting[bool]):
    """On or off."""

    def in_words(self, value: bool) -> str:
        return "aan" if value else "uit"


@dataclass(frozen=True, eq=False)
class Text(Setting[str]):
    """Words of the municipality's own. `address`: it must be an e-mail address, or empty."""

    longest: int = 200
    lines: int = 1
    address: bool = False

    def problem(self, value: str) -> str | None:
        if len(value) > self.longest:
            return f"Schrijf hoogstens {self.longest} tekens."
        if self.lines == 1 and any(not mark.isprintable() for mark in value):
            return "Schrijf dit op één regel."
        if self.address and value and not ADDRESS.fullmatch(value):
            return "Vul een heel e-mailadres in, zoals naam@gemeente.nl."
        return None

    def in_words(self, value: str) -> str:
        return value or "niet ingevuld"


ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\".]{2,}")


@dataclass(frozen=True, eq=False)
class OneOf(Setting[str]):
    """One of a few; `options` from the value that is kept to the words on the page."""

    options: Mapping[str, str] = None  # type: ignore[assignment]

    def problem(self, value: str) -> str | None:
        return None if value in self.options else "Kies een van de antwoorden."

    def read(self, kept: Any) -> str:
        return kept if isinstance(kept, str) and kept in self.options else self.default

    def in_words(self, value: str) -> str:
        return self.options[value]


@dataclass(frozen=True, eq=False)
class Look(Setting[Mapping[str, str]]):
    """The twelve values of a theme (`web.theme`). It has a page of its own."""

    def problem(self, value: Mapping[str, str]) -> str | None:
        return next(iter(theme_problems(value)), None)

    def read(self, kept: Any) -> Mapping[str, str]:
        if not isinstance(kept, dict) or theme_problems(kept):
            return self.default
        return kept

    def in_words(self, value: Mapping[str, str]) -> str:
        known = [name for name, values in THEMES.items() if values == value]
        return known[0].capitalize() if known else "eigen kleuren"


@dataclass(frozen=True, slots=True)
class Period:
    """Some days in a row (both included) and what they are called."""

    from_on: dt.date
    until_on: dt.date
    name: str = ""

    def __str__(self) -> str:
        days = f"{self.from_on:%d-%m-%Y} t/m {self.until_on:%d-%m-%Y}"
        return f"{days}: {self.name}" if self.name else days


@dataclass(frozen=True, eq=False)
class Periods(Setting[tuple[Period, ...]]):
    """Periods with their years, in order."""

    most: int = 40

    def problem(self, value: tuple[Period, ...]) -> str | None:
        if len(value) > self.most:
            return f"Geef hoogstens {self.most} perioden. Haal wat voorbij is weg."
        for one in value:
            if one.until_on < one.from_on:
                return f"De periode {one} eindigt voor ze begint."
            if (one.until_on - one.from_on).days > 100:
                return f"De periode {one} is langer dan honderd dagen."
        return None

    def kept(self, value: tuple[Period, ...]) -> Any:
        return [[o.from_on.isoformat(), o.until_on.isoformat(), o.name] for o in value]

    def read(self, kept: Any) -> tuple[Period, ...]:
        try:
            days = dt.date.fromisoformat
            return tuple(Period(days(one[0]), days(one[1]), str(one[2])) for one in kept)
        except (TypeError, ValueError, IndexError):
            return self.default

    def in_words(self, value: tuple[Period, ...]) -> str:
        return "; ".join(map(str, value)) or "geen"


PERIOD = re.compile(
    r"(\d{1,2})-(\d{1,2})-(\d{4})\s*(?:t/m|tot en met|tot|-|–)\s*(\d{1,2})-(\d{1,2})-(\d{4})"
    r"\s*(?:[:,]?\s*(.*))"
)


def periods_in(text: str) -> tuple[Period, ...]:
    """The periods that somebody typed one a line, by time: `12-07-2027 t/m 22-08-2027: Zomerreces`.
    Raises `ValueError` (Dutch) that names the line which cannot be read."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        match = PERIOD.fullmatch(line)
        try:
            if match is None:
                raise ValueError(line)
            one, other = (
                dt.date(int(match[at + 2]), int(match[at + 1]), int(match[at])) for at in (1, 4)
            )
        except ValueError:
            raise ValueError(
                f"‘{line[:60]}’ begrijpen we niet. "
                "Schrijf bijvoorbeeld: 12-07-2027 t/m 22-08-2027: Zomerreces"
            ) from None
        found.append(Period(one, other, match[7].strip()[:60]))
    return tuple(sorted(found, key=lambda one: one.from_on))


OPENING_TEXT = Text(
    "opening_text",
    Group.LEARNING,
    "Tekst boven ieders overzicht",
    "Iedereen van je gemeente ziet deze tekst boven ‘Mijn overzicht’. Laat leeg voor geen tekst.",
    "",
    longest=600,
    lines=4,
)
ASKS_CONFIDENCE = YesNo(
    "asks_confidence",
    Group.LEARNING,
    "Vraag bij elke vraag: hoe zeker ben je?",
    "Zo ziet iemand zelf waar nog twijfel zit. Niemand anders ziet het antwoord.",
    True,
)
LOOK = Look(
    "look",
    Group.LEARNING,
    "Huisstijl",
    "De kleuren en letters van alle pagina's voor wie is ingelogd bij je gemeente.",
    THEMES["zee"],
)
SCHOOL_REGION = OneOf(
    "school_region",
    Group.CALENDAR,
    "Regio van de schoolvakanties",
    "In de schoolvakantie van deze regio sturen we geen herinneringen, en is er niets uiterlijk "
    "klaar. De datum schuift naar de eerste werkdag erna.",
    "",
    wanted=True,
    options={"": "Nog niet gekozen", "noord": "Noord", "midden": "Midden", "zuid": "Zuid"},
)
COUNCIL_RECESS = Periods(
    "council_recess",
    Group.CALENDAR,
    "Reces van de gemeenteraad",
    "In het reces krijgt de raad geen herinneringen, en is voor de raad niets uiterlijk klaar.",
    (),
    wanted=True,
)
BRAKE_PERCENT = Number(
    "brake_percent",
    Group.LEARNING,
    "Rem op grote wijzigingen (procent)",
    "Verandert er in één nacht iets voor meer mensen dan dit deel, dan gebeurt het niet. De "
    "coördinator krijgt eerst de vraag of het klopt.",
    50,
    least=10,
    most=100,
)
MAIL_SENDER = Text(
    "mail_sender",
    Group.MAIL,
    "Naam van de afzender",
    "Deze naam staat als afzender boven alle mail aan je mensen. Leeg: Weerbaar.",
    "",
    wanted=True,
    longest=60,
)
IMPORT_REPORT_TO = Text(
    "import_report_to",
    Group.MAIL,
    "Wie hoort over het personeelsbestand",
    "Wordt het personeelsbestand vanzelf verwerkt? Dan gaat naar dit adres wat er is gebeurd en "
    "wat niet kon: aantallen en regelnummers, geen namen.",
    "",
    longest=254,
    address=True,
)
LEAST_TO_COUNT = Number(
    "least_to_count",
    Group.FIGURES,
    "Deelname tonen vanaf zoveel mensen",
    "Wie geen namen mag zien, ziet aantallen pas bij zoveel mensen. Verhogen mag, verlagen niet.",
    10,
    least=10,
    most=200,
    unit="personen",
)
LEAST_FOR_OPTIONS = Number(
    "least_for_options",
    Group.FIGURES,
    "Keuzes en antwoorden tonen vanaf zoveel mensen",
    "Zo kan niemand raden wie wat koos. Verhogen mag, verlagen niet.",
    25,
    least=25,
    most=500,
    unit="personen",
)
DAYS_BY_NAME = Number(
    "days_by_name",
    Group.KEEPING,
    "Na uit dienst nog op naam bewaren",
    "Zo lang staat iemand na de laatste dag nog met naam in de overzichten. Daarna blijft alleen "
    "een schuilnaam over.",
    30,
    least=0,
    most=90,
    unit="dagen",
)
MONTHS_AS_PSEUDONYM = Number(
    "months_as_pseudonym",
    Group.KEEPING,
    "Daarna onder een schuilnaam bewaren",
    "Zo lang tellen de bewijzen van wie weg is nog mee zonder naam. Daarna zijn ze weg.",
    24,
    least=0,
    most=24,
    unit="maanden",
)
MONTHS_OF_LOG = Number(
    "months_of_log",
    Group.KEEPING,
    "Logboek bewaren",
    "Zo lang is terug te zien wie wat deed en wie welke gegevens bekeek.",
    18,
    least=6,
    most=18,
    unit="maanden",
)
HOURS_OF_FILES = Number(
    "hours_of_files",
    Group.KEEPING,
    "Personeelsbestanden en exports bewaren",
    "Zo lang bewaren we een bestand. Zolang het er is, kun je het verwerken ook terugdraaien.",
    24,
    least=1,
    most=24,
    unit="uur",
)

SETTINGS: tuple[Setting[Any], ...] = (
    OPENING_TEXT,
    ASKS_CONFIDENCE,
    BRAKE_PERCENT,
    SCHOOL_REGION,
    COUNCIL_RECESS,
    MAIL_SENDER,
    IMPORT_REPORT_TO,
    LEAST_TO_COUNT,
    LEAST_FOR_OPTIONS,
    DAYS_BY_NAME,
    MONTHS_AS_PSEUDONYM,
    MONTHS_OF_LOG,
    HOURS_OF_FILES,
)
"""Everything that the page shows, in this order; `LOOK` has a page of its own."""


class Chosen:
    """What one municipality chose: `chosen[LEAST_TO_COUNT]` is its value, or the default."""

    def __init__(self, kept: Mapping[str, Any] | None = None) -> None:
        self.kept = kept or {}

    def __getitem__(self, setting: Setting[T]) -> T:
        if setting.key not in self.kept:
            return setting.default
        return setting.read(self.kept[setting.key])

    def unset(self, settings: Sequence[Setting[Any]] = SETTINGS) -> list[Setting[Any]]:
        """The settings that a municipality ought to choose, and has not."""
        return [one for one in settings if one.wanted and self[one] == one.default]


KEEPING = columns(MunicipalitySetting)
KEPT = sa.select(KEEPING.municipality_id, KEEPING.key, KEEPING.value)
KEPT_OF = KEPT.where(KEEPING.municipality_id.in_(sa.bindparam("municipality_ids", expanding=True)))


def settings_of(db: Session, municipality_id: uuid.UUID | None) -> Chosen:
    """What a municipality chose, in one query; for None (nobody's) all defaults."""
    if municipality_id is None:
        return Chosen()
    return settings_of_all(db, [municipality_id])[municipality_id]


def settings_of_all(
    db: Session, municipality_ids: Collection[uuid.UUID] | None = None
) -> Mapping[uuid.UUID, Chosen]:
    """What these municipalities (None: all) chose, in one query; who chose nothing has all
    defaults."""
    if municipality_ids is None:
        rows = ask(db, KEPT)
    else:
        rows = ask(db, KEPT_OF, municipality_ids=list(municipality_ids))
    kept: dict[uuid.UUID, dict[str, Any]] = defaultdict(dict)
    for municipality_id, key, value in rows:
        kept[municipality_id][key] = value.get("value")
    return defaultdict(Chosen, {one: Chosen(values) for one, values in kept.items()})


def sender_names(db: Session) -> dict[uuid.UUID, str]:
    """As whom municipalities send their mail; who chose no name is left out."""
    chosen = settings_of_all(db)
    return {one: values[MAIL_SENDER] for one, values in chosen.items() if values[MAIL_SENDER]}
