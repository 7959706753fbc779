"""Shows how groups stand: coverage, what is late, newcomers, and what is to come; never names."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField
from wtforms.validators import Optional

from training import clock
from training.access import Permission, Population, Reach
from training.audit.models import Action
from training.content.views import library
from training.people.models import Unit
from training.people.municipality_settings import LEAST_TO_COUNT, settings_of_all
from training.people.noting_views import note
from training.people.queries import unit_ids_below
from training.people.rules import UnitKind
from training.reporting import exports, figure_queries, queries
from training.reporting.export_views import MIME
from training.reporting.figure_queries import AUDIENCE, ENDS, MUNICIPALITY, UNIT
from training.reporting.figure_rules import (
    Cell,
    Counted,
    Grid,
    cells_of,
    grid,
    groups_of,
    months_ahead,
    reach_of_group,
    sees_names,
    together_of,
)
from training.reporting.rules import DEFINITIONS, Column, Filters, Kind, is_shown
from training.reporting.views import themes
from training.web.doors import open_to, reach, visitor
from training.web.form_kit import FilterForm, SelectField
from training.web.request_db import db

blueprint = Blueprint("figures", __name__)
TOGETHER = "Alle gemeenten samen"
WHOLE = frozenset(
    {UnitKind.REGION, UnitKind.BASE_TEAM, UnitKind.COOPERATION, UnitKind.MUNICIPALITY}
)


class FigureForm(FilterForm):
    """Of whom, where and when."""

    groep = SelectField("Groep", validators=[Optional()])
    onderdeel = SelectField("Onderdeel", validators=[Optional()])
    peildatum = DateField("Peildatum", validators=[Optional()])


@dataclass(frozen=True, slots=True)
class Asked:
    """What the figures are about, after the filters: the reach is that of one population."""

    form: FigureForm
    group: Population
    reach: Reach
    ids: list[uuid.UUID]
    filters: Filters
    least: int
    names: bool
    whole: bool
    unit: str


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the page shows."""

    by_duty: list[tuple[str, str, Cell]]
    hidden: int
    total: Cell | None
    coverage: Grid
    heat: Grid | None
    months: list[tuple[str, int, str]]
    newcomers: list[tuple[str, int, str]]
    newcomers_hidden: int
    forecast: list[tuple[str, int]]


@blueprint.get("/cijfers")
@open_to(Permission.SEE_COUNTS)
def show_figures() -> ResponseReturnValue:
    """Counts and percentages; from ten people for who may not see names."""
    asked = _asked()
    if asked is None:
        return render_template("reporting/no_figures.html")
    if asked.form.errors:
        return render_template("reporting/figures.html", asked=asked, f=None, query=""), 422
    return render_template(
        "reporting/figures.html",
        asked=asked,
        f=_figures(asked),
        may_export=_may_export(),
        query=urlencode([(k, v) for k, v in request.args.items() if v]),
        definitions=DEFINITIONS,
    )


def _may_export() -> bool:
    who = visitor()
    return who.may(Permission.EXPORT_AGGREGATES) or who.may(Permission.EXPORT_PARTICIPATION)


def _asked() -> Asked | None:
    """What is asked; None for who has nobody to count."""
    counted = reach(Permission.SEE_COUNTS)
    names = reach(Permission.SEE_PERSONS_STATUS)
    groups = groups_of(counted)
    if not groups:
        return None
    form = FigureForm(request.args)
    form.groep.choices = [(group.name, group.value) for group in groups]
    preferred = [g for g in groups if sees_names(names, reach_of_group(counted, g))] or groups
    inside = visitor().municipality_id is not None
    units = figure_queries.units_for(db(), counted, small=inside)
    form.onderdeel.choices = [
        ("", "Alles"),
        *((str(u.id), f"{u.name} ({u.kind.value})") for u in units),
    ]
    form.validate()
    chosen = {group.name: group for group in groups}
    group = chosen.get(form.groep.data or "", preferred[0])
    form.groep.data = group.name
    own = reach_of_group(counted, group)
    ids = queries.municipality_ids(db(), own)
    unit = next((u for u in units if str(u.id) == form.onderdeel.data), None)
    if unit is not None:
        ids = _ids_of(unit, ids)
    today = clock.today()
    may_name = sees_names(names, own)
    raised = settings_of_all(db(), ids)
    least = 1 if may_name else max((raised[i][LEAST_TO_COUNT] for i in ids), default=10)
    return Asked(
        form=form,
        group=group,
        reach=own,
        ids=ids,
        filters=Filters(
            as_of=form.peildatum.data or today, today=today, unit_id=unit.id if unit else None
        ),
        least=least,
        names=may_name,
        whole=(unit.kind in WHOLE) if unit else _is_whole(own),
        unit=unit.name if unit else "alles wat jij mag zien",
    )


