"""Decides what the participation overview shows: its columns, its filters, what a cell may hold."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from training.assignments.rules import Standing
from training.clock import in_words

MOST_COUNTED = 2_000  # rows up to which the screen counts; the explanation counts all
PRINTED = 1_000  # rows on one printed page


class Kind(enum.Enum):
    """What a column holds."""

    TEXT = "tekst"
    DATE = "datum"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `key` is its name in addresses and queries, `width` what fits in a spreadsheet
    (characters). Dates only: never a time of day, a score, a duration or a number of tries."""

    key: str
    label: str
    width: int
    kind: Kind = Kind.TEXT
    chosen: bool = True


ALL_COLUMNS = (
    Column("municipality", "Gemeente", 20),
    Column("unit", "Afdeling of team", 26),
    Column("name", "Naam", 28),
    Column("employee_number", "Personeelsnummer", 18),
    Column("job_title", "Functie", 28, chosen=False),
    Column("duty", "Verplichting", 40),
    Column("standing", "Status", 16),
    Column("assigned_on", "Valt eronder sinds", 18, Kind.DATE, chosen=False),
    Column("due_on", "Doen voor", 14, Kind.DATE),
    Column("overdue_since", "Te laat sinds", 14, Kind.DATE),
    Column("done_on", "Gedaan op", 14, Kind.DATE),
    Column("valid_until", "Geldig tot en met", 18, Kind.DATE),
    Column("paused_until", "Pauze tot en met", 18, Kind.DATE, chosen=False),
)
COLUMNS: Mapping[str, Column] = {column.key: column for column in ALL_COLUMNS}
USUAL = tuple(column.key for column in ALL_COLUMNS if column.chosen)


def columns_of(keys: Collection[str]) -> tuple[Column, ...]:
    """The columns that were asked for, in their fixed order; the usual ones when none was. Names
    are always shown: rows without them cannot be told apart."""
    wanted = set(keys) & COLUMNS.keys()
    if not wanted:
        wanted = set(USUAL)
    return tuple(c for c in ALL_COLUMNS if c.key in wanted | {"name"})


class Placing(enum.Enum):
    """By which unit people are shown: that of the reference date, or that of now."""

    THEN = "waar iemand toen werkte"
    NOW = "waar iemand nu werkt"


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of the overview. None or empty asks nothing; `as_of` is the reference date:
    what was (or, when nobody does anything, will be) true on that day. `today` is the day on which
    it is asked. `content` are the (kind name, id) pairs of a theme; `done_from` and `done_until`
    (both included) are about the day on which it was done."""

    as_of: dt.date
    today: dt.date | None = None
    unit_id: uuid.UUID | None = None
    placing: Placing = Placing.THEN
    audience: str = ""
    duty_id: uuid.UUID | None = None
    theme: str = ""
    content: frozenset[tuple[str, str]] = frozenset()
    standing: Standing | None = None
    name: str = ""
    done_from: dt.date | None = None
    done_until: dt.date | None = None

    @property
    def placed_on(self) -> dt.date:
        """The day that decides in which unit somebody is."""
        return self.as_of if self.placing is Placing.THEN else (self.today or self.as_of)

    @property
    def looks_ahead(self) -> bool:
        """Whether the reference date has not come yet."""
        return self.today is not None and self.as_of > self.today

    @property
    def asks_how_it_stands(self) -> bool:
        """Whether rows can only be chosen once everybody's standing is known."""
        return bool(self.standing or self.done_from or self.done_until)

    def kept(self) -> dict[str, Any]:
        """The filters as JSON holds them, for a report that must be made again."""
        day = {k: v.isoformat() if v else None for k, v in (
            ("as_of", self.as_of), ("today", self.today), ("done_from", self.done_from),
            ("done_until", self.done_until),
        )}  # fmt: skip
        return {
            **day,
            "unit_id": str(self.unit_id) if self.unit_id else None,
            "placing": self.placing.name,
            "audience": self.audience,
            "duty_id": str(self.duty_id) if self.duty_id else None,
            "theme": self.theme,
            "content": sorted(map(list, self.content)),
            "standing": self.standing.name if self.standing else None,
            "name": self.name,
        }

    def in_words(
        self, unit: str = "", duty: str = "", audience: str = "", theme: str = ""
    ) -> list[tuple[str, str]]:
        """The filters as a reader sees them, for beside an export."""
        done = ""
        if self.done_from or self.done_until:
            done = f"{dutch(self.done_from) or '…'} t/m {dutch(self.done_until) or '…'}"
        return [
            ("Peildatum", in_words(self.as_of)),
            ("Onderdeel", unit or "alles"),
            ("Ingedeeld naar", self.placing.value),
            ("Doelgroep", audience or "alle"),
            ("Verplichting", duty or "alle"),
            ("Thema", theme or "alle"),
            ("Status", self.standing.value if self.standing else "alle"),
            ("Gedaan in de periode", done or "altijd"),
            ("Naam", self.name or "alle"),
        ]


