"""Keeps a personnel file for a day: reads it, plans it, carries it out, undoes it, removes it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.db import new_id
from training.people.import_actions import Roster, apply_plan, existing_of, roster_of, undo
from training.people.import_rules import Choices, Existing, Plan, is_large, plan_import
from training.people.models import PersonnelUpload, RememberedColumn
from training.people.municipality_settings import HOURS_OF_FILES, settings_of
from training.people.personnel_columns import Field, Remembered, plain
from training.people.personnel_file import PersonnelFile, read
from training.people.rules import UploadState

NAME_LENGTH = 120
NOT_AS_SHOWN = "Er is intussen iets veranderd. Kijk opnieuw wat er gebeurt, en bevestig dan."


class UploadRefused(Exception):
    """Why a file is not carried out now, in Dutch."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it was read, what is there now, and what it would do."""

    file: PersonnelFile
    existing: Existing
    plan: Plan
    large: bool


def remembered(db: Session, municipality_id: uuid.UUID) -> Remembered:
    """What the columns hold, as somebody chose for an earlier file."""
    query = sa.select(RememberedColumn).where(RememberedColumn.municipality_id == municipality_id)
    return {row.name: Field[row.field] if row.field else None for row in db.scalars(query)}


def send(
    db: Session,
    municipality_id: uuid.UUID,
    file_name: str,
    data: bytes,
    by: uuid.UUID | None,
    now: dt.datetime,
) -> PersonnelUpload:
    """Keeps a file, with the columns as they are recognised. Raises `FileRefused`."""
    file = read(data, remembered=remembered(db, municipality_id))
    hours = settings_of(db, municipality_id)[HOURS_OF_FILES]
    upload = PersonnelUpload(
        municipality_id=municipality_id,
        id=new_id(),
        state=UploadState.OPEN,
        file_name=file_name[-NAME_LENGTH:],
        data=data,
        mapping=_kept(file.mapping),
        answers={},
        left_ids=[],
        sent_at=now,
        sent_by=by,
        expires_at=now + dt.timedelta(hours=hours),
    )
    db.add(upload)
    db.flush()
    return upload


def mapping_of(upload: PersonnelUpload) -> dict[int, Field]:
    """What each column holds."""
    return {int(index): Field[name] for index, name in upload.mapping.items()}


def _kept(mapping: Mapping[int, Field]) -> dict[str, str]:
    return {str(index): field.name for index, field in mapping.items()}


def choose_columns(
    db: Session, upload: PersonnelUpload, columns: Collection[str], mapping: Mapping[int, Field]
) -> None:
    """Keeps what the columns hold, for this file and for the next."""
    upload.mapping = _kept(mapping)
    upload.answers, upload.left_ids = {}, []
    _reopen(upload)
    for index, header in enumerate(columns):
        name = plain(header)[:NAME_LENGTH]
        if not name:
            continue
        row = db.get(RememberedColumn, (upload.municipality_id, name))
        if row is None:
            row = RememberedColumn(municipality_id=upload.municipality_id, name=name)
            db.add(row)
        row.field = mapping[index].name if index in mapping else ""
        db.flush()


def choose(
    db: Session,
    upload: PersonnelUpload,
    answers: Mapping[str, str],
    left: Collection[uuid.UUID],
    stays: Collection[uuid.UUID],
) -> None:
    """Keeps answers to doubts, and who of the missing has left or stays after all."""
    upload.answers = {**upload.answers, **answers}
    chosen = (set(upload.left_ids) | {str(one) for one in left}) - {str(one) for one in stays}
    upload.left_ids = sorted(chosen)
    _reopen(upload)
    db.flush()


def _reopen(upload: PersonnelUpload) -> None:
    """What another person was asked to confirm is not the same any more."""
    upload.state, upload.asked_by, upload.shown = UploadState.OPEN, None, None


def planned(db: Session, upload: PersonnelUpload, today: dt.date) -> Reading:
    """What the file would do today. Raises `FileRefused` for a file whose columns are lacking."""
    file = read(upload.data, mapping_of(upload))
    existing = existing_of(db, upload.municipality_id, today)
    choices = Choices(upload.answers, frozenset(uuid.UUID(one) for one in upload.left_ids))
    plan = plan_import(existing, file.rows, today, choices, file.left_out)
    return Reading(file, existing, plan, is_large(plan, existing, today))


