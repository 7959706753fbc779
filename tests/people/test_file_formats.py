"""A personnel file as AFAS, Visma or Excel write it: each named case gives the same people."""

from __future__ import annotations

import datetime as dt
import io
import itertools

import openpyxl
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

from training.people.personnel_columns import NAMES, Field, plain, recognised
from training.people.personnel_file import read

HEAD = ("Personeelsnummer", "Roepnaam", "Tussenvoegsel", "Achternaam", "Functie", "In dienst")
ROWS = (
    ("1001", "Zoë", "van der", "Berg", "Boa", dt.date(2026, 3, 1)),
    ("1002", "Theo", "", "Müller-Smit", "Teamleider", dt.date(1998, 12, 31)),
)
EXPECTED = [
    ("1001", "Zoë van der Berg", "Boa", dt.date(2026, 3, 1)),
    ("1002", "Theo Müller-Smit", "Teamleider", dt.date(1998, 12, 31)),
]


def found(data: bytes) -> list[tuple[str, str, str, dt.date | None]]:
    file = read(data)
    assert not file.problems, file.problems
    return [(r.employee_number, r.name, r.job_title, r.joined_on) for r in file.rows]


def day(value: object, how: str) -> str:
    return value.strftime(how) if isinstance(value, dt.date) else str(value)


def csv(
    separator: str = ";", how: str = "%d-%m-%Y", end: str = "\r\n", quoted: bool = False
) -> str:
    lines = [HEAD, *([day(cell, how) for cell in row] for row in ROWS)]
    mark = '"' if quoted else ""
    return end.join(separator.join(f"{mark}{cell}{mark}" for cell in line) for line in lines)


@pytest.mark.parametrize(
    ("separator", "encoding", "quoted", "end"),
    list(
        itertools.product(
            (";", ",", "\t"),
            ("utf-8", "utf-8-sig", "cp1252", "utf-16"),
            (False, True),
            ("\r\n", "\n"),
        )
    ),
)
def test_every_separator_in_every_encoding(
    separator: str, encoding: str, quoted: bool, end: str
) -> None:
    assert found(csv(separator, quoted=quoted, end=end).encode(encoding)) == EXPECTED


@pytest.mark.parametrize(
    "how",
    [
        "%d-%m-%Y",
        "%d-%m-%y",
        "%Y-%m-%d",
        "%d/%m/%Y",
        "%d.%m.%Y",
        "%Y%m%d",
        "%d-%m-%Y 00:00:00",
        "%Y-%m-%dT00:00:00",
    ],
)
def test_every_way_to_write_a_dutch_date(how: str) -> None:
    assert found(csv(how=how).encode()) == EXPECTED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1-3-2026", dt.date(2026, 3, 1)),
        ("01-03-26", dt.date(2026, 3, 1)),
        ("1 maart 2026", dt.date(2026, 3, 1)),
        ("1 mrt 2026", dt.date(2026, 3, 1)),
        ("46082", dt.date(2026, 3, 1)),
        ("46082.0", dt.date(2026, 3, 1)),
        ("31-12-9999", None),
        ("", None),
    ],
)
def test_a_date_of_one_cell(text: str, expected: dt.date | None) -> None:
    head = "Personeelsnummer;Naam;Uit dienst"
    (row,) = read(f"{head}\n1;Anna de Vries;{text}\n".encode()).rows
    assert row.left_on == expected


def test_empty_lines_and_double_spaces_are_no_trouble() -> None:
    text = csv().replace("van der", " van   der ").replace("\r\n", "\r\n;;;;;\r\n\r\n")
    file = read(text.encode())
    assert [row.name for row in file.rows] == ["Zoë van der Berg", "Theo Müller-Smit"]
    assert [row.line for row in file.rows] == [4, 7], "the numbers of the user's own program"


def workbook(titles: bool, real_dates: bool) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    if titles:
        sheet.append(["Overzicht personeel gemeente Merendijk"])
        sheet.merge_cells("A1:F1")
        sheet.append([])
        sheet.append(["Peildatum", None, dt.date(2026, 11, 1)])
        sheet.append([])
    sheet.append(list(HEAD))
    for row in ROWS:
        number, *rest, joined = row
        assert isinstance(joined, dt.date)
        kept = joined if real_dates else (joined - dt.date(1899, 12, 30)).days
        sheet.append([int(number), *rest, kept])
        sheet.append([])
    second = book.create_sheet("Toelichting")
    second.append(["Personeelsnummer", "Achternaam"])
    second.append([9999, "Niemand"])
    kept_in = io.BytesIO()
    book.save(kept_in)
    return kept_in.getvalue()


@pytest.mark.parametrize(("titles", "real_dates"), list(itertools.product((True, False), repeat=2)))
def test_an_excel_file_with_titles_and_serial_dates(titles: bool, real_dates: bool) -> None:
    assert found(workbook(titles, real_dates)) == EXPECTED


def test_an_ods_file_with_a_merged_title_and_real_dates() -> None:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Personeel")
    title = TableRow()
    cell = TableCell(numbercolumnsspanned=6, numberrowsspanned=1)
    cell.addElement(P(text="Overzicht personeel"))
    title.addElement(cell)
    title.addElement(CoveredTableCell(numbercolumnsrepeated=5))
    table.addElement(title)
    table.addElement(TableRow(numberrowsrepeated=3))
    for line in (HEAD, *ROWS):
        row = TableRow()
        for value in line:
            if isinstance(value, dt.date):
                cell = TableCell(valuetype="date", datevalue=value.isoformat())
                cell.addElement(P(text=f"{value:%d-%m-%Y}"))
            else:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=value))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    kept = io.BytesIO()
    document.save(kept)
    assert found(kept.getvalue()) == EXPECTED


def test_columns_in_any_order() -> None:
    lines = [HEAD, *([day(cell, "%d-%m-%Y") for cell in row] for row in ROWS)]
    for order in itertools.islice(itertools.permutations(range(6)), 0, 720, 31):
        text = "\n".join(";".join(line[place] for place in order) for line in lines)
        assert found(text.encode()) == EXPECTED, order


@pytest.mark.parametrize("field", list(Field))
def test_the_usual_dutch_names_of_columns_are_known(field: Field) -> None:
    for name in NAMES[field].split():
        assert recognised([name.upper()], {}) == {0: field}
    assert plain("E-mail (werk)") == "emailwerk"


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Vries, Anna de", "Anna de Vries"),
        ("de Vries, Anna", "Anna de Vries"),
        ("Anna de Vries", "Anna de Vries"),
        ("Berg, Boaz van den", "Boaz van den Berg"),
        ("Jan-Peter in 't Veld", "Jan-Peter in 't Veld"),
        ("Anna de Vries (Burgerzaken)", "Anna de Vries"),
    ],
)
def test_a_whole_name_in_one_cell(cell: str, name: str) -> None:
    (row,) = read(f'Personeelsnummer;Naam;Functie\n1;"{cell}";Boa\n'.encode()).rows
    assert row.name == name


def test_formulas_scripts_and_nuls_are_text() -> None:
    text = (
        "Personeelsnummer;Roepnaam;Achternaam\n1;=cmd|' /C calc'!A0;<script>x</script>\n2;A\0b;C\n"
    )
    rows = read(text.encode()).rows
    assert [row.given_name for row in rows] == ["=cmd|' /C calc'!A0", "Ab"]
    assert rows[0].family_name == "<script>x</script>"