def _ids_of(unit: Unit, ids: list[uuid.UUID]) -> list[uuid.UUID]:
    if unit.municipality_id is not None:
        return [unit.municipality_id]
    below = unit_ids_below(db(), [unit.id])
    return [one for one in ids if one in below]


def _is_whole(own: Reach) -> bool:
    """Whether the reach is about whole municipalities, of which the months are known."""
    kinds = {db().get_one(Unit, grant.unit_id).kind for grant in own}
    return kinds <= WHOLE


def _figures(asked: Asked) -> Figures:
    lines = figure_queries.counts(db(), asked.ids, asked.reach, asked.filters)
    duty_ids = {line.duty_id for line in lines}
    titles = {
        str(duty_id): title
        for duty_id, title in queries.duties_within(
            db(), asked.ids, asked.reach, asked.filters.as_of
        )
    }
    of_duty = {duty_id: frozenset({duty_id}) for duty_id in duty_ids}
    of_theme = _themes_of(duty_ids)
    theme_labels = {slug: label for slug, (label, _content) in themes().items()}
    units = figure_queries.names_of(
        db(),
        {x.first for x in lines if x.part in {MUNICIPALITY, UNIT}},
        several=len(asked.ids) > 1,
    )
    by_duty = cells_of(lines, MUNICIPALITY, of_duty)
    shown = {key: cell for key, cell in by_duty.items() if is_shown(cell.people, asked.least)}
    together = together_of(lines, by_duty, asked.least) if len(asked.ids) > 1 else {}
    audiences = {a.slug: a.label for a in library().audiences.values()}
    new, new_hidden = _newcomers(asked)
    return Figures(
        by_duty=sorted(
            ((units.get(m, ""), titles.get(d, ""), cell) for (m, d), cell in shown.items()),
            key=lambda row: row[:2],
        )
        + [(TOGETHER, titles.get(d, ""), cell) for d, cell in together.items()],
        hidden=len(by_duty) - len(shown),
        total=_total(by_duty, asked.least),
        coverage=grid(cells_of(lines, AUDIENCE, of_theme), audiences, theme_labels, asked.least),
        heat=grid(cells_of(lines, UNIT, of_theme), units, theme_labels, asked.least)
        if asked.names
        else None,
        months=_months(asked),
        newcomers=new,
        newcomers_hidden=new_hidden,
        forecast=_forecast(asked, lines),
    )


def _total(cells: dict[tuple[str, str], Cell], least: int) -> Cell | None:
    """All together; None when that, beside what is shown, would tell of a few who are not."""
    left_out = sum(cell.people for cell in cells.values() if not is_shown(cell.people, least))
    if 0 < left_out < least:
        return None
    total = Cell()
    for cell in cells.values():
        total.people = max(total.people, cell.people)
        total.whole += cell.whole
        total.good += cell.good
        total.late += cell.late
    return total


def _themes_of(duty_ids: set[str]) -> dict[str, frozenset[str]]:
    by_content: dict[tuple[str, str], set[str]] = {}
    for slug, (_label, content) in themes().items():
        for one in content:
            by_content.setdefault(one, set()).add(slug)
    return {
        duty_id: frozenset(slug for one in content for slug in by_content.get(one, ()))
        for duty_id, content in figure_queries.content_of(db(), duty_ids).items()
    }


