"""Hanna's personnel file: what it changes, what it never does, and what is refused."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.town import Town
from training.db import Database
from training.people.cli import take_in
from training.people.import_actions import apply_plan, existing_of
from training.people.import_rules import Existing, FileRow, UnitFact, plan_import
from training.people.models import Person, Position
from training.people.office_xml import FileRefused
from training.people.personnel_file import read
from training.people.rules import UnitKind

NOW = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 2)
HEAD = "Personeelsnummer;Roepnaam;Tussenvoegsel;Achternaam;E-mail;Afdeling;Team;Functie;In dienst;Uit dienst"
STAFF = (
    "1001;Anna;de;Vries;anna@merendijk.example;Dienstverlening;Team Burgerzaken;Medewerker burgerzaken;1-9-2026;",
    "1002;Theo;;Smit;theo@merendijk.example;Dienstverlening;Team Burgerzaken;Teamleider burgerzaken;1-3-2015;",
)


def text(*lines: str, head: str = HEAD) -> bytes:
    return "\r\n".join((head, *lines)).encode()


def take(
    database: Database, path: Path, data: bytes, keep: bool = True, large: bool = False
) -> int:
    path.write_bytes(data)
    return take_in(
        database,
        "k" * 40,
        path,
        "Merendijk",
        NOW,
        TODAY,
        keep=keep,
        large=large,
        say=lambda _: None,
    )


@pytest.mark.parametrize(
    "data",
    [
        text(*STAFF),
        text(*STAFF).replace(b";", b","),
        b"\xef\xbb\xbf" + text(*STAFF),
        b"Overzicht personeel\r\n\r\n" + text(*STAFF),
        text(STAFF[0].replace("Anna", "  Anna "), "", STAFF[1]),
    ],
)
def test_a_file_is_read_as_the_programs_write_it(data: bytes) -> None:
    file = read(data)
    assert [row.employee_number for row in file.rows] == ["1001", "1002"]
    assert file.rows[0].name == "Anna de Vries"
    assert file.rows[0].joined_on == dt.date(2026, 9, 1)


def test_windows_letters_and_excel_dates_are_read() -> None:
    assert (
        read(text("1;Zoë;;Müller;;;;;1-1-2020;").decode().encode("cp1252")).rows[0].given_name
        == "Zoë"
    )
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD.split(";"))
    sheet.append([1001, "Anna", "de", "Vries", "", "", "", "", dt.datetime(2026, 9, 1), None])
    kept = io.BytesIO()
    book.save(kept)
    assert read(kept.getvalue()).rows[0].joined_on == dt.date(2026, 9, 1)


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01\x02" * 50, b"PK\x03\x04rubbish", b"zomaar wat tekst"]
)
def test_a_file_that_is_no_table_is_refused_in_dutch(data: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        read(data)
    assert str(refused.value).endswith(".")


def test_a_bad_line_is_named_and_the_others_are_read() -> None:
    file = read(text(STAFF[0].replace("1-9-2026", "ooit"), STAFF[1]))
    assert [row.employee_number for row in file.rows] == ["1002"]
    assert str(file.problems[0]).startswith("regel 2:")


def test_a_new_colleague_and_a_new_name_are_taken_in(
    database: Database, town: Town, tmp_path: Path
) -> None:
    married = STAFF[0].replace("de;Vries", ";Bakker").replace("anna@", "a.bakker@")
    new = "2001;Noor;;Bakker;noor@merendijk.example;Veiligheid;Team Handhaving;Boa;1-11-2026;"
    assert take(database, tmp_path / "p.csv", text(married, STAFF[1], new)) == 0
    with database.reading() as db:
        anna = db.get_one(Person, (town.municipality, town.persons["anna"]))
        assert (anna.family_name, anna.email) == ("Bakker", "a.bakker@merendijk.example")
        noor = db.scalars(sa.select(Person).where(Person.employee_number == "2001")).one()
        position = db.scalars(sa.select(Position).where(Position.person_id == noor.id)).one()
        assert position.unit_id == town.units["handhaving"]
        other = db.get_one(Person, (town.units["other"], town.persons["other_anna"]))
        assert other.family_name == "Vries", "the same number in another municipality"


def test_who_is_not_in_the_file_has_not_left(
    database: Database, town: Town, tmp_path: Path
) -> None:
    assert take(database, tmp_path / "p.csv", text(STAFF[0])) == 0
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).where(Person.left_on.is_not(None))) == 0


def test_many_leavers_need_a_second_person(database: Database, town: Town, tmp_path: Path) -> None:
    leaving = [line + "31-10-2026" for line in STAFF]
    assert take(database, tmp_path / "p.csv", text(*leaving)) == 1
    with database.reading() as db:
        assert db.get_one(Person, (town.municipality, town.persons["anna"])).left_on is None
    assert take(database, tmp_path / "p.csv", text(*leaving), large=True) == 0
    with database.reading() as db:
        assert db.get_one(Person, (town.municipality, town.persons["anna"])).left_on == dt.date(
            2026, 10, 31
        )


def test_a_dry_run_changes_nothing(database: Database, town: Town, tmp_path: Path) -> None:
    assert (
        take(database, tmp_path / "p.csv", text(STAFF[0].replace("Vries", "Boer")), keep=False) == 0
    )
    with database.reading() as db:
        assert db.get_one(Person, (town.municipality, town.persons["anna"])).family_name == "Vries"


def test_taking_the_same_file_in_twice_changes_nothing(database: Database, town: Town) -> None:
    new = "2001;Noor;;Bakker;noor@merendijk.example;Veiligheid;Team Handhaving;Boa;1-11-2026;"
    rows = read(text(*STAFF, new)).rows
    with database.transaction() as db:
        first = plan_import(existing_of(db, town.municipality, TODAY), rows, TODAY)
        apply_plan(db, town.municipality, first, TODAY)
        assert plan_import(existing_of(db, town.municipality, TODAY), rows, TODAY).is_empty


ROWS = st.lists(
    st.builds(
        FileRow,
        line=st.integers(2, 99),
        employee_number=st.integers(1, 9999).map(str),
        given_name=st.sampled_from(["Anna", "Bram", "=1+1", "<b>"]),
        infix=st.sampled_from(["", "de"]),
        family_name=st.sampled_from(["Vries", "Smit"]),
        team=st.sampled_from(["", "Team A", "Onbekend"]),
        joined_on=st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31)),
    ),
    max_size=8,
)


@given(ROWS)
def test_nobody_is_in_two_parts_of_a_plan(rows: list[FileRow]) -> None:
    unit = UnitFact(uuid.UUID(int=1), "Team A", UnitKind.TEAM, None)
    plan = plan_import(Existing(units=(unit,)), rows, TODAY)
    made = [new.facts.employee_number for new in plan.new]
    assert len(made) == len(set(made))
    assert not plan.changed
    assert not plan.left
