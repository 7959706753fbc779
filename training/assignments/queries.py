"""Answers how people stand: one person by the rules, many in SQL by the same definition."""

from __future__ import annotations

import datetime as dt
import enum
import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from training.assignments import rules
from training.assignments.facts import (
    DUTIES_OF_ONE,
    FACTS_OF_ONE,
    NO_QUIET,
    DutyFacts,
    PersonFacts,
    Placement,
    Quiet,
    duties_above,
    duties_in,
    facts_in,
    person_facts,
    placement,
    quiet_of,
)
from training.assignments.models import (
    Assignment,
    Cycle,
    Duty,
    DutyPolicy,
    Exemption,
    Pause,
    RosterChange,
)
from training.assignments.roster_triggers import NOBODY
from training.assignments.rules import (
    Calendar,
    Closing,
    Life,
    Proof,
    RefresherForm,
    Round,
    Standing,
)
from training.at_once import AtOnce
from training.clock import add_months
from training.content.classes import ContentKind
from training.evidence.models import Evidence
from training.learning.queries import PROGRESS, Progress, progress_in
from training.people.models import Person
from training.people.queries import (
    FOREVER,
    MEMBERSHIPS,
    Membership,
    membership_rows,
    memberships_in,
)

BATCH = 500  # people whose facts are in memory together
EVERYBODY = uuid.UUID(NOBODY)  # in the place of a person: everybody of the municipality


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
    return overview(db, municipality_id, person_id, today).standings


class Overview(NamedTuple):
    """How a person stands under each duty, the most urgent first; all that he or she completed,
    the newest first; and the modules that were begun, by id."""

    standings: list[DutyStanding]
    done: list[Proof]
    begun: dict[str, Progress]


OVERVIEW = AtOnce(MEMBERSHIPS, DUTIES_OF_ONE, FACTS_OF_ONE, PROGRESS)


def overview(
    db: Session, municipality_id: uuid.UUID, person_id: uuid.UUID, today: dt.date
) -> Overview:
    """How a person stands on a day, in one query for any number of duties; three when a duty rests
    in quiet times."""
    own, above, known, begun = OVERVIEW.ask(
        db, municipality_id=municipality_id, person_id=person_id
    )
    memberships, (duties, covered) = memberships_in(own), duties_in(above)
    facts = facts_in(known, [person_id])[person_id]
    quiet = quiet_of(db, municipality_id, duties)
    found = []
    for duty in duties:
        placed = placement(duty, memberships, covered[duty.unit_id])
        if placed is not None:
            found.append(standing_of(duty, placed, facts, person_id, today, quiet))
    done = sorted(facts.proofs, key=lambda proof: proof.completed_on, reverse=True)
    return Overview(sorted(found, key=urgency), done, progress_in(begun))


def standing_of(
    duty: DutyFacts,
    placed: Placement,
    facts: PersonFacts,
    person_id: uuid.UUID,
    today: dt.date,
    quiet: Quiet = NO_QUIET,
) -> DutyStanding:
    """How somebody stands under one duty, from the facts. `quiet`: of the person's municipality."""
    life = Life(
        placed.from_on,
        facts.proofs,
        Calendar(pauses=tuple(facts.pauses), named=quiet),
        facts.written.get(duty.id, ()),
        [opening for duty_id, opening in facts.openings if duty_id == duty.id],
        placed.gaps,
        placed.lapses_on,
        person_id.int,
    )
    chain = rules.lived(duty.policies, duty.asked, life, today)
    standing = rules.standing(
        chain,
        today,
        starts_on=placed.from_on,
        lapses_on=placed.lapses_on,
        ended_on=placed.ended_on,
        gaps=placed.gaps,
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
    Standing.MISSED,
    Standing.LAPSED,
)


def urgency(found: DutyStanding) -> tuple[int, dt.date, str]:
    """By what the standings of one person are put in order."""
    due = found.current.due_on if found.current else found.placement.from_on
    return URGENCY.index(found.standing), due, found.duty.title


