"""Gathers the facts from which standings follow: duties, memberships, evidence, pauses."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from training.assignments.models import (
    Cycle,
    Duty,
    DutyAudience,
    DutyContent,
    DutyPolicy,
    Exemption,
    ExtraOpening,
    Pause,
    QuietPeriod,
)
from training.assignments.rules import (
    DAY,
    LEAVE_GRACE,
    Asked,
    Cause,
    Opening,
    Policy,
    Proof,
    RefresherForm,
    Round,
    Span,
)
from training.content.classes import ContentKind
from training.db import ask, columns
from training.evidence.models import Evidence
from training.people.models import Position, Unit
from training.people.municipality_settings import COUNCIL_RECESS, SCHOOL_REGION, settings_of
from training.people.queries import FOREVER, Membership


@dataclass(frozen=True, slots=True)
class DutyFacts:
    """A duty as the rules want it. `asked.contents` holds (kind name, content id)."""

    id: uuid.UUID
    unit_id: uuid.UUID
    title: str
    in_force_from: dt.date
    ended_on: dt.date | None
    asked: Asked
    audiences: frozenset[str]
    policies: tuple[Policy, ...]

    def content(self) -> list[tuple[ContentKind, str]]:
        """What the duty asks for, in order."""
        return [(ContentKind[kind], content_id) for kind, content_id in self.asked.contents]


@dataclass(slots=True)
class PersonFacts:
    """What is known of one person, as far as duties care."""

    proofs: list[Proof] = field(default_factory=list)
    pauses: list[Span] = field(default_factory=list)
    openings: list[tuple[uuid.UUID, Opening]] = field(default_factory=list)
    exemptions: dict[uuid.UUID, list[Span]] = field(default_factory=lambda: defaultdict(list))
    written: dict[uuid.UUID, list[Round]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Placement:
    """That a person is under a duty, from when until when, and every reason for it. `gaps`: times
    in between in which the person had left so long that everything lapsed."""

    from_on: dt.date
    until_on: dt.date | None
    audiences: tuple[str, ...]
    gaps: tuple[Span, ...] = ()
    ended_on: dt.date | None = None

    @property
    def lapses_on(self) -> dt.date | None:
        """The first day on which the cycles are over: at once when the duty ended, after a grace
        when the person left the audience."""
        if self.until_on is None:
            return None
        if self.ended_on is not None and self.until_on >= self.ended_on:
            return self.ended_on + DAY
        left = self.until_on + (LEAVE_GRACE + 1) * DAY
        return left if self.ended_on is None else min(left, self.ended_on + DAY)


def duties_at(db: Session, condition: sa.ColumnElement[bool]) -> list[DutyFacts]:
    """The duties that meet a condition on `Duty`, by title; one query for any number."""
    query = sa.select(*DUTY_COLUMNS).join(DutyPolicy.__table__, OF_DUTY).where(condition)
    return _facts(db.execute(query.order_by(*DUTY_ORDER)).all())


def duties_above(
    db: Session, unit_ids: Collection[uuid.UUID]
) -> tuple[list[DutyFacts], dict[uuid.UUID, frozenset[uuid.UUID]]]:
    """The duties at these units or above them, and for each node of one: which of these units lie
    at or below it. One query."""
    return duties_in(ask(db, DUTIES_ABOVE, unit_ids=list(unit_ids)))


def duties_in(
    rows: Sequence[Any],
) -> tuple[list[DutyFacts], dict[uuid.UUID, frozenset[uuid.UUID]]]:
    """What `duties_above` gives, of rows of `DUTIES_ABOVE` or `DUTIES_OF_ONE`."""
    covered: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for row in rows:
        covered[row.unit_id].add(row.leaf)
    return _facts(rows), {node: frozenset(leaves) for node, leaves in covered.items()}


DUTY, POLICY, UNIT = columns(Duty), columns(DutyPolicy), columns(Unit)
CONTENT, AUDIENCES = columns(DutyContent), columns(DutyAudience)
PROOF, CYCLE, PAUSE, EXEMPTION = map(columns, (Evidence, Cycle, Pause, Exemption))
OPENING, POSITION = columns(ExtraOpening), columns(Position)
BETWEEN = "\n"  # what a query puts between the parts of a duty: it is in no name


def _of_this_duty(text: sa.ColumnElement[str], owner: sa.ColumnElement[uuid.UUID]) -> Any:
    every = sa.func.aggregate_strings(text, BETWEEN)
    return sa.select(every).where(owner == DUTY.id).correlate(Duty.__table__).scalar_subquery()


PLACED = sa.cast(CONTENT.place, sa.String) + " " + sa.cast(CONTENT.kind, sa.String) + " "
DUTY_COLUMNS = (
    DUTY.id,
    DUTY.unit_id,
    DUTY.title,
    DUTY.in_force_from,
    DUTY.ended_on,
    DUTY.choose,
    *(POLICY[name] for name in Policy.__slots__),
    _of_this_duty(PLACED + CONTENT.content_id, CONTENT.duty_id).label("contents"),
    _of_this_duty(AUDIENCES.audience, AUDIENCES.duty_id).label("audiences"),
)
DUTY_ORDER = (DUTY.title, DUTY.id, POLICY.version)
OF_DUTY = POLICY.duty_id == DUTY.id


def _duties_above(asked: sa.ColumnElement[bool]) -> sa.Select[Any]:
    path = (
        sa.select(UNIT.id.label("leaf"), UNIT.id, UNIT.parent_id)
        .where(asked)
        .cte("path", recursive=True)
    )
    parent = Unit.__table__.alias("parent").c
    above = sa.select(path.c.leaf, parent.id, parent.parent_id)
    path = path.union_all(above.where(parent.id == path.c.parent_id))
    return (
        sa.select(*DUTY_COLUMNS, path.c.leaf)
        .join(DutyPolicy.__table__, OF_DUTY)
        .join(path, path.c.id == DUTY.unit_id)
        .order_by(*DUTY_ORDER)
    )


DUTIES_ABOVE = _duties_above(UNIT.id.in_(sa.bindparam("unit_ids", expanding=True)))
# Of one person, without knowing first at which units: those of all positions, past and future.
DUTIES_OF_ONE = _duties_above(
    UNIT.id.in_(
        sa.select(POSITION.unit_id).where(
            POSITION.municipality_id == sa.bindparam("municipality_id"),
            POSITION.person_id == sa.bindparam("person_id"),
        )
    )
)


def _facts(rows: Iterable[Any]) -> list[DutyFacts]:
    """The duties in these rows (one for each policy, and perhaps for each unit below)."""
    policies: dict[uuid.UUID, dict[int, Policy]] = defaultdict(dict)
    heads: dict[uuid.UUID, Any] = {}
    for row in rows:
        heads[row.id] = row
        if row.version not in policies[row.id]:
            values = {name: getattr(row, name) for name in Policy.__slots__}
            values["quiet"], values["opens_for"] = tuple(row.quiet), tuple(row.opens_for)
            policies[row.id][row.version] = Policy(**values)
    return [
        DutyFacts(
            id=row.id,
            unit_id=row.unit_id,
            title=row.title,
            in_force_from=row.in_force_from,
            ended_on=row.ended_on,
            asked=Asked(_contents(row.contents), row.choose),
            audiences=frozenset(row.audiences.split(BETWEEN) if row.audiences else ()),
            policies=tuple(policies[row.id].values()),
        )
        for row in heads.values()
    ]


def _contents(text: str | None) -> tuple[tuple[str, str], ...]:
    """(kind name, content id) in the order of the duty, from what the query put together."""
    placed = []
    for part in text.split(BETWEEN) if text else ():
        place, kind, content_id = part.split(" ", 2)
        placed.append((int(place), content_id, kind))
    return tuple((kind, content_id) for _place, content_id, kind in sorted(placed))


OfWhom = Callable[[ReadOnlyColumnCollection[str, Any]], sa.ColumnElement[bool]]


def _of_people(table: ReadOnlyColumnCollection[str, Any]) -> sa.ColumnElement[bool]:
    return sa.and_(
        table.municipality_id == sa.bindparam("municipality_id"),
        table.person_id.in_(sa.bindparam("person_ids", expanding=True)),
    )


def _of_one(table: ReadOnlyColumnCollection[str, Any]) -> sa.ColumnElement[bool]:
    return sa.and_(
        table.municipality_id == sa.bindparam("municipality_id"),
        table.person_id == sa.bindparam("person_id"),
    )


# Rows of five kinds in one statement: proof, cycles, pauses, exemptions and extra openings. Of
# proof `name` is the kind of content, and `from_on` the day of completion; of a cycle `name` is its
# form, `content_id` what it asks only, and the days are those of a `Round`.
PARTS: dict[str, type[sa.types.TypeEngine[Any]]] = {
    **dict.fromkeys(("person_id", "duty_id"), sa.Uuid),
    **dict.fromkeys(("name", "content_kind", "content_id", "cause"), sa.String),
    **dict.fromkeys(("version", "number", "least_version", "due_days"), sa.Integer),
    **dict.fromkeys(("from_on", "until_on", "grace_until", "was_valid_until"), sa.Date),
    **dict.fromkeys(("planned_on", "keeps_until"), sa.Date),
}


def _kind_of_rows(where: sa.ColumnElement[bool], **given: Any) -> sa.Select[Any]:
    return sa.select(
        *(
            (given[name] if name in given else sa.cast(sa.null(), kind())).label(name)
            for name, kind in PARTS.items()
        )
    ).where(where)


def _name(column: Any) -> sa.ColumnElement[str]:
    return sa.cast(column, sa.String)


def _facts_of(of_whom: OfWhom) -> sa.CompoundSelect[Any]:
    return sa.union_all(
        _kind_of_rows(
            of_whom(PROOF),
            person_id=PROOF.person_id,
            name=_name(PROOF.content_kind),
            content_id=PROOF.content_id,
            version=PROOF.content_version,
            from_on=PROOF.completed_on,
        ),
        _kind_of_rows(
            of_whom(CYCLE),
            person_id=CYCLE.person_id,
            duty_id=CYCLE.duty_id,
            name=_name(CYCLE.form),
            content_kind=_name(CYCLE.only_kind),
            content_id=CYCLE.only_id,
            cause=_name(CYCLE.cause),
            version=CYCLE.policy_version,
            number=CYCLE.number,
            least_version=CYCLE.least_version,
            from_on=CYCLE.opens_on,
            until_on=CYCLE.due_on,
            grace_until=CYCLE.grace_until,
            was_valid_until=CYCLE.was_valid_until,
            planned_on=CYCLE.planned_on,
            keeps_until=CYCLE.keeps_until,
        ),
        _kind_of_rows(
            of_whom(PAUSE),
            person_id=PAUSE.person_id,
            from_on=PAUSE.from_on,
            until_on=PAUSE.until_on,
        ),
        _kind_of_rows(
            of_whom(EXEMPTION),
            person_id=EXEMPTION.person_id,
            duty_id=EXEMPTION.duty_id,
            from_on=EXEMPTION.from_on,
            until_on=EXEMPTION.until_on,
        ),
        _kind_of_rows(
            sa.or_(OPENING.person_id.is_(None), of_whom(OPENING)),
            person_id=OPENING.person_id,
            duty_id=OPENING.duty_id,
            content_kind=_name(OPENING.content_kind),
            content_id=OPENING.content_id,
            cause=_name(OPENING.cause),
            least_version=OPENING.least_version,
            due_days=OPENING.due_days,
            from_on=OPENING.opens_on,
        ),
    ).order_by("number")


PERSON_FACTS, FACTS_OF_ONE = _facts_of(_of_people), _facts_of(_of_one)


def person_facts(
    db: Session, municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, PersonFacts]:
    """The facts of these people of one municipality, in one query for any number."""
    people: dict[str, Any] = {"municipality_id": municipality_id, "person_ids": list(person_ids)}
    return facts_in(ask(db, PERSON_FACTS, **people), person_ids)


def facts_in(
    rows: Iterable[Any], person_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, PersonFacts]:
    """The facts of these people, in rows of `PERSON_FACTS` or `FACTS_OF_ONE`."""
    facts: dict[uuid.UUID, PersonFacts] = defaultdict(PersonFacts)
    for_all: list[tuple[uuid.UUID, Opening]] = []
    for row in rows:
        if row.due_days is not None:
            found = for_all if row.person_id is None else facts[row.person_id].openings
            found.append((row.duty_id, _opening(row)))
            continue
        known = facts[row.person_id]
        if row.number is not None:
            known.written[row.duty_id].append(_round(row))
        elif row.content_id is not None:
            known.proofs.append(Proof((row.name, row.content_id), row.from_on, row.version))
        elif row.duty_id is not None:
            known.exemptions[row.duty_id].append(Span(row.from_on, row.until_on))
        else:
            known.pauses.append(Span(row.from_on, row.until_on))
    if for_all:
        for person_id in person_ids:
            facts[person_id].openings.extend(for_all)
    return facts


def _opening(row: Any) -> Opening:
    named = (row.content_kind, row.content_id) if row.content_id is not None else None
    return Opening(row.from_on, row.due_days, Cause[row.cause], named, row.least_version)


def _round(row: Any) -> Round:
    """A written cycle with its frozen dates; what follows from proof is derived again."""
    return Round(
        number=row.number,
        policy_version=row.version,
        form=RefresherForm[row.name],
        opens_on=row.from_on,
        due_on=row.until_on,
        grace_until=row.grace_until,
        was_valid_until=row.was_valid_until,
        planned_on=row.planned_on,
        cause=Cause[row.cause],
        only=(row.content_kind, row.content_id) if row.content_id is not None else None,
        least_version=row.least_version,
        keeps_until=row.keeps_until,
    )


Quiet = Mapping[str, tuple[Span, ...]]  # the quiet times of a municipality by calendar
NO_QUIET: Quiet = {}
RECESS = "raadsreces"


def quiet_of(
    db: Session, municipality_id: uuid.UUID, duties: Iterable[DutyFacts] | None = None
) -> Quiet:
    """The quiet times of one municipality: those of the content for its region, and its own
    recess. Asks nothing when no policy of these duties rests."""
    if duties is not None and not any(p.quiet for duty in duties for p in duty.policies):
        return NO_QUIET
    chosen = settings_of(db, municipality_id)
    periods = sa.select(QuietPeriod.calendar, QuietPeriod.from_on, QuietPeriod.until_on).where(
        QuietPeriod.region.in_(["", chosen[SCHOOL_REGION]])
    )
    found: dict[str, list[Span]] = defaultdict(list)
    for calendar, from_on, until_on in db.execute(periods.order_by(QuietPeriod.from_on)):
        found[calendar].append(Span(from_on, until_on))
    found[RECESS].extend(Span(one.from_on, one.until_on) for one in chosen[COUNCIL_RECESS])
    return {calendar: tuple(spans) for calendar, spans in found.items()}


def placement(
    duty: DutyFacts, memberships: Iterable[Membership], covered: Collection[uuid.UUID]
) -> Placement | None:
    """How somebody with these memberships is under a duty; None when not. `covered` are the units
    at and below the duty's node. Two reasons for one duty are one placement, and a short time out
    of the audience is none."""
    own = [m for m in memberships if m.audience in duty.audiences and m.unit_id in covered]
    spans = []
    for member in own:
        start = max(member.from_on, duty.in_force_from)
        end = member.until_on or FOREVER
        if duty.ended_on is not None:
            end = min(end, duty.ended_on)
        if end >= start:
            spans.append(Span(start, end))
    if not spans:
        return None
    spans.sort(key=lambda span: span.from_on)
    gaps, until = [], spans[0].until_on
    for span in spans[1:]:
        lapses = until + (LEAVE_GRACE + 1) * DAY if until < FOREVER else FOREVER
        if span.from_on > lapses:
            gaps.append(Span(lapses, span.from_on - DAY))
        until = max(until, span.until_on)
    return Placement(
        spans[0].from_on,
        None if until == FOREVER else until,
        tuple(sorted({m.audience for m in own})),
        tuple(gaps),
        duty.ended_on,
    )
