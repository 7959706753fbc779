"""Pauses, exempts, records what was learned elsewhere, and takes such a decision back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments.actions import Outcome, Writer
from training.assignments.models import Cycle, CycleEvent, Exemption, Pause
from training.clock import in_words, local_date
from training.content.classes import ContentKind
from training.db import Base
from training.evidence import actions as evidence
from training.evidence.models import Evidence, Source

LONGEST = dt.timedelta(days=731)  # a pause or exemption ends within two years
DAY = dt.timedelta(days=1)
BY_HAND = frozenset({Source.IMPORTED, Source.EXEMPTION})


class RefusedError(ValueError):
    """Why something cannot be done, in Dutch, for on the page."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides about whom, and when. `by` is the name as it stays visible; `own_id` the person
    who decides (None: an account that is no person), for nobody decides about him- or herself."""

    municipality_id: uuid.UUID
    person_id: uuid.UUID
    by: str
    at: dt.datetime
    own_id: uuid.UUID | None = None


def pause(db: Session, decision: Decision, from_on: dt.date, until_on: dt.date) -> None:
    """Takes somebody out for a while, t/m `until_on`: no mail, and due dates move."""
    _begin(db, decision)
    _check_span(from_on, until_on)
    for other in _pauses(db, decision):
        if other.from_on <= until_on and other.until_on >= from_on:
            span = f"{in_words(other.from_on)} tot en met {in_words(other.until_on)}"
            raise RefusedError(f"Er is al een pauze van {span}. Kies andere dagen.")
    db.add(_row(Pause, decision, from_on=from_on, until_on=until_on))
    _tell(db, decision, f"pauze van {in_words(from_on)} tot en met {in_words(until_on)}")


def withdraw_pause(db: Session, decision: Decision, from_on: dt.date, today: dt.date) -> bool:
    """Takes a pause back: one that has begun ends yesterday, one to come never was. Whether there
    was one."""
    found = db.get(Pause, (decision.municipality_id, decision.person_id, from_on))
    if found is None or found.until_on < today:
        return False
    if found.from_on < today:
        found.until_on = today - DAY
    else:
        db.delete(found)
    db.flush()
    _tell(db, decision, f"pauze vanaf {in_words(from_on)} beëindigd")
    return True


def exempt(
    db: Session,
    decision: Decision,
    duty_id: uuid.UUID,
    from_on: dt.date,
    until_on: dt.date,
    reason: str,
) -> None:
    """Lets somebody off a duty, t/m `until_on`, for a reason."""
    _begin(db, decision)
    _check_span(from_on, until_on)
    query = sa.select(Exemption).where(
        Exemption.municipality_id == decision.municipality_id,
        Exemption.person_id == decision.person_id,
        Exemption.duty_id == duty_id,
        Exemption.from_on <= until_on,
        Exemption.until_on >= from_on,
    )
    if db.scalars(query.limit(1)).first() is not None:
        raise RefusedError("Voor deze dagen is er al een vrijstelling. Kies andere dagen.")
    db.add(
        _row(
            Exemption,
            decision,
            duty_id=duty_id,
            from_on=from_on,
            until_on=until_on,
            reason=reason,
            given_by=decision.by,
        )
    )
    what = f"vrijstelling van {in_words(from_on)} tot en met {in_words(until_on)}"
    _tell(db, decision, what, [duty_id])


def withdraw_exemption(
    db: Session, decision: Decision, duty_id: uuid.UUID, from_on: dt.date, today: dt.date
) -> bool:
    """Takes an exemption back, as a pause. Whether there was one."""
    key = (decision.municipality_id, decision.person_id, duty_id, from_on)
    found = db.get(Exemption, key)
    if found is None or found.until_on < today:
        return False
    if found.from_on < today:
        found.until_on = today - DAY
    else:
        db.delete(found)
    db.flush()
    _tell(db, decision, f"vrijstelling vanaf {in_words(from_on)} beëindigd", [duty_id])
    return True


def record_earlier(
    db: Session,
    decision: Decision,
    *,
    unit_id: uuid.UUID,
    content: tuple[ContentKind, str],
    version: int,
    completed_on: dt.date,
    title: str,
    today: dt.date,
) -> None:
    """Records proof of what somebody did before, or elsewhere."""
    _begin(db, decision)
    if completed_on > today:
        raise RefusedError("Deze dag is nog niet geweest. Kies de dag waarop het gedaan is.")
    evidence.record(
        db,
        municipality_id=decision.municipality_id,
        person_id=decision.person_id,
        unit_id=unit_id,
        kind=content[0],
        content_id=content[1],
        version=version,
        completed_on=completed_on,
        source=Source.IMPORTED,
    )
    _tell(db, decision, f"eerder bewijs vastgelegd: {title}, {in_words(completed_on)}")


def withdraw_earlier(db: Session, decision: Decision, evidence_id: uuid.UUID) -> bool:
    """Takes back proof that was recorded by hand; what somebody did here stays for ever. Whether
    there was such proof."""
    found = db.get(Evidence, (decision.municipality_id, evidence_id))
    if found is None or found.person_id != decision.person_id or found.source not in BY_HAND:
        return False
    day = found.completed_on
    db.delete(found)
    db.flush()
    _tell(db, decision, f"eerder bewijs van {in_words(day)} ingetrokken")
    return True


def _begin(db: Session, decision: Decision) -> None:
    """Refuses who decides about him- or herself, and writes what followed before the decision: a
    pass that did not run must not be seen in the dates."""
    if decision.own_id == decision.person_id:
        raise RefusedError("Dit kun je niet voor jezelf doen. Vraag het een collega.")
    _keep_up(db, decision)


def _keep_up(db: Session, decision: Decision) -> None:
    """Writes what follows from the decision at once, so that every page and figure agrees."""
    db.flush()
    today = local_date(decision.at)
    writer = Writer(db, today, decision.at, Outcome(), by=decision.by)
    writer.keep_up(decision.municipality_id, [decision.person_id])


def _check_span(from_on: dt.date, until_on: dt.date) -> None:
    if until_on < from_on:
        raise RefusedError("De laatste dag ligt voor de eerste. Kies een latere laatste dag.")
    if until_on - from_on > LONGEST:
        raise RefusedError("Dit duurt langer dan twee jaar. Kies een eerdere laatste dag.")


def _pauses(db: Session, decision: Decision) -> list[Pause]:
    query = sa.select(Pause).where(
        Pause.municipality_id == decision.municipality_id, Pause.person_id == decision.person_id
    )
    return list(db.scalars(query))


def _row(table: type[Base], decision: Decision, **values: object) -> Base:
    return table(municipality_id=decision.municipality_id, person_id=decision.person_id, **values)


def _tell(
    db: Session, decision: Decision, what: str, duty_ids: Collection[uuid.UUID] | None = None
) -> None:
    """Writes down what was decided with each newest cycle that it is about."""
    query = (
        sa.select(Cycle.duty_id, sa.func.max(Cycle.number))
        .where(
            Cycle.municipality_id == decision.municipality_id,
            Cycle.person_id == decision.person_id,
        )
        .group_by(Cycle.duty_id)
    )
    if duty_ids is not None:
        query = query.where(Cycle.duty_id.in_(duty_ids))
    _keep_up(db, decision)
    for duty_id, number in db.execute(query).all():
        db.add(
            _row(
                CycleEvent,
                decision,
                duty_id=duty_id,
                number=number,
                at=decision.at,
                by=decision.by,
                what=what,
                details={},
            )
        )
    db.flush()
