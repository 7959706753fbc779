"""Gives the town duties, evidence and awkward names, for the overview to show."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import uuid

import openpyxl
import sqlalchemy as sa
from odf import opendocument, table, teletype
from sqlalchemy.orm import Session

from tests.town import Town
from training.assignments import actions
from training.assignments.models import Duty
from training.assignments.rules import Policy
from training.content.classes import ContentKind
from training.evidence.actions import record
from training.people.models import Person, Position

DRUGS = (ContentKind.MODULE, "drugshandel-herkennen")
INTEGRITY = (ContentKind.MODULE, "integriteit-voor-medewerkers")
AWKWARD = {
    "vera": "=HYPERLINK(1)", "boaz": '+31 "6"', "marga": "-1; x", "fatma": "@SUM(A1)",
    "theo": "100% Smit\\",
}  # fmt: skip


def fill(db: Session, town: Town, today: dt.date) -> dict[str, Duty]:
    """Two duties for all staff and one for the council, of which some is done."""
    made = {}
    for title, content, audiences in (
        ("Drugshandel herkennen", DRUGS, ["alle-medewerkers", "raadsleden"]),
        ("Integriteit", INTEGRITY, ["alle-medewerkers"]),
    ):
        made[title] = actions.make_duty(
            db,
            unit_id=town.units["a2"],
            title=title,
            contents=[content],
            audiences=audiences,
            policy=Policy(1, today - dt.timedelta(days=200), first_due_days=60),
        )
    for short in ("anna", "theo", "vera", "rachid", "other_anna"):
        prove(db, town, short, DRUGS, today - dt.timedelta(days=20))
    actions.open_cycles(db, today)
    return made


def prove(
    db: Session, town: Town, short: str, content: tuple[ContentKind, str], day: dt.date
) -> None:
    """Somebody completes something on a day."""
    position = db.scalars(
        sa.select(Position).where(Position.person_id == town.persons[short])
    ).first()
    assert position
    record(
        db,
        municipality_id=position.municipality_id,
        person_id=position.person_id,
        unit_id=position.unit_id,
        kind=content[0],
        content_id=content[1],
        version=1,
        completed_on=day,
    )


def rename(db: Session, town: Town) -> None:
    """Gives some people names that a spreadsheet could take for a formula."""
    for short, name in AWKWARD.items():
        person = db.scalars(sa.select(Person).where(Person.id == town.persons[short])).one()
        person.given_name = name


def person_key(db: Session, town: Town, short: str) -> tuple[uuid.UUID, uuid.UUID]:
    person = db.scalars(sa.select(Person).where(Person.id == town.persons[short])).one()
    return person.municipality_id, person.id


def on_screen(page: str) -> list[list[str]]:
    """The cells of the table of a page."""
    body = page.split('id="deelname-titel"', 1)[1].split("<tbody", 1)[1].split("</tbody", 1)[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    return [
        [plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in rows
    ]


def plain(markup: str) -> str:
    """The text of a piece of a page."""
    import html

    return html.unescape(
        re.sub(r"<[^>]+>", "", re.sub(r"<svg.*?</svg>", "", markup, flags=re.S))
    ).strip()


def in_csv(data: bytes) -> list[list[str]]:
    """The cells of a CSV file."""
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


def in_xlsx(data: bytes) -> list[list[str]]:
    """The cells of the first sheet of an XLSX file, dates as Dutch text."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [
        [c.strftime("%d-%m-%Y") if isinstance(c, dt.datetime) else str(c or "") for c in row]
        for row in sheet.iter_rows(values_only=True)
    ]


def in_ods(data: bytes) -> list[list[str]]:
    """The cells of the first sheet of an ODS file."""
    book = opendocument.load(io.BytesIO(data))
    sheet = book.spreadsheet.getElementsByType(table.Table)[0]
    return [
        [teletype.extractText(cell) for cell in row.getElementsByType(table.TableCell)]
        for row in sheet.getElementsByType(table.TableRow)
    ]
