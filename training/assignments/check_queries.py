"""Answers whether the records hold what must always hold; what does not is kept and shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from training.assignments.models import Assignment, CheckFinding, Cycle, QuietPeriod
from training.assignments.queries import standing_rows
from training.assignments.roster_triggers import expected, present
from training.assignments.rules import RefresherForm
from training.evidence.models import Evidence

AHEAD = dt.timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: its name, what it says (Dutch), and in how many records it does not hold."""

    rule: str
    text: str
    wrong: int

    @property
    def holds(self) -> bool:
        """Whether it holds everywhere."""
        return self.wrong == 0


def checks(db: Session, today: dt.date) -> list[Check]:
    """All checks of the records on a day. They look at everything: not for a page."""
    return [Check(rule, text, number or 0) for rule, text, number in _checks(db, today)]


def _checks(db: Session, today: dt.date) -> Iterator[tuple[str, str, int | None]]:
    count = sa.func.count()
    later = aliased(Cycle)
    same = (
        later.municipality_id == Cycle.municipality_id,
        later.person_id == Cycle.person_id,
        later.duty_id == Cycle.duty_id,
    )
    two_open = sa.select(count).select_from(Cycle).join(later, sa.and_(*same))
    yield (
        "two-open-rounds",
        "Niemand heeft twee open rondes voor één verplichting.",
        db.scalar(two_open.where(later.number > Cycle.number, Cycle.closed_on.is_(None))),
    )
    overlap = two_open.where(later.number == Cycle.number + 1, Cycle.closed_on != later.opens_on)
    yield (
        "rounds-meet",
        "Een ronde sluit op de dag waarop de volgende opent.",
        db.scalar(overlap),
    )
    backwards = sa.select(count).where(Cycle.valid_until < Cycle.fulfilled_on)
    yield "backwards", "Geen bewijs verloopt voordat het begon.", db.scalar(backwards)
    early = sa.select(count).where(Cycle.due_on < Cycle.opens_on)
    yield "due-before-open", "Niets is klaar voordat het opent.", db.scalar(early)
    proof = (
        sa.select(sa.literal(1))
        .where(
            Evidence.municipality_id == Cycle.municipality_id,
            Evidence.person_id == Cycle.person_id,
            Evidence.completed_on == Cycle.fulfilled_on,
        )
        .exists()
    )
    bare = sa.select(count).where(
        Cycle.fulfilled_on.is_not(None), Cycle.closed_on.is_(None), ~proof
    )
    yield "without-proof", "Elke geldige ronde heeft haar bewijs.", db.scalar(bare)
    unknown = sa.select(count).where(Cycle.form == RefresherForm.NEW, Cycle.only_id.is_(None))
    yield "new-of-what", "Een aanvulling zegt waarover zij gaat.", db.scalar(unknown)
    headcount = db.scalar(sa.select(count).select_from(Assignment)) or 0
    rows = standing_rows(today)
    counted = db.scalar(sa.select(count).select_from(rows)) or 0
    yield (
        "sum",
        "De statussen tellen op tot alle mensen.",
        abs(headcount - counted),
    )
    yield (
        "calendar-ends",
        "De schoolvakanties zijn een half jaar vooruit bekend.",
        _ending(db, today),
    )
    missing = expected() - present(db.connection())
    yield "triggers", "De database merkt elke wijziging op.", len(missing)


def _ending(db: Session, today: dt.date) -> int:
    """In how many regions the school holidays are known for less than half a year."""
    last = sa.func.max(QuietPeriod.until_on)
    query = (
        sa.select(QuietPeriod.region)
        .where(QuietPeriod.region != "")
        .group_by(QuietPeriod.region)
        .having(last < today + AHEAD)
    )
    return len(db.scalars(query).all())


def open_findings(db: Session) -> list[CheckFinding]:
    """What the nightly check found wrong and is not mended yet, the oldest first."""
    query = sa.select(CheckFinding).where(CheckFinding.gone_on.is_(None))
    return list(db.scalars(query.order_by(CheckFinding.noticed_on, CheckFinding.rule)))


TEXTS = {
    "two-open-rounds": "Er zijn mensen met twee open rondes voor één verplichting.",
    "rounds-meet": "Er zijn rondes die niet sluiten op de dag waarop de volgende opent.",
    "backwards": "Er is bewijs dat verloopt voordat het begon.",
    "due-before-open": "Er zijn rondes met een datum vóór de opening.",
    "without-proof": "Er zijn geldige rondes zonder bewijs.",
    "new-of-what": "Er zijn aanvullingen zonder onderwerp.",
    "calendar-ends": "De schoolvakanties zijn bijna op. Zet de volgende jaren in kalenders.yaml.",
    "sum": "De statussen tellen niet op tot alle mensen.",
    "triggers": "De database merkt niet elke wijziging op. Draai ‘training migrate’.",
}
"""What an administrator reads for each finding."""
