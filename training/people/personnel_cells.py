"""Decides what a cell of a personnel file means: a Dutch date, a name, an e-mail address."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from training.clock import MONTHS

EXCEL_START = dt.date(1899, 12, 30)
FIRST_YEAR, LAST_YEAR = 1930, 2100
NO_DATE = frozenset({"", "-", "0", "00-00-0000", "n.v.t.", "nvt", "geen", "onbepaald", "heden"})
PIVOT = 70  # 69 is 2069, 70 is 1970
TIME = re.compile(r"[t ]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?z?$")
DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
SERIAL = re.compile(r"\d{5}(\.\d+)?")
IN_WORDS = re.compile(r"(\d{1,2})[- ]([a-z]{3,9})\.?[- ](\d{4}|\d{2})")


def date_of(text: str) -> dt.date | None:
    """The day that a cell names: 1-3-2026, 01-03-26, 2026-03-01, 20260301, 1 maart 2026, or
    Excel's own number 46082. None for an open date (also 31-12-9999). Raises `ValueError` for
    anything else."""
    text = TIME.sub("", text.strip().lower())
    if text in NO_DATE or text.endswith("9999") or text.startswith("9999"):
        return None
    day = _read_date(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(text)
    return day


def _read_date(text: str) -> dt.date:
    if match := DAY_FIRST.fullmatch(text):
        return dt.date(_year(match[3]), int(match[2]), int(match[1]))
    if match := YEAR_FIRST.fullmatch(text):
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    if match := COMPACT.fullmatch(text):
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    if SERIAL.fullmatch(text):
        return EXCEL_START + dt.timedelta(days=int(float(text)))
    if match := IN_WORDS.fullmatch(text):
        return dt.date(_year(match[3]), _month(match[2]), int(match[1]))
    raise ValueError(text)


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return 2000 + year if year < PIVOT else 1900 + year


def _month(word: str) -> int:
    short = {"mrt": 3, "mei": 5, "oct": 10}.get(word)
    if short:
        return short
    for number, name in enumerate(MONTHS, 1):
        if name == word or name[:3] == word:
            return number
    raise ValueError(word)


class Name(NamedTuple):
    """A name in its three parts."""

    given: str
    infix: str
    family: str


INFIXES = frozenset(
    (
        "van de|van den|van der|van het|van 't|van t|van|de|den|der|het|'t|te|ten|ter|tot|op de|"
        "op den|op der|op het|op 't|op|in de|in den|in der|in het|in 't|in|aan de|aan den|aan der|"
        "aan het|aan 't|aan|bij de|bij den|bij|onder de|onder|over de|over|uit de|uit den|uit het|"
        "uit 't|uit|voor de|voor den|voor|von|von der|von dem|zu|zum|zur|da|das|do|dos|del|della|"
        "di|du|la|le|les|l'|d'|de la|de las|de los|de l'|el|al|bin|ben|ibn|ait|ten den|ter den"
    ).split("|")
)
LONGEST_INFIX = 3  # words


def infix_and_family(text: str) -> tuple[str, str]:
    """Splits `van der Berg` into its infix (lower-case) and the rest; a name that is nothing but
    an infix (Op, Den) stays a name."""
    words = text.replace("’", "'").split()
    for length in range(min(LONGEST_INFIX, len(words) - 1), 0, -1):
        infix = " ".join(words[:length]).lower()
        if infix in INFIXES:
            return infix, " ".join(words[length:])
    return "", " ".join(words)


def whole_name(text: str) -> Name:
    """A name in one cell: `Anna de Vries`, `Vries, Anna de`, `de Vries, Anna`."""
    text = re.sub(r"\s*\([^)]*\)\s*$", "", text)
    if "," in text:
        family, _, rest = text.partition(",")
        words = rest.split()
        for length in range(min(LONGEST_INFIX, len(words) - 1), 0, -1):
            infix = " ".join(words[-length:]).lower().replace("’", "'")
            if infix in INFIXES:
                return Name(" ".join(words[:-length]), infix, family.strip())
        return Name(rest.strip(), *infix_and_family(family))
    words = text.split()
    for start in range(1, len(words)):
        infix, family = infix_and_family(" ".join(words[start:]))
        if infix:
            return Name(" ".join(words[:start]), infix, family)
    return Name(" ".join(words[:1]), "", " ".join(words[1:]))


EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\".]{2,}")


def email_of(text: str) -> str | None:
    """A lower-case e-mail address; None for an empty cell. Raises `ValueError` for what is none."""
    text = text.strip().lower().removeprefix("mailto:")
    if text in {"", "-", "geen", "n.v.t.", "nvt"}:
        return None
    if len(text) > 254 or not EMAIL.fullmatch(text):
        raise ValueError(text)
    return text
