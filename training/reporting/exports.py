"""Writes the participation overview as CSV, XLSX or ODS: the same rows as the screen.

Excel opens the CSV right (BOM, semicolon), dates in XLSX and ODS are real dates, and no cell is a
formula.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableCellProperties, TextProperties
from odf.table import Table, TableCell, TableRow
from odf.text import P

from training.reporting.rules import COLUMNS, DEFINITIONS, Row, dutch, safe_text

BATCH = 500  # rows in one piece of the stream
WIDTHS = (22, 26, 28, 18, 40, 16, 14, 14, 18)


def csv_pieces(rows: Iterable[Row]) -> Iterator[bytes]:
    """The CSV file in pieces: UTF-8 with BOM, semicolons, Dutch dates."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(COLUMNS)
    for number, row in enumerate(rows, 1):
        writer.writerow([_text(cell) for cell in row.cells()])
        if number % BATCH == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _text(cell: str | dt.date | None) -> str:
    return safe_text(cell) if isinstance(cell, str) else dutch(cell)


def _emptied(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece


def write(path: Path, rows: Iterable[Row], about: Sequence[tuple[str, str]]) -> None:
    """The rows in the format that the name of the file asks for."""
    if path.suffix == ".csv":
        with path.open("wb") as file:
            file.writelines(csv_pieces(rows))
    elif path.suffix == ".xlsx":
        write_xlsx(path, rows, about)
    else:
        write_ods(path, rows, about)


def write_xlsx(path: Path, rows: Iterable[Row], about: Sequence[tuple[str, str]]) -> None:
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
        sheet = book.add_worksheet("Deelname")
        sheet.freeze_panes(1, 0)
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, COLUMNS[column], head)
        last = 0
        for last, row in enumerate(rows, 1):
            for column, cell in enumerate(row.cells()):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(last, column, cell, day)
                elif cell:
                    sheet.write_string(last, column, safe_text(cell))
        sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
        notes = book.add_worksheet("Toelichting")
        notes.set_column(0, 0, 24)
        notes.set_column(1, 1, 80)
        for line, (term, text) in enumerate((*about, *DEFINITIONS)):
            notes.write_string(line, 0, term, head)
            notes.write_string(line, 1, safe_text(text))


def write_ods(path: Path, rows: Iterable[Row], about: Sequence[tuple[str, str]]) -> None:
    """An OpenDocument spreadsheet with the same two sheets."""
    book = OpenDocumentSpreadsheet()
    bold = Style(name="kop", family="table-cell")
    bold.addElement(TextProperties(fontweight="bold"))
    bold.addElement(TableCellProperties(borderbottom="0.5pt solid #000000"))
    book.automaticstyles.addElement(bold)
    sheet = Table(name="Deelname")
    sheet.addElement(_ods_row(COLUMNS, bold))
    for row in rows:
        sheet.addElement(_ods_row(row.cells()))
    notes = Table(name="Toelichting")
    for pair in (*about, *DEFINITIONS):
        notes.addElement(_ods_row(pair))
    book.spreadsheet.addElement(sheet)
    book.spreadsheet.addElement(notes)
    book.save(str(path))


def _ods_row(cells: Sequence[str | dt.date | None], style: Style | None = None) -> TableRow:
    line = TableRow()
    for cell in cells:
        if isinstance(cell, dt.date):
            made = TableCell(valuetype="date", datevalue=cell.isoformat())
            made.addElement(P(text=dutch(cell)))
        else:
            made = TableCell(valuetype="string", **({"stylename": style} if style else {}))
            made.addElement(P(text=safe_text(cell or "")))
        line.addElement(made)
    return line
