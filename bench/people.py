"""Measures the overview, its page in a crowd, and exports, beside bare SQL, COPY and XlsxWriter."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa
import xlsxwriter
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.dialects import postgresql

from bench import crowd
from bench.crowd import Crowd
from bench.measure import Measure, alternate, paired
from bench.stand import KINDS, address_of, settings_on
from training import clock
from training.access import Grant, Population
from training.app import create_app
from training.content.library import load as load_library
from training.db import Database
from training.identity import gate
from training.reporting import exports, making_actions, queries
from training.reporting.making_actions import csv_of
from training.reporting.rules import Filters, columns_of
from training.settings import Settings

PAGE_BOUND, CROWD_BOUND = 4.0, 1.2
COPY_BOUND, CORE_BOUND, XLSX_BOUND = 0.5, 0.9, 0.8
MEMORY_BOUND = 100  # MB
BARE = """
SELECT m.name AS municipality, u.name AS unit, p.given_name, p.infix, p.family_name,
       p.employee_number, d.title, c.due_on, c.fulfilled_on, c.valid_until, p.id, d.id
FROM person p
JOIN position q ON q.municipality_id = p.municipality_id AND q.person_id = p.id
JOIN unit u ON u.id = q.unit_id
JOIN unit m ON m.id = p.municipality_id
JOIN assignment a ON a.municipality_id = p.municipality_id AND a.person_id = p.id
JOIN duty d ON d.id = a.duty_id
LEFT JOIN cycle c ON c.municipality_id = a.municipality_id AND c.person_id = a.person_id
  AND c.duty_id = a.duty_id AND c.opens_on <= :day AND c.closed_on IS NULL
WHERE p.municipality_id = :municipality
ORDER BY p.family_name, p.given_name, p.id, d.title
LIMIT 50
"""
BARE_COUNT = """
SELECT count(*) FROM person p
JOIN position q ON q.municipality_id = p.municipality_id AND q.person_id = p.id
JOIN assignment a ON a.municipality_id = p.municipality_id AND a.person_id = p.id
WHERE p.municipality_id = :municipality AND q.from_on <= :day
"""


def people(quick: bool) -> Iterator[Measure]:
    """The overview on both databases, an HR page in a crowd, and exports."""
    for kind in KINDS:
        with _stand(kind, 1, 10_000, 20) as stand:
            yield from _page(stand, kind, 5 if quick else 15)
            if kind == "sqlite":
                yield _core(stand, 2 if quick else 4)
    municipalities, number = (10, 200) if quick else (300, 1_667)
    with (
        _stand("postgresql", municipalities, number, 4) as many,
        _stand("postgresql", 1, number, 4) as alone,
    ):
        yield _crowd(many, alone, 5 if quick else 15)
    with _stand("postgresql", 1, 5_000 if quick else 50_000, 20) as stand:
        yield from _copied(stand, 2 if quick else 3)
    with _stand("postgresql", 1, 1_000 if quick else 5_000, 20) as stand:
        yield _xlsx(stand, 2 if quick else 3)


class Stand:
    """A filled database, the application on it, and what HR of the first municipality sees."""

    def __init__(self, settings: Settings, database: Database, made: Crowd) -> None:
        self.settings, self.database, self.made = settings, database, made
        library = load_library(settings.content_dir, settings.data_dir, clock.today()).library
        self.app: Flask = create_app(settings, database, library)
        self.app.config["WTF_CSRF_ENABLED"] = False
        self.reach = frozenset({Grant(made.municipality_ids[0], frozenset({Population.STAFF}))})
        self.filters = Filters(clock.today(), clock.today())
        self.columns = columns_of(())
        self.ids = [made.municipality_ids[0]]

    def client(self) -> FlaskClient:
        """HR's browser."""
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = gate.session_id(self.made.hr_account, 0)
            session[gate.SIGNED_IN_AT] = int(time.time())
        return client


@contextmanager
def _stand(kind: str, municipalities: int, number: int, duties: int) -> Iterator[Stand]:
    with address_of(kind) as address, tempfile.TemporaryDirectory() as folder:
        settings = settings_on(address, folder)
        database = Database(address)
        made = crowd.fill(database, municipalities, number, duties, clock.today())
        yield Stand(settings, database, made)
        database.dispose()


def _milliseconds(work: Callable[[], object]) -> Callable[[], float]:
    def taken() -> float:
        began = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - began)

    return taken


def _open(client: FlaskClient) -> None:
    page = client.get("/deelname")
    assert page.status_code == 200, page.status_code
    assert page.get_data(as_text=True).count("<tr") == queries.PAGE + 1


def _page(stand: Stand, kind: str, rounds: int) -> Iterator[Measure]:
    """The first page of the overview, as HR gets it, beside the bare rows of it alone, and beside
    these and their number (a page that says how many there are must ask that as well)."""
    client = stand.client()
    municipality = stand.ids[0] if kind == "postgresql" else stand.ids[0].hex
    values = {"municipality": municipality, "day": clock.today().isoformat()}
    if kind == "postgresql":
        values["day"] = clock.today()  # type: ignore[assignment]

    def rows() -> None:
        with stand.database.engine.connect() as connection:
            assert len(connection.execute(sa.text(BARE), values).all()) == queries.PAGE

    def rows_and_number() -> None:
        rows()
        with stand.database.engine.connect() as connection:
            assert connection.execute(sa.text(BARE_COUNT), values).scalar_one()

    for bare, what in ((rows, "its rows"), (rows_and_number, "its rows and their number")):
        for _ in range(3):
            _open(client)
            bare()
        found = alternate(rounds, _milliseconds(lambda: _open(client)), _milliseconds(bare))
        yield paired(f"overview beside {what}: {kind}", found, "ms", PAGE_BOUND)


