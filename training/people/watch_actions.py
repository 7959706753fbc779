"""Takes in the personnel files that another system lays in a folder, and mails what it did.

Each municipality has a folder of its own by its name. A file that was read is moved to `verwerkt`
or `geweigerd` beside it, and is gone after a day. What a person would have to decide is not done:
a large change waits on the page "Personeelsbestand" for two people.
"""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.audit import actions as audit
from training.audit.models import Action
from training.db import Database
from training.mail import actions as mail
from training.mail.actions import Letter
from training.mail.rules import MailKind
from training.people.models import Unit
from training.people.municipality_settings import HOURS_OF_FILES, IMPORT_REPORT_TO, settings_of
from training.people.office_xml import FileRefused
from training.people.rules import UnitKind
from training.people.spreadsheets import LARGEST_FILE, TOO_LARGE
from training.people.upload_actions import Reading, carry_out, in_numbers, planned, send

DONE, REFUSED = "verwerkt", "geweigerd"
STILL = dt.timedelta(seconds=60)  # a file that grows is left until it has been still for so long
LINES_TOLD = 50


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file: whether it was carried out, and in words without names."""

    municipality: str
    file_name: str
    done: bool
    words: str


def take_folder(
    database: Database, key: bytes, folder: Path, now: dt.datetime, today: dt.date
) -> list[Taken]:
    """Takes in every file that lies ready, oldest first, each in a transaction of its own. Moved
    after the commit: a file that is read twice changes nothing the second time."""
    found = []
    for municipality_id, name, path in _ready(database, folder, now):
        with database.transaction() as db:
            taken = _take(db, key, municipality_id, name, path, now, today)
        _move(path, DONE if taken.done else REFUSED, now)
        found.append(taken)
    _clean(database, folder, now)
    return found


def _folders(database: Database, folder: Path) -> Iterator[tuple[uuid.UUID, str, Path]]:
    """The folder of each municipality that has one, by its name in whatever capitals."""
    with database.reading() as db:
        query = sa.select(Unit.id, Unit.name).where(
            Unit.kind == UnitKind.MUNICIPALITY, Unit.closed_on.is_(None)
        )
        names = {name.casefold(): (unit_id, name) for unit_id, name in db.execute(query)}
    for one in sorted(folder.iterdir()) if folder.is_dir() else []:
        if one.is_dir() and not one.is_symlink() and one.name.casefold() in names:
            yield *names[one.name.casefold()], one


def _ready(
    database: Database, folder: Path, now: dt.datetime
) -> Iterator[tuple[uuid.UUID, str, Path]]:
    for municipality_id, name, own in _folders(database, folder):
        files = [
            path
            for path in own.iterdir()
            if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
        ]
        for path in sorted(files, key=lambda one: (one.stat().st_mtime, one.name)):
            if path.stat().st_mtime <= (now - STILL).timestamp():
                yield municipality_id, name, path


def _take(
    db: Session,
    key: bytes,
    municipality_id: uuid.UUID,
    name: str,
    path: Path,
    now: dt.datetime,
    today: dt.date,
) -> Taken:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise FileRefused(TOO_LARGE)
        upload = send(db, municipality_id, path.name, path.read_bytes(), None, now)
        reading = planned(db, upload, today)
    except FileRefused as problem:
        return _tell(db, municipality_id, Taken(name, path.name, False, str(problem)), now)
    if reading.file.lacking:
        lacking = ", ".join(field.value for field in reading.file.lacking)
        words = f"Deze kolommen herkennen we niet: {lacking}. Kies ze op de pagina "
        words += "Personeelsbestand. Dat onthouden we voor het volgende bestand."
        return _tell(db, municipality_id, Taken(name, path.name, False, words), now)
    if reading.large:
        words = (
            "Meer dan 5 procent van de medewerkers vertrekt of gaat naar een ander onderdeel. Er "
            "is niets veranderd. Het bestand staat klaar op de pagina Personeelsbestand: daar "
            f"kunnen twee mensen het bevestigen.\n\n{_details(reading)}"
        )
        return _tell(db, municipality_id, Taken(name, path.name, False, words), now)
    if not reading.plan.is_empty:
        carry_out(db, upload, reading.plan, None, now, today)
    taken = _tell(db, municipality_id, Taken(name, path.name, True, _details(reading)), now)
    audit.record(
        db,
        key,
        at=now,
        actor=None,
        action=Action.IMPORTED,
        municipality_id=municipality_id,
        what=in_numbers(reading.plan),
    )
    return taken


def _details(reading: Reading) -> str:
    """What a file does and what it leaves, in numbers and lines: no names."""
    plan = reading.plan
    told = [
        f"Nieuw: {len(plan.new)}. Gewijzigd: {len(plan.changed)}. Vertrokken: {len(plan.left)}.",
        f"Gelijk gebleven: {plan.same}. Niet in het bestand: {len(plan.missing)}.",
    ]
    skipped = sorted(
        {problem.line for problem in reading.file.problems}
        | {line for doubt in plan.in_doubt for line in doubt.lines}
    )
    if skipped:
        lines = ", ".join(map(str, skipped[:LINES_TOLD]))
        more = f" en nog {len(skipped) - LINES_TOLD} regels" if len(skipped) > LINES_TOLD else ""
        told.append(f"Hier kijkt iemand naar, regel: {lines}{more}.")
    return "\n".join(told)


def _tell(db: Session, municipality_id: uuid.UUID, taken: Taken, now: dt.datetime) -> Taken:
    address = settings_of(db, municipality_id)[IMPORT_REPORT_TO]
    if address:
        what = "is verwerkt" if taken.done else "is niet verwerkt"
        letter = Letter(
            kind=MailKind.IMPORT_REPORT,
            unique_key=f"import:{uuid.uuid4()}",
            to_address=address,
            subject=f"Het personeelsbestand van {taken.municipality} {what}",
            text=f"Hallo,\n\nHet personeelsbestand van {taken.municipality} {what}.\n\n"
            f"{taken.words}\n\nGroet,\nWeerbaar",
            municipality_id=municipality_id,
        )
        mail.write(db, [letter], now)
    return taken


def _move(path: Path, where: str, now: dt.datetime) -> None:
    target = path.parent / where
    target.mkdir(exist_ok=True)
    moved = path.replace(target / f"{now:%Y%m%d-%H%M%S}-{path.name}")

    os.utime(moved, (now.timestamp(), now.timestamp()))


def _clean(database: Database, folder: Path, now: dt.datetime) -> None:
    """Removes what was moved away longer ago than the municipality keeps files."""
    for municipality_id, _name, own in _folders(database, folder):
        with database.reading() as db:
            hours = settings_of(db, municipality_id)[HOURS_OF_FILES]
        oldest = (now - dt.timedelta(hours=hours)).timestamp()
        for where in (DONE, REFUSED):
            for path in (own / where).glob("*"):
                if path.is_file() and path.stat().st_mtime < oldest:
                    path.unlink()
