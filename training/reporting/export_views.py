"""Lets somebody export the overview, wait for a large file, and make a report of before again."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, Response, abort, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission, Reach, covers
from training.assignments.rules import Standing
from training.audit import actions as audit
from training.audit.models import Action
from training.people.noting_views import audit_key, keep_pace
from training.reporting import exports, making_actions, queries
from training.reporting.forms import ExportForm
from training.reporting.making_rules import AT_ONCE, ReportState
from training.reporting.models import Report
from training.reporting.rules import Filters
from training.reporting.views import asked, asked_form
from training.web.doors import open_to, reach, visitor
from training.web.request_db import database, db

blueprint = Blueprint("export", __name__)
MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
SHOWN = 30  # reports in the list


@blueprint.post("/deelname/export/<kind>")
@open_to(Permission.EXPORT_PARTICIPATION)
def export_participation(kind: str) -> ResponseReturnValue:
    """The same rows as a file; recorded in the log before the first byte is sent. A large
    spreadsheet is made in the background."""
    if kind not in MIME:
        abort(404)
    within = reach(Permission.EXPORT_PARTICIPATION)
    form, ids = asked_form(within)
    if not form.validate():
        return redirect(f"{url_for('reporting.show_participation')}?{asked()}", 303)
    filters = form.filters(clock.today())
    keep_pace(ids)
    _record(ids, within, filters, kind)
    expected = queries.count_up_to(db(), ids, within, filters, 2_000_000) if kind != "csv" else 0
    report = making_actions.ask(
        db(),
        account_id=visitor().account_id,
        kind=kind,
        filters=filters,
        words=form.words(filters),
        columns=form.columns,
        reach=within,
        expected=expected,
        now=clock.now(),
    )
    if kind == "csv":
        return _streamed(report)
    if expected > AT_ONCE:
        return redirect(url_for("export.show_report", report_id=report.id), 303)
    return _at_once(report)


def _record(ids: list[uuid.UUID], within: Reach, filters: Filters, kind: str) -> None:
    audit.record_looked(
        db(),
        audit_key(),
        at=clock.now(),
        actor=visitor(),
        persons=queries.people_of(db(), ids, within, filters),
        what=f"deelnameoverzicht ({kind})",
        action=Action.EXPORTED,
    )


def _streamed(report: Report) -> Response:
    """Streams the rows from a connection of its own, which lives as long as the download."""
    db().commit()
    pieces = making_actions.csv_of(database(), report, clock.now())
    response = Response(pieces, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name_of(report)}"'
    return response


def _at_once(report: Report) -> ResponseReturnValue:
    db().commit()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"deelname.{report.kind}"
        total = making_actions.write_file(database(), report, path)
        making_actions.finish(database(), report.id, total, clock.now(), path)
        file = path.open("rb")  # the open file outlives its folder
    return send_file(
        file, mimetype=MIME[report.kind], as_attachment=True, download_name=name_of(report)
    )


def name_of(report: Report) -> str:
    """The name of the file: the reference date, and the first figures of its number."""
    return f"deelname-{report.filters['as_of']}-{str(report.id)[:8]}.{report.kind}"


@blueprint.get("/deelname/exports")
@open_to(Permission.EXPORT_PARTICIPATION)
def list_reports() -> ResponseReturnValue:
    """The reports that this visitor made."""
    query = sa.select(Report).filter_by(account_id=visitor().account_id)
    found = db().scalars(query.order_by(Report.asked_at.desc()).limit(SHOWN))
    return render_template(
        "reporting/reports.html",
        reports=[(clock.local_date(r.asked_at), r) for r in found],
        states=ReportState,
    )


@blueprint.get("/deelname/exports/<uuid:report_id>")
@open_to(Permission.EXPORT_PARTICIPATION)
def show_report(report_id: uuid.UUID) -> ResponseReturnValue:
    """How far a report is; when it is ready, the file, and by what it is recognised."""
    report = _own(report_id)
    return render_template(
        "reporting/report.html",
        report=report,
        on=clock.local_date(report.asked_at),
        states=ReportState,
        words=report.in_words.items(),
        ready=report.state is ReportState.READY,
        busy=report.state in (ReportState.WAITING, ReportState.MAKING),
        percent=min(99, 100 * report.done // report.expected) if report.expected else 0,
        form=ExportForm(),
    )


@blueprint.get("/deelname/exports/<uuid:report_id>/bestand")
@open_to(Permission.EXPORT_PARTICIPATION)
def fetch_report(report_id: uuid.UUID) -> ResponseReturnValue:
    """The file of a report that was made in the background."""
    report = _own(report_id)
    if report.state is not ReportState.READY or not _covered(report):
        abort(404)
    response = Response(making_actions.pieces_of(database(), report.id), mimetype=MIME[report.kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name_of(report)}"'
    return response


@blueprint.post("/deelname/exports/<uuid:report_id>/opnieuw")
@open_to(Permission.EXPORT_PARTICIPATION)
def make_again(report_id: uuid.UUID) -> ResponseReturnValue:
    """Makes a report of before again, and says whether it is the same and what changed since."""
    report = _own(report_id)
    if not _covered(report):
        flash("Je mag dit overzicht nu niet meer zien: je rechten zijn veranderd.", "error")
        return redirect(url_for("export.show_report", report_id=report.id), 303)
    if not report.checksum:
        flash("Dit bestand is toen niet helemaal opgehaald. Er is niets om mee te vergelijken.",
              "error")  # fmt: skip
        return redirect(url_for("export.show_report", report_id=report.id), 303)
    filters, columns, within = making_actions.parts_of(report)
    ids = queries.municipality_ids(db(), within)
    _record(ids, within, filters, "opnieuw")
    total = exports.Sum()
    for _row in total.of_cells(queries.stream(db(), ids, within, filters, columns)):
        pass
    same, people, rows, moved = making_actions.compared(db(), report, ids, total)
    return render_template(
        "reporting/compared.html",
        report=report,
        on=clock.local_date(report.asked_at),
        same=same,
        people=people,
        rows=rows,
        moved=[(Standing[name].value, then, now) for name, then, now in moved],
    )


def _own(report_id: uuid.UUID) -> Report:
    report = db().get(Report, report_id)
    if report is None or report.account_id != visitor().account_id:
        abort(404)
    return report


def _covered(report: Report) -> bool:
    """Whether the visitor may still see all that the report is about."""
    _filters, _columns, asked_reach = making_actions.parts_of(report)
    return covers(reach(Permission.EXPORT_PARTICIPATION), asked_reach)