def _crowd(many: Stand, alone: Stand, rounds: int) -> Measure:
    """An HR page of one municipality among many, beside the same when it is alone."""
    crowded, quiet = many.client(), alone.client()
    for _ in range(5):
        _open(crowded)
        _open(quiet)
    found = alternate(
        rounds, _milliseconds(lambda: _open(crowded)), _milliseconds(lambda: _open(quiet))
    )
    name = f"HR page, {len(many.made.municipality_ids)} municipalities beside one"
    return paired(name, found, "ms", CROWD_BOUND)


def _report(stand: Stand) -> Any:
    with stand.database.transaction() as db:
        return making_actions.ask(
            db,
            account_id=None,
            kind="csv",
            filters=stand.filters,
            words=[],
            columns=stand.columns,
            reach=stand.reach,
            expected=0,
            now=clock.now(),
        )


def _copied(stand: Stand, rounds: int) -> Iterator[Measure]:
    """A CSV of everybody beside COPY of the same join, and what it takes before the first row."""
    memory, first = _Memory(), []

    def ours() -> float:
        began = time.perf_counter()
        lines, told = 0, False
        for number, piece in enumerate(csv_of(stand.database, _report(stand), clock.now())):
            lines += piece.count(b"\n")
            if number and not told:
                first.append(time.perf_counter() - began)
                told = True
            memory.look()
        return (lines - 1) / (time.perf_counter() - began)

    plain = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    query = queries.participation_rows(stand.ids, stand.reach, stand.filters)
    shown = [query.selected_columns[column.key] for column in stand.columns]
    text = query.with_only_columns(*shown).compile(
        dialect=plain, compile_kwargs={"literal_binds": True}
    )

    def copy() -> float:
        began, lines = time.perf_counter(), 0
        with stand.database.engine.connect() as connection:
            cursor = connection.connection.cursor()
            with cursor.copy(f"COPY ({text}) TO STDOUT") as rows:
                for _row in rows:
                    lines += 1
        return lines / (time.perf_counter() - began)

    copy()
    memory.begin()
    found = alternate(rounds, ours, copy)
    yield paired("CSV, PostgreSQL, beside COPY", found, "rows/s", COPY_BOUND, at_least=True)
    yield Measure("CSV: until the first row", max(first), 1, "seconds", 1.0)
    yield Measure("CSV: memory on top", memory.most, 1, "MB", MEMORY_BOUND)


class _Memory:
    """The most memory that this process took on top of what it had."""

    def __init__(self) -> None:
        self.process = psutil.Process()
        self.start = self.most = 0.0

    def begin(self) -> None:
        """From here on."""
        self.start, self.most = self.process.memory_info().rss / 2**20, 0.0

    def look(self) -> None:
        """Looks now."""
        self.most = max(self.most, self.process.memory_info().rss / 2**20 - self.start)


def _core(stand: Stand, rounds: int) -> Measure:
    """A CSV from SQLite beside a bare Core result through csv.writer."""

    def ours() -> float:
        began, lines = time.perf_counter(), 0
        for piece in csv_of(stand.database, _report(stand), clock.now()):
            lines += piece.count(b"\n")
        return (lines - 1) / (time.perf_counter() - began)

    query = queries.participation_rows(stand.ids, stand.reach, stand.filters)
    shown = [query.selected_columns[column.key] for column in stand.columns]
    bare_query = query.with_only_columns(*shown)

    def bare() -> float:
        began, lines = time.perf_counter(), 0
        writer = csv.writer(io.StringIO(), delimiter=";")
        with stand.database.engine.connect() as connection:
            for row in connection.execute(bare_query.execution_options(yield_per=2000)):
                writer.writerow(row)
                lines += 1
        return lines / (time.perf_counter() - began)

    found = alternate(rounds, ours, bare)
    return paired("CSV, SQLite, beside Core", found, "rows/s", CORE_BOUND, at_least=True)


def _xlsx(stand: Stand, rounds: int) -> Measure:
    """A spreadsheet of everybody beside XlsxWriter on the same cells, held in memory."""
    with stand.database.reading() as db:
        cells = list(queries.stream(db, stand.ids, stand.reach, stand.filters, stand.columns))

    def ours() -> float:
        with tempfile.TemporaryDirectory() as folder:
            report = _report(stand)
            report.kind = "xlsx"
            began = time.perf_counter()
            total = making_actions.write_file(stand.database, report, Path(folder) / "x.xlsx")
            return total.rows / (time.perf_counter() - began)

    def alone() -> float:
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            _bare_workbook(Path(folder) / "x.xlsx", cells)
            return len(cells) / (time.perf_counter() - began)

    found = alternate(rounds, ours, alone)
    name = f"XLSX of {len(cells):,} rows beside XlsxWriter"
    return paired(name, found, "rows/s", XLSX_BOUND, at_least=True)


def _bare_workbook(path: Path, cells: list[exports.Cells]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        day = book.add_format({"num_format": "dd-mm-yyyy"})
        sheet = book.add_worksheet()
        for line, row in enumerate(cells):
            for column, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(line, column, cell, day)
                elif cell:
                    sheet.write_string(line, column, cell)
