"""Writes the participation overview as CSV, XLSX or ODS: the same rows as the screen, streamed.

Excel opens the CSV right (BOM, semicolon), dates in XLSX and ODS are real dates, and no cell is a
formula: the database makes the cells so (`queries.file_cells`). On PostgreSQL the database writes
the CSV too (COPY), because a million rows through Python take five times as long.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import sqlalchemy as sa
import xlsxwriter
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from training.reporting.queries import in_plain_text
from training.reporting.rules import DEFINITIONS, Column, Kind, dutch, safe_text

BATCH = 2000  # rows at once out of SQLite
SORTED_IN = "64MB"  # memory in which PostgreSQL puts the rows of some thousand people in order
PIECE = 64 * 1024  # bytes of one piece of the stream
Cells = tuple[Any, ...]
Progress = Callable[[int], None]
EXCEL_EPOCH = dt.date(1899, 12, 30)  # day 0 of a spreadsheet, for days after February 1900
EVERY = 5_000  # rows after which progress is told


def csv_head(columns: Sequence[Column]) -> bytes:
    """The first bytes of a CSV file: the BOM and the header."""
    return ("\ufeff" + ";".join(column.label for column in columns) + "\n").encode()


Queries = Iterable[sa.Select[*tuple[Any, ...]]]


def csv_pieces(db: Session, queries: Queries, columns: Sequence[Column]) -> Iterator[bytes]:
    """A CSV file in pieces: UTF-8 with BOM, semicolons, Dutch dates. The queries give text only,
    and are asked one after the other in the transaction of `db`."""
    yield csv_head(columns)
    connection = db.connection()
    if connection.dialect.name == "postgresql":
        yield from _copied(connection, queries)
    else:
        yield from _written(connection, queries)


def _copied(connection: sa.Connection, queries: Queries) -> Iterator[bytes]:
    cursor = connection.connection.cursor()
    cursor.execute(f"SET LOCAL work_mem = '{SORTED_IN}'")
    for query in queries:
        waiting: list[bytes] = []
        size = 0
        with cursor.copy(
            f"COPY ({in_plain_text(query)}) TO STDOUT WITH (FORMAT csv, DELIMITER ';')"
        ) as copy:
            for data in copy:
                waiting.append(data)
                size += len(data)
                if size >= PIECE:
                    yield b"".join(waiting)
                    waiting, size = [], 0
        yield b"".join(waiting)


def _written(connection: sa.Connection, queries: Queries) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\n")
    cursor = connection.connection.cursor()
    for query in queries:
        text = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
        left = text.params  # LIMIT -1 is bound all the same
        cursor.execute(str(text), [left[name] for name in text.positiontup or ()])
        while rows := cursor.fetchmany(BATCH):
            writer.writerows(rows)
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()


class Sum:
    """Adds up what a report holds, whatever the format: the number of rows, and a checksum over
    their cells as text."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()

    def of_csv(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Passes the pieces of a CSV file on; the header does not count."""
        for number, piece in enumerate(pieces):
            if number:
                self._hash.update(piece)
                self.rows += piece.count(b"\n")
            yield piece

    def of_cells(self, rows: Iterable[Cells], progress: Progress | None = None) -> Iterator[Cells]:
        """Passes the rows of a spreadsheet on; their sum is that of the CSV of the same rows."""
        days: dict[dt.date, str] = {}  # a report has few different days
        waiting: list[Cells] = []
        for row in rows:
            waiting.append(row)
            if len(waiting) == EVERY:
                self._take(waiting, days)
                if progress:
                    progress(self.rows)
            yield row
        self._take(waiting, days)

    def _take(self, waiting: list[Cells], days: dict[dt.date, str]) -> None:
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=";", lineterminator="\n").writerows(
            [_text(cell, days) if isinstance(cell, dt.date) else cell for cell in row]
            for row in waiting
        )
        self._hash.update(buffer.getvalue().encode())
        self.rows += len(waiting)
        waiting.clear()

    @property
    def checksum(self) -> str:
        """The checksum so far."""
        return self._hash.hexdigest()


def _text(day: dt.date, known: dict[dt.date, str]) -> str:
    text = known.get(day)
    if text is None:
        text = known[day] = dutch(day)
    return text


About = Callable[[], Sequence[tuple[str, str]]]
"""What stands beside the rows, asked for after the last row: the checksum is known then."""


def write(
    path: Path, rows: Iterable[Cells], columns: Sequence[Column], about: About, title: str = ""
) -> None:
    """The rows as a spreadsheet, in the format that the name of the file asks for."""
    writer = write_xlsx if path.suffix == ".xlsx" else write_ods
    writer(path, rows, columns, about, title or "Deelname")


def write_xlsx(
    path: Path, rows: Iterable[Cells], columns: Sequence[Column], about: About, title: str
) -> None:
    """An Excel file with the rows, and a second sheet that says what they mean and who made it."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "dd-mm-yyyy"})
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.label, head)
        string, number = sheet.write_string, sheet.write_number
        serials: dict[dt.date, int] = {}  # worked out once for each of the few different days
        last = 0
        for last, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    if cell:
                        string(last, place, cell)
                elif cell is None:
                    continue
                elif isinstance(cell, dt.date):
                    serial = serials.get(cell)
                    if serial is None:
                        serial = serials[cell] = (cell - EXCEL_EPOCH).days
                    number(last, place, serial, day)
                else:
                    number(last, place, cell)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        notes = book.add_worksheet("Toelichting")
        notes.set_column(0, 0, 34)
        notes.set_column(1, 1, 80)
        for line, (term, text) in enumerate((*about(), *DEFINITIONS)):
            notes.write_string(line, 0, term, head)
            notes.write_string(line, 1, safe_text(text))


