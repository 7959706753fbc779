"""Takes a personnel file in: columns, preview, choices, confirmation, and back again for a day."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training import clock
from training.access import Permission, Population, only
from training.audit.models import Action
from training.people import upload_actions
from training.people.desk_views import municipalities, tabs
from training.people.import_actions import UndoRefused
from training.people.import_rules import Changed, Facts, Known, PlaceChange, Plan
from training.people.models import PersonnelUpload, Unit
from training.people.noting_views import note, note_looked_at
from training.people.office_xml import FileRefused
from training.people.personnel_columns import Field, lacking
from training.people.personnel_file import read
from training.people.rules import UploadState
from training.people.upload_actions import Reading, UploadRefused
from training.people.upload_forms import UploadForm
from training.web.doors import open_to, reach, visitor
from training.web.request_db import database, db

blueprint = Blueprint("personnel", __name__)
PER_PAGE = 100
PARTS = {
    "twijfel": "In twijfel",
    "nieuw": "Nieuw",
    "gewijzigd": "Gewijzigd",
    "vertrokken": "Vertrokken",
    "ontbreekt": "Niet in het bestand",
    "opmerkingen": "Opmerkingen",
}


def _municipalities() -> list[Unit]:
    """Whose personnel the visitor looks after."""
    within = only(reach(Permission.MANAGE_PERSONS), {Population.STAFF})
    if not within:
        abort(404)
    return municipalities(within)


def _upload(upload_id: uuid.UUID) -> PersonnelUpload:
    ids = [unit.id for unit in _municipalities()]
    found = upload_actions.upload_within(db(), ids, upload_id, clock.now())
    if found is None:
        abort(404)
    return found


@blueprint.route("/personeelsbestand", methods=["GET", "POST"])
@open_to(Permission.MANAGE_PERSONS)
def show_uploads() -> ResponseReturnValue:
    """The files of the last day, and a form to send one."""
    units = _municipalities()
    form = UploadForm()
    form.municipality.choices = [(str(unit.id), unit.name) for unit in units]
    if form.validate_on_submit():
        sent = form.file.data
        name = PurePath(sent.filename.replace("\\", "/")).name
        try:
            upload = upload_actions.send(
                db(),
                uuid.UUID(form.municipality.data),
                name,
                sent.read(),
                visitor().account_id,
                clock.now(),
            )
        except FileRefused as problem:
            db().rollback()
            form.file.errors = [str(problem)]
        else:
            return redirect(url_for("personnel.choose_columns", upload_id=upload.id), 303)
    names = {unit.id: unit.name for unit in units}
    page = render_template(
        "people/uploads.html",
        tabs=tabs("Personeelsbestand"),
        form=form,
        uploads=upload_actions.uploads_of(db(), list(names), clock.now()),
        names=names,
        zone=clock.AMSTERDAM,
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/personeelsbestand/<uuid:upload_id>/kolommen", methods=["GET", "POST"])
@open_to(Permission.MANAGE_PERSONS)
def choose_columns(upload_id: uuid.UUID) -> ResponseReturnValue:
    """What each column holds; remembered for the next file."""
    upload = _upload(upload_id)
    _only_open(upload)
    file = read(upload.data, upload_actions.mapping_of(upload))
    mapping = dict(file.mapping)
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        mapping, errors = _chosen_columns(file.columns)
        if not errors:
            upload_actions.choose_columns(db(), upload, file.columns, mapping)
            return redirect(url_for("personnel.show_plan", upload_id=upload_id), 303)
    page = render_template(
        "people/columns.html",
        upload=upload,
        file=file,
        mapping=mapping,
        errors=errors,
        fields=list(Field),
    )
    return page, 422 if errors else 200


def _only_open(upload: PersonnelUpload) -> None:
    if upload.state in {UploadState.APPLIED, UploadState.UNDONE}:
        abort(404)


def _chosen_columns(columns: Sequence[str]) -> tuple[dict[int, Field], list[tuple[str, str]]]:
    mapping: dict[int, Field] = {}
    errors = []
    for index in range(len(columns)):
        name = request.form.get(f"column-{index}", "")
        if name not in Field.__members__:
            continue
        if Field[name] in mapping.values():
            told = f"Twee kolommen zijn ‘{Field[name].value}’. Kies er één."
            errors.append((f"column-{index}", told))
        mapping[index] = Field[name]
    missing = [field.value for field in lacking(mapping)]
    if missing:
        told = f"Kies nog een kolom voor: {', '.join(missing)}."
        errors.append(("column-0", told))
    return mapping, errors


@blueprint.get("/personeelsbestand/<uuid:upload_id>")
@open_to(Permission.MANAGE_PERSONS)
def show_plan(upload_id: uuid.UUID) -> ResponseReturnValue:
    """What the file would do, row by row; or what it did."""
    upload = _upload(upload_id)
    if upload.state in {UploadState.APPLIED, UploadState.UNDONE}:
        return render_template("people/applied.html", upload=upload, zone=clock.AMSTERDAM)
    if lacking(upload_actions.mapping_of(upload)):
        return redirect(url_for("personnel.choose_columns", upload_id=upload_id))
    reading = upload_actions.planned(db(), upload, clock.today())
    plan = reading.plan
    counts = _counts(reading)
    first = next((one for one in PARTS if counts[one]), "nieuw")
    part = request.args.get("deel", first)
    if part not in PARTS:
        abort(404)
    pages = max(1, -(-counts[part] // PER_PAGE))
    page = min(max(1, request.args.get("pagina", 1, type=int)), pages)
    shown = _part(reading, part)[(page - 1) * PER_PAGE : page * PER_PAGE]
    _note(upload, plan, part, shown)
    return render_template(
        "people/plan.html",
        upload=upload,
        plan=plan,
        large=reading.large,
        waiting=upload.state is UploadState.WAITING and upload.shown == plan.fingerprint,
        is_other=visitor().account_id != upload.asked_by,
        part=part,
        tabs=[
            (f"{label} ({counts[one]})", _address(upload, deel=one), one == part)
            for one, label in PARTS.items()
        ],
        rows=[_row(row, reading) for row in shown] if part in CHANGES else shown,
        left=set(upload.left_ids),
        page=page,
        pages=pages,
        more=_address(upload, deel=part) + "&pagina=",
        skipped=len(plan.in_doubt),
    )


CHANGES = {"nieuw", "gewijzigd", "vertrokken"}


def _address(upload: PersonnelUpload, **more: str) -> str:
    return url_for("personnel.show_plan", upload_id=upload.id, **more)  # type: ignore[arg-type]


def _part(reading: Reading, part: str) -> Sequence[Any]:
    plan = reading.plan
    remarks = [(p.line, p.text) for p in reading.file.problems] + list(plan.remarks)
    return {
        "twijfel": (*plan.in_doubt, *plan.decided),
        "nieuw": plan.new,
        "gewijzigd": plan.changed,
        "vertrokken": plan.left,
        "ontbreekt": plan.missing,
        "opmerkingen": sorted(remarks),
    }[part]


def _counts(reading: Reading) -> dict[str, int]:
    return {part: len(_part(reading, part)) for part in PARTS}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the preview: who, and what happens in words."""

    line: int
    name: str
    number: str
    what: tuple[str, ...]


