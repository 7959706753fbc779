"""Answers who took part: one query, for one page of the screen and for every export.

A page is found in two steps: which people and duties are on it (by the index of names, without
knowing how anybody stands), and then how these few stand. An export takes all in one step.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.compiler import SQLCompiler

from training.access import Reach
from training.assignments.models import Assignment, Duty, DutyContent, Pause
from training.assignments.queries import Unwritten, standing_rows, unwritten
from training.assignments.rules import Standing
from training.content.classes import ContentKind
from training.db import AddDays, AddMonths
from training.people.models import Person, Position, Unit
from training.people.queries import (
    held_on,
    membership_rows,
    municipalities_below,
    units_below,
    within,
)
from training.reporting.rules import (
    MOST_COUNTED,
    Column,
    Counts,
    Filters,
    Kind,
    Row,
    as_cells,
)

PAGE = 50  # rows on one screen
FIRST_PEOPLE = 50  # of whom a file is asked first, so that it begins at once
COPIED_PEOPLE, HELD_PEOPLE = 5_000, 500  # and then: streamed past us, or held in memory
Ids = Collection[uuid.UUID]
Key = tuple[uuid.UUID, uuid.UUID, uuid.UUID]  # municipality, person, duty

OVER = [Standing.LAPSED.name, Standing.MISSED.name]  # no longer under the duty


def municipality_ids(db: Session, reach: Reach) -> list[uuid.UUID]:
    """The municipalities in which somebody may look; first in the key of every row."""
    return [unit.id for unit in municipalities_below(db, [grant.unit_id for grant in reach])]


def _in_place(reach: Reach, filters: Filters) -> sa.ColumnElement[bool]:
    """The condition on `Position` that it puts its person in this overview."""
    return _held_within(reach, filters.placed_on, filters.unit_id)


@lru_cache(maxsize=512)
def _held_within(reach: Reach, day: dt.date, unit_id: uuid.UUID | None) -> sa.ColumnElement[bool]:
    """The same, built once: the tree below a reach is half of the work of a page."""
    parts = [held_on(day), within(reach)]
    if unit_id is not None:
        parts.append(Position.unit_id.in_(units_below([unit_id])))
    return sa.and_(*parts)


def _of_person() -> sa.ColumnElement[bool]:
    return sa.and_(
        Position.municipality_id == Person.municipality_id, Position.person_id == Person.id
    )


def _place(column: Any, reach: Reach, filters: Filters) -> sa.ScalarSelect[Any]:
    """Something of the oldest position that puts a person in this overview."""
    query = sa.select(column).where(_of_person(), _in_place(reach, filters))
    oldest = query.order_by(Position.from_on, Position.id).limit(1)
    return oldest.correlate(Person).scalar_subquery()


def in_audience(audience: str, day: dt.date) -> sa.ColumnElement[bool]:
    """The condition on `Person` that he or she is in an audience on a day."""
    member = membership_rows().subquery("member")
    return sa.exists().where(
        member.c.municipality_id == Person.municipality_id,
        member.c.person_id == Person.id,
        member.c.audience == audience,
        member_on(member, day),
    )


def member_on(member: sa.Subquery, day: dt.date) -> sa.ColumnElement[bool]:
    """The condition on rows of `membership_rows` that the membership holds on a day."""
    months = sa.func.coalesce(member.c.first_months, 0)
    return sa.and_(
        member.c.from_on <= day,
        member.c.until_on >= day,
        sa.or_(
            member.c.first_months.is_(None), AddMonths(member.c.joined_on, months, sa.null()) > day
        ),
    )


def _people(ids: Ids, filters: Filters) -> list[sa.ColumnElement[bool]]:
    """The conditions on `Person`: of these municipalities, in service, in the audience, named."""
    parts: list[sa.ColumnElement[bool]] = [
        Person.municipality_id.in_(ids),
        Person.joined_on <= filters.as_of,
        sa.or_(Person.left_on.is_(None), Person.left_on >= filters.as_of),
    ]
    if filters.audience:
        parts.append(in_audience(filters.audience, filters.as_of))
    full = Person.given_name + " " + Person.infix + " " + Person.family_name
    parts += [full.icontains(word, autoescape=True) for word in filters.name.split()]
    return parts


def _duties(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """The conditions on `Duty` and `Assignment`: it is in force, and asked of this person."""
    parts: list[sa.ColumnElement[bool]] = [
        Duty.in_force_from <= filters.as_of,
        sa.or_(Assignment.lapses_on.is_(None), Assignment.lapses_on > filters.as_of),
    ]
    if filters.duty_id is not None:
        parts.append(Assignment.duty_id == filters.duty_id)
    if filters.theme:
        parts.append(about(filters.content))
    return parts


def about(content: Collection[tuple[str, str]]) -> sa.ColumnElement[bool]:
    """The condition on `Duty` that it asks for any of this content."""
    asked = sa.or_(
        sa.false(),
        *(
            sa.and_(DutyContent.kind == ContentKind[kind], DutyContent.content_id == content_id)
            for kind, content_id in sorted(content)
        ),
    )
    return sa.exists().where(DutyContent.duty_id == Duty.id, asked)


def _chosen(ids: Ids, reach: Reach, filters: Filters) -> sa.Select[*tuple[Any, ...]]:
    """The people of this overview in their order, without how they stand: each has a row."""
    duty = sa.select(Duty.id).join(Assignment, Assignment.duty_id == Duty.id)
    duty = duty.where(_of_assignment(Person), *_duties(filters))
    return _in_order(ids, reach, filters).where(_looked_up(duty))


def _looked_up(query: sa.Select[Any]) -> sa.ColumnElement[bool]:
    """The condition on `Person` that the query finds something. OFFSET keeps PostgreSQL from
    making a join of it: it would take the people of one municipality among many for two or three,
    and sort them all for the first fifty."""
    return query.correlate(Person).offset(0).exists()


def _in_order(
    ids: Ids, reach: Reach, filters: Filters, all_of_them: bool = False
) -> sa.Select[*tuple[Any, ...]]:
    """The people whom these filters choose, under a duty or not: by municipality (when there are
    several) and name. `all_of_them` are asked, or only the first."""
    names: list[Any] = [Person.family_name, Person.given_name]
    placed = sa.select(Position.id).where(_of_person(), _in_place(reach, filters))
    query: sa.Select[Any] = sa.select(Person.municipality_id, Person.id, *names)
    is_placed = placed.correlate(Person).exists() if all_of_them else _looked_up(placed)
    query = query.where(*_people(ids, filters), is_placed)
    if len(ids) > 1:
        municipality = aliased(Unit, name="municipality")
        query = query.join(municipality, municipality.id == Person.municipality_id)
        query = query.add_columns(municipality.name.label("municipality"))
        query = query.order_by(municipality.name)
    return query.order_by(*names, Person.id)


def _of_assignment(person: Any) -> sa.ColumnElement[bool]:
    """The condition on `Assignment` that it is of this person."""
    return sa.and_(
        Assignment.municipality_id == person.municipality_id, Assignment.person_id == person.id
    )


FIRST, SIZE, MOST = (sa.bindparam(name, type_=sa.Integer()) for name in ("first", "size", "most"))


@lru_cache(maxsize=256)
def _keys(
    ids: tuple[uuid.UUID, ...], reach: Reach, filters: Filters
) -> sa.Select[*tuple[Any, ...]]:
    """Which rows there are, in their order, without how they stand: municipality, person, duty;
    `size` of them after the `first`. As everybody has a row, these are of the first people (by the
    index of names): no database sorts the rows of all. Built once for a visitor and a question."""
    people = _chosen(ids, reach, filters).limit(MOST).subquery("people")
    query = _rows_of(people, filters).add_columns(*people.c[:2], Assignment.duty_id)
    if len(ids) > 1:
        query = query.order_by(people.c.municipality)
    query = query.order_by(people.c.family_name, people.c.given_name, people.c.id)
    return query.order_by(Duty.title, Duty.id).limit(SIZE).offset(FIRST)


@lru_cache(maxsize=256)
def _number(
    ids: tuple[uuid.UUID, ...], reach: Reach, filters: Filters
) -> sa.Select[*tuple[Any, ...]]:
    """How many rows there are, counted no further than `most`; built once as well."""
    people = _chosen(ids, reach, filters).order_by(None).limit(MOST).subquery("people")
    few = _rows_of(people, filters).add_columns(sa.literal(1)).limit(MOST).subquery()
    return sa.select(sa.func.count()).select_from(few)


def _rows_of(people: sa.Subquery, filters: Filters) -> sa.Select[*tuple[Any, ...]]:
    """The duties of these people that the filters choose, without any column yet."""
    query = sa.select().select_from(people).join(Assignment, _of_assignment(people.c))
    return query.join(Duty, Duty.id == Assignment.duty_id).where(*_duties(filters))


def news(db: Session, ids: Ids, as_of: dt.date) -> Unwritten:
    """What is known of these municipalities and not stored yet: the proof of today, a round that
    opened since the last pass, or will open before a day to come."""
    return unwritten(db, as_of, of=ids)


def _has_new_rows(db: Session, late: Unwritten) -> bool:
    """Whether somebody is under a duty of which nothing is stored yet."""
    if not late.rows:
        return False
    derived = {
        (row["municipality_id"], row["person_id"], row["duty_id"])
        for row in late.rows
        if row["standing"] not in OVER
    }
    persons = [uuid.UUID(one["person_id"]) for one in late.people]
    stored: set[tuple[str, str, str]] = set()
    for first in range(0, len(persons), 500):
        query = sa.select(Assignment.municipality_id, Assignment.person_id, Assignment.duty_id)
        part = query.where(Assignment.person_id.in_(persons[first : first + 500]))
        stored |= {(m.hex, p.hex, d.hex) for m, p, d in db.execute(part)}
    return not derived <= stored


def participation_rows(
    ids: Ids,
    reach: Reach,
    filters: Filters,
    late: Unwritten | None = None,
    persons: Ids | None = None,
) -> sa.Select[*tuple[Any, ...]]:
    """Everybody (or only these persons) within `reach` under each of their duties on the reference
    date, filtered and in a fixed order: all columns by their keys, with municipality_id, person_id,
    duty_id and unit_id. A person with two positions is one row, under the oldest in reach."""
    found = rows_with_standing(ids, reach, filters, late, persons)
    query = sa.select(found)
    if filters.standing is not None:
        query = query.where(found.c.standing == filters.standing.name)
    if filters.done_from is not None:
        query = query.where(found.c.done_on >= filters.done_from)
    if filters.done_until is not None:
        query = query.where(found.c.done_on <= filters.done_until)
    if len(ids) > 1:
        query = query.order_by(found.c.municipality)
    return query.order_by(
        found.c.family_name, found.c.given_name, found.c.person_id, found.c.duty, found.c.duty_id
    )


Persons = Ids | sa.BindParameter[uuid.UUID]


def _placed(
    ids: Ids, reach: Reach, filters: Filters, persons: Persons | None, once: bool
) -> sa.Subquery:
    """The people, each with the unit in which the overview shows them. `once`: OFFSET makes the
    database look that up once for each person, and not again for each of their duties."""
    query = sa.select(
        Person.municipality_id,
        Person.id.label("person_id"),
        Person.given_name,
        Person.infix,
        Person.family_name,
        Person.employee_number,
        _place(Position.unit_id, reach, filters).label("unit_id"),
        _place(Position.job_title, reach, filters).label("job_title"),
    ).where(*_people(ids, filters))
    if persons is not None:
        query = query.where(Person.id.in_(persons))
    return (query.offset(0) if once else query).subquery("placed")


def _standing(
    ids: Ids, filters: Filters, late: Unwritten | None, persons: Persons | None, once: bool
) -> sa.Subquery:
    """How everybody stands, or only these persons. `once`: it is worked out once for each row, and
    not at every place that asks for it."""
    every = standing_rows(filters.as_of, late)
    query = sa.select(every).where(every.c.municipality_id.in_(ids))
    if filters.duty_id is not None:
        query = query.where(every.c.duty_id == filters.duty_id)
    if persons is not None:
        query = query.where(every.c.person_id.in_(persons))
    return (query.offset(0) if once else query).subquery("stands")


def rows_with_standing(
    ids: Ids,
    reach: Reach,
    filters: Filters,
    late: Unwritten | None = None,
    persons: Persons | None = None,
) -> sa.Subquery:
    """Everybody (or only these persons) under each duty with how they stand, not yet chosen by
    that and in no order. `late` is what `news` tells."""
    # Of some persons SQLite would go through all these rows once for each person; it finds them by
    # the key, from the people.
    part = persons is not None and late is not None
    joined = part and late is not None and late.dialect == "sqlite"
    who = _placed(ids, reach, filters, persons, once=persons is None or part)
    rows = _standing(ids, filters, late, None if joined else persons, once=part and not joined)
    municipality = aliased(Unit, name="municipality")
    standing = rows.c.standing
    query = (
        sa.select(
            who.c.municipality_id,
            who.c.person_id,
            rows.c.duty_id,
            who.c.unit_id,
            who.c.family_name,
            who.c.given_name,
            municipality.name.label("municipality"),
            Unit.name.label("unit"),
            _full_name(who).label("name"),
            who.c.employee_number,
            who.c.job_title,
            Duty.title.label("duty"),
            standing.label("standing"),
            rows.c.from_on.label("assigned_on"),
            rows.c.due_on,
            _overdue_since(rows, standing).label("overdue_since"),
            rows.c.fulfilled_on.label("done_on"),
            rows.c.valid_until,
            _paused_until(who, filters.as_of).label("paused_until"),
        )
        .select_from(who)
        .join(
            rows,
            sa.and_(
                rows.c.municipality_id == who.c.municipality_id,
                rows.c.person_id == who.c.person_id,
            ),
        )
        .join(Duty, Duty.id == rows.c.duty_id)
        .join(Unit, Unit.id == who.c.unit_id)
        .join(municipality, municipality.id == who.c.municipality_id)
        .where(Duty.in_force_from <= filters.as_of, rows.c.standing.not_in(OVER))
    )
    if filters.theme:
        query = query.where(about(filters.content))
    return query.subquery("participation")


def _full_name(who: sa.Subquery) -> sa.ColumnElement[str]:
    infix = sa.case((who.c.infix == "", " "), else_=" " + who.c.infix + " ")
    return sa.func.trim(who.c.given_name + infix + who.c.family_name)


def _overdue_since(
    rows: sa.Subquery, standing: sa.ColumnElement[str]
) -> sa.ColumnElement[dt.date | None]:
    """The first day on which it was too late; NULL when it is not."""
    ended = sa.func.coalesce(rows.c.valid_until, rows.c.was_valid_until)
    return sa.case(
        (standing == Standing.OVERDUE.name, AddDays(rows.c.due_on, 1)),
        (standing == Standing.EXPIRED.name, AddDays(ended, 1)),
        else_=None,
    )


def _paused_until(who: sa.Subquery, day: dt.date) -> sa.ScalarSelect[dt.date]:
    return (
        sa.select(sa.func.max(Pause.until_on))
        .where(
            Pause.municipality_id == who.c.municipality_id,
            Pause.person_id == who.c.person_id,
            Pause.from_on <= day,
            Pause.until_on >= day,
        )
        .correlate(who)
        .scalar_subquery()
    )


def count_up_to(
    db: Session,
    ids: Ids,
    reach: Reach,
    filters: Filters,
    most: int = MOST_COUNTED,
    late: Unwritten | None = None,
) -> int:
    """How many rows there are, counted no further than one past `most`."""
    late = late or news(db, ids, filters.as_of)
    if filters.asks_how_it_stands or _has_new_rows(db, late):
        query = participation_rows(ids, reach, filters, late).order_by(None)
        few = query.with_only_columns(sa.literal(1)).limit(most + 1).subquery()
        return db.scalar(sa.select(sa.func.count()).select_from(few)) or 0
    return db.scalar(_number(tuple(ids), reach, filters), {"most": most + 1}) or 0


def page_of(
    db: Session,
    ids: Ids,
    reach: Reach,
    filters: Filters,
    columns: Sequence[Column],
    number: int = 1,
    size: int = PAGE,
    late: Unwritten | None = None,
) -> list[Row]:
    """One screen of rows; the first page is 1. `late` is what `news` tells, asked here if not
    given."""
    first, last = (number - 1) * size, number * size
    late = late or news(db, ids, filters.as_of)
    if filters.asks_how_it_stands or _has_new_rows(db, late):
        query = participation_rows(ids, reach, filters, late).slice(first, last)
        return [row_from(columns, row) for row in db.execute(query).mappings()]
    values = {"first": first, "size": size, "most": last}
    keys = [tuple(key) for key in db.execute(_keys(tuple(ids), reach, filters), values)]
    if not keys:
        return []
    own, persons = (sorted({key[part] for key in keys}) for part in range(2))
    plain, some = replace(filters, audience="", name=""), part_of(late, persons)
    if some.people:
        query = sa.select(rows_with_standing(own, reach, plain, some, persons))
    else:
        query = _built_rows(tuple(own), reach, plain)
    rows = {
        (row["municipality_id"], row["person_id"], row["duty_id"]): row_from(columns, row)
        for row in db.execute(query, {"persons": persons}).mappings()
    }
    return [rows[key] for key in keys if key in rows]


@lru_cache(maxsize=256)
def _built_rows(
    ids: tuple[uuid.UUID, ...], reach: Reach, filters: Filters
) -> sa.Select[*tuple[Any, ...]]:
    """How the persons of the parameter `persons` stand; built once."""
    return sa.select(rows_with_standing(ids, reach, filters, None, SOME))


SOME = sa.bindparam("persons", expanding=True, type_=sa.Uuid())


def part_of(late: Unwritten, persons: Ids) -> Unwritten:
    """The part of what is not stored yet that is about these persons."""
    wanted = {person_id.hex for person_id in persons}
    return Unwritten(
        late.dialect,
        [one for one in late.people if one["person_id"] in wanted],
        [one for one in late.rows if one["person_id"] in wanted],
    )


def row_from(columns: Sequence[Column], row: Any) -> Row:
    """A row of the query as the overview knows it."""
    standing = Standing[row["standing"]]
    cells = as_cells(columns, {**row, "standing": standing.value})
    return Row(row["municipality_id"], row["person_id"], standing, cells)


def people_of(db: Session, ids: Ids, reach: Reach, filters: Filters) -> list[tuple[Any, ...]]:
    """Who is in the overview: (municipality_id, person_id)."""
    late = news(db, ids, filters.as_of)
    if filters.asks_how_it_stands or _has_new_rows(db, late):
        query = participation_rows(ids, reach, filters, late).order_by(None)
        columns: list[Any] = [
            query.selected_columns.municipality_id,
            query.selected_columns.person_id,
        ]
    else:
        query = _chosen(ids, reach, filters).order_by(None)
        columns = [Person.municipality_id, Person.id]
    return [tuple(row) for row in db.execute(query.with_only_columns(*columns).distinct())]


def file_queries(
    db: Session,
    ids: Ids,
    reach: Reach,
    filters: Filters,
    columns: Sequence[Column],
    dates_as_text: bool,
    size: int = COPIED_PEOPLE,
) -> Iterator[sa.Select[*tuple[Any, ...]]]:
    """The cells of a file as queries, each of the next people in the order of the rows: the first
    row comes at once, and no server sorts a million rows. Few people first, then more."""
    people = db.execute(_in_order(ids, reach, filters, all_of_them=True)).all()
    plain = replace(filters, audience="", name="")  # these people were chosen by them
    late = news(db, ids, filters.as_of)
    first, now = 0, FIRST_PEOPLE
    while first < len(people):
        part = people[first : first + now]
        own = sorted({row[0] for row in part})
        persons = [row[1] for row in part]
        fresh = part_of(late, persons)
        yield _file_cells(own, reach, plain, columns, dates_as_text, persons, fresh)
        first, now = first + now, size


def _file_cells(
    ids: Ids,
    reach: Reach,
    filters: Filters,
    columns: Sequence[Column],
    dates_as_text: bool,
    persons: Ids,
    late: Unwritten,
) -> sa.Select[*tuple[Any, ...]]:
    """The cells of a file, made by the database: text that no spreadsheet takes for a formula,
    the standing in Dutch, and dates, as Dutch text or (for a spreadsheet) as dates."""
    query = participation_rows(ids, reach, filters, late, persons)
    named = query.selected_columns
    cells: list[sa.ColumnElement[Any]] = []
    for column in columns:
        cell = named[column.key]
        if column.key == "standing":
            cells.append(_standing_in_dutch(cell))
        elif column.kind is Kind.TEXT:
            cells.append(_defused(cell))
        else:
            cells.append(DutchDate(cell) if dates_as_text else cell)
    return query.with_only_columns(*(c.label(o.key) for c, o in zip(cells, columns, strict=True)))


def _standing_in_dutch(cell: Any) -> sa.ColumnElement[str]:
    return sa.case({standing.name: standing.value for standing in Standing}, value=cell)


def _defused(cell: Any) -> sa.ColumnElement[str | None]:
    """The same as `rules.safe_text`: a mark before what begins like a formula. NULL when empty, so
    that nothing is written."""
    first = sa.func.substr(cell, 1, 1)
    risky = first.in_(["=", "+", "-", "@", "\t", "\r", "\n"])
    return sa.case((cell == "", None), (risky, "'" + cell), else_=cell)


class DutchDate(sa.sql.functions.GenericFunction[str]):
    """A date as Dutch text in SQL: 02-11-2026."""

    type = sa.String()
    name = "dutch_date"
    inherit_cache = True


@compiles(DutchDate, "postgresql")
def _dutch_date_postgresql(element: DutchDate, compiler: SQLCompiler, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)}, 'DD-MM-YYYY')"


@compiles(DutchDate, "sqlite")
def _dutch_date_sqlite(element: DutchDate, compiler: SQLCompiler, **options: Any) -> str:
    return f"strftime('%d-%m-%Y', {compiler.process(element.clauses, **options)})"


def counts_of(db: Session, ids: Ids, reach: Reach, filters: Filters) -> Counts:
    """Who counts, who is left out and why, within these filters."""
    late = news(db, ids, filters.as_of)
    rows = participation_rows(ids, reach, filters, late).order_by(None).subquery()
    numbers = [sa.func.count().filter(rows.c.standing == one.name) for one in Standing]
    people, *found = db.execute(  # in one pass: everybody's rows are looked at once
        sa.select(sa.func.count(rows.c.person_id.distinct()), *numbers)
    ).one()
    by_standing = {one: number for one, number in zip(Standing, found, strict=True) if number}
    left = sa.and_(Person.left_on.is_not(None), Person.left_on < filters.as_of)
    early = Person.joined_on > filters.as_of
    placed = sa.exists().where(_of_person(), _in_place(reach, filters)).correlate(Person)
    every = db.execute(
        sa.select(
            sa.func.count(),
            sa.func.count().filter(left),
            sa.func.count().filter(sa.and_(early, ~sa.func.coalesce(left, sa.false()))),
        ).where(Person.municipality_id.in_(ids), placed)
    ).one()
    return Counts(
        positions=every[0],
        left=every[1],
        not_yet=every[2],
        without_duty=every[0] - every[1] - every[2] - people,
        people=people,
        rows=sum(by_standing.values()),
        by_standing=by_standing,
    )


def duties_within(db: Session, ids: Ids, reach: Reach, day: dt.date) -> list[tuple[uuid.UUID, str]]:
    """The duties of people in reach: id and title, by title."""
    placed = sa.exists().where(
        Position.municipality_id == Assignment.municipality_id,
        Position.person_id == Assignment.person_id,
        held_on(day),
        within(reach),
    )
    mine = sa.exists().where(
        Assignment.municipality_id.in_(ids), Assignment.duty_id == Duty.id, placed
    )
    query = sa.select(Duty.id, Duty.title).where(mine).order_by(Duty.title, Duty.id)
    return [(duty_id, title) for duty_id, title in db.execute(query)]


def plain_rows(db: Session, query: sa.Select[*tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
    """The rows of a query of text and dates, as the driver gives them where it knows dates."""
    if db.get_bind().dialect.name != "postgresql":
        return list(map(tuple, db.execute(query)))
    cursor = db.connection().connection.cursor()
    cursor.execute(in_plain_text(query))
    return cursor.fetchall()


def in_plain_text(query: sa.Select[*tuple[Any, ...]]) -> str:
    """A query as PostgreSQL reads it with nothing bound, so that no percent sign is doubled."""
    plain = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return str(query.compile(dialect=plain, compile_kwargs={"literal_binds": True}))


def stream(
    db: Session,
    ids: Ids,
    reach: Reach,
    filters: Filters,
    columns: Sequence[Column],
) -> Iterator[tuple[Any, ...]]:
    """The cells of a spreadsheet, of some people in memory at a time; dates are dates. The next
    people are asked of the database while these are written. Meanwhile `db` is for nobody else."""
    asked = file_queries(db, ids, reach, filters, columns, False, HELD_PEOPLE)

    def fetch() -> Sequence[tuple[Any, ...]] | None:
        query = next(asked, None)
        return None if query is None else plain_rows(db, query)

    with ThreadPoolExecutor(1) as ahead:
        waiting = ahead.submit(fetch)
        while (rows := waiting.result()) is not None:
            waiting = ahead.submit(fetch)
            yield from rows