def standing_rows(as_of: dt.date, unwritten: Unwritten | None = None) -> sa.Subquery:
    """Everybody's standing on a day as one subquery: municipality_id, person_id, duty_id, from_on
    and until_on (of the assignment), number, standing (the name), opens_on, due_on,
    was_valid_until, fulfilled_on, valid_until, window_days and grace_days. The dates are those
    that were stored when a fact changed; here they are only compared. The definition is that of
    `rules.standing`; a property test compares the two. With `unwritten` (see there) the rows of
    people of whom not all is stored yet are those of the rules, so nothing waits for a job."""
    stored = _stored(as_of)
    if unwritten is None or not unwritten.people:
        return stored.subquery("standing_rows")
    people = json_rows(unwritten.dialect, "changed", PEOPLE, unwritten.people)
    changed = (
        sa.select(sa.literal(1))
        .where(
            people.c.municipality_id == Assignment.municipality_id,
            people.c.person_id == Assignment.person_id,
        )
        .exists()
    )
    derived = json_rows(unwritten.dialect, "derived", ROWS, unwritten.rows)
    both = stored.where(~changed).union_all(sa.select(derived))
    return both.subquery("standing_rows")


def _stored(as_of: dt.date) -> sa.Select[*tuple[Any, ...]]:
    """The standings by what is stored: of each assignment the cycle that is open on that day."""
    open_then = sa.and_(
        Cycle.municipality_id == Assignment.municipality_id,
        Cycle.person_id == Assignment.person_id,
        Cycle.duty_id == Assignment.duty_id,
        Cycle.opens_on <= as_of,
        sa.or_(
            Cycle.closed_on.is_(None),
            Cycle.closed_on > as_of,
            Cycle.closing == Closing.LAPSED,
        ),
    )
    done = Cycle.fulfilled_on <= as_of
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
            Cycle.was_valid_until,
            DutyPolicy.window_days,
            DutyPolicy.grace_days,
            sa.case((done, Cycle.fulfilled_on), else_=None).label("fulfilled_on"),
            sa.case((done, Cycle.valid_until), else_=None).label("valid_until"),
            _standing(as_of).label("standing"),
        )
        .select_from(Assignment)
        .join(Duty, Duty.id == Assignment.duty_id)
        .outerjoin(Cycle, open_then)
        .outerjoin(DutyPolicy, policy)
    )


def _standing(as_of: dt.date) -> sa.ColumnElement[str]:
    def covers(table: type[Pause] | type[Exemption], *more: sa.ColumnElement[bool]) -> Any:
        return (
            sa.select(sa.literal(1))
            .where(
                table.municipality_id == Assignment.municipality_id,
                table.person_id == Assignment.person_id,
                table.from_on <= as_of,
                table.until_on >= as_of,
                *more,
            )
            .correlate(Assignment)
            .exists()
        )

    lapsed = Assignment.lapses_on <= as_of
    undone = sa.or_(Cycle.fulfilled_on.is_(None), Cycle.fulfilled_on > as_of)
    missed = sa.and_(
        lapsed, Duty.ended_on < as_of, Cycle.fulfilled_on.is_(None), Cycle.due_on <= Duty.ended_on
    )
    was = Cycle.was_valid_until
    holds = sa.or_(Cycle.valid_until.is_(None), Cycle.valid_until >= as_of)
    return sa.case(
        (missed, Standing.MISSED.name),
        (lapsed, Standing.LAPSED.name),
        (covers(Exemption, Exemption.duty_id == Assignment.duty_id), Standing.EXEMPT.name),
        (covers(Pause), Standing.PAUSED.name),
        (Cycle.number.is_(None), Standing.FUTURE.name),
        (sa.and_(~undone, holds), Standing.VALID.name),
        (~undone, Standing.EXPIRED.name),
        (sa.and_(was.is_(None), Cycle.due_on >= as_of), Standing.OPEN.name),
        (was.is_(None), Standing.OVERDUE.name),
        (was >= as_of, Standing.REFRESHER_OPEN.name),
        (Cycle.grace_until >= as_of, Standing.GRACE.name),
        else_=Standing.EXPIRED.name,
    )


