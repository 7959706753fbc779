"""Answers how people stand: one person by the rules, many in SQL by the same definition."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from training.assignments import rules
from training.assignments.facts import (
    DutyFacts,
    PersonFacts,
    Placement,
    duties_above,
    person_facts,
    placement,
)
from training.assignments.models import (
    Assignment,
    Cycle,
    Duty,
    DutyContent,
    DutyPolicy,
    Exemption,
    Pause,
)
from training.assignments.rules import (
    Basis,
    Calendar,
    Choose,
    Proof,
    RefresherForm,
    Round,
    Standing,
)
from training.content.classes import ContentKind
from training.db import AddDays, AddMonths
from training.evidence.models import Evidence
from training.people.queries import memberships_of


@dataclass(frozen=True, slots=True)
class DutyStanding:
    """How one person stands under one duty on a day, and why it is asked."""

    duty: DutyFacts
    placement: Placement
    standing: Standing
    chain: tuple[Round, ...]

    @property
    def current(self) -> Round | None:
        """The newest cycle, or None before the first opens."""
        return self.chain[-1] if self.chain else None

    @property
    def form(self) -> RefresherForm:
        """In which form the content is asked now."""
        return self.current.form if self.current else RefresherForm.FULL


def standings(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID, today: dt.date
) -> list[DutyStanding]:
    """How a person stands under each of his or her duties on a day, the most urgent first."""
    return overview(db, municipality_id, person_id, today)[0]


def overview(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID, today: dt.date
) -> tuple[list[DutyStanding], list[Proof]]:
    """The standings of a person, and all that he or she completed (the newest first), in three
    queries for any number of duties."""
    memberships = memberships_of(db, municipality_id, person_id)
    duties, covered = duties_above(db, {m.unit_id for m in memberships})
    facts = person_facts(db, municipality_id, [person_id])[person_id]
    found = []
    for duty in duties:
        placed = placement(duty, memberships, covered[duty.unit_id])
        if placed is not None:
            found.append(standing_of(duty, placed, facts, person_id, today))
    done = sorted(facts.proofs, key=lambda proof: proof.completed_on, reverse=True)
    return sorted(found, key=urgency), done


def standing_of(
    duty: DutyFacts,
    placed: Placement,
    facts: PersonFacts,
    person_id: uuid.UUID,
    today: dt.date,
) -> DutyStanding:
    """How somebody stands under one duty, from the facts."""
    chain = rules.rounds(
        duty.policies,
        duty.asked,
        placed.from_on,
        facts.proofs,
        Calendar(pauses=tuple(facts.pauses)),
        today,
        written=facts.written.get(duty.id, ()),
        spread_by=person_id.int,
    )
    standing = rules.standing(
        chain,
        today,
        starts_on=placed.from_on,
        ends_on=placed.until_on,
        pauses=facts.pauses,
        exemptions=facts.exemptions.get(duty.id, ()),
    )
    return DutyStanding(duty, placed, standing, tuple(chain))


URGENCY = (
    Standing.OVERDUE,
    Standing.EXPIRED,
    Standing.GRACE,
    Standing.OPEN,
    Standing.REFRESHER_OPEN,
    Standing.PAUSED,
    Standing.FUTURE,
    Standing.VALID,
    Standing.EXEMPT,
    Standing.LAPSED,
)


def urgency(found: DutyStanding) -> tuple[int, dt.date, str]:
    """By what the standings of one person are put in order."""
    due = found.current.due_on if found.current else found.placement.from_on
    return URGENCY.index(found.standing), due, found.duty.title


def standing_rows(as_of: dt.date) -> sa.Subquery:
    """Everybody's standing on a day as one subquery: municipality_id, person_id, duty_id, from_on
    and until_on (of the assignment), number, standing (the name), opens_on, due_on,
    was_valid_until, fulfilled_on, valid_until, window_days and grace_days. The definition is that
    of `rules.round_standing`; a property test compares the two."""
    newest = _newest_cycle(as_of)
    done = sa.case(
        (newest.c.fulfilled_on <= as_of, newest.c.fulfilled_on),
        else_=_proof_day(newest, as_of),
    )
    first = sa.select(newest, done.label("done_on")).subquery("settled")
    until = sa.case(
        (first.c.fulfilled_on == first.c.done_on, first.c.valid_until), else_=_valid_until(first)
    )
    second = sa.select(first, until.label("holds_until")).subquery("dated")
    return (
        sa.select(
            second.c.municipality_id,
            second.c.person_id,
            second.c.duty_id,
            second.c.from_on,
            second.c.until_on,
            second.c.number,
            second.c.opens_on,
            second.c.due_on,
            second.c.was_valid_until,
            second.c.window_days,
            second.c.grace_days,
            second.c.done_on.label("fulfilled_on"),
            second.c.holds_until.label("valid_until"),
            _standing(second, as_of).label("standing"),
        )
    ).subquery("standing_rows")


def _newest_cycle(as_of: dt.date) -> sa.Subquery:
    """Each assignment with its newest cycle on a day. The number is looked up for each row by the
    key of the cycles, so that a page of fifty rows reads fifty cycles and not all of them."""
    opened = aliased(Cycle, name="opened")
    newest = (
        sa.select(sa.func.max(opened.number))
        .where(
            opened.municipality_id == Assignment.municipality_id,
            opened.person_id == Assignment.person_id,
            opened.duty_id == Assignment.duty_id,
            opened.opens_on <= as_of,
        )
        .correlate(Assignment)
        .scalar_subquery()
    )
    same_cycle = sa.and_(
        Cycle.municipality_id == Assignment.municipality_id,
        Cycle.person_id == Assignment.person_id,
        Cycle.duty_id == Assignment.duty_id,
        Cycle.number == newest,
    )
    policy = sa.and_(
        DutyPolicy.duty_id == Cycle.duty_id, DutyPolicy.version == Cycle.policy_version
    )
    return (
        sa.select(
            Assignment.municipality_id,
            Assignment.person_id,
            Assignment.duty_id,
            Assignment.from_on,
            Assignment.until_on,
            Cycle.number,
            Cycle.opens_on,
            Cycle.due_on,
            Cycle.grace_until,
            Cycle.was_valid_until,
            Cycle.fulfilled_on,
            Cycle.valid_until,
            Cycle.next_opens_on,
            DutyPolicy.validity_months,
            DutyPolicy.basis,
            DutyPolicy.fixed_month,
            DutyPolicy.fixed_day,
            DutyPolicy.minimum_days,
            DutyPolicy.window_days,
            DutyPolicy.grace_days,
            Duty.choose,
        )
        .select_from(Assignment)
        .join(Duty, Duty.id == Assignment.duty_id)
        .outerjoin(Cycle, same_cycle)
        .outerjoin(DutyPolicy, policy)
        .subquery("current")
    )


def _proof_day(cycle: sa.Subquery, as_of: dt.date) -> sa.ScalarSelect[dt.date]:
    """The day on which everything asked was done; NULL when it was not, by `as_of`."""
    first = (
        sa.select(sa.func.min(Evidence.completed_on))
        .where(
            Evidence.municipality_id == cycle.c.municipality_id,
            Evidence.person_id == cycle.c.person_id,
            Evidence.content_kind == DutyContent.kind,
            Evidence.content_id == DutyContent.content_id,
            Evidence.completed_on >= cycle.c.opens_on,
            Evidence.completed_on <= as_of,
            sa.or_(
                cycle.c.next_opens_on.is_(None),
                cycle.c.fulfilled_on.is_not(None),
                Evidence.completed_on < cycle.c.next_opens_on,
            ),
        )
        .correlate(DutyContent, cycle)
        .scalar_subquery()
    )
    each = (
        sa.select(first.label("day"))
        .where(DutyContent.duty_id == cycle.c.duty_id)
        .correlate(cycle)
        .subquery("each")
    )
    everything = sa.case(
        (sa.func.count() == sa.func.count(each.c.day), sa.func.max(each.c.day)), else_=None
    )
    one = sa.func.min(each.c.day)
    by_choice = sa.case((cycle.c.choose == Choose.ONE, one), else_=everything)
    return sa.select(by_choice).select_from(each).correlate(cycle).scalar_subquery()


def _valid_until(cycle: sa.Subquery) -> sa.ColumnElement[dt.date | None]:
    done, months = cycle.c.done_on, cycle.c.validity_months
    plain = AddMonths(done, months, sa.null())
    in_window = sa.and_(cycle.c.basis == Basis.ANNIVERSARY, done <= cycle.c.was_valid_until)
    return sa.case(
        (sa.or_(done.is_(None), months.is_(None)), None),
        (in_window, AddMonths(cycle.c.was_valid_until, months, sa.null())),
        (cycle.c.basis == Basis.CALENDAR, _next_fixed(cycle)),
        else_=plain,
    )


def _next_fixed(cycle: sa.Subquery) -> sa.ColumnElement[dt.date]:
    """The next fixed date at least `minimum_days` after completion: this year's, or one of the
    two after it."""
    done = cycle.c.done_on
    month = sa.cast(sa.extract("month", done), sa.Integer)
    earliest = AddDays(done, cycle.c.minimum_days)
    candidates = [
        AddMonths(
            done, sa.cast(cycle.c.fixed_month, sa.Integer) - month + 12 * year, cycle.c.fixed_day
        )
        for year in range(3)
    ]
    return sa.case(*((sa.and_(day > done, day >= earliest), day) for day in candidates), else_=None)


def _standing(cycle: sa.Subquery, as_of: dt.date) -> sa.ColumnElement[str]:
    covers_pause = (
        sa.select(Pause.person_id)
        .where(
            Pause.municipality_id == cycle.c.municipality_id,
            Pause.person_id == cycle.c.person_id,
            Pause.from_on <= as_of,
            Pause.until_on >= as_of,
        )
        .exists()
    )
    covers_exemption = (
        sa.select(Exemption.person_id)
        .where(
            Exemption.municipality_id == cycle.c.municipality_id,
            Exemption.person_id == cycle.c.person_id,
            Exemption.duty_id == cycle.c.duty_id,
            Exemption.from_on <= as_of,
            Exemption.until_on >= as_of,
        )
        .exists()
    )
    done, was = cycle.c.done_on, cycle.c.was_valid_until
    holds = sa.or_(cycle.c.holds_until.is_(None), cycle.c.holds_until >= as_of)
    return sa.case(
        (cycle.c.until_on < as_of, Standing.LAPSED.name),
        (covers_exemption, Standing.EXEMPT.name),
        (covers_pause, Standing.PAUSED.name),
        (cycle.c.number.is_(None), Standing.FUTURE.name),
        (sa.and_(done.is_not(None), holds), Standing.VALID.name),
        (done.is_not(None), Standing.EXPIRED.name),
        (sa.and_(was.is_(None), cycle.c.due_on >= as_of), Standing.OPEN.name),
        (was.is_(None), Standing.OVERDUE.name),
        (was >= as_of, Standing.REFRESHER_OPEN.name),
        (cycle.c.grace_until >= as_of, Standing.GRACE.name),
        else_=Standing.EXPIRED.name,
    )


def open_tasks(
    db: Session,
    municipality_id: uuid.UUID,
    person_id: uuid.UUID,
    kind: ContentKind,
    content_id: str,
    today: dt.date,
) -> list[DutyStanding]:
    """The duties by which a person is asked for this content now, the most urgent first."""
    return [
        found
        for found in standings(db, municipality_id, person_id, today)
        if (kind.name, content_id) in found.duty.asked.contents and found.standing.asks_for_work
    ]