def _row(change: Any, reading: Reading) -> Row:
    units = {unit.id: unit.name for unit in reading.existing.units}
    if isinstance(change, Changed):
        after = change.after
        what = _differences(change.before, after)
        what += [_place(place, units) for place in change.places]
    else:
        after = change.facts
        what = [f"in dienst vanaf {after.joined_on:%d-%m-%Y}"]
        if after.email is None:
            what.append("zonder e-mailadres")
        what += [_place(place, units) for place in change.places]
    return Row(change.line, after.name, after.employee_number or "", tuple(what))


def _differences(before: Facts, after: Facts) -> list[str]:
    def told(value: Any) -> str:
        return f"{value:%d-%m-%Y}" if hasattr(value, "strftime") else str(value or "leeg")

    pairs = (
        ("naam", before.name, after.name),
        ("e-mail", before.email, after.email),
        ("nummer", before.employee_number, after.employee_number),
        ("in dienst", before.joined_on, after.joined_on),
        ("laatste dag", before.left_on, after.left_on),
    )
    return [
        f"{word}: {told(one)} wordt {told(other)}" for word, one, other in pairs if one != other
    ]


def _place(place: PlaceChange, units: dict[uuid.UUID, str]) -> str:
    where = units.get(place.unit_id, "")
    if place.held is None:
        return f"komt bij {where}" + (f" als {place.job_title}" if place.job_title else "")
    what = []
    if place.held.unit_id != place.unit_id:
        what.append(f"van {units.get(place.held.unit_id, 'een ander onderdeel')} naar {where}")
    if place.held.job_title != place.job_title:
        what.append(f"functie: {place.held.job_title or 'leeg'} wordt {place.job_title}")
    if place.held.manager != place.manager:
        what.append(f"leidinggevende: nummer {place.manager or 'geen'}")
    return ", ".join(what)


