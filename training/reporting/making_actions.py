"""Makes reports, at once or by the worker, and keeps views under a name."""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.access import Permission, Reach
from training.clock import AMSTERDAM, in_words
from training.db import Database, new_id
from training.identity import access_table
from training.identity import queries as identity
from training.identity.models import Account
from training.identity.rules import AccountState
from training.mail import actions as mail
from training.mail.actions import Letter
from training.mail.rules import MailKind
from training.reporting import exports, queries
from training.reporting.making_rules import (
    ABANDONED_AFTER,
    KEPT_FOR,
    ReportState,
    Rhythm,
    next_on,
    reach_from,
    reach_kept,
)
from training.reporting.models import Report, ReportPiece, SavedView
from training.reporting.rules import Column, Counts, Filters, columns_of, filters_from

PIECE = 512 * 1024  # bytes of one row of `report_piece`
log = logging.getLogger(__name__)


def ask(
    db: Session,
    *,
    account_id: uuid.UUID | None,
    kind: str,
    filters: Filters,
    words: Sequence[tuple[str, str]],
    columns: Sequence[Column],
    reach: Reach,
    expected: int,
    now: dt.datetime,
) -> Report:
    """Writes down which report is wanted. `expected` is the number of rows, for its progress."""
    report = Report(
        id=new_id(),
        account_id=account_id,
        kind=kind,
        asked_at=now,
        state=ReportState.GONE if kind == "csv" else ReportState.WAITING,
        filters=filters.kept(),
        in_words=dict(words),
        columns=[column.key for column in columns],
        reach=reach_kept(reach),
        expected=expected,
        done=0,
        counts={},
        checksum="",
    )
    db.add(report)
    db.flush()
    return report


