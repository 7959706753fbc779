"""Shows the half-yearly report as a page and as a PDF, and makes it again for any date."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission
from training.content.classes import Theme
from training.content.views import library
from training.pdf import pdf_of
from training.people.models import Unit
from training.people.municipality_settings import LEAST_TO_COUNT, settings_of
from training.people.queries import municipalities_below
from training.reporting import half_year_queries as queries
from training.reporting import half_year_rules as rules
from training.reporting.half_year_forms import AsOfForm
from training.reporting.half_year_rules import Cell, Figures, Period
from training.web.doors import open_to, reach
from training.web.request_db import db

blueprint = Blueprint("half_year", __name__)
TEMPLATE = Path(__file__).parent / "templates" / "half_year.typ"


def _municipalities() -> list[Unit]:
    held = reach(Permission.SEE_HALF_YEARLY_REPORT)
    return municipalities_below(db(), [grant.unit_id for grant in held])


def _municipality(municipality_id: uuid.UUID) -> Unit:
    for unit in _municipalities():
        if unit.id == municipality_id:
            return unit
    abort(404)


@dataclass(frozen=True, slots=True)
class Told:
    """A report as it is told: whose, about when, made when, with which figures, and what was
    shown the time before."""

    municipality: Unit
    period: Period
    made_at: dt.datetime
    figures: Figures
    before: Figures | None
    least: int
    kept: bool

    @property
    def made_on(self) -> dt.date:
        """On which Dutch day it was made."""
        return clock.local_date(self.made_at)

    @property
    def title(self) -> str:
        """What the report is called."""
        return f"Halfjaarrapport weerbaarheid {self.municipality.name}"

    def themes(self) -> list[tuple[str, int | None, list[tuple[str, Cell, str]]]]:
        """For each theme: its name, how many took part (None: too few to tell), and its audiences
        with how their share moved."""
        took_part = {one.theme: one.people for one in self.figures.took_part}
        audiences = library().audiences
        earlier = self.before.cells if self.before else ()
        found = []
        for theme in Theme:
            cells = [
                (
                    audiences[cell.audience].label if cell.audience in audiences else cell.audience,
                    cell,
                    rules.step(cell, earlier),
                )
                for cell in self.figures.cells
                if cell.theme == theme.value
            ]
            if cells or theme.value in took_part:
                found.append((theme.label, took_part.get(theme.value), cells))
        return found

    def held(self) -> list[tuple[str, int, int | None]]:
        """The meetings by the name of their kind."""
        kinds = library().meetings
        return [
            (kinds[one.kind].title if one.kind in kinds else one.kind, one.meetings, one.present)
            for one in self.figures.held
        ]

    def definitions(self) -> list[tuple[str, str]]:
        """What each word means, with the number that holds here."""
        return [(word, text.format(least=self.least)) for word, text in rules.DEFINITIONS]


@blueprint.get("/halfjaarrapport")
@open_to(Permission.SEE_HALF_YEARLY_REPORT)
def show_reports() -> ResponseReturnValue:
    """All reports that were made, and the way to one for another date."""
    return _list()


def _list(refused: AsOfForm | None = None, municipality_id: uuid.UUID | None = None) -> str:
    units = {unit.id: unit.name for unit in _municipalities()}
    forms = {key: refused if refused and key == municipality_id else AsOfForm() for key in units}
    for number, form in enumerate(forms.values(), 1):
        form.peildatum.id = f"peildatum-{number}"  # one form for each municipality on the page
    return render_template(
        "reporting/half_years.html",
        reports=[
            (units[one.municipality_id], one.municipality_id, rules.until(one.as_of))
            for one in queries.reports_of(db(), units)
        ],
        forms=[(key, units[key], form) for key, form in forms.items()],
        form=refused or AsOfForm(),
    )


@blueprint.get("/halfjaarrapport/<uuid:municipality_id>/<half>")
@open_to(Permission.SEE_HALF_YEARLY_REPORT)
def show_report(municipality_id: uuid.UUID, half: str) -> ResponseReturnValue:
    """A report as it was made, and what was corrected or erased since."""
    told = _kept(municipality_id, half)
    again = rules.shown(_now(municipality_id, told.period), told.least)
    return render_template(
        "reporting/half_year.html",
        told=told,
        since=rules.differences(told.figures, again),
        pdf_url=url_for("half_year.send_pdf", municipality_id=municipality_id, half=half),
    )


@blueprint.get("/halfjaarrapport/<uuid:municipality_id>/<half>.pdf")
@open_to(Permission.SEE_HALF_YEARLY_REPORT)
def send_pdf(municipality_id: uuid.UUID, half: str) -> ResponseReturnValue:
    """The same report as an accessible PDF."""
    return _pdf(_kept(municipality_id, half))


@blueprint.get("/halfjaarrapport/<uuid:municipality_id>/op")
@open_to(Permission.SEE_HALF_YEARLY_REPORT)
def show_report_on(municipality_id: uuid.UUID) -> ResponseReturnValue:
    """The same figures for another reference date, from the facts as now known; not kept."""
    told = _on(municipality_id)
    if isinstance(told, AsOfForm):
        return _refused(told, municipality_id)
    as_of = told.period.as_of.isoformat()
    return render_template(
        "reporting/half_year.html",
        told=told,
        since=0,
        pdf_url=url_for("half_year.send_pdf_on", municipality_id=municipality_id, peildatum=as_of),
    )


@blueprint.get("/halfjaarrapport/<uuid:municipality_id>/op.pdf")
@open_to(Permission.SEE_HALF_YEARLY_REPORT)
def send_pdf_on(municipality_id: uuid.UUID) -> ResponseReturnValue:
    """The figures for another reference date as an accessible PDF."""
    told = _on(municipality_id)
    return _refused(told, municipality_id) if isinstance(told, AsOfForm) else _pdf(told)


def _kept(municipality_id: uuid.UUID, half: str) -> Told:
    municipality, period = _municipality(municipality_id), rules.period_of(half)
    kept = queries.report(db(), municipality_id, period.as_of) if period else None
    if period is None or kept is None:
        abort(404)
    return _told(municipality, period, kept.made_at, rules.from_kept(kept.figures), True)


def _on(municipality_id: uuid.UUID) -> Told | AsOfForm:
    municipality = _municipality(municipality_id)
    form = AsOfForm(request.args)
    if not form.validate() or form.peildatum.data is None:
        return form
    period = rules.until(form.peildatum.data)
    return _told(municipality, period, clock.now(), _now(municipality_id, period), False)


def _now(municipality_id: uuid.UUID, period: Period) -> Figures:
    return queries.figures_of(db(), library(), municipality_id, period)


def _told(
    municipality: Unit, period: Period, made_at: dt.datetime, figures: Figures, kept: bool
) -> Told:
    least = settings_of(db(), municipality.id)[LEAST_TO_COUNT]
    before = queries.report_before(db(), municipality.id, period.as_of)
    return Told(
        municipality,
        period,
        made_at,
        rules.shown(figures, least),
        rules.shown(rules.from_kept(before.figures), least) if before else None,
        least,
        kept,
    )


def _refused(form: AsOfForm, municipality_id: uuid.UUID) -> ResponseReturnValue:
    if not request.args:
        return redirect(url_for("half_year.show_reports"))
    return _list(form, municipality_id), 422


def _pdf(told: Told) -> Response:
    title = f"{told.title}, peildatum {clock.in_words(told.period.as_of)}"
    made = pdf_of(TEMPLATE, _data(told), title=title, made_at=told.made_at)
    answer = Response(made, mimetype="application/pdf")
    name = f"halfjaarrapport-{told.period.as_of.isoformat()}.pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def _data(told: Told) -> dict[str, Any]:
    """The report as its typst template reads it: texts and numbers only."""
    figures = told.figures
    return {
        "municipality": told.municipality.name,
        "period": told.period.name,
        "from": clock.in_words(told.period.from_on),
        "as_of": clock.in_words(told.period.as_of),
        "made": clock.in_words(told.made_on),
        "asked": "" if figures.asked is None else str(figures.asked),
        "left_out": "" if figures.left_out is None else str(figures.left_out),
        "hidden": figures.hidden,
        "least": told.least,
        "compared": told.before is not None,
        "themes": [
            {
                "name": name,
                "took_part": "" if people is None else str(people),
                "rows": [
                    {
                        "audience": label,
                        "people": str(cell.people),
                        "good": f"{cell.good} ({cell.percent}%)",
                        "busy": str(cell.busy),
                        "late": str(cell.late),
                        "step": moved,
                    }
                    for label, cell, moved in cells
                ],
            }
            for name, people, cells in told.themes()
        ],
        "held": [
            {"kind": kind, "meetings": str(number), "present": "" if n is None else str(n)}
            for kind, number, n in told.held()
        ],
        "definitions": [{"word": word, "text": text} for word, text in told.definitions()],
    }