def _note(upload: PersonnelUpload, plan: Plan, part: str, shown: Sequence[Any]) -> None:
    """Records whose data the page shows."""
    ids = {one.person_id for one in shown if isinstance(one, Changed | Known)}
    if part == "twijfel":
        told = (option.value for doubt in shown for option in doubt.options)
        ids |= {uuid.UUID(one[5:]) for one in told if one.startswith("same:")}
    keys = {(upload.municipality_id, one) for one in ids}
    note_looked_at(keys, "voorbeeld van het personeelsbestand")


@blueprint.post("/personeelsbestand/<uuid:upload_id>/keuzes")
@open_to(Permission.MANAGE_PERSONS)
def choose(upload_id: uuid.UUID) -> ResponseReturnValue:
    """Keeps the choices of one page of the preview."""
    upload = _upload(upload_id)
    _only_open(upload)
    part = request.form.get("deel", "twijfel")
    answers = {
        key: request.form.get(f"answer-{number}", "")
        for number, key in enumerate(request.form.getlist("doubt"))
    }
    on_page, ticked = _ids("listed"), _ids("left")
    upload_actions.choose(db(), upload, answers, ticked & on_page, on_page - ticked)
    flash("Je keuzes zijn bewaard. Hieronder zie je wat er nu gebeurt.", "ok")
    return redirect(_address(upload, deel=part if part in PARTS else "twijfel"), 303)


def _ids(name: str) -> set[uuid.UUID]:
    found = set()
    for text in request.form.getlist(name):
        try:
            found.add(uuid.UUID(text))
        except ValueError:
            continue
    return found


@blueprint.post("/personeelsbestand/<uuid:upload_id>/verwerken")
@open_to(Permission.MANAGE_PERSONS)
def confirm(upload_id: uuid.UUID) -> ResponseReturnValue:
    """Carries the file out, all of it or nothing; a large change after a second person."""
    reading = _read_again(_upload(upload_id))
    upload, now = _upload(upload_id), clock.now()
    municipality_id = upload.municipality_id
    try:
        if reading is None or reading.plan.fingerprint != request.form.get("fingerprint", ""):
            raise UploadRefused(upload_actions.NOT_AS_SHOWN)
        account_id = visitor().account_id
        done = upload_actions.confirm(db(), upload, reading, account_id, now, clock.today())
    except UploadRefused as problem:
        db().rollback()
        flash(str(problem), "error")
        return redirect(url_for("personnel.show_plan", upload_id=upload_id), 303)
    what = upload.told if done else "grote wijziging: wacht op een tweede persoon"
    note(Action.IMPORTED, municipality_id, what=what)
    if done:
        flash(f"Het bestand is verwerkt: {upload.told}.", "ok")
    else:
        flash("Je hebt bevestigd. Nu moet een collega dit bestand ook bevestigen.", "info")
    return redirect(url_for("personnel.show_plan", upload_id=upload_id), 303)


def _read_again(upload: PersonnelUpload) -> Reading | None:
    """What the file does now, read without a lock: others work on while a large file is planned.
    None for one that was carried out."""
    if upload.state in {UploadState.APPLIED, UploadState.UNDONE}:
        return None
    municipality_ids, upload_id = [upload.municipality_id], upload.id
    db().rollback()
    with database().reading() as own:
        found = upload_actions.upload_within(own, municipality_ids, upload_id, clock.now())
        return upload_actions.planned(own, found, clock.today()) if found else None


@blueprint.post("/personeelsbestand/<uuid:upload_id>/terugdraaien")
@open_to(Permission.MANAGE_PERSONS)
def take_back(upload_id: uuid.UUID) -> ResponseReturnValue:
    """Brings everything back as it was before the file."""
    upload = _upload(upload_id)
    try:
        about = upload_actions.take_back(db(), upload, clock.today())
    except (UndoRefused, UploadRefused) as problem:
        db().rollback()
        flash(str(problem), "error")
    else:
        what = f"personeelsbestand, {about} personen"
        note(Action.WITHDREW, upload.municipality_id, what=what)
        flash("Alles is weer zoals voor het bestand.", "ok")
    return redirect(url_for("personnel.show_plan", upload_id=upload_id), 303)


@blueprint.post("/personeelsbestand/<uuid:upload_id>/weggooien")
@open_to(Permission.MANAGE_PERSONS)
def throw_away(upload_id: uuid.UUID) -> ResponseReturnValue:
    """Removes a file that was not carried out."""
    upload = _upload(upload_id)
    _only_open(upload)
    db().delete(upload)
    flash("Het bestand is weg. Er is niets veranderd.", "ok")
    return redirect(url_for("personnel.show_uploads"), 303)