PEOPLE: dict[str, Any] = {"municipality_id": sa.Uuid(), "person_id": sa.Uuid()}
ROWS: dict[str, Any] = {
    **PEOPLE,
    "duty_id": sa.Uuid(),
    **dict.fromkeys(("from_on", "until_on"), sa.Date()),
    "number": sa.Integer(),
    **dict.fromkeys(("opens_on", "due_on", "was_valid_until"), sa.Date()),
    **dict.fromkeys(("window_days", "grace_days"), sa.Integer()),
    **dict.fromkeys(("fulfilled_on", "valid_until"), sa.Date()),
    "standing": sa.String(),
}


@dataclass(frozen=True, slots=True)
class Unwritten:
    """The people of whom something is not stored yet (proof of today, a position that changed, a
    round that opened since the last pass or opens before the reference date), and their rows."""

    dialect: str
    people: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


def unwritten(
    db: Session,
    as_of: dt.date,
    people: sa.Subquery | None = None,
    of: Collection[uuid.UUID] | None = None,
) -> Unwritten:
    """What `standing_rows` must not take from storage, of `people` (with columns municipality_id
    and person_id; None: of everybody) or `of` some municipalities, derived by the rules. Small when
    the nightly pass has run; after a hundred days without it, or for a day far ahead, as large as
    what is left to do."""
    found = Unwritten(db.get_bind().dialect.name)
    news = people_with_news(db, as_of, people, of, away_too=True)
    for municipality_id, person_ids in news.items():
        for batch in in_batches(sorted(person_ids)):
            for person_id, standings in standings_of_people(
                db, municipality_id, batch, as_of
            ).items():
                found.people.append(plain(municipality_id=municipality_id, person_id=person_id))
                found.rows.extend(_row(municipality_id, person_id, one) for one in standings)
    return found


def _row(municipality_id: uuid.UUID, person_id: uuid.UUID, found: DutyStanding) -> dict[str, Any]:
    last = found.current
    policy = None if last is None else rules.own_policy(found.duty.policies, last)
    return plain(
        municipality_id=municipality_id,
        person_id=person_id,
        duty_id=found.duty.id,
        from_on=found.placement.from_on,
        until_on=found.placement.until_on,
        standing=found.standing.name,
        window_days=policy.window_days if policy else None,
        grace_days=policy.grace_days if policy else None,
        **{name: getattr(last, name, None) for name in OF_ROUND},
    )


OF_ROUND = ("number", "opens_on", "due_on", "was_valid_until", "fulfilled_on", "valid_until")


def plain(**values: Any) -> dict[str, Any]:
    """Values as `json_rows` takes them."""
    return {
        key: value.hex
        if isinstance(value, uuid.UUID)
        else value.isoformat()
        if isinstance(value, dt.date)
        else value.name
        if isinstance(value, enum.Enum)
        else value
        for key, value in values.items()
    }


