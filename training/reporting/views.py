"""Shows who took part to who may see names, and counts to who may see counts; and exports."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from training import clock
from training.access import LEAST_TO_COUNT, Permission, Reach
from training.audit import actions as audit
from training.audit.models import Action
from training.audit.rules import derive_key
from training.content.views import library
from training.people.queries import units_of
from training.reporting import exports, queries
from training.reporting.forms import ExportForm, ParticipationForm
from training.reporting.rules import COLUMNS, DEFINITIONS, Filters, Row
from training.web.doors import open_to, reach, visitor
from training.web.request_db import database, db, separate_transaction

blueprint = Blueprint("reporting", __name__)
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}


@blueprint.get("/deelname")
@open_to(Permission.SEE_PERSONS_STATUS)
def show_participation() -> ResponseReturnValue:
    """The overview: whether and when, never how."""
    within = reach(Permission.SEE_PERSONS_STATUS)
    form = _form(within)
    if not form.validate():
        return _page(form, [], 0, 1), 422
    query = queries.participation_rows(within, form.filters(clock.today()))
    number = max(request.args.get("pagina", 1, type=int), 1)
    total = queries.count_of(db(), query)
    rows = queries.page_of(db(), query, number)
    _record_looked(rows)
    return _page(form, rows, total, number)


@blueprint.post("/deelname/export/<kind>")
@open_to(Permission.EXPORT_PARTICIPATION)
def export_participation(kind: str) -> ResponseReturnValue:
    """The same rows as a file; recorded in the log before the first byte is sent."""
    if kind not in FORMATS:
        abort(404)
    within = reach(Permission.EXPORT_PARTICIPATION)
    form = _form(within)
    if not form.validate():
        return _page(form, [], 0, 1), 422
    filters = form.filters(clock.today())
    query = queries.participation_rows(within, filters)
    about = [*_in_words(form, filters), ("Gemaakt door", visitor().name)]
    about.append(("Gemaakt op", clock.in_words(clock.today())))
    people = {(r.municipality_id, r.person_id) for r in queries.stream(db(), query)}
    audit.record_looked(
        db(),
        _audit_key(),
        at=clock.now(),
        actor=visitor(),
        persons=people,
        what=f"deelnameoverzicht ({kind})",
        action=Action.EXPORTED,
    )
    db().commit()
    name = f"deelname-{filters.as_of.isoformat()}.{kind}"
    if kind == "csv":
        return _csv(within, filters, name)
    return _file(kind, queries.stream(db(), query), about, name)


@blueprint.get("/cijfers")
@open_to(Permission.SEE_COUNTS)
def show_figures() -> ResponseReturnValue:
    """Counts per municipality and duty; from ten people for who may not see names."""
    counted = reach(Permission.SEE_COUNTS)
    by_name = reach(Permission.SEE_PERSONS_STATUS) == counted
    least = 1 if by_name else LEAST_TO_COUNT
    as_of = request.args.get("peildatum", type=dt.date.fromisoformat) or clock.today()
    rows = queries.counts_by_municipality(db(), counted, as_of)
    return render_template(
        "reporting/figures.html",
        rows=[row for row in rows if row[2] >= least],
        left_out=sum(row[2] < least for row in rows),
        least=least,
        as_of=as_of,
    )


def _form(within: Reach) -> ParticipationForm:
    form = ParticipationForm(request.args)
    units = units_of(db(), [grant.unit_id for grant in within])
    audiences = [(a.slug, a.label) for a in library().audiences.values()]
    form.offer(
        [(unit.id, f"{unit.name} ({unit.kind.value})") for unit in units],
        audiences,
        queries.duties_within(db(), within, clock.today()),
    )
    return form


def _page(form: ParticipationForm, rows: list[Row], total: int, number: int) -> str:
    asked = {key: value for key, value in request.args.items() if key != "pagina" and value}
    return render_template(
        "reporting/participation.html",
        form=form,
        rows=rows,
        total=total,
        number=number,
        pages=-(-total // queries.PAGE),
        columns=COLUMNS,
        definitions=DEFINITIONS,
        may_export=visitor().may(Permission.EXPORT_PARTICIPATION),
        export_form=ExportForm(),
        asked=urlencode(asked),
        base=f"{url_for('reporting.show_participation')}?{urlencode({**asked, 'pagina': ''})}",
    )


def _in_words(form: ParticipationForm, filters: Filters) -> list[tuple[str, str]]:
    def label(field: str) -> str:
        chosen = getattr(form, field)
        return str(dict(chosen.choices).get(chosen.data, "")) if chosen.data else ""

    return filters.in_words(label("onderdeel"), label("verplichting"), label("doelgroep"))


def _audit_key() -> bytes:
    return derive_key(str(current_app.secret_key))


def _record_looked(rows: list[Row]) -> None:
    """Who looked at whom, committed before the page is sent: the one thing that a GET writes."""
    people = {(row.municipality_id, row.person_id) for row in rows}
    if people:
        with separate_transaction() as session:
            audit.record_looked(
                session,
                _audit_key(),
                at=clock.now(),
                actor=visitor(),
                persons=people,
                what="deelnameoverzicht",
            )


def _csv(within: Reach, filters: Filters, name: str) -> Response:
    """Streams the rows from a session of its own, which lives as long as the download."""
    opener = database()

    def pieces() -> Iterator[bytes]:
        with opener.reading() as session:
            query = queries.participation_rows(within, filters)
            yield from exports.csv_pieces(queries.stream(session, query))

    response = Response(pieces(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _file(kind: str, rows: Iterator[Row], about: list[tuple[str, str]], name: str) -> Response:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        exports.write(path, rows, about)
        file = path.open("rb")  # the open file outlives its folder
    return send_file(file, mimetype=FORMATS[kind], as_attachment=True, download_name=name)
