"""Reads a personnel file as AFAS, Visma or Excel writes it: rows, and located problems."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from training.people import personnel_cells as cells
from training.people.import_rules import FileRow
from training.people.office_xml import FileRefused
from training.people.personnel_columns import Field, Remembered, header_at, lacking, recognised
from training.people.spreadsheets import EMPTY, NOT_A_TABLE, Line, lines

__all__ = ["FileRefused", "PersonnelFile", "Problem", "read"]

TITLE_ROWS = 30  # how far down the names of the columns may stand
MOST_ROWS = 50_000
EXAMPLES = 3
LENGTHS = {  # characters that each field may have
    Field.EMPLOYEE_NUMBER: 40,
    Field.GIVEN_NAME: 80,
    Field.INFIX: 30,
    Field.FAMILY_NAME: 120,
    Field.DEPARTMENT: 120,
    Field.TEAM: 120,
    Field.JOB_TITLE: 120,
}
OFTEN_THE_SAME = frozenset(
    {Field.INFIX, Field.DEPARTMENT, Field.TEAM, Field.JOB_TITLE, Field.MANAGER}
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong on a line of the file, and what happens with it."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"regel {self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class PersonnelFile:
    """A file as it was read. `mapping` says by number of the column what it holds; `left_out` are
    the numbers of employees whose row could not be used (they are in the file all the same).
    When `lacking` names a column, nothing could be read yet."""

    columns: tuple[str, ...]
    examples: tuple[tuple[str, ...], ...]
    mapping: dict[int, Field]
    rows: tuple[FileRow, ...]
    problems: tuple[Problem, ...]
    left_out: frozenset[str]
    lacking: tuple[Field, ...]


def read(
    data: bytes, mapping: Mapping[int, Field] | None = None, remembered: Remembered | None = None
) -> PersonnelFile:
    """Reads a CSV, XLSX or ODS file. `mapping` is what somebody chose for this file, `remembered`
    for an earlier one (by plain name of the column). Raises `FileRefused` with a Dutch message for
    a file that is too large, damaged or no table at all."""
    stream = lines(data)
    first = list(itertools.islice(stream, TITLE_ROWS))
    if not first:
        raise FileRefused(EMPTY)
    at = header_at([line.cells for line in first], remembered or {})
    if at is None:
        raise FileRefused(NOT_A_TABLE)
    header = first[at].cells
    used = dict(mapping) if mapping is not None else recognised(header, remembered or {})
    used = {index: field for index, field in used.items() if index < len(header)}
    body = itertools.chain(first[at + 1 :], stream)
    reader = _Rows(used)
    examples: list[tuple[str, ...]] = []
    readable = not lacking(used)
    for count, line in enumerate(body):
        if count >= MOST_ROWS:
            raise FileRefused(f"Dit bestand heeft meer dan {MOST_ROWS} regels. Splits het op.")
        if len(examples) < EXAMPLES:
            examples.append(line.cells)
        if readable:
            reader.take(line)
    if not examples:
        raise FileRefused("Onder de kop van dit bestand staat geen enkele medewerker.")
    return PersonnelFile(
        columns=header,
        examples=tuple(examples),
        mapping=used,
        rows=tuple(reader.rows),
        problems=tuple(reader.problems),
        left_out=frozenset(reader.left_out),
        lacking=tuple(lacking(used)),
    )


class _RefusedError(Exception):
    """A row that cannot be used, and why."""


class _Rows:
    """Makes a `FileRow` of every line, or a problem."""

    def __init__(self, mapping: Mapping[int, Field]) -> None:
        self.places = {field: index for index, field in mapping.items()}
        self.rows: list[FileRow] = []
        self.problems: list[Problem] = []
        self.left_out: set[str] = set()
        self.seen: dict[str, str] = {}

    def take(self, line: Line) -> None:
        """Reads one line."""
        number = self._text(line, Field.EMPLOYEE_NUMBER)
        try:
            self.rows.append(self._row(line, number))
        except _RefusedError as problem:
            self.problems.append(Problem(line.number, f"{problem} Deze regel slaan we over."))
            if number:
                self.left_out.add(number)

    def _text(self, line: Line, field: Field) -> str:
        index = self.places.get(field)
        if index is None or index >= len(line.cells):
            return ""
        text = line.cells[index]
        # One copy of what stands on many lines: a large file takes a third of the memory.
        return self.seen.setdefault(text, text) if field in OFTEN_THE_SAME else text

    def _row(self, line: Line, number: str) -> FileRow:
        if not number:
            raise _RefusedError("Het personeelsnummer ontbreekt.")
        name = self._name(line)
        if not name.given or not name.family:
            raise _RefusedError("De voornaam of de achternaam ontbreekt.")
        row = FileRow(
            line=line.number,
            employee_number=number,
            given_name=name.given,
            infix=name.infix,
            family_name=name.family,
            email=self._email(line),
            department=self._text(line, Field.DEPARTMENT),
            team=self._text(line, Field.TEAM),
            job_title=self._text(line, Field.JOB_TITLE),
            manager=self._text(line, Field.MANAGER),
            joined_on=self._date(line, Field.JOINED),
            left_on=self._date(line, Field.LEFT),
            tells_leaving=Field.LEFT in self.places,
        )
        self._check_lengths(row)
        if row.joined_on and row.left_on and row.left_on < row.joined_on:
            raise _RefusedError("De datum uit dienst ligt voor de datum in dienst.")
        return row

    def _name(self, line: Line) -> cells.Name:
        family = self._text(line, Field.FAMILY_NAME)
        if not family:
            return cells.whole_name(self._text(line, Field.FULL_NAME))
        infix = self._text(line, Field.INFIX).lower()
        if not infix:
            infix, family = cells.infix_and_family(family)
        elif family.lower().startswith(f"{infix} "):
            family = family[len(infix) + 1 :]  # the infix stands in both columns
        given = self._text(line, Field.GIVEN_NAME)
        if not given and Field.FULL_NAME in self.places:
            given = cells.whole_name(self._text(line, Field.FULL_NAME)).given
        return cells.Name(given, infix, family)

    def _email(self, line: Line) -> str | None:
        text = self._text(line, Field.EMAIL)
        try:
            return cells.email_of(text)
        except ValueError:
            self.problems.append(
                Problem(line.number, f"‘{text[:60]}’ is geen e-mailadres. We nemen het niet over.")
            )
            return None

    def _date(self, line: Line, field: Field) -> dt.date | None:
        text = self._text(line, field)
        try:
            return cells.date_of(text)
        except ValueError:
            raise _RefusedError(
                f"‘{text[:40]}’ bij {field.value} is geen datum. Schrijf bijvoorbeeld 1-3-2026."
            ) from None

    def _check_lengths(self, row: FileRow) -> None:
        for field, text in (
            (Field.EMPLOYEE_NUMBER, row.employee_number),
            (Field.GIVEN_NAME, row.given_name),
            (Field.INFIX, row.infix),
            (Field.FAMILY_NAME, row.family_name),
            (Field.DEPARTMENT, row.department),
            (Field.TEAM, row.team),
            (Field.JOB_TITLE, row.job_title),
        ):
            if len(text) > LENGTHS[field]:
                raise _RefusedError(
                    f"De tekst bij {field.value} is langer dan {LENGTHS[field]} tekens."
                )