ODS = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("style", "style"), ("text", "text"), ("table", "table"),
        ("number", "datastyle"), ("fo", "xsl-fo-compatible"), ("manifest", "manifest"),
    )
)  # fmt: skip
_MANIFEST = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest:manifest {_SPACES} manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_STYLES = (
    '<number:date-style style:name="dag"><number:day number:style="long"/><number:text>-'
    '</number:text><number:month number:style="long"/><number:text>-</number:text>'
    '<number:year number:style="long"/></number:date-style>'
    '<style:style style:name="datum" style:family="table-cell" style:data-style-name="dag"/>'
    '<style:style style:name="kop" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
)


def write_ods(
    path: Path, rows: Iterable[Cells], columns: Sequence[Column], about: About, title: str
) -> None:
    """An OpenDocument spreadsheet with the same two sheets, written as a stream: a library that
    builds the whole document first takes a gigabyte for a hundred thousand rows."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as book:
        book.writestr("mimetype", ODS, zipfile.ZIP_STORED)
        book.writestr("META-INF/manifest.xml", _MANIFEST)
        with book.open("content.xml", "w", force_zip64=True) as file:
            for part in _ods_parts(rows, columns, about, title):
                file.write(part.encode())


def _ods_parts(
    rows: Iterable[Cells], columns: Sequence[Column], about: About, title: str
) -> Iterator[str]:
    widths = [column.width for column in columns]
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {_SPACES} '
        f'office:version="1.3"><office:automatic-styles>{_STYLES}'
        + "".join(_ods_width(f"k{number}", width) for number, width in enumerate(widths))
        + _ods_width("kort", 34)
        + _ods_width("lang", 80)
        + "</office:automatic-styles><office:body><office:spreadsheet>"
        + f'<table:table table:name="{escape(title)}">'
        + "".join(f'<table:table-column table:style-name="k{n}"/>' for n in range(len(widths)))
        + "<table:table-header-rows>"
        + _ods_row([column.label for column in columns], "kop")
        + "</table:table-header-rows>"
    )
    for row in rows:
        yield _ods_row(row)
    yield (
        '</table:table><table:table table:name="Toelichting">'
        '<table:table-column table:style-name="kort"/><table:table-column table:style-name="lang"/>'
    )
    for pair in (*about(), *DEFINITIONS):
        yield _ods_row([safe_text(text) for text in pair])
    yield "</table:table></office:spreadsheet></office:body></office:document-content>"


def _ods_width(name: str, characters: int) -> str:
    return (
        f'<style:style style:name="{name}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{characters * 0.22:.2f}cm"/>'
        "</style:style>"
    )


def _ods_row(cells: Sequence[Any], style: str = "") -> str:
    named = f' table:style-name="{style}"' if style else ""
    return f"<table:table-row>{''.join(_ods_cell(cell, named) for cell in cells)}</table:table-row>"


def _ods_cell(cell: Any, style: str) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, str):
        return (
            f'<table:table-cell office:value-type="string"{style}><text:p>'
            f"{escape(printable(cell))}</text:p></table:table-cell>"
        )
    if isinstance(cell, dt.date):
        return (
            '<table:table-cell table:style-name="datum" office:value-type="date" '
            f'office:date-value="{cell.isoformat()}"><text:p>{dutch(cell)}</text:p>'
            "</table:table-cell>"
        )
    return (
        f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p>'
        "</table:table-cell>"
    )


def printable(text: str) -> str:
    """A text without the control signs that XML does not allow."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")


def typed(columns: Sequence[Column], row: Sequence[Any]) -> Cells:
    """A row of cells as text or dates, for a format that needs neither the database nor a query:
    text made harmless."""
    return tuple(
        cell if column.kind is Kind.DATE or not isinstance(cell, str) else safe_text(cell)
        for column, cell in zip(columns, row, strict=True)
    )