def filters_from(kept: Mapping[str, Any]) -> Filters:
    """The filters that `Filters.kept` wrote."""
    day = {k: dt.date.fromisoformat(kept[k]) if kept.get(k) else None
           for k in ("as_of", "today", "done_from", "done_until")}  # fmt: skip
    return Filters(
        as_of=day["as_of"] or dt.date.max,
        today=day["today"],
        unit_id=uuid.UUID(kept["unit_id"]) if kept.get("unit_id") else None,
        placing=Placing[kept["placing"]],
        audience=kept["audience"],
        duty_id=uuid.UUID(kept["duty_id"]) if kept.get("duty_id") else None,
        theme=kept["theme"],
        content=frozenset((kind, content_id) for kind, content_id in kept["content"]),
        standing=Standing[kept["standing"]] if kept.get("standing") else None,
        name=kept["name"],
        done_from=day["done_from"],
        done_until=day["done_until"],
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One person under one duty on the reference date."""

    municipality_id: uuid.UUID
    person_id: uuid.UUID
    standing: Standing
    cells: tuple[str | dt.date | None, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Who counts, and who is left out and why: numbers of people within reach and filters, and of
    rows by standing."""

    positions: int = 0
    left: int = 0
    not_yet: int = 0
    without_duty: int = 0
    people: int = 0
    rows: int = 0
    by_standing: Mapping[Standing, int] = field(default_factory=dict)

    def in_words(self) -> list[tuple[str, str]]:
        """The counts as a reader sees them."""
        said = [
            ("Mensen met een plek in dit onderdeel op de peildatum", str(self.positions)),
            ("Niet geteld: toen al uit dienst", str(self.left)),
            ("Niet geteld: toen nog niet in dienst", str(self.not_yet)),
            ("Niet geteld: geen verplichting binnen deze filters", str(self.without_duty)),
            ("Geteld: mensen", str(self.people)),
            ("Geteld: regels (een mens en een verplichting)", str(self.rows)),
        ]
        for standing in Standing:
            if self.by_standing.get(standing):
                number = self.by_standing[standing]
                said.append((f"Regels met status {standing.value}", str(number)))
        return said


DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_text(value: str) -> str:
    """A cell that no spreadsheet takes for a formula. Source: OWASP, CSV injection."""
    clean = value.replace("\x00", "")
    return f"'{clean}" if clean.startswith(DANGEROUS) else clean


def dutch(day: dt.date | None) -> str:
    """A date as Excel reads it in Dutch: 02-11-2026; empty when there is none."""
    return day.strftime("%d-%m-%Y") if day else ""


def share(part: int, whole: int) -> int:
    """A percentage without decimals; 0 of nothing."""
    return round(100 * part / whole) if whole else 0


DEFINITIONS = (
    (
        "Wie tellen mee",
        "Iedereen die op de peildatum in dienst is (of in de raad, een commissie of het college "
        "zit), in dit onderdeel een plek heeft en onder een verplichting valt.",
    ),
    (
        "Wie niet",
        "Wie toen uit dienst was of nog niet begonnen, wie niet (meer) onder de verplichting valt, "
        "en wie na vertrek of op verzoek is gewist.",
    ),
    (
        "Twee plekken",
        "Wie twee plekken heeft, staat er één keer: bij de oudste plek die jij mag zien.",
    ),
    (
        "Peildatum",
        "Wat was er op die dag waar, volgens wat nu bekend is? Later vastgelegde bewijzen van voor "
        "die dag tellen dus mee. Een dag in de toekomst toont wat er komt als niemand iets doet.",
    ),
    ("open", "De eerste keer moet nog, en de datum is niet voorbij."),
    ("te laat", "De eerste keer moest al gedaan zijn."),
    ("geldig", "Gedaan, en nog geldig op de peildatum."),
    ("herhaling open", "Nog geldig; de opfrisser kan nu worden gedaan."),
    ("respijt", "Niet meer geldig, maar nog binnen de tijd die daarvoor staat."),
    ("verlopen", "Te lang geleden gedaan, en niet opnieuw."),
    ("vrijgesteld", "Hoeft dit niet te doen, met een reden en een einddatum."),
    ("gepauzeerd", "Tijdelijk afwezig; de datum schuift op."),
    ("toekomstig", "De verplichting begint later."),
    (
        "op orde",
        "De status is geldig of herhaling open. Wie is vrijgesteld of gepauzeerd telt niet mee in "
        "het percentage.",
    ),
)


def is_shown(people: int, least: int) -> bool:
    """Whether a count of people may be shown to somebody for whom counts begin at `least`."""
    return people >= least


def as_cells(columns: Sequence[Column], row: Mapping[str, Any]) -> tuple[str | dt.date | None, ...]:
    """A row of the query as the screen and the files show it."""
    return tuple(
        row[column.key] if column.kind is Kind.DATE else (row[column.key] or "")
        for column in columns
    )