def json_rows(
    dialect: str, name: str, columns: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> sa.Subquery:
    """Rows given as one JSON parameter (ids in hexadecimal, dates as text), as a subquery with
    `columns` of these types: any number of them in one statement."""
    text = sa.bindparam(f"rows_{name}", json.dumps(list(rows)), sa.String(), unique=True)
    if dialect == "postgresql":
        table = sa.func.json_to_recordset(sa.cast(text, postgresql.JSON)).table_valued(
            *(sa.column(key, kind) for key, kind in columns.items()), name=name
        )
        return sa.select(table.render_derived(with_types=True)).subquery(name)
    each = sa.func.json_each(text).table_valued("value", name=f"each_{name}")
    taken = [
        sa.type_coerce(sa.func.json_extract(each.c.value, f"$.{key}"), kind).label(key)
        for key, kind in columns.items()
    ]
    return sa.select(*taken).select_from(each).subquery(name)


def people_with_news(
    db: Session,
    as_of: dt.date,
    people: sa.Subquery | None = None,
    of: Collection[uuid.UUID] | None = None,
    away_too: bool = False,
) -> dict[uuid.UUID, set[uuid.UUID]]:
    """By municipality: the people for whom the nightly pass would have something to write on
    `as_of`; only those of `people`, or `of` some municipalities. Finds them by indexes that hold
    only what is waiting, not by looking at everybody. `away_too`: also who left once and came back,
    as storage does not tell past times away."""
    parts: list[sa.Select[Any, Any]] = [
        sa.select(Cycle.municipality_id, Cycle.person_id).where(
            Cycle.closed_on.is_(None), Cycle.next_opens_on <= as_of
        ),
        sa.select(Assignment.municipality_id, Assignment.person_id).where(
            Assignment.awaits_on <= as_of
        ),
        sa.select(Evidence.municipality_id, Evidence.person_id).where(
            Evidence.noted_on.is_(None), Evidence.completed_on <= as_of
        ),
    ]
    if away_too:
        parts.append(
            sa.select(Assignment.municipality_id, Assignment.person_id).where(
                Assignment.gaps.is_not(None)
            )
        )
    news = sa.union(*parts, *changed_people()).subquery("news")
    query = sa.select(news.c.municipality_id, news.c.person_id)
    if of is not None:
        query = query.where(news.c.municipality_id.in_(of))
    if people is not None:
        query = query.join(
            people,
            sa.and_(
                people.c.municipality_id == news.c.municipality_id,
                people.c.person_id == news.c.person_id,
            ),
        )
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for municipality_id, person_id in db.execute(query):
        found[municipality_id].add(person_id)
    return found


def changed_people() -> list[sa.Select[Any, Any]]:
    """The people whose positions changed since the last pass; a change of an audience rule or of
    the tree counts for everybody of the municipality."""
    whole = RosterChange.person_id == EVERYBODY
    of_one = sa.select(RosterChange.municipality_id).where(whole)
    of_all = sa.exists().where(whole, RosterChange.municipality_id == EVERYBODY)
    everybody = sa.select(Person.municipality_id, Person.id).where(
        sa.exists().where(whole),  # seldom, and then no database looks at people at all
        sa.or_(Person.municipality_id.in_(of_one), of_all),
    )
    own = sa.select(RosterChange.municipality_id, RosterChange.person_id).where(~whole)
    return [own, everybody]


def in_batches(people: Sequence[uuid.UUID], size: int = BATCH) -> Iterator[list[uuid.UUID]]:
    """These people, so many at a time."""
    waiting = iter(people)
    while batch := list(islice(waiting, size)):
        yield batch


def standings_of_people(
    db: Session, municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID], today: dt.date
) -> dict[uuid.UUID, list[DutyStanding]]:
    """How these people of one municipality stand under each of their duties, by the rules, from
    the facts as they are now; a few queries for any number. Who has no duty has an empty list."""
    memberships = memberships_of_people(db, municipality_id, person_ids)
    units = {m.unit_id for own in memberships.values() for m in own}
    duties, covered = duties_above(db, units)
    facts = person_facts(db, municipality_id, person_ids)
    quiet = quiet_of(db, municipality_id, duties)
    found: dict[uuid.UUID, list[DutyStanding]] = {person_id: [] for person_id in person_ids}
    for person_id in person_ids:
        for duty in duties:
            placed = placement(duty, memberships[person_id], covered[duty.unit_id])
            if placed is not None:
                found[person_id].append(
                    standing_of(duty, placed, facts[person_id], person_id, today, quiet)
                )
    return found


def memberships_of_people(
    db: Session, municipality_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[Membership]]:
    """All memberships of these people of one municipality, past, present and future."""
    rows = membership_rows().subquery()
    query = sa.select(rows).where(
        rows.c.municipality_id == municipality_id, rows.c.person_id.in_(person_ids)
    )
    found: dict[uuid.UUID, list[Membership]] = defaultdict(list)
    for row in db.execute(query):
        until = row.until_on
        if row.first_months is not None:
            until = min(until, add_months(row.joined_on, row.first_months) - rules.DAY)
        if until >= row.from_on:
            end = None if until == FOREVER else until
            found[row.person_id].append(Membership(row.audience, row.unit_id, row.from_on, end))
    return found


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
