"""Takes over what the content says: its quiet times, and what a new version asks of whom."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.actions import insert_once
from training.assignments.models import ContentRelease, DutyContent, ExtraOpening, QuietPeriod
from training.assignments.rules import Cause
from training.content.classes import Change, ContentKind, Library, Module

DAYS = 30  # days to take what is new in content
CAUSES = {Change.ADDITION: Cause.ADDITION, Change.MANDATORY_AGAIN: Cause.RENEWAL}


def keep_calendars(db: Session, library: Library) -> None:
    """Takes over the quiet times of the content. Rounds that are open keep their dates."""
    wanted = {
        (calendar.slug, region, one.from_on): (one.until_on, one.name)
        for calendar in library.calendars.values()
        for one in calendar.periods
        for region in one.regions or ("",)
    }
    known = {
        (row.calendar, row.region, row.from_on): (row.until_on, row.name)
        for row in db.execute(sa.select(*QuietPeriod.__table__.columns))
    }
    if wanted == known:
        return
    db.execute(sa.delete(QuietPeriod))
    rows = [
        {"calendar": key[0], "region": key[1], "from_on": key[2], "until_on": until, "name": name}
        for key, (until, name) in wanted.items()
    ]
    insert_once(db, QuietPeriod, rows)


def note_releases(db: Session, library: Library, today: dt.date) -> int:
    """Notes which versions of modules are new here today, and opens rounds for what their authors
    decided: nothing for an editorial change; for an addition who is valid gets only what is new;
    what is mandatory again is a round for all who did it. Returns how many openings were made.
    The first version that an installation sees asks nothing."""
    known = db.execute(
        sa.select(ContentRelease.content_id, sa.func.max(ContentRelease.version).label("version"))
        .where(ContentRelease.kind == ContentKind.MODULE)
        .group_by(ContentRelease.content_id)
    )
    newest = {row.content_id: row.version for row in known}
    made = 0
    for module in library.modules.values():
        if module.version <= newest.get(module.id, 0):
            continue
        release = {
            "kind": ContentKind.MODULE,
            "content_id": module.id,
            "version": module.version,
            "change": module.change,
            "since_on": today,
        }
        insert_once(db, ContentRelease, [release])
        if module.id in newest and module.change in CAUSES:
            made += _open(db, module, today)
    return made


def _open(db: Session, module: Module, today: dt.date) -> int:
    duties = db.scalars(
        sa.select(DutyContent.duty_id).where(
            DutyContent.kind == ContentKind.MODULE, DutyContent.content_id == module.id
        )
    ).all()
    rows = [
        {
            # the same id in every worker, so that each opens once
            "id": uuid.uuid5(duty_id, f"{module.id}:{module.version}"),
            "municipality_id": None,
            "person_id": None,
            "duty_id": duty_id,
            "opens_on": today,
            "due_days": DAYS,
            "cause": CAUSES[module.change],
            "content_kind": ContentKind.MODULE,
            "content_id": module.id,
            "least_version": module.version,
            "why": f"versie {module.version} van {module.title}"[:300],
            "opened_by": "de auteur",
        }
        for duty_id in duties
    ]
    return insert_once(db, ExtraOpening, rows)