def confirm(
    db: Session,
    upload: PersonnelUpload,
    reading: Reading,
    by: uuid.UUID,
    now: dt.datetime,
    today: dt.date,
) -> bool:
    """Carries out what was read a moment ago in a session that only reads, so that nobody waits
    while a large file is planned; what is there must be the same still. A large change waits for
    another account: then False. Raises `UploadRefused`."""
    if upload.state in {UploadState.APPLIED, UploadState.UNDONE}:
        raise UploadRefused("Dit bestand is al verwerkt.")
    if reading.plan.is_empty:
        raise UploadRefused("Er valt niets te verwerken: dit bestand verandert niets.")
    if reading.large:
        shown = reading.plan.fingerprint
        if upload.asked_by is None or upload.shown != shown:
            upload.state, upload.asked_by, upload.shown = UploadState.WAITING, by, shown
            db.flush()
            return False
        if by == upload.asked_by:
            raise UploadRefused("Je hebt dit zelf al bevestigd. Vraag een collega om het te doen.")
    roster = roster_of(db, upload.municipality_id)
    if existing_of(db, upload.municipality_id, today, roster) != reading.existing:
        raise UploadRefused(NOT_AS_SHOWN)
    carry_out(db, upload, reading.plan, by, now, today, roster)
    return True


def carry_out(
    db: Session,
    upload: PersonnelUpload,
    plan: Plan,
    by: uuid.UUID | None,
    now: dt.datetime,
    today: dt.date,
    roster: Roster | None = None,
) -> None:
    """Does what the plan says, and keeps how to undo it for as long as the file is kept."""
    upload.journal = apply_plan(db, upload.municipality_id, plan, today, roster)
    upload.state, upload.applied_at, upload.applied_by = UploadState.APPLIED, now, by
    upload.told = in_numbers(plan)
    upload.expires_at = now + dt.timedelta(
        hours=settings_of(db, upload.municipality_id)[HOURS_OF_FILES]
    )
    db.flush()


def in_numbers(plan: Plan) -> str:
    """What a plan does, in numbers only."""
    return f"{len(plan.new)} nieuw, {len(plan.changed)} anders, {len(plan.left)} weg"


def take_back(db: Session, upload: PersonnelUpload, today: dt.date) -> int:
    """Undoes a file that was carried out. Raises `import_actions.UndoRefused`."""
    if upload.state is not UploadState.APPLIED or upload.journal is None:
        raise UploadRefused("Dit bestand is niet verwerkt, of al teruggedraaid.")
    about = undo(db, upload.municipality_id, upload.journal, today)
    upload.state, upload.journal = UploadState.UNDONE, None
    db.flush()
    return about


def uploads_of(
    db: Session, municipality_ids: Collection[uuid.UUID], now: dt.datetime
) -> list[PersonnelUpload]:
    """The files that are kept, the newest first; without their content."""
    query = (
        sa.select(PersonnelUpload)
        .options(
            sa.orm.defer(PersonnelUpload.data),
            sa.orm.defer(PersonnelUpload.journal),
        )
        .where(
            PersonnelUpload.municipality_id.in_(municipality_ids),
            PersonnelUpload.expires_at > now,
        )
    )
    return list(db.scalars(query.order_by(PersonnelUpload.sent_at.desc())))


def upload_within(
    db: Session, municipality_ids: Collection[uuid.UUID], upload_id: uuid.UUID, now: dt.datetime
) -> PersonnelUpload | None:
    """One file that is still kept; else None, as if there were none."""
    query = sa.select(PersonnelUpload).where(
        PersonnelUpload.id == upload_id,
        PersonnelUpload.municipality_id.in_(municipality_ids),
        PersonnelUpload.expires_at > now,
    )
    return db.scalars(query).one_or_none()


def remove_expired(db: Session, now: dt.datetime) -> int:
    """Removes the files that were kept long enough; returns how many."""
    query = sa.delete(PersonnelUpload).where(PersonnelUpload.expires_at <= now)
    found = db.execute(query.execution_options(synchronize_session=False))
    return int(found.rowcount)  # type: ignore[attr-defined]
