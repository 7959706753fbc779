"""Tells the privacy officer by mail that somebody looked at too many people: once for each time."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from training.audit import queries as audit
from training.audit.models import Action
from training.retention.request_actions import tell_officers

BACK = dt.timedelta(days=1)  # alarms older than this were told, or there was nobody to tell


def tell_alarms(db: Session, base_url: str, today: dt.date, now: dt.datetime) -> int:
    """Writes the mails about alarms of the last day; a mail holds no name. Returns how many are
    new: again writes nothing."""
    text = (
        "Hallo,\n\nIemand bekeek binnen een uur ongewoon veel gegevens van mensen. Weerbaar hield "
        "dat tegen. In het logboek staat wie het was.\n\nBekijk het logboek:\n"
        f"{base_url}/logboek?handeling={Action.LOOKED_TOO_MUCH.name}\n"
    )
    return sum(
        tell_officers(
            db,
            entry.municipality_id,
            f"looked:{entry.municipality_id}:{entry.sequence}",
            "Ongewoon veel bekeken in Weerbaar",
            text,
            today,
            now,
        )
        for entry in audit.alarms_since(db, now - BACK)
    )