def about(
    report: Report, maker: str, checksum: str, rows: int, counts: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """What stands beside the rows: who made them, from what, and by what they are recognised."""
    made = report.asked_at.astimezone(AMSTERDAM)
    return [
        *((term, str(text)) for term, text in report.in_words.items()),
        ("Gemaakt door", maker),
        ("Gemaakt op", in_words(made.date())),
        ("Kenmerk", str(report.id)),
        ("Regels", str(rows)),
        ("Controlegetal (SHA-256 van de regels)", checksum),
        *counts,
    ]


def csv_of(database: Database, report: Report, now: dt.datetime) -> Iterator[bytes]:
    """Streams the CSV of a report, and writes its checksum down when the last byte has gone; the
    worker counts it then, as nobody should wait for that."""
    filters, columns, reach = parts_of(report)
    total = exports.Sum()
    with database.seeing_one_moment() as db:
        ids = queries.municipality_ids(db, reach)
        asked = queries.file_queries(db, ids, reach, filters, columns, dates_as_text=True)
        yield from total.of_csv(exports.csv_pieces(db, asked, columns))
    with database.transaction() as db:
        sent = db.get_one(Report, report.id)
        sent.state, sent.done, sent.checksum = ReportState.COUNTING, total.rows, total.checksum
        sent.finished_at = now


def parts_of(report: Report) -> tuple[Filters, tuple[Column, ...], Reach]:
    """What a report was asked with."""
    return filters_from(report.filters), columns_of(report.columns), reach_from(report.reach)


def write_file(database: Database, report: Report, path: Path) -> exports.Sum:
    """Writes the spreadsheet of a report to `path`, telling its progress; returns its sum."""
    filters, columns, reach = parts_of(report)
    total = exports.Sum()

    def counts() -> list[tuple[str, str]]:
        with database.reading() as other:
            return queries.counts_of(other, ids, reach, filters).in_words()

    with database.seeing_one_moment() as db, ThreadPoolExecutor(1) as beside_it:
        ids = queries.municipality_ids(db, reach)
        counted = beside_it.submit(counts)  # while the rows are written
        rows = queries.stream(db, ids, reach, filters, columns)
        told = total.of_cells(rows, lambda done: _tell(database, report.id, done))

        def beside() -> list[tuple[str, str]]:
            with database.reading() as other:
                maker = _maker(other, report)
            return about(report, maker, total.checksum, total.rows, counted.result())

        exports.write(path, told, columns, beside)
    return total


def _maker(db: Session, report: Report) -> str:
    """Who asked for a report. The name is not kept with it: an account can be erased."""
    account = db.get(Account, report.account_id) if report.account_id else None
    return identity.name_of(db, account) if account else "Weerbaar"


def _tell(database: Database, report_id: uuid.UUID, done: int) -> None:
    with database.transaction() as db:
        db.execute(sa.update(Report).where(Report.id == report_id).values(done=done))


def finish(
    database: Database, report_id: uuid.UUID, total: exports.Sum, now: dt.datetime, path: Path
) -> None:
    """Writes down what a spreadsheet became, with its counts and its file."""
    with database.transaction() as db:
        report = db.get_one(Report, report_id)
        report.counts = _counted(db, report)
        report.state, report.done, report.checksum = ReportState.READY, total.rows, total.checksum
        report.finished_at = now
        with path.open("rb") as file:
            number = 0
            while content := file.read(PIECE):
                db.add(ReportPiece(report_id=report_id, number=number, content=content))
                db.flush()
                number += 1


def _counted(db: Session, report: Report) -> dict[str, int]:
    filters, _columns, reach = parts_of(report)
    return _kept(queries.counts_of(db, queries.municipality_ids(db, reach), reach, filters))


def _kept(counts: Counts) -> dict[str, int]:
    return {"people": counts.people, **{s.name: n for s, n in counts.by_standing.items()}}


def make_waiting(database: Database, now: dt.datetime) -> int:
    """Makes the reports that wait, the oldest first; returns how many. Any number of workers may
    do this at once."""
    made = 0
    while report := _claim(database, now):
        made += 1
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"deelname.{report.kind}"
            try:
                if report.kind == "csv":
                    _count(database, report)
                else:
                    finish(database, report.id, write_file(database, report, path), now, path)
            except Exception:
                log.exception("a report could not be made")
                with database.transaction() as db:
                    db.get_one(Report, report.id).state = ReportState.FAILED
    return made


def _count(database: Database, report: Report) -> None:
    with database.transaction() as db:
        own = db.get_one(Report, report.id)
        own.counts, own.state = _counted(db, own), ReportState.GONE


def _claim(database: Database, now: dt.datetime) -> Report | None:
    with database.reading() as db:  # looked at first without locking: mostly nothing waits
        if db.scalar(sa.select(Report.id).where(_to_make(now)).limit(1)) is None:
            return None
    with database.transaction() as db:
        query = sa.select(Report).where(_to_make(now)).order_by(Report.asked_at).limit(1)
        report = db.scalars(query.with_for_update(skip_locked=True)).first()
        if report is not None:
            report.state, report.started_at = ReportState.MAKING, now
        return report


def _to_make(now: dt.datetime) -> sa.ColumnElement[bool]:
    abandoned = sa.and_(
        Report.state == ReportState.MAKING, Report.started_at < now - ABANDONED_AFTER
    )
    waits = Report.state.in_([ReportState.WAITING, ReportState.COUNTING])
    return sa.or_(waits, abandoned)


def remove_files(db: Session, now: dt.datetime, kept_for: dt.timedelta = KEPT_FOR) -> int:
    """Removes the files that were kept long enough; what a report was made from stays, so that it
    can be made again. Returns how many."""
    old = sa.select(Report.id).where(Report.asked_at < now - kept_for)
    ids = list(db.scalars(old.where(Report.id.in_(sa.select(ReportPiece.report_id)))))
    return drop_files(db, ids)


def drop_files(db: Session, report_ids: Sequence[uuid.UUID]) -> int:
    """Removes the files of these reports; returns of how many."""
    if report_ids:
        db.execute(sa.delete(ReportPiece).where(ReportPiece.report_id.in_(report_ids)))
        gone = sa.update(Report).where(Report.id.in_(report_ids)).values(state=ReportState.GONE)
        db.execute(gone)
    return len(report_ids)


def pieces_of(database: Database, report_id: uuid.UUID) -> Iterator[bytes]:
    """The file of a report, a piece in memory at a time."""
    with database.reading() as db:
        numbers = sa.select(ReportPiece.number).where(ReportPiece.report_id == report_id)
        for number in list(db.scalars(numbers.order_by(ReportPiece.number))):
            yield db.scalars(
                sa.select(ReportPiece.content).filter_by(report_id=report_id, number=number)
            ).one()


def keep_view(
    db: Session, account_id: uuid.UUID, name: str, asked: str, rhythm: Rhythm, today: dt.date
) -> SavedView:
    """Keeps a view under a name; the same name again replaces it."""
    found = db.scalars(sa.select(SavedView).filter_by(account_id=account_id, name=name)).first()
    view = found or SavedView(id=new_id(), account_id=account_id, name=name)
    view.asked, view.rhythm, view.next_on = asked, rhythm, next_on(rhythm, today)
    db.add(view)
    db.flush()
    return view


def send_views(db: Session, base_url: str, today: dt.date, now: dt.datetime) -> int:
    """Writes the mails of the views that are due: a link, to who may still see it today. Returns
    how many mails were written."""
    letters = []
    for view in db.scalars(sa.select(SavedView).where(SavedView.next_on <= today)):
        account = db.get_one(Account, view.account_id)
        if _may_still_look(db, account, today):
            letters.append(_letter(view, account, base_url))
        view.next_on = next_on(view.rhythm, today)
    return mail.write(db, letters, now)


def _may_still_look(db: Session, account: Account, today: dt.date) -> bool:
    holder = identity.holder(db, account.id, today)
    if holder is None or account.state is not AccountState.ACTIVE:
        return False
    roles = {role for role, _unit in holder.roles}
    held = access_table.permissions_of(roles, holder.person_id is not None)
    return Permission.SEE_PERSONS_STATUS in held


def _letter(view: SavedView, account: Account, base_url: str) -> Letter:
    return Letter(
        kind=MailKind.MESSAGE,
        unique_key=f"view:{view.id}:{view.next_on}",
        to_address=account.email,
        subject="Je overzicht staat klaar",
        text=(
            "Hallo,\n\nJe vroeg om een overzicht dat je zelf hebt bewaard. Het staat klaar. "
            "Je ziet het als je bent ingelogd; in deze mail staan geen gegevens.\n\n"
            f"Bekijk je overzicht:\n{base_url}/deelname/weergaven/{view.id}\n\n"
            "Wil je deze mail niet meer? Verwijder de weergave op dezelfde pagina.\n"
        ),
        municipality_id=account.municipality_id,
        person_id=account.person_id,
    )


def compared(db: Session, report: Report, ids: Sequence[uuid.UUID], total: exports.Sum) -> Any:
    """How the rows of a report are now, beside how they were: whether they are the same, and for
    each standing (and for people and rows) the number then and now."""
    filters, _columns, reach = parts_of(report)
    counts = queries.counts_of(db, ids, reach, filters)
    now = _kept(counts)
    keys = sorted({*now, *report.counts} - {"people"})
    moved = [(key, int(report.counts.get(key, 0)), int(now.get(key, 0))) for key in keys]
    people = (int(report.counts.get("people", 0)), counts.people)
    return total.checksum == report.checksum, people, (report.done, total.rows), moved
