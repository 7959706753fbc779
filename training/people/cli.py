"""Takes in a personnel file from the command line: shows the plan, and carries it out."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from training.audit import actions as audit
from training.audit.models import Action
from training.audit.rules import derive_key
from training.db import Database
from training.people.import_actions import apply_plan, existing_of
from training.people.import_rules import Plan, is_large, plan_import
from training.people.models import Unit
from training.people.office_xml import FileRefused
from training.people.personnel_file import read
from training.people.rules import UnitKind
from training.people.watch_actions import take_folder

SHOWN = 20


def take_in(
    database: Database,
    secret_key: str,
    path: Path,
    municipality: str,
    now: dt.datetime,
    today: dt.date,
    *,
    keep: bool,
    large: bool,
    say: Callable[[str], None] = print,
) -> int:
    """`training import`: 0 when the file was taken in (or, without `keep`, could be), else 1.
    A file that makes more than 5 % of the staff leave or move needs `large`."""
    try:
        file = read(path.read_bytes())
    except (OSError, FileRefused) as problem:
        print(f"Dit bestand kan niet worden gelezen: {problem}", file=sys.stderr)
        return 1
    if file.lacking:
        names = ", ".join(field.value for field in file.lacking)
        print(
            f"Deze kolommen ontbreken: {names}. Voeg ze toe en probeer het opnieuw.",
            file=sys.stderr,
        )
        return 1
    for remark in file.problems:
        say(str(remark))
    with database.writing() as db:
        query = sa.select(Unit).where(
            Unit.kind == UnitKind.MUNICIPALITY, sa.func.lower(Unit.name) == municipality.lower()
        )
        unit = db.scalars(query).one_or_none()
        if unit is None:
            print(f"De gemeente {municipality} is niet bekend.", file=sys.stderr)
            return 1
        existing = existing_of(db, unit.id, today)
        plan = plan_import(existing, file.rows, today, left_out=file.left_out)
        _tell(plan, say)
        if not keep:
            return 0
        if is_large(plan, existing, today) and not large:
            print(
                "Meer dan 5 % van de medewerkers vertrekt of verhuist. Klopt dat? Laat een ander "
                "meekijken en geef dan --confirm-large. Er is niets veranderd.",
                file=sys.stderr,
            )
            return 1
        apply_plan(db, unit.id, plan, today)
        audit.record(
            db,
            derive_key(secret_key),
            at=now,
            actor=None,
            action=Action.IMPORTED,
            municipality_id=unit.id,
            what=f"{len(plan.new)} nieuw, {len(plan.changed)} anders, {len(plan.left)} weg",
        )
        db.commit()
    say("Verwerkt.")
    return 0


def take_in_folder(
    database: Database,
    secret_key: str,
    folder: Path | None,
    now: dt.datetime,
    today: dt.date,
    say: Callable[[str], None] = print,
) -> int:
    """`training import` without a file: 1 when a file was refused, or there is no folder."""
    if folder is None or not folder.is_dir():
        print(
            "Geef een bestand, of zet IMPORT_DIR op een map met daarin een map per gemeente.",
            file=sys.stderr,
        )
        return 1
    taken = take_folder(database, derive_key(secret_key), folder, now, today)
    for one in taken:
        say(f"{one.municipality}: {'verwerkt' if one.done else 'niet verwerkt'}.\n{one.words}")
    if not taken:
        say("Er ligt geen bestand klaar.")
    return 0 if all(one.done for one in taken) else 1


def _tell(plan: Plan, say: Callable[[str], None]) -> None:
    """What would happen, in numbers, and what takes a choice; no names."""
    say(f"Nieuw: {len(plan.new)}. Gewijzigd: {len(plan.changed)}. Vertrokken: {len(plan.left)}.")
    say(f"Ongewijzigd: {plan.same}. Al eerder vertrokken: {plan.past}.")
    if plan.missing:
        say(f"Niet in het bestand: {len(plan.missing)}. Daar gebeurt niets mee.")
    for doubt in plan.in_doubt[:SHOWN]:
        lines = ", ".join(str(line) for line in doubt.lines)
        say(f"regel {lines}: {doubt.reason} Deze regel is overgeslagen.")
    if len(plan.in_doubt) > SHOWN:
        say(f"… en nog {len(plan.in_doubt) - SHOWN} regels waarover twijfel is.")
    for line, text in plan.remarks[:SHOWN]:
        say(f"regel {line}: {text}")
