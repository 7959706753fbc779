"""Reads a CSV, XLSX or ODS file as rows of text, and refuses what is too large before it hurts.

Every limit is checked on the compressed file or while it streams by: no file takes more than a few
tens of megabytes or two seconds to refuse. A formula, a script or a NUL is text like any other.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.parsers import expat

from training.people import office_xml
from training.people.office_xml import MOST_COLUMNS, FileRefused

LARGEST_FILE = 12 * 1024 * 1024  # bytes
LONGEST_LINE = 256 * 1024  # bytes of one line of a CSV file
MOST_CELLS = 600_000  # filled cells; 20,000 people in thirty columns
MOST_LINE_ENDS = 1_000_000  # of a CSV file, empty lines too
MOST_PARTS = 1_000  # files inside an XLSX or ODS file
SEPARATORS = ";,\t|"

NOT_A_TABLE = (
    "Dit bestand kennen we niet. Bewaar het personeelsbestand als CSV, XLSX of ODS en kies dat."
)
TOO_LARGE = "Dit bestand is te groot. Het mag hoogstens 12 MB zijn."
EMPTY = "Dit bestand is leeg. Kies een bestand met een regel voor elke medewerker."
LINE_TOO_LONG = (
    "Dit bestand heeft een regel van meer dan 250.000 tekens. Dat is geen personeelsbestand, of er "
    "ontbreekt een aanhalingsteken. Kies een ander bestand of bewaar het als XLSX."
)
TOO_MANY_CELLS = (
    "In dit bestand staan te veel cellen. Laat alleen de kolommen staan die nodig zijn en haal "
    "lege opmaak weg."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file: its number as the user's program shows it, and its cells as text."""

    number: int
    cells: tuple[str, ...]


def lines(data: bytes) -> Iterator[Line]:
    """The rows that hold anything. Raises `FileRefused` (a Dutch message) at the first thing that
    is wrong; that can be after some rows, so keep nothing until the end."""
    if len(data) > LARGEST_FILE:
        raise FileRefused(TOO_LARGE)
    if not data.strip():
        raise FileRefused(EMPTY)
    cells = 0
    for number, row in _reader(data)(data):
        texts = tuple(clean(text) for text in row)
        if any(texts):
            if len(texts) > MOST_COLUMNS and any(texts[MOST_COLUMNS:]):
                raise FileRefused(office_xml.TOO_MANY_COLUMNS)
            cells += len(texts)
            if cells > MOST_CELLS:
                raise FileRefused(TOO_MANY_CELLS)
            yield Line(number, texts)


def clean(text: str) -> str:
    """Text on one line, without NULs or other control marks, with single spaces."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if " " in text else text
    shown = "".join(mark if mark.isprintable() else " " for mark in text if mark not in "\0\ufeff")
    return " ".join(shown.split())


def _reader(data: bytes) -> Callable[[bytes], Iterator[tuple[int, list[str]]]]:
    if data.startswith(b"PK"):
        return _office_rows
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(
            "Dit is een oud of beveiligd Excel-bestand. Open het in Excel, haal een wachtwoord weg "
            "en bewaar het als XLSX."
        )
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z")):
        raise FileRefused(NOT_A_TABLE)
    return _csv_rows


def _csv_rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    encoding = _encoding(data)
    if max(data.count(b"\n"), data.count(b"\r")) > MOST_LINE_ENDS:
        raise FileRefused(TOO_MANY_CELLS)
    _check_line_lengths(data)
    text = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    pending = 0

    def row_by_row() -> Iterator[str]:
        nonlocal pending
        for line in text:
            pending += len(line)
            if pending > LONGEST_LINE:
                raise FileRefused(LINE_TOO_LONG)
            yield line

    reader = csv.reader(row_by_row(), delimiter=_separator(data, encoding))
    start = 1
    try:
        for row in reader:
            # A quoted cell can hold line ends: a row has the number of its first line.
            yield start, row
            start = reader.line_num + 1
            pending = 0
    except csv.Error:
        raise FileRefused(
            f"Regel {start} kunnen we niet lezen. Kijk of er een aanhalingsteken te veel staat."
        ) from None
    finally:
        text.detach()


def _encoding(data: bytes) -> str:
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16")):
        if data.startswith(mark):
            return _first_that_fits(data, (name,))
    return _first_that_fits(data, ("utf-8", "cp1252"))


def _first_that_fits(data: bytes, names: tuple[str, ...]) -> str:
    for name in names:
        decoder = codecs.getincrementaldecoder(name)()
        try:
            for start in range(0, len(data), 65536):
                decoder.decode(data[start : start + 65536])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return name
    raise FileRefused(
        "De tekens in dit bestand kunnen we niet lezen. Bewaar het in Excel als "
        "'CSV UTF-8' of als XLSX."
    )


def _check_line_lengths(data: bytes) -> None:
    """A line is read whole, so its length is limited before the first is read."""
    start = 0
    while len(data) - start > LONGEST_LINE:
        part = data[start : start + LONGEST_LINE]
        end = max(part.rfind(b"\n"), part.rfind(b"\r"))
        if end < 0:
            raise FileRefused(LINE_TOO_LONG)
        start += end + 1


def _separator(data: bytes, encoding: str) -> str:
    """The separator that most lines of the beginning agree on; Excel may name it (`sep=;`)."""
    beginning = data[:65536].decode(encoding, errors="ignore")
    if beginning[:4].lower() == "sep=" and len(beginning) > 4:
        return beginning[4] if beginning[4] in SEPARATORS else ";"
    sample = [line for line in beginning.splitlines()[:40] if line.strip()]
    counts = {mark: sorted(line.count(mark) for line in sample) for mark in SEPARATORS}
    return max(SEPARATORS, key=lambda mark: counts[mark][len(counts[mark]) // 2] if sample else 0)


def _office_rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    # Every part has this mark in the directory: counted before the directory is read into memory.
    if data.count(b"PK\x01\x02") > MOST_PARTS:
        raise FileRefused(NOT_A_TABLE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = set(parts.namelist())
            if "xl/workbook.xml" in names:
                yield from office_xml.xlsx_rows(parts)
            elif "content.xml" in names:
                yield from office_xml.ods_rows(parts)
            else:
                raise FileRefused(NOT_A_TABLE)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        expat.ExpatError,
        NotImplementedError,
        RuntimeError,  # a part with a password
        EOFError,
        OSError,
        ValueError,
        KeyError,
        IndexError,
        zlib.error,
    ):
        raise FileRefused(
            "Dit bestand is beschadigd of beveiligd. Open het in Excel of LibreOffice, bewaar het "
            "opnieuw en probeer het nog eens."
        ) from None