def _months(asked: Asked) -> list[tuple[str, int, str]]:
    if not asked.whole:
        return []
    found = figure_queries.months(db(), asked.ids, asked.group, None)
    return [
        (
            f"{clock.MONTHS[month.month - 1]} {month.year}",
            round(100 * late / people) if people else 0,
            f"{round(100 * late / people) if people else 0} % ({late} van {people})",
        )
        for month, people, _good, late in found
    ]


def _newcomers(asked: Asked) -> tuple[list[tuple[str, int, str]], int]:
    rows, hidden = [], 0
    for month, people, done, running in figure_queries.newcomers(
        db(), asked.ids, asked.reach, asked.filters.as_of
    ):
        if not is_shown(people, asked.least):
            hidden += 1
            continue
        year, number = month.split("-")
        percent = round(100 * done / people)
        later = f"; voor {running} lopen de drie maanden nog" if running else ""
        rows.append(
            (
                f"{clock.MONTHS[int(number) - 1]} {year}",
                percent,
                f"{percent} % ({done} van {people}{later})",
            )
        )
    return rows, hidden


def _forecast(asked: Asked, lines: Sequence[Counted]) -> list[tuple[str, int]]:
    """For this month and the next, how many proofs end; not when these are too few to tell."""
    number: dict[str, int] = {}
    for line in lines:
        if line.part == ENDS:
            number[line.first] = number.get(line.first, 0) + line.number
    ahead = [
        (month, number.get(f"{month:%Y-%m}", 0)) for month in months_ahead(asked.filters.as_of)
    ]
    return [
        (f"{clock.MONTHS[month.month - 1]} {month.year}", n)
        for month, n in ahead
        if n == 0 or is_shown(n, asked.least)
    ]


FIGURE_COLUMNS = (
    Column("municipality", "Gemeente", 24),
    Column("duty", "Verplichting", 44),
    Column("people", "Mensen", 12, Kind.TEXT),
    Column("whole", "Tellen mee", 12, Kind.TEXT),
    Column("good", "Op orde", 12, Kind.TEXT),
    Column("late", "Te laat of verlopen", 20, Kind.TEXT),
    Column("percent", "Percentage op orde", 20, Kind.TEXT),
)


@blueprint.post("/cijfers/export/<kind>")
@open_to(Permission.EXPORT_AGGREGATES, Permission.EXPORT_PARTICIPATION)
def export_figures(kind: str) -> ResponseReturnValue:
    """The counts per municipality and duty as a spreadsheet: no names, so no persons are logged,
    but that it was exported is."""
    if kind not in MIME or kind == "csv":
        abort(404)
    asked = _asked()
    if asked is None or asked.form.errors:
        return redirect(url_for("figures.show_figures"), 303)
    found = _figures(asked)
    rows = [
        exports.typed(FIGURE_COLUMNS, (m, d, c.people, c.whole, c.good, c.late, c.percent))
        for m, d, c in found.by_duty
    ]
    for one in sorted(asked.ids):
        note(Action.EXPORTED, one, None, f"cijfers ({kind})")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"cijfers.{kind}"
        exports.write(path, rows, FIGURE_COLUMNS, lambda: _beside(asked, found), "Cijfers")
        file = path.open("rb")
    name = f"cijfers-{asked.filters.as_of.isoformat()}.{kind}"
    return send_file(file, mimetype=MIME[kind], as_attachment=True, download_name=name)


def _beside(asked: Asked, found: Figures) -> list[tuple[str, Any]]:
    return [
        ("Peildatum", clock.in_words(asked.filters.as_of)),
        ("Groep", asked.group.value),
        ("Onderdeel", asked.unit),
        ("Gemaakt door", visitor().name),
        ("Gemaakt op", clock.in_words(clock.today())),
        ("Getoond vanaf", f"{asked.least} mensen"),
        ("Weggelaten groepen", str(found.hidden)),
    ]
