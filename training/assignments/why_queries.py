"""Answers why somebody has each duty, how each date came about, and what comes next."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.assignments import word_rules
from training.assignments.facts import (
    DutyFacts,
    PersonFacts,
    duties_above,
    person_facts,
    placement,
    quiet_of,
)
from training.assignments.models import QuietPeriod
from training.assignments.queries import DutyStanding, standing_of, urgency
from training.assignments.rules import Proof, Round, Span
from training.assignments.word_rules import Resting
from training.people.models import Person
from training.people.queries import memberships_of


@dataclass(frozen=True, slots=True)
class Explained:
    """One duty of a person with its rounds, the newest first, and how each due date was counted:
    a phrase for each step. `exemptions` t/m when the person need not do it."""

    standing: DutyStanding
    counted_from: str
    rounds: tuple[tuple[Round, tuple[str, ...]], ...]
    exemptions: tuple[Span, ...]

    @property
    def coming(self) -> tuple[dt.date, dt.date] | None:
        """When the next round opens and is due, when that is known already."""
        last = self.standing.current
        if last is None or last.next_opens_on is None or last.next_due_on is None:
            return None
        return last.next_opens_on, last.next_due_on


@dataclass(frozen=True, slots=True)
class Why:
    """All duties of one person explained, the absences, and all that was done, newest first."""

    duties: tuple[Explained, ...]
    pauses: tuple[Span, ...]
    done: tuple[Proof, ...]

    def due_within(self, today: dt.date, until: dt.date) -> list[tuple[dt.date, str, bool]]:
        """What is due in these days: the day, the duty, and whether it is open already."""
        found = []
        for item in self.duties:
            current = item.standing.current
            if current is not None and item.standing.standing.asks_for_work:
                found.append((current.due_on, item.standing.duty.title, True))
            elif item.coming is not None:
                found.append((item.coming[1], item.standing.duty.title, False))
        return sorted(entry for entry in found if entry[2] or today <= entry[0] <= until)


def why(db: Session, person: Person, today: dt.date) -> Why:
    """Why this person has each duty on a day; nine queries at most, for any number of duties."""
    memberships = memberships_of(db, person.municipality_id, person.id)
    duties, covered = duties_above(db, {m.unit_id for m in memberships})
    facts = person_facts(db, person.municipality_id, [person.id])[person.id]
    resting = Resting(quiet_with_names(db, person.municipality_id, duties), tuple(facts.pauses))
    quiet = resting.calendar().named
    found = []
    for duty in duties:
        placed = placement(duty, memberships, covered[duty.unit_id])
        if placed is not None:
            standing = standing_of(duty, placed, facts, person.id, today, quiet)
            found.append(_explained(standing, facts, person, resting))
    found.sort(key=lambda item: urgency(item.standing))
    return Why(tuple(found), _newest(facts.pauses), tuple(_by_day(facts.proofs)))


def quiet_with_names(
    db: Session, municipality_id: uuid.UUID, duties: Iterable[DutyFacts] | None = None
) -> dict[str, list[tuple[Span, str]]]:
    """The quiet times of a municipality with what they are called, by calendar; none when none of
    these duties rests."""
    spans = quiet_of(db, municipality_id, duties)
    if not spans:
        return {}
    periods = sa.select(QuietPeriod.from_on, QuietPeriod.until_on, QuietPeriod.name).distinct()
    names = {(from_on, until_on): name for from_on, until_on, name in db.execute(periods)}
    return {
        calendar: [(one, names.get((one.from_on, one.until_on), calendar)) for one in found]
        for calendar, found in spans.items()
    }


def _explained(
    standing: DutyStanding, facts: PersonFacts, person: Person, resting: Resting
) -> Explained:
    duty = standing.duty
    words = word_rules.start_in_words(
        standing.placement.from_on, person.joined_on, duty.in_force_from
    )
    policies = {policy.version: policy for policy in duty.policies}
    rounds = []
    for round_ in reversed(standing.chain):
        steps = word_rules.due_steps(
            standing.chain, round_.number, policies, resting, words, person.id.int
        )
        rounds.append((round_, tuple(steps)))
    return Explained(standing, words, tuple(rounds), _newest(facts.exemptions.get(duty.id, ())))


def _newest(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda span: span.from_on, reverse=True))


def _by_day(proofs: Iterable[Proof]) -> list[Proof]:
    return sorted(proofs, key=lambda proof: proof.completed_on, reverse=True)
